//! What everybody may ask, over REST.

use std::{fmt::Debug, time::Duration};

use mm_model::Side;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{BTC, World, options};
use crate::{
    grvt::wire::{
        CandleInterval, CandleType, Encoding, Text,
        market::{
            AllInstrumentsRequest, Currency, Instrument, InstrumentRequest, InstrumentsRequest, MarginRules,
            SupportedAsset,
        },
        market_data::{
            Book, BookRequest, Candle, CandlesRequest, FundingRate, FundingRatesRequest, MiniTicker, Ticker,
            Trade, TradeHistoryRequest, TradesRequest,
        },
        reply::{Empty, Page, Reply},
    },
    http::{Method, Request},
};

fn traded() -> World {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Buy, 599_990), 500);
    world.rests(BTC, (Side::Sell, 600_010), 500);
    for lots in 1..=5 {
        world.takes("alice", BTC, (Side::Buy, lots));
        world.advance(Duration::from_secs(61));
    }
    world.takes("bob", BTC, (Side::Sell, 7));
    world
}

fn result(world: &mut World, name: &str, body: &str) -> Value {
    let answer = world.post(&format!("/full/v1/{name}"), body);
    assert_eq!(answer.word(), "200", "{name}: {}", answer.body);
    answer.body["result"].clone()
}

#[test]
fn instruments_are_told_with_what_signatures_need() {
    let mut world = World::new(options());
    let row = result(&mut world, "instrument", r#"{"instrument":"BTC_USDT_Perp"}"#);
    assert_eq!(
        row,
        json!({
            "instrument": "BTC_USDT_Perp", "instrument_hash": "0x030501", "base": "BTC", "quote": "USDT",
            "kind": "PERPETUAL", "venues": ["ORDERBOOK"], "settlement_period": "PERPETUAL", "base_decimals": 9,
            "quote_decimals": 6, "tick_size": "0.1", "min_size": "0.001", "create_time": "1767225600000000000",
            "max_position_size": "1000.0", "funding_interval_hours": 8, "adjusted_funding_rate_cap": "0.5",
            "adjusted_funding_rate_floor": "-0.5", "min_notional": "20.0",
        })
    );
    for body in ["", "null", "{}", r#"{"is_active":true}"#] {
        assert_eq!(result(&mut world, "all_instruments", body).as_array().map(Vec::len), Some(2), "{body}");
    }
    let filtered = |world: &mut World, body| result(world, "instruments", body).as_array().map(Vec::len);
    assert_eq!(filtered(&mut world, r#"{"kind":["PERPETUAL"],"base":["BTC"],"quote":["USDT"]}"#), Some(1));
    assert_eq!(filtered(&mut world, r#"{"kind":["FUTURE"]}"#), Some(0));
    assert_eq!(filtered(&mut world, r#"{"limit":1}"#), Some(1));
    let currencies = result(&mut world, "currency", r#"{"":""}"#);
    assert!(
        currencies.as_array().expect("a list").iter().any(|row| row["symbol"] == "USDT" && row["id"] == 3)
    );
    let rules = world.post("/full/v1/margin_rules", r#"{"instrument":"ETH_USDT_Perp"}"#).body;
    assert_eq!(
        (&rules["risk_brackets"][0]["max_leverage"], &rules["instrument"]),
        (&json!(50), &json!("ETH_USDT_Perp"))
    );
}

#[test]
fn the_time_is_told_without_an_encoding() {
    let mut world = World::new(options());
    let mut request = Request::default();
    request.reset(Method::Get, "/time");
    assert_eq!(world.request(&request).body, json!({ "server_time": super::START_MS }));
}

#[test]
fn books_and_tickers_agree() {
    let mut world = traded();
    let book = result(&mut world, "book", r#"{"instrument":"BTC_USDT_Perp","depth":10,"aggregate":1}"#);
    let ticker = result(&mut world, "ticker", r#"{"instrument":"BTC_USDT_Perp"}"#);
    let mini = result(&mut world, "mini", r#"{"instrument":"BTC_USDT_Perp"}"#);
    assert_eq!(book["bids"][0], json!({ "price": "59999.0", "size": "0.493", "num_orders": 1 }));
    for row in [&ticker, &mini] {
        assert_eq!((&row["best_bid_price"], &row["best_bid_size"]), (&json!("59999.0"), &json!("0.493")));
        assert_eq!((&row["last_price"], &row["last_size"]), (&json!("59999.0"), &json!("0.007")));
        assert_eq!((&row["mid_price"], &row["instrument"]), (&json!("60000.0"), &json!("BTC_USDT_Perp")));
    }
    assert_eq!(
        (&ticker["buy_volume_24h_b"], &ticker["sell_volume_24h_b"]),
        (&json!("0.015"), &json!("0.007"))
    );
    assert_eq!((&ticker["high_price"], &ticker["low_price"]), (&json!("60001.0"), &json!("59999.0")));
    assert_eq!(ticker["open_interest"], "0.015");
}

#[test]
fn trades_are_told_the_newest_first_and_page_by_page() {
    let mut world = traded();
    let sizes = |rows: &Value| -> Vec<String> {
        rows.as_array()
            .expect("a list")
            .iter()
            .map(|row| row["size"].as_str().expect("text").to_owned())
            .collect()
    };
    let newest = result(&mut world, "trade", r#"{"instrument":"BTC_USDT_Perp","limit":3}"#);
    assert_eq!(sizes(&newest), ["0.007", "0.005", "0.004"]);
    let mut cursor = String::new();
    let mut told = Vec::new();
    loop {
        let body =
            format!(r#"{{"instrument":"BTC_USDT_Perp","limit":4,"cursor":"{cursor}","sub_account_id":"1"}}"#);
        let page = world.post("/full/v1/trade_history", &body).body;
        told.extend(sizes(&page["result"]));
        cursor = page["next"].as_str().expect("text").to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(told, ["0.007", "0.005", "0.004", "0.003", "0.002", "0.001"]);
}

#[test]
fn candles_are_told_the_newest_first() {
    let mut world = traded();
    let body = |kind: &str, rest: &str| {
        format!(r#"{{"instrument":"BTC_USDT_Perp","interval":"CI_1_M","type":"{kind}"{rest}}}"#)
    };
    let rows = result(&mut world, "kline", &body("TRADE", ""));
    let times: Vec<_> =
        rows.as_array().expect("a list").iter().map(|row| row["open_time"].as_str().expect("text")).collect();
    assert!(times.len() >= 6 && times.is_sorted_by(|a, b| a > b), "{times:?}");
    assert_eq!((&rows[0]["volume_b"], &rows[0]["trades"]), (&json!("0.007"), &json!(1)));
    for kind in ["MARK", "INDEX", "MID"] {
        assert!(result(&mut world, "kline", &body(kind, ""))[0]["open"].is_string(), "{kind}");
    }
    let page = world.post("/full/v1/kline", &body("TRADE", r#","limit":2"#)).body;
    let next = page["next"].as_str().expect("text");
    let second =
        world.post("/full/v1/kline", &body("TRADE", &format!(r#","limit":2,"cursor":"{next}""#))).body;
    assert_eq!(
        (&page["result"][1]["open_time"], &second["result"][0]["open_time"]),
        (&rows[1]["open_time"], &rows[2]["open_time"])
    );
}

#[test]
fn funding_is_told_in_percent() {
    let mut world = traded();
    world.advance(Duration::from_secs(17 * 3_600));
    let rows =
        result(&mut world, "funding", r#"{"instrument":"BTC_USDT_Perp","agg_type":"FUNDING_INTERVAL"}"#);
    let rows = rows.as_array().expect("a list");
    assert!(rows.len() >= 2);
    for row in rows {
        assert_eq!((&row["funding_rate"], &row["funding_rate_8_h_avg"]), (&json!("0.01"), &json!("0.01")));
        assert_eq!(row["funding_interval_hours"], 8);
    }
}

/// Asks in both encodings; the answers mean the same.
fn same<Q: Serialize, R: Deserialize<'static> + PartialEq + Debug>(name: &str, request: &Q) {
    let mut world = traded();
    let [full, lite] = Encoding::ALL.map(|encoding| {
        let answer = world.post(&format!("/{}/v1/{name}", encoding.segment()), &encoding.write(request));
        assert_eq!(answer.word(), "200", "{name}: {}", answer.body);
        let body: &'static str = String::leak(answer.body.to_string());
        encoding.read::<R>(body.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}: {body}"))
    });
    assert_eq!(full, lite, "{name}");
}

#[test]
fn both_encodings_say_the_same() {
    let instrument = || Text::new("BTC_USDT_Perp");
    let about = InstrumentRequest { instrument: instrument() };
    same::<_, Reply<Instrument<'static>>>("instrument", &about);
    same::<_, Reply<Vec<Instrument<'static>>>>("all_instruments", &AllInstrumentsRequest::default());
    same::<_, Reply<Vec<Instrument<'static>>>>("instruments", &InstrumentsRequest::default());
    same::<_, Reply<Vec<Currency<'static>>>>("currency", &Empty {});
    same::<_, Reply<Vec<SupportedAsset<'static>>>>("supported_assets", &Empty {});
    same::<_, MarginRules<'static>>("margin_rules", &about);
    same::<_, Reply<MiniTicker<'static>>>("mini", &about);
    same::<_, Reply<Ticker<'static>>>("ticker", &about);
    same::<_, Reply<Book<'static>>>("book", &BookRequest { instrument: instrument(), depth: 10 });
    same::<_, Reply<Vec<Trade<'static>>>>(
        "trade",
        &TradesRequest { instrument: instrument(), limit: Some(5) },
    );
    let history = TradeHistoryRequest { instrument: instrument(), ..TradeHistoryRequest::default() };
    same::<_, Page<'static, Trade<'static>>>("trade_history", &history);
    let candles = CandlesRequest {
        instrument: instrument(),
        interval: CandleInterval::Min1,
        kind: CandleType::Mid,
        start_time: None,
        end_time: None,
        limit: Some(2),
        cursor: None,
    };
    same::<_, Page<'static, Candle<'static>>>("kline", &candles);
    let rates = FundingRatesRequest { instrument: instrument(), ..FundingRatesRequest::default() };
    same::<_, Page<'static, FundingRate<'static>>>("funding", &rates);
}

fn check(name: &str, body: &str, word: &str) {
    let mut world = World::new(options());
    assert_eq!(world.post(&format!("/full/v1/{name}"), body).word(), word, "{name} {body}");
    assert!(!world.post(&format!("/lite/v1/{name}"), body).word().starts_with("500"), "{name} {body}");
}

#[test]
fn what_cannot_be_is_refused_by_its_code() {
    check("instrument", r#"{"instrument":"DOGE_USDT_Perp"}"#, "404 1004");
    check("ticker", r#"{"instrument":"DOGE_USDT_Perp"}"#, "404 1004");
    check("book", r#"{"instrument":"DOGE_USDT_Perp","depth":10}"#, "400 3000");
    check("margin_rules", r#"{"instrument":"DOGE_USDT_Perp"}"#, "400 3000");
    check("book", r#"{"instrument":"BTC_USDT_Perp","depth":11}"#, "400 3031");
    check("book", r#"{"instrument":"BTC_USDT_Perp"}"#, "400 1003");
    check("book", "[1", "400 1003");
    check("ticker", "null", "400 1003");
    check("trade", r#"{"instrument":"BTC_USDT_Perp","limit":1001}"#, "400 3011");
    check("kline", r#"{"instrument":"BTC_USDT_Perp","interval":"CI_7_M","type":"TRADE"}"#, "400 3040");
    check("kline", r#"{"instrument":"BTC_USDT_Perp","interval":"CI_1_M","type":"LAST"}"#, "400 3041");
    check("trade_history", r#"{"instrument":"BTC_USDT_Perp","cursor":"?"}"#, "400 1003");
    check("funding", r#"{"instrument":"BTC_USDT_Perp","agg_type":"DAILY"}"#, "400 1003");
    check("nothing", "{}", "404 1004");
}
