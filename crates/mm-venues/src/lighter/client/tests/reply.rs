//! What answers tell: every fixture that answers an ask, as events; and lookups, which go from one question to the next.

use expect_test::{Expect, expect};
use mm_model::{Mode, OrderQuery, RefusalKind, Snapshot};

use super::*;

fn tells(ask: &Ask, body: impl Into<Bytes>, expected: Expect) {
    let mut client = client(OrdersBy::Http);
    let (next, events) = answer(&mut client, ask, &reply(200, body));
    let mut shown: String = events.iter().map(|event| format!("{event:?}\n")).collect();
    if next != Ok(Next::Done) {
        shown += &format!("{next:?}\n");
    }
    expected.assert_eq(&shown);
}

fn with_account(name: &str, index: i64) -> String {
    message(name).replace(&format!("\"index\":{index}"), &format!("\"index\":{ACCOUNT}"))
}

#[test]
fn the_venue_and_its_markets() {
    tells(
        &Ask::Time,
        message("status"),
        expect![[r#"
        ServerTime(Timestamp(1717777777500000000))
    "#]],
    );
    tells(
        &Ask::Time,
        r#"{"status":1,"network_id":1,"timestamp":1717777777123}"#,
        expect![[r#"
            ServerTime(Timestamp(1717777777123000000))
        "#]],
    );
    tells(
        &Ask::Book(MarketId(0)),
        message("order_book_orders"),
        expect![[r#"
        BookSnapshot(BookSnapshot { market: MarketId(0), seq: 0, bids: [Level { price: Price(236117), qty: Qty(34125) }], asks: [Level { price: Price(236132), qty: Qty(317) }], at: Timestamp(0) })
    "#]],
    );
    let mut client = stranger(OrdersBy::Http, &[KEY.0]);
    let markets = events(&mut client, &Ask::Markets, listings());
    let [Event::Markets(markets)] = &markets[..] else { panic!("{markets:?}") };
    let shown: String = markets.iter().map(|market| format!("{market:?}\n")).collect();
    expect![[r#"
        Market { id: MarketId(0), symbol: "ETH", base: "ETH", quote: "USDC", kind: Perpetual, trading: Open, tick: Decimal { mantissa: 1, scale: 2 }, lot: Decimal { mantissa: 1, scale: 4 }, min_qty: Qty(50), max_qty: Some(Qty(281474976710655)), min_notional: Some(Money(10000000000000000000)) }
        Market { id: MarketId(1), symbol: "BTC", base: "BTC", quote: "USDC", kind: Perpetual, trading: Open, tick: Decimal { mantissa: 1, scale: 1 }, lot: Decimal { mantissa: 1, scale: 5 }, min_qty: Qty(500), max_qty: Some(Qty(281474976710655)), min_notional: Some(Money(10000000000000000000)) }
        Market { id: MarketId(2), symbol: "ADA", base: "ADA", quote: "USDC", kind: Perpetual, trading: Open, tick: Decimal { mantissa: 1, scale: 5 }, lot: Decimal { mantissa: 1, scale: 1 }, min_qty: Qty(1), max_qty: Some(Qty(281474976710655)), min_notional: Some(Money(10000000000000000000)) }
        Market { id: MarketId(3), symbol: "BTC-USD", base: "BTC-USD", quote: "USDC", kind: Perpetual, trading: Open, tick: Decimal { mantissa: 1, scale: 2 }, lot: Decimal { mantissa: 1, scale: 1 }, min_qty: Qty(1), max_qty: Some(Qty(281474976710655)), min_notional: Some(Money(10000000000000000000)) }
        Market { id: MarketId(4), symbol: "ETH/USDC", base: "ETH", quote: "USDC", kind: Spot, trading: Open, tick: Decimal { mantissa: 1, scale: 2 }, lot: Decimal { mantissa: 1, scale: 4 }, min_qty: Qty(1), max_qty: Some(Qty(281474976710655)), min_notional: Some(Money(1000000000000)) }
    "#]].assert_eq(&shown);
    let again = events(&mut client, &Ask::Markets, listings());
    assert_eq!(again, [Event::Markets(markets.clone())], "places stay");
}

#[test]
fn the_account() {
    tells(
        &Ask::Positions,
        with_account("account", 123_456),
        expect![[r#"
        Positions(Snapshot { rows: [Position { market: MarketId(1), net: SignedQty(0), entry: None, unrealized: Some(Money(0)), at: Timestamp(0) }], scope: None, complete: true })
    "#]],
    );
    tells(
        &Ask::Balances,
        with_account("account", 123_456),
        expect![[r#"
        Balances(Snapshot { rows: [Balance { asset: "USDC", available: Money(0), locked: Money(0), at: Timestamp(0) }], scope: None, complete: true })
    "#]],
    );
    tells(
        &Ask::Fees,
        message("account_limits").replace("\"current_taker_fee_tick\":0", "\"current_taker_fee_tick\":280"),
        expect![[r#"
            Fees(FeeRates { perpetual_maker: Rate(0), perpetual_taker: Rate(280000), spot_maker: Rate(0), spot_taker: Rate(280000) })
        "#]],
    );
    tells(
        &Ask::Positions,
        message("account"),
        expect![[r#"
        Err(OutcomeUnknown("cannot read account: the answer is about other accounts"))
    "#]],
    );
}

#[test]
fn part_of_a_book_is_no_book() {
    let whole = message("order_book_orders");
    tells(
        &Ask::Book(MarketId(0)),
        whole.replace("\"total_asks\":1", "\"total_asks\":2"),
        expect![[r#"
        Err(OutcomeUnknown("cannot read book: ETH: 1 orders of 2: it is not whole"))
    "#]],
    );
}

fn query() -> OrderQuery {
    OrderQuery { market: MarketId(0), client_id: ClientId(42), venue_id: None, created_at: NOW }
}

/// The orders of the stream's fixture as a list.
fn orders(next_cursor: &str) -> String {
    let rows = message_value("stream_account_all_orders")["orders"]["0"].clone();
    serde_json::json!({"code": 200, "orders": rows, "next_cursor": next_cursor}).to_string()
}

const NONE: &str = r#"{"code":200,"orders":[]}"#;

#[test]
fn open_orders_are_complete_when_no_page_follows() {
    let complete = |body: String| {
        let told = events(&mut client(OrdersBy::Http), &Ask::OpenOrders(None), body);
        matches!(&told[..], [Event::OpenOrders(Snapshot { complete: true, rows, .. })] if rows.len() == 2)
    };
    assert!(complete(orders("")));
    assert!(!complete(orders("more")));
}

/// Asks for order 42 from question to question; what is told, and which questions led there.
fn looks_up(
    client: &mut Client,
    answers: &[(u16, String)],
) -> (Vec<String>, Vec<Event>, Result<Next, CallError>) {
    let mut ask = Ask::Order(query(), Mode::Live);
    let (mut paths, mut out, mut result) = (Vec::new(), Vec::new(), Ok(Next::Done));
    for (n, (status, body)) in (10..).zip(answers) {
        let mut outbox = Outbox::default();
        client.encode(NOW, CallRef(n), &ask, &mut outbox).unwrap();
        paths.push(outbox.request.path.trim_start_matches("/api/v1/").to_owned());
        result = client.reply(NOW, CallRef(n), &ask, &reply(*status, body.clone()), &mut out);
        let Ok(Next::Ask(next)) = &result else { break };
        ask = next.clone();
    }
    (paths, out, result)
}

fn absent(mode: Mode, complete: bool) -> Event {
    Event::NoSuchOrder { client_id: ClientId(42), mode, complete }
}

/// A client that has sent order 42, and the hash of that.
fn sender() -> (Client, String) {
    let mut client = client(OrdersBy::Http);
    let ask = Ask::Place(placement(&client, 42));
    let (_, out) = sent(&mut client, 1, &ask).unwrap();
    let body = std::str::from_utf8(&out.request.body).unwrap().to_owned();
    let info = crate::query::pairs(&body).unwrap()[1].1.to_string();
    assert_eq!(answer(&mut client, &ask, &reply(200, message("send_tx"))).0, Ok(Next::Done));
    (client, check(14, &info).hash.to_string())
}

fn tx(hash: &str, status: u8, event: &str) -> (u16, String) {
    let mut value = message_value("tx");
    (value["hash"], value["status"], value["event_info"]) = (hash.into(), status.into(), event.into());
    (200, value.to_string())
}

#[test]
fn an_order_that_is_found_is_found() {
    let (mut client, _) = sender();
    let (paths, events, result) = looks_up(&mut client, &[(200, orders(""))]);
    assert_eq!((paths, result), (vec!["accountOrders".to_owned()], Ok(Next::Done)));
    assert!(
        matches!(&events[..], [Event::Order(report)] if report.client_id == Some(ClientId(42))),
        "{events:?}"
    );
}

#[test]
fn what_the_engine_refused_is_proven_by_the_transaction() {
    let (mut client, hash) = sender();
    let answers = [(200, NONE.to_owned()), tx(&hash, 0, r#"{"ae":"not enough margin to create the order"}"#)];
    let (paths, events, result) = looks_up(&mut client, &answers);
    assert_eq!((paths, result), (vec!["accountOrders".to_owned(), "tx".to_owned()], Ok(Next::Done)));
    let [first, Event::Refused { client_id: ClientId(42), refusal }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*first, absent(Mode::Live, true));
    assert_eq!((refusal.kind, &*refusal.code), (RefusalKind::Funds, "21739"));
}

#[test]
fn what_the_venue_never_took_is_absent() {
    let (mut client, _) = sender();
    let not_found = r#"{"code":21500,"message":"transaction not found"}"#.to_owned();
    let (_, events, result) = looks_up(&mut client, &[(200, NONE.to_owned()), (400, not_found)]);
    assert_eq!(
        (events, result),
        (vec![absent(Mode::Live, true), absent(Mode::History, true)], Ok(Next::Done))
    );
}

#[test]
fn what_waits_for_the_engine_proves_nothing_until_its_time_is_over() {
    let (mut client, hash) = sender();
    let (_, events, _) = looks_up(&mut client, &[(200, NONE.to_owned()), tx(&hash, 1, "")]);
    assert_eq!(events, [absent(Mode::Live, true), absent(Mode::History, false)]);
    for (later_s, is_dead) in [(31, false), (32, true)] {
        let ask = Ask::Order(query(), Mode::History);
        let (now, mut out) = (NOW + std::time::Duration::from_secs(later_s), Vec::new());
        client.encode(now, CallRef(99), &ask, &mut Outbox::default()).unwrap();
        let (status, body) = tx(&hash, 1, "");
        client.reply(now, CallRef(99), &ask, &reply(status, body), &mut out).unwrap();
        assert_eq!(out, [absent(Mode::History, is_dead)], "{later_s}");
    }
}

#[test]
fn what_the_engine_took_is_never_absent() {
    let (mut client, hash) = sender();
    let answers = [(200, NONE.to_owned()), tx(&hash, 2, r#"{"ae":""}"#), (200, NONE.to_owned())];
    let (paths, events, _) = looks_up(&mut client, &answers);
    assert_eq!(paths, ["accountOrders", "tx", "accountInactiveOrders"]);
    assert_eq!(events, [absent(Mode::Live, true), absent(Mode::History, false)]);
    let (paths, events, _) = looks_up(&mut client, &[(200, NONE.to_owned()), (200, orders(""))]);
    assert_eq!(paths, ["accountOrders", "accountInactiveOrders"], "what is known is not asked again");
    assert!(matches!(&events[..], [_, Event::Order(_)]), "{events:?}");
}

#[test]
fn an_answer_about_another_transaction_is_none() {
    let (mut client, _) = sender();
    let (_, _, result) = looks_up(&mut client, &[(200, NONE.to_owned()), tx("00ff", 0, "")]);
    assert!(matches!(result, Err(CallError::OutcomeUnknown(_))), "{result:?}");
}

#[test]
fn a_history_that_may_hold_more_proves_nothing() {
    let rows = |n: usize, cursor: &str, ended_at: u64| {
        let mut row = message_value("stream_account_all_orders")["orders"]["0"][0].clone();
        (row["client_order_index"], row["updated_at"], row["timestamp"]) =
            (7.into(), ended_at.into(), ended_at.into());
        serde_json::json!({"code": 200, "orders": vec![row; n], "next_cursor": cursor}).to_string()
    };
    let full = |cursor: &str, ended_at: u64| rows(100, cursor, ended_at);
    let (young, old) = (NOW.ms(), NOW.ms() - 600_000);
    let cases = [
        ("empty", vec![NONE.to_owned()], true),
        ("full, all of them young, and no word of more", vec![full("", young), rows(99, "", young)], false),
        (
            "full, and in shorter pages it comes to an end",
            vec![full("", young), rows(99, "more", young), rows(1, "", young)],
            true,
        ),
        ("full, but it reaches back", vec![full("more", old)], true),
        ("full, and the next page is the last", vec![full("more", young), NONE.to_owned()], true),
        (
            "full, and the third page reaches back",
            vec![full("more", young), full("on", young), full("on", old)],
            true,
        ),
    ];
    for (name, pages, complete) in cases {
        let mut client = client(OrdersBy::Http);
        let none = std::iter::once(NONE.to_owned());
        let replies: Vec<_> = none.chain(pages).map(|body| (200, body)).collect();
        let (_, events, _) = looks_up(&mut client, &replies);
        assert_eq!(events, [absent(Mode::Live, true), absent(Mode::History, complete)], "{name}");
    }
}

#[test]
fn fills_come_page_by_page_down_to_what_is_older() {
    let page = |cursor: &str, at_us: u64| {
        let mut value = message_value("recent_trades");
        let mut trade = value["trades"][0].clone();
        (trade["transaction_time"], trade["bid_account_id"]) = (at_us.into(), ACCOUNT.into());
        (value["trades"], value["next_cursor"]) = (serde_json::json!([trade]), cursor.into());
        value.to_string()
    };
    let mut client = client(OrdersBy::Http);
    let mut ask = Ask::FillsSince(NOW);
    let told = |client: &mut Client, ask: &Ask, body: String| {
        let (next, events) = answer(client, ask, &reply(200, body));
        let [Event::Fills(Snapshot { rows, complete, .. })] = &events[..] else { panic!("{events:?}") };
        assert_eq!(rows.len(), 1);
        (next, *complete)
    };
    for (n, cursor) in ["a&b", "c", "d"].into_iter().enumerate() {
        let (next, complete) = told(&mut client, &ask, page(cursor, NOW.us() + 9 - n as u64));
        let Ok(Next::Ask(more)) = next else { panic!("{next:?}") };
        assert!(!complete);
        let (_, out) = sent(&mut client, 1, &more).unwrap();
        let wanted = format!("&cursor={}", cursor.replace('&', "%26"));
        assert!(out.request.query.ends_with(&wanted), "{}", out.request.query);
        ask = more;
    }
    let fresh = sent(&mut client, 1, &Ask::FillsSince(NOW)).unwrap().1.request.query;
    assert!(!fresh.contains("cursor"), "a new question begins at the beginning");
    assert_eq!(
        told(&mut client, &ask, page("e", NOW.us() - 1_000)),
        (Ok(Next::Done), true),
        "older than asked for"
    );
    assert_eq!(told(&mut client, &Ask::FillsSince(NOW), page("", NOW.us())), (Ok(Next::Done), true));
}

#[test]
fn all_orders_of_a_spot_market_are_cancelled_batch_by_batch() {
    let mut client = client(OrdersBy::Http);
    let ask = Ask::CancelAll(market(&client, "ETH/USDC"));
    let (_, out) = sent(&mut client, 1, &ask).unwrap();
    assert_eq!(out.request.path, "/api/v1/accountActiveOrders");
    let row = message_value("stream_account_all_orders")["orders"]["0"][0].clone();
    let rows: Vec<_> = (0..17)
        .map(|n| {
            let mut row = row.clone();
            (row["order_index"], row["market_index"]) =
                ((1_000 + n).into(), if n == 16 { 0 } else { 2_048 }.into());
            row
        })
        .collect();
    let body = serde_json::json!({"code": 200, "orders": rows}).to_string();
    assert_eq!(answer(&mut client, &ask, &reply(200, body)), (Ok(Next::Ask(ask.clone())), vec![]));
    for (n, next) in [(15, Ok(Next::Ask(ask.clone()))), (1, Ok(Next::Done))] {
        let (_, out) = sent(&mut client, 1, &ask).unwrap();
        let body = std::str::from_utf8(&out.request.body).unwrap().to_owned();
        let infos: Vec<String> = serde_json::from_str(&crate::query::pairs(&body).unwrap()[1].1).unwrap();
        assert_eq!(infos.len(), n);
        infos.iter().for_each(|info| drop(check(15, info)));
        assert_eq!(answer(&mut client, &ask, &reply(200, message("send_tx_batch"))).0, next);
    }
    let (_, out) = sent(&mut client, 1, &ask).unwrap();
    assert_eq!(out.request.path, "/api/v1/accountActiveOrders", "the list is used up");
}
