//! What the streams tell: every fixture, as events.

use expect_test::{Expect, expect};
use mm_model::Liquidity;
use serde_json::json;

use super::*;

/// The events, one a line, market numbers and all.
fn shown(events: &[Event]) -> String {
    events.iter().map(|event| format!("{event:?}\n")).collect()
}

/// What a fixture tells an account: that of the fixture, which names it in its channel.
fn tells(name: &str, expected: Expect) {
    let text = message(name);
    let channel = serde_json::from_str::<serde_json::Value>(&text).unwrap()["channel"].clone();
    let account = channel.as_str().and_then(|channel| channel.split(':').nth(1)?.parse().ok());
    let mut client = connected();
    client.account.as_mut().unwrap().index = account.unwrap_or(ACCOUNT);
    let heard = hear(&mut client, &text);
    expected.assert_eq(&shown(&heard.events));
    assert!(heard.answers.is_empty() && heard.closing.is_none(), "{heard:?}");
}

#[test]
fn books() {
    tells(
        "stream_order_book",
        expect![[r#"
            BookSnapshot(BookSnapshot { market: MarketId(0), seq: 904845, bids: [Level { price: Price(200000), qty: Qty(200) }], asks: [Level { price: Price(232500), qty: Qty(990000) }, Level { price: Price(234125), qty: Qty(3401028) }], at: Timestamp(1778138582602000000) })
        "#]],
    );
    tells(
        "stream_order_book_update",
        expect![[r#"
        BookDelta(BookDelta { market: MarketId(0), prev: 9182389998, seq: 9182390020, bids: [], asks: [Level { price: Price(206454), qty: Qty(3285) }], at: Timestamp(1774884082309144000) })
    "#]],
    );
    tells(
        "stream_order_book_empty",
        expect![[r#"
        BookSnapshot(BookSnapshot { market: MarketId(2), seq: 0, bids: [], asks: [], at: Timestamp(1778138582602000000) })
    "#]],
    );
    tells(
        "stream_order_book_page",
        expect![[r#"
        BookDelta(BookDelta { market: MarketId(0), prev: 4037957034, seq: 4037957053, bids: [Level { price: Price(333880), qty: Qty(102898) }], asks: [Level { price: Price(332746), qty: Qty(290915) }], at: Timestamp(1766434222583000000) })
    "#]],
    );
}

#[test]
fn market_data() {
    tells(
        "stream_ticker",
        expect![[r#"
        Ticker(Ticker { market: MarketId(0), bid: Some((Price(206430), Qty(10392))), ask: Some((Price(206448), Qty(4950))), at: Timestamp(1774883844921166000) })
    "#]],
    );
    tells(
        "stream_ticker_empty",
        expect![[r#"
        Ticker(Ticker { market: MarketId(2), bid: None, ask: None, at: Timestamp(1778138582640000000) })
    "#]],
    );
    tells(
        "stream_trade",
        expect![[r#"
        Trade(PublicTrade { market: MarketId(0), trade_id: 14035051, price: Price(333565), qty: Qty(1187), taker: Sell, at: Timestamp(1722339648000000000) })
    "#]],
    );
    tells("stream_trade_subscribed", expect![[""]]);
    tells(
        "stream_market_stats",
        expect![[r#"
        Mark(MarkPrice { market: MarketId(1), mark: Price(643563), index: Some(Price(644001)), funding: Some(Rate(-28000)), next_funding: Some(Timestamp(1780549200000000000)) })
    "#]],
    );
    tells(
        "stream_market_stats_page",
        expect![[r#"
        Mark(MarkPrice { market: MarketId(0), mark: Price(333509), index: Some(Price(333504)), funding: Some(Rate(57000)), next_funding: Some(Timestamp(1722340800000000000)) })
    "#]],
    );
    tells(
        "stream_market_stats_all",
        expect![[r#"
            Mark(MarkPrice { market: MarketId(0), mark: Price(206447), index: Some(Price(206448)), funding: Some(Rate(10)), next_funding: Some(Timestamp(1774886400000000000)) })
        "#]],
    );
}

#[test]
fn the_account() {
    tells(
        "stream_account_all_orders",
        expect![[r#"
        Order(OrderReport { client_id: Some(ClientId(42)), venue_id: 281476929689581, market: MarketId(0), side: Sell, price: Some(Price(236132)), qty: Qty(50), version: 0, filled: Qty(20), status: Open, at: Timestamp(1777945103092648000) })
        Order(OrderReport { client_id: Some(ClientId(43)), venue_id: 562947905454787, market: MarketId(0), side: Buy, price: Some(Price(236140)), qty: Qty(50), version: 0, filled: Qty(0), status: Rejected { reason: "canceled-post-only" }, at: Timestamp(1777945103092648000) })
    "#]],
    );
    tells(
        "stream_account_all_trades",
        expect![[r#"
        Fill(Fill { trade_id: 19211490282, client_id: None, venue_id: 281476929689557, market: MarketId(0), side: Sell, price: Price(236131), qty: Qty(5), fee: Money(0), fee_asset: "USDC", liquidity: Taker, at: Timestamp(1777945103092648000) })
    "#]],
    );
    tells("stream_account_all_trades_subscribed", expect![[""]]);
    tells(
        "stream_account_all_positions",
        expect![[r#"
            Position(Position { market: MarketId(3), net: SignedQty(5), entry: Some(Price(2000000)), unrealized: Some(Money(500000000000000000000)), at: Timestamp(0) })
        "#]],
    );
    tells("stream_account_all_assets", expect![[""]]);
    tells(
        "stream_account_all_assets_page",
        expect![[r#"
        Balance(Balance { asset: "ETH", available: Money(7107200000000000000), locked: Money(0), at: Timestamp(0) })
    "#]],
    );
    tells("stream_user_stats", expect![[""]]);
}

#[test]
fn what_is_not_subscribed_to_means_nothing() {
    for name in [
        "stream_candle",
        "stream_height",
        "stream_account_tx",
        "stream_account_all",
        "stream_spot_market_stats",
    ] {
        let (result, heard) = frame(&mut connected(), &message(name));
        assert!(result.is_err() && heard.events.is_empty(), "{name}");
    }
}

#[test]
fn cash_is_told_when_both_pockets_are_known() {
    let mut client = connected();
    assert!(hear(&mut client, &message("stream_user_stats")).events.is_empty());
    let heard = hear(&mut client, &message("stream_account_all_assets"));
    let shown = shown(&heard.events);
    assert!(shown.contains("Money(50000000000000000000), locked: Money(0)"), "{shown}");
}

/// Where an order stands that the venue says this of.
fn standing(word: &str, filled: &str) -> String {
    let mut value = message_value("stream_account_all_orders");
    let rows = value["orders"]["0"].as_array_mut().unwrap();
    rows.truncate(1);
    (rows[0]["status"], rows[0]["filled_base_amount"]) = (word.into(), filled.into());
    rows[0]["updated_at"] = rows[0]["created_at"].clone();
    match &hear(&mut connected(), &value.to_string()).events[..] {
        [Event::Order(report)] => format!("{:?}", report.status),
        other => format!("{other:?}"),
    }
}

#[test]
fn fault_04_11_every_status_has_its_meaning() {
    let plain = [
        ("in-progress", "[Queued { client_id: ClientId(42) }]"),
        ("pending", "Open"),
        ("open", "Open"),
        ("filled", "Filled"),
        ("canceled", "Cancelled { reason: None }"),
    ];
    for (word, meaning) in plain {
        for filled in ["0.0020", "0.0000"] {
            assert_eq!(standing(word, filled), meaning, "{word}");
        }
    }
    for word in [
        "canceled-reduce-only",
        "canceled-too-much-slippage",
        "canceled-not-enough-liquidity",
        "canceled-self-trade",
        "canceled-expired",
        "canceled-oco",
        "canceled-child",
        "canceled-liquidation",
    ] {
        for filled in ["0.0020", "0.0000"] {
            assert_eq!(standing(word, filled), format!("Cancelled {{ reason: Some(\"{word}\") }}"));
        }
    }
    for word in [
        "canceled-post-only",
        "canceled-position-not-allowed",
        "canceled-margin-not-allowed",
        "canceled-invalid-balance",
    ] {
        assert_eq!(standing(word, "0.0020"), format!("Cancelled {{ reason: Some(\"{word}\") }}"));
        assert_eq!(standing(word, "0.0000"), format!("Rejected {{ reason: \"{word}\" }}"));
    }
}

#[test]
fn fault_11_a_word_that_is_on_no_page_is_never_open() {
    let text = message("stream_account_all_orders");
    for word in ["", "Open", "opened", "canceled-by-moon"] {
        let (result, heard) = frame(&mut connected(), &text.replace("\"open\"", &format!("\"{word}\"")));
        assert!(result.is_err(), "{word}");
        let others =
            matches!(&heard.events[..], [Event::Order(other)] if other.client_id == Some(ClientId(43)));
        assert!(others, "one that cannot be read hides no other: {heard:?}");
    }
}

#[test]
fn a_fee_is_a_part_of_the_notional_in_millionths() {
    let text = message("stream_account_all_trades").replace("281474976639642", "65");
    let heard = hear(&mut connected(), &text);
    let [Event::Fill(fill)] = &heard.events[..] else { panic!("{heard:?}") };
    // 28 millionths of 0.0005 × 2361.31, which the resting buyer pays.
    assert_eq!(
        (fill.side, fill.liquidity, fill.fee.to_string()),
        (Side::Buy, Liquidity::Maker, "0.00003305834".to_owned())
    );
    assert_eq!(fill.client_id, Some(ClientId(410_940_644)));
    let both = text.replace("719347", "65");
    assert_eq!(hear(&mut connected(), &both).events.len(), 2, "a trade with ourselves has two sides");
    let nobody = text.replace("\"65\"", "1").replace(":65,", ":1,");
    assert_eq!(hear(&mut connected(), &nobody).events, [], "a trade of others is none of ours");
}

#[test]
fn a_market_order_is_bounded_by_what_the_ticker_told() {
    let mut client = connected();
    hear(&mut client, &message("stream_ticker"));
    let mut order = placement(&client, 1);
    order.order.kind = OrderKind::Market;
    for (side, price) in [(Side::Buy, "\"Price\":208512,"), (Side::Sell, "\"Price\":204366,")] {
        order.order.side = side;
        let (_, out) = sent(&mut client, 1, &Ask::Place(order)).unwrap();
        let Frame(text) = &out.frames[0];
        assert!(text.contains(price) && text.contains("\"Type\":1,\"TimeInForce\":0,"), "{text}");
        assert!(text.contains("\"OrderExpiry\":0,"), "{text}");
    }
    client.closed(NOW, LINK);
    assert!(
        matches!(sent(&mut client, 9, &Ask::Place(order)), Err(CallError::NotSent(_))),
        "nothing is known any more"
    );
}

#[test]
fn lists_come_in_many_forms() {
    let text = message("stream_account_all_orders");
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = whole["orders"]["0"].clone();
    let told = |orders: serde_json::Value| {
        let mut value = whole.clone();
        value["orders"] = orders;
        let (result, heard) = frame(&mut connected(), &value.to_string());
        (result.is_ok(), heard.events.len())
    };
    assert_eq!(told(rows.clone()), (true, 2), "an array");
    assert_eq!(told(json!({"0": rows[0], "1": rows[1]})), (true, 2), "a map of rows");
    assert_eq!(told(json!({"0": rows, "1": null, "2": []})), (true, 2), "a map of lists");
    assert_eq!(told(json!(null)), (true, 0), "null");
    assert_eq!(told(json!(7)), (false, 0), "no list");
    assert_eq!(told(json!({"0": [rows[0], 7]})), (false, 0), "half a list tells nothing");
}
