//! What leaves us: byte for byte what the venue's own clients send, where they ask the same.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use mm_model::{CancelTarget, Leverage, Mode, OrderQuery, VenueOrderId};

use super::*;
use crate::{
    backpack::{
        fixtures::Vector,
        sign::{authenticate, instruction_of, rebuild},
    },
    http::{Method, Request},
};

fn encoded(client: &mut Client, ask: &Ask) -> Request {
    let mut request = Request::default();
    client.encode_ask(NOW, ask, &mut request).unwrap_or_else(|error| panic!("{ask:?}: {error}"));
    request
}

fn vector(name: &str) -> Vector {
    vectors().vectors.into_iter().find(|vector| vector.name == name).unwrap_or_else(|| panic!("{name}"))
}

/// Encodes the ask and compares it with a vector: route, headers and signature byte for byte.
fn same_as(client: &mut Client, ask: &Ask, name: &str) {
    let (request, vector) = (encoded(client, ask), vector(name));
    assert_eq!((request.method.as_str(), request.path.as_str()), (&*vector.method, &*vector.path), "{name}");
    for (header, value) in &vector.headers {
        assert_eq!(request.headers.get(header), Some(value.as_str()), "{name}: {header}");
    }
}

#[test]
fn requests_are_signed_as_the_venues_clients_sign_them() {
    let mut client = client();
    let sol = market(&client, "SOL_USDC_PERP");
    let order_id = |id: &str| VenueOrderId::new(id);
    let query = |client_id, venue_id| OrderQuery {
        market: sol,
        client_id: ClientId(client_id),
        venue_id,
        created_at: NOW,
    };
    let cancel = |client_id, venue_id| Ask::Cancel(CancelTarget { market: sol, client_id, venue_id });
    let client = &mut client;
    same_as(client, &Ask::Fees, "bpxpy: accountQuery");
    same_as(client, &Ask::Balances, "bpxpy: balanceQuery");
    same_as(client, &Ask::Positions, "bpxpy: positionQuery");
    same_as(client, &Ask::OpenOrders(Some(sol)), "bpxpy: orderQueryAll symbol");
    same_as(client, &Ask::OpenOrders(None), "bpxpy: orderQueryAll none");
    let live = |id, venue_id| Ask::Order(query(id, venue_id), Mode::Live);
    same_as(client, &live(7, order_id("4228978331")), "bpxpy: orderQuery by orderId");
    same_as(client, &live(u32::MAX.into(), None), "bpxpy: orderQuery by clientId");
    same_as(client, &cancel(Some(ClientId(42)), order_id("28")), "bpxpy: orderCancel by orderId");
    same_as(client, &cancel(Some(ClientId(42)), None), "bpxpy: orderCancel by clientId");
    same_as(client, &Ask::CancelAll(sol), "bpxpy: orderCancelAll");
    let mut post_only = placement(client);
    post_only.client_id = ClientId(123_456_789);
    post_only.order.qty = Qty(1_200);
    post_only.order.kind = OrderKind::PostOnly { price: Price(14_150) };
    post_only.order.exposure = Exposure::ReduceOnly;
    same_as(client, &Ask::Place(post_only), "bpxpy: orderExecute limit postOnly reduceOnly clientId");
}

/// The signed pairs of a body, by order of a batch.
fn pairs(method: &str, path: &str, query: &str, body: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut message = String::new();
    rebuild(instruction_of(Method::parse(method).unwrap(), path).unwrap(), query, body, &mut message)
        .unwrap();
    let orders = message.split("instruction=").filter(|order| !order.is_empty());
    let fields = |order: &str| {
        let pairs = order.trim_end_matches('&').split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    orders.map(fields).collect()
}

/// Encodes the ask and compares its fields with a vector's: all of theirs are in ours and equal as numbers; what we
/// say beyond is the venue's default, said aloud.
fn says_all_of(client: &mut Client, ask: &Ask, name: &str) {
    let (request, vector) = (encoded(client, ask), vector(name));
    let ours = pairs(request.method.as_str(), &request.path, &request.query, &request.body);
    let theirs = pairs(&vector.method, &vector.path, &vector.query_as_sent, vector.body_as_sent.as_bytes());
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (mut ours, theirs) in ours.into_iter().zip(theirs) {
        for (key, value) in theirs {
            let ours = ours.remove(&key).unwrap_or_else(|| panic!("{name}: {key} is missing"));
            let number = |text: &str| mm_model::Decimal::parse(text).ok();
            assert!(ours == value || number(&ours) == number(&value), "{name}: {key} is {ours}, not {value}");
        }
        for key in ours.keys() {
            let ours_alone = ["selfTradePrevention", "timeInForce", "clientId"];
            assert!(ours_alone.contains(&key.as_str()), "{name}: {key}");
        }
    }
}

#[test]
fn orders_say_all_that_the_venues_clients_say() {
    let mut client = client();
    let base = placement(&client);
    let order = |side, qty, kind| NewOrder { side, qty: Qty(qty), kind, ..base.order };
    let ioc = OrderKind::Limit { price: Price(14_150), time_in_force: TimeInForce::Ioc };
    let place = |order| Ask::Place(Placement { order, ..base });
    says_all_of(&mut client, &place(order(Side::Sell, 1, ioc)), "bpxpy: orderExecute limit IOC");
    says_all_of(
        &mut client,
        &place(order(Side::Sell, 50, OrderKind::Market)),
        "bpxpy: orderExecute market quantity",
    );
    let resting = |id, price| Placement {
        client_id: ClientId(id),
        order: order(Side::Buy, 1_100, OrderKind::PostOnly { price: Price(price) }),
    };
    let batch = Ask::Batch(vec![resting(1, 14_100), resting(2, 14_000)]);
    says_all_of(&mut client, &batch, "rust: orderExecute BATCH of 2");
    says_all_of(&mut client, &Ask::Batch(vec![resting(7, 14_100)]), "rust: orderExecute BATCH of 1");
}

#[test]
fn subscriptions_are_signed_as_the_venues_client_signs_them() {
    let mut frames = Vec::new();
    client().opened(Timestamp::from_ms(1_750_793_021_000), LinkId(0), &mut frames);
    let command: serde_json::Value = serde_json::from_str(&frames[0].0).unwrap();
    let theirs = vector("rust: WS subscribe private").frame_as_sent.unwrap();
    assert_eq!(command["signature"], theirs["signature"]);
    let params: Vec<_> = frames
        .iter()
        .map(|frame| serde_json::from_str::<serde_json::Value>(&frame.0).unwrap()["params"].to_string())
        .collect();
    expect![[r#"
        [
            "[\"account.orderUpdate\"]",
            "[\"account.positionUpdate\"]",
            "[\"account.balanceUpdate\"]",
            "[\"bookTicker.SOL_USDC_PERP\",\"depth.SOL_USDC_PERP\",\"trade.SOL_USDC_PERP\",\"markPrice.SOL_USDC_PERP\",\"bookTicker.SOL_USDC\",\"depth.SOL_USDC\",\"trade.SOL_USDC\"]",
        ]
    "#]]
    .assert_debug_eq(&params);
}

fn shows(ask: &Ask, expected: Expect) {
    let request = encoded(&mut client(), ask);
    if let Some(instruction) = instruction_of(request.method, &request.path) {
        authenticate(NOW, instruction, &request).expect("what we sign can be verified");
    }
    let body = String::from_utf8(request.body).unwrap();
    expected.assert_eq(
        format!("{} {} {} {body}", request.method.as_str(), request.path, request.query).trim_end(),
    );
}

#[test]
fn routes_and_bodies() {
    let client = client();
    let sol = market(&client, "SOL_USDC_PERP");
    let query = OrderQuery { market: sol, client_id: ClientId(7), venue_id: None, created_at: NOW };
    shows(&Ask::Time, expect!["GET /api/v1/time"]);
    shows(&Ask::Markets, expect!["GET /api/v1/markets"]);
    shows(&Ask::Book(sol), expect!["GET /api/v1/depth symbol=SOL_USDC_PERP&limit=1000"]);
    shows(
        &Ask::Place(placement(&client)),
        expect![[
            r#"POST /api/v1/order  {"clientId":7,"orderType":"Limit","price":"150.00","quantity":"1.00","selfTradePrevention":"RejectTaker","side":"Bid","symbol":"SOL_USDC_PERP","timeInForce":"GTC"}"#
        ]],
    );
    shows(
        &Ask::Order(query, Mode::History),
        expect!["GET /wapi/v1/history/orders limit=1000&sortDirection=Desc&symbol=SOL_USDC_PERP"],
    );
    shows(
        &Ask::FillsSince(Timestamp::from_ms(1_750_700_000_000)),
        expect!["GET /wapi/v1/history/fills fillType=User&from=1750699999999&limit=1000&sortDirection=Asc"],
    );
    shows(
        &Ask::Leverage(Leverage { market: None, times: 5, mode: None }),
        expect![[r#"PATCH /api/v1/account  {"leverageLimit":"5"}"#]],
    );
}

#[test]
fn what_cannot_be_said_is_not_sent() {
    let mut client = client();
    let good = placement(&client);
    let spot = market(&client, "SOL_USDC");
    let sol = good.order.market;
    let order = |order| Ask::Place(Placement { order, ..good });
    let limit = |price| OrderKind::Limit { price: Price(price), time_in_force: TimeInForce::Gtc };
    let refused = [
        ("id zero", Ask::Place(Placement { client_id: ClientId(0), ..good })),
        ("id of 33 bits", Ask::Place(Placement { client_id: ClientId(1 << 32), ..good })),
        ("no such market", order(NewOrder { market: MarketId(99), ..good.order })),
        ("size zero", order(NewOrder { qty: Qty(0), ..good.order })),
        ("price zero", order(NewOrder { kind: limit(0), ..good.order })),
        ("price below zero", order(NewOrder { kind: limit(-1), ..good.order })),
        ("reduce-only spot", order(NewOrder { market: spot, exposure: Exposure::ReduceOnly, ..good.order })),
        ("no id", Ask::Cancel(CancelTarget { market: sol, client_id: None, venue_id: None })),
        ("empty batch", Ask::Batch(vec![])),
        ("batch of 21", Ask::Batch(vec![good; 21])),
        ("book of nothing", Ask::Book(MarketId(99))),
    ];
    let mut request = Request::default();
    for (name, ask) in refused {
        let result = client.encode_ask(NOW, &ask, &mut request);
        assert!(matches!(result, Err(CallError::NotSent(_))), "{name}: {result:?}");
    }
    let mut public = Client::new(Options::new("http://venue", "ws://venue", vec![])).unwrap();
    assert!(public.encode_ask(NOW, &Ask::Markets, &mut request).is_ok());
    assert!(matches!(public.encode_ask(NOW, &Ask::Balances, &mut request), Err(CallError::NotSent(_))));
}

#[test]
fn a_request_is_reused_without_a_trace_of_the_last() {
    let mut client = client();
    let (fresh, order) = (Ask::Positions, Ask::Place(placement(&client)));
    let mut request = Request::default();
    client.encode_ask(NOW, &order, &mut request).unwrap();
    client.encode_ask(NOW, &fresh, &mut request).unwrap();
    assert!(request.body.is_empty() && request.headers.get("Content-Type").is_none());
    assert_eq!(request.headers.iter().count(), 4);
    authenticate(NOW, instruction_of(request.method, &request.path).unwrap(), &request).unwrap();
}

#[test]
fn options_are_checked() {
    let build = |change: &dyn Fn(&mut Options)| {
        let vectors = vectors();
        let options = Options::new("http://venue", "ws://venue", vec![]);
        let mut options = options
            .with_keys(&vectors.verifying_key_base64_api_key, &vectors.seed_base64_api_secret)
            .unwrap();
        change(&mut options);
        Client::new(options).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(build(&|_| {}), Ok(()));
    assert_eq!(
        build(&|options: &mut Options| options.window_ms = 60_001),
        Err("window_ms is 60001: give 1 to 60000".to_owned())
    );
    let foreign = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let wrong =
        build(&|options: &mut Options| options.credentials.as_mut().unwrap().api_key = foreign.to_owned());
    assert!(wrong.unwrap_err().starts_with("api_key is not the public half"));
    let shown = format!("{:?}", client());
    assert!(!shown.contains(&vectors().seed_base64_api_secret), "secrets are never shown");
}
