//! The client half against messages from outside, and its transactions against the venue's own check.

mod book;
mod encode;
mod frame;
mod hostile;
mod options;
mod refusal;
mod reply;
mod socket;

use bytes::Bytes;
use mm_crypto::{Signer, SimulatedKey, Verifier};
use mm_model::{
    Ask, CallError, ClientId, DecodeError, Event, Exposure, KeyIndex, MarketId, NewOrder, OrderKind,
    Placement, Price, Qty, Side, TimeInForce, Timestamp,
};

use super::{Client, Credentials, LINK, Options, OrdersBy};
use crate::{
    client::{CallRef, Frame, Heard, Next, Outbox, Protocol, Way},
    http::Reply,
    lighter::{
        fixtures::message,
        sign::{Authentic, authenticate},
        tx::ChainId,
    },
};

/// When the messages of the fixtures came, about.
const NOW: Timestamp = Timestamp::from_ms(1_777_945_103_000);
const ACCOUNT: i64 = 65;
const KEY: KeyIndex = KeyIndex(4);

fn message_value(name: &str) -> serde_json::Value {
    serde_json::from_str(&message(name)).expect("fixtures are JSON")
}

fn key(index: u8) -> SimulatedKey {
    SimulatedKey::derive(7, &format!("client-{index}"))
}

fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

/// Listings: those of the fixtures, and others with the steps that recorded messages show.
fn listings() -> String {
    let mut details = message_value("order_book_details");
    let rows = details["order_book_details"].as_array_mut().expect("a list");
    for (symbol, number, size_decimals, price_decimals) in
        [("BTC", 1, 5, 1), ("ADA", 39, 1, 5), ("BTC-USD", 101, 1, 2)]
    {
        let mut row = rows[0].clone();
        row["symbol"] = symbol.into();
        row["market_id"] = number.into();
        row["supported_size_decimals"] = size_decimals.into();
        row["supported_price_decimals"] = price_decimals.into();
        rows.push(row);
    }
    details["spot_order_book_details"] =
        message_value("order_book_details_spot")["spot_order_book_details"].clone();
    details.to_string()
}

/// A client with keys of the simulator that knows no market.
fn stranger(orders_by: OrdersBy, keys: &[u8]) -> Client {
    let mut options =
        Options::new("http://venue/", "ws://venue/stream", vec!["ETH".into(), "ETH/USDC".into()]);
    options.orders_by = orders_by;
    let keys = keys.iter().map(|index| (*index, Signer::simulated(key(*index)))).collect();
    let options = options.with_keys(Credentials { account: ACCOUNT, chain: ChainId::MAINNET, keys });
    Client::new(options).unwrap()
}

/// A client that knows the fixtures' markets, and that its key is to sign with 7 next.
fn client(orders_by: OrdersBy) -> Client {
    let mut client = stranger(orders_by, &[KEY.0]);
    events(&mut client, &Ask::Markets, listings());
    assert_eq!(client.own_ask(NOW), Some(Ask::Nonce(KEY)));
    assert_eq!(events(&mut client, &Ask::Nonce(KEY), r#"{"code":200,"nonce":7}"#), []);
    client
}

/// The same, with its socket open and greeted, and all that it wants subscribed to.
fn connected() -> Client {
    let mut client = client(OrdersBy::Socket);
    let mut frames = Vec::new();
    client.opened(NOW, LINK, &mut frames);
    for channel in ["order_book:0", "order_book:2048"] {
        hear(&mut client, &message("stream_order_book").replace("order_book:0", channel));
    }
    // The others have been said yes to, too, in the one form that says no more than that.
    for family in [
        "account_all_orders",
        "account_all_trades",
        "account_all_positions",
        "account_all_assets",
        "user_stats",
    ] {
        say_yes(&mut client, &format!("{family}:{ACCOUNT}"));
    }
    for family in ["ticker:0", "trade:0", "market_stats:0", "ticker:2048", "trade:2048"] {
        say_yes(&mut client, family);
    }
    client
}

fn say_yes(client: &mut Client, channel: &str) {
    hear(client, &format!(r#"{{"error":{{"code":30003,"message":"Already Subscribed to : {channel}"}}}}"#));
}

fn market(client: &Client, symbol: &str) -> MarketId {
    client.markets().by_symbol(symbol).unwrap_or_else(|| panic!("{symbol} is listed")).id
}

/// What an answer leads to.
fn answer(client: &mut Client, ask: &Ask, reply: &Reply) -> (Result<Next, CallError>, Vec<Event>) {
    let mut out = Vec::new();
    let next = client.reply(NOW, CallRef(1), ask, reply, &mut out);
    (next, out)
}

/// The events of a good answer that ends the call.
fn events(client: &mut Client, ask: &Ask, body: impl Into<Bytes>) -> Vec<Event> {
    let (next, out) = answer(client, ask, &reply(200, body));
    assert_eq!(next, Ok(Next::Done));
    out
}

/// What an ask is sent as.
fn sent(client: &mut Client, call: u64, ask: &Ask) -> Result<(Way, Outbox), CallError> {
    let mut out = Outbox::default();
    let way = client.encode(NOW, CallRef(call), ask, &mut out)?;
    Ok((way, out))
}

/// What a frame leads to.
fn frame(client: &mut Client, text: &str) -> (Result<(), DecodeError>, Heard) {
    let mut out = Heard::default();
    let result = client.frame(NOW, LINK, &Bytes::copy_from_slice(text.as_bytes()), &mut out);
    (result, out)
}

/// What a good frame leads to.
fn hear(client: &mut Client, text: &str) -> Heard {
    let (result, out) = frame(client, text);
    assert_eq!(result, Ok(()), "{text}");
    out
}

/// The venue's check of a transaction.
fn check(tx_type: u64, info: &str) -> Authentic {
    let index = serde_json::from_str::<serde_json::Value>(info).unwrap()["ApiKeyIndex"].as_u64().unwrap();
    let verifier = Verifier::new(&key(index.try_into().unwrap()).public()).unwrap();
    authenticate(ChainId::MAINNET, tx_type, info, |_| Ok(&verifier))
        .unwrap_or_else(|error| panic!("{info}: {error}"))
}

/// A buy of 0.5 ETH at 2000.00, good till cancelled.
fn placement(client: &Client, id: u64) -> Placement {
    Placement {
        client_id: ClientId(id),
        order: NewOrder {
            market: market(client, "ETH"),
            side: Side::Buy,
            qty: Qty(5_000),
            kind: OrderKind::Limit { price: Price(200_000), time_in_force: TimeInForce::Gtc },
            exposure: Exposure::Any,
        },
    }
}
