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
        feed: None,
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
        r#"{"rate_limit_until": {"after_s": 2}}"#,
        r#"{"garbage": {"of": "not_utf8"}}"#,
        r#"{"partition": {"direction": "to_venue"}}"#,
        r#"{"clock": {"ms": -300}}"#,
        r#"{"restart": {"orders": "cancelled"}}"#,
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
        (Rule::new(Place::Reply, Action::Drop).stream("depth"), "properties of frames"),
        (Rule::new(Place::Venue, Action::Drop), "cannot be done to a venue"),
        (Rule::new(Place::Request, Action::Clock { ms: 1 }), "cannot be done to a request"),
        (Rule::new(Place::Venue, Action::Clock { ms: 1 }), "lasts 'until_ns'"),
        (Rule::new(Place::Venue, Action::ExpireTokens).account("alice"), "nothing to 'match'"),
        (Rule::new(Place::Venue, Action::ExpireTokens).times(2), "no 'times'"),
        (Rule::new(Place::Reply, Action::Drop).feed(Feed::Book), "properties of frames"),
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

#[test]
fn a_rule_about_a_venue_begins_once_and_holds_for_its_time() {
    use VenueKind::{Backpack, Lighter};
    let clock = Rule { from_ns: 10, until_ns: Some(20), ..Rule::new(Place::Venue, Action::Clock { ms: 3 }) };
    let mut faults = Faults::new(Schedule::of([clock.at(Backpack)]), Timestamp(100)).unwrap();
    assert_eq!(faults.begin_at(Place::Venue), [Timestamp(110)]);
    assert!(faults.begin(Timestamp(109)).is_empty(), "too early");
    assert_eq!(faults.clock_off_ns(Timestamp(110), Backpack), 0, "it has not begun");
    assert_eq!(faults.begin(Timestamp(110)).len(), 1);
    assert!(faults.begin(Timestamp(111)).is_empty(), "once");
    assert!(faults.counts().is_empty(), "nothing was judged by it");
    for (at, venue, off_ns) in [(110, Backpack, 3_000_000), (119, Backpack, 3_000_000), (110, Lighter, 0)] {
        assert_eq!(faults.clock_off_ns(Timestamp(at), venue), off_ns, "{at} {venue}");
    }
    assert_eq!(faults.clock_off_ns(Timestamp(120), Backpack), 0, "it is over");
    assert_eq!(faults.counts()["clock"], 1);
}

#[test]
fn strikes_are_counted_by_name_from_schedule_to_schedule() {
    let lost = |name: Option<&str>| {
        let rule = Rule::new(Place::Reply, Action::Drop).ask("place");
        name.map_or(rule.clone(), |name| rule.named(name))
    };
    let mut faults = Faults::new(Schedule::of([lost(None)]), Timestamp(0)).unwrap();
    faults.fate(Timestamp(1), &passing(Place::Reply, "place"));
    faults.fate(Timestamp(1), &passing(Place::Reply, "cancel"));
    let mut faults = Faults::new(Schedule::of([lost(Some("lost acknowledgement"))]), Timestamp(0))
        .unwrap()
        .after(&mut faults);
    for _ in 0..2 {
        faults.fate(Timestamp(1), &passing(Place::Reply, "place"));
    }
    let counts: Vec<_> = faults.counts().iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(counts, [("drop", 1), ("lost acknowledgement", 2)]);
}

#[test]
fn what_may_miss_is_counted_when_it_is_told() {
    let rule = Rule::new(Place::Request, Action::SkipNonce);
    let mut faults = Faults::new(Schedule::of([rule]), Timestamp(0)).unwrap();
    assert_eq!(faults.fate(Timestamp(1), &passing(Place::Request, "place")), Some(Action::SkipNonce));
    assert!(faults.counts().is_empty());
    let strike = faults.pending().unwrap();
    faults.tell(&strike);
    assert_eq!(faults.counts()["skip_nonce"], 1);
}

#[test]
fn nobody_between_both_ends_of_a_socket_can_answer_a_frame() {
    let status = Rule::new(Place::Request, Action::Status { code: 503, body: String::new() });
    let mut faults = Faults::new(Schedule::of([status]), Timestamp(0)).unwrap();
    let by_socket = Passing { path: None, ..passing(Place::Request, "place") };
    assert_eq!(faults.fate(Timestamp(1), &by_socket), None);
    assert!(faults.counts().is_empty(), "what did not happen did not strike");
    assert!(faults.fate(Timestamp(1), &passing(Place::Request, "place")).is_some());
}
