//! What the client half makes of a venue that makes trouble: nothing is lost, doubled, or believed too early.

use super::*;
use crate::{
    lighter::server::Switches,
    server::{Mischief, VenueServer},
};

#[test]
fn a_number_that_somebody_else_used_is_overcome_and_nothing_is_lost_or_doubled() {
    for orders_by in [OrdersBy::Http, OrdersBy::Socket] {
        let mut pair = Pair::connected(orders_by, options());
        for id in 1..=3 {
            assert!(pair.world.server.mischief(pair.world.now, Some("101"), Mischief::SkipNonce));
            let told = pair.ask(&Ask::Place(placement(id, Side::Buy, post_only(230_000))));
            assert_eq!(told, Ok(vec![Event::Queued { client_id: ClientId(id) }]), "{orders_by:?}");
        }
        let open = pair.ask(&Ask::OpenOrders(None)).unwrap();
        assert_eq!(told(&open[0]), "open [3, 2, 1] complete true", "{orders_by:?}");
    }
}

#[test]
fn many_on_their_way_by_socket_go_through_one_key_in_order() {
    let mut pair = Pair::connected(OrdersBy::Socket, options());
    pair.upkeep();
    let (mut calls, mut answered) = (Vec::new(), Vec::new());
    for id in 1..=200 {
        let ask = Ask::Place(placement(id, Side::Buy, post_only(230_000 - i64::try_from(id).unwrap())));
        assert!(pair.client.may_encode(&ask), "nothing waits for an answer");
        let mut outbox = Outbox::default();
        pair.client.encode(pair.world.now, CallRef(10_000 + id), &ask, &mut outbox).unwrap();
        calls.push(10_000 + id);
        // The venue reads them; the answers are read once all are sent.
        pair.say(outbox.frames);
    }
    for Answered { to, result, .. } in pair.hear() {
        assert_eq!(result, Ok(Next::Done));
        answered.push(to.0);
    }
    assert_eq!(answered, calls);
    pair.world.advance(Duration::from_secs(1));
    let open = pair.ask(&Ask::OpenOrders(None)).unwrap();
    assert!(matches!(&open[..], [Event::OpenOrders(rows)] if rows.rows.len() == 200));
}

#[test]
fn an_order_that_the_sequencer_forgot_is_not_said_to_be_absent_before_its_time() {
    let mut pair = Pair::connected(OrdersBy::Socket, options());
    assert!(pair.world.server.mischief(pair.world.now, Some("101"), Mischief::DropAccepted));
    let asks = [
        Ask::Place(placement(1, Side::Buy, post_only(239_000))),
        Ask::Order(query(&pair, 1), Mode::Live),
        Ask::Place(placement(2, Side::Buy, post_only(238_000))),
    ];
    expect![[r#"
        Place: Queued { client_id: ClientId(1) }
        Order: NoSuchOrder { client_id: ClientId(1), mode: Live, complete: true }
        Order: NoSuchOrder { client_id: ClientId(1), mode: History, complete: false }
        Place: Queued { client_id: ClientId(2) }
          heard: order Some(2) buy 0/1000 v0 Open
    "#]]
    .assert_eq(&pair.story(&asks));
}

#[test]
fn what_the_engine_refuses_is_proven_refused() {
    let mut pair = Pair::connected(OrdersBy::Http, options());
    let mut reduce_only = placement(1, Side::Sell, post_only(245_000));
    reduce_only.order.exposure = Exposure::ReduceOnly;
    let mut large = placement(2, Side::Buy, post_only(239_000));
    large.order.qty = Qty(100_000_000_000);
    let asks = [
        Ask::Place(reduce_only),
        Ask::Order(query(&pair, 1), Mode::Live),
        Ask::Place(large),
        Ask::Order(query(&pair, 2), Mode::Live),
        Ask::Place(placement(3, Side::Buy, post_only(239_000))),
        Ask::Place(placement(3, Side::Buy, post_only(238_000))), // in use
    ];
    expect![[r#"
        Place: Queued { client_id: ClientId(1) }
        Order: NoSuchOrder { client_id: ClientId(1), mode: Live, complete: true }
        Order: refused 1: 21732: reduce only increases position
        Place: refused: 21706: invalid order base or quote amount
        Order: NoSuchOrder { client_id: ClientId(2), mode: Live, complete: true }
        Order: NoSuchOrder { client_id: ClientId(2), mode: History, complete: true }
        Place: Queued { client_id: ClientId(3) }
          heard: order Some(3) buy 0/1000 v0 Open
        Place: refused: 21728: client order index already exists
    "#]]
    .assert_eq(&pair.story(&asks));
}

#[test]
fn tokens_that_end_before_their_time_are_made_anew() {
    let mut pair = Pair::connected(OrdersBy::Socket, options());
    pair.world.advance(Duration::from_secs(30));
    pair.hear();
    assert!(pair.world.server.mischief(pair.world.now, Some("101"), Mischief::ExpireTokens));
    assert!(matches!(pair.ask(&Ask::OpenOrders(None)).unwrap()[..], [Event::OpenOrders(_)]));
    pair.world.advance(Duration::from_secs(2));
    pair.hear();
    // The driver asks for what it may not have heard.
    pair.n_unreadable = 0;
    pair.heard.clear();
    expect![[r#"
        Place: Queued { client_id: ClientId(1) }
          heard: order Some(1) buy 0/1000 v0 Open
    "#]]
    .assert_eq(&pair.story(&[Ask::Place(placement(1, Side::Buy, post_only(239_000)))]));
}

#[test]
fn a_lagging_nonce_and_bare_refusals_are_overcome() {
    let switches = Switches { next_nonce_lag_ms: 500, socket_refusals_are_bare: true, ..Switches::default() };
    let mut pair = Pair::connected(OrdersBy::Socket, server::Options { switches, ..options() });
    for id in 1..=3 {
        assert!(pair.world.server.mischief(pair.world.now, Some("101"), Mischief::SkipNonce));
        let told = pair.ask(&Ask::Place(placement(id, Side::Buy, post_only(230_000))));
        assert_eq!(told, Ok(vec![Event::Queued { client_id: ClientId(id) }]));
    }
    let open = pair.ask(&Ask::OpenOrders(None)).unwrap();
    assert_eq!(told(&open[0]), "open [3, 2, 1] complete true");
}
