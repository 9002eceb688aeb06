//! The signature check against requests that the venue's own clients signed: each is believed as it came, and no
//! longer when anything in it is changed.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use expect_test::expect;
use mm_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{PERP, World, refusal};
use crate::{
    backpack::{
        server::{Account, Options, Server, answer, signer},
        sign::{SigningKey, instruction_of},
    },
    http::{Headers, Method, Request},
    server::{ConnId, VenueServer},
};

#[derive(Deserialize)]
struct Vectors {
    seed_base64_api_secret: String,
    vectors: Vec<Vector>,
    quirks: Vec<Vector>,
}

/// A request as a client sent it, or a frame of a socket.
#[derive(Deserialize)]
struct Vector {
    name: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query_as_sent: String,
    #[serde(default)]
    body_as_sent: String,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    frame_as_sent: Option<Value>,
    signing_string: String,
}

impl Vectors {
    fn load() -> Self {
        let text = include_str!("../../../../../../fixtures/backpack/vectors.json");
        serde_json::from_str(text).expect("the fixture is well formed")
    }

    fn key(&self) -> SigningKey {
        SigningKey::from_base64(&self.seed_base64_api_secret).expect("a seed")
    }

    /// A venue that knows the vectors' signer as Alice.
    fn world(&self) -> World {
        let mut world = World::new();
        let account = Account {
            api_key: self.key().api_key().to_owned(),
            account: world.account("alice"),
            name: "alice".to_owned(),
            user_id: 1,
        };
        let options = Options { rate_limits: None, ..Options::default() };
        world.server = Server::new([account], options).expect("a good key");
        world
    }

    fn requests(&self) -> impl Iterator<Item = &Vector> {
        self.vectors.iter().filter(|vector| vector.frame_as_sent.is_none())
    }
}

impl Vector {
    fn request(&self) -> Request {
        let mut request = Request::default();
        request.reset(Method::parse(&self.method).expect("a method"), &self.path);
        request.query.push_str(&self.query_as_sent);
        request.body.extend_from_slice(self.body_as_sent.as_bytes());
        for (name, value) in &self.headers {
            request.headers.push(name.clone()).push_str(value);
        }
        request
    }

    fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    fn sent(&self) -> Timestamp {
        Timestamp::from_ms(self.header("X-Timestamp").parse().expect("milliseconds"))
    }
}

/// What the check says at `now`: `ok`, or the refusal.
fn check(world: &World, now: Timestamp, request: &Request) -> String {
    match signer(&world.server.accounts, now, request) {
        Ok(account) => format!("ok {}", account.name),
        Err(refused) => {
            let reply = answer::reply(Err(refused));
            refusal((reply.status, serde_json::from_slice(&reply.body).expect("JSON")))
        }
    }
}

fn with_header(request: &Request, name: &str, value: Option<&str>) -> Request {
    let mut headers = Headers::default();
    for (n, v) in request.headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)) {
        headers.push(n.to_owned()).push_str(v);
    }
    if let Some(value) = value {
        headers.push(name.to_owned()).push_str(value);
    }
    Request { headers, ..request.clone() }
}

const BAD: &str = "400 INVALID_CLIENT_REQUEST: Invalid signature";

#[test]
fn every_vector_is_believed() {
    let vectors = Vectors::load();
    let mut world = vectors.world();
    assert_eq!(vectors.vectors.len(), 53);
    for vector in vectors.requests() {
        assert_eq!(check(&world, vector.sent(), &vector.request()), "ok alice", "{}", vector.name);
    }
    for vector in vectors.vectors.iter().filter(|vector| vector.frame_as_sent.is_some()) {
        let frame = vector.frame_as_sent.as_ref().expect("filtered");
        let sent = frame["signature"][2].as_str().and_then(|ms| ms.parse().ok()).expect("milliseconds");
        world.now = Timestamp::from_ms(sent);
        let conn = world.connect(1);
        world.say(conn, &frame.to_string());
        assert_eq!(world.heard, [], "{}: success is silent", vector.name);
        let mut tampered = frame.clone();
        tampered["signature"][3] = Value::from("5001");
        world.say(conn, &tampered.to_string());
        let (_, told) = world.heard.pop().expect("an error frame");
        assert_eq!(told["error"]["code"], 4003, "{}", vector.name);
    }
}

/// Beyond the signature each request meets the whole venue: what it answers is not about signatures any more.
#[test]
fn what_the_venue_answers_to_the_vectors() {
    let vectors = Vectors::load();
    let mut lines = String::new();
    for vector in vectors.requests() {
        let mut world = vectors.world();
        world.now = vector.sent();
        let (status, body) = world.send(&vector.request());
        let said = if status < 300 { status.to_string() } else { refusal((status, body)) };
        lines.push_str(&format!("{}: {said}\n", vector.name));
    }
    expect![[r#"
        bpxpy: accountQuery: 200
        bpxpy: accountUpdate bool+decimal: 200
        bpxpy: balanceQuery: 200
        bpxpy: collateralQuery: 200
        bpxpy: collateralQuery subaccount: 200
        bpxpy: positionQuery: 200
        bpxpy: orderQuery by orderId: 404 RESOURCE_NOT_FOUND: Not Found
        bpxpy: orderQuery by clientId: 404 RESOURCE_NOT_FOUND: Not Found
        bpxpy: orderQueryAll symbol: 200
        bpxpy: orderQueryAll none: 200
        bpxpy: orderQueryAll marketType: 200
        bpxpy: orderExecute limit postOnly reduceOnly clientId: 400 INVALID_ORDER: Reduce only order not reduced
        bpxpy: orderExecute limit IOC: 200
        bpxpy: orderExecute market quantity: 400 INVALID_ORDER: No liquidity for market order
        bpxpy: orderExecute market quoteQuantity auto flags: 400 INVALID_ORDER: No liquidity for market order
        bpxpy: orderExecute TP/SL: 400 NOT_IMPLEMENTED: conditional orders: not simulated
        bpxpy: orderExecute trigger quantity percent: 400 NOT_IMPLEMENTED: conditional orders: not simulated
        bpxpy: orderCancel by orderId: 404 RESOURCE_NOT_FOUND: Not Found
        bpxpy: orderCancel by clientId: 404 RESOURCE_NOT_FOUND: Not Found
        bpxpy: orderCancelAll: 200
        bpxpy: fillHistoryQueryAll: 200
        bpxpy: orderHistoryQueryAll: 200
        bpxpy: fundingHistoryQueryAll: 200
        bpxpy: maxOrderQuantity no bool: 200
        bpxpy: maxBorrowQuantity: 200
        bpxpy: window 60000 override: 200
        bpxpy: borrowLendExecute: 501 NOT_IMPLEMENTED: /api/v1/borrowLend: not simulated
        bpxpy: settlementHistoryQueryAll: 501 NOT_IMPLEMENTED: /wapi/v1/history/settlement: not simulated
        rust: accountQuery: 200
        rust: balanceQuery: 200
        rust: collateralQuery: 200
        rust: positionQuery: 200
        rust: orderQuery orderId: 404 RESOURCE_NOT_FOUND: Not Found
        rust: orderQuery clientId u32 max: 404 RESOURCE_NOT_FOUND: Not Found
        rust: orderQueryAll symbol: 200
        rust: orderQueryAll none: 200
        rust: orderExecute limit postOnly=true reduceOnly=false: 200
        rust: orderExecute market quoteQuantity auto flags incl. false: 400 INVALID_ORDER: No liquidity for market order
        rust: orderExecute trigger market percent quantity (% not escaped): 400 NOT_IMPLEMENTED: conditional orders: not simulated
        rust: orderExecute limit TP/SL + slippage: 400 NOT_IMPLEMENTED: conditional orders: not simulated
        rust: orderExecute BATCH of 2: 200
        rust: orderExecute BATCH of 1: 200
        rust: orderCancel orderId: 404 RESOURCE_NOT_FOUND: Not Found
        rust: orderCancel clientId (number): 404 RESOURCE_NOT_FOUND: Not Found
        rust: orderCancelAll: 200
        rust: maxOrderQuantity bools: 200
        rust: maxBorrowQuantity: 200
        rust: maxWithdrawalQuantity bools: 200
        rust: accountUpdate (PATCH) autoLend=false: 200
        rust: fillHistoryQueryAll (client bug: snake_case names): 200
        ccxt: orderExecute BATCH of 2 (createOrders): 200
    "#]].assert_eq(&lines);
}

#[test]
fn quirks_are_refused() {
    let vectors = Vectors::load();
    let world = vectors.world();
    assert_eq!(vectors.quirks.len(), 3);
    for quirk in &vectors.quirks {
        assert_eq!(check(&world, quirk.sent(), &quirk.request()), BAD, "{}", quirk.name);
    }
}

#[test]
fn tampered_requests_are_refused() {
    let vectors = Vectors::load();
    let (world, key) = (vectors.world(), vectors.key());
    let stranger = SigningKey::from_seed(&[9; 32]).expect("any seed is a key");
    let mut n_refused = 0;
    for vector in vectors.requests() {
        let (request, sent) = (vector.request(), vector.sent());
        let mut refused = |what: &str, tampered: &Request| {
            assert_eq!(check(&world, sent, tampered), BAD, "{}: {what}", vector.name);
            n_refused += 1;
        };
        for (what, tampered) in changed_fields(&request) {
            refused(&what, &tampered);
        }
        for bit in [0, 7, 255, 256, 300, 511] {
            let flipped = flip(vector.header("X-Signature"), bit);
            refused("a bit of the signature", &with_header(&request, "X-Signature", Some(&flipped)));
        }
        let twin = high_s_twin(vector.header("X-Signature"));
        refused("the twin with s beyond the order", &with_header(&request, "X-Signature", Some(&twin)));
        let resigned = |key: &SigningKey, message: &str| {
            let mut signature = String::new();
            key.sign(message, &mut signature);
            with_header(&request, "X-Signature", Some(&signature))
        };
        refused("a foreign signer", &resigned(&stranger, &vector.signing_string));
        let instruction = instruction_of(request.method, &request.path).expect("signed").as_str();
        let other = vector.signing_string.replace(instruction, "withdraw");
        refused("another instruction", &resigned(&key, &other));
        if let Some(unsorted) = reversed(&vector.signing_string) {
            refused("the pairs the other way round", &resigned(&key, &unsorted));
        }
        let later = (sent.ms() + 1).to_string();
        refused("another timestamp", &with_header(&request, "X-Timestamp", Some(&later)));
        refused("another window", &with_header(&request, "X-Window", Some("4999")));
        refused("another key", &with_header(&request, "X-API-Key", Some(stranger.api_key())));
    }
    assert!(n_refused > 800, "only {n_refused} tampered requests");
}

#[test]
fn headers_and_times() {
    let vectors = Vectors::load();
    let world = vectors.world();
    let mut lines = std::collections::BTreeSet::new();
    for vector in vectors.requests() {
        let (request, sent) = (vector.request(), vector.sent());
        let window = Duration::from_millis(vector.header("X-Window").parse().expect("milliseconds"));
        let mut note = |what: &str, now: Timestamp, tampered: &Request| {
            lines.insert(format!("{what}: {}", check(&world, now, tampered)));
        };
        note("at the end of its window", sent + window, &request);
        note("a millisecond later", sent + window + Duration::from_millis(1), &request);
        note("ten minutes ahead", sent - Duration::from_secs(600), &request);
        note("more than that", sent - Duration::from_millis(600_001), &request);
        for name in ["X-API-Key", "X-Signature", "X-Timestamp"] {
            note(&format!("without {name}"), sent, &with_header(&request, name, None));
            for bad in ["", "?", "12a"] {
                note(&format!("{name} '{bad}'"), sent, &with_header(&request, name, Some(bad)));
            }
        }
        let wide = vector.signing_string.replace(&format!("window={}", window.as_millis()), "window=60001");
        let mut signature = String::new();
        vectors.key().sign(&wide, &mut signature);
        let wide =
            with_header(&with_header(&request, "X-Window", Some("60001")), "X-Signature", Some(&signature));
        note("a window of 60001", sent, &wide);
        note("X-Window '-1'", sent, &with_header(&request, "X-Window", Some("-1")));
    }
    expect![[r#"
        X-API-Key '': 400 INVALID_CLIENT_REQUEST: Invalid X-API-Key header
        X-API-Key '12a': 400 INVALID_CLIENT_REQUEST: Invalid X-API-Key header
        X-API-Key '?': 400 INVALID_CLIENT_REQUEST: Invalid X-API-Key header
        X-Signature '': 400 INVALID_CLIENT_REQUEST: Invalid X-Signature header
        X-Signature '12a': 400 INVALID_CLIENT_REQUEST: Invalid X-Signature header
        X-Signature '?': 400 INVALID_CLIENT_REQUEST: Invalid X-Signature header
        X-Timestamp '': 400 INVALID_CLIENT_REQUEST: Invalid X-Timestamp header
        X-Timestamp '12a': 400 INVALID_CLIENT_REQUEST: Invalid X-Timestamp header
        X-Timestamp '?': 400 INVALID_CLIENT_REQUEST: Invalid X-Timestamp header
        X-Window '-1': 400 INVALID_CLIENT_REQUEST: Invalid X-Window header
        a millisecond later: 400 INVALID_CLIENT_REQUEST: Request has expired
        a window of 60001: 400 INVALID_CLIENT_REQUEST: Invalid window: must be at most 60000
        at the end of its window: ok alice
        more than that: 400 INVALID_CLIENT_REQUEST: Invalid timestamp: must be within 10 minutes of current time
        ten minutes ahead: ok alice
        without X-API-Key: 400 INVALID_CLIENT_REQUEST: Missing X-API-Key header
        without X-Signature: 400 INVALID_CLIENT_REQUEST: Missing X-Signature header
        without X-Timestamp: 400 INVALID_CLIENT_REQUEST: Missing X-Timestamp header"#]].assert_eq(&lines.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Without `X-Window` the window is 5000 and is signed as such.
#[test]
fn the_default_window() {
    let vectors = Vectors::load();
    let world = vectors.world();
    for vector in vectors.requests() {
        let request = with_header(&vector.request(), "X-Window", None);
        let expected = if vector.header("X-Window") == "5000" { "ok alice" } else { BAD };
        assert_eq!(check(&world, vector.sent(), &request), expected, "{}", vector.name);
    }
}

#[test]
fn a_key_without_an_account() {
    let world = Vectors::load().world();
    let mut request = Request::default();
    request.reset(Method::Get, "/api/v1/capital");
    // Bob's key signs well, but this venue knows only the vectors' signer.
    world.sign(super::BOB, &mut request);
    assert_eq!(check(&world, world.now, &request), "401 UNAUTHORIZED: Unauthorized");
}

/// The same signature may come twice: no nonce rule is documented.
#[test]
fn a_request_may_be_repeated_within_its_window() {
    let mut world = World::new();
    let mut request = Request::default();
    request.reset(Method::Get, "/api/v1/orders");
    request.query.push_str(&format!("symbol={PERP}"));
    world.sign(super::ALICE, &mut request);
    assert_eq!([world.send(&request).0, world.send(&request).0], [200, 200]);
    let mut out = Vec::new();
    world.server.frame(world.now, &mut world.exchange, ConnId(9), "", &mut out);
    assert_eq!(out.len(), 1, "a frame from nowhere is answered, not a panic");
}

/// The request with one value of its query or body changed at a time.
fn changed_fields(request: &Request) -> Vec<(String, Request)> {
    let mut out = Vec::new();
    for (n, pair) in request.query.split('&').enumerate().filter(|(_, pair)| !pair.is_empty()) {
        let mut pairs: Vec<_> = request.query.split('&').map(str::to_owned).collect();
        pairs[n].push('1');
        out.push((format!("query {pair}"), Request { query: pairs.join("&"), ..request.clone() }));
        let mut fewer = pairs.clone();
        fewer.remove(n);
        out.push((format!("without {pair}"), Request { query: fewer.join("&"), ..request.clone() }));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else { return out };
    let rows = if body.is_array() { body.as_array().map_or(0, Vec::len) } else { 1 };
    for row in 0..rows {
        let fields =
            |body: &mut Value| -> Value { if body.is_array() { body[row].take() } else { body.take() } };
        let object = fields(&mut body.clone());
        for key in object.as_object().expect("orders are objects").keys() {
            let mut tampered = body.clone();
            let whole = if tampered.is_array() { &mut tampered[row] } else { &mut tampered };
            whole[key] = match &whole[key] {
                Value::String(text) => Value::from(format!("{text}0")),
                Value::Bool(flag) => Value::from(!flag),
                other => Value::from(other.as_u64().expect("numbers are ids") + 1),
            };
            let body = tampered.to_string().into_bytes();
            out.push((format!("body {key}"), Request { body, ..request.clone() }));
        }
    }
    out
}

fn flip(signature: &str, bit: usize) -> String {
    let mut bytes = STANDARD.decode(signature).expect("base64");
    bytes[bit / 8] ^= 1 << (bit % 8);
    STANDARD.encode(bytes)
}

/// The same signature with the order of the group added to `s`: a check that does not reduce `s` would take it.
fn high_s_twin(signature: &str) -> String {
    // 2^252 + 27742317777372353535851937790883648493, little endian (RFC 8032, 5.1).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = STANDARD.decode(signature).expect("base64");
    let mut carry = 0u16;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    STANDARD.encode(bytes)
}

/// The signing string with its pairs in reverse; `None` where that changes nothing.
fn reversed(message: &str) -> Option<String> {
    let (instruction, rest) = message.split_once('&')?;
    let at = rest.find("timestamp=")?;
    let (pairs, end) = rest.split_at(at);
    let mut pairs: Vec<_> = pairs.split('&').filter(|pair| !pair.is_empty()).collect();
    if pairs.len() < 2 {
        return None;
    }
    pairs.reverse();
    Some(format!("{instruction}&{}&{end}", pairs.join("&")))
}
