//! Orders changed in place.

use super::*;

/// A change of alice's order `#7` on the perpetual.
fn change(qty: Option<u64>, price: Option<i64>) -> ModifyOrder {
    ModifyOrder {
        market: PERP,
        order: OrderRef::Client(ClientId(7)),
        qty: qty.map(Qty),
        price: price.map(Price),
        trigger: None,
        if_crossing: IfCrossing::Refuse,
    }
}

/// Alice bids for ten at 1000 before carol does.
fn two_bids() -> World {
    let mut world = World::rich();
    let bid = limit(PERP, Side::Buy, 1000, 10);
    world.place("alice", PlaceOrder { client_id: Some(ClientId(7)), ..bid }).unwrap();
    world.place("carol", bid).unwrap();
    world
}

/// What the change comes to, and who is met first after it.
fn check(qty: Option<u64>, price: Option<i64>, expected: &str, first: &str) {
    let mut world = two_bids();
    let id = world.exchange.open_orders(world.id("alice"), None)[0].id;
    let done = world.modify("alice", change(qty, price));
    assert_eq!(shown(&done), expected, "{qty:?} {price:?}");
    if let Ok(view) = done {
        assert_eq!(view.id, id, "it keeps its id");
    }
    world.place("bob", at_market(PERP, Side::Sell, Amount::Base(Qty(1)))).unwrap();
    assert_eq!(world.net(first, PERP), 1, "{qty:?} {price:?}: {first} is first");
}

#[test]
fn only_a_smaller_order_keeps_its_place() {
    check(Some(4), None, "0/4 New", "alice");
    check(Some(10), Some(1000), "0/10 New", "alice");
    check(Some(11), None, "0/11 New", "carol");
    check(None, Some(1001), "0/10 New", "alice");
    check(None, Some(999), "0/10 New", "carol");
    check(Some(0), None, "0/10 Cancelled", "carol");
    check(Some(2_000_000), None, "Size", "alice");
    check(None, Some(0), "Price", "alice");
}

#[test]
fn the_new_size_counts_what_is_filled() {
    let mut world = two_bids();
    world.place("bob", limit(PERP, Side::Sell, 1000, 4)).unwrap();
    assert_eq!(shown(&world.modify("alice", change(Some(6), None))), "4/6 PartiallyFilled");
    let view = world.modify("alice", change(Some(20), Some(1001))).unwrap();
    assert_eq!((view.left(), view.version, view.status), (Qty(16), 2, Status::PartiallyFilled));
    assert_eq!(world.exchange.book(PERP, 1).bids, [Level { price: Price(1001), qty: Qty(16) }]);
    assert_eq!(shown(&world.modify("alice", change(Some(4), None))), "4/20 Cancelled");
    assert_eq!(shown(&world.modify("alice", change(Some(4), None))), "NoSuchOrder");
}

#[test]
fn a_changed_order_may_match() {
    let mut world = two_bids();
    world.place("bob", limit(PERP, Side::Sell, 1010, 3)).unwrap();
    assert_eq!(shown(&world.modify("alice", change(None, Some(1010)))), "3/10 PartiallyFilled");
    world.place("bob", limit(PERP, Side::Sell, 1020, 30)).unwrap();
    assert_eq!(shown(&world.modify("alice", change(None, Some(1020)))), "10/10 Filled");
    assert_eq!(world.net("alice", PERP), 10);
}

#[test]
fn a_post_only_order_is_left_or_taken_off() {
    for (if_crossing, expected) in [(IfCrossing::Refuse, "WouldMatch"), (IfCrossing::Expire, "0/10 PostOnly")]
    {
        let mut world = World::rich();
        world.place("bob", limit(PERP, Side::Sell, 1010, 3)).unwrap();
        let bid = PlaceOrder { post_only: true, ..limit(PERP, Side::Buy, 1000, 10) };
        world.place("alice", PlaceOrder { client_id: Some(ClientId(7)), ..bid }).unwrap();
        let change = ModifyOrder { if_crossing, ..change(None, Some(1010)) };
        assert_eq!(shown(&world.modify("alice", change)), expected);
        let left = world.exchange.open_orders(world.id("alice"), None).len();
        assert_eq!(left, usize::from(if_crossing == IfCrossing::Refuse));
    }
}

#[test]
fn money_is_asked_for_the_difference() {
    let mut world = World::new();
    world.fund("alice", "USDC", "10");
    let bid = PlaceOrder { client_id: Some(ClientId(7)), ..limit(PERP, Side::Buy, 1000, 2000) };
    world.place("alice", bid).unwrap();
    assert_eq!(shown(&world.modify("alice", change(Some(2001), None))), "Margin");
    assert_eq!(shown(&world.modify("alice", change(None, Some(999)))), "0/2000 New");
    assert_eq!(shown(&world.modify("alice", change(Some(1500), None))), "0/1500 New");
    assert_eq!(shown(&world.modify("alice", change(Some(2000), None))), "0/2000 New");
    world.cancel("alice", PERP, OrderRef::Client(ClientId(7))).unwrap();
    // Spot: what the order has locked already is there for it. With fees, a lot at this price holds 0.0000100050.
    let spot = |qty, price| ModifyOrder { market: SPOT, ..change(qty, price) };
    world.exchange.listings[1].market.max_qty = None;
    let lots = 199_000_000_000;
    let bid = limit(SPOT, Side::Buy, 1_000_000, lots);
    world.place("alice", PlaceOrder { client_id: Some(ClientId(7)), ..bid }).unwrap();
    assert_eq!(world.exchange.balance(world.id("alice"), "USDC").locked, money("9.954975"));
    assert_eq!(shown(&world.modify("alice", spot(None, Some(1_010_000)))), "Funds");
    assert_eq!(shown(&world.modify("alice", spot(None, Some(1_001_000)))), format!("0/{lots} New"));
    assert_eq!(world.exchange.balance(world.id("alice"), "USDC").locked, money("9.964929975"));
    assert_eq!(shown(&world.modify("alice", spot(Some(lots / 2), None))), format!("0/{} New", lots / 2));
}
