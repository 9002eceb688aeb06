//! Clients that log in and sign: orders and requests in, answers and records out.

mod accounts;
mod bulk;
mod cancels;
mod client_half;
mod codes;
mod conservation;
mod hostile;
mod limits;
mod logins;
mod orders;
mod signatures;
mod timing;

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use mm_crypto::ecdsa::{Address, Signature, Signer, SimulatedKey};
use mm_exchange::{AccountId, Deposit, Listing};
use mm_model::{Decimal, MarketId, Money, Price, Rate};
use serde_json::{Value, json};

use super::{ALICE, ALICE_TWO, Answer, BOB, START_MS, World as Venue, decimal, options};
use crate::{
    grvt::{
        server::{Account, Options, instruments::Instrument},
        sign::{
            Asset, ChainId, Domain, Leg, OrderTerms, SetSubAccountPositionMarginConfig, TimeInForce,
            TradingKey, Validity, WalletLogin, scaled, vectors::vectors,
        },
        wire::login::{ACCOUNT_HEADER, SessionCookie},
    },
    http::{Method, Reply, Request},
    server::{Mischief, VenueServer},
};

const BTC: &str = "BTC_USDT_Perp";
const ETH: &str = "ETH_USDT_Perp";

/// The clients. Each has a main account of its own with one trading account; Alice's brother is a second one of hers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Alice,
    Bob,
    Brother,
}
use Who::{Alice, Bob, Brother};

impl Who {
    const ALL: [Self; 3] = [Alice, Bob, Brother];

    const fn name(self) -> &'static str {
        ["alice", "bob", "brother"][self as usize]
    }

    const fn sub_account(self) -> u64 {
        [ALICE, BOB, ALICE_TWO][self as usize]
    }

    /// Whose wallet owns it.
    const fn owner(self) -> Self {
        [Alice, Bob, Alice][self as usize]
    }

    fn wallet(self) -> SimulatedKey {
        SimulatedKey::derive(7, self.owner().name())
    }

    /// What signs its orders, which is not the wallet.
    fn session_key(self) -> SimulatedKey {
        SimulatedKey::derive(8, self.name())
    }

    fn account(self) -> Account {
        Account {
            account: AccountId::OUTSIDE, // the venue opens it
            name: self.name().to_owned(),
            api_key: self.api_key(),
            signers: vec![self.session_key().address()],
            main_account: self.wallet().address(),
            sub_account: self.sub_account(),
        }
    }

    fn api_key(self) -> String {
        format!("key-of-{}", self.name())
    }
}

/// Somebody's login: cookie and account id.
type Login = (String, String);

/// A venue with its clients.
struct World {
    venue: Venue,
    logins: [Option<Login>; 3],
    chain: ChainId,
    nonce: u32,
}

impl Deref for World {
    type Target = Venue;
    fn deref(&self) -> &Venue {
        &self.venue
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Venue {
        &mut self.venue
    }
}

/// An order before it is signed.
#[derive(Clone, Copy, Debug)]
struct Draft<'a> {
    instrument: &'a str,
    buys: bool,
    size: &'a str,
    price: Option<&'a str>,
    time_in_force: TimeInForce,
    post_only: bool,
    reduce_only: bool,
    client: u64,
    lives: Duration,
}

impl Default for Draft<'_> {
    /// A small bid for BTC that rests.
    fn default() -> Self {
        Self {
            instrument: BTC,
            buys: true,
            size: "0.01",
            price: Some("50000"),
            time_in_force: TimeInForce::GoodTillTime,
            post_only: false,
            reduce_only: false,
            client: 0,
            lives: Duration::from_secs(3600),
        }
    }
}

fn bid(client: u64, size: &'static str, price: &'static str) -> Draft<'static> {
    Draft { client, size, price: Some(price), ..Draft::default() }
}

fn ask(client: u64, size: &'static str, price: &'static str) -> Draft<'static> {
    Draft { buys: false, ..bid(client, size, price) }
}

fn maker(draft: Draft<'static>) -> Draft<'static> {
    Draft { post_only: true, ..draft }
}

/// A market, with the smallest worth and the band that orders are held against.
fn listing(symbol: &str, [tick, lot, start]: [&str; 3]) -> Listing {
    let mut listing = super::listing(symbol, [tick, lot, start]);
    listing.market.min_notional = Some(Money(100 * 10_i128.pow(18)));
    Listing { maker_fee: Rate(-1_000), band: Some(Rate(900_000_000)), ..listing }
}

impl World {
    fn new(options: Options) -> Self {
        Self::with(
            options,
            [listing(BTC, ["0.1", "0.001", "60000"]), listing(ETH, ["0.01", "0.01", "2400"])],
            Who::ALL.map(Who::account),
        )
    }

    fn with(
        options: Options,
        markets: impl IntoIterator<Item = Listing>,
        accounts: impl IntoIterator<Item = Account>,
    ) -> Self {
        let chain = ChainId(options.chain_id.into());
        let accounts: Vec<_> = accounts.into_iter().collect();
        let mut venue = Venue::with(options, markets, accounts.iter().cloned());
        // A million each: little enough for margins to matter.
        for member in &accounts {
            let (account, amount) = (venue.account(&member.name), Money(-9_000_000 * 10_i128.pow(18)));
            venue.exchange.deposit(venue.now, Deposit { account, asset: "USDT", amount });
        }
        venue.tell();
        Self { venue, logins: [const { None }; 3], chain, nonce: 0 }
    }

    /// Trouble at the venue; whether it knows such trouble.
    fn trouble(&mut self, whose: Option<&str>, what: Mischief) -> bool {
        let now = self.now;
        self.server.mischief(now, whose, what)
    }

    /// The underlying costs this much; whole dimes.
    fn set_index(&mut self, price: i64) {
        let now = self.now;
        self.exchange.set_index(now, MarketId(0), Price(price));
        self.tell();
    }

    fn id(&self, who: Who) -> AccountId {
        self.account(who.name())
    }

    fn wait_ms(&mut self, ms: u64) {
        self.advance(Duration::from_millis(ms));
    }

    /// Posts a body, by somebody's login or nobody's.
    fn post_by(&mut self, login: Option<&Login>, path: &str, body: &Value) -> Answer {
        self.venue.request(&request(login, path, body))
    }

    /// Logs somebody in by API key.
    fn login(&mut self, who: Who) -> Login {
        let reply = self.reply(&request(None, "/auth/api_key/login", &json!({ "api_key": who.api_key() })));
        assert_eq!(reply.status, 200);
        login_of(&reply)
    }

    fn standing_login(&mut self, who: Who) -> Login {
        if self.logins[who as usize].is_none() {
            self.logins[who as usize] = Some(self.login(who));
        }
        self.logins[who as usize].clone().expect("logged in above")
    }

    /// Posts a call, logged in.
    fn post(&mut self, who: Who, name: &str, body: &Value) -> Answer {
        let login = self.standing_login(who);
        self.post_by(Some(&login), &format!("/full/{name}"), body)
    }

    /// Asks about somebody's own account; the fields are added to it.
    fn ask(&mut self, who: Who, name: &str, mut body: Value) -> Answer {
        body["sub_account_id"] = json!(who.sub_account().to_string());
        self.post(who, name, &body)
    }

    /// Signs an order.
    fn sign(&mut self, who: Who, draft: &Draft<'_>) -> Value {
        let market = self.exchange.markets().by_symbol(draft.instrument).expect("listed");
        let instrument = Instrument::of(market, &options());
        self.nonce += 1;
        let validity = Validity {
            nonce: self.nonce,
            expiration_ns: i64::try_from((self.now + draft.lives).0).expect("before 2262"),
        };
        let leg = Leg {
            asset: Asset::parse(&instrument.hash()).expect("a hash"),
            contract_size: scaled(draft.size, instrument.base_decimals).expect("a size"),
            limit_price: scaled(draft.price.unwrap_or("0"), 9).expect("a price"),
            is_buying: draft.buys,
        };
        let terms = OrderTerms {
            sub_account: who.sub_account(),
            is_market: draft.price.is_none(),
            time_in_force: draft.time_in_force,
            post_only: draft.post_only,
            reduce_only: draft.reduce_only,
            legs: &[leg],
            builder: None,
            validity,
        };
        let mut key = self.key(who.session_key());
        let signature = key.sign(&terms);
        json!({
            "sub_account_id": who.sub_account().to_string(),
            "is_market": terms.is_market,
            "time_in_force": draft.time_in_force.word(),
            "post_only": draft.post_only,
            "reduce_only": draft.reduce_only,
            "legs": [{"instrument": draft.instrument, "size": draft.size, "limit_price": draft.price,
                      "is_buying_asset": draft.buys}],
            "signature": signature_row(key.address(), &signature, validity),
            "metadata": {"client_order_id": draft.client.to_string()},
        })
    }

    fn key(&self, key: SimulatedKey) -> TradingKey {
        TradingKey::new(Domain::new(self.chain), Signer::simulated(key))
    }

    /// The body of a wallet's login.
    fn wallet_login(&self, who: Who, nonce: u32, ends_in: Duration) -> Value {
        let mut key = self.key(who.wallet());
        let expiration_ns = i64::try_from((self.now + ends_in).0).expect("before 2262");
        let validity = Validity { nonce, expiration_ns };
        let signature = key.sign(&WalletLogin { signer: key.address(), validity });
        let row = signature_row(key.address(), &signature, validity);
        json!({ "address": key.address().checksummed(), "signature": row })
    }

    /// Sends an order.
    fn create(&mut self, who: Who, draft: Draft<'_>) -> Answer {
        let order = self.sign(who, &draft);
        self.send(who, &order)
    }

    fn send(&mut self, who: Who, order: &Value) -> Answer {
        self.post(who, "v1/create_order", &json!({ "order": order }))
    }

    /// Sends an order that must be acknowledged.
    fn place(&mut self, who: Who, draft: Draft<'_>) {
        let answer = self.create(who, draft);
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// How an order stands: status, reason if there is one, traded of asked.
    fn stands(&mut self, who: Who, client: u64) -> String {
        let answer = self.ask(who, "v1/order", json!({ "client_order_id": client.to_string() }));
        if answer.status != 200 {
            return answer.word();
        }
        stands(&answer.body["result"])
    }
}

/// How the order of a row stands.
fn stands(order: &Value) -> String {
    let state = &order["state"];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut word = text(&state["status"]);
    if state["reject_reason"] != "UNSPECIFIED" {
        word = format!("{word} {}", text(&state["reject_reason"]));
    }
    format!("{word} {}/{}", text(&state["traded_size"][0]), text(&order["legs"][0]["size"]))
}

fn signature_row(signer: Address, signature: &Signature, validity: Validity) -> Value {
    json!({
        "signer": signer.checksummed(), "r": signature.r().to_string(), "s": signature.s().to_string(),
        "v": signature.v(), "expiration": validity.expiration_ns.to_string(), "nonce": validity.nonce,
    })
}

/// A request as clients make it.
fn request(login: Option<&Login>, path: &str, body: &Value) -> Request {
    let mut request = Request::default();
    request.reset(Method::Post, path);
    request.headers.push("content-type").push_str("application/json");
    if let Some((cookie, account)) = login {
        request.headers.push("cookie").push_str(&format!("rm=true; gravity={cookie}"));
        request.headers.push("x-grvt-account-id").push_str(account);
    }
    request.body = body.to_string().into_bytes();
    request
}

/// Cookie and account id of a login's reply.
fn login_of(reply: &Reply) -> Login {
    let cookie = reply.headers.get("set-cookie").expect("a cookie");
    let cookie = SessionCookie::parse(cookie).expect("in form");
    let account = reply.headers.get(ACCOUNT_HEADER).expect("an account id");
    (cookie.token.to_owned(), account.to_owned())
}
