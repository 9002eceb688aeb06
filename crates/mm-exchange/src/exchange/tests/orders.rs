//! What each kind of order does, one line a case: `who side size @ price flags` → `filled/size status`.

use super::*;

/// Parses `alice buy 5 @ 1000 ioc` on the perpetual (or `spot` as a flag); `@ mkt` is a market order, `q2.5` a
/// quote amount.
fn order(text: &str) -> (String, PlaceOrder) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [who, side, amount, "@", price, flags @ ..] = words.as_slice() else {
        panic!("not an order: {text}")
    };
    let side = if *side == "buy" { Side::Buy } else { Side::Sell };
    let amount = match amount.strip_prefix('q') {
        Some(quote) => Amount::Quote(money(quote)),
        None => Amount::Base(Qty(amount.parse().unwrap())),
    };
    let mut order = match *price {
        "mkt" => at_market(PERP, side, amount),
        price => PlaceOrder { amount, ..limit(PERP, side, price.parse().unwrap(), 1) },
    };
    for flag in flags {
        match *flag {
            "ioc" => order.time_in_force = TimeInForce::Ioc,
            "fok" => order.time_in_force = TimeInForce::Fok,
            "post" => order.post_only = true,
            "reduce" => order.exposure = Exposure::ReduceOnly,
            "maker" => order.self_trade = SelfTrade::RejectMaker,
            "both" => order.self_trade = SelfTrade::RejectBoth,
            "spot" => order.market = SPOT,
            id => order.client_id = Some(ClientId(id.strip_prefix('#').expect("a flag").parse().unwrap())),
        }
    }
    ((*who).to_owned(), order)
}

/// Runs the story; the last outcome is compared. Returns the world for more questions.
fn check(story: &[&str], expected: &str) -> World {
    let mut world = World::rich();
    let mut last = String::new();
    for line in story {
        let (who, order) = order(line);
        last = shown(&world.place(&who, order));
    }
    assert_eq!(last, expected, "{story:?}");
    world
}

#[test]
fn time_in_force() {
    check(&["alice buy 5 @ 1000"], "0/5 New");
    check(&["alice sell 5 @ 1000", "bob buy 8 @ 1000"], "5/8 PartiallyFilled");
    check(&["alice sell 5 @ 1000", "bob buy 5 @ 1001"], "5/5 Filled");
    check(&["alice sell 5 @ 1000", "bob buy 8 @ 1000 ioc"], "5/8 ImmediateOrCancel");
    check(&["alice sell 5 @ 1001", "bob buy 8 @ 1000 ioc"], "0/8 ImmediateOrCancel");
    check(&["alice sell 5 @ 1000", "bob buy 8 @ 1000 fok"], "0/8 FillOrKill");
    check(&["alice sell 5 @ 1000", "alice sell 3 @ 1001", "bob buy 8 @ 1001 fok"], "8/8 Filled");
    check(&["alice sell 5 @ 1000", "alice sell 3 @ 1002", "bob buy 8 @ 1001 fok"], "0/8 FillOrKill");
    check(&["alice sell 5 @ 1000", "bob buy 5 @ mkt fok"], "5/5 Filled");
}

#[test]
fn market_orders() {
    check(&["bob buy 8 @ mkt"], "NoLiquidity");
    check(&["alice sell 5 @ 1000", "bob buy 8 @ mkt"], "5/8 InsufficientLiquidity");
    check(&["alice sell 9 @ 1000", "bob buy 8 @ mkt"], "8/8 Filled");
    // One lot at 1000 ticks is worth 0.1.
    check(&["alice sell 9 @ 1000", "bob buy q0.35 @ mkt"], "3/3 Filled");
    check(&["alice sell 2 @ 1000", "alice sell 9 @ 1500", "bob buy q0.4 @ mkt"], "3/3 Filled");
    check(&["alice sell 2 @ 1000", "bob buy q0.4 @ mkt"], "2/2 InsufficientLiquidity");
    check(&["alice sell 2 @ 1000", "bob buy q0.09 @ mkt"], "Notional");
    check(&["alice sell 2 @ 1000", "bob buy q0 @ mkt"], "Size");
}

#[test]
fn price_then_time() {
    let world = check(
        &[
            "alice sell 1 @ 1001",
            "bob sell 1 @ 1000",
            "carol sell 1 @ 1000",
            "alice sell 1 @ 1000 maker",
            "bob buy 2 @ 1005 maker",
        ],
        "2/2 Filled",
    );
    // Bob's own offer at 1000 was taken off; carol's came before alice's.
    assert_eq!((world.net("carol", PERP), world.net("alice", PERP), world.net("bob", PERP)), (-1, -1, 2));
    let book = world.exchange.book(PERP, 9);
    assert_eq!(book.asks, [Level { price: Price(1001), qty: Qty(1) }]);
}

#[test]
fn post_only() {
    check(&["alice sell 5 @ 1000", "bob buy 5 @ 999 post"], "0/5 New");
    check(&["alice sell 5 @ 1000", "bob buy 5 @ 1000 post"], "WouldMatch");
}

#[test]
fn self_trade() {
    check(&["alice sell 5 @ 1000", "alice buy 5 @ 1000"], "0/5 SelfTrade");
    check(&["bob sell 2 @ 1000", "alice sell 5 @ 1000", "alice buy 5 @ 1000"], "2/5 SelfTrade");
    check(&["alice sell 5 @ 1000", "alice buy 5 @ 1000 maker"], "0/5 New");
    check(&["alice sell 5 @ 1000", "bob sell 5 @ 1000", "alice buy 5 @ 1000 maker"], "5/5 Filled");
    let world =
        check(&["alice sell 5 @ 1000", "bob sell 5 @ 1000", "alice buy 5 @ 1000 both"], "0/5 SelfTrade");
    assert_eq!(world.exchange.open_orders(world.id("alice"), None), []);
    check(&["alice sell 5 @ 1000", "bob sell 5 @ 1000", "alice buy 5 @ 1000 fok"], "0/5 FillOrKill");
    check(&["alice sell 5 @ 1000", "bob sell 5 @ 1000", "alice buy 5 @ 1000 fok maker"], "5/5 Filled");
}

#[test]
fn reduce_only() {
    const LONG_5: [&str; 2] = ["bob sell 5 @ 1000", "alice buy 5 @ 1000"];
    let after = |rest: &[&'static str], expected| check(&[&LONG_5, rest].concat(), expected);
    check(&["alice sell 5 @ 1000 reduce"], "NothingToReduce");
    after(&["alice buy 5 @ 990 reduce"], "NothingToReduce");
    after(&["alice sell 9 @ 1010 reduce"], "0/5 New");
    after(&["carol buy 9 @ 990", "alice sell 9 @ mkt reduce"], "5/5 Filled");
    after(&["carol buy 2 @ 990", "alice sell 9 @ mkt reduce"], "2/5 InsufficientLiquidity");
    // Two resting reduce-only orders, and another way out: both shrink, then both go.
    let world = after(
        &[
            "alice sell 5 @ 1010 reduce",
            "alice sell 4 @ 1020 reduce",
            "carol buy 2 @ 990",
            "alice sell 2 @ 990",
        ],
        "2/2 Filled",
    );
    let sizes: Vec<u64> =
        world.exchange.open_orders(world.id("alice"), None).iter().map(|view| view.qty.0).collect();
    assert_eq!(sizes, [3, 3]);
    let mut world = after(&["alice sell 5 @ 1010 reduce", "alice sell 5 @ 1010 reduce"], "0/5 New");
    assert_eq!(shown(&world.place("carol", limit(PERP, Side::Buy, 1010, 9))), "5/9 PartiallyFilled");
    assert_eq!(
        world.net("alice", PERP),
        0,
        "the second order expired when the first had closed the position"
    );
    let expired = |fact: &&Fact| matches!(fact, Fact::Expired(view) if view.status == Status::Expired(Expiry::NotReducing));
    assert_eq!(world.facts.iter().filter(expired).count(), 1);
}

#[test]
fn refusals() {
    check(&["alice buy 0 @ 1000"], "Size");
    check(&["alice buy 1000001 @ 1000"], "Size");
    check(&["alice buy 5 @ 0"], "Price");
    check(&["alice buy 5 @ -3"], "Price");
    check(&["alice buy 5 @ 9223372036854775807"], "Price");
    check(&["alice buy 5 @ 1000 post ioc"], "Flags");
    check(&["alice buy q5 @ 1000"], "Flags");
    check(&["alice buy 5 @ 1000 spot reduce"], "Flags");
    check(&["alice buy 5 @ 900 #7", "alice buy 5 @ 901 #7"], "DuplicateClientId");
    check(&["alice buy 5 @ 900 #7", "bob buy 5 @ 901 #7"], "0/5 New");
    check(&["alice buy 5 @ 900 ioc #7", "alice buy 5 @ 901 #7"], "0/5 New");
    let mut world = World::rich();
    world.exchange.set_trading(PERP, TradingState::PostOnly);
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1000, 1))), "NotTrading");
    let post = PlaceOrder { post_only: true, ..limit(PERP, Side::Buy, 1000, 1) };
    assert_eq!(shown(&world.place("alice", post)), "0/1 New");
    world.exchange.set_trading(PERP, TradingState::LimitOnly);
    assert_eq!(shown(&world.place("bob", at_market(PERP, Side::Sell, Amount::Base(Qty(1))))), "NotTrading");
    world.exchange.set_trading(PERP, TradingState::CancelOnly);
    assert_eq!(shown(&world.place("alice", post)), "NotTrading");
    assert_eq!(world.exchange.cancel_all(world.now, world.id("alice"), None).len(), 1);
    let nowhere = limit(MarketId(77), Side::Buy, 1, 1);
    assert_eq!(world.exchange.place(world.now, AccountId(2), nowhere), Err(Reject::NoSuchMarket));
    assert_eq!(world.exchange.place(world.now, AccountId(99), post), Err(Reject::NoSuchAccount));
}

#[test]
fn limits_of_a_listing() {
    let mut exchange = Exchange::new();
    let mut strict = listing("SOL_USDC_PERP", MarketKind::Perpetual, ("0.01", "0.01"));
    strict.market.min_qty = Qty(3);
    strict.market.min_notional = Some(money("0.5"));
    strict.band = Some(Rate(100_000_000));
    exchange.list(strict);
    let account = exchange.open_account("alice");
    exchange.deposit(Timestamp::ZERO, Deposit { account, asset: "USDC", amount: money("1000") });
    let mut place =
        |price, qty| exchange.place(Timestamp::ZERO, account, limit(PERP, Side::Buy, price, qty)).err();
    assert_eq!(place(1000, 2), Some(Reject::Size));
    assert_eq!(place(1000, 4), Some(Reject::Notional));
    assert_eq!(place(1000, 5), None);
    assert_eq!(place(1101, 9), Some(Reject::Band));
    assert_eq!(place(899, 9), Some(Reject::Band));
    assert_eq!(place(1100, 9), None);
}

#[test]
fn cancels() {
    let mut world = check(&["alice sell 5 @ 1000 #7", "bob buy 2 @ 1000"], "2/2 Filled");
    let by_client = OrderRef::Client(ClientId(7));
    assert_eq!(shown(&world.cancel("bob", PERP, by_client)), "NoSuchOrder");
    assert_eq!(shown(&world.cancel("alice", SPOT, by_client)), "NoSuchOrder");
    let cancelled = world.cancel("alice", PERP, by_client);
    assert_eq!(shown(&cancelled), "2/5 Cancelled");
    assert_eq!(shown(&world.cancel("alice", PERP, OrderRef::Id(cancelled.unwrap().id))), "NoSuchOrder");
    for n in 0..4 {
        let market = if n < 3 { PERP } else { REBATE };
        world.place("alice", limit(market, Side::Buy, 900 + n, 1)).unwrap();
    }
    let gone = world.exchange.cancel_all(world.now, world.id("alice"), Some(PERP));
    assert!(gone.len() == 3 && gone.is_sorted_by_key(|view| view.id));
    assert_eq!(world.exchange.open_orders(world.id("alice"), None).len(), 1);
    world.check();
}
