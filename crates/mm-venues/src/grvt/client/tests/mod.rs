//! The client half against messages in both encodings, and its signatures against the venue's own check.

mod book;
mod encode;
mod feeds;
mod frame;
mod hostile;
mod login;
mod refusal;
mod reply;

use bytes::Bytes;
use mm_crypto::ecdsa::{Signer, SimulatedKey};
use mm_model::{
    Ask, CallError, ClientId, DecodeError, Event, Exposure, MarketId, NewOrder, OrderKind, Placement, Price,
    Qty, Side, TimeInForce, Timestamp,
};
use serde::Serialize;

use super::{Client, Credentials, MARKET_DATA, Options, OrdersBy, TRADES, Urls};
use crate::{
    client::{CallRef, Frame, Heard, LinkId, Next, Outbox, Protocol, Way},
    grvt::{
        sign::ChainId,
        wire::{
            self, Encoding, Kind, Quoted, Text,
            login::{ACCOUNT_HEADER, SessionCookie},
            market::Instrument,
            rpc::{Request, Response, SubscribeParams, Subscribed},
            stream::Feed,
        },
    },
    http::{Headers, Reply},
};

/// Some time in 2026, in whole seconds as cookies have it.
const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
const SUB: u64 = 8_289_849_667_772_468;
/// The number of each book's first change.
const FIRST: u64 = 1_061_214;
const BTC: &str = "BTC_USDT_Perp";
const ID: u64 = 1 << 63 | 7;

fn key() -> SimulatedKey {
    SimulatedKey::derive(7, "grvt/alice")
}

fn options(encoding: Encoding) -> Options {
    let urls = Urls {
        edge: "http://edge".into(),
        trades: "http://trades".into(),
        market_data: "http://market-data".into(),
        ws_trades: "ws://trades".into(),
        ws_market_data: "ws://market-data".into(),
    };
    let keys = Credentials::new("canary-key", SUB, Signer::simulated(key()), ChainId::TESTNET);
    let candles = Some(wire::CandleInterval::Min1);
    Options { encoding, candles, ..Options::new(urls, vec![BTC.into()]).with_keys(keys) }
}

fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

/// A refusal as the venue writes it.
fn no(encoding: Encoding, status: u16, code: u32) -> Reply {
    let body = wire::error::ApiError { code, message: "no".into(), status };
    reply(status, encoding.write(&body))
}

fn instrument<'a>(symbol: &'a str, kind: Kind, [tick, min]: [&'a str; 2]) -> Instrument<'a> {
    Instrument {
        instrument: symbol.into(),
        instrument_hash: "0x030501".into(),
        base: symbol.split('_').next().unwrap().into(),
        quote: "USDT".into(),
        kind,
        venues: vec![wire::Venue::Orderbook],
        settlement_period: None,
        base_decimals: 9,
        quote_decimals: 6,
        tick_size: tick.into(),
        min_size: min.into(),
        create_time: Quoted(0),
        max_position_size: None,
        funding_interval_hours: Some(8),
        adjusted_funding_rate_cap: None,
        adjusted_funding_rate_floor: None,
        min_notional: Some("100.0".into()),
    }
}

fn instruments(encoding: Encoding) -> String {
    let rows = vec![
        instrument(BTC, Kind::Perpetual, ["0.1", "0.001"]),
        instrument("ETH_USDT_Perp", Kind::Perpetual, ["0.01", "0.01"]),
        instrument("ETH_USDT_Call_20Oct23_2800", Kind::Call, ["0.01", "0.01"]),
        // Finer than what is signed.
        instrument("DUST_USDT_Perp", Kind::Perpetual, ["0.01", "0.0000000001"]),
    ];
    encoding.write(&wire::reply::Reply { result: rows })
}

/// A good answer to a login.
fn login_reply(token: &str, now: Timestamp) -> Reply {
    let sub = SUB.to_string();
    let body = wire::login::LoginReply {
        status: "success".into(),
        location: Text::default(),
        funding_account_address: "0x01".into(),
        sub_account_id: Some(sub.as_str().into()),
    };
    let mut reply = reply(200, Encoding::Full.write(&body));
    reply.headers.push("set-cookie").push_str("other=1; Path=/");
    let cookie = SessionCookie { token, expires: now + DAY };
    reply.headers.push("set-cookie").push_str(&cookie.header());
    reply.headers.push(ACCOUNT_HEADER.to_ascii_lowercase()).push_str("account-1");
    reply
}

/// A client that knows the time and the markets, and is not logged in.
fn stranger(options: Options) -> Client {
    let encoding = options.encoding;
    let mut client = Client::new(options).unwrap();
    events(&mut client, &Ask::Time, r#"{"server_time":1795000000000}"#);
    events(&mut client, &Ask::Markets, instruments(encoding));
    client
}

fn log_in(client: &mut Client, token: &str, now: Timestamp) {
    assert_eq!(client.own_ask(now), Some(Ask::Login));
    let mut out = Vec::new();
    let next = client.reply(now, CallRef(900), &Ask::Login, &login_reply(token, now), &mut out);
    assert_eq!((next, out), (Ok(Next::Done), vec![]));
}

/// A client that is logged in, with no socket.
fn client(encoding: Encoding) -> Client {
    let mut client = stranger(options(encoding));
    log_in(&mut client, "canary-1", NOW);
    client
}

/// The same, with its sockets open and all subscriptions taken.
fn connected(encoding: Encoding) -> Client {
    let mut client = client(encoding);
    open(&mut client, MARKET_DATA);
    open(&mut client, TRADES);
    client
}

/// Opens a socket and says yes to what is subscribed on it.
fn open(client: &mut Client, link: LinkId) {
    assert!(client.upgrade(NOW, link, &mut Headers::default()));
    let mut frames = Vec::new();
    client.opened(NOW, link, &mut frames);
    say_yes(client, link, &frames);
}

fn say_yes(client: &mut Client, link: LinkId, frames: &[Frame]) {
    for frame in frames {
        let request: Request<'_, SubscribeParams<'_>> = client.encoding.read(frame.0.as_bytes()).unwrap();
        if request.method != "subscribe" {
            continue;
        }
        let told = Subscribed {
            stream: request.params.stream.clone(),
            subs: request.params.selectors.clone(),
            first_sequence_number: vec![Quoted(if link == TRADES { 1 } else { FIRST })],
            ..Subscribed::default()
        };
        let text = client.encoding.write(&Response::new(&request, Ok(told)));
        assert_eq!(frame_on(client, link, &text).0, Ok(()), "{text}");
    }
}

fn market(client: &Client, symbol: &str) -> MarketId {
    client.markets().by_symbol(symbol).unwrap_or_else(|| panic!("{symbol} is listed")).id
}

/// The events of a good answer that ends the call.
fn events(client: &mut Client, ask: &Ask, body: impl Into<Bytes>) -> Vec<Event> {
    let (next, out) = answer(client, 1, ask, &reply(200, body));
    assert_eq!(next, Ok(Next::Done));
    out
}

/// What an answer leads to.
fn answer(client: &mut Client, call: u64, ask: &Ask, reply: &Reply) -> (Result<Next, CallError>, Vec<Event>) {
    let mut out = Vec::new();
    let next = client.reply(NOW, CallRef(call), ask, reply, &mut out);
    (next, out)
}

/// What an ask is sent as.
fn sent(client: &mut Client, call: u64, ask: &Ask) -> Result<(Way, Outbox), CallError> {
    let mut out = Outbox::default();
    let way = client.encode(NOW, CallRef(call), ask, &mut out)?;
    Ok((way, out))
}

/// The body of an ask that goes by HTTP.
fn body(client: &mut Client, call: u64, ask: &Ask) -> String {
    let (way, out) = sent(client, call, ask).unwrap();
    assert_eq!(way, Way::Http);
    String::from_utf8(out.request.body).unwrap()
}

/// The one frame of an ask that goes by the account's socket.
fn by_socket(client: &mut Client, call: u64, ask: &Ask) -> String {
    let (way, out) = sent(client, call, ask).unwrap();
    assert_eq!((way, out.frames.len()), (Way::Socket(TRADES), 1));
    out.frames[0].0.clone()
}

/// What a frame leads to.
fn frame_on(client: &mut Client, link: LinkId, text: &str) -> (Result<(), DecodeError>, Heard) {
    let mut out = Heard::default();
    let result = client.frame(NOW, link, &Bytes::copy_from_slice(text.as_bytes()), &mut out);
    (result, out)
}

/// What a good frame leads to.
fn hear(client: &mut Client, link: LinkId, text: &str) -> Heard {
    let (result, out) = frame_on(client, link, text);
    assert_eq!(result, Ok(()), "{text}");
    out
}

/// A frame of a stream.
fn feed<F: Serialize>(encoding: Encoding, [stream, selector]: [&str; 2], seq: u64, feed: F) -> String {
    encoding.write(&Feed {
        stream: stream.into(),
        selector: selector.into(),
        sequence_number: Quoted(seq),
        feed,
        prev_sequence_number: Quoted(seq.saturating_sub(1)),
    })
}

/// The events, one a line, market numbers and all.
fn shown(events: &[Event]) -> String {
    events.iter().map(|event| format!("{event:?}\n")).collect()
}

/// A buy of 1.013 BTC at 68900.5, good till cancelled.
fn placement(client: &Client, id: u64) -> Placement {
    Placement {
        client_id: ClientId(id),
        order: NewOrder {
            market: market(client, BTC),
            side: Side::Buy,
            qty: Qty(1_013),
            kind: OrderKind::Limit { price: Price(689_005), time_in_force: TimeInForce::Gtc },
            exposure: Exposure::Any,
        },
    }
}

/// An order of the venue's, as in its answers and its stream.
fn order<'a>(
    client_id: &'a str,
    order_id: &'a str,
    [status, reason, traded]: [&'a str; 3],
) -> wire::order::Order<'a> {
    wire::order::Order {
        order_id: order_id.into(),
        sub_account_id: "8289849667772468".into(),
        is_market: false,
        time_in_force: wire::TimeInForce::GoodTillTime,
        post_only: false,
        reduce_only: false,
        legs: [wire::order::OrderLeg {
            instrument: BTC.into(),
            size: "1.013".into(),
            limit_price: Some("68900.5".into()),
            is_buying_asset: true,
        }]
        .into(),
        signature: wire::order::Signature {
            signer: "0x1a642f0e3c3af545e7acbd38b07251b3990914f1".into(),
            r: "0x01".into(),
            s: "0x01".into(),
            v: 27,
            expiration: Quoted(1_893_456_000_000_000_000),
            nonce: 828_700_936,
            chain_id: Some("0".into()),
        },
        metadata: wire::order::OrderMetadata {
            client_order_id: client_id.into(),
            create_time: Some(Quoted(NOW.0)),
            ..wire::order::OrderMetadata::default()
        },
        state: state([status, reason, traded]),
        builder: "0x00".into(),
        builder_fee: "0.0".into(),
    }
}

fn state<'a>([status, reason, traded]: [&'a str; 3]) -> wire::order::OrderState<'a> {
    wire::order::OrderState {
        status: status.into(),
        reject_reason: reason.into(),
        book_size: ["0.0".into()].into(),
        traded_size: [traded.into()].into(),
        update_time: Quoted(NOW.0),
        avg_fill_price: ["0.0".into()].into(),
    }
}
