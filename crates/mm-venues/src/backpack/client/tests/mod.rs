//! The client half against messages from outside.

mod depth;
mod encode;
mod frame;
mod hostile;
mod refusal;
mod reply;

use bytes::Bytes;
use mm_model::{
    Ask, CallError, ClientId, DecodeError, Event, Exposure, MarketId, NewOrder, OrderKind, Placement, Price,
    Qty, Side, TimeInForce, Timestamp,
};

use super::{Client, Options};
use crate::client::CallRef;
use crate::{
    backpack::fixtures::{message, vectors},
    client::{LinkId, Next, Protocol},
    http::Reply,
};

/// When most vectors were signed.
const NOW: Timestamp = Timestamp::from_ms(1_750_793_021_519);

fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

/// A client with the vectors' keys that knows no market.
fn stranger() -> Client {
    let vectors = vectors();
    let symbols = vec!["SOL_USDC_PERP".to_owned(), "SOL_USDC".to_owned()];
    let options = Options::new("http://venue/", "ws://venue", symbols);
    let options =
        options.with_keys(&vectors.verifying_key_base64_api_key, &vectors.seed_base64_api_secret).unwrap();
    Client::new(options).unwrap()
}

/// All listings of the fixtures, and ETH_USDC with the steps that recorded fills there show.
fn listings() -> String {
    let recorded = message("markets");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&recorded).unwrap();
    let mut eth = rows[0].clone();
    eth["symbol"] = "ETH_USDC".into();
    eth["baseSymbol"] = "ETH".into();
    eth["filters"]["quantity"]["stepSize"] = "0.0001".into();
    let perpetual: Vec<serde_json::Value> = serde_json::from_str(&message("markets_perpetual")).unwrap();
    serde_json::to_string(&[rows, perpetual, vec![eth]].concat()).unwrap()
}

/// A client that knows the fixtures' markets.
fn client() -> Client {
    let mut client = stranger();
    let mut out = Vec::new();
    client.reply(NOW, CallRef(0), &Ask::Markets, &reply(200, listings()), &mut out).unwrap();
    client
}

fn market(client: &Client, symbol: &str) -> MarketId {
    client.markets().by_symbol(symbol).unwrap_or_else(|| panic!("{symbol} is listed")).id
}

/// What an answer leads to.
fn answer(client: &mut Client, ask: &Ask, reply: &Reply) -> (Result<Next, CallError>, Vec<Event>) {
    let mut out = Vec::new();
    let next = client.reply(NOW, CallRef(0), ask, reply, &mut out);
    (next, out)
}

/// The events of a good answer that ends the call.
fn events(client: &mut Client, ask: &Ask, body: impl Into<Bytes>) -> Vec<Event> {
    let (next, out) = answer(client, ask, &reply(200, body));
    assert_eq!(next, Ok(Next::Done));
    out
}

/// What a frame leads to.
fn frame(client: &mut Client, text: &str) -> (Result<(), DecodeError>, Vec<Event>) {
    let mut out = Vec::new();
    let result = client.read_frame(&Bytes::copy_from_slice(text.as_bytes()), &mut out);
    (result, out)
}

/// A buy of one SOL perpetual at 150.00, good till cancelled.
fn placement(client: &Client) -> Placement {
    Placement {
        client_id: ClientId(7),
        order: NewOrder {
            market: market(client, "SOL_USDC_PERP"),
            side: Side::Buy,
            qty: Qty(100),
            kind: OrderKind::Limit { price: Price(15_000), time_in_force: TimeInForce::Gtc },
            exposure: Exposure::Any,
        },
    }
}
