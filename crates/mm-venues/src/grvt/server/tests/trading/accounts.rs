//! What accounts own, what they did, and what they set.

use expect_test::{Expect, expect};

use super::*;

/// Alice has bought 0.03 in two trades and sold 0.01.
fn traded() -> World {
    let mut world = World::new(options());
    world.place(Bob, maker(ask(1, "0.02", "60000")));
    world.place(Bob, maker(ask(2, "0.02", "60300")));
    world.place(Bob, maker(bid(3, "0.02", "59900")));
    world.place(Alice, bid(1, "0.03", "60300"));
    world.place(Alice, ask(2, "0.01", "59900"));
    world
}

fn check(value: &Value, expected: &Expect) {
    expected.assert_eq(&value.to_string());
}

#[test]
fn positions_and_summaries() {
    let mut world = traded();
    let now = world.now;
    world.exchange.settle_funding(now, MarketId(0));
    world.tell();
    let positions = world.ask(Alice, "v1/positions", json!({})).body;
    check(
        &positions["result"][0],
        &expect![[
            r#"{"cumulative_fee":"1.0809","cumulative_realized_funding_payment":"0.12","entry_price":"60100.0","est_liquidation_price":"0.0","event_time":"1892246400000000000","exit_price":"0.0","instrument":"BTC_USDT_Perp","leverage":"20.0","margin_type":"CROSS","mark_price":"60000.0","notional":"1200.0","quote_index_price":"1.0","realized_pnl":"-2.0","roi":"-0.1663","size":"0.02","sub_account_id":"8289849667772468","total_pnl":"-4.0","unrealized_pnl":"-2.0"}"#
        ]],
    );
    let mut summary = world.ask(Alice, "v1/account_summary", json!({})).body["result"].clone();
    assert_eq!(summary["positions"], positions["result"]);
    summary["positions"] = json!(null);
    check(
        &summary,
        &expect![[
            r#"{"available_balance":"999934.7991","cross_unrealized_pnl":"-2.0","derisk_margin":"12.0","derisk_to_maintenance_margin_ratio":"1.0","event_time":"1892246400000000000","initial_margin":"60.0","is_vault":false,"maintenance_margin":"12.0","margin_balance":"999994.7991","margin_type":"SIMPLE_CROSS_MARGIN","positions":null,"settle_currency":"USDT","settle_index_price":"1.0","spot_balances":[{"available_to_transfer":"999934.7991","balance":"999996.7991","currency":"USDT","entry_price":"1.0","index_price":"1.0","realized_pnl":"0.0","unrealized_pnl":"0.0"}],"sub_account_id":"8289849667772468","sub_account_mode":"SINGLE_ASSET_MODE","total_cross_equity":"999994.7991","total_equity":"999994.7991","unrealized_pnl":"-2.0","vault_im_additions":"0.0"}"#
        ]],
    );
    check(
        &world.ask(Alice, "v1/aggregated_account_summary", json!({})).body,
        &expect![[
            r#"{"result":{"main_account_id":"0x7e0bb083aee2fa87429d69afdb26ba8c370ce569","spot_balances":[{"available_to_transfer":"999934.7991","balance":"999996.7991","currency":"USDT","entry_price":"1.0","index_price":"1.0","realized_pnl":"0.0","unrealized_pnl":"0.0"}],"total_equity":"999994.7991","total_sub_account_available_balance":"999934.7991","total_sub_account_balance":"999996.7991","total_sub_account_equity":"999994.7991","total_usd_notional_invested":"0.0","total_vault_investments_balance":"0.0","vault_investments":[]}}"#
        ]],
    );
    check(
        &world.ask(Alice, "v1/funding_account_summary", json!({})).body,
        &expect![[
            r#"{"result":{"main_account_id":"0x7e0bb083aee2fa87429d69afdb26ba8c370ce569","spot_balances":[],"total_cash_balance":"0.0","total_equity":"0.0","total_spot_asset_balance":"0.0","vault_investments":[]},"tier":{"futures_maker_fee":-1,"futures_taker_fee":450,"options_maker_fee":0,"options_taker_fee":0,"tier":1}}"#
        ]],
    );
    check(
        &world.ask(Alice, "v1/funding_payment_history", json!({})).body,
        &expect![[
            r#"{"next":"","result":[{"amount":"0.12","currency":"USDT","event_time":"1892246400000000000","instrument":"BTC_USDT_Perp","sub_account_id":"8289849667772468","tx_id":"484415078400000000"}]}"#
        ]],
    );
    assert_eq!(world.ask(Alice, "v1/positions", json!({ "base": ["ETH"] })).body, json!({ "result": [] }));
}

#[test]
fn fills_tell_both_sides_of_a_trade() {
    let mut world = traded();
    let mine = world.ask(Alice, "v1/fill_history", json!({})).body;
    let rows = mine["result"].as_array().expect("rows").clone();
    assert_eq!(mine["next"], "");
    let brief = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let keys = ["trade_id", "client_order_id", "size", "price", "fee", "fee_rate", "realized_pnl"];
        keys.map(text).join(" ")
    };
    // The newest first. Bought for 60100 on average, sold for 59900: 0.01 lost 2.
    assert_eq!(
        rows.iter().map(brief).collect::<Vec<_>>(),
        [
            "3-1 2 0.01 59900.0 0.26955 0.045 -2.0",
            "2-1 1 0.01 60300.0 0.27135 0.045 0.0",
            "1-1 1 0.02 60000.0 0.54 0.045 0.0",
        ]
    );
    let mut first = rows[2].clone();
    assert_eq!(first["signer"], Alice.session_key().address().to_string());
    first["signer"] = json!(null);
    check(
        &first,
        &expect![[
            r#"{"broker":"UNSPECIFIED","builder":"0x00","builder_fee":"0.0","builder_fee_rate":"0.0","client_order_id":"1","event_time":"1892246400000000000","fee":"0.54","fee_currency":"USDT","fee_rate":"0.045","forward_price":"0.0","index_price":"60000.0","instrument":"BTC_USDT_Perp","interest_rate":"0.0","is_buyer":true,"is_liquidation":false,"is_rpi":false,"is_taker":true,"mark_price":"60100.0","order_id":"0x0101010503140d460000000004000003","price":"60000.0","realized_pnl":"0.0","signer":null,"size":"0.02","sub_account_id":"8289849667772468","trade_id":"1-1","venue":"ORDERBOOK"}"#
        ]],
    );
    let bobs = world.ask(Bob, "v1/fill_history", json!({})).body;
    assert_eq!(brief(&bobs["result"][2]), "1-1 1 0.02 60000.0 -0.0012 -0.0001 0.0");
    assert_eq!(bobs["result"][2]["is_taker"], false);
}

#[test]
fn histories_come_in_pages() {
    let mut world = World::new(options());
    for client in 1..=5 {
        world.place(Alice, bid(client, "0.01", "50000"));
        world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": client.to_string() }));
        world.wait_ms(1_000);
    }
    let page = |world: &mut World, mut body: Value, cursor: &Value| {
        body["cursor"] = cursor.clone();
        let answer = world.ask(Alice, "v1/order_history", body).body;
        let rows = answer["result"].as_array().expect("rows").clone();
        let client = |row: &Value| row["metadata"]["client_order_id"].as_str().expect("text").to_owned();
        (rows.iter().map(client).collect::<Vec<_>>().join(" "), answer["next"].clone())
    };
    let (first, next) = page(&mut world, json!({ "limit": 2 }), &json!(""));
    assert_eq!(first, "5 4");
    // What comes meanwhile moves nothing.
    world.place(Alice, bid(6, "0.01", "50000"));
    world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "6" }));
    let (second, next) = page(&mut world, json!({ "limit": 2 }), &next);
    assert_eq!(second, "3 2");
    let (last, next) = page(&mut world, json!({ "limit": 2 }), &next);
    assert_eq!((last.as_str(), next), ("1", json!("")));
    let at = |ms: u64| json!((START_MS + ms).to_string() + "000000");
    let (some, _) = page(&mut world, json!({ "start_time": at(1_000), "end_time": at(2_000) }), &json!(""));
    assert_eq!(some, "3 2");
    let (none, _) = page(&mut world, json!({ "base": ["ETH"] }), &json!(""));
    assert_eq!(none, "");
}

#[test]
fn both_encodings_say_the_same() {
    let mut world = traded();
    let login = world.login(Alice);
    let sub = Alice.sub_account().to_string();
    let full = world.post_by(
        Some(&login),
        "/full/v1/order",
        &json!({ "sub_account_id": sub, "client_order_id": "1" }),
    );
    let lite = world.post_by(Some(&login), "/lite/v1/order", &json!({ "sa": sub, "co": "1" }));
    assert_eq!(full.body["result"]["state"]["traded_size"], lite.body["r"]["s1"]["ts"]);
    assert_eq!(full.body["result"]["order_id"], lite.body["r"]["oi"]);
    assert!(lite.body.to_string().len() < full.body.to_string().len());
    let lite = world.post_by(Some(&login), "/lite/v1/get_sub_accounts", &Value::Null);
    assert_eq!(lite.body, json!({ "sa": [sub] }));
}

#[test]
fn leverage_counts_and_margin_is_cross() {
    let mut world = World::new(options());
    let set = |world: &mut World, leverage: &str| {
        world.ask(Alice, "v1/set_initial_leverage", json!({ "instrument": BTC, "leverage": leverage }))
    };
    assert_eq!(set(&mut world, "2").body, json!({ "success": true }));
    let all = world.ask(Alice, "v1/get_all_initial_leverage", json!({})).body;
    check(
        &all,
        &expect![[
            r#"{"results":[{"instrument":"BTC_USDT_Perp","leverage":"2.0","margin_type":"CROSS","max_leverage":"50.0","min_leverage":"1.0"},{"instrument":"ETH_USDT_Perp","leverage":"20.0","margin_type":"CROSS","max_leverage":"50.0","min_leverage":"1.0"}]}"#
        ]],
    );
    // A million at two times its worth.
    assert_eq!(world.create(Alice, bid(1, "40", "51000")).word(), "400 2080");
    world.place(Alice, bid(1, "30", "51000"));
    assert_eq!(set(&mut world, "1").word(), "400 2080", "what is open would not fit");
    assert_eq!(set(&mut world, "12.5").word(), "200");
    let all = world.ask(Alice, "v1/get_all_initial_leverage", json!({})).body;
    assert_eq!(all["results"][0]["leverage"], "12.5");
    assert_eq!(world.ask(Alice, "v1/get_authorized_builders", json!({})).body, json!({ "results": [] }));
}

#[test]
fn a_position_s_margin_is_set_by_signature() {
    let mut world = World::new(options());
    let row = |world: &World, margin_type: u8, leverage: i32| {
        let mut key = world.key(Alice.session_key());
        let asset = Asset::parse("0x030501").expect("a hash");
        let expiration_ns = i64::try_from((world.now + Duration::from_secs(60)).0).expect("before 2262");
        let validity = Validity { nonce: 5, expiration_ns };
        let sub_account = Alice.sub_account();
        let it = SetSubAccountPositionMarginConfig { sub_account, asset, margin_type, leverage, validity };
        let signature = key.sign(&it);
        signature_row(key.address(), &signature, validity)
    };
    let mut word = |kind: &str, leverage: &str, signed: (u8, i32)| {
        let signature = row(&world, signed.0, signed.1);
        let body =
            json!({ "instrument": BTC, "margin_type": kind, "leverage": leverage, "signature": signature });
        world.ask(Alice, "v1/set_position_config", body).word()
    };
    assert_eq!(word("CROSS", "10", (2, 10)), "200");
    assert_eq!(word("CROSS", "10", (1, 10)), "403 2002");
    assert_eq!(word("CROSS", "10", (2, 11)), "403 2002");
    assert_eq!(word("ISOLATED", "10", (1, 10)), "400 2104");
    assert_eq!(word("CROSS", "100", (2, 100)), "400 2108");
}
