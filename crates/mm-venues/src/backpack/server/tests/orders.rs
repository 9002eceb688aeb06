//! What is refused, and in which words.

use expect_test::{Expect, expect};

use super::{ALICE, BOB, World, refusal};
use crate::http::Method;

/// An order of Alice's against a book with Bob's ask at 151.00 and bid at 149.00.
fn check(body: &str, expected: Expect) {
    let mut world = World::new();
    for quote in [("Ask", "151.00"), ("Bid", "149.00")] {
        let (side, price) = quote;
        let body = format!(
            r#"{{"symbol":"SOL_USDC_PERP","side":"{side}","orderType":"Limit","quantity":"1","price":"{price}"}}"#
        );
        assert_eq!(world.order(BOB, &body).0, 200);
    }
    let body = body.replace("PERP!", r#""symbol":"SOL_USDC_PERP","side":"Bid","orderType":"Limit""#);
    let body = body.replace("MARKET!", r#""symbol":"SOL_USDC_PERP","side":"Bid","orderType":"Market""#);
    expected.assert_eq(&refusal(world.order(ALICE, &body)));
    assert!(world.exchange.open_orders(world.account("alice"), None).is_empty(), "nothing refused rests");
}

#[test]
fn numbers_of_an_order() {
    check(
        r#"{PERP!,"quantity":"1","price":"140.005"}"#,
        expect!["400 INVALID_CLIENT_REQUEST: Price decimal too long"],
    );
    check(
        r#"{PERP!,"quantity":"0.005","price":"140"}"#,
        expect!["400 INVALID_CLIENT_REQUEST: Quantity decimal too long"],
    );
    check(
        r#"{PERP!,"quantity":"0","price":"140"}"#,
        expect!["400 INVALID_QUANTITY: Quantity is below the minimum allowed value"],
    );
    check(
        r#"{PERP!,"quantity":"-1","price":"140"}"#,
        expect!["400 INVALID_QUANTITY: Quantity is below the minimum allowed value"],
    );
    check(
        r#"{PERP!,"quantity":"1e1","price":"140"}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: quantity: '1e1' is not a plain decimal number"
        ],
    );
    check(
        r#"{PERP!,"quantity":"2000000","price":"140"}"#,
        expect!["400 INVALID_QUANTITY: Quantity is above the maximum allowed value"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"0"}"#,
        expect!["400 INVALID_PRICE: Price is not a positive multiple of the tick size"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"-140"}"#,
        expect!["400 INVALID_PRICE: Price is not a positive multiple of the tick size"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"99999999999999999999999"}"#,
        expect!["400 INVALID_PRICE: Price is not a positive multiple of the tick size"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"1.00"}"#,
        expect!["400 INVALID_PRICE: Price is too far from the last active price"],
    );
    check(
        r#"{"symbol":"ETH_USDC_PERP","side":"Bid","orderType":"Limit","quantity":"1","price":"2400.01"}"#,
        expect!["400 INVALID_PRICE: Price is not a positive multiple of the tick size"],
    );
    check(
        r#"{"symbol":"BONK_USDC_PERP","side":"Bid","orderType":"Limit","quantity":"4810","price":"0.00002"}"#,
        expect!["400 INVALID_QUANTITY: Quantity is not a multiple of the step size"],
    );
    check(
        r#"{PERP!,"quantity":"900000","price":"150"}"#,
        expect!["400 INSUFFICIENT_MARGIN: Insufficient margin"],
    );
    check(
        r#"{"symbol":"SOL_USDC","side":"Ask","orderType":"Limit","quantity":"1","price":"150"}"#,
        expect!["400 INSUFFICIENT_FUNDS: Insufficient funds"],
    );
}

#[test]
fn fields_of_an_order() {
    check(
        r#"{PERP!,"quantity":"1"}"#,
        expect!["400 INVALID_ORDER: Invalid order: a limit order needs a price"],
    );
    check(
        r#"{PERP!,"price":"140"}"#,
        expect!["400 INVALID_ORDER: Invalid order: a limit order needs a quantity and no quoteQuantity"],
    );
    check(
        r#"{PERP!,"quantity":"1","quoteQuantity":"5","price":"140"}"#,
        expect!["400 INVALID_ORDER: Invalid order: a limit order needs a quantity and no quoteQuantity"],
    );
    check(
        r#"{MARKET!}"#,
        expect!["400 INVALID_ORDER: Invalid order: a market order needs one of quantity and quoteQuantity"],
    );
    check(
        r#"{MARKET!,"quantity":"1","quoteQuantity":"5"}"#,
        expect!["400 INVALID_ORDER: Invalid order: a market order needs one of quantity and quoteQuantity"],
    );
    check(
        r#"{MARKET!,"quantity":"1","price":"150"}"#,
        expect!["400 INVALID_ORDER: Invalid order: a market order has no price and is never post-only"],
    );
    check(
        r#"{MARKET!,"quantity":"1","postOnly":true}"#,
        expect!["400 INVALID_ORDER: Invalid order: a market order has no price and is never post-only"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","timeInForce":"IOC","postOnly":true}"#,
        expect!["400 INVALID_ORDER: Invalid order"],
    );
}

#[test]
fn words_and_fields_that_are_not_known() {
    check(
        r#"{PERP!,"quantity":"1","price":"140","timeInForce":"GTX"}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: unknown variant `GTX`, expected one of `GTC`, `IOC`, `FOK` at line 1 column 107"
        ],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","clientId":4294967296}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: invalid value: integer `4294967296`, expected a whole number in range, or the same in quotes at line 1 column 109"
        ],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","qty":"1"}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: unknown field `qty`, expected one of `autoBorrow`, `autoBorrowRepay`, `autoLend`, `autoLendRedeem`, `brokerId`, `clientId`, `orderType`, `postOnly`, `price`, `quantity`, `quoteQuantity`, `reduceOnly`, `selfTradePrevention`, `side`, `slippageTolerance`, `slippageToleranceType`, `stopLossLimitPrice`, `stopLossTriggerBy`, `stopLossTriggerPrice`, `symbol`, `takeProfitLimitPrice`, `takeProfitTriggerBy`, `takeProfitTriggerPrice`, `timeInForce`, `triggerBy`, `triggerPrice`, `triggerQuantity` at line 1 column 93"
        ],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","selfTradePrevention":"Allow"}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: unknown variant `Allow`, expected one of `RejectTaker`, `RejectMaker`, `RejectBoth` at line 1 column 117"
        ],
    );
    check(
        r#"{"symbol":"SOL_EURC","side":"Bid","orderType":"Limit","quantity":"1","price":"1"}"#,
        expect!["400 INVALID_SYMBOL: Invalid symbol"],
    );
    check(
        r#"{"symbol":"SOL_USDC","side":"Bid","orderType":"Limit","quantity":"1","price":"150","reduceOnly":true}"#,
        expect!["400 INVALID_ORDER: Invalid order: a position can only be reduced on a futures market"],
    );
    check(
        r#"[{PERP!,"quantity":"1","price":"140"}]"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: expected an object, found an array"
        ],
    );
    check(
        "",
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: EOF while parsing a value at line 1 column 0"
        ],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","price":"141"}"#,
        expect![
            "400 INVALID_CLIENT_REQUEST: parse request payload error: the body cannot be read: a key comes twice at line 1 column 102"
        ],
    );
}

#[test]
fn what_the_engine_refuses() {
    check(
        r#"{PERP!,"quantity":"1","price":"151.00","postOnly":true}"#,
        expect!["400 INVALID_ORDER: Order would immediately match and take"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","reduceOnly":true}"#,
        expect!["400 INVALID_ORDER: Reduce only order not reduced"],
    );
    check(
        r#"{"symbol":"ETH_USDC_PERP","side":"Bid","orderType":"Market","quantity":"1"}"#,
        expect!["400 INVALID_ORDER: No liquidity for market order"],
    );
}

#[test]
fn what_is_not_simulated() {
    check(
        r#"{PERP!,"quantity":"1","price":"140","triggerPrice":"130"}"#,
        expect!["400 INVALID_CLIENT_REQUEST: triggerPrice and triggerQuantity must be given together"],
    );
    check(
        r#"{PERP!,"price":"140","triggerPrice":"130","triggerQuantity":"1"}"#,
        expect!["400 NOT_IMPLEMENTED: conditional orders: not simulated"],
    );
    check(
        r#"{PERP!,"quantity":"1","price":"140","stopLossTriggerPrice":"130"}"#,
        expect!["400 NOT_IMPLEMENTED: conditional orders: not simulated"],
    );
    check(
        r#"{MARKET!,"quantity":"1","slippageTolerance":"5","slippageToleranceType":"TickSize"}"#,
        expect!["400 NOT_IMPLEMENTED: slippage tolerance: not simulated"],
    );
}

#[test]
fn ids() {
    let mut world = World::new();
    let body = r#"{"symbol":"SOL_USDC_PERP","side":"Bid","orderType":"Limit","quantity":"1","price":"140","clientId":"42"}"#;
    let (status, placed) = world.order(ALICE, body);
    assert_eq!(
        (status, placed["clientId"].as_u64()),
        (200, Some(42)),
        "digits in quotes are a client id too"
    );
    let id = placed["id"].as_str().expect("an id").to_owned();
    let mut lines = vec![refusal(world.order(ALICE, body))];
    let mut ask = |path, fields: &str| {
        let said = world.call(ALICE, path, fields);
        if said.0 == 200 { "200".to_owned() } else { refusal(said) }
    };
    let (get, delete) = ((Method::Get, "/api/v1/order"), (Method::Delete, "/api/v1/order"));
    lines.push(ask(get, &format!("symbol=SOL_USDC_PERP&orderId={id}&clientId=42")));
    lines.push(ask(get, "symbol=SOL_USDC_PERP"));
    lines.push(ask(get, "symbol=SOL_USDC_PERP&clientId=42"));
    lines.push(ask(get, &format!("symbol=SOL_USDC_PERP&orderId={id}")));
    lines.push(ask(get, "symbol=SOL_USDC_PERP&orderId=abc"));
    lines.push(ask(get, "symbol=SOL_USDC_PERP&clientId=+42"));
    lines.push(ask(get, "symbol=SOL_USDC_PERP&clientId=43&extra=1"));
    lines.push(ask(get, &format!("symbol=SOL_USDC&orderId={id}")));
    lines.push(ask(delete, &format!(r#"{{"symbol":"SOL_USDC_PERP","orderId":"{id}","clientId":42}}"#)));
    lines.push(ask(delete, r#"{"symbol":"SOL_USDC_PERP","clientId":43}"#));
    lines.push(ask(delete, r#"{"symbol":"SOL_USDC_PERP","clientId":42}"#));
    lines.push(ask(delete, r#"{"symbol":"SOL_USDC_PERP","clientId":42}"#));
    lines.push(ask(get, "symbol=SOL_USDC_PERP&clientId=42"));
    expect![[r#"
        400 INVALID_ORDER: Duplicate client id
        400 INVALID_CLIENT_REQUEST: exactly one of orderId and clientId must be given
        400 INVALID_CLIENT_REQUEST: exactly one of orderId and clientId must be given
        200
        200
        404 RESOURCE_NOT_FOUND: Not Found
        400 INVALID_CLIENT_REQUEST: failed to parse parameter `clientId`: invalid digit found in string
        400 INVALID_CLIENT_REQUEST: failed to parse parameter `extra`: unknown or repeated parameter
        404 RESOURCE_NOT_FOUND: Not Found
        400 INVALID_CLIENT_REQUEST: exactly one of orderId and clientId must be given
        404 RESOURCE_NOT_FOUND: Not Found
        200
        404 RESOURCE_NOT_FOUND: Not Found
        404 RESOURCE_NOT_FOUND: Not Found"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn another_accounts_order_is_not_there() {
    let mut world = World::new();
    let body = r#"{"symbol":"SOL_USDC_PERP","side":"Bid","orderType":"Limit","quantity":"1","price":"140","clientId":1}"#;
    let (_, placed) = world.order(ALICE, body);
    let cancel = format!(r#"{{"symbol":"SOL_USDC_PERP","orderId":{}}}"#, placed["id"]);
    let said = world.call(BOB, (Method::Delete, "/api/v1/order"), &cancel);
    assert_eq!(refusal(said), "404 RESOURCE_NOT_FOUND: Not Found");
    assert_eq!(world.exchange.open_orders(world.account("alice"), None).len(), 1);
}

#[test]
fn a_batch_answers_order_by_order() {
    let mut world = World::new();
    let order = |price: &str| {
        format!(
            r#"{{"symbol":"SOL_USDC_PERP","side":"Bid","orderType":"Limit","quantity":"1","price":"{price}"}}"#
        )
    };
    let body = format!("[{},{},{}]", order("140"), order("140.001"), order("141"));
    let (status, answers) = world.call(ALICE, (Method::Post, "/api/v1/orders"), &body);
    let told: Vec<_> = answers
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["operation"].as_str(), row["price"].as_str(), row["code"].as_str()))
        .collect();
    assert_eq!(status, 200);
    assert_eq!(
        told,
        [
            (Some("Ok"), Some("140.00"), None),
            (Some("Err"), None, Some("INVALID_CLIENT_REQUEST")),
            (Some("Ok"), Some("141.00"), None)
        ]
    );
    let many = format!("[{}]", vec![order("140"); 51].join(","));
    for bad in [many.as_str(), "[]", &order("140")] {
        let said = world.call(ALICE, (Method::Post, "/api/v1/orders"), bad);
        assert!(refusal(said).starts_with("400 INVALID_CLIENT_REQUEST: parse request payload error: "));
    }
    let (_, gone) = world.call(ALICE, (Method::Delete, "/api/v1/orders"), r#"{"symbol":"SOL_USDC_PERP"}"#);
    assert_eq!(gone.as_array().map(Vec::len), Some(2));
    let nothing = world.call(ALICE, (Method::Delete, "/api/v1/orders"), r#"{"symbol":"SOL_USDC_PERP"}"#);
    assert_eq!(nothing, (200, serde_json::json!([])));
}
