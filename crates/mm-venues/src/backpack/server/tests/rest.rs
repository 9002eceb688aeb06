//! Answers over REST, word for word. Numbers are those of one small market with one trade.

use std::time::Duration;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::{ALICE, BOB, PERP, World, refusal};
use crate::{
    backpack::server::{Options, PerMinute, RateLimits, Switches},
    http::{Method, Request},
};

const PLACE: (Method, &str) = (Method::Post, "/api/v1/order");

/// Bob offers 2 at 151.00 and bids 3 at 149.00 and 1 at 148.50; Alice buys 0.5 at the market a second later.
fn traded() -> World {
    let mut world = World::new();
    for (side, qty, price) in [("Ask", "2", "151.00"), ("Bid", "3", "149.00"), ("Bid", "1", "148.50")] {
        let body = format!(
            r#"{{"symbol":"{PERP}","side":"{side}","orderType":"Limit","quantity":"{qty}","price":"{price}","postOnly":true}}"#
        );
        assert_eq!(world.order(BOB, &body).0, 200);
    }
    world.pass(Duration::from_secs(1));
    let body =
        format!(r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Market","quantity":"0.5","clientId":7}}"#);
    assert_eq!(world.order(ALICE, &body).0, 200);
    world.pass(Duration::from_secs(1));
    world
}

fn check(said: (u16, Value), expected: Expect) {
    expected.assert_eq(&format!("{} {}", said.0, said.1));
}

#[test]
fn the_venue() {
    let mut world = World::new();
    let mut ask = |path: &str| {
        let (status, body) = world.ask(path, "");
        format!("{path} {status} {body}\n")
    };
    let lines: String = ["status", "ping", "time", "securities", "assets", "collateral"]
        .into_iter()
        .map(|path| ask(&format!("/api/v1/{path}")))
        .collect();
    expect![[r#"
        /api/v1/status 200 {"message":null,"status":"Ok"}
        /api/v1/ping 200 "pong"
        /api/v1/time 200 "1788285244094"
        /api/v1/securities 200 []
        /api/v1/assets 200 [{"coingeckoId":null,"displayName":"BONK","symbol":"BONK","tokens":[]},{"coingeckoId":null,"displayName":"ETH","symbol":"ETH","tokens":[]},{"coingeckoId":null,"displayName":"SOL","symbol":"SOL","tokens":[]},{"coingeckoId":null,"displayName":"USDC","symbol":"USDC","tokens":[]}]
        /api/v1/collateral 200 [{"haircutFunction":{"kind":{"type":"identity"},"weight":"1"},"imfFunction":{"base":"0.05","factor":"0","type":"sqrt"},"mmfFunction":{"base":"0.03","factor":"0","type":"sqrt"},"symbol":"USDC"}]
    "#]].assert_eq(&lines);
}

#[test]
fn markets() {
    let mut world = World::new();
    check(
        world.ask("/api/v1/market", "symbol=SOL_USDC_PERP"),
        expect![[
            r#"200 {"baseSymbol":"SOL","createdAt":"2026-01-01T00:00:00.000000","filters":{"price":{"borrowEntryFeeMaxMultiplier":null,"borrowEntryFeeMinMultiplier":null,"discoveryBoundBand":null,"maxImpactMultiplier":null,"maxMultiplier":null,"maxPrice":null,"maxPriceUpdateMultiplier":null,"meanMarkPriceBand":{"maxMultiplier":"1.1","minMultiplier":"0.9"},"meanPremiumBand":null,"minImpactMultiplier":null,"minMultiplier":null,"minPrice":"0.01","minPriceUpdateMultiplier":null,"tickSize":"0.01"},"quantity":{"maxQuantity":"1000000.00","minQuantity":"0.01","stepSize":"0.01"}},"fundingInterval":28800000,"fundingRateLowerBound":null,"fundingRateUpperBound":null,"imfFunction":{"base":"0.05","factor":"0","type":"sqrt"},"marketType":"PERP","mmfFunction":{"base":"0.03","factor":"0","type":"sqrt"},"openInterestLimit":null,"orderBookState":"Open","positionLimitWeight":null,"quoteSymbol":"USDC","rwaMarketType":null,"symbol":"SOL_USDC_PERP","visible":true}"#
        ]],
    );
    check(
        world.ask("/api/v1/market", "symbol=SOL_EURC"),
        expect![[r#"400 {"code":"INVALID_SYMBOL","message":"Invalid symbol"}"#]],
    );
    let symbols = |(_, rows): (u16, Value)| -> Vec<String> {
        rows.as_array()
            .expect("a list")
            .iter()
            .map(|row| row["symbol"].as_str().unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(symbols(world.ask("/api/v1/markets", "")).len(), 4);
    assert_eq!(symbols(world.ask("/api/v1/markets", "marketType=SPOT")), ["SOL_USDC"]);
    assert_eq!(symbols(world.ask("/api/v1/markets", "marketType=SPOT&marketType=PERP")).len(), 4);
    assert_eq!(symbols(world.ask("/api/v1/markets", "marketType=IPERP")).len(), 0);
    assert_eq!(world.ask("/api/v1/markets", "marketType=BOND").0, 400);
}

#[test]
fn market_data() {
    let mut world = traded();
    let query = "symbol=SOL_USDC_PERP";
    check(
        world.ask("/api/v1/depth", query),
        expect![[
            r#"200 {"asks":[["151.00","1.50"]],"bids":[["148.50","1.00"],["149.00","3.00"]],"lastUpdateId":"4","timestamp":1788285246094000}"#
        ]],
    );
    check(
        world.ask("/api/v1/depth", "symbol=SOL_USDC_PERP&limit=1"),
        expect![[
            r#"400 {"code":"INVALID_CLIENT_REQUEST","message":"failed to parse parameter `limit`: must be one of 5, 10, 20, 50, 100, 500, 1000"}"#
        ]],
    );
    check(
        world.ask("/api/v1/trades", query),
        expect![[
            r#"200 [{"id":1,"isBuyerMaker":false,"price":"151.00","quantity":"0.50","quoteQuantity":"75.5","timestamp":1788285245094}]"#
        ]],
    );
    check(world.ask("/api/v1/trades/history", "symbol=SOL_USDC_PERP&limit=1&offset=1"), expect!["200 []"]);
    check(
        world.ask("/api/v1/ticker", query),
        expect![[
            r#"200 {"firstPrice":"151.00","high":"151.00","lastPrice":"151.00","low":"151.00","priceChange":"0.00","priceChangePercent":"0","quoteVolume":"75.5","symbol":"SOL_USDC_PERP","trades":"1","volume":"0.50"}"#
        ]],
    );
    check(world.ask("/api/v1/ticker", "symbol=SOL_USDC"), expect!["204 null"]);
    check(
        world.ask("/api/v1/klines", "symbol=SOL_USDC_PERP&interval=1s&startTime=1788285240"),
        expect![[
            r#"200 [{"close":"151.00","end":"2026-09-01 17:54:06","high":"151.00","low":"151.00","open":"151.00","quoteVolume":"75.5","start":"2026-09-01 17:54:05","trades":"1","volume":"0.50"},{"close":null,"end":"2026-09-01 17:54:07","high":null,"low":null,"open":null,"quoteVolume":"0","start":"2026-09-01 17:54:06","trades":"0","volume":"0"}]"#
        ]],
    );
    check(
        world.ask("/api/v1/klines", "symbol=SOL_USDC_PERP&interval=7m&startTime=1"),
        expect![[
            r#"400 {"code":"INVALID_CLIENT_REQUEST","message":"failed to parse parameter `interval`: no such interval"}"#
        ]],
    );
    check(
        world.ask("/api/v1/markPrices", query),
        expect![[
            r#"200 [{"fundingRate":"0.0001","indexPrice":"150.00","markPrice":"150.00","nextFundingTimestamp":1788307200000,"symbol":"SOL_USDC_PERP"}]"#
        ]],
    );
    check(
        world.ask("/api/v1/openInterest", query),
        expect![[r#"200 [{"openInterest":"0.50","symbol":"SOL_USDC_PERP","timestamp":1788285246094}]"#]],
    );
    world.pass(Duration::from_secs(8 * 3_600));
    check(
        world.ask("/api/v1/fundingRates", query),
        expect![[
            r#"200 [{"fundingRate":"0.0001","intervalEndTimestamp":"2026-09-02T00:00:00","symbol":"SOL_USDC_PERP"}]"#
        ]],
    );
}

#[test]
fn orders() {
    let mut world = World::new();
    let body = format!(
        r#"{{"symbol":"{PERP}","side":"Ask","orderType":"Limit","quantity":"2.00","price":"151","postOnly":true,"clientId":9}}"#
    );
    check(
        world.order(BOB, &body),
        expect![[
            r#"200 {"clientId":9,"createdAt":1788285244094,"executedQuantity":"0","executedQuoteQuantity":"0","id":"16777216","orderType":"Limit","postOnly":true,"price":"151.00","quantity":"2.00","reduceOnly":false,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Ask","status":"New","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}"#
        ]],
    );
    let body =
        format!(r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Market","quantity":"0.5","clientId":7}}"#);
    check(
        world.order(ALICE, &body),
        expect![[
            r#"200 {"clientId":7,"createdAt":1788285244094,"executedQuantity":"0.50","executedQuoteQuantity":"75.5","id":"33554433","orderType":"Market","quantity":"0.50","reduceOnly":false,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Bid","status":"Filled","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}"#
        ]],
    );
    let body = format!(r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Market","quoteQuantity":"100"}}"#);
    check(
        world.order(ALICE, &body),
        expect![[
            r#"200 {"clientId":null,"createdAt":1788285244094,"executedQuantity":"0.66","executedQuoteQuantity":"99.66","id":"50331649","orderType":"Market","quantity":"0.66","quoteQuantity":"100","reduceOnly":false,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Bid","status":"Filled","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}"#
        ]],
    );
    let body = format!(
        r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Limit","quantity":"5","price":"151","timeInForce":"IOC"}}"#
    );
    check(
        world.order(ALICE, &body),
        expect![[
            r#"200 {"clientId":null,"createdAt":1788285244094,"executedQuantity":"0.84","executedQuoteQuantity":"126.84","id":"67108865","orderType":"Limit","postOnly":false,"price":"151.00","quantity":"5.00","reduceOnly":false,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Bid","status":"Expired","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"IOC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}"#
        ]],
    );
}

#[test]
fn account() {
    let mut world = traded();
    let mut ask = |path: &str, query: &str| world.call(ALICE, (Method::Get, path), query);
    check(
        ask("/api/v1/account", ""),
        expect![[
            r#"200 {"autoBorrowSettlements":false,"autoLend":false,"autoRealizePnl":false,"autoRepayBorrows":false,"borrowLimit":"0","futuresMakerFee":"2","futuresTakerFee":"5","leverageLimit":"20","limitOrders":0,"liquidating":false,"positionLimit":"1000000000","spotMakerFee":"8","spotTakerFee":"10","triggerOrders":0}"#
        ]],
    );
    check(
        ask("/api/v1/capital", ""),
        expect![[r#"200 {"USDC":{"available":"999999.96225","locked":"0","staked":"0"}}"#]],
    );
    check(
        ask("/api/v1/capital/collateral", "subaccountId=0"),
        expect![[
            r#"200 {"assetsValue":"999999.96225","borrowLiability":"0","collateral":[{"assetMarkPrice":"1","availableQuantity":"999999.96225","balanceNotional":"999999.96225","collateralValue":"999999.96225","collateralWeight":"1","lendQuantity":"0","openOrderQuantity":"0","symbol":"USDC","totalQuantity":"999999.96225"}],"imf":"0.05","liabilitiesValue":"0","marginFraction":"13333.326163333","mmf":"0.03","netEquity":"999999.46225","netEquityAvailable":"999995.71225","netEquityLocked":"3.75","netExposureFutures":"75","pnlUnrealized":"-0.5","unsettledEquity":"-0.5"}"#
        ]],
    );
    check(
        ask("/api/v1/position", ""),
        expect![[
            r#"200 [{"breakEvenPrice":"151","cumulativeFundingPayment":"0","cumulativeInterest":"0","entryPrice":"151","estLiquidationPrice":"0","imf":"0.05","imfFunction":{"base":"0.05","factor":"0","type":"sqrt"},"markPrice":"150.00","mmf":"0.03","mmfFunction":{"base":"0.03","factor":"0","type":"sqrt"},"netCost":"75.5","netExposureNotional":"75","netExposureQuantity":"0.50","netQuantity":"0.50","pnlRealized":"0","pnlUnrealized":"-0.5","positionId":"8589934593","subaccountId":null,"symbol":"SOL_USDC_PERP","userId":102}]"#
        ]],
    );
    check(
        ask("/api/v1/position", "symbol=ETH_USDC_PERP"),
        expect![[r#"404 {"code":"RESOURCE_NOT_FOUND","message":"Not Found"}"#]],
    );
    check(ask("/api/v1/position", "marketType=SPOT"), expect!["200 []"]);
    check(
        ask("/api/v1/account/limits/order", "symbol=SOL_USDC_PERP&side=Bid&price=100.5&reduceOnly=false"),
        expect![[
            r#"200 {"autoBorrow":null,"autoBorrowRepay":null,"autoLendRedeem":null,"maxOrderQuantity":"197033.78","price":"100.5","reduceOnly":false,"side":"Bid","symbol":"SOL_USDC_PERP"}"#
        ]],
    );
    check(
        ask("/api/v1/account/limits/order", "symbol=SOL_USDC_PERP&side=Ask&reduceOnly=true"),
        expect![[
            r#"200 {"autoBorrow":null,"autoBorrowRepay":null,"autoLendRedeem":null,"maxOrderQuantity":"0.50","price":null,"reduceOnly":true,"side":"Ask","symbol":"SOL_USDC_PERP"}"#
        ]],
    );
    check(
        ask("/api/v1/account/limits/borrow", "symbol=USDC"),
        expect![[r#"200 {"maxBorrowQuantity":"0","symbol":"USDC"}"#]],
    );
    check(
        ask("/api/v1/account/limits/withdrawal", "symbol=USDC&autoBorrow=true"),
        expect![[
            r#"200 {"autoBorrow":true,"autoLendRedeem":null,"maxWithdrawalQuantity":"999995.71225","symbol":"USDC"}"#
        ]],
    );
}

#[test]
fn settings_are_kept() {
    let mut world = traded();
    let patch = (Method::Patch, "/api/v1/account");
    assert_eq!(world.call(ALICE, patch, r#"{"leverageLimit":"5","autoLend":true}"#), (200, Value::Null));
    let (_, account) = world.call(ALICE, (Method::Get, "/api/v1/account"), "");
    assert_eq!((account["leverageLimit"].as_str(), account["autoLend"].as_bool()), (Some("5"), Some(true)));
    for bad in [r#"{"leverageLimit":"0"}"#, r#"{"leverageLimit":"2.5"}"#, r#"{"leverage":"2"}"#] {
        assert!(refusal(world.call(ALICE, patch, bad)).starts_with("400 INVALID_CLIENT_REQUEST"), "{bad}");
    }
}

#[test]
fn history() {
    let mut world = traded();
    let mut ask = |path: &str, query: &str| world.call(ALICE, (Method::Get, path), query);
    check(
        ask("/wapi/v1/history/orders", ""),
        expect![[
            r#"200 [{"clientId":7,"createdAt":"2026-09-01T17:54:05.094","executedQuantity":"0.50","executedQuoteQuantity":"75.5","expiryReason":null,"id":"67108867","orderType":"Market","postOnly":null,"price":null,"quantity":"0.50","quoteQuantity":null,"selfTradePrevention":"RejectTaker","side":"Bid","slippageTolerance":null,"slippageToleranceType":null,"status":"Filled","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","systemOrderType":null,"takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null}]"#
        ]],
    );
    check(
        ask("/wapi/v1/history/fills", "fillType=User"),
        expect![[
            r#"200 [{"clientId":"7","fee":"0.03775","feeSymbol":"USDC","isMaker":false,"orderId":"67108867","price":"151.00","quantity":"0.50","side":"Bid","symbol":"SOL_USDC_PERP","systemOrderType":null,"timestamp":"2026-09-01T17:54:05.094","tradeId":1}]"#
        ]],
    );
    for nothing in [
        "fillType=Adl",
        "orderId=1",
        "orderId=x",
        "symbol=SOL_USDC",
        "marketType=SPOT",
        "strategyId=1",
        "from=1788285246000",
        "to=1788285244000",
        "offset=1",
        // As the official Rust client spells it.
        "order_id=1&fill_type=User&sort_direction=Asc",
    ] {
        assert_eq!(ask("/wapi/v1/history/fills", nothing), (200, serde_json::json!([])), "{nothing}");
    }
    for bad in ["fillType=Mine", "limit=0", "limit=1001", "sortDirection=Up", "symbol=X", "page=1"] {
        assert_eq!(ask("/wapi/v1/history/fills", bad).0, 400, "{bad}");
    }
    world.pass(Duration::from_secs(8 * 3_600));
    check(
        world.call(ALICE, (Method::Get, "/wapi/v1/history/funding"), ""),
        expect![[
            r#"200 [{"fundingRate":"0.0001","intervalEndTimestamp":"2026-09-02T00:00:00","quantity":"-0.0075","subaccountId":null,"symbol":"SOL_USDC_PERP","userId":102}]"#
        ]],
    );
}

#[test]
fn pages() {
    let mut world = World::new();
    for n in 0..5 {
        let body = format!(
            r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Limit","quantity":"1","price":"140","clientId":{n}}}"#
        );
        assert_eq!(world.call(ALICE, PLACE, &body).0, 200);
    }
    world.call(ALICE, (Method::Delete, "/api/v1/orders"), &format!(r#"{{"symbol":"{PERP}"}}"#));
    let mut page = |query: &str| {
        let mut request = Request::default();
        request.reset(Method::Get, "/wapi/v1/history/orders");
        request.query.push_str(query);
        world.sign(ALICE, &mut request);
        let reply = world.reply(&request);
        let header = |name| reply.headers.get(name).unwrap_or("-").to_owned();
        let rows: Value = serde_json::from_slice(&reply.body).expect("JSON");
        let ids: Vec<_> =
            rows.as_array().expect("a list").iter().map(|row| row["clientId"].to_string()).collect();
        let heads = ["X-Page-Count", "X-Current-Page", "X-Page-Size", "X-Total"].map(header).join(" ");
        format!("{} | {heads}", ids.join(" "))
    };
    let told =
        ["limit=2", "limit=2&offset=2", "limit=2&offset=4&sortDirection=Asc", "offset=9"].map(&mut page);
    expect![[r#"
        4 3 | 3 1 2 5
        2 1 | 3 2 2 5
        4 | 3 3 2 5
         | 1 1 100 5"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn what_is_not_there() {
    let mut world = World::new();
    let refused = |said| refusal(said);
    assert_eq!(
        refused(world.call(ALICE, (Method::Get, "/wapi/v1/capital/deposits"), "")),
        "501 NOT_IMPLEMENTED: /wapi/v1/capital/deposits: not simulated"
    );
    assert_eq!(refused(world.ask("/api/v1/positions", "")), "404 RESOURCE_NOT_FOUND: Not Found");
}

#[test]
fn too_many_requests() {
    let limits = RateLimits { requests: PerMinute(5), historical: PerMinute(1) };
    let mut world = World::with(Options { rate_limits: Some(limits), switches: Switches::default() });
    let klines = |world: &mut World| world.ask("/api/v1/klines", "symbol=SOL_USDC&interval=1m&startTime=1").0;
    assert_eq!([klines(&mut world), klines(&mut world)], [200, 429]);
    let mut asked: Vec<_> =
        (0..6).map(|_| world.call(ALICE, (Method::Get, "/api/v1/capital"), "").0).collect();
    assert_eq!(asked, [200, 200, 200, 200, 200, 429]);
    assert_eq!(world.call(BOB, (Method::Get, "/api/v1/capital"), "").0, 200, "each account for itself");
    world.pass(Duration::from_secs(12));
    asked = (0..2).map(|_| world.call(ALICE, (Method::Get, "/api/v1/capital"), "").0).collect();
    assert_eq!(asked, [200, 429]);
}

#[test]
fn cancels_may_answer_nothing() {
    let switches = Switches { cancels_answer_empty: true, ..Switches::default() };
    let mut world = World::with(Options { rate_limits: None, switches });
    let body = format!(
        r#"{{"symbol":"{PERP}","side":"Bid","orderType":"Limit","quantity":"1","price":"140","clientId":1}}"#
    );
    world.call(ALICE, PLACE, &body);
    let cancel = format!(r#"{{"symbol":"{PERP}","clientId":1}}"#);
    assert_eq!(world.call(ALICE, (Method::Delete, "/api/v1/order"), &cancel), (202, Value::Null));
}
