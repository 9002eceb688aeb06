//! The life of orders: acknowledged first, then what the engine makes of them.

use expect_test::expect;

use super::*;

#[test]
fn the_acknowledgement_says_what_was_sent_and_that_nothing_has_happened() {
    let mut world = World::new(Options { speed_bump: Duration::from_millis(25), ..options() });
    let mut order = world.sign(Alice, &bid(9_223_372_036_854_775_809, "1.010", "50000.10"));
    order["signature"]["r"] = order["signature"]["r"].clone();
    let answer = world.send(Alice, &order);
    let mut shown = answer.body["result"].clone();
    assert_eq!(shown["signature"]["signer"], Alice.session_key().address().to_string());
    shown["signature"] = json!({ "chain_id": shown["signature"]["chain_id"].clone() });
    expect![[r#"{"builder":"0x00","builder_fee":"0.0","is_market":false,"legs":[{"instrument":"BTC_USDT_Perp","is_buying_asset":true,"limit_price":"50000.1","size":"1.01"}],"metadata":{"allow_crossing":false,"broker":"UNSPECIFIED","client_order_id":"9223372036854775809","create_time":"1892246400000000000","is_position_transfer":false,"trigger":{"tpsl":{"close_position":false,"is_split_position":false,"trigger_by":"UNSPECIFIED","trigger_price":"0.0"},"trigger_type":"UNSPECIFIED"}},"order_id":"0x00","post_only":false,"reduce_only":false,"signature":{"chain_id":"0"},"state":{"avg_fill_price":["0.0"],"book_size":["1.01"],"reject_reason":"UNSPECIFIED","status":"PENDING","traded_size":["0.0"],"update_time":"1892246400000000000"},"sub_account_id":"8289849667772468","time_in_force":"GOOD_TILL_TIME"}"#]]
        .assert_eq(&shown.to_string());
}

#[test]
fn orders_end_as_the_venue_says_it() {
    let mut world = World::new(options());
    world.place(Bob, maker(ask(1, "0.05", "60000")));
    for (client, draft, expected) in [
        (10, bid(10, "0.01", "60000"), "FILLED 0.01/0.01"),
        (11, maker(bid(11, "0.01", "60000")), "REJECTED FAIL_POST_ONLY 0.0/0.01"),
        (12, maker(bid(12, "0.01", "59999.9")), "OPEN 0.0/0.01"),
        (
            13,
            Draft { time_in_force: TimeInForce::ImmediateOrCancel, ..bid(13, "0.1", "60000") },
            "CANCELLED IOC_CANCEL 0.04/0.1",
        ),
        (
            14,
            Draft { time_in_force: TimeInForce::FillOrKill, ..bid(14, "0.1", "60000") },
            "CANCELLED FOK_CANCEL 0.0/0.1",
        ),
        (15, Draft { price: None, ..bid(15, "0.1", "0") }, "CANCELLED MARKET_CANCEL 0.0/0.1"),
        (16, Draft { reduce_only: true, ..ask(16, "0.05", "61000") }, "OPEN 0.0/0.05"),
        (17, ask(17, "0.02", "59000"), "CANCELLED SELF_MATCHED_SUBACCOUNT 0.0/0.02"),
    ] {
        world.place(Alice, draft);
        assert_eq!(world.stands(Alice, client), expected);
    }
    assert_eq!(world.stands(Bob, 1), "FILLED 0.05/0.05");
    // What the reduce-only order is for is sold otherwise.
    world.place(Bob, bid(2, "0.05", "59999.9"));
    world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "12" }));
    assert_eq!(world.stands(Alice, 12), "CANCELLED CLIENT_CANCEL 0.0/0.01");
    world.place(Alice, ask(18, "0.05", "59999.9"));
    assert_eq!(world.stands(Alice, 16), "CANCELLED REDUCE_ONLY_LIMIT 0.0/0.05");
}

#[test]
fn ids_count_and_lead_back() {
    let mut world = World::new(options());
    world.place(Alice, maker(bid(1, "0.01", "50000")));
    let by_client = world.ask(Alice, "v1/order", json!({ "client_order_id": "1" })).body["result"].clone();
    let id = by_client["order_id"].as_str().expect("text").to_owned();
    assert!(id.starts_with("0x0101010503") && id.len() == 34, "{id}");
    let s = by_client["signature"]["s"].as_str().expect("text");
    assert_eq!(id[12..18], s[60..66]);
    let by_id = world.ask(Alice, "v1/order", json!({ "order_id": id })).body["result"].clone();
    assert_eq!(by_client, by_id);
    let bobs = world.ask(Bob, "v1/order", json!({ "order_id": id }));
    assert_eq!(bobs.word(), "404 1004");
}

#[test]
fn an_id_of_a_client_is_used_by_one_live_order() {
    let mut world = World::new(Options { speed_bump: Duration::from_millis(25), ..options() });
    world.place(Alice, maker(bid(1, "0.01", "50000")));
    assert_eq!(world.create(Alice, maker(bid(1, "0.02", "50000"))).word(), "400 2012");
    world.place(Bob, maker(bid(1, "0.02", "50000")));
    // Two that come before either is matched: the second is found out by the engine.
    world.place(Alice, bid(2, "0.01", "50000"));
    world.place(Alice, bid(2, "0.02", "50000"));
    assert_eq!(world.stands(Alice, 2), "PENDING 0.0/0.02");
    world.wait_ms(25);
    assert_eq!(world.stands(Alice, 2), "OPEN 0.0/0.01");
    let ended = world.ask(Alice, "v1/order_history", json!({})).body;
    assert_eq!(stands(&ended["result"][0]), "REJECTED OVERLAPPING_CLIENT_ORDER_ID 0.0/0.02");
    // Free again when it ended.
    world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "1" }));
    world.place(Alice, maker(bid(1, "0.03", "50000")));
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.03");
}

#[test]
fn a_repetition_is_ignored() {
    let mut world = World::new(options());
    let order = world.sign(Alice, &bid(1, "0.01", "50000"));
    assert_eq!(stands(&world.send(Alice, &order).body["result"]), "PENDING 0.0/0.01");
    let again = world.send(Alice, &order);
    assert_eq!(stands(&again.body["result"]), "OPEN 0.0/0.01");
    assert_eq!(world.exchange.open_orders(world.id(Alice), None).len(), 1);
    // The client's id is not signed: under another one it is still the same order.
    let mut renamed = order.clone();
    renamed["metadata"]["client_order_id"] = json!("2");
    assert_eq!(world.send(Alice, &renamed).body["result"]["metadata"]["client_order_id"], "1");
    assert_eq!(world.stands(Alice, 2), "404 1004");
    world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "1" }));
    let after = world.send(Alice, &order);
    assert_eq!(stands(&after.body["result"]), "CANCELLED CLIENT_CANCEL 0.0/0.01");
    assert!(world.exchange.open_orders(world.id(Alice), None).is_empty());
}

#[test]
fn orders_wake_when_the_mark_reaches_their_trigger() {
    let mut world = World::new(options());
    world.place(Bob, maker(bid(1, "1", "59000")));
    world.place(Bob, maker(ask(2, "1", "60500")));
    world.place(Alice, bid(1, "0.01", "60500"));
    let trigger = json!({"trigger_type": "STOP_LOSS",
        "tpsl": {"trigger_by": "MARK", "trigger_price": "59500", "close_position": true}});
    let stop = Draft { price: None, reduce_only: true, ..ask(2, "0.01", "0") };
    let mut order = world.sign(Alice, &stop);
    order["metadata"]["trigger"] = trigger.clone();
    assert_eq!(world.send(Alice, &order).status, 200);
    assert_eq!(world.stands(Alice, 2), "OPEN 0.0/0.01");
    let shown = world.ask(Alice, "v1/open_orders", json!({})).body;
    assert_eq!(shown["result"][0]["metadata"]["trigger"]["tpsl"]["trigger_price"], "59500");
    world.set_index(590_000);
    world.place(Brother, Draft { price: None, ..ask(3, "0.01", "0") });
    world.set_index(590_000);
    assert_eq!(world.stands(Alice, 2), "FILLED 0.01/0.01");
    assert!(world.exchange.position(world.id(Alice), MarketId(0)).is_none());
}

#[test]
fn a_builder_s_order_is_rejected_by_the_engine_alone() {
    let vector = vectors().orders.into_iter().find(|it| it.name == "builder_fee_gtt_buy_btc_testnet");
    let vector = vector.expect("in the file");
    let (mut world, login) = signatures::meet(&vector);
    let answer = world.post_by(Some(&login), "/full/v1/create_order", &signatures::body(&vector));
    assert_eq!(answer.word(), "200");
    let whose = json!({ "sub_account_id": vector.input.sub_account_id, "client_order_id": "1" });
    let order = world.post_by(Some(&login), "/full/v1/order", &whose).body["result"].clone();
    assert_eq!(stands(&order), "REJECTED BUILDER_ORDER_BUILDER_NOT_AUTHORIZED 0.0/1.013");
    assert_eq!(order["builder"], "0x742d35cc6634c0532925a3b844bc9e7595f2bd18");
}
