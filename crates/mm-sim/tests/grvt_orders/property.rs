//! Several troubles at once, at random, among orders of every kind: the same must hold.

use std::time::Duration;

use mm_sim::faults::{Action, Place, Rule, Schedule};
use mm_venues::grvt::{OrdersBy, wire::Encoding};
use proptest::{prelude::*, sample::select};

use crate::world::{Case, run};

/// By hand: `PROPTEST_CASES=2000 cargo test -p mm-sim --test grvt_orders property`.
const CASES: u32 = 12;
/// Late, and in sum still within the time in which an order may be on its way: what comes later is an alarm.
const LATE_MS_MAX: u64 = 2_000;

/// What is asked by those who trade and by the connector itself.
const ASKS: [&str; 10] = [
    "place",
    "batch",
    "cancel",
    "cancel_all",
    "order",
    "history",
    "open_orders",
    "fills",
    "positions",
    "login",
];
/// What comes by socket, answers too.
const STREAMS: [&str; 10] = [
    "v1.order",
    "v1.state",
    "v1.fill",
    "v1.position",
    "v1.cancel",
    "v1.book.d",
    "v1/create_order",
    "v1/cancel_order",
    "v1/cancel_all_orders",
    "subscribe",
];

fn status() -> impl Strategy<Value = Action> {
    select(vec![
        (502, "<html>bad gateway</html>"),
        (503, ""),
        (500, r#"{"code":1002,"message":"?","status":500}"#),
    ])
    .prop_map(|(code, body)| Action::Status { code, body: body.to_owned() })
}

/// What may happen anywhere on the way.
fn on_the_way() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => Just(Action::Drop),
        2 => (1..=LATE_MS_MAX).prop_map(|ms| Action::Delay { ms }),
        1 => Just(Action::Reorder),
        2 => Just(Action::Corrupt),
        1 => Just(Action::Disconnect),
    ]
}

fn requests() -> impl Strategy<Value = Rule> {
    let anything = prop_oneof![
        4 => on_the_way(),
        1 => Just(Action::Duplicate),
        1 => status(),
        1 => Just(Action::RateLimit { retry_after_s: 1 }),
        1 => (-2_000_i64..=2_000).prop_map(|ms| Action::Skew { ms }),
        2 => Just(Action::ExpireTokens),
    ];
    let place = select(vec![Action::DropAccepted, Action::RejectAccepted]);
    prop_oneof![
        6 => (select(ASKS.to_vec()), anything).prop_map(|(ask, action)| Rule::new(Place::Request, action).ask(ask)),
        1 => (select(vec!["place", "batch"]), place)
            .prop_map(|(ask, action)| Rule::new(Place::Request, action).ask(ask)),
        1 => select(vec!["cancel", "cancel_all"])
            .prop_map(|ask| Rule::new(Place::Request, Action::IgnoreCancel).ask(ask)),
    ]
}

fn replies() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![3 => on_the_way(), 1 => status()];
    // Lists of what is live may be old; who tells of the past and lies proves what is not so.
    let old = select(vec!["place", "cancel", "open_orders", "positions"]);
    prop_oneof![
        4 => (select(ASKS.to_vec()), action).prop_map(|(ask, action)| Rule::new(Place::Reply, action).ask(ask)),
        1 => old.prop_map(|ask| Rule::new(Place::Reply, Action::Stale).ask(ask)),
    ]
}

fn frames() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![4 => on_the_way(), 1 => Just(Action::Duplicate), 1 => Just(Action::Stale)];
    (select(STREAMS.to_vec()), action)
        .prop_map(|(stream, action)| Rule::new(Place::Frame, action).stream(stream))
}

fn connections() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![Just(Action::Disconnect), Just(Action::Drop), status()];
    action.prop_map(|action| Rule::new(Place::Connection, action))
}

fn rule() -> impl Strategy<Value = Rule> {
    let met = prop_oneof![4 => requests(), 3 => replies(), 3 => frames(), 1 => connections()];
    (met, 0_u64..120, 1_u64..=2)
        .prop_map(|(rule, from_ms, times)| rule.from(Duration::from_millis(from_ms)).times(times))
}

prop_compose! {
    fn case()(
        orders_by in select(vec![OrdersBy::Socket, OrdersBy::Http]),
        encoding in select(Encoding::ALL.to_vec()),
        tasks in 1_usize..8,
        orders in 1_usize..4,
        pause_ms in 0_u64..60,
        batch_every in select(vec![0_usize, 2, 3]),
        sweeps in select(vec![0_usize, 0, 1, 4]),
        seed in 1_u64..1_000,
        rules in prop::collection::vec(rule(), 1..5),
    ) -> Case {
        let pause = Duration::from_millis(pause_ms);
        Case { tasks, orders, pause, batch_every, sweeps, seed, faults: Schedule::of(rules), ..Case::new(orders_by, encoding) }
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_goes_wrong_every_order_ends_as_the_venue_says(case in case()) {
        run(&case).check();
    }
}
