//! What everybody may ask.

use std::time::Duration;

use mm_exchange::{ExternalLevel, PlaceOrder};
use mm_model::{MarketId, Price, Qty, Side, TradingState};
use serde_json::{Value, json};

use super::{Answer, START_MS, World, options};
use crate::{
    http::{Method, Request},
    lighter::{
        server::{Options, Switches},
        wire::tests::demands,
    },
};

const ETH: MarketId = MarketId(0);

/// Both generations' models take the answer, and the rows within.
#[track_caller]
fn satisfies(answer: &Answer, model: &str, rows: &[(&str, &str)]) {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    demands::check(model, &answer.body, &answer.body);
    for (pointer, model) in rows {
        let row = answer.body.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {}", answer.body));
        demands::check(model, row, row);
    }
}

/// A market in which something happened.
fn traded() -> World {
    let mut world = World::new(options());
    world.rests(Side::Buy, 239_000, 1_000);
    world.rests(Side::Sell, 241_000, 1_000);
    for minute in 0..3 {
        let alice = world.alice;
        let order = PlaceOrder::limit(ETH, Side::Buy, Price(241_000), Qty(100 + minute));
        world.exchange.place(world.now, alice, order).expect("taken");
        world.tell();
        world.advance(Duration::from_secs(120));
    }
    world
}

#[test]
fn every_answer_is_what_both_sdks_demand() {
    let mut world = traded();
    world.advance(Duration::from_secs(3_600));
    let range = format!("start_timestamp={}&end_timestamp={}", START_MS - 1, world.now.ms());
    let range = format!("market_id=0&{range}&count_back=10&resolution");
    for (target, model, rows) in [
        ("currentHeight".into(), "CurrentHeight", vec![]),
        (
            "orderBooks".into(),
            "OrderBooks",
            vec![("/order_books/0", "OrderBook"), ("/order_books/2", "OrderBook")],
        ),
        (
            "orderBookDetails".into(),
            "OrderBookDetails",
            vec![
                ("/order_book_details/0", "PerpsOrderBookDetail"),
                ("/order_book_details/0", "OrderBookDetail"),
                ("/order_book_details/0/market_config", "MarketConfig"),
                ("/spot_order_book_details/0", "SpotOrderBookDetail"),
            ],
        ),
        ("orderBookOrders?market_id=0&limit=5".into(), "OrderBookOrders", vec![("/asks/0", "SimpleOrder")]),
        ("recentTrades?market_id=0&limit=5".into(), "Trades", vec![("/trades/0", "Trade")]),
        ("exchangeStats".into(), "ExchangeStats", vec![("/order_book_stats/0", "OrderBookStats")]),
        ("assetDetails".into(), "AssetDetails", vec![("/asset_details/0", "Asset")]),
        (format!("candles?{range}=5m"), "Candles", vec![("/c/0", "Candle")]),
        (format!("candlesticks?{range}=5m"), "Candlesticks", vec![("/candlesticks/0", "Candlestick")]),
        (format!("markPriceCandles?{range}=5m"), "MarkPriceCandles", vec![("/c/0", "MarkPriceCandle")]),
        (format!("fundings?{range}=1h"), "Fundings", vec![("/fundings/0", "Funding")]),
        ("funding-rates".into(), "FundingRates", vec![("/funding_rates/0", "FundingRate")]),
    ] {
        satisfies(&world.get(&target, None), model, &rows);
    }
    for (path, model) in [("/", "Status"), ("/info", "ZkLighterInfo")] {
        let mut request = Request::default();
        request.reset(Method::Get, path);
        satisfies(&world.request(&request), model, &[]);
    }
}

#[test]
fn markets_are_told_with_their_rules() {
    let mut world = traded();
    let books = world.get("orderBooks", None).body;
    let told: Vec<_> = books["order_books"].as_array().expect("a list").iter().collect();
    let ids: Vec<_> = told.iter().map(|book| (&book["symbol"], &book["market_id"])).collect();
    let expected = [("ETH", 0), ("BTC", 1), ("ETH/USDC", 2048)].map(|(name, id)| (json!(name), json!(id)));
    assert_eq!(ids, expected.each_ref().map(|(name, id)| (name, id)));
    for (key, value) in [
        ("min_base_amount", json!("0.0050")),
        ("min_quote_amount", json!("10.000000")),
        ("supported_size_decimals", json!(4)),
        ("supported_price_decimals", json!(2)),
        ("supported_quote_decimals", json!(6)),
        ("maker_fee", json!("0.0040")),
        ("taker_fee", json!("0.0280")),
        ("status", json!("active")),
        ("market_type", json!("perp")),
    ] {
        assert_eq!(told[0][key], value, "{key}");
    }
    let details = world.get("orderBookDetails?market_id=0", None).body;
    assert_eq!(details["spot_order_book_details"], json!([]));
    let eth = &details["order_book_details"][0];
    assert_eq!(
        (&eth["min_initial_margin_fraction"], &eth["last_trade_price"]),
        (&json!(500), &json!(2410.0))
    );
    assert_eq!(eth["daily_base_token_volume"], json!(0.0303));
    let spot = world.get("orderBooks?filter=spot", None).body;
    assert_eq!(spot["order_books"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&spot["order_books"][0]["base_asset_id"], &spot["order_books"][0]["quote_asset_id"]),
        (&json!(1), &json!(3))
    );
    for (target, refused) in [
        ("orderBooks?filter=perps", "400 20001 invalid param: filter: must be one of all, spot, perp"),
        ("orderBookDetails?market_id=9", "400 21602 invalid market index"),
        ("orderBookOrders?market_id=0&limit=251", "400 20001 invalid param: limit: must be from 1 to 250"),
        ("recentTrades?limit=1", "400 20001 invalid param: market_id: the parameter is required"),
    ] {
        assert_eq!(world.get(target, None).word(), refused);
    }
}

#[test]
fn a_closed_market_is_called_as_either_sdk_calls_it() {
    for (frozen, word) in [(false, "inactive"), (true, "frozen")] {
        let switches = Switches { closed_markets_are_frozen: frozen, ..Switches::default() };
        let mut world = World::new(Options { switches, ..options() });
        world.exchange.set_trading(ETH, TradingState::Closed);
        assert_eq!(world.get("orderBooks?market_id=0", None).body["order_books"][0]["status"], word);
    }
}

#[test]
fn single_orders_are_shown_in_the_order_in_which_they_are_met() {
    let mut world = World::new(options());
    world.rests(Side::Sell, 241_000, 100);
    let outside = ExternalLevel { side: Side::Sell, price: Price(241_000), qty: Qty(70) };
    world.exchange.set_external_level(world.now, ETH, outside);
    world.tell();
    world.rests(Side::Sell, 241_000, 200);
    world.rests(Side::Sell, 240_900, 300);
    let body = world.get("orderBookOrders?market_id=0&limit=250", None).body;
    let asks: Vec<_> = body["asks"].as_array().expect("a list").iter().collect();
    let left: Vec<_> = asks.iter().map(|ask| ask["remaining_base_amount"].as_str().expect("text")).collect();
    assert_eq!(left, ["0.0300", "0.0100", "0.0070", "0.0200"]);
    assert_eq!(body["total_asks"], 4);
    let ids: std::collections::BTreeSet<_> = asks.iter().map(|ask| ask["order_id"].to_string()).collect();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    let best = world.get("orderBookOrders?market_id=0&limit=1", None).body;
    assert_eq!(best["asks"], json!([asks[0]]));
}

#[test]
fn candles_are_aligned_and_without_holes() {
    let mut world = traded();
    let candles = |world: &mut World, parameters: &str| -> Vec<Value> {
        let target = format!("candles?market_id=0&resolution=1m&{parameters}");
        let answer = world.get(&target, None);
        answer.body["c"].as_array().unwrap_or_else(|| panic!("{:?}", answer.body)).clone()
    };
    let (from, to) = (START_MS, world.now.ms());
    let all = candles(&mut world, &format!("start_timestamp={from}&end_timestamp={to}&count_back=0"));
    let times: Vec<_> = all.iter().map(|candle| candle["t"].as_u64().expect("a number")).collect();
    assert!(times.iter().all(|at| at % 60_000 == 0), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 60_000), "{times:?}");
    assert!(to - times.last().expect("some") < 180_000, "the newest is fresh");
    let volumes: Vec<_> = all.iter().map(|candle| candle["v"].to_string()).collect();
    assert_eq!(volumes[..5], ["0.01", "0.0", "0.0101", "0.0", "0.0102"], "{volumes:?}");
    assert_eq!((&all[1]["o"], &all[1]["c"], &all[1]["i"]), (&all[0]["c"], &all[0]["c"], &all[0]["i"]));
    let last = candles(&mut world, &format!("start_timestamp={from}&end_timestamp={to}&count_back=2"));
    assert_eq!(last, all[all.len() - 2..]);
    let (from_s, to_s) = (from / 1_000, to / 1_000);
    let seconds = candles(&mut world, &format!("start_timestamp={from_s}&end_timestamp={to_s}&count_back=0"));
    assert_eq!(seconds, all, "seconds are taken, too");
    let ends = format!("start_timestamp={from}&end_timestamp={to}&count_back=0&set_timestamp_to_end=true");
    assert_eq!(candles(&mut world, &ends)[0]["t"].as_u64(), Some(times[0] + 60_000));
    for (parameters, code) in [
        (format!("resolution=7m&start_timestamp={from}&end_timestamp={to}"), "22402"),
        (format!("resolution=1m&start_timestamp={to}&end_timestamp={from}"), "22400"),
        (format!("resolution=1m&start_timestamp=0&end_timestamp={to}"), "22401"),
    ] {
        let answer = world.get(&format!("candles?market_id=0&count_back=1&{parameters}"), None);
        assert_eq!(answer.word().split(' ').nth(1), Some(code), "{parameters}: {}", answer.word());
    }
}

#[test]
fn statistics_are_streamed() {
    let mut world = traded();
    let conn = world.connect("");
    world.frames(conn);
    for (channel, pointer, value) in [
        ("market_stats/0", "/market_stats/last_trade_price", json!("2410.00")),
        ("market_stats/all", "/market_stats/1/symbol", json!("BTC")),
        ("spot_market_stats/2048", "/spot_market_stats/symbol", json!("ETH/USDC")),
        ("spot_market_stats/all", "/spot_market_stats/2048/market_id", json!(2048)),
        ("height", "/type", json!("subscribed/height")),
    ] {
        let frame = world.subscribe(conn, channel);
        assert_eq!(frame.pointer(pointer), Some(&value), "{frame}");
        let family = channel.split('/').next().expect("a name");
        assert_eq!(frame["type"], format!("subscribed/{family}"));
        world.advance(Duration::from_millis(1_500));
        let frames = world.frames(conn);
        assert!(
            !frames.is_empty() && frames.iter().all(|it| it["type"] == format!("update/{family}")),
            "{frames:?}"
        );
        world.say(conn, &format!(r#"{{"type":"unsubscribe","channel":"{channel}"}}"#));
        assert_eq!(world.frames(conn)[0]["type"], "unsubscribed");
    }
    world.advance(Duration::from_secs(3));
    assert!(world.frames(conn).is_empty(), "nothing comes any more");
}

#[test]
fn trades_and_candles_are_streamed_as_they_happen() {
    let mut world = traded();
    let conn = world.connect("");
    let snapshot = world.subscribe(conn, "trade/0");
    let rest = world.get("recentTrades?market_id=0&limit=50", None).body;
    assert_eq!(snapshot["trades"], rest["trades"], "the same rows as over REST, the newest first");
    let candle = world.subscribe(conn, "candle/0/1m");
    let marks = world.subscribe(conn, "mark_price_candle/0/1m");
    assert_eq!(candle["candles"][0]["t"], marks["candles"][0]["t"]);
    world.frames(conn);
    let alice = world.alice;
    world
        .exchange
        .place(world.now, alice, PlaceOrder::limit(ETH, Side::Buy, Price(241_000), Qty(50)))
        .expect("taken");
    world.tell();
    let trade = &world.frames(conn)[0];
    assert_eq!((&trade["type"], &trade["channel"]), (&json!("update/trade"), &json!("trade:0")));
    assert_eq!(
        (&trade["trades"][0]["size"], &trade["trades"][0]["is_maker_ask"]),
        (&json!("0.0050"), &json!(true))
    );
    assert_eq!(trade["liquidation_trades"], json!([]));
    world.advance(Duration::from_millis(500));
    let mut frames = world.frames(conn);
    frames.retain(|frame| frame["type"] == "update/candle");
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert_eq!(frames[0]["candles"][0]["v"], json!(0.005));
    assert_eq!(frames[0]["candles"][0]["t"].as_u64().map(|at| at % 60_000), Some(0));
    world.advance(Duration::from_secs(60));
    let mut frames = world.frames(conn);
    frames.retain(|frame| frame["type"] == "update/candle");
    assert_eq!(frames.len(), 1, "the next candle, once: {frames:?}");
    assert_eq!(frames[0]["candles"][0]["v"], json!(0.0));
}
