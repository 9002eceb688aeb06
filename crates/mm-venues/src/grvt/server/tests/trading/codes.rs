//! Every refusal that an order, a cancel or a question can meet, by the venue's code.

use super::*;

/// Changes one field of a good order and says what that leads to.
fn check(change: &str, value: Value, word: &str) {
    let mut world = World::new(options());
    let mut order = world.sign(Alice, &bid(1, "0.01", "50000"));
    *order.pointer_mut(change).unwrap_or_else(|| panic!("{change}")) = value.clone();
    assert_eq!(world.send(Alice, &order).word(), word, "{change} = {value}");
}

/// Sends an order that is signed as it is.
fn drafted(draft: Draft<'_>, word: &str) {
    let mut world = World::new(options());
    world.place(Bob, maker(ask(1, "0.01", "61000")));
    let answer = world.create(Alice, draft);
    assert_eq!(answer.word(), word, "{draft:?}: {answer:?}");
}

#[test]
fn what_an_order_says_of_itself() {
    let good = bid(1, "0.01", "50000");
    drafted(good, "200");
    drafted(Draft { client: 0, ..good }, "400 2011");
    drafted(Draft { time_in_force: TimeInForce::AllOrNone, ..good }, "400 2030");
    drafted(Draft { time_in_force: TimeInForce::ImmediateOrCancel, post_only: true, ..good }, "400 2032");
    drafted(Draft { time_in_force: TimeInForce::FillOrKill, post_only: true, ..good }, "400 2032");
    drafted(Draft { price: None, post_only: true, ..good }, "400 2032");
    drafted(Draft { price: None, time_in_force: TimeInForce::RetailPriceImprovement, ..good }, "400 2030");
    drafted(Draft { time_in_force: TimeInForce::RetailPriceImprovement, ..good }, "200");
    drafted(Draft { price: Some("50000.05"), ..good }, "400 2064");
    drafted(Draft { price: Some("60000.000000000"), ..good }, "200");
    drafted(Draft { price: Some("6.0E4"), ..good }, "200");
    drafted(Draft { size: "0.0005", ..good }, "400 2062");
    drafted(Draft { size: "0", ..good }, "400 2062");
    drafted(Draft { size: "1.00E-2", ..good }, "200");
    drafted(Draft { size: "0.0105", ..good }, "400 2065");
    drafted(Draft { size: "0.001", ..good }, "400 2066");
    drafted(Draft { size: "500", ..good }, "400 2080");
    drafted(Draft { size: "5000", ..good }, "400 2081");
    drafted(Draft { price: Some("5000"), size: "1", ..good }, "400 7201");
    drafted(Draft { lives: Duration::ZERO, ..good }, "403 2001");
    drafted(Draft { lives: Duration::from_secs(31 * 24 * 3600), ..good }, "403 2008");
    drafted(Draft { reduce_only: true, ..good }, "400 2400");
    for time_in_force in [TimeInForce::GoodTillTime, TimeInForce::ImmediateOrCancel, TimeInForce::FillOrKill]
    {
        drafted(Draft { price: None, time_in_force, ..good }, "200");
    }
}

#[test]
fn what_was_changed_after_signing() {
    check("/sub_account_id", json!(Bob.sub_account().to_string()), "403 2003");
    check("/sub_account_id", json!("9"), "403 2003");
    check("/sub_account_id", json!("-9"), "400 3020");
    check("/legs", json!([]), "400 2040");
    check(
        "/legs",
        json!([{"instrument": BTC, "size": "1", "limit_price": "1", "is_buying_asset": true},
                          {"instrument": ETH, "size": "1", "limit_price": "1", "is_buying_asset": true}]),
        "400 2042",
    );
    check("/legs/0/instrument", json!("DOGE_USDT_Perp"), "400 2061");
    check("/legs/0/instrument", json!(ETH), "403 2002");
    check("/legs/0/limit_price", Value::Null, "400 2021");
    check("/legs/0/limit_price", json!("0E-9"), "400 2021");
    check("/legs/0/limit_price", json!("-50000"), "400 2064");
    check("/legs/0/limit_price", json!("fifty"), "400 1003");
    check("/is_market", json!(true), "400 2020");
    check("/legs/0/size", json!("0.02"), "403 2002");
    check("/legs/0/is_buying_asset", json!(false), "403 2002");
    check("/time_in_force", json!("FILL_OR_KILL"), "403 2002");
    check("/time_in_force", json!("FOREVER"), "400 1003");
    check("/post_only", json!(true), "403 2002");
    check("/reduce_only", json!(true), "403 2002");
    check("/signature/nonce", json!(77), "403 2002");
    check("/signature/v", json!(29), "403 2005");
    check("/signature/r", json!("0x12"), "403 2006");
    check("/signature/signer", json!(Bob.session_key().address().to_string()), "403 2002");
    // Not signed: nobody can tell.
    check("/metadata/client_order_id", json!("2"), "200");
    check("/metadata/client_order_id", json!("18446744073709551616"), "400 1003");
    check("/metadata", json!({}), "400 2011");
    check("/signature", json!({}), "400 1003");
}

#[test]
fn what_a_new_order_must_not_have_and_who_may_sign() {
    let mut world = World::new(options());
    let good = bid(1, "0.01", "50000");
    let with = |world: &mut World, key: &str, value: Value| {
        let mut order = world.sign(Alice, &good);
        order[key] = value;
        world.send(Alice, &order).word()
    };
    assert_eq!(with(&mut world, "order_id", json!("0x0101")), "400 2010");
    let state = json!({"status": "OPEN", "reject_reason": "UNSPECIFIED", "book_size": [], "traded_size": [],
                       "update_time": "1", "avg_fill_price": []});
    assert_eq!(with(&mut world, "state", state), "400 2050");
    assert_eq!(with(&mut world, "builder", json!(Bob.wallet().address().to_string())), "403 2002");
    let mut elsewhere = world.sign(Alice, &good);
    elsewhere["signature"]["chain_id"] = json!("325");
    assert_eq!(world.send(Alice, &elsewhere).word(), "400 1012");
    // What the venue's own clients send beside all that.
    let mut sdk = world.sign(Alice, &good);
    sdk["order_id"] = Value::Null;
    sdk["state"] = Value::Null;
    sdk["builder"] = json!("0x0000000000000000000000000000000000000000");
    sdk["builder_fee"] = json!("0");
    sdk["signature"]["chain_id"] = json!("326");
    sdk["something"] = json!({ "else": [1] });
    assert_eq!(world.send(Alice, &sdk).word(), "200");
    // Bob's key is good, and not Alice's.
    let market = listing(BTC, ["0.1", "0.001", "60000"]);
    let alice = Account { signers: vec![Bob.session_key().address()], ..Alice.account() };
    let mut world = World::with(options(), [market], [alice]);
    assert_eq!(world.create(Alice, good).word(), "403 2000");
}

#[test]
fn triggers_that_do_not_fit() {
    let trigger = |kind: &str, by: &str, price: &str, closes: bool| json!({"trigger_type": kind, "tpsl": {"trigger_by": by, "trigger_price": price, "close_position": closes}});
    for (trigger, word) in [
        (trigger("UNSPECIFIED", "UNSPECIFIED", "0.0", false), "200"),
        (trigger("STOP_LOSS", "MARK", "59000", false), "200"),
        (trigger("STOP_LOSS", "UNSPECIFIED", "59000", false), "400 2110"),
        (trigger("STOP_LOSS", "LAST", "59000", false), "400 2111"),
        (trigger("TRAILING", "MARK", "59000", false), "400 2112"),
        (trigger("TAKE_PROFIT", "MARK", "0", false), "400 2113"),
        (trigger("TAKE_PROFIT", "MARK", "61000", true), "400 2114"),
        (trigger("TAKE_PROFIT", "MARK", "61000.05", false), "400 2064"),
    ] {
        let mut world = World::new(options());
        let mut order = world.sign(Alice, &ask(1, "0.01", "50000"));
        order["metadata"]["trigger"] = trigger.clone();
        assert_eq!(world.send(Alice, &order).word(), word, "{trigger}");
    }
}

#[test]
fn questions_that_have_no_answer() {
    let mut world = World::new(options());
    for (name, body, word) in [
        ("v1/order", json!({}), "400 3021"),
        ("v1/order", json!({ "order_id": "0x00", "client_order_id": "0" }), "400 3021"),
        ("v1/order", json!({ "order_id": "0x0101" }), "404 1004"),
        ("v1/order", json!({ "order_id": "12g4" }), "400 1003"),
        ("v1/order", json!({ "client_order_id": "4" }), "404 1004"),
        ("v1/order", json!({ "client_order_id": "four" }), "400 1003"),
        ("v1/cancel_order", json!({}), "400 3021"),
        ("v1/cancel_order", json!({ "client_order_id": "4", "time_to_live_ms": "5001" }), "400 2301"),
        ("v1/cancel_order", json!({ "client_order_id": "4", "time_to_live_ms": "-1" }), "400 1003"),
        ("v1/cancel_on_disconnect", json!({ "countdown_time": "300001" }), "400 6000"),
        ("v1/cancel_on_disconnect", json!({ "countdown_time": 300_000 }), "200"),
        ("v1/cancel_on_disconnect", json!({ "countdown_time": "soon" }), "400 1003"),
        ("v1/fill_history", json!({ "limit": 0 }), "400 3011"),
        ("v1/fill_history", json!({ "limit": 1001 }), "400 3011"),
        ("v1/order_history", json!({ "limit": 1000, "cursor": "" }), "200"),
        ("v1/order_history", json!({ "cursor": "x" }), "400 1003"),
        ("v1/funding_payment_history", json!({ "instrument": "DOGE_USDT_Perp" }), "400 3000"),
        ("v1/set_initial_leverage", json!({ "instrument": "DOGE", "leverage": "10" }), "400 3000"),
        ("v1/set_initial_leverage", json!({ "instrument": BTC, "leverage": "10" }), "200"),
        ("v1/set_initial_leverage", json!({ "instrument": BTC, "leverage": "0" }), "400 2100"),
        ("v1/set_initial_leverage", json!({ "instrument": BTC, "leverage": "0.5" }), "400 2107"),
        ("v1/set_initial_leverage", json!({ "instrument": BTC, "leverage": "51" }), "400 2108"),
        ("v1/no_such_call", json!({}), "404 1004"),
    ] {
        assert_eq!(world.ask(Alice, name, body.clone()).word(), word, "{name} {body}");
    }
    assert_eq!(world.post(Alice, "v1/positions", &json!([])).word(), "400 1003");
    assert_eq!(world.post(Alice, "v1/get_sub_accounts", &Value::Null).word(), "200");
}
