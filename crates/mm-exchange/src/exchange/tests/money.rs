//! Balances, margin, funding, liquidation.

use super::*;

#[test]
fn a_spot_round_trip_locks_pays_and_charges() {
    let mut world = World::new();
    world.fund("alice", "USDC", "1000");
    world.fund("bob", "ETH", "5");
    let unit = 1_000_000_000; // lots in one ETH
    // 0.00000005 × 1000 ticks = 0.00005 USDC for one ETH.
    world.exchange.listings[1].market.max_qty = None;
    world.place("alice", limit(SPOT, Side::Buy, 2000, 2 * unit)).unwrap();
    let held = world.exchange.balance(world.id("alice"), "USDC");
    assert_eq!(held.locked, money("0.0002001"), "worth 0.0002 and the dearer fee, 0.05 %");
    let sold = world.place("bob", limit(SPOT, Side::Sell, 1000, unit));
    assert_eq!(shown(&sold), format!("{unit}/{unit} Filled"));
    let (alice, bob) = (world.id("alice"), world.id("bob"));
    assert_eq!(world.exchange.balance(alice, "ETH").available, money("1"));
    assert_eq!(world.exchange.balance(alice, "USDC").locked, money("0.00010005"));
    assert_eq!(
        world.exchange.balance(alice, "USDC").available,
        money("999.99979993"),
        "fee 0.02 % of 0.0001"
    );
    assert_eq!(world.exchange.balance(bob, "USDC").available, money("0.00009995"), "fee 0.05 % of 0.0001");
    assert_eq!(world.exchange.fees_collected("USDC"), money("0.00000007"));
    assert_eq!(shown(&world.place("bob", limit(SPOT, Side::Sell, 1000, 5 * unit))), "Funds");
    assert_eq!(shown(&world.place("bob", at_market(SPOT, Side::Buy, Amount::Base(Qty(1))))), "NoLiquidity");
    world.exchange.cancel_all(world.now, alice, None);
    world.check();
    assert_eq!(world.exchange.balance(alice, "USDC").locked, Money::ZERO);
}

#[test]
fn a_perpetual_needs_margin() {
    let mut world = World::new();
    world.fund("alice", "USDC", "10");
    world.fund("bob", "USDC", "1000");
    // One lot at 1000 ticks is worth 0.1 and needs 0.005: ten carry 2,000 lots.
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 2001))), "Margin");
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 2000))), "0/2000 New");
    assert_eq!(
        shown(&world.place("alice", limit(PERP, Side::Sell, 1001, 2000))),
        "0/2000 New",
        "not added up"
    );
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 999, 1))), "Margin");
    let alice = world.id("alice");
    let margin = world.exchange.margin(alice, "USDC");
    assert_eq!((margin.orders, margin.positions, margin.available), (money("10"), Money::ZERO, Money::ZERO));
    assert_eq!(world.exchange.set_leverage(alice, 10), Err(Reject::Margin));
    assert_eq!(
        (world.exchange.set_leverage(alice, 0), world.exchange.leverage(alice)),
        (Err(Reject::Size), 20)
    );
    world.exchange.cancel_all(world.now, alice, None);
    world.check();
    assert_eq!(world.exchange.set_leverage(alice, 10), Ok(()));
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 1001))), "Margin");
    world.place("bob", limit(PERP, Side::Sell, 1200, 1000)).unwrap();
    let dear = at_market(PERP, Side::Buy, Amount::Base(Qty(500)));
    assert_eq!(shown(&world.place("alice", dear)), "Margin", "what it pays over the mark is lost at once");
}

#[test]
fn positions_realize_what_they_should() {
    let mut world = World::rich();
    let mut trade = |price, qty: i64| {
        let (seller, buyer) = if qty > 0 { ("bob", "alice") } else { ("alice", "bob") };
        let size = qty.unsigned_abs();
        world.place(seller, limit(PERP, Side::Sell, price, size)).unwrap();
        world.place(buyer, limit(PERP, Side::Buy, price, size)).unwrap();
        let alice = world.id("alice");
        let position = world.exchange.position(alice, PERP);
        position.map(|p| (p.net.0, p.cost.to_string(), p.realized.to_string()))
    };
    let some = |net, cost: &str, realized: &str| Some((net, cost.to_owned(), realized.to_owned()));
    assert_eq!(trade(1000, 10), some(10, "1", "0"));
    assert_eq!(trade(1200, 10), some(20, "2.2", "0"));
    assert_eq!(trade(1300, -10), some(10, "1.1", "0.2"));
    assert_eq!(trade(1300, -10), None);
    assert_eq!(trade(1000, 5), some(5, "0.5", "0"));
    assert_eq!(trade(1100, -8), some(-3, "-0.33", "0"));
}

#[test]
fn mark_is_the_median() {
    let mut world = World::rich();
    let mark = |world: &World| world.exchange.mark(PERP).unwrap().0;
    assert_eq!(mark(&world), 1000);
    world.place("alice", limit(PERP, Side::Buy, 1010, 5)).unwrap();
    world.place("alice", limit(PERP, Side::Sell, 1020, 5)).unwrap();
    assert_eq!(mark(&world), 1000, "index 1000, mid 1015, no last: the index twice");
    world.place("bob", limit(PERP, Side::Buy, 1020, 1)).unwrap();
    assert_eq!(mark(&world), 1015, "index 1000, mid 1015, last 1020");
    world.exchange.set_index(world.now, PERP, Price(1018));
    assert_eq!(mark(&world), 1018);
}

#[test]
fn funding_moves_money_between_the_sides() {
    let mut world = World::rich();
    world.place("alice", limit(PERP, Side::Sell, 1000, 300)).unwrap();
    world.place("bob", limit(PERP, Side::Buy, 1000, 200)).unwrap();
    let due = world.exchange.next_funding(PERP).unwrap();
    assert_eq!(world.exchange.next_wake(), Some(due));
    let before = world.exchange.balance(world.id("bob"), "USDC").available;
    assert_eq!(world.exchange.funding_estimate(PERP), Some(Rate(100_000)));
    world.exchange.advance(Timestamp(due.0 - 1));
    assert_eq!(world.exchange.funding_payments(world.id("bob")).count(), 0);
    world.exchange.advance(due);
    world.check();
    let after = world.exchange.balance(world.id("bob"), "USDC").available;
    assert_eq!(before - after, money("0.002"), "0.01 % of 20");
    let got: Vec<_> = world.exchange.funding_payments(world.id("alice")).map(|paid| paid.amount).collect();
    assert_eq!(got, [money("0.002")]);
    assert_eq!(world.exchange.position(world.id("alice"), PERP).unwrap().funding, money("0.002"));
    assert_eq!(world.exchange.next_funding(PERP), Some(due + Duration::from_secs(8 * 3600)));
    assert_eq!(world.exchange.funding_rates(PERP).count(), 1);
}

/// Alice with ten, long 1,900 lots at 1000; nobody offers anything, so that the mark is the index.
fn nearly_all_in() -> World {
    let mut world = World::new();
    world.fund("alice", "USDC", "10");
    world.fund("bob", "USDC", "100000");
    world.place("bob", limit(PERP, Side::Sell, 1000, 1900)).unwrap();
    world.place("alice", at_market(PERP, Side::Buy, Amount::Base(Qty(1900)))).unwrap();
    world.place("alice", limit(PERP, Side::Buy, 500, 10)).unwrap();
    world
}

fn ends(world: &World, name: &str) -> Vec<Status> {
    world.exchange.order_history(world.id(name)).map(|view| view.status).collect()
}

#[test]
fn an_account_below_maintenance_is_closed_at_the_market() {
    let mut world = nearly_all_in();
    world.place("bob", limit(PERP, Side::Buy, 960, 5000)).unwrap();
    world.exchange.set_index(world.now, PERP, Price(990));
    world.check();
    assert_eq!(world.net("alice", PERP), 1900, "equity 8.005, maintenance 5.643");
    assert_eq!(
        ends(&world, "alice"),
        [Status::Filled, Status::Expired(Expiry::Margin)],
        "below initial margin"
    );
    world.exchange.set_index(world.now, PERP, Price(975));
    world.check();
    assert_eq!(world.net("alice", PERP), 0, "equity 5.155, maintenance 5.5575");
    // 10 − 0.095 fee to open − 7.6 lost − 0.0912 fee to close.
    assert_eq!(world.exchange.balance(world.id("alice"), "USDC").available, money("2.2138"));
}

#[test]
fn losses_beyond_the_account_are_the_houses() {
    let mut world = nearly_all_in();
    world.place("bob", limit(PERP, Side::Buy, 900, 1000)).unwrap();
    world.exchange.set_index(world.now, PERP, Price(900));
    world.check();
    assert_eq!(world.net("alice", PERP), 900, "the book took a thousand");
    let (orders, rest) =
        (Status::Expired(Expiry::Liquidation), Status::Expired(Expiry::InsufficientLiquidity));
    assert_eq!(ends(&world, "alice"), [Status::Filled, orders, rest]);
    world.place("bob", limit(PERP, Side::Buy, 890, 1000)).unwrap();
    world.exchange.advance(world.now);
    world.check();
    assert_eq!(world.net("alice", PERP), 0);
    assert_eq!(world.exchange.balance(world.id("alice"), "USDC").available, Money::ZERO);
    assert!(world.exchange.balance(AccountId::HOUSE, "USDC").available < Money::ZERO);
}

#[test]
fn each_market_has_its_own_initial_margin() {
    let mut world = World::new();
    world.fund("alice", "USDC", "10");
    let alice = world.id("alice");
    let rate = |world: &World, market| world.exchange.initial_margin(alice, market).map(|rate| rate.0);
    assert_eq!(rate(&world, PERP), Some(50_000_000), "the listing's 5 %");
    let mut set = |market, fraction| world.exchange.set_initial_margin(alice, market, fraction);
    assert_eq!(set(PERP, Some(Rate(100_000_000))), Ok(Rate(100_000_000)));
    assert_eq!(set(REBATE, Some(Rate(1))), Ok(Rate(50_000_000)), "never below the listing's");
    assert_eq!(set(SPOT, Some(Rate(100_000_000))), Err(Reject::Flags));
    assert_eq!(set(PERP, Some(Rate(0))), Err(Reject::Size));
    assert_eq!(set(PERP, Some(Rate(1_000_000_001))), Err(Reject::Size));
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 1001))), "Margin");
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 1000))), "0/1000 New");
    let mut set = |fraction| world.exchange.set_initial_margin(alice, PERP, fraction);
    assert_eq!(set(Some(Rate(100_000_001))), Err(Reject::Margin));
    assert_eq!(set(Some(Rate(80_000_000))), Ok(Rate(80_000_000)));
    assert_eq!(world.exchange.margin(alice, "USDC").orders, money("8"));
    // The account's limit counts where nothing was set, and again where it was taken back.
    world.exchange.set_leverage(alice, 12).unwrap();
    assert_eq!(rate(&world, PERP), Some(80_000_000));
    assert_eq!(world.exchange.set_initial_margin(alice, PERP, None), Ok(Rate(83_333_333)));
}

#[test]
fn single_orders_stand_in_the_order_in_which_they_are_met() {
    let mut world = World::rich();
    for (name, price) in [("alice", 1000), ("bob", 1001), ("carol", 1000), ("alice", 1002), ("bob", 1000)] {
        world.place(name, limit(PERP, Side::Buy, price, 1)).unwrap();
    }
    let met: Vec<_> = world
        .exchange
        .queue(PERP, Side::Buy, 5)
        .iter()
        .map(|queued| (queued.price.0, queued.order.unwrap().account))
        .collect();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| world.id(name));
    assert_eq!(met, [(1002, alice), (1001, bob), (1000, alice), (1000, carol), (1000, bob)]);
    assert_eq!(world.exchange.queue(PERP, Side::Buy, 2).len(), 2);
    assert_eq!(world.exchange.queue(MarketId(77), Side::Buy, 5), []);
}
