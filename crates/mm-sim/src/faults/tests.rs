//! The grammar as the control surface's page writes it, and which messages meet a rule.

use mm_model::Timestamp;

use super::*;
use crate::config::VenueKind;

fn passing(place: Place, ask: &str) -> Passing<'_> {
    Passing {
        venue: VenueKind::Backpack,
        place,
        ask: Some(ask),
        path: Some("/api/v1/order"),
        stream: None,
        account: Some("alice"),
    }
}

fn parse(text: &str) -> Result<Schedule, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}

#[test]
fn the_grammar_is_read_as_documented() {
    let text = r#"{"seed": 3, "rules": [{"venue": "backpack", "where": "reply", "match": {"ask": "place"},
        "do": "drop", "probability": 0.2, "from_ns": 0, "until_ns": null, "times": 1}]}"#;
    let rule = Rule { venue: Some(VenueKind::Backpack), ..Rule::new(Place::Reply, Action::Drop) }
        .ask("place")
        .times(1)
        .probability_ppm(200_000);
    assert_eq!(parse(text).unwrap(), Schedule { seed: 3, rules: vec![rule] });
    for action in [
        r#""drop""#,
        r#"{"delay": {"ms": 250}}"#,
        r#""duplicate""#,
        r#""reorder""#,
        r#""disconnect""#,
        r#"{"status": {"code": 503, "body": "<html>"}}"#,
        r#"{"rate_limit": {"retry_after_s": 2}}"#,
        r#""corrupt""#,
        r#""stale""#,
        r#"{"skew": {"ms": 4000}}"#,
        r#""ignore_cancel""#,
        r#"{"lie": {"positions": {"SOL_USDC_PERP": "1"}}}"#,
    ] {
        let read: Action = serde_json::from_str(action).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(action).unwrap());
    }
}

#[test]
fn nonsense_is_refused() {
    for (text, why) in [
        (r#"{"rules": [{"where": "reply", "do": "explode"}]}"#, "explode"),
        (r#"{"rules": [{"where": "reply", "do": "drop", "often": 1}]}"#, "often"),
        (r#"{"rules": [{"where": "reply", "do": "drop", "probability": 1.5}]}"#, "between 0 and 1"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    for (rule, why) in [
        (Rule::new(Place::Frame, Action::IgnoreCancel), "cannot be done"),
        (Rule::new(Place::Request, Action::Stale), "cannot be done"),
        (Rule::new(Place::Reply, Action::Drop).ask("plaice"), "no ask 'plaice'"),
        (Rule::new(Place::Frame, Action::Drop).ask("place"), "properties of requests"),
        (Rule::new(Place::Reply, Action::Drop).stream("depth"), "property of frames"),
        (Rule::new(Place::Reply, Action::Status { code: 99, body: String::new() }), "not an HTTP status"),
    ] {
        let error = Faults::new(Schedule::of([rule]), Timestamp(0)).unwrap_err();
        assert!(error.starts_with("rule 1: ") && error.contains(why), "{error}");
    }
}

#[test]
fn a_rule_meets_what_it_matches_and_no_more() {
    let rule = Rule { from_ns: 10, until_ns: Some(20), ..Rule::new(Place::Reply, Action::Drop) }
        .ask("place")
        .account("alice")
        .times(2);
    let mut faults = Faults::new(Schedule::of([rule]), Timestamp(100)).unwrap();
    let mut met = |at, passing| faults.fate(Timestamp(at), &passing).is_some();
    assert!(!met(109, passing(Place::Reply, "place")), "too early");
    assert!(!met(110, passing(Place::Reply, "cancel")), "another ask");
    assert!(!met(110, passing(Place::Request, "place")), "another place");
    assert!(!met(110, Passing { account: Some("bob"), ..passing(Place::Reply, "place") }), "another account");
    assert!(met(110, passing(Place::Reply, "place")));
    assert!(!met(120, passing(Place::Reply, "place")), "too late");
    assert!(met(119, passing(Place::Reply, "place")));
    assert!(!met(119, passing(Place::Reply, "place")), "only twice");
}

#[test]
fn chance_comes_from_the_seed() {
    let hits = |seed| {
        let rule = Rule::new(Place::Reply, Action::Drop).probability_ppm(200_000);
        let mut faults = Faults::new(Schedule { seed, rules: vec![rule] }, Timestamp(0)).unwrap();
        (0..1000)
            .map(|n| faults.fate(Timestamp(n), &passing(Place::Reply, "place")).is_some())
            .collect::<Vec<_>>()
    };
    let n_hits = hits(3).into_iter().filter(|hit| *hit).count();
    assert!((150..250).contains(&n_hits), "{n_hits}");
    assert_eq!(hits(3), hits(3));
    assert_ne!(hits(3), hits(4));
}
