//! The server half as its clients see it: signed transactions and requests in, answers and records out.

mod accounts;
mod books;
mod client_half;
mod conditions;
mod conservation;
mod hostile;
mod nonces;
mod orders;
mod own_streams;
mod public;
mod signatures;
mod sockets;
mod timing;

use std::{collections::BTreeMap, time::Duration};

use mm_crypto::{Signer, SimulatedKey};
use mm_exchange::{AccountId, Deposit, Exchange, Fact, Listing, PlaceOrder};
use mm_model::{
    Decimal, Market, MarketId, MarketKind, Money, Price, Qty, Rate, Side, Timestamp, TradingState,
};
use serde_json::Value;

use super::{Account, ApiKey, Options, Server, Tier};
use crate::{
    http::{Method, Reply, Request},
    lighter::{
        sign,
        tx::{Attributes, Body, Order, OrderType, TimeInForce, Tx},
    },
    server::{ConnId, Outbound, VenueServer},
};

/// The accounts, with one key each.
pub(super) const ALICE: i64 = 101;
pub(super) const BOB: i64 = 102;
pub(super) const KEY: u8 = 4;

/// The start of time here, Unix milliseconds.
pub(super) const START_MS: u64 = 1_800_000_000_000;

/// A venue with its exchange and two clients.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) exchange: Exchange,
    pub(super) now: Timestamp,
    pub(super) alice: AccountId,
    pub(super) bob: AccountId,
    pub(super) facts: Vec<Fact>,
    /// What was sent on sockets and not looked at yet.
    said: Vec<Outbound>,
    n_sockets: u64,
    keys: BTreeMap<i64, sign::ApiKey>,
    nonces: BTreeMap<i64, i64>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

fn listing(symbol: &str, kind: MarketKind, sizes: [&str; 4]) -> Listing {
    let [tick, lot, min, start] = sizes;
    let mut market = Market {
        id: MarketId(0),
        symbol: symbol.into(),
        base: symbol.split('/').next().expect("a name").into(),
        quote: "USDC".into(),
        kind,
        trading: TradingState::Open,
        tick: decimal(tick),
        lot: decimal(lot),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: Some(Money(10 * 10_i128.pow(18))),
    };
    market.min_qty = market.qty(min).expect("whole lots");
    Listing {
        start: market.price(start).expect("on a tick"),
        market,
        maker_fee: Rate(40_000),
        taker_fee: Rate(280_000),
        initial_margin: Rate(50_000_000),
        maintenance_margin: Rate(30_000_000),
        band: Some(Rate(900_000_000)),
        funding_interval: Duration::from_secs(3_600),
    }
}

/// No limits and no delays, unless a test is about them.
pub(super) fn options() -> Options {
    Options { rate_limits: false, delays: false, ..Options::default() }
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        let mut exchange = Exchange::new();
        for listing in [
            listing("ETH", MarketKind::Perpetual, ["0.01", "0.0001", "0.0050", "2400"]),
            listing("BTC", MarketKind::Perpetual, ["0.1", "0.00001", "0.00020", "60000"]),
            listing("ETH/USDC", MarketKind::Spot, ["0.01", "0.0001", "0.0050", "2400"]),
        ] {
            exchange.list(listing);
        }
        let now = Timestamp::from_ms(START_MS);
        let ids = ["alice", "bob"].map(|name| {
            let account = exchange.open_account(name);
            for (asset, whole) in [("USDC", 1_000_000), ("ETH", 100)] {
                let amount = Money(whole * 10_i128.pow(18));
                exchange.deposit(now, Deposit { account, asset, amount });
            }
            account
        });
        exchange.advance(now);
        let (accounts, keys): (Vec<_>, BTreeMap<_, _>) = [("alice", ALICE, ids[0]), ("bob", BOB, ids[1])]
            .into_iter()
            .map(|(name, index, account)| {
                let key = SimulatedKey::derive(7, name);
                let keys = vec![ApiKey { index: KEY, public: key.public() }];
                let l1_address = format!("0x{index:040x}");
                let signer = Signer::simulated(key);
                let signs = sign::ApiKey::new(index, KEY, options.chain, signer).expect("in bounds");
                (Account { account, name: name.into(), index, l1_address, keys }, (index, signs))
            })
            .unzip();
        let server = Server::new(accounts, options).expect("good keys");
        let [alice, bob] = ids;
        let nonces = BTreeMap::new();
        let mut world = Self {
            server,
            exchange,
            now,
            alice,
            bob,
            facts: Vec::new(),
            said: Vec::new(),
            n_sockets: 0,
            keys,
            nonces,
        };
        world.tell();
        world
    }

    /// Hands the exchange's facts to the server.
    pub(super) fn tell(&mut self) {
        let mut facts = Vec::new();
        self.exchange.take_facts(&mut facts);
        self.server.facts(self.now, &self.exchange, &facts, &mut self.said);
        self.facts.append(&mut facts);
    }

    /// Lets time pass, step by step as things are due.
    pub(super) fn advance(&mut self, by: Duration) {
        let until = self.now + by;
        loop {
            let due = self.server.next_wake().into_iter().chain(self.exchange.next_wake()).min();
            self.now = due.map_or(until, |due| due.max(self.now).min(until));
            self.exchange.advance(self.now);
            self.tell();
            self.server.tick(self.now, &mut self.exchange, &mut self.said);
            self.tell();
            if self.now == until && self.server.next_wake().is_none_or(|due| due > until) {
                return;
            }
        }
    }

    /// The reply as it comes.
    pub(super) fn reply(&mut self, request: &Request) -> Reply {
        let reply = self.server.request(self.now, &mut self.exchange, request);
        self.tell();
        reply
    }

    pub(super) fn request(&mut self, request: &Request) -> Answer {
        let Reply { status, body, .. } = self.reply(request);
        Answer { status, body: serde_json::from_slice(&body).expect("a JSON document") }
    }

    /// Asks; `token` is a client's number, who makes one.
    pub(super) fn get(&mut self, target: &str, token: Option<i64>) -> Answer {
        let token = token.map(|account| self.token(account, 600));
        self.get_with(target, token.as_deref())
    }

    pub(super) fn get_with(&mut self, target: &str, token: Option<&str>) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request::default();
        request.reset(Method::Get, &format!("/api/v1/{path}"));
        request.query.push_str(query);
        if let Some(token) = token {
            request.headers.push("Authorization").push_str(token);
        }
        self.request(&request)
    }

    /// Posts a form.
    pub(super) fn post(&mut self, path: &str, fields: &[(&str, &str)], token: Option<&str>) -> Answer {
        let mut request = Request::default();
        request.reset(Method::Post, &format!("/api/v1/{path}"));
        let mut form = url_form(fields);
        request.body.append(&mut form);
        request.headers.push("content-type").push_str("application/x-www-form-urlencoded");
        if let Some(token) = token {
            request.headers.push("authorization").push_str(token);
        }
        self.request(&request)
    }

    /// A token of a client that lives for so many seconds.
    pub(super) fn token(&mut self, account: i64, life_s: u64) -> String {
        let deadline = i64::try_from(self.now.ms() / 1_000 + life_s).expect("fits");
        self.keys.get_mut(&account).expect("a client").token(self.now, deadline).expect("in bounds")
    }

    /// The next nonce of a client, as it counts itself.
    pub(super) fn nonce(&self, account: i64) -> i64 {
        self.nonces.get(&account).copied().unwrap_or(0)
    }

    /// A transaction that dies in ten minutes.
    pub(super) fn tx(&self, account: i64, nonce: i64, body: impl Into<Body>) -> Tx {
        self.keys[&account].tx(nonce, self.now + Duration::from_secs(600), body)
    }

    /// Signs; returns type and `tx_info`.
    pub(super) fn signed(&mut self, tx: &Tx) -> (u8, String) {
        let mut info = String::new();
        let key = self.keys.get_mut(&tx.header.account).expect("a client");
        key.sign_json(tx, &mut info).expect("in bounds");
        (tx.tx_type().code(), info)
    }

    pub(super) fn post_tx(&mut self, kind: u8, info: &str) -> Answer {
        self.post("sendTx", &[("tx_type", &kind.to_string()), ("tx_info", info)], None)
    }

    /// Signs and sends with the next nonce, which counts on if it is taken.
    pub(super) fn send(&mut self, account: i64, body: impl Into<Body>) -> Answer {
        self.send_with(account, body, Attributes::default())
    }

    pub(super) fn send_with(
        &mut self,
        account: i64,
        body: impl Into<Body>,
        attributes: Attributes,
    ) -> Answer {
        let nonce = self.nonce(account);
        let tx = Tx { attributes, ..self.tx(account, nonce, body) };
        let (kind, info) = self.signed(&tx);
        let answer = self.post_tx(kind, &info);
        if answer.status == 200 {
            self.nonces.insert(account, nonce + 1);
        }
        answer
    }

    /// What became of the transaction of an answer: its status and the engine's error.
    pub(super) fn outcome(&mut self, answer: &Answer) -> (i64, String) {
        let hash = answer.body["tx_hash"].as_str().expect("a hash").to_owned();
        let tx = self.get(&format!("tx?by=hash&value={hash}"), None).body;
        let event: Value = serde_json::from_str(tx["event_info"].as_str().expect("text")).unwrap_or_default();
        (tx["status"].as_i64().expect("a number"), event["ae"].as_str().unwrap_or_default().to_owned())
    }

    /// A counterparty's order, straight at the exchange.
    pub(super) fn rests(&mut self, side: Side, price: i64, lots: u64) {
        let bob = self.bob;
        let order = PlaceOrder::limit(MarketId(0), side, Price(price), Qty(lots));
        self.exchange.place(self.now, bob, order).expect("taken");
        self.tell();
    }
}

/// Sockets.
impl World {
    /// Opens a socket; `query` is that of its upgrade request.
    pub(super) fn connect(&mut self, query: &str) -> ConnId {
        self.n_sockets += 1;
        let conn = ConnId(self.n_sockets);
        let mut request = Request::default();
        request.reset(Method::Get, "/stream");
        request.query.push_str(query);
        self.server.opened(self.now, conn, &request, &mut self.said);
        conn
    }

    pub(super) fn close(&mut self, conn: ConnId) {
        self.server.closed(conn);
    }

    pub(super) fn say(&mut self, conn: ConnId, text: &str) {
        self.server.frame(self.now, &mut self.exchange, conn, text, &mut self.said);
        self.tell();
    }

    /// What a socket was sent since last looked at.
    pub(super) fn frames(&mut self, conn: ConnId) -> Vec<Value> {
        let mut frames = Vec::new();
        self.said.retain(|sent| match sent {
            Outbound::Frame(to, frame) if *to == conn => {
                frames.push(serde_json::from_slice(frame).expect("frames are JSON"));
                false
            }
            _ => true,
        });
        frames
    }

    pub(super) fn is_closed(&self, conn: ConnId) -> bool {
        self.said.iter().any(|sent| matches!(sent, Outbound::Close(to, _) if *to == conn))
    }

    /// Subscribes and returns the answer, the last frame.
    pub(super) fn subscribe(&mut self, conn: ConnId, channel: &str) -> Value {
        self.subscribe_with(conn, channel, None)
    }

    /// Subscribes with a token of a client.
    pub(super) fn subscribe_as(&mut self, conn: ConnId, channel: &str, account: i64) -> Value {
        let token = self.token(account, 600);
        self.subscribe_with(conn, channel, Some(&token))
    }

    pub(super) fn subscribe_with(&mut self, conn: ConnId, channel: &str, token: Option<&str>) -> Value {
        let mut command = serde_json::json!({ "type": "subscribe", "channel": channel });
        if let Some(token) = token {
            command["auth"] = token.into();
        }
        self.say(conn, &command.to_string());
        self.frames(conn).pop().expect("an answer")
    }
}

/// A form as the venue's SDK sends it.
fn url_form(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut form = String::new();
    for (n, (name, value)) in fields.iter().enumerate() {
        if n > 0 {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        crate::query::encode(value, &mut form);
    }
    form.into_bytes()
}

/// A good-till-time buy of 0.1 ETH at 2,390.00 in market 0 for a day.
pub(super) fn limit() -> Order {
    Order {
        market: 0,
        client_order_index: 0,
        base_amount: 1_000,
        price: 239_000,
        is_ask: false,
        order_type: OrderType::Limit,
        time_in_force: TimeInForce::GoodTillTime,
        reduce_only: false,
        trigger_price: 0,
        order_expiry: i64::try_from(START_MS).expect("fits") + 86_400_000,
    }
}

/// An order at the market with its worst average.
pub(super) fn market(is_ask: bool, base_amount: i64, price: u32) -> Order {
    Order {
        is_ask,
        base_amount,
        price,
        order_type: OrderType::Market,
        time_in_force: TimeInForce::ImmediateOrCancel,
        order_expiry: 0,
        ..limit()
    }
}

impl Answer {
    /// The code and, for a refusal, its text.
    pub(super) fn word(&self) -> String {
        let code = &self.body["code"];
        match self.status {
            200 => format!("{code}"),
            status => format!("{status} {code} {}", self.body["message"].as_str().unwrap_or_default()),
        }
    }
}
