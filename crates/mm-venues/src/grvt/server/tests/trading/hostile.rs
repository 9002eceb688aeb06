//! Whatever comes over the wire, the server answers in its own words and goes on.

use proptest::prelude::*;

use super::*;
use crate::grvt::server::private;

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!(Alice.sub_account().to_string())),
        Just(json!(BTC)),
        "[0-9eE.+-]{0,12}".prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1.5e300)),
        any::<bool>().prop_map(Value::from),
        Just(json!([])),
        Just(json!([{}])),
        Just(json!({ "": "" })),
        Just(json!("18446744073709551616")),
        Just(json!("340282366920938463463374607431768211456")),
        Just(json!("9999999999999999999999999999999999999999e99")),
    ]
}

const POINTERS: [&str; 24] = [
    "/sub_account_id",
    "/is_market",
    "/time_in_force",
    "/post_only",
    "/legs",
    "/legs/0",
    "/legs/0/instrument",
    "/legs/0/size",
    "/legs/0/limit_price",
    "/legs/0/is_buying_asset",
    "/signature",
    "/signature/signer",
    "/signature/r",
    "/signature/s",
    "/signature/v",
    "/signature/expiration",
    "/signature/nonce",
    "/signature/chain_id",
    "/metadata",
    "/metadata/client_order_id",
    "/metadata/trigger",
    "/metadata/trigger/trigger_type",
    "/metadata/trigger/tpsl/trigger_price",
    "/builder",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn no_call_breaks_it(
        n in 0..private::ROUTES.len(),
        fields in prop::collection::vec((prop::sample::select(vec![
            "sub_account_id", "order_id", "client_order_id", "time_to_live_ms", "kind", "base", "quote", "limit",
            "cursor", "start_time", "end_time", "countdown_time", "instrument", "leverage", "margin_type", "signature",
            "orders", "order_i_ds", "client_order_ids", "order",
        ]), text()), 0..6),
        lite in any::<bool>(),
        own in any::<bool>(),
    ) {
        let mut world = World::new(options());
        let mut body = json!({});
        for (name, value) in fields {
            body[name] = value;
        }
        if own {
            body["sub_account_id"] = json!(Alice.sub_account().to_string());
        }
        let login = world.login(Alice);
        let path = format!("/{}/{}", if lite { "lite" } else { "full" }, private::ROUTES[n].name);
        let answer = world.post_by(Some(&login), &path, &body);
        prop_assert!(matches!(answer.status, 200 | 400 | 403 | 404), "{path} {body}: {answer:?}");
    }

    #[test]
    fn no_bytes_break_it(
        n in 0..private::ROUTES.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        login in any::<bool>(),
    ) {
        let mut world = World::new(options());
        let standing = world.login(Alice);
        let paths = ["/auth/api_key/login", "/auth/wallet/login"];
        let path = if login { paths[n % 2].to_owned() } else { format!("/full/{}", private::ROUTES[n].name) };
        let mut request = request(Some(&standing), &path, &Value::Null);
        request.body = bytes;
        let reply = world.reply(&request);
        let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
        prop_assert!(body.is_object());
        prop_assert!(matches!(reply.status, 200 | 400 | 401), "{path}: {body}");
    }

    #[test]
    fn no_order_breaks_it(
        changes in prop::collection::vec((prop::sample::select(POINTERS.to_vec()), text()), 1..3),
    ) {
        let mut world = World::new(options());
        let mut order = world.sign(Alice, &bid(1, "0.01", "50000"));
        order["metadata"]["trigger"] =
            json!({"trigger_type": "STOP_LOSS", "tpsl": {"trigger_by": "MARK", "trigger_price": "61000", "close_position": false}});
        for (pointer, value) in &changes {
            if let Some(place) = order.pointer_mut(pointer) {
                *place = value.clone();
            }
        }
        let answer = world.send(Alice, &order);
        prop_assert!(matches!(answer.status, 200 | 400 | 403), "{changes:?}: {answer:?}");
        world.wait_ms(1_000);
    }
}
