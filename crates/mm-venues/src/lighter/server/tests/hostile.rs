//! Whatever comes over the wire, the server answers in its own words and goes on.

use proptest::prelude::*;

use super::*;
use crate::lighter::{fixtures::vectors, server::routes};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z0-9:=&,%+.-]{0,40}",
        "\\PC{0,20}",
        any::<i64>().prop_map(|n| n.to_string()),
        Just("-1".to_owned()),
        Just("18446744073709551616".to_owned()),
    ]
}

fn parameter() -> impl Strategy<Value = (String, String)> {
    let names = [
        "account_index",
        "api_key_index",
        "by",
        "value",
        "limit",
        "cursor",
        "market_id",
        "sort_by",
        "from",
        "between_timestamps",
        "ask_filter",
        "client_order_indexes",
        "auth",
        "type",
        "role",
        "l1_address",
        "market_ids",
        "index",
        "order_index",
        "types",
    ];
    (prop::sample::select(names.to_vec()), text()).prop_map(|(name, value)| (name.to_owned(), value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_request_breaks_it(
        n in 0..64_usize,
        parameters in prop::collection::vec(parameter(), 0..5),
        token in prop::option::of(prop_oneof![text(), Just("1800000600:101:4:00".to_owned())]),
        body in prop::collection::vec(any::<u8>(), 0..60),
        content_type in prop_oneof![Just("multipart/form-data; boundary=x".to_owned()), text()],
        signed in any::<bool>(),
    ) {
        let mut world = World::new(options());
        let (method, path) = routes::nth(n);
        let mut request = Request::default();
        request.reset(method, path);
        for (name, value) in &parameters {
            request.query.push_str(&format!("{name}="));
            crate::query::encode(value, &mut request.query);
            request.query.push('&');
        }
        let good = world.token(ALICE, 600);
        if let Some(token) = if signed { Some(good) } else { token } {
            request.headers.push("authorization").push_str(&token);
        }
        request.headers.push("content-type").push_str(&content_type);
        request.body = body;
        let answer = world.request(&request);
        prop_assert!(matches!(answer.status, 200 | 400 | 401 | 404 | 501), "{request:?}: {answer:?}");
        prop_assert!(answer.body.is_object());
    }

    #[test]
    fn no_transaction_breaks_it(n in 0..48_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut world = World::new(options());
        let vector = &vectors().transactions[n];
        let mut info = vector.tx_info.clone().into_bytes();
        let at = at.index(info.len());
        if cut { info.truncate(at) } else { info[at] = byte }
        let info = String::from_utf8_lossy(&info).into_owned();
        let answer = world.post_tx(vector.tx_type, &info);
        prop_assert_eq!(answer.status, 400, "{:?}", answer);
    }
}
