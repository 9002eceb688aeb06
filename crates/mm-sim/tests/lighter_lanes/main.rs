//! Many tasks trade through one connector to the simulated Lighter at once: nonces reach the wire in order, nothing is
//! refused, and when numbers, answers or the socket are lost, no order is lost or doubled.

#[path = "../support/mod.rs"]
mod support;
mod venue;
mod wire;
mod world;

use std::time::Duration;

use mm_sim::faults::{Action, Place, Rule, Schedule};
use mm_venues::lighter::OrdersBy;

use self::world::{Case, Ended, run};

const TASKS: usize = 64;
/// Everybody has traded for a while by then, and goes on after it.
const IN_THE_MIDDLE: Duration = Duration::from_millis(40);

fn one_key(orders_by: OrdersBy, orders: usize) -> Case {
    Case { orders_by, lanes: 1, orders, pause: Duration::ZERO, faults: Schedule::default() }
}

/// Nothing goes wrong: every order is sent once, every number used once and in turn.
fn check_calm(case: &Case) {
    let ended = run(case);
    ended.check();
    let (sent, orders) = (ended.wire.sent.as_slice(), TASKS * case.orders);
    assert_eq!(ended.wire.refused, [] as [String; 0]);
    assert_eq!(sent.iter().filter(|tx| tx.client_id.is_some()).count(), orders, "each order once");
    assert_eq!((ended.not_sent, ended.unknown, ended.status.resent), (0, 0, 0));
    let keys = ended.wire.keys();
    assert_eq!(keys.len(), usize::from(case.lanes));
    for key in keys {
        let nonces: Vec<i64> = sent.iter().filter(|tx| tx.key == key).map(|tx| tx.nonce).collect();
        let first = nonces[0];
        let in_turn = nonces.iter().zip(first..).all(|(nonce, turn)| *nonce == turn);
        assert!(in_turn, "key {key}: {nonces:?}");
        let share = sent.len() / usize::from(case.lanes);
        assert!(nonces.len() > share / 2, "key {key} carried {} of {}", nonces.len(), sent.len());
    }
}

/// Something is lost on the way, while everybody trades.
fn check_trouble(orders_by: OrdersBy, lanes: u8, rule: Rule) -> Ended {
    let faults = Schedule::of([rule.account("alice").times(1)]);
    let ended = run(&Case { orders_by, lanes, orders: 5, pause: Duration::ZERO, faults });
    ended.check();
    ended
}

fn after(place: Place, action: Action) -> Rule {
    Rule::new(place, action).from(IN_THE_MIDDLE)
}

#[test]
fn a_hundred_orders_of_each_of_64_tasks_by_socket_with_one_key() {
    check_calm(&one_key(OrdersBy::Socket, 100));
}

#[test]
fn orders_by_http_with_one_key() {
    check_calm(&one_key(OrdersBy::Http, 5));
}

#[test]
fn orders_by_socket_and_by_http_with_several_keys() {
    for orders_by in [OrdersBy::Socket, OrdersBy::Http] {
        check_calm(&Case {
            orders_by,
            lanes: 4,
            orders: 5,
            pause: Duration::ZERO,
            faults: Schedule::default(),
        });
    }
}

#[test]
fn fault_52_a_forced_gap_is_mended_and_what_was_refused_is_signed_anew() {
    for (orders_by, lanes) in [(OrdersBy::Socket, 1), (OrdersBy::Http, 1), (OrdersBy::Socket, 4)] {
        let ended = check_trouble(orders_by, lanes, after(Place::Request, Action::SkipNonce));
        assert!(0 < ended.status.resent, "{orders_by:?}: the gap was met");
        assert_eq!((ended.not_sent, ended.unknown), (0, 0), "{orders_by:?}: nobody noticed");
    }
}

#[test]
fn fault_51_a_transaction_that_never_arrives_costs_no_order() {
    for (orders_by, lanes) in [(OrdersBy::Socket, 1), (OrdersBy::Http, 1), (OrdersBy::Http, 4)] {
        let ended = check_trouble(orders_by, lanes, after(Place::Request, Action::Drop).ask("place"));
        // Others may have grown old in the queue meanwhile: they were given back unsent.
        assert_eq!(ended.unknown, 1, "{orders_by:?}: only the one that was lost");
    }
}

#[test]
fn fault_51_an_answer_that_never_comes_costs_no_order() {
    let by_socket = after(Place::Frame, Action::Drop);
    let ended = check_trouble(OrdersBy::Socket, 1, by_socket.stream("jsonapi/sendtx"));
    assert_eq!(ended.status.unanswered, 1);
    let ended = check_trouble(OrdersBy::Http, 1, after(Place::Reply, Action::Drop).ask("place"));
    assert_eq!(ended.status.unanswered, 1);
}

#[test]
fn fault_51_a_socket_that_is_cut_with_many_on_their_way_costs_no_order() {
    for lanes in [1, 4] {
        let ended = check_trouble(OrdersBy::Socket, lanes, after(Place::Request, Action::Disconnect));
        assert_eq!(ended.status.reconnects, 1);
    }
}

#[test]
fn fault_53_what_the_venue_takes_and_drops_is_unknown_until_its_time_is_over() {
    for orders_by in [OrdersBy::Socket, OrdersBy::Http] {
        let ended = check_trouble(orders_by, 1, after(Place::Request, Action::DropAccepted).ask("place"));
        assert_eq!(ended.unknown, 1, "{orders_by:?}");
        assert!(Duration::from_secs(30) <= ended.took, "{orders_by:?}: it was proven after {:?}", ended.took);
    }
}

#[test]
fn fault_54_a_token_that_ends_on_a_live_socket_is_made_anew_and_nothing_goes_unheard() {
    for orders_by in [OrdersBy::Socket, OrdersBy::Http] {
        let faults = Schedule::of([after(Place::Request, Action::ExpireTokens).account("alice").times(1)]);
        // The venue looks through its tokens each second: everybody goes on trading for longer than that.
        let ended = run(&Case { orders_by, lanes: 1, orders: 8, pause: Duration::from_millis(300), faults });
        ended.check();
        assert_eq!((ended.not_sent, ended.unknown), (0, 0), "{orders_by:?}");
        assert!(ended.status.ready, "{orders_by:?}: {:?}", ended.status.reason);
        assert_eq!(ended.status.reconnects, 0, "{orders_by:?}: the socket itself holds");
        assert!(0 < ended.status.undecodable, "{orders_by:?}: each channel that was cut is counted");
    }
}
