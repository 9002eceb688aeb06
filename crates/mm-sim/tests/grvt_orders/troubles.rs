//! One trouble at a time, named by the faults that they are about: first what is lost, late, twice or spoiled on the way,
//! then what only the venue itself can do.

use std::time::Duration;

use mm_model::RefusalKind;
use mm_sim::faults::{Action, Place, Rule, Schedule};
use mm_venues::grvt::{OrdersBy, wire::Encoding};

use crate::world::{Case, Ended, run};

/// Everybody is trading by then.
const IN_THE_MIDDLE: Duration = Duration::from_millis(8);

fn when_all_trade(place: Place, action: Action) -> Rule {
    Rule::new(place, action).from(IN_THE_MIDDLE).times(2)
}

fn status(code: u16, body: &str) -> Action {
    Action::Status { code, body: body.to_owned() }
}

/// What comes of a trouble.
fn under(case: Case, rules: &[Rule]) -> Ended {
    let faults = Schedule::of(rules.iter().cloned());
    let ended = run(&Case { faults, ..case });
    ended.check();
    ended
}

/// Each trouble by one way in one encoding and by the other in the other, in turns.
fn check_each(troubles: impl IntoIterator<Item = Vec<Rule>>) -> Vec<Ended> {
    use Encoding::{Full, Lite};
    let mut all = Vec::new();
    for (n, rules) in troubles.into_iter().enumerate() {
        let [by_socket, by_http] = if n.is_multiple_of(2) { [Lite, Full] } else { [Full, Lite] };
        all.push(under(Case::new(OrdersBy::Socket, by_socket), &rules));
        all.push(under(Case::new(OrdersBy::Http, by_http), &rules));
    }
    all
}

/// An answer by HTTP, or by socket.
fn answers(ask: &str, method: &str, action: &Action) -> Vec<Rule> {
    let by_http = when_all_trade(Place::Reply, action.clone()).ask(ask);
    // A socket has no status, and nobody between both ends who could answer.
    let by_socket = if matches!(action, Action::Status { .. }) { Action::Drop } else { action.clone() };
    vec![by_http, when_all_trade(Place::Frame, by_socket).stream(method)]
}

fn spoiled_answers() -> [Action; 8] {
    [
        Action::Drop,
        Action::Delay { ms: 1_500 },
        Action::Delay { ms: 12_000 },
        Action::Reorder,
        Action::Corrupt,
        Action::Stale,
        status(502, "<html>bad gateway</html>"),
        Action::Disconnect,
    ]
}

#[test]
fn nothing_goes_wrong() {
    for case in Case::all() {
        let n_orders = case.tasks * case.orders;
        let ended = under(case, &[]);
        assert_eq!(ended.wire.sent.len(), n_orders);
        assert_eq!((ended.not_sent, ended.unknown, ended.status.resent), (0, 0, 0));
        assert!(ended.rejected.iter().all(|why| why.kind == RefusalKind::WouldMatch), "{:?}", ended.rejected);
        assert!(ended.took < Duration::from_secs(1), "{:?}", ended.took);
    }
}

#[test]
fn fault_01_03_04_an_acknowledgement_that_is_lost_late_or_spoiled_costs_no_order() {
    let ended = check_each(spoiled_answers().map(|action| answers("place", "v1/create_order", &action)));
    assert!(ended.iter().any(|ended| 0 < ended.unknown), "some were in doubt");
}

#[test]
fn fault_02_06_08_a_placement_that_is_lost_late_twice_or_spoiled_makes_one_order_or_none() {
    let ended = check_each(
        [
            Action::Drop,
            Action::Delay { ms: 1_500 },
            Action::Duplicate,
            Action::Reorder,
            Action::Corrupt,
            Action::Disconnect,
            status(503, ""),
        ]
        .map(|action| vec![when_all_trade(Place::Request, action).ask("place")]),
    );
    assert!(ended.iter().any(|ended| 0 < ended.unknown), "some were in doubt");
}

#[test]
fn fault_23_24_26_a_cancel_that_is_lost_late_twice_or_spoiled_is_no_end_and_is_made_good() {
    let requests = [
        Action::Drop,
        Action::Delay { ms: 1_500 },
        Action::Duplicate,
        Action::Reorder,
        Action::Corrupt,
        status(503, ""),
    ];
    check_each(requests.map(|action| vec![when_all_trade(Place::Request, action).ask("cancel")]));
    check_each(
        [Action::Drop, Action::Corrupt, Action::Delay { ms: 12_000 }]
            .map(|action| answers("cancel", "v1/cancel_order", &action)),
    );
}

#[test]
fn fault_25_a_cancel_that_is_acknowledged_and_not_carried_out_is_no_end() {
    let ignored = when_all_trade(Place::Request, Action::IgnoreCancel).ask("cancel");
    for ended in check_each([vec![ignored]]) {
        assert!(
            Duration::from_secs(20) <= ended.took,
            "who trusts the acknowledgement is done by {:?}",
            ended.took
        );
    }
}

#[test]
fn fault_05_13_14_15_16_17_fills_and_orders_by_stream_may_come_twice_late_old_or_in_any_order() {
    let streams = ["v1.order", "v1.state", "v1.fill", "v1.position"];
    let actions = [Action::Duplicate, Action::Reorder, Action::Stale, Action::Delay { ms: 1_500 }];
    let each = streams.iter().flat_map(|stream| {
        actions.iter().map(|action| vec![when_all_trade(Place::Frame, action.clone()).stream(stream)])
    });
    check_each(each);
}

#[test]
fn fault_58d_a_frame_that_is_lost_or_spoiled_is_a_gap_and_what_it_told_is_asked_for() {
    let streams = ["v1.order", "v1.state", "v1.fill", "v1.position"];
    for action in [Action::Drop, Action::Corrupt] {
        let each = streams.map(|stream| vec![when_all_trade(Place::Frame, action.clone()).stream(stream)]);
        // The last frame of a stream may be one of those: then the next list tells.
        let noticed = check_each(each).iter().filter(|ended| 0 < ended.status.undecodable).count();
        assert!(4 <= noticed, "{noticed} were noticed");
    }
    for case in Case::all() {
        let lost = when_all_trade(Place::Frame, Action::Drop).stream("v1.book.d").times(1);
        // Books are told each 50 ms: a gap is noticed when the next change comes.
        let ended = under(Case { pause: Duration::from_millis(100), ..case }, &[lost]);
        assert_eq!(ended.status.book_gaps, 1, "it was noticed");
    }
}

#[test]
fn fault_31_32_33_what_happens_while_the_sockets_are_away_is_learned_before_it_goes_on() {
    let cut = |place| when_all_trade(place, Action::Disconnect).times(1);
    let late = |ask: &str| Rule::new(Place::Reply, Action::Delay { ms: 700 }).ask(ask);
    for ended in check_each([
        vec![cut(Place::Connection)],
        vec![cut(Place::Frame).stream("v1.order")],
        vec![cut(Place::Frame).stream("v1.fill"), late("open_orders"), late("fills")],
        vec![cut(Place::Frame).stream("v1.order"), late("positions")],
        vec![Rule::new(Place::Connection, Action::Drop).from(IN_THE_MIDDLE).times(2)],
    ]) {
        assert!(0 < ended.status.reconnects);
    }
}

#[test]
fn fault_34_a_list_that_fails_is_not_empty() {
    let fails = [Action::Drop, Action::Corrupt, status(500, r#"{"code":1002,"message":"?","status":500}"#)];
    let asks = ["open_orders", "fills", "positions", "order", "history"];
    let lost = |action: &Action| {
        let lists = asks.map(|ask| Rule::new(Place::Reply, action.clone()).ask(ask).times(3));
        let doubt = when_all_trade(Place::Frame, Action::Drop).stream("v1.");
        lists.into_iter().chain([doubt]).collect::<Vec<_>>()
    };
    check_each(fails.iter().map(lost));
}

#[test]
fn fault_45_what_is_too_much_for_the_venue_is_refused_and_goes_on_after_a_pause() {
    let limited = |ask: &str| when_all_trade(Place::Request, Action::RateLimit { retry_after_s: 1 }).ask(ask);
    check_each(["place", "cancel", "open_orders"].map(|ask| vec![limited(ask)]));
    // The venue's own count, and ours of it.
    for case in Case::all().step_by(3) {
        let ended = under(Case { limits: true, tasks: 6, ..case }, &[]);
        assert!(
            ended.rejected.iter().all(|why| why.kind != RefusalKind::RateLimited),
            "{:?}",
            ended.rejected
        );
    }
}

#[test]
fn fault_48_a_venue_whose_clock_is_off_for_a_while_takes_and_forgets_nothing() {
    let skew =
        |ask: &str, ms| Rule::new(Place::Request, Action::Skew { ms }).ask(ask).from(IN_THE_MIDDLE).times(4);
    check_each(
        [("place", -2_000), ("place", 2_000), ("cancel", 2_000), ("time", 9_000), ("order", -2_000)]
            .map(|(ask, ms)| vec![skew(ask, ms)]),
    );
}

#[test]
fn fault_53_what_the_venue_takes_and_drops_is_unknown_until_it_is_proven() {
    for ended in check_each([vec![when_all_trade(Place::Request, Action::DropAccepted).ask("place")]]) {
        assert_eq!(ended.unknown, 2);
        assert!(Duration::from_secs(12) <= ended.took, "it was proven after {:?}", ended.took);
    }
}

#[test]
fn fault_04_what_the_engine_will_not_have_after_the_acknowledgement_is_rejected() {
    for ended in check_each([vec![when_all_trade(Place::Request, Action::RejectAccepted).ask("place")]]) {
        let funds = ended.rejected.iter().filter(|why| why.kind == RefusalKind::Funds);
        let rejected = ended.rows.iter().filter(|row| row.reason == "BELOW_MARGIN");
        assert_eq!((funds.count() <= 2, rejected.count()), (true, 2));
    }
}
