//! What few orders have: triggers, times, worst averages, and whom they must not meet.

use super::*;

fn trigger(kind: TriggerKind, price: i64) -> Terms {
    Terms { trigger: Some(Trigger { kind, price: Price(price) }), ..Terms::default() }
}

fn with(terms: Terms, order: PlaceOrder) -> PlaceOrder {
    PlaceOrder { terms, ..order }
}

/// Alice is long five at 1000; carol bids 990 and offers 1010, far behind bob.
fn long_five() -> World {
    let mut world = World::rich();
    world.place("bob", limit(PERP, Side::Sell, 1000, 5)).unwrap();
    world.place("alice", limit(PERP, Side::Buy, 1000, 5)).unwrap();
    world.place("carol", limit(PERP, Side::Buy, 990, 50)).unwrap();
    world.place("carol", limit(PERP, Side::Sell, 1010, 50)).unwrap();
    world
}

fn index(world: &mut World, price: i64) {
    world.exchange.set_index(world.now, PERP, Price(price));
    world.check();
}

fn last_end(world: &World, name: &str) -> String {
    shown(&Ok(*world.exchange.order_history(world.id(name)).last().expect("an order ended")))
}

/// The order sleeps at a mark of 1000 and wakes at one of the two marks only.
fn check_wakes(kind: TriggerKind, side: Side, at: (i64, i64)) {
    let (asleep, awake) = at;
    let mut world = long_five();
    world.place("bob", limit(PERP, Side::Buy, 1, 1)).unwrap();
    let order = at_market(PERP, side, Amount::Base(Qty(2)));
    let placed = world.place("alice", with(trigger(kind, awake), order));
    assert_eq!(shown(&placed), "0/2 PendingMark");
    let margin = world.exchange.margin(world.id("alice"), "USDC");
    assert_eq!(margin.orders, Money::ZERO, "a sleeping order holds nothing");
    // The median of index, mid (1000) and last (1000) follows the index only with the mid out of the way.
    for name in ["carol", "bob"] {
        world.exchange.cancel_all(world.now, world.id(name), None);
    }
    world.place("carol", limit(PERP, Side::Buy, asleep.min(awake) - 200, 50)).unwrap();
    index(&mut world, asleep);
    assert_eq!(world.exchange.open_orders(world.id("alice"), None).len(), 1, "{kind:?} {side:?}");
    world.place("carol", limit(PERP, Side::Sell, asleep.max(awake) + 200, 50)).unwrap();
    assert_eq!(world.exchange.open_orders(world.id("alice"), None).len(), 1);
    world.exchange.external_trade(
        world.now,
        PERP,
        crate::ExternalTrade { price: Price(awake), qty: Qty(1), taker: Side::Buy },
    );
    index(&mut world, awake);
    assert_eq!(last_end(&world, "alice"), "2/2 Filled", "{kind:?} {side:?} at {awake}");
}

#[test]
fn triggers() {
    check_wakes(TriggerKind::StopLoss, Side::Sell, (1001, 950));
    check_wakes(TriggerKind::TakeProfit, Side::Sell, (999, 1050));
    check_wakes(TriggerKind::StopLoss, Side::Buy, (999, 1050));
    check_wakes(TriggerKind::TakeProfit, Side::Buy, (1001, 950));
}

#[test]
fn a_woken_order_is_judged_then() {
    let check = |order: PlaceOrder, expected: &str| {
        let mut world = long_five();
        let sleeping = with(trigger(TriggerKind::StopLoss, 995), order);
        assert!(world.place("alice", sleeping).unwrap().status.is_pending());
        let n = world.facts.len();
        // Mid 992, index 980, last 1000: the mark is 992.
        world.place("bob", limit(PERP, Side::Sell, 995, 1)).unwrap();
        index(&mut world, 980);
        assert!(world.facts[n..].iter().any(|fact| matches!(fact, Fact::Triggered(_))), "{expected}");
        let alice = world.id("alice");
        let live = world.exchange.open_orders(alice, None);
        let now = live.first().map_or_else(|| last_end(&world, "alice"), |view| shown(&Ok(*view)));
        assert_eq!(now, expected);
    };
    let sell = |qty| at_market(PERP, Side::Sell, Amount::Base(Qty(qty)));
    let reduce = |order| PlaceOrder { exposure: Exposure::ReduceOnly, ..order };
    check(sell(9), "9/9 Filled");
    check(reduce(sell(9)), "5/5 Filled");
    check(PlaceOrder { amount: Amount::All, ..reduce(sell(9)) }, "5/5 Filled");
    check(limit(PERP, Side::Sell, 991, 3), "0/3 New");
    check(limit(PERP, Side::Sell, 990, 3), "3/3 Filled");
    check(PlaceOrder { post_only: true, ..limit(PERP, Side::Sell, 990, 3) }, "0/3 PostOnly");
    check(with(Terms { worst_average: Some(Price(991)), ..Terms::default() }, sell(3)), "3/3 Filled");
}

#[test]
fn a_sleeping_order_is_the_accounts_own() {
    let mut world = long_five();
    let stop = PlaceOrder {
        client_id: Some(ClientId(7)),
        ..with(trigger(TriggerKind::StopLoss, 900), at_market(PERP, Side::Sell, Amount::Base(Qty(2))))
    };
    assert_eq!(shown(&world.place("alice", stop)), "0/2 PendingMark");
    assert_eq!(shown(&world.place("alice", stop)), "DuplicateClientId");
    let change = |qty: Option<u64>, price: Option<i64>, trigger: Option<i64>| ModifyOrder {
        market: PERP,
        order: OrderRef::Client(ClientId(7)),
        qty: qty.map(Qty),
        price: price.map(Price),
        trigger: trigger.map(Price),
        if_crossing: IfCrossing::Refuse,
    };
    let changed = world.modify("alice", change(Some(3), Some(985), Some(950))).unwrap();
    assert_eq!(
        (changed.qty, changed.order.terms.worst_average, changed.version),
        (Qty(3), Some(Price(985)), 1)
    );
    assert_eq!(changed.order.terms.trigger.map(|trigger| trigger.price), Some(Price(950)));
    assert_eq!(shown(&world.modify("alice", change(None, None, Some(0)))), "Price");
    assert_eq!(
        shown(&world.modify("alice", change(None, None, Some(1000)))),
        "3/3 Filled",
        "the mark is there"
    );
    assert_eq!(shown(&world.place("alice", stop)), "0/2 PendingMark");
    assert_eq!(shown(&world.cancel("alice", PERP, OrderRef::Client(ClientId(7)))), "0/2 Cancelled");
    index(&mut world, 500);
    assert_eq!(world.net("alice", PERP), 2);
}

#[test]
fn time_is_over() {
    let mut world = World::rich();
    let at = world.now + Duration::from_secs(60);
    let until = Terms { expires_at: Some(at), ..Terms::default() };
    let asleep = Terms { expires_at: Some(at), ..trigger(TriggerKind::TakeProfit, 1) };
    let bid = limit(PERP, Side::Buy, 990, 5);
    for terms in [until, asleep] {
        world.place("alice", with(terms, bid)).unwrap();
    }
    world.place("bob", with(until, limit(PERP, Side::Sell, 990, 2))).unwrap();
    assert_eq!(world.exchange.next_wake(), Some(at));
    world.exchange.advance(Timestamp(at.0 - 1));
    assert_eq!(world.exchange.open_orders(world.id("alice"), None).len(), 2);
    world.exchange.advance(at);
    world.now = at;
    world.check();
    let ends: Vec<_> =
        world.exchange.order_history(world.id("alice")).map(|view| shown(&Ok(*view))).collect();
    assert_eq!(ends, ["2/5 Time", "0/5 Time"]);
    assert_eq!(shown(&world.place("alice", with(until, bid))), "TooLate");
}

#[test]
fn worst_average() {
    let check = |side, worst, amount, expected: &str| {
        let mut world = World::rich();
        for (price, qty) in [(1000, 2), (1001, 2), (1004, 50)] {
            world.place("carol", limit(PERP, Side::Sell, price, qty)).unwrap();
            world.place("carol", limit(PERP, Side::Buy, 1998 - price, qty)).unwrap();
        }
        let terms = Terms { worst_average: Some(Price(worst)), ..Terms::default() };
        let placed = world.place("alice", with(terms, at_market(PERP, side, amount)));
        assert_eq!(shown(&placed), expected, "{side} {worst}");
        if let Ok(view) = placed {
            let bound = Price(worst).0 * i64::try_from(view.filled.0).unwrap();
            let paid = view.filled_quote.0 / world.exchange.state(PERP).units.tick_lot;
            assert!(i128::from(side.sign()) * (i128::from(bound) - paid) >= 0);
        }
    };
    let lots = |n| Amount::Base(Qty(n));
    check(Side::Buy, 999, lots(3), "0/3 Slippage");
    check(Side::Buy, 1000, lots(3), "2/3 Slippage");
    check(Side::Buy, 1001, lots(9), "4/9 Slippage");
    check(Side::Buy, 1002, lots(9), "7/9 Slippage"); // (2000 + 2002 + 3 × 1004) / 7 = 1002
    check(Side::Buy, 1003, lots(9), "9/9 Filled");
    check(Side::Buy, 1001, Amount::Quote(money("0.31")), "3/3 Filled");
    check(Side::Buy, 1000, Amount::Quote(money("0.31")), "2/2 Slippage");
    check(Side::Sell, 998, lots(3), "2/3 Slippage");
    check(Side::Sell, 996, lots(9), "7/9 Slippage");
    check(Side::Sell, 995, lots(9), "9/9 Filled");
    let mut world = World::rich();
    let terms = Terms { worst_average: Some(Price(1000)), ..Terms::default() };
    assert_eq!(shown(&world.place("alice", with(terms, at_market(PERP, Side::Buy, lots(1))))), "NoLiquidity");
    assert_eq!(shown(&world.place("alice", with(terms, limit(PERP, Side::Buy, 1000, 1)))), "Flags");
}

#[test]
fn meeting_oneself() {
    let check = |self_trade, same_trader, who, expected: (&str, &str)| {
        let mut world = World::rich();
        world.exchange.set_master(world.id("bob"), world.id("alice"));
        world.place("alice", limit(PERP, Side::Sell, 1000, 5)).unwrap();
        world.place("carol", limit(PERP, Side::Sell, 1001, 50)).unwrap();
        let terms = Terms { same_trader, ..Terms::default() };
        let order = PlaceOrder { self_trade, ..with(terms, limit(PERP, Side::Buy, 1001, 8)) };
        assert_eq!(shown(&world.place(who, order)), expected.0, "{self_trade:?} {same_trader:?}");
        let asks = world.exchange.open_orders(world.id("alice"), None);
        let left: Vec<_> = asks.iter().map(|view| shown(&Ok(*view))).collect();
        assert_eq!(left.join(" "), expected.1, "{self_trade:?} {same_trader:?}");
    };
    use SameTrader::{Account, Master};
    use SelfTrade::{Reduce, RejectBoth, RejectMaker, RejectTaker};
    check(RejectTaker, Account, "alice", ("0/8 SelfTrade", "0/5 New"));
    check(RejectMaker, Account, "alice", ("8/8 Filled", ""));
    check(RejectBoth, Account, "alice", ("0/8 SelfTrade", ""));
    check(Reduce, Account, "alice", ("3/3 Filled", ""));
    check(RejectTaker, Account, "bob", ("8/8 Filled", ""));
    check(RejectTaker, Master, "bob", ("0/8 SelfTrade", "0/5 New"));
    check(RejectMaker, Master, "bob", ("8/8 Filled", ""));
    check(Reduce, Master, "bob", ("Flags", "0/5 New"));
    let mut world = World::rich();
    world.place("alice", limit(PERP, Side::Sell, 1000, 5)).unwrap();
    let order = PlaceOrder { self_trade: Reduce, ..limit(PERP, Side::Buy, 1001, 3) };
    assert_eq!(shown(&world.place("alice", order)), "0/3 SelfTrade");
    assert_eq!(world.exchange.best(PERP, Side::Sell).map(|level| level.qty), Some(Qty(2)));
}

#[test]
fn an_order_that_the_engine_never_took() {
    let mut world = World::rich();
    let order = limit(PERP, Side::Buy, 1000, 3);
    let why = Expiry::from(Reject::Margin);
    let view = world.exchange.refuse(world.now, world.id("alice"), (order, why)).unwrap();
    world.check();
    world.agrees(&view);
    assert_eq!(shown(&Ok(view)), "0/3 Margin");
    assert_eq!(Expiry::from(Reject::Band), Expiry::Refused(Reject::Band));
}
