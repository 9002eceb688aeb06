//! Orders that are tied together.

use super::*;
use crate::Grouping::{self, OneCancelsOther, OneTriggersOther, OneTriggersPair};

/// A reduce-only sell order without a size, at the market, from this mark on.
fn leg(kind: TriggerKind, price: i64) -> PlaceOrder {
    let terms = Terms { trigger: Some(Trigger { kind, price: Price(price) }), ..Terms::default() };
    let order = at_market(PERP, Side::Sell, Amount::All);
    PlaceOrder { exposure: Exposure::ReduceOnly, terms, ..order }
}

fn stop() -> PlaceOrder {
    leg(TriggerKind::StopLoss, 950)
}

fn profit() -> PlaceOrder {
    leg(TriggerKind::TakeProfit, 1050)
}

/// Bob offers three at 1000 and bids at 900.
fn market() -> World {
    let mut world = World::rich();
    world.place("bob", limit(PERP, Side::Sell, 1000, 3)).unwrap();
    world.place("bob", limit(PERP, Side::Buy, 900, 50)).unwrap();
    world
}

/// What became of alice's orders, in the order of their ids.
fn fates(world: &World) -> String {
    let alice = world.id("alice");
    let over = world.exchange.order_history(alice).copied();
    let mut all: Vec<_> = world.exchange.open_orders(alice, None).into_iter().chain(over).collect();
    all.sort_by_key(|view| view.id);
    all.into_iter().map(|view| shown(&Ok(view))).collect::<Vec<_>>().join(", ")
}

/// Places a group, then does something; the fates after each.
fn check(
    grouping: Grouping,
    orders: &[PlaceOrder],
    then: impl FnOnce(&mut World),
    expected: (&str, &str),
) -> World {
    let mut world = market();
    world.place_group("alice", grouping, orders).expect("it is taken");
    assert_eq!(fates(&world), expected.0, "{grouping:?}");
    then(&mut world);
    world.check();
    assert_eq!(fates(&world), expected.1, "{grouping:?}");
    world
}

/// Both sides of the book are far away, and the index is here: so is the mark.
fn mark(world: &mut World, price: i64) {
    world.exchange.set_index(world.now, PERP, Price(price));
    let trade = crate::ExternalTrade { price: Price(price), qty: Qty(1), taker: Side::Buy };
    world.exchange.external_trade(world.now, PERP, trade);
    world.check();
}

fn buy(price: i64, qty: u64) -> PlaceOrder {
    limit(PERP, Side::Buy, price, qty)
}

#[test]
fn a_parent_brings_its_child_to_life() {
    let waits = "0/5 New, 0/0 PendingParent";
    let sell = |world: &mut World, qty| {
        world.place("carol", limit(PERP, Side::Sell, 990, qty)).unwrap();
    };
    check(
        OneTriggersOther,
        &[buy(990, 5), stop()],
        |world| sell(world, 2),
        (waits, "2/5 PartiallyFilled, 0/0 PendingParent"),
    );
    check(
        OneTriggersOther,
        &[buy(990, 5), stop()],
        |world| sell(world, 5),
        (waits, "5/5 Filled, 0/5 PendingMark"),
    );
    check(
        OneTriggersOther,
        &[buy(1000, 3), stop()],
        |_| (),
        ("3/3 Filled, 0/3 PendingMark", "3/3 Filled, 0/3 PendingMark"),
    );
    // What a market order got is what its child closes.
    let at_once = at_market(PERP, Side::Buy, Amount::Base(Qty(9)));
    let got = "3/9 InsufficientLiquidity, 0/3 PendingMark";
    check(
        OneTriggersOther,
        &[at_once, stop()],
        |world| mark(world, 940),
        (got, "3/9 InsufficientLiquidity, 3/3 Filled"),
    );
    // A child without a trigger arrives at once.
    let exit = PlaceOrder { amount: Amount::All, ..limit(PERP, Side::Sell, 1100, 1) };
    check(OneTriggersOther, &[buy(1000, 2), exit], |_| (), ("2/2 Filled, 0/2 New", "2/2 Filled, 0/2 New"));
}

#[test]
fn a_parent_takes_its_children_along() {
    let waits = "0/5 New, 0/0 PendingParent, 0/0 PendingParent";
    let ends = "0/5 Cancelled, 0/0 Child, 0/0 Child";
    let cancel_first = |world: &mut World| {
        let id = world.exchange.open_orders(world.id("alice"), None)[0].id;
        world.cancel("alice", PERP, OrderRef::Id(id)).unwrap();
    };
    check(OneTriggersPair, &[buy(990, 5), stop(), profit()], cancel_first, (waits, ends));
    let partly = |world: &mut World| {
        world.place("carol", limit(PERP, Side::Sell, 990, 2)).unwrap();
        cancel_first(world);
    };
    check(
        OneTriggersPair,
        &[buy(990, 5), stop(), profit()],
        partly,
        (waits, "2/5 Cancelled, 0/0 Child, 0/0 Child"),
    );
    let never = PlaceOrder { time_in_force: TimeInForce::Ioc, ..buy(990, 5) };
    let ends = "0/5 ImmediateOrCancel, 0/0 Child";
    check(OneTriggersOther, &[never, stop()], |_| (), (ends, ends));
    let until = Terms { expires_at: Some(Timestamp::from_ms(1_060_000)), ..Terms::default() };
    let late = |world: &mut World| {
        world.place("carol", limit(PERP, Side::Sell, 990, 2)).unwrap();
        world.exchange.advance(Timestamp::from_ms(1_060_000));
    };
    let order = PlaceOrder { terms: until, ..buy(990, 5) };
    let waits = "0/5 New, 0/0 PendingParent";
    check(OneTriggersOther, &[order, stop()], late, (waits, "2/5 Time, 0/2 PendingMark"));
}

#[test]
fn one_cancels_the_other() {
    let mut world = market();
    world.place("alice", buy(1000, 3)).unwrap();
    let placed = world.place_group("alice", OneCancelsOther, &[stop(), profit()]).unwrap();
    assert_eq!(fates(&world), "3/3 Filled, 0/0 PendingMark, 0/0 PendingMark");
    let group = placed[0].group.and_then(|id| world.exchange.group(id)).expect("it is remembered");
    assert_eq!(group.orders, [placed[0].id, placed[1].id]);
    mark(&mut world, 1050);
    assert_eq!(fates(&world), "3/3 Filled, 0/0 OneCancelsOther, 3/3 Filled");
    let armed = "3/3 Filled, 0/3 PendingMark, 0/3 PendingMark";
    let orders = [buy(1000, 3), stop(), profit()];
    check(
        OneTriggersPair,
        &orders,
        |world| mark(world, 940),
        (armed, "3/3 Filled, 3/3 Filled, 0/3 OneCancelsOther"),
    );
}

#[test]
fn groups_that_are_none() {
    let refused = |grouping, orders: &[PlaceOrder], expected: Reject| {
        let mut world = market();
        let before = world.facts.len();
        assert_eq!(world.place_group("alice", grouping, orders), Err(expected), "{grouping:?}");
        assert_eq!(world.facts.len(), before, "nothing happened");
    };
    refused(OneTriggersOther, &[buy(1000, 3)], Reject::Flags);
    refused(OneTriggersOther, &[stop(), stop()], Reject::Flags);
    refused(OneCancelsOther, &[buy(1000, 3), stop()], Reject::Flags);
    refused(OneTriggersOther, &[limit(PERP, Side::Sell, 1000, 3), stop()], Reject::Flags);
    refused(OneTriggersPair, &[buy(1000, 3), stop(), buy(1000, 3)], Reject::Flags);
    refused(OneTriggersOther, &[PlaceOrder { market: REBATE, ..buy(1000, 3) }, stop()], Reject::Flags);
    refused(OneTriggersOther, &[buy(1000, 3_000_000), stop()], Reject::Size);
    let named = |order| PlaceOrder { client_id: Some(ClientId(7)), ..order };
    refused(OneTriggersOther, &[named(buy(1000, 3)), named(stop())], Reject::DuplicateClientId);
}
