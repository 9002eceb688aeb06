//! How Lighter's messages are recognised: what each asks, and whose it is. Read as far as faults need it, tolerantly:
//! whether a message is right is the server half's business. Paths and forms: apidocs.lighter.xyz, read 2026-11.

use mm_model::ClientId;
use mm_venues::http::{Method, Request};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::{faults::Feed, venues::Asked};

/// What makes an order the order that it is.
const TERMS: [&str; 7] = ["MarketIndex", "IsAsk", "BaseAmount", "Price", "Type", "TimeInForce", "ReduceOnly"];

/// What a request asks, one of the words of fault rules.
pub(super) fn ask(request: &Request) -> &'static str {
    let path = request.path.strip_prefix("/api/v1/").unwrap_or(&request.path);
    match (request.method, path) {
        (Method::Post, "sendTx") => field(request, "tx_type").map_or("other", |kind| transaction(&kind)),
        (Method::Post, "sendTxBatch") => "batch",
        (Method::Get, "nextNonce") => "nonce",
        (Method::Get, "accountActiveOrders") => "open_orders",
        (Method::Get, "accountInactiveOrders") => "history",
        (Method::Get, "accountOrders" | "tx") => "order",
        (Method::Get, "trades") if parameter(request, "account_index").is_some() => "fills",
        (Method::Get, "trades" | "recentTrades") => "trades",
        // One answer holds positions and balances.
        (Method::Get, "account") => "positions",
        (Method::Get, "accountLimits") => "account",
        (Method::Get, "orderBookOrders") => "book",
        (Method::Get, "orderBooks" | "orderBookDetails") => "markets",
        (Method::Get, "/") => "time",
        _ => "other",
    }
}

/// The index of the account that a request speaks for.
pub(super) fn request_account(request: &Request) -> Option<String> {
    let by_token = || {
        let token = request.headers.get("authorization").map(str::to_owned);
        account_of_token(&token.or_else(|| parameter(request, "auth"))?)
    };
    let by_transaction = || account_of_transaction(&field(request, "tx_info")?);
    let by_batch = || account_of_batch(&field(request, "tx_infos")?);
    let by_query = || {
        let named = parameter(request, "by").is_some_and(|by| by == "index");
        parameter(request, if named { "value" } else { "account_index" })
    };
    by_token().or_else(by_transaction).or_else(by_batch).or_else(by_query)
}

/// A client's frame, as far as it matters here.
#[derive(Deserialize)]
struct Frame {
    r#type: String,
    auth: Option<String>,
    data: Option<Value>,
}

/// What a client's frame asks, if it carries transactions.
pub(super) fn frame_ask(text: &str) -> Option<&'static str> {
    let frame: Frame = serde_json::from_str(text).ok()?;
    match frame.r#type.as_str() {
        "jsonapi/sendtx" => Some(transaction(&frame.data?.get("tx_type")?.to_string())),
        "jsonapi/sendtxbatch" => Some("batch"),
        _ => None,
    }
}

/// The index of the account that a client's frame speaks for.
pub(super) fn frame_account(text: &str) -> Option<String> {
    let frame: Frame = serde_json::from_str(text).ok()?;
    if let Some(token) = frame.auth {
        return account_of_token(&token);
    }
    let data = frame.data?;
    match (data.get("tx_info"), data.get("tx_infos").and_then(Value::as_str)) {
        (Some(Value::String(info)), _) => account_of_transaction(info),
        (Some(info), _) => account_of_transaction(&info.to_string()),
        (None, Some(infos)) => account_of_batch(infos),
        (None, None) => None,
    }
}

/// Which orders a request asks for.
pub(super) fn request_orders(request: &Request) -> Vec<Asked> {
    match ask(request) {
        "place" => field(request, "tx_info").map(|info| orders_in(&info)).unwrap_or_default(),
        "batch" => {
            let infos = field(request, "tx_infos").or_else(|| field(request, "tx_info"));
            infos.map(|infos| orders_in(&infos)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Which orders a client's frame asks for.
pub(super) fn frame_orders(text: &str) -> Vec<Asked> {
    if !matches!(frame_ask(text), Some("place" | "batch")) {
        return Vec::new();
    }
    let Some(data) = serde_json::from_str::<Frame>(text).ok().and_then(|frame| frame.data) else {
        return Vec::new();
    };
    match (data.get("tx_info"), data.get("tx_infos")) {
        (Some(Value::String(info)), _) | (None, Some(Value::String(info))) => orders_in(info),
        (Some(info), _) => orders(info),
        (None, _) => Vec::new(),
    }
}

fn orders_in(text: &str) -> Vec<Asked> {
    serde_json::from_str(text).map_or_else(|_| Vec::new(), |info: Value| orders(&info))
}

/// The new orders in a transaction, in a group, or in a list of transactions that are text themselves.
fn orders(info: &Value) -> Vec<Asked> {
    match info {
        Value::Array(infos) => infos.iter().filter_map(Value::as_str).flat_map(orders_in).collect(),
        info => match info.get("Orders") {
            Some(Value::Array(group)) => group.iter().filter_map(order).collect(),
            _ => order(info).into_iter().collect(),
        },
    }
}

/// An order with an id of its own; without number, expiry and signature, which a second signing changes.
fn order(info: &Value) -> Option<Asked> {
    let client_id = info.get("ClientOrderIndex")?.as_u64().filter(|id| *id != 0)?;
    let terms: Vec<String> =
        TERMS.iter().filter_map(|name| Some(format!("{name}={}", info.get(name)?))).collect();
    Some(Asked { client_id: ClientId(client_id), terms: terms.join(" ") })
}

/// The stream of a frame to a client: its channel, or for an answer its type.
pub(super) fn stream(frame: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Envelope {
        channel: Option<String>,
        r#type: Option<String>,
    }
    let envelope: Envelope = serde_json::from_slice(frame).ok()?;
    envelope.channel.or(envelope.r#type)
}

/// What kind of stream a channel is.
pub(super) fn feed(channel: &str) -> Option<Feed> {
    match channel.split([':', '/']).next()? {
        "order_book" | "ticker" => Some(Feed::Book),
        name if name.starts_with("account_") => Some(Feed::Account),
        _ => None,
    }
}

/// The word for a transaction's type.
fn transaction(kind: &str) -> &'static str {
    match kind {
        "14" => "place",
        "15" => "cancel",
        "16" => "cancel_all",
        "17" => "modify",
        "28" => "batch",
        _ => "other",
    }
}

/// `deadline:account:key:signature`, or a read-only token `ro:account:…`.
fn account_of_token(token: &str) -> Option<String> {
    token.split(':').nth(1).map(str::to_owned)
}

fn account_of_transaction(info: &str) -> Option<String> {
    let info: Value = serde_json::from_str(info).ok()?;
    let account = info.get("AccountIndex").or_else(|| info.get("FromAccountIndex"))?;
    account.as_i64().map(|index| index.to_string())
}

fn account_of_batch(infos: &str) -> Option<String> {
    let infos: Vec<String> = serde_json::from_str(infos).ok()?;
    account_of_transaction(infos.first()?)
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    find(request.query.as_bytes(), name)
}

/// A field of an urlencoded form. (Of the clients that send multipart forms none is ours.)
fn field(request: &Request, name: &str) -> Option<String> {
    find(&request.body, name)
}

fn find(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, target: &str, body: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request { method, path: path.into(), query: query.into(), body: body.into(), ..Request::default() }
    }

    #[test]
    fn messages_are_recognised_by_what_they_ask_and_whose_they_are() {
        let info = "tx_info=%7B%22AccountIndex%22%3A101%7D";
        let check = |request: Request, asks, account: Option<&str>| {
            assert_eq!(ask(&request), asks, "{request:?}");
            assert_eq!(request_account(&request).as_deref(), account, "{request:?}");
        };
        check(request(Method::Post, "/api/v1/sendTx", &format!("tx_type=14&{info}")), "place", Some("101"));
        check(request(Method::Post, "/api/v1/sendTx", &format!("tx_type=17&{info}")), "modify", Some("101"));
        check(request(Method::Post, "/api/v1/sendTx", "rubbish"), "other", None);
        let batch = "tx_types=%5B14%5D&tx_infos=%5B%22%7B%5C%22AccountIndex%5C%22%3A102%7D%22%5D";
        check(request(Method::Post, "/api/v1/sendTxBatch", batch), "batch", Some("102"));
        check(request(Method::Get, "/api/v1/account?by=index&value=101", ""), "positions", Some("101"));
        check(request(Method::Get, "/api/v1/trades?account_index=7&limit=1", ""), "fills", Some("7"));
        check(request(Method::Get, "/api/v1/trades?limit=1", ""), "trades", None);
        check(request(Method::Get, "/", ""), "time", None);
        let mut orders = request(Method::Get, "/api/v1/accountActiveOrders", "");
        orders.headers.push("authorization").push_str("1900000000:101:4:ab");
        check(orders, "open_orders", Some("101"));
    }

    #[test]
    fn orders_are_found_alone_in_groups_and_in_lists() {
        let check = |asked: Vec<Asked>, ids: &[u64]| {
            let found: Vec<u64> = asked.iter().map(|asked| asked.client_id.0).collect();
            assert_eq!(found, ids, "{asked:?}");
            assert!(asked.iter().all(|asked| !asked.terms.contains("Nonce")), "{asked:?}");
        };
        let form = |fields: &[(&str, &str)]| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
        };
        let one = r#"{"ClientOrderIndex":5,"BaseAmount":3,"Nonce":8}"#;
        let group = r#"{"Orders":[{"ClientOrderIndex":6},{"ClientOrderIndex":0}],"Nonce":8}"#;
        let list = serde_json::json!([one, r#"{"ClientOrderIndex":7}"#, r#"{"Index":3}"#]).to_string();
        let send = |body: String| request_orders(&request(Method::Post, "/api/v1/sendTx", &body));
        check(send(form(&[("tx_type", "14"), ("tx_info", one)])), &[5]);
        check(send(form(&[("tx_type", "28"), ("tx_info", group)])), &[6]);
        check(send(form(&[("tx_type", "15"), ("tx_info", one)])), &[]);
        let batch = form(&[("tx_types", "[14,14,15]"), ("tx_infos", &list)]);
        check(request_orders(&request(Method::Post, "/api/v1/sendTxBatch", &batch)), &[5, 7]);
        check(
            frame_orders(&format!(r#"{{"type":"jsonapi/sendtx","data":{{"tx_type":14,"tx_info":{one}}}}}"#)),
            &[5],
        );
        check(frame_orders("["), &[]);
    }

    #[test]
    fn frames_too() {
        let check = |text: &str, asks: Option<&str>, account: Option<&str>| {
            assert_eq!(frame_ask(text), asks, "{text}");
            assert_eq!(frame_account(text).as_deref(), account, "{text}");
        };
        let sendtx =
            r#"{"type":"jsonapi/sendtx","data":{"id":"1","tx_type":15,"tx_info":{"AccountIndex":101}}}"#;
        check(sendtx, Some("cancel"), Some("101"));
        let batch = r#"{"type":"jsonapi/sendtxbatch","data":{"tx_types":"[14]","tx_infos":"[\"{\\\"AccountIndex\\\":7}\"]"}}"#;
        check(batch, Some("batch"), Some("7"));
        let subscribe = r#"{"type":"subscribe","channel":"account_all_orders/101","auth":"1:101:4:ff"}"#;
        check(subscribe, None, Some("101"));
        check(r#"{"type":"ping"}"#, None, None);
        check("[", None, None);
        assert_eq!(
            stream(br#"{"type":"update/order_book","channel":"order_book:0"}"#).as_deref(),
            Some("order_book:0")
        );
        assert_eq!(stream(br#"{"type":"jsonapi/sendtx","code":200}"#).as_deref(), Some("jsonapi/sendtx"));
    }
}
