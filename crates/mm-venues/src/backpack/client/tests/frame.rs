//! What the streams tell.

use mm_model::{
    Balance, BookDelta, DeltaLevels, Fill, Level, Liquidity, MarkPrice, Money, OrderReport, PublicTrade,
    Rate, ReportedStatus, SignedQty, Symbol, Ticker, TradeId, VenueOrderId,
};

use super::*;

fn tells(name: &str) -> Vec<Event> {
    let (result, out) = frame(&mut client(), &message(name));
    assert_eq!(result, Ok(()), "{name}");
    out
}

fn money(text: &str) -> Money {
    Money::from_decimal(text.parse().unwrap()).unwrap()
}

#[test]
fn depth_continues_from_the_number_before_its_first() {
    let delta = BookDelta {
        market: market(&client(), "SOL_USDC"),
        prev: 4_330_360_994,
        seq: 4_330_360_995,
        bids: DeltaLevels::new(),
        asks: DeltaLevels::from_iter([Level { price: Price(9_897), qty: Qty(2_239) }]),
        at: Timestamp::from_us(1_788_367_430_246_081),
    };
    assert_eq!(tells("stream_depth"), [Event::BookDelta(delta)]);
}

#[test]
fn depth_that_cannot_be_placed_is_refused() {
    let text = message("stream_depth");
    let bad = [
        ("U after u", text.replace("\"U\":4330360995", "\"U\":4330360996")),
        ("U zero", text.replace("\"U\":4330360995", "\"U\":0")),
        ("off tick", text.replace("98.97", "98.975")),
        ("three in a row", text.replace("\"22.39\"]", "\"22.39\",\"1\"]")),
        ("negative size", text.replace("22.39", "-22.39")),
        ("unknown market", text.replace("\"s\":\"SOL_USDC\"", "\"s\":\"XYZ_USDC\"")),
        ("a float", text.replace("\"22.39\"", "2.239e1")),
    ];
    for (name, bad) in bad {
        assert_ne!(bad, text, "{name}");
        let (result, out) = frame(&mut client(), &bad);
        assert!(result.is_err() && out.is_empty(), "{name}: {out:?}");
    }
}

#[test]
fn market_data() {
    let client = client();
    let ticker = Ticker {
        market: market(&client, "SOL_USDC"),
        bid: Some((Price(9_896), Qty(28_877))),
        ask: Some((Price(9_897), Qty(2_239))),
        at: Timestamp::from_us(1_788_367_430_246_081),
    };
    assert_eq!(tells("stream_book_ticker"), [Event::Ticker(ticker)]);
    let trade = PublicTrade {
        market: market(&client, "ETH_USDC_PERP"),
        trade_id: TradeId::from_number(10_782_547),
        price: Price(77_405),
        qty: Qty(8),
        taker: Side::Buy,
        at: Timestamp::from_us(1_754_601_477_744_000),
    };
    assert_eq!(tells("stream_trade"), [Event::Trade(trade)]);
    let mark = MarkPrice {
        market: market(&client, "SOL_USDC_PERP"),
        mark: Price(9_894),
        index: Some(Price(9_895)), // 98.94998504
        funding: Some(Rate(12_500)),
        next_funding: Some(Timestamp::from_ms(1_788_368_400_000)),
    };
    assert_eq!(tells("stream_mark_price"), [Event::Mark(mark)]);
}

#[test]
fn a_funding_rate_of_28_places_is_read() {
    let text = message("stream_mark_price").replace("\"0.0000125\"", "\"-0.0001703677559048204097085472\"");
    let (_, out) = frame(&mut client(), &text);
    assert!(matches!(&out[..], [Event::Mark(mark)] if mark.funding == Some(Rate(-170_367))), "{out:?}");
}

#[test]
fn an_order_is_accepted_and_cancelled() {
    let report = |status, at| OrderReport {
        version: 0,
        client_id: None,
        venue_id: VenueOrderId::new("59887375336").unwrap(),
        market: market(&client(), "USDT_USDC"),
        side: Side::Sell,
        price: Some(Price(10_076)),
        qty: Qty(20),
        filled: Qty(0),
        status,
        at: Timestamp::from_us(at),
    };
    let accepted = report(ReportedStatus::Open, 1_788_368_290_062_979);
    assert_eq!(tells("stream_order_accepted"), [Event::Order(accepted)]);
    let cancelled = report(ReportedStatus::Cancelled { reason: None }, 1_788_368_293_113_270);
    assert_eq!(tells("stream_order_cancelled"), [Event::Order(cancelled)]);
}

#[test]
fn a_fill_is_told_before_the_order_it_fills() {
    let (market, at) = (market(&client(), "ETH_USDC"), Timestamp::from_us(1_754_939_110_174_705));
    let venue_id = VenueOrderId::new("5406825793").unwrap();
    let fill = Fill {
        trade_id: TradeId::from_number(2_888_471),
        client_id: None,
        venue_id,
        market,
        side: Side::Buy,
        price: Price(429_916),
        qty: Qty(10),
        fee: money("0.000001"),
        fee_asset: Symbol::from("ETH"),
        liquidity: Liquidity::Taker,
        at,
    };
    let order = OrderReport {
        version: 0,
        client_id: None,
        venue_id,
        market,
        side: Side::Buy,
        price: None,
        qty: Qty(10),
        filled: Qty(10),
        status: ReportedStatus::Filled,
        at,
    };
    assert_eq!(tells("stream_order_fill"), [Event::Fill(fill), Event::Order(order)]);
}

/// `z` is all that was filled, `l` the last trade: no field is taken for what is left.
#[test]
fn fault_20_what_is_filled_is_the_cumulative_and_the_last_trade_is_no_rest() {
    let text = message("stream_order_fill").replace("\"X\":\"Filled\"", "\"X\":\"PartiallyFilled\"");
    for (last, all, filled) in [("0.0001", "0.0003", 3), ("0.0003", "0.0003", 3), ("0.0002", "0.0010", 10)] {
        let text = text
            .replace("\"l\":\"0.0010\"", &format!("\"l\":\"{last}\""))
            .replace("\"z\":\"0.0010\"", &format!("\"z\":\"{all}\""));
        let (result, out) = frame(&mut client(), &text);
        assert_eq!(result, Ok(()), "{text}");
        let [Event::Fill(_), Event::Order(order)] = &out[..] else { panic!("{out:?}") };
        assert_eq!((order.qty, order.filled), (Qty(10), Qty(filled)), "{last} of {all}");
    }
}

#[test]
fn a_fill_that_cannot_be_read_does_not_hide_the_order() {
    let text = message("stream_order_fill");
    for missing in ["\"t\":2888471", "\"n\":\"0.000001\"", "\"L\":\"4299.16\"", "\"m\":false"] {
        let (key, _) = missing.split_once(':').unwrap();
        let (result, out) = frame(&mut client(), &text.replace(missing, &format!("{key}:null")));
        assert!(result.is_err(), "{missing}");
        assert!(matches!(&out[..], [Event::Order(order)] if order.filled == Qty(10)), "{missing}: {out:?}");
    }
}

/// How the expired order of the fixture ends, with something in it replaced.
fn expires(from: &str, to: &str) -> ReportedStatus {
    let text = message("stream_order_expired");
    assert!(from == to || text.contains(from), "{from}");
    let (result, mut out) = frame(&mut client(), &text.replace(from, to));
    assert_eq!(result, Ok(()));
    match out.pop() {
        Some(Event::Order(order)) => order.status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_expired_order_was_rejected_only_if_it_never_rested() {
    let rejected = |reason: &str| ReportedStatus::Rejected { reason: reason.to_owned() };
    let cancelled = |reason: &str| ReportedStatus::Cancelled { reason: Some(reason.to_owned()) };
    assert_eq!(expires("", ""), rejected("POST_ONLY_TAKER"));
    assert_eq!(expires("POST_ONLY_TAKER", "PostOnlyMode"), rejected("PostOnlyMode"));
    assert_eq!(expires("\"z\":\"0\"", "\"z\":\"0.50\""), cancelled("POST_ONLY_TAKER"));
    for reason in
        ["ImmediateOrCancel", "FillOrKill", "SelfTradePrevention", "ReduceOnlyNotReduced", "Liquidation"]
    {
        assert_eq!(expires("POST_ONLY_TAKER", reason), cancelled(reason));
    }
    assert_eq!(expires("\"R\":\"POST_ONLY_TAKER\"", "\"R\":null"), cancelled("Expired"));
    assert_eq!(expires("\"X\":\"Expired\"", "\"X\":\"TriggerFailed\""), cancelled("TriggerFailed"));
}

#[test]
fn fault_11_an_unknown_word_is_an_error_and_never_an_open_order() {
    let text = message("stream_order_expired");
    for (known, unknown) in [
        ("\"X\":\"Expired\"", "\"X\":\"Paused\""),
        ("orderExpired", "orderParked"),
        ("\"S\":\"Bid\"", "\"S\":\"Buy\""),
    ] {
        let (result, out) = frame(&mut client(), &text.replace(known, unknown));
        assert!(result.is_err() && out.is_empty(), "{unknown}: {out:?}");
    }
}

#[test]
fn positions_with_and_without_an_event_word() {
    let client = client();
    let [Event::Position(eth)] = &tells("stream_position")[..] else { panic!() };
    assert_eq!((eth.market, eth.net), (market(&client, "ETH_USDC_PERP"), SignedQty(10)));
    assert_eq!((eth.entry, eth.unrealized), (Some(Price(84_727)), Some(money("-0.000473")))); // 4236.36 / 0.05
    let [Event::Position(sol)] = &tells("stream_position_page")[..] else { panic!() };
    assert_eq!((sol.net, sol.entry), (SignedQty(500), Some(Price(12_200))));
}

#[test]
fn balances() {
    let balance = Balance {
        asset: Symbol::from("USDT"),
        available: money("10"),
        locked: money("20"),
        at: Timestamp::from_us(1_788_368_290_062_981),
    };
    assert_eq!(tells("stream_balance"), [Event::Balance(balance)]);
}

#[test]
fn a_refused_subscription_is_told() {
    assert_eq!(tells("stream_error"), [Event::FeedRefused { reason: "4006: Invalid stream".to_owned() }]);
}

#[test]
fn fault_12_frames_that_mean_nothing_are_errors() {
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "x",
        r#"{"id":1,"result":null}"#,
        r#"{"stream":"account.rfqUpdate","data":{}}"#,
    ] {
        let (result, out) = frame(&mut client(), text);
        assert!(result.is_err() && out.is_empty(), "{text}: {out:?}");
    }
    // A stream that we do not subscribe to.
    assert!(frame(&mut client(), &message("stream_ticker")).0.is_err());
}

#[test]
fn the_form_of_a_frame_does_not_matter() {
    let text = message("stream_depth");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let spaced = serde_json::to_string_pretty(&value).unwrap();
    let turned = format!(r#"{{"stream":{},"data":{}}}"#, value["stream"], value["data"]);
    let told = frame(&mut client(), &text);
    assert_eq!(told.1.len(), 1);
    assert_eq!(frame(&mut client(), &spaced), told);
    assert_eq!(frame(&mut client(), &turned), told);
    // A payload that is not one whole value is no payload, in whichever form.
    for bad in [text.replace("]],\"b\"", "]]}},\"b\""), text.replace("},\"stream\"", ",\"stream\"")] {
        assert_ne!(bad, text);
        assert!(frame(&mut client(), &bad).0.is_err(), "{bad}");
    }
}
