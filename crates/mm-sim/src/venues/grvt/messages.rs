//! How GRVT's messages are recognised: what each asks, and whose it is. Read as far as faults need it, tolerantly and in
//! either encoding: whether a message is right is the server half's business. Names: api-spec eed18e5.

use mm_model::ClientId;
use mm_venues::http::Request;
use serde_json::Value;

use crate::{faults::Feed, venues::Asked};

/// The streams that belong to a trading account.
const OWN_STREAMS: [&str; 5] = ["v1.order", "v1.state", "v1.position", "v1.fill", "v1.cancel"];

/// What a request asks, one of the words of fault rules.
pub(super) fn ask(request: &Request) -> &'static str {
    let path = request.path.strip_prefix("/full/").or_else(|| request.path.strip_prefix("/lite/"));
    match (path, request.path.as_str()) {
        (Some(path), _) => endpoint(path),
        (None, "/time") => "time",
        (None, "/auth/api_key/login" | "/auth/wallet/login") => "login",
        (None, _) => "other",
    }
}

/// The word for an endpoint, which is also a method of the sockets.
fn endpoint(name: &str) -> &'static str {
    match name {
        "v1/create_order" => "place",
        "v2/bulk_orders" => "batch",
        "v1/cancel_order" => "cancel",
        "v1/cancel_all_orders" => "cancel_all",
        "v1/order" => "order",
        "v1/open_orders" => "open_orders",
        "v1/order_history" => "history",
        "v1/fill_history" => "fills",
        "v1/positions" => "positions",
        "v1/account_summary" => "balances",
        "v1/funding_account_summary" | "v1/aggregated_account_summary" | "v1/get_all_initial_leverage" => {
            "account"
        }
        "v1/book" => "book",
        "v1/trade" | "v1/trade_history" => "trades",
        "v1/instrument" | "v1/instruments" | "v1/all_instruments" => "markets",
        _ => "other",
    }
}

/// The trading account that a request names. (A few reads name none: their login says whose they are.)
pub(super) fn request_account(request: &Request) -> Option<String> {
    account_of(&serde_json::from_slice(&request.body).ok()?)
}

/// What a client's frame asks, if it carries an order message.
pub(super) fn frame_ask(text: &str) -> Option<&'static str> {
    let frame: Value = serde_json::from_str(text).ok()?;
    match endpoint(field(&frame, ["method", "m"])?.as_str()?) {
        "other" => None,
        ask => Some(ask),
    }
}

/// The trading account that a client's frame speaks for.
pub(super) fn frame_account(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    // Frames of the older kind name stream and selectors at the top.
    let params = field(&frame, ["params", "p"]).unwrap_or(&frame);
    account_of(params).or_else(|| {
        let stream = field(params, ["stream", "s"])?.as_str()?;
        let selectors = field(params, ["selectors", "s1"]).or_else(|| field(params, ["feed", "f"]))?;
        let first = selectors.get(0)?.as_str()?;
        // `SUB`, `SUB-INSTRUMENT`.
        let account = first.split('-').next()?;
        OWN_STREAMS.contains(&stream).then(|| account.to_owned())
    })
}

/// Which orders a request asks for.
pub(super) fn request_orders(request: &Request) -> Vec<Asked> {
    if !matches!(ask(request), "place" | "batch") {
        return Vec::new();
    }
    serde_json::from_slice(&request.body).map_or_else(|_| Vec::new(), |body: Value| orders(&body))
}

/// Which orders a client's frame asks for.
pub(super) fn frame_orders(text: &str) -> Vec<Asked> {
    if !matches!(frame_ask(text), Some("place" | "batch")) {
        return Vec::new();
    }
    let frame: Value = serde_json::from_str(text).unwrap_or_default();
    field(&frame, ["params", "p"]).map(orders).unwrap_or_default()
}

/// The orders of a body, one or several, without their signatures.
fn orders(body: &Value) -> Vec<Asked> {
    let asked = |order: &Value| {
        let metadata = field(order, ["metadata", "m"])?;
        let client_id = field(metadata, ["client_order_id", "co"])?.as_str()?.parse().ok()?;
        let mut terms = order.as_object()?.clone();
        terms.retain(|name, _| !matches!(name.as_str(), "signature" | "s"));
        Some(Asked { client_id: ClientId(client_id), terms: Value::Object(terms).to_string() })
    };
    match body.get("orders").or_else(|| field(body, ["order", "o"])) {
        Some(Value::Array(orders)) => orders.iter().filter_map(asked).collect(),
        Some(order) => asked(order).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The stream of a frame to a client, or the method that it answers.
pub(super) fn stream(frame: &[u8]) -> Option<String> {
    let frame: Value = serde_json::from_slice(frame).ok()?;
    let name = field(&frame, ["stream", "s"]).or_else(|| field(&frame, ["method", "m"]))?;
    name.as_str().map(str::to_owned)
}

/// What kind of stream that is.
pub(super) fn feed(stream: &str) -> Option<Feed> {
    if stream.starts_with("v1.book.") || stream.starts_with("v1.mini.") || stream.starts_with("v1.ticker.") {
        return Some(Feed::Book);
    }
    OWN_STREAMS.contains(&stream).then_some(Feed::Account)
}

/// The trading account that a body names, at the top or in its order.
fn account_of(body: &Value) -> Option<String> {
    let named = |body: &Value| field(body, ["sub_account_id", "sa"])?.as_str().map(str::to_owned);
    named(body).or_else(|| named(field(body, ["order", "o"])?))
}

/// A field by its long or its short name.
fn field<'a>(object: &'a Value, names: [&str; 2]) -> Option<&'a Value> {
    names.iter().find_map(|name| object.get(name))
}

#[cfg(test)]
mod tests {
    use mm_venues::http::Method;

    use super::*;

    fn request(path: &str, body: &str) -> Request {
        Request { method: Method::Post, path: path.into(), body: body.into(), ..Request::default() }
    }

    #[test]
    fn requests_are_recognised_in_both_encodings() {
        let check = |path: &str, body: &str, asks, account: Option<&str>| {
            let request = request(path, body);
            assert_eq!(ask(&request), asks, "{path}");
            assert_eq!(request_account(&request).as_deref(), account, "{path} {body}");
        };
        check("/full/v1/create_order", r#"{"order":{"sub_account_id":"7"}}"#, "place", Some("7"));
        check("/lite/v1/create_order", r#"{"o":{"sa":"7"}}"#, "place", Some("7"));
        check("/lite/v2/bulk_orders", r#"{"sa":"7","o":[]}"#, "batch", Some("7"));
        check("/full/v1/positions", r#"{"sub_account_id":"8"}"#, "positions", Some("8"));
        check("/full/v1/instruments", "null", "markets", None);
        check("/auth/api_key/login", r#"{"api_key":"k"}"#, "login", None);
        check("/time", "", "time", None);
        check("/full/v1/create_order", "rubbish", "place", None);
        check("/ws/full", "", "other", None);
    }

    #[test]
    fn orders_are_found_in_both_encodings_alone_and_together() {
        let check = |asked: Vec<Asked>, ids: &[u64]| {
            let found: Vec<u64> = asked.iter().map(|asked| asked.client_id.0).collect();
            assert_eq!(found, ids, "{asked:?}");
            assert!(asked.iter().all(|asked| !asked.terms.contains("0xc7")), "no signature: {asked:?}");
        };
        let full = r#"{"order":{"legs":[{"size":"1"}],"signature":{"r":"0xc7"},"metadata":{"client_order_id":"5"}}}"#;
        let lite = r#"{"o":{"l":[{"s":"1"}],"s":{"r":"0xc7"},"m":{"co":"6"}}}"#;
        check(request_orders(&request("/full/v1/create_order", full)), &[5]);
        check(request_orders(&request("/lite/v1/create_order", lite)), &[6]);
        check(request_orders(&request("/full/v1/cancel_order", full)), &[]);
        check(
            request_orders(&request("/lite/v2/bulk_orders", r#"{"o":[{"m":{"co":"1"}},{"m":{"co":"2"}}]}"#)),
            &[1, 2],
        );
        check(
            request_orders(&request(
                "/full/v2/bulk_orders",
                r#"{"orders":[{"metadata":{"client_order_id":"9"}}]}"#,
            )),
            &[9],
        );
        check(frame_orders(&format!(r#"{{"m":"v1/create_order","p":{lite}}}"#)), &[6]);
        check(frame_orders("["), &[]);
    }

    #[test]
    fn frames_too() {
        let check = |text: &str, asks: Option<&str>, account: Option<&str>| {
            assert_eq!(frame_ask(text), asks, "{text}");
            assert_eq!(frame_account(text).as_deref(), account, "{text}");
        };
        let cancel = r#"{"jsonrpc":"2.0","method":"v1/cancel_order","params":{"sub_account_id":"7"},"id":1}"#;
        check(cancel, Some("cancel"), Some("7"));
        check(r#"{"j":"2.0","m":"v1/create_order","p":{"o":{"sa":"9"}},"i":1}"#, Some("place"), Some("9"));
        check(
            r#"{"j":"2.0","m":"subscribe","p":{"s":"v1.fill","s1":["7-BTC_USDT_Perp"]},"i":1}"#,
            None,
            Some("7"),
        );
        check(r#"{"request_id":1,"stream":"v1.order","feed":["7"],"method":"subscribe"}"#, None, Some("7"));
        let book =
            r#"{"jsonrpc":"2.0","method":"subscribe","params":{"stream":"v1.book.d","selectors":["A@50"]}}"#;
        check(book, None, None);
        check("[", None, None);
        assert_eq!(stream(br#"{"s":"v1.book.d","s1":"A@50"}"#).as_deref(), Some("v1.book.d"));
        assert_eq!(
            stream(br#"{"jsonrpc":"2.0","method":"v1/order","result":{}}"#).as_deref(),
            Some("v1/order")
        );
    }
}
