use super::*;

/// Places `below`, `at` and `above` a limit, each at a gate of its own: only the last is denied, with this word.
fn check(limits: &Limits, word: &'static str, [below, at, above]: [NewOrder; 3]) {
    check_after(limits, word, |_| {}, [below, at, above]);
}

fn check_after(limits: &Limits, word: &'static str, before: impl Fn(&mut Stand), orders: [NewOrder; 3]) {
    let told = orders.map(|order| {
        let mut stand = Stand::new(limits.clone());
        before(&mut stand);
        stand.place(order).map(drop)
    });
    assert_eq!(told, [Ok(()), Ok(()), Err(word)]);
}

fn sizes(order: impl Fn(u64) -> NewOrder, max: u64) -> [NewOrder; 3] {
    [max - 1, max, max + 1].map(order)
}

fn buy(qty: u64) -> NewOrder {
    limit(Side::Buy, qty, 10_000)
}

fn sell(qty: u64) -> NewOrder {
    limit(Side::Sell, qty, 10_002)
}

#[test]
fn the_size_of_an_order() {
    let limits =
        on_market(MarketLimits { order_size_max: Some(Decimal::new(5, 1)), ..MarketLimits::default() });
    check(&limits, code::ORDER_SIZE, sizes(buy, 50));
    check(&limits, code::ORDER_SIZE, sizes(sell, 50));
    check(&limits, code::ORDER_SIZE, sizes(|qty| at_market(Side::Buy, qty), 50));
}

#[test]
fn the_worth_of_an_order() {
    let limits = on_market(MarketLimits { order_notional_max: Some(dollars(50)), ..MarketLimits::default() });
    check(&limits, code::ORDER_NOTIONAL, sizes(buy, 50));
    // One tick more on 50 lots is half a cent.
    check(&limits, code::ORDER_NOTIONAL, [9_999, 10_000, 10_001].map(|price| limit(Side::Buy, 50, price)));
    // A sell below the market is filled at the market.
    check(&limits, code::ORDER_NOTIONAL, sizes(|qty| limit(Side::Sell, qty, 5_000), 50));
}

#[test]
fn what_cannot_be_counted_in_dollars_is_denied() {
    let limits = on_market(MarketLimits { order_notional_max: Some(dollars(50)), ..MarketLimits::default() });
    let mut stand = Stand::new(Limits { quotes: vec!["USD".into()], ..limits.clone() });
    assert_eq!(stand.place(buy(1)), Err(code::NO_UNIT));
    let mut stand = Stand::new(limits);
    stand.sight = Sight::default();
    assert_eq!(stand.place(at_market(Side::Buy, 1)), Err(code::NO_PRICE));
}

#[test]
fn the_collar_holds_on_both_sides_of_the_market() {
    let collar = Rate::from_basis_points(Decimal::new(50, 0)).expect("a rate");
    let limits = on_market(MarketLimits { collar: Some(collar), ..MarketLimits::default() });
    // Half a percent above 10,002 is 50.01 ticks, below 10,000 it is 50.
    for side in [Side::Buy, Side::Sell] {
        check(&limits, code::PRICE_COLLAR, [10_051, 10_052, 10_053].map(|price| limit(side, 1, price)));
        check(&limits, code::PRICE_COLLAR, [9_951, 9_950, 9_949].map(|price| limit(side, 1, price)));
    }
}

#[test]
fn the_collar_knows_the_mark_and_how_deep_a_market_order_goes() {
    let collar = Rate::from_basis_points(Decimal::new(50, 0)).expect("a rate");
    let limits = on_market(MarketLimits { collar: Some(collar), ..MarketLimits::default() });
    let told = |sight: Sight, order: NewOrder| {
        let mut stand = Stand::new(limits.clone());
        stand.sight = sight;
        stand.place(order).map(drop)
    };
    let market = at_market(Side::Buy, 1);
    assert_eq!(told(Sight { sweep: Some(Price(10_052)), ..BOOK }, market), Ok(()));
    assert_eq!(told(Sight { sweep: Some(Price(10_053)), ..BOOK }, market), Err(code::PRICE_COLLAR));
    assert_eq!(told(BOOK, market), Err(code::NO_PRICE), "the book does not hold it");
    let marked = |mark| Sight { mark: Some(Price(mark)), ..BOOK };
    assert_eq!(told(marked(10_050), buy(1)), Ok(()));
    assert_eq!(
        told(marked(10_051), buy(1)),
        Err(code::PRICE_COLLAR),
        "a book that was pushed away from the mark"
    );
    let blind = Sight { touch: None, ..marked(10_000) };
    assert_eq!(told(blind, buy(1)), Ok(()));
    assert_eq!(told(blind, market), Err(code::NO_PRICE));
    assert_eq!(told(Sight::default(), buy(1)), Err(code::NO_PRICE));
}

#[test]
fn the_collar_of_a_sleeping_order_is_its_triggers() {
    let collar = Rate::from_basis_points(Decimal::new(100, 0)).expect("a rate");
    let limits = on_market(MarketLimits { collar: Some(collar), ..MarketLimits::default() });
    let stop = |price| NewOrder {
        kind: OrderKind::StopLoss { trigger: Price(5_000), limit: Some(Price(price)) },
        ..limit(Side::Sell, 1, 1)
    };
    check(&limits, code::PRICE_COLLAR, [4_951, 4_950, 4_949].map(stop));
}

fn held(max: u64) -> Limits {
    let size = Some(Decimal::new(i128::from(max), 2));
    on_market(MarketLimits { position_size_max: size, ..MarketLimits::default() })
}

#[test]
fn a_position_counts_all_that_is_or_may_be_live() {
    let open = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.open(id);
    };
    check_after(&held(50), code::POSITION, open, sizes(buy, 20));
    let unheard = |stand: &mut Stand| assert!(stand.place(buy(30)).is_ok());
    check_after(&held(50), code::POSITION, unheard, sizes(buy, 20));
    let unknown = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.orders.apply(id, stand.now, Update::Unsure(mm_model::Unsure::Outcome(stand.now)));
    };
    check_after(&held(50), code::POSITION, unknown, sizes(buy, 20));
    let being_cancelled = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.open(id);
        stand.orders.apply(id, stand.now, Update::CancelSent);
    };
    check_after(&held(50), code::POSITION, being_cancelled, sizes(buy, 20));
    let partly_filled = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.fill(id, 10, 10_000);
    };
    check_after(&held(50), code::POSITION, partly_filled, sizes(buy, 20));
    let filled = |stand: &mut Stand| stand.trade(Side::Buy, 30, 10_000).expect("room");
    check_after(&held(50), code::POSITION, filled, sizes(buy, 20));
    check_after(&held(50), code::POSITION, filled, sizes(sell, 80));
    let cancelled = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.cancelled(id);
    };
    check_after(&held(50), code::POSITION, cancelled, sizes(buy, 50));
}

#[test]
fn an_order_that_the_venue_calls_filled_counts_until_its_fills_are_told() {
    let said_filled = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.report(id, ReportedStatus::Filled, 0);
    };
    check_after(&held(50), code::POSITION, said_filled, sizes(buy, 20));
}

#[test]
fn an_order_that_never_left_gives_its_room_back() {
    let mut stand = Stand::new(held(50));
    let room = stand.desk.admit(stand.now, &buy(50), &BOOK).expect("room");
    assert_eq!(stand.place(buy(1)), Err(code::POSITION), "it is taken before there is an id");
    drop(room);
    let id = stand.place(buy(50)).expect("room");
    assert_eq!(stand.place(buy(1)), Err(code::POSITION));
    stand.orders.apply(id, stand.now, Update::NotSent("the queue is full"));
    assert!(stand.place(buy(50)).is_ok());
}

#[test]
fn a_position_that_the_venue_told_counts_and_so_does_what_it_has_not_told_yet() {
    let told = |net| move |stand: &mut Stand| stand.desk.position(MARKET, SignedQty(net));
    check_after(&held(50), code::POSITION, told(30), sizes(buy, 20));
    check_after(&held(50), code::POSITION, told(-30), sizes(buy, 50));
    check_after(&held(50), code::POSITION, told(-30), sizes(sell, 20));
    let ahead = |stand: &mut Stand| {
        let id = stand.place(buy(30)).expect("room");
        stand.desk.position(MARKET, SignedQty(30));
        stand.fill(id, 30, 10_000);
    };
    check_after(&held(50), code::POSITION, ahead, sizes(buy, 20));
    let behind = |stand: &mut Stand| {
        stand.trade(Side::Buy, 30, 10_000).expect("room");
        stand.desk.position(MARKET, SignedQty(0));
    };
    check_after(&held(50), code::POSITION, behind, sizes(buy, 20));
    check_after(&held(50), code::POSITION, behind, sizes(sell, 50));
}

#[test]
fn the_worth_of_a_position_and_of_all_of_them() {
    let worth =
        on_market(MarketLimits { position_notional_max: Some(dollars(50)), ..MarketLimits::default() });
    let open = |stand: &mut Stand| assert!(stand.place(buy(30)).is_ok());
    check_after(&worth, code::POSITION_NOTIONAL, open, sizes(buy, 20));
    let gross = Limits { gross_notional_max: Some(dollars(50)), ..units() };
    check_after(&gross, code::GROSS_NOTIONAL, open, sizes(buy, 20));
}

#[test]
fn all_venues_are_one_sum_and_a_hedge_is_no_discount() {
    let gate = Gate::with(Limits { gross_notional_max: Some(dollars(50)), ..units() });
    let [mut one, mut other] = ["one", "other"].map(|name| Stand::at(&gate, name));
    one.trade(Side::Buy, 30, 10_000).expect("room");
    one.desk.mark(one.now, MARKET, (Price(10_000), Price(10_000)));
    other.sight = Sight { touch: Some((Price(10_000), Price(10_001))), ..BOOK };
    assert_eq!(other.place(limit(Side::Sell, 21, 10_000)), Err(code::GROSS_NOTIONAL));
    assert!(other.place(limit(Side::Sell, 20, 10_000)).is_ok());
    assert_eq!(gate.gross(), dollars(50));
    assert!(one.place(limit(Side::Sell, 30, 10_000)).is_ok(), "it makes nothing worse");
    assert_eq!(gate.exposures().len(), 2);
}

#[test]
fn live_orders_are_counted_until_their_end_is_proven() {
    let limits = on_connector(ConnectorLimits { open_orders_max: Some(2), ..ConnectorLimits::default() });
    let mut stand = Stand::new(limits);
    let first = stand.place(buy(1)).expect("room");
    stand.place(buy(1)).expect("room");
    assert_eq!(stand.place(buy(1)), Err(code::OPEN_ORDERS));
    stand.orders.apply(first, stand.now, Update::CancelSent);
    assert_eq!(stand.place(buy(1)), Err(code::OPEN_ORDERS));
    stand.cancelled(first);
    assert!(stand.place(buy(1)).is_ok());
}

#[test]
fn messages_are_counted_in_any_second_and_any_minute() {
    let limits = ConnectorLimits {
        messages_per_second_max: Some(3),
        messages_per_minute_max: Some(5),
        ..ConnectorLimits::default()
    };
    let mut stand = Stand::new(on_connector(limits));
    let id = stand.place(buy(5)).expect("the first");
    stand.open(id);
    stand.wait(500);
    stand.modify(id, 6, 10_000).expect("a modification is the second");
    stand.place(buy(1)).expect("the third");
    assert_eq!(stand.place(buy(1)), Err(code::MESSAGE_RATE));
    stand.wait(499);
    assert_eq!(stand.place(buy(1)), Err(code::MESSAGE_RATE));
    stand.wait(1);
    stand.place(buy(1)).expect("the first is a second old");
    stand.wait(10_000);
    stand.place(buy(1)).expect("the fifth within a minute");
    stand.wait(48_999);
    assert_eq!(stand.place(buy(1)), Err(code::MESSAGE_RATE));
    stand.wait(1);
    assert!(stand.place(buy(1)).is_ok());
}

#[test]
fn the_same_order_again_is_denied_for_a_while_unless_nothing_came_of_it() {
    let limits = on_market(MarketLimits { duplicate_within: Some(ms(200)), ..MarketLimits::default() });
    let mut stand = Stand::new(limits);
    let id = stand.place(buy(5)).expect("new");
    assert_eq!(stand.place(buy(5)), Err(code::DUPLICATE));
    for other in [buy(6), limit(Side::Buy, 5, 10_001), limit(Side::Sell, 5, 10_000)] {
        assert!(stand.place(other).is_ok(), "{other:?}");
    }
    stand.cancelled(id);
    let id = stand.place(buy(5)).expect("the one before is over, unfilled");
    stand.fill(id, 5, 10_000);
    stand.wait(199);
    assert_eq!(stand.place(buy(5)), Err(code::DUPLICATE), "what was filled is not done twice");
    stand.wait(1);
    assert!(stand.place(buy(5)).is_ok());
}

#[test]
fn fault_59_orders_of_one_account_do_not_meet() {
    let market = MarketLimits { may_self_trade: false, ..MarketLimits::default() };
    let account = ConnectorLimits { account: "alice".into(), market, ..ConnectorLimits::default() };
    let gate = Gate::with(on_connector(account));
    let [mut one, mut other] = ["one", "other"].map(|name| Stand::at(&gate, name));
    let bid = one.place(limit(Side::Buy, 5, 9_990)).expect("nothing is there");
    for stand in [&mut one, &mut other] {
        stand.sight.sweep = Some(Price(9_991));
        assert!(stand.place(at_market(Side::Sell, 1)).is_ok());
        stand.sight.sweep = Some(Price(9_990));
        assert_eq!(stand.place(at_market(Side::Sell, 1)), Err(code::SELF_TRADE));
        assert_eq!(stand.place(limit(Side::Sell, 1, 9_990)), Err(code::SELF_TRADE));
    }
    let ask = other.place(limit(Side::Sell, 1, 9_991)).expect("above it");
    assert_eq!(one.place(limit(Side::Buy, 1, 9_991)), Err(code::SELF_TRADE));
    one.open(bid);
    assert_eq!(one.modify(bid, 5, 9_991), Err(code::SELF_TRADE));
    other.cancelled(ask);
    one.modify(bid, 5, 9_991).expect("nothing is there");
    assert_eq!(
        other.place(limit(Side::Sell, 1, 9_991)),
        Err(code::SELF_TRADE),
        "the new price, before it is shown"
    );
}

#[test]
fn a_modification_takes_room_for_what_it_adds() {
    let mut stand = Stand::new(held(50));
    let id = stand.place(buy(30)).expect("room");
    stand.open(id);
    assert_eq!(stand.modify(id, 51, 10_000), Err(code::POSITION));
    stand.modify(id, 40, 10_000).expect("room");
    assert_eq!(stand.place(buy(11)), Err(code::POSITION), "the larger of both sizes counts");
    stand.orders.apply(id, stand.now, Update::ModifyFailed);
    assert!(stand.place(buy(20)).is_ok());
    assert_eq!(stand.place(buy(1)), Err(code::POSITION));
    stand.modify(id, 20, 10_000).expect("less always passes");
    assert_eq!(stand.place(buy(1)), Err(code::POSITION), "but counts only when it is shown");
}

#[test]
fn a_modification_that_never_left_gives_its_room_back() {
    let mut stand = Stand::new(held(50));
    let id = stand.place(buy(30)).expect("room");
    stand.open(id);
    let change = Change { id, price: Price(10_000), qty: Qty(50), filled: Qty::ZERO, order: buy(30) };
    stand.desk.admit_change(stand.now, &change, &BOOK).expect("room");
    stand.fill(id, 10, 10_000);
    assert_eq!(stand.place(buy(1)), Err(code::POSITION));
    let record = stand.orders.read(id, crate::OrderTracker::snapshot).expect("tracked");
    stand.desk.change_unsent(&record);
    assert!(stand.place(buy(20)).is_ok());
    assert_eq!(stand.place(buy(1)), Err(code::POSITION));
}

#[test]
fn reduce_only_needs_something_to_reduce() {
    let limits = on_market(MarketLimits { checks_reduce_only: true, ..MarketLimits::default() });
    let holding = |stand: &mut Stand| stand.trade(Side::Buy, 30, 10_000).expect("room");
    check_after(&limits, code::REDUCE_ONLY, holding, sizes(|qty| reduce_only(sell(qty)), 30));
    let entry = |stand: &mut Stand| assert!(stand.place(buy(30)).is_ok());
    check_after(&limits, code::REDUCE_ONLY, entry, sizes(|qty| reduce_only(sell(qty)), 30));
    let mut stand = Stand::new(limits);
    assert_eq!(stand.place(reduce_only(buy(1))), Err(code::REDUCE_ONLY));
}

#[test]
fn reduce_only_takes_no_room_but_what_it_takes_from_others() {
    let mut stand = Stand::new(held(50));
    stand.trade(Side::Buy, 30, 10_000).expect("room");
    stand.place(reduce_only(sell(30))).expect("it turns nothing");
    // Flat after it, 50 more may go short.
    assert_eq!(stand.place(sell(51)), Err(code::POSITION));
    assert!(stand.place(sell(50)).is_ok());
}

#[test]
fn markets_that_are_not_allowed() {
    let closed = MarketLimits { is_allowed: false, ..MarketLimits::default() };
    assert_eq!(Stand::new(on_market(closed)).place(buy(1)), Err(code::MARKET_NOT_ALLOWED));
}

#[test]
fn fault_48_a_clock_that_is_off() {
    let limits =
        on_connector(ConnectorLimits { clock_skew_max: Some(ms(500)), ..ConnectorLimits::default() });
    let mut stand = Stand::new(limits);
    for (apart, told) in [(499, Ok(())), (500, Ok(())), (501, Err(code::CLOCK_SKEW)), (0, Ok(()))] {
        stand.desk.skew(ms(apart));
        assert_eq!(stand.place(buy(1)).map(drop), told);
    }
}

#[test]
fn fault_21_what_cannot_be_closes_the_market_and_no_other() {
    let mut stand = Stand::new(units());
    let other = Market { id: MarketId(7), symbol: Symbol::from("ETH_USDC_PERP"), ..market() };
    stand.desk.learn_market(&Arc::new(other));
    assert!(stand.desk.impossible(stand.now, MARKET, "filled 12 of 10 lots"));
    assert!(!stand.desk.impossible(stand.now, MARKET, "filled 13 of 10 lots"), "once");
    assert_eq!(stand.place(buy(1)), Err(code::MARKET_HALTED));
    assert!(stand.place(NewOrder { market: MarketId(7), ..buy(1) }).is_ok());
    stand.gate.resume();
    assert!(stand.place(buy(1)).is_ok());
}
