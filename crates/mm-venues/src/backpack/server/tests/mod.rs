//! The venue from outside: signed requests in, replies and frames out, over a real exchange.

mod client_half;
mod hostile;
mod orders;
mod rest;
mod signatures;
mod streams;

use std::time::Duration;

use mm_exchange::{AccountId, Deposit, Exchange, Listing};
use mm_model::{Decimal, Market, MarketId, MarketKind, Money, Price, Qty, Rate, Timestamp, TradingState};
use serde_json::Value;

use super::{Account, Options, Server};
use crate::{
    backpack::sign::{self, SigningKey},
    http::{Method, Reply, Request},
    server::{ConnId, Outbound, VenueServer},
};

const PERP: &str = "SOL_USDC_PERP";
const START: Timestamp = Timestamp::from_ms(1_788_285_244_094); // 2026-09-01T17:54:04.094

/// Alice and Bob on a venue with a perpetual, one of a coarse tick, one of a large lot, and a spot market.
struct World {
    now: Timestamp,
    exchange: Exchange,
    server: Server,
    keys: [SigningKey; 2],
    /// What the sockets were sent, without pings.
    heard: Vec<(ConnId, Value)>,
}

/// An index into [`World::keys`].
const ALICE: usize = 0;
const BOB: usize = 1;

impl World {
    fn new() -> Self {
        Self::with(Options { rate_limits: None, ..Options::default() })
    }

    fn with(options: Options) -> Self {
        let mut exchange = Exchange::new();
        for listing in listings() {
            exchange.list(listing);
        }
        let keys = [1u8, 2].map(|byte| SigningKey::from_seed(&[byte; 32]).expect("any seed is a key"));
        let accounts = ["alice", "bob"].map(|name| exchange.open_account(name));
        for account in accounts {
            let amount = Money::from_decimal(Decimal::new(1_000_000, 0)).expect("fits");
            exchange.deposit(START, Deposit { account, asset: "USDC", amount });
        }
        exchange.advance(START);
        let rows = keys.iter().zip(["alice", "bob"]).zip(accounts).map(|((key, name), account)| Account {
            api_key: key.api_key().to_owned(),
            account,
            name: name.to_owned(),
            user_id: 100 + u64::from(account.0),
        });
        let server = Server::new(rows, options).expect("good keys");
        let mut world = Self { now: START, exchange, server, keys, heard: Vec::new() };
        world.told();
        world
    }

    /// A public question; parameters as they stand in the URL.
    fn ask(&mut self, path: &str, query: &str) -> (u16, Value) {
        let mut request = Request::default();
        request.reset(Method::Get, path);
        request.query.push_str(query);
        self.send(&request)
    }

    /// A signed request; `fields` are the query of a GET and the body of anything else.
    fn call(&mut self, who: usize, (method, path): (Method, &str), fields: &str) -> (u16, Value) {
        let mut request = Request::default();
        request.reset(method, path);
        match method {
            Method::Get => request.query.push_str(fields),
            _ => request.body.extend_from_slice(fields.as_bytes()),
        }
        self.sign(who, &mut request);
        self.send(&request)
    }

    fn order(&mut self, who: usize, body: &str) -> (u16, Value) {
        self.call(who, (Method::Post, "/api/v1/order"), body)
    }

    fn send(&mut self, request: &Request) -> (u16, Value) {
        let reply = self.reply(request);
        (reply.status, read(&reply))
    }

    fn reply(&mut self, request: &Request) -> Reply {
        let reply = self.server.request(self.now, &mut self.exchange, request);
        self.told();
        reply
    }

    /// Passes on what happened.
    fn told(&mut self) {
        let (mut facts, mut out) = (Vec::new(), Vec::new());
        self.exchange.take_facts(&mut facts);
        self.server.facts(self.now, &self.exchange, &facts, &mut out);
        self.hear(out);
    }

    fn hear(&mut self, out: Vec<Outbound>) {
        self.heard.extend(out.into_iter().filter_map(|sent| match sent {
            Outbound::Frame(conn, bytes) => {
                Some((conn, serde_json::from_slice(&bytes).expect("frames are JSON")))
            }
            Outbound::Ping(_) | Outbound::Close(..) => None,
        }));
    }

    fn connect(&mut self, n: u64) -> ConnId {
        let conn = ConnId(n);
        self.server.opened(self.now, conn, &Request::default(), &mut Vec::new());
        conn
    }

    fn say(&mut self, conn: ConnId, frame: &str) {
        let mut out = Vec::new();
        self.server.frame(self.now, &mut self.exchange, conn, frame, &mut out);
        self.hear(out);
    }

    /// Subscribes with a signature of `who`.
    fn subscribe(&mut self, who: usize, conn: ConnId, streams: &[&str]) {
        let (ms, mut signature) = (self.now.ms(), String::new());
        self.keys[who].sign(&format!("instruction=subscribe&timestamp={ms}&window=5000"), &mut signature);
        let frame = serde_json::json!({
            "method": "SUBSCRIBE", "params": streams,
            "signature": [self.keys[who].api_key(), signature, ms.to_string(), "5000"],
        });
        self.say(conn, &frame.to_string());
    }

    /// Lets time pass, as its host would: the exchange first, then the server.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.server.next_wake().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.tick();
        }
        self.now = until;
        self.tick();
    }

    fn tick(&mut self) {
        self.exchange.advance(self.now);
        self.told();
        let mut out = Vec::new();
        self.server.tick(self.now, &mut self.exchange, &mut out);
        self.hear(out);
    }

    /// Signs what the request says, as any client would.
    fn sign(&self, who: usize, request: &mut Request) {
        let instruction = sign::instruction_of(request.method, &request.path).expect("a signed route");
        let mut message = String::new();
        // What cannot be read cannot be signed either; then the server is given a signature of something else.
        let _ = sign::rebuild(instruction, &request.query, &request.body, &mut message);
        self.sign_as(who, message, request);
    }

    fn sign_as(&self, who: usize, mut message: String, request: &mut Request) {
        let ms = self.now.ms();
        sign::write_end(ms, 5_000, &mut message);
        let key = &self.keys[who];
        request.headers.push("x-api-key").push_str(key.api_key());
        key.sign(&message, request.headers.push("X-Signature"));
        request.headers.push("X-Timestamp").push_str(&ms.to_string());
        request.headers.push("X-Window").push_str("5000");
    }

    fn account(&self, name: &str) -> AccountId {
        self.exchange.account_by_name(name).expect("opened above")
    }
}

/// The body, or null for none; plain text becomes a string.
fn read(reply: &Reply) -> Value {
    let text = std::str::from_utf8(&reply.body).expect("UTF-8");
    match reply.headers.get("content-type") {
        Some(kind) if kind.starts_with("text/plain") => Value::from(text),
        Some(_) => serde_json::from_str(text).expect("JSON"),
        None => Value::Null,
    }
}

/// `HTTP CODE: message` of a refusal.
fn refusal((status, body): (u16, Value)) -> String {
    let word = |key: &str| body[key].as_str().unwrap_or("?").to_owned();
    format!("{status} {}: {}", word("code"), word("message"))
}

fn listings() -> [Listing; 4] {
    let dec = |text: &str| Decimal::parse(text).expect("a decimal");
    let listing = |symbol: &str, (tick, lot): (&str, &str), start| {
        let kind = if symbol.ends_with("PERP") { MarketKind::Perpetual } else { MarketKind::Spot };
        let base = symbol.split('_').next().unwrap_or_default();
        let (maker, taker) = if kind == MarketKind::Spot { (800_000, 1_000_000) } else { (200_000, 500_000) };
        Listing {
            market: Market {
                id: MarketId(0),
                symbol: symbol.into(),
                base: base.into(),
                quote: "USDC".into(),
                kind,
                trading: TradingState::Open,
                tick: dec(tick),
                lot: dec(lot),
                min_qty: Qty(1),
                max_qty: Some(Qty(100_000_000)),
                min_notional: None,
            },
            start: Price(start),
            maker_fee: Rate(maker),
            taker_fee: Rate(taker),
            initial_margin: Rate(50_000_000),
            maintenance_margin: Rate(30_000_000),
            band: Some(Rate(100_000_000)),
            funding_interval: Duration::from_secs(8 * 3_600),
        }
    };
    [
        listing(PERP, ("0.01", "0.01"), 15_000),
        listing("ETH_USDC_PERP", ("0.05", "0.0001"), 48_000),
        listing("BONK_USDC_PERP", ("0.00000001", "100"), 2_000),
        listing("SOL_USDC", ("0.01", "0.01"), 15_000),
    ]
}
