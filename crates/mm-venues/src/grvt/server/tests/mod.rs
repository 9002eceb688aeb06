//! The server half as its clients see it: requests and frames in, answers and frames out.

mod books;
mod feeds;
mod hostile_frames;
mod own_streams;
mod public;
mod subscriptions;
mod trading;

use std::time::Duration;

use mm_crypto::ecdsa::Address;
use mm_exchange::{AccountId, Amount, Deposit, Exchange, Fact, Listing, PlaceOrder};
use mm_model::{
    Decimal, Market, MarketId, MarketKind, Money, Price, Qty, Rate, Side, Timestamp, TradingState,
};
use serde_json::Value;

use super::{Account, Options, Server};
use crate::{
    grvt::wire::login::{ACCOUNT_HEADER, COOKIE},
    http::{Method, Reply, Request},
    server::{ConnId, Outbound, VenueServer},
};

/// The trading accounts that can log in: the first two belong to one main account.
pub(super) const ALICE: u64 = 8_289_849_667_772_468;
pub(super) const ALICE_TWO: u64 = 8_289_849_667_772_469;
pub(super) const BOB: u64 = 1_200_000_000_000_000_001;

pub(super) const BTC: MarketId = MarketId(0);
pub(super) const ETH: MarketId = MarketId(1);

/// The start of time here, Unix milliseconds: two weeks before the vectors end, so that they are good.
pub(super) const START_MS: u64 = 1_893_456_000_000 - 14 * 24 * 3_600_000;

/// A venue with its exchange, two owners, and a crowd that nobody can log in for.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) exchange: Exchange,
    pub(super) now: Timestamp,
    pub(super) facts: Vec<Fact>,
    /// What was sent on sockets and not looked at yet.
    said: Vec<Outbound>,
    n_sockets: u64,
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

fn listing(symbol: &str, [tick, lot, start]: [&str; 3]) -> Listing {
    let market = Market {
        id: MarketId(0),
        symbol: symbol.into(),
        base: symbol.split('_').next().expect("a name").into(),
        quote: "USDT".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: decimal(tick),
        lot: decimal(lot),
        min_qty: Qty(1),
        max_qty: Some(Qty(1_000_000)),
        min_notional: Some(Money(20 * 10_i128.pow(18))),
    };
    Listing {
        start: market.price(start).expect("on a tick"),
        market,
        maker_fee: Rate(-10_000),
        taker_fee: Rate(450_000),
        initial_margin: Rate(20_000_000),
        maintenance_margin: Rate(10_000_000),
        band: None,
        funding_interval: Duration::from_secs(8 * 3_600),
    }
}

/// No limits and no delays, unless a test is about them.
pub(super) fn options() -> Options {
    Options { chain_id: 326, rate_limits: false, speed_bump: Duration::ZERO, ..Options::default() }
}

impl World {
    /// Two markets and three trading accounts without signers.
    pub(super) fn new(options: Options) -> Self {
        let markets = [
            listing("BTC_USDT_Perp", ["0.1", "0.001", "60000"]),
            listing("ETH_USDT_Perp", ["0.01", "0.01", "2400"]),
        ];
        let members = [("alice", ALICE, 1), ("alice-two", ALICE_TWO, 1), ("bob", BOB, 2)];
        let members = members.map(|(name, sub_account, owner)| Account {
            account: AccountId::OUTSIDE, // opened below
            name: name.to_owned(),
            api_key: format!("key of {name}"),
            signers: Vec::new(),
            main_account: Address::from_bytes([owner; 20]),
            sub_account,
        });
        Self::with(options, markets, members)
    }

    /// These markets and these accounts, each rich, and a crowd.
    pub(super) fn with(
        options: Options,
        markets: impl IntoIterator<Item = Listing>,
        members: impl IntoIterator<Item = Account>,
    ) -> Self {
        let mut exchange = Exchange::new();
        for listing in markets {
            exchange.list(listing);
        }
        let now = Timestamp::from_ms(START_MS);
        let open = |member: Account| Account { account: exchange.open_account(&member.name), ..member };
        let accounts: Vec<_> = members.into_iter().map(open).collect();
        for name in accounts.iter().map(|member| member.name.as_str()).chain(["crowd", "crowd-two"]) {
            let account = exchange.open_account(name);
            let amount = Money(10_000_000 * 10_i128.pow(18));
            exchange.deposit(now, Deposit { account, asset: "USDT", amount });
        }
        exchange.advance(now);
        let server = Server::new(accounts, options).expect("each is there once");
        let mut world = Self { server, exchange, now, facts: Vec::new(), said: Vec::new(), n_sockets: 0 };
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

    /// Posts a body.
    pub(super) fn post(&mut self, path: &str, body: &str) -> Answer {
        let mut request = Request::default();
        request.reset(Method::Post, path);
        request.headers.push("Content-Type").push_str("application/json");
        request.body.extend_from_slice(body.as_bytes());
        self.request(&request)
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

    /// The exchange's account of a name.
    pub(super) fn account(&self, name: &str) -> AccountId {
        self.exchange.account_by_name(name).expect("it was opened")
    }

    /// An order, straight at the exchange.
    pub(super) fn place(&mut self, name: &str, order: PlaceOrder) {
        let account = self.account(name);
        self.exchange.place(self.now, account, order).expect("taken");
        self.tell();
    }

    /// A resting order of the crowd's.
    pub(super) fn rests(&mut self, market: MarketId, (side, price): (Side, i64), lots: u64) {
        self.place("crowd", PlaceOrder::limit(market, side, Price(price), Qty(lots)));
    }

    /// A market order.
    pub(super) fn takes(&mut self, name: &str, market: MarketId, (side, lots): (Side, u64)) {
        self.place(name, PlaceOrder::market(market, side, Amount::Base(Qty(lots))));
    }
}

/// Sockets.
impl World {
    /// Opens a socket for nobody.
    pub(super) fn connect(&mut self, path: &str) -> ConnId {
        self.open(path, "", None)
    }

    /// Opens a socket for whoever a trading account belongs to, as after a login by that account's key.
    pub(super) fn connect_as(&mut self, path: &str, sub_account: u64) -> ConnId {
        self.open(path, "", Some(sub_account))
    }

    /// Opens a socket; a client that cannot set header fields names its account in the URL.
    pub(super) fn open(&mut self, path: &str, query: &str, sub_account: Option<u64>) -> ConnId {
        self.n_sockets += 1;
        let conn = ConnId(self.n_sockets);
        let mut request = Request::default();
        request.reset(Method::Get, path);
        request.query.push_str(query);
        if let Some(number) = sub_account {
            let (token, account_id) = self.login(number);
            request.headers.push("Cookie").push_str(&format!("{COOKIE}={token}"));
            request.headers.push(ACCOUNT_HEADER).push_str(&account_id);
        }
        self.server.opened(self.now, conn, &request, &mut self.said);
        conn
    }

    /// A session's cookie and account id.
    pub(super) fn login(&mut self, sub_account: u64) -> (String, String) {
        let state = &mut self.server.state;
        let main = state.accounts.get(sub_account).expect("a member").main_account;
        let until = self.now + Duration::from_secs(3_600);
        let token = state.sessions.open(self.now, (main, Some(sub_account)), until);
        (token, state.sessions.account_id(main))
    }

    pub(super) fn say(&mut self, conn: ConnId, text: &str) {
        self.server.frame(self.now, &mut self.exchange, conn, text, &mut self.said);
        self.tell();
    }

    /// What a socket was sent since last looked at, as it came.
    pub(super) fn texts(&mut self, conn: ConnId) -> Vec<String> {
        let mut frames = Vec::new();
        self.said.retain(|sent| match sent {
            Outbound::Frame(to, frame) if *to == conn => {
                frames.push(String::from_utf8(frame.to_vec()).expect("frames are text"));
                false
            }
            _ => true,
        });
        frames
    }

    /// What a socket was sent since last looked at.
    pub(super) fn frames(&mut self, conn: ConnId) -> Vec<Value> {
        let texts = self.texts(conn);
        texts.iter().map(|text| serde_json::from_str(text).expect("frames are JSON")).collect()
    }

    /// A pong of the client's.
    pub(super) fn pongs(&mut self, conn: ConnId) {
        self.server.pong(self.now, conn);
    }

    pub(super) fn was_closed(&self, conn: ConnId) -> bool {
        self.said.iter().any(|sent| matches!(sent, Outbound::Close(to, _) if *to == conn))
    }

    pub(super) fn was_pinged(&self, conn: ConnId) -> bool {
        self.said.iter().any(|sent| matches!(sent, Outbound::Ping(to) if *to == conn))
    }

    /// Subscribes with full names and returns what comes: the answer first.
    pub(super) fn subscribe(&mut self, conn: ConnId, stream: &str, selector: &str) -> Vec<Value> {
        self.say(conn, &subscription("subscribe", stream, selector));
        self.frames(conn)
    }
}

/// A request about one subscription, with full names.
pub(super) fn subscription(method: &str, stream: &str, selector: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"{method}","params":{{"stream":"{stream}","selectors":["{selector}"]}},"id":7}}"#
    )
}

impl Answer {
    /// The code and the status of a refusal; 200 of anything else.
    pub(super) fn word(&self) -> String {
        match self.status {
            200 => "200".to_owned(),
            status => format!("{status} {}", self.body["code"]),
        }
    }
}
