//! What the answers tell.

use mm_model::{
    CancelTarget, FeeRates, Level, Leverage, MarketKind, Mode, Money, OrderQuery, Rate, ReportedStatus,
    SignedQty, Snapshot, TradingState,
};

use super::*;

fn money(text: &str) -> Money {
    Money::from_decimal(text.parse().unwrap()).unwrap()
}

#[test]
fn time() {
    assert_eq!(
        events(&mut client(), &Ask::Time, "1788285151083"),
        [Event::ServerTime(Timestamp::from_ms(1_788_285_151_083))]
    );
}

#[test]
fn markets_of_kinds_that_we_know() {
    let mut client = stranger();
    let [Event::Markets(markets)] = &events(&mut client, &Ask::Markets, listings())[..] else { panic!() };
    let rows: Vec<_> = markets.iter().map(|m| (&*m.symbol, m.kind, m.trading, m.min_qty)).collect();
    use MarketKind::{Perpetual, Spot};
    use TradingState::{Closed, Open};
    assert_eq!(
        rows,
        [
            ("SOL_USDC", Spot, Open, Qty(1)),
            ("USDT_USDC", Spot, Open, Qty(1)),
            ("BONK_USDC", Spot, Open, Qty(1)),
            ("HNT_USDC", Spot, Closed, Qty(1)),
            ("SOL_USDC_PERP", Perpetual, Open, Qty(1)),
            ("ETH_USDC_PERP", Perpetual, Open, Qty(1)),
            ("ETH_USDC", Spot, Open, Qty(100)), // 0.01 of lots of 0.0001
        ]
    );
    // Ids stay when the list comes in another order.
    let mut shuffled: Vec<serde_json::Value> = serde_json::from_str(&listings()).unwrap();
    shuffled.reverse();
    let again = events(&mut client, &Ask::Markets, serde_json::to_string(&shuffled).unwrap());
    assert_eq!(again, [Event::Markets(markets.clone())]);
}

#[test]
fn listings_that_cannot_be_traded() {
    let with = |from: &str, to: &str| {
        let text = message("markets").replace(from, to);
        let mut client = Client::new(Options::new("", "", vec![])).unwrap();
        let (next, out) = answer(&mut client, &Ask::Markets, &reply(200, text));
        (next.is_ok(), out.len(), client.markets().by_symbol("SOL_USDC").map(|m| m.trading))
    };
    use TradingState::{Closed, Open};
    assert_eq!(with("", ""), (true, 1, Some(Open)));
    assert_eq!(with("\"marketType\":\"SPOT\"", "\"marketType\":\"MOON\""), (true, 1, None));
    assert_eq!(with("\"Open\"", "\"Auction\""), (true, 1, Some(Closed)));
    assert_eq!(with("\"visible\":true", "\"visible\":false"), (true, 1, Some(Closed)));
    assert_eq!(with("\"tickSize\":\"0.01\"", "\"tickSize\":\"0\""), (true, 1, None));
    assert_eq!(with("\"tickSize\":\"0.01\"", "\"tickSize\":\"99999999999999999999999999\""), (true, 1, None));
    assert_eq!(with("\"tickSize\":\"0.01\"", "\"tickSize\":\"0.01e2\""), (false, 0, None));
    // A market that is configured and not listed is not invented: the core refuses to start without it, by name.
    let mut configured_for_more = stranger();
    let (next, out) = answer(&mut configured_for_more, &Ask::Markets, &reply(200, message("markets")));
    assert_eq!((next.is_ok(), out.len()), (true, 1));
    assert!(configured_for_more.markets().by_symbol("SOL_USDC_PERP").is_none());
}

#[test]
fn book() {
    let mut client = client();
    let sol = market(&client, "SOL_USDC");
    let [Event::BookSnapshot(book)] = &events(&mut client, &Ask::Book(sol), message("depth"))[..] else {
        panic!()
    };
    assert_eq!((book.seq, book.at), (4_324_419_962, Timestamp::from_us(1_788_283_696_669_335)));
    let level = |price, qty| Level { price: Price(price), qty: Qty(qty) };
    assert_eq!(book.bids, [level(9_894, 24_258), level(9_895, 15_990), level(9_896, 28_877)]);
    assert_eq!(book.asks, [level(9_897, 2_239), level(9_898, 1_616), level(9_900, 22_581)]);
}

#[test]
fn a_placed_order_has_our_id_even_if_the_answer_lacks_it() {
    let mut client = client();
    let ask = Ask::Place(placement(&client));
    let [Event::Order(order)] = &events(&mut client, &ask, message("order"))[..] else { panic!() };
    assert_eq!((order.client_id, order.venue_id.as_str()), (Some(ClientId(7)), "59669287267"));
    assert_eq!((order.qty, order.filled, &order.status), (Qty(20), Qty(0), &ReportedStatus::Open));
    let other = message("order").replace("\"clientId\":null", "\"clientId\":8");
    let (next, out) = answer(&mut client, &ask, &reply(200, other));
    assert!(
        matches!(next, Err(CallError::OutcomeUnknown(_))) && out.is_empty(),
        "it speaks of another order"
    );
}

#[test]
fn a_cancel_is_told_or_only_taken_note_of() {
    let mut client = client();
    let usdt = market(&client, "USDT_USDC");
    let ask = Ask::Cancel(CancelTarget { market: usdt, client_id: Some(ClientId(7)), venue_id: None });
    let [Event::Order(order)] = &events(&mut client, &ask, message("order_cancelled"))[..] else { panic!() };
    assert_eq!(order.status, ReportedStatus::Cancelled { reason: None });
    for ask in [ask, Ask::CancelAll(usdt)] {
        assert_eq!(answer(&mut client, &ask, &reply(202, "")), (Ok(Next::Done), vec![]));
    }
    let all = format!("[{0},{0}]", message("order_cancelled"));
    assert_eq!(events(&mut client, &Ask::CancelAll(usdt), all).len(), 2);
    assert_eq!(events(&mut client, &Ask::CancelAll(usdt), "[]"), []);
}

#[test]
fn a_batch_tells_of_each_order_apart() {
    let mut client = client();
    let first = Placement { client_id: ClientId(1), ..placement(&client) };
    let second = Placement { client_id: ClientId(2), ..first };
    let ask = Ask::Batch(vec![first, second]);
    let out = events(&mut client, &ask, message("batch"));
    let [Event::Order(order), Event::Refused { client_id, refusal }] = &out[..] else { panic!("{out:?}") };
    assert_eq!((order.client_id, *client_id), (Some(ClientId(1)), ClientId(2)));
    assert_eq!(refusal.kind, mm_model::RefusalKind::WouldMatch);
    let unsure = [
        ("too few", Ask::Batch(vec![first]), message("batch")),
        (
            "an unknown end",
            ask.clone(),
            message("batch").replace("INVALID_ORDER", "TIMEOUT").replace("immediately", ""),
        ),
        ("in another order", Ask::Batch(vec![second, first]), message("batch")),
    ];
    for (name, ask, body) in unsure {
        let (next, out) = answer(&mut client, &ask, &reply(200, body));
        assert!(matches!(next, Err(CallError::OutcomeUnknown(_))), "{name}: {next:?}");
        assert!(out.is_empty(), "{name}: nothing is half told");
    }
}

#[test]
fn an_order_that_is_not_live_is_looked_for_in_the_history() {
    let mut client = client();
    let sol = market(&client, "SOL_USDC_PERP");
    let query = OrderQuery { market: sol, client_id: ClientId(7), venue_id: None, created_at: NOW };
    let live = Ask::Order(query, Mode::Live);
    let gone = reply(404, r#"{"code":"RESOURCE_NOT_FOUND","message":"Not Found"}"#);
    let absent = |mode, complete| Event::NoSuchOrder { client_id: ClientId(7), mode, complete };
    let history = Ask::Order(query, Mode::History);
    assert_eq!(
        answer(&mut client, &live, &gone),
        (Ok(Next::Ask(history.clone())), vec![absent(Mode::Live, true)])
    );
    let [Event::Order(order)] = &events(&mut client, &history, message("order_history_expired"))[..] else {
        panic!()
    };
    assert_eq!(order.status, ReportedStatus::Rejected { reason: "PostOnlyTaker".to_owned() });
    assert_eq!(order.at.ms(), 1_788_285_244_094);
    assert_eq!(events(&mut client, &history, message("order_history")), [absent(Mode::History, true)]);
    assert_eq!(events(&mut client, &history, "[]"), [absent(Mode::History, true)]);
    // An order of that id from long ago is not the one that was asked for.
    let later = OrderQuery { created_at: Timestamp::from_ms(order.at.ms() + 301_000), ..query };
    let of_old = events(&mut client, &Ask::Order(later, Mode::History), message("order_history_expired"));
    assert_eq!(of_old, [absent(Mode::History, true)]);
    // A full page proves something if it reaches back beyond the order, and comes newest first.
    let rows: Vec<serde_json::Value> = serde_json::from_str(&message("order_history")).unwrap();
    let page = |times: &[&str]| {
        let row = |n: usize| {
            let mut row = rows[0].clone();
            row["createdAt"] = times[n * times.len() / 1_000].into();
            row
        };
        serde_json::to_string(&(0..1_000).map(row).collect::<Vec<_>>()).unwrap()
    };
    // NOW is 2025-06-24T19:23:41.
    let mut proves =
        |times: &[&str]| events(&mut client, &history, page(times)) == [absent(Mode::History, true)];
    assert!(proves(&["2025-06-24T19:00:00", "2025-06-24T18:59:59"]));
    assert!(!proves(&["2025-06-24T19:30:00", "2025-06-24T19:20:00"]), "clocks may be apart");
    assert!(!proves(&["2025-06-24T18:59:59", "2025-06-24T19:00:00"]), "oldest first");
    assert!(!proves(&["2025-06-24T19:00:00", "yesterday"]));
    // A 404 of somebody in between is not the venue's word.
    let (next, out) = answer(&mut client, &live, &reply(404, "<html>not here</html>"));
    assert!(matches!(next, Err(CallError::OutcomeUnknown(_))) && out.is_empty());
}

#[test]
fn open_orders_are_whole_or_not_at_all() {
    let mut client = client();
    let usdt = market(&client, "USDT_USDC");
    let ask = Ask::OpenOrders(Some(usdt));
    let [Event::OpenOrders(open)] = &events(&mut client, &ask, message("open_orders"))[..] else { panic!() };
    assert_eq!((open.rows.len(), open.scope, open.complete), (1, Some(usdt), true));
    let bad = format!("[{},{}]", message("order"), message("order").replace("\"New\"", "\"Resting\""));
    let (next, out) = answer(&mut client, &ask, &reply(200, bad));
    assert!(matches!(next, Err(CallError::OutcomeUnknown(_))) && out.is_empty());
    // An order on a kind of market that we do not trade is nobody's business here.
    let foreign = message("open_orders").replace("USDT_USDC", "FDVEXTD1B_USDC_PREDICTION");
    let [Event::OpenOrders(open)] = &events(&mut client, &Ask::OpenOrders(None), foreign)[..] else {
        panic!()
    };
    assert_eq!((open.rows.len(), open.complete), (0, true));
}

#[test]
fn fills_come_page_by_page() {
    let mut client = client();
    let since = Timestamp::from_ms(1_753_637_900_000);
    let ask = Ask::FillsSince(since);
    let [Event::Fills(fills)] = &events(&mut client, &ask, message("fills"))[..] else { panic!() };
    assert_eq!((fills.rows.len(), fills.complete), (2, true));
    assert_eq!(fills.rows[0].client_id, Some(ClientId(u32::MAX.into())));
    assert_eq!((fills.rows[0].fee, fills.rows[1].fee), (money("0.05"), money("-0.0075")));
    assert_eq!(fills.rows[0].at.ms(), 1_753_637_940_092);
    let row: Vec<serde_json::Value> = serde_json::from_str(&message("fills")).unwrap();
    let page = serde_json::to_string(&vec![row[0].clone(); 1_000]).unwrap();
    let (next, out) = answer(&mut client, &ask, &reply(200, page.clone()));
    let on = Ask::FillsSince(Timestamp::from_ms(1_753_637_940_092));
    assert_eq!(next, Ok(Next::Ask(on.clone())));
    assert!(matches!(&out[..], [Event::Fills(Snapshot { complete: false, .. })]));
    // A page that is full of one millisecond cannot be passed, and is not called complete.
    let (next, out) = answer(&mut client, &on, &reply(200, page));
    assert_eq!(next, Ok(Next::Done));
    assert!(matches!(&out[..], [Event::Fills(Snapshot { complete: false, .. })]));
}

#[test]
fn positions_balances_fees() {
    let mut client = client();
    let [Event::Positions(positions)] = &events(&mut client, &Ask::Positions, message("position"))[..] else {
        panic!()
    };
    let position = &positions.rows[0];
    assert_eq!((position.net, positions.complete), (SignedQty(-1_081), true));
    assert_eq!(position.entry, Some(Price(89_819))); // 4490.96… / 0.05, the nearest
    assert_eq!(position.unrealized, Some(money("-3.935903001234567890")));
    assert!(
        matches!(&events(&mut client, &Ask::Positions, "[]")[..], [Event::Positions(flat)] if flat.complete)
    );
    let [Event::Balances(balances)] = &events(&mut client, &Ask::Balances, message("capital"))[..] else {
        panic!()
    };
    assert_eq!((&*balances.rows[0].asset, balances.rows[0].available), ("USDT", money("30")));
    let fees = FeeRates {
        perpetual_maker: Rate(-100_000),
        perpetual_taker: Rate(450_000),
        spot_maker: Rate(800_000),
        spot_taker: Rate(1_000_000),
    };
    assert_eq!(events(&mut client, &Ask::Fees, message("account")), [Event::Fees(fees)]);
    assert_eq!(events(&mut client, &Ask::Leverage(Leverage { market: None, times: 5, mode: None }), ""), []);
}
