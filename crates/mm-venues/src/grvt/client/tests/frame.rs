//! What the streams tell, written with full and with short names: the same events.

use expect_test::{Expect, expect};
use wire::{
    account::Position,
    history::Fill,
    market_data::{Book, Candle, Level, Ticker, Trade},
    stream::{CancelStatusFeed, OrderStateFeed},
};

use super::*;

/// What frames tell, one after another, in both encodings.
fn tells(link: LinkId, frames: &dyn Fn(Encoding) -> Vec<String>, expected: Expect) {
    let told = Encoding::ALL.map(|encoding| {
        let mut client = connected(encoding);
        let ask = Ask::Place(placement(&client, ID));
        sent(&mut client, 1, &ask).unwrap();
        let frames = frames(encoding);
        frames.iter().flat_map(|text| hear(&mut client, link, text).events).collect::<Vec<_>>()
    });
    assert_eq!(told[0], told[1]);
    expected.assert_eq(&shown(&told[0]));
}

#[test]
fn books() {
    let level = |price, size| Level { price, size, num_orders: 2 };
    let frames = |encoding| {
        let book = |bids, asks| Book { event_time: Quoted(NOW.0), instrument: BTC.into(), bids, asks };
        let whole = book(
            vec![level("60000.0".into(), "0.5".into()), level("59999.9".into(), "1.0".into())],
            vec![level("60000.1".into(), "0.25".into())],
        );
        let change = book(vec![level("60000.0".into(), "0".into())], vec![]);
        let topic = ["v1.book.d", "BTC_USDT_Perp@50"];
        vec![feed(encoding, topic, 0, whole), feed(encoding, topic, FIRST, change)]
    };
    tells(
        MARKET_DATA,
        &frames,
        expect![[r#"
        BookSnapshot(BookSnapshot { market: MarketId(0), seq: 1, bids: [Level { price: Price(600000), qty: Qty(500) }, Level { price: Price(599999), qty: Qty(1000) }], asks: [Level { price: Price(600001), qty: Qty(250) }], at: Timestamp(1795000000000000000) })
        BookDelta(BookDelta { market: MarketId(0), prev: 1, seq: 2, bids: [Level { price: Price(600000), qty: Qty(0) }], asks: [], at: Timestamp(1795000000000000000) })
    "#]],
    );
}

#[test]
fn tickers_keep_what_is_not_told_again() {
    let frames = |encoding| {
        let topic = ["v1.ticker.d", "BTC_USDT_Perp@100"];
        let whole = Ticker {
            event_time: Some(Quoted(NOW.0)),
            instrument: Some(BTC.into()),
            mark_price: Some("60000.04".into()),
            index_price: Some("60010.0".into()),
            best_bid_price: Some("60000.0".into()),
            best_bid_size: Some("0.5".into()),
            best_ask_price: Some("60000.1".into()),
            best_ask_size: Some("0.25".into()),
            funding_rate: Some("0.01".into()),
            next_funding_time: Some(Quoted(NOW.0 + 1)),
            ..Ticker::default()
        };
        let only = |edit: &dyn Fn(&mut Ticker<'static>)| {
            let mut ticker = Ticker {
                event_time: Some(Quoted(NOW.0 + 5)),
                instrument: Some(BTC.into()),
                ..Ticker::default()
            };
            edit(&mut ticker);
            ticker
        };
        let changes = [
            only(&|ticker| ticker.best_bid_size = Some("0.75".into())),
            only(&|ticker| ticker.funding_rate = Some("-0.00012345".into())),
            only(&|ticker| ticker.best_ask_price = Some("".into())),
            only(&|ticker| ticker.index_price = Some("".into())),
            only(&|ticker| ticker.open_interest = Some("7".into())),
        ];
        let changes = (FIRST..).zip(changes).map(|(seq, ticker)| feed(encoding, topic, seq, ticker));
        [feed(encoding, topic, 0, whole)].into_iter().chain(changes).collect()
    };
    tells(
        MARKET_DATA,
        &frames,
        expect![[r#"
        Ticker(Ticker { market: MarketId(0), bid: Some((Price(600000), Qty(500))), ask: Some((Price(600001), Qty(250))), at: Timestamp(1795000000000000000) })
        Mark(MarkPrice { market: MarketId(0), mark: Price(600000), index: Some(Price(600100)), funding: Some(Rate(100000)), next_funding: Some(Timestamp(1795000000000000001)) })
        Ticker(Ticker { market: MarketId(0), bid: Some((Price(600000), Qty(750))), ask: Some((Price(600001), Qty(250))), at: Timestamp(1795000000000000005) })
        Mark(MarkPrice { market: MarketId(0), mark: Price(600000), index: Some(Price(600100)), funding: Some(Rate(-1234)), next_funding: Some(Timestamp(1795000000000000001)) })
        Ticker(Ticker { market: MarketId(0), bid: Some((Price(600000), Qty(750))), ask: None, at: Timestamp(1795000000000000005) })
        Mark(MarkPrice { market: MarketId(0), mark: Price(600000), index: None, funding: Some(Rate(-1234)), next_funding: Some(Timestamp(1795000000000000001)) })
    "#]],
    );
}

#[test]
fn trades_that_are_over_are_no_news() {
    let frames = |encoding| {
        let trade = Trade {
            event_time: Quoted(NOW.0),
            instrument: BTC.into(),
            is_taker_buyer: false,
            size: "0.003".into(),
            price: "60000.1".into(),
            mark_price: Text::default(),
            index_price: Text::default(),
            interest_rate: Text::default(),
            forward_price: Text::default(),
            trade_id: "73808524-19".into(),
            venue: wire::Venue::Orderbook,
            is_rpi: false,
        };
        [0, 0, FIRST, FIRST]
            .map(|seq| feed(encoding, ["v1.trade", "BTC_USDT_Perp@50"], seq, trade.clone()))
            .into()
    };
    tells(
        MARKET_DATA,
        &frames,
        expect![[r#"
        Trade(PublicTrade { market: MarketId(0), trade_id: 73808524-19, price: Price(600001), qty: Qty(3), taker: Sell, at: Timestamp(1795000000000000000) })
    "#]],
    );
}

#[test]
fn candles_are_told_as_they_change() {
    let frames = |encoding| {
        let candle = |close: &'static str, trades| Candle {
            open_time: Quoted(NOW.0),
            close_time: Quoted(NOW.0 + 60_000_000_000),
            open: "60000.0".into(),
            close: close.into(),
            high: "60000.5".into(),
            low: "59999.9".into(),
            volume_b: "0.012".into(),
            volume_q: "720.0".into(),
            trades,
            instrument: BTC.into(),
        };
        [candle("60000.1", 1), candle("60000.5", 2)]
            .map(|candle| feed(encoding, ["v1.candle", "BTC_USDT_Perp@CI_1_M-TRADE"], 0, candle))
            .into()
    };
    tells(
        MARKET_DATA,
        &frames,
        expect![[r#"
        Candle(Candle { market: MarketId(0), interval: 60s, opens_at: Timestamp(1795000000000000000), open: Price(600000), high: Price(600005), low: Price(599999), close: Price(600001), volume: Qty(12), n_trades: 1 })
        Candle(Candle { market: MarketId(0), interval: 60s, opens_at: Timestamp(1795000000000000000), open: Price(600000), high: Price(600005), low: Price(599999), close: Price(600005), volume: Qty(12), n_trades: 2 })
    "#]],
    );
}

/// The words of a state, and what becomes of an order of ours: by the stream of orders and by that of states.
#[test]
fn orders_and_states() {
    let id = ID.to_string();
    let sub = SUB.to_string();
    let states = [
        ("0x00", ["PENDING", "UNSPECIFIED", "0.0"]),
        ("0x00", ["OPEN", "UNSPECIFIED", "0.0"]),
        ("0x00", ["REJECTED", "BELOW_MARGIN", "0.0"]),
        ("0x00", ["CANCELLED", "CLIENT_CANCEL", "0.0"]),
        ("0x0101", ["OPEN", "UNSPECIFIED", "0.0"]),
        ("0x0101", ["OPEN", "UNSPECIFIED", "0.013"]),
        ("0x0101", ["FILLED", "UNSPECIFIED", "1.013"]),
        ("0x0101", ["REJECTED", "FAIL_POST_ONLY", "0.0"]),
        ("0x0101", ["CANCELLED", "FAIL_POST_ONLY", "0.0"]),
        ("0x0101", ["CANCELLED", "CLIENT_CANCEL", "0.5"]),
        ("0x0101", ["CANCELLED", "IOC_CANCEL", "0.5"]),
        ("0x0101", ["CANCELLED", "MARKET_CANCEL", "0.0"]),
        ("0x0101", ["CANCELLED", "SELF_MATCHED_SUBACCOUNT", "0.0"]),
        ("0x0101", ["CANCELLED", "SOMETHING_NEW", "0.0"]),
    ];
    let orders = |encoding| {
        let frame = |(seq, (order_id, words)): (u64, (&'static str, [&'static str; 3]))| {
            feed(encoding, ["v1.order", &*sub], seq, order(&id, order_id, words))
        };
        (1..).zip(states).map(frame).collect::<Vec<_>>()
    };
    let shown = expect![[r#"
        Queued { client_id: ClientId(9223372036854775815) }
        Queued { client_id: ClientId(9223372036854775815) }
        Refused { client_id: ClientId(9223372036854775815), refusal: Refusal { kind: Funds, code: "BELOW_MARGIN", message: "BELOW_MARGIN", retry_after: None } }
        Refused { client_id: ClientId(9223372036854775815), refusal: Refusal { kind: Other, code: "CLIENT_CANCEL", message: "CLIENT_CANCEL", retry_after: None } }
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Open, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(13), status: Open, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(1013), status: Filled, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Rejected { reason: "FAIL_POST_ONLY" }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Rejected { reason: "FAIL_POST_ONLY" }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(500), status: Cancelled { reason: None }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(500), status: Cancelled { reason: Some("IOC_CANCEL") }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Cancelled { reason: Some("MARKET_CANCEL") }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Cancelled { reason: Some("SELF_MATCHED_SUBACCOUNT") }, at: Timestamp(1795000000000000000) })
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Cancelled { reason: Some("SOMETHING_NEW") }, at: Timestamp(1795000000000000000) })
    "#]];
    tells(TRADES, &orders, shown);
    let by_states = |encoding| {
        let frame = |(seq, (order_id, words)): (u64, (&'static str, [&'static str; 3]))| {
            let told = OrderStateFeed {
                order_id: order_id.into(),
                client_order_id: id.as_str().into(),
                order_state: state(words),
            };
            feed(encoding, ["v1.state", &*sub], seq, told)
        };
        (1..).zip(states).map(frame).collect::<Vec<_>>()
    };
    let told = |encoding, frames: Vec<String>| {
        let mut client = connected(encoding);
        let ask = Ask::Place(placement(&client, ID));
        sent(&mut client, 1, &ask).unwrap();
        frames.iter().flat_map(|text| hear(&mut client, TRADES, text).events).collect::<Vec<_>>()
    };
    assert_eq!(told(Encoding::Full, orders(Encoding::Full)), told(Encoding::Full, by_states(Encoding::Full)));
    assert_eq!(told(Encoding::Lite, orders(Encoding::Lite)), told(Encoding::Lite, by_states(Encoding::Lite)));
    // The states of orders that are not ours say too little.
    let mut client = connected(Encoding::Full);
    assert!(by_states(Encoding::Full).iter().all(|text| hear(&mut client, TRADES, text).events.is_empty()));
}

#[test]
fn fault_11_a_status_that_is_on_no_page_is_nothing_that_an_order_can_be() {
    let mut client = connected(Encoding::Lite);
    let (id, sub) = (ID.to_string(), SUB.to_string());
    for words in
        [["PARTIALLY_FILLED", "UNSPECIFIED", "0.0"], ["", "UNSPECIFIED", "0.0"], ["OPEN", "UNSPECIFIED", "x"]]
    {
        let text = feed(Encoding::Lite, ["v1.order", &sub], 1, order(&id, "0x0101", words));
        let (result, heard) = frame_on(&mut client, TRADES, &text);
        assert!(result.is_err() && heard.events.is_empty(), "{words:?}");
    }
}

fn own_fill<'a>(id: &'a str, fee: &'a str, fee_currency: &'a str) -> Fill<'a> {
    Fill {
        event_time: Quoted(NOW.0),
        sub_account_id: "8289849667772468".into(),
        instrument: BTC.into(),
        is_buyer: true,
        is_taker: fee_currency.is_empty(),
        size: "0.013".into(),
        price: "60000.1".into(),
        mark_price: Text::default(),
        index_price: Text::default(),
        interest_rate: Text::default(),
        forward_price: Text::default(),
        realized_pnl: Text::default(),
        fee: fee.into(),
        fee_rate: "0.045".into(),
        trade_id: "73808524-19".into(),
        order_id: "0x0101".into(),
        venue: wire::Venue::Orderbook,
        is_liquidation: false,
        client_order_id: id.into(),
        signer: Text::default(),
        broker: None,
        is_rpi: false,
        builder: Text::default(),
        builder_fee_rate: Text::default(),
        builder_fee: Text::default(),
        fee_currency: fee_currency.into(),
    }
}

#[test]
fn fills() {
    let (id, sub) = (ID.to_string(), SUB.to_string());
    let frames = |encoding| {
        let fills = [own_fill(&id, "0.35", ""), own_fill("0", "-0.00078", "USDT")];
        (1..).zip(fills).map(|(seq, fill)| feed(encoding, ["v1.fill", &*sub], seq, fill)).collect()
    };
    tells(
        TRADES,
        &frames,
        expect![[r#"
        Fill(Fill { trade_id: 73808524-19, client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Price(600001), qty: Qty(13), fee: Money(350000000000000000), fee_asset: "USDT", liquidity: Taker, at: Timestamp(1795000000000000000) })
        Fill(Fill { trade_id: 73808524-19, client_id: None, venue_id: 0x0101, market: MarketId(0), side: Buy, price: Price(600001), qty: Qty(13), fee: Money(-780000000000000), fee_asset: "USDT", liquidity: Maker, at: Timestamp(1795000000000000000) })
    "#]],
    );
}

#[test]
fn positions() {
    let sub = SUB.to_string();
    let position = |instrument: &'static str, size: &'static str, entry: &'static str| Position {
        event_time: Quoted(NOW.0),
        sub_account_id: "8289849667772468".into(),
        instrument: instrument.into(),
        size: size.into(),
        notional: "0".into(),
        entry_price: entry.into(),
        exit_price: Text::default(),
        mark_price: "60000.0".into(),
        unrealized_pnl: "-1.5".into(),
        realized_pnl: "0.0".into(),
        total_pnl: "0.0".into(),
        roi: Text::default(),
        quote_index_price: Text::default(),
        est_liquidation_price: Text::default(),
        leverage: Text::default(),
        cumulative_fee: Text::default(),
        cumulative_realized_funding_payment: Text::default(),
        margin_type: wire::PositionMarginType::Cross,
        isolated_balance: None,
        isolated_im: None,
        isolated_mm: None,
    };
    let frames = |encoding| {
        let rows = [
            (0, position(BTC, "-1.5", "60001.234567891")),
            (1, position(BTC, "0.0", "0.0")),
            (2, position("ETH_USDT_Call_20Oct23_2800", "3.0", "1.0")),
        ];
        rows.map(|(seq, row)| feed(encoding, ["v1.position", &*sub], seq, row)).into()
    };
    tells(
        TRADES,
        &frames,
        expect![[r#"
        Position(Position { market: MarketId(0), net: SignedQty(-1500), entry: Some(Price(600012)), unrealized: Some(Money(-1500000000000000000)), at: Timestamp(1795000000000000000) })
        Position(Position { market: MarketId(0), net: SignedQty(0), entry: None, unrealized: Some(Money(-1500000000000000000)), at: Timestamp(1795000000000000000) })
    "#]],
    );
}

/// A cancel that waited in vain proves nothing of its order.
#[test]
fn the_end_of_a_cancel_is_nobodys_end() {
    let (id, sub) = (ID.to_string(), SUB.to_string());
    let frames = |encoding| {
        let told = |cancel_status: &'static str| CancelStatusFeed {
            sub_account_id: sub.as_str().into(),
            client_order_id: id.as_str().into(),
            order_id: "0x00".into(),
            reason: "CLIENT_CANCEL".into(),
            update_time: Quoted(NOW.0),
            cancel_status: cancel_status.into(),
        };
        let words = ["EXPIRED", "DROPPED_DUPLICATE", "SOMETHING_NEW"];
        (1..).zip(words).map(|(seq, word)| feed(encoding, ["v1.cancel", &*sub], seq, told(word))).collect()
    };
    tells(TRADES, &frames, expect![[""]]);
}
