//! The signature check against requests that the venue's own clients signed: each is believed as it came, and no
//! longer when anything in it is changed.

use std::{collections::BTreeSet, time::Duration};

use expect_test::expect;
use mm_model::Timestamp;

use super::{PERP, World, read, refusal};
use crate::{
    backpack::{
        fixtures::{Vector, Vectors, vectors},
        server::{Account, Options, Server, answer, signer},
        sign::{SigningKey, instruction_of, tamper},
    },
    http::{Headers, Method, Request},
    server::{ConnId, VenueServer},
};

impl Vectors {
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
            refusal((reply.status, read(&reply)))
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
    let vectors = vectors();
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
        tampered["signature"][3] = "5001".into();
        world.say(conn, &tampered.to_string());
        let (_, told) = world.heard.pop().expect("an error frame");
        assert_eq!(told["error"]["code"], 4003, "{}", vector.name);
    }
}

/// Beyond the signature each request meets the whole venue: what it answers is not about signatures any more.
#[test]
fn what_the_venue_answers_to_the_vectors() {
    let vectors = vectors();
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
    let vectors = vectors();
    let world = vectors.world();
    assert_eq!(vectors.quirks.len(), 3);
    for quirk in &vectors.quirks {
        assert_eq!(check(&world, quirk.sent(), &quirk.request()), BAD, "{}", quirk.name);
    }
}

/// Every variant meets the whole venue, and leaves no trace there.
#[test]
fn fault_81_tampered_requests_are_refused() {
    let vectors = vectors();
    let (mut world, key) = (vectors.world(), vectors.key());
    let (mut n_refused, mut said) = (0, BTreeSet::new());
    for vector in vectors.requests() {
        let instruction = instruction_of(Method::parse(&vector.method).expect("a method"), &vector.path);
        let instruction = instruction.expect("a signed route");
        for variant in tamper::variants(&vector.request(), instruction, vector.sent(), &key) {
            if variant.instruction != instruction {
                continue; // the venue takes the instruction from the route; `sign` tests this one
            }
            world.now = variant.now;
            let reply = world.reply(&variant.request);
            let text = refusal((reply.status, read(&reply)));
            assert!(
                text.starts_with("400 INVALID_CLIENT_REQUEST: "),
                "{}: {}: {text}",
                vector.name,
                variant.name
            );
            // Where a body or a query cannot be read any more the text says where: too long a list to hold here.
            said.insert(text.split_inclusive("error:").next().unwrap_or("").to_owned());
            n_refused += 1;
        }
    }
    assert!(n_refused > 8_000, "only {n_refused} tampered requests");
    assert!(world.exchange.open_orders(world.account("alice"), None).is_empty());
    expect![[r#"
        400 INVALID_CLIENT_REQUEST: Invalid X-API-Key header
        400 INVALID_CLIENT_REQUEST: Invalid X-Signature header
        400 INVALID_CLIENT_REQUEST: Invalid X-Timestamp header
        400 INVALID_CLIENT_REQUEST: Invalid X-Window header
        400 INVALID_CLIENT_REQUEST: Invalid signature
        400 INVALID_CLIENT_REQUEST: Invalid timestamp: must be within 10 minutes of current time
        400 INVALID_CLIENT_REQUEST: Invalid window: must be at most 60000
        400 INVALID_CLIENT_REQUEST: Missing X-API-Key header
        400 INVALID_CLIENT_REQUEST: Missing X-Signature header
        400 INVALID_CLIENT_REQUEST: Missing X-Timestamp header
        400 INVALID_CLIENT_REQUEST: Request has expired
        400 INVALID_CLIENT_REQUEST: parse request payload error:
        400 INVALID_CLIENT_REQUEST: the query cannot be read"#]]
    .assert_eq(&said.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn fault_80_headers_and_times() {
    let vectors = vectors();
    let world = vectors.world();
    let mut lines = BTreeSet::new();
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
    let vectors = vectors();
    let world = vectors.world();
    for vector in vectors.requests() {
        let request = with_header(&vector.request(), "X-Window", None);
        let expected = if vector.header("X-Window") == "5000" { "ok alice" } else { BAD };
        assert_eq!(check(&world, vector.sent(), &request), expected, "{}", vector.name);
    }
}

#[test]
fn a_key_without_an_account() {
    let world = vectors().world();
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
