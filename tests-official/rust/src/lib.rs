//! The stage for the venues' own clients: one `mm-bot venue` process on loopback, its endpoints file, its accounts'
//! keys, its control surface.
//!
//! It knows nothing of a venue's protocol on purpose: what is said and understood is the official client's affair.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use bpx_api_client::types::markets::{OrderBookDepth, OrderBookDepthLimit};
use bpx_api_client::types::order::{
    ExecuteOrderPayload, LimitOrder, MarketOrder, Order, OrderType, SelfTradePrevention, Side, TimeInForce,
};
use bpx_api_client::{BpxClient, BpxHeaders, Error};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

/// The perpetual that most stories are told in: tick 0.01, lot 0.01, maker 0.02 %, taker 0.05 %.
pub const PERP: &str = "SOL_USDC_PERP";
/// The spot market of the stories: tick 0.01, lot 0.01, maker 0.08 %, taker 0.1 %.
pub const SPOT: &str = "SOL_USDC";

/// How long anything that must reach a client may take.
pub const SOON: Duration = Duration::from_secs(5);
const START_WITHIN: Duration = Duration::from_secs(30);

/// A simulated world of one seed, running as a process of its own until dropped.
#[derive(Debug)]
pub struct World {
    process: Child,
    dir: PathBuf,
    endpoints: Endpoints,
}

#[derive(Debug, Deserialize)]
struct Endpoints {
    version: u32,
    venues: Venues,
    control: Control,
}

#[derive(Debug, Deserialize)]
struct Venues {
    backpack: Backpack,
}

#[derive(Debug, Deserialize)]
struct Backpack {
    rest: String,
    ws: String,
    accounts: Vec<Account>,
}

#[derive(Debug, Deserialize)]
struct Account {
    name: String,
    api_key: String,
    api_secret: String,
}

#[derive(Debug, Deserialize)]
struct Control {
    url: String,
    token: String,
}

impl World {
    /// Starts `mm-bot venue` and waits until it says where it listens.
    ///
    /// # Panics
    /// When the program is missing, ends early or does not come up: with its own log in the message.
    pub async fn start(seed: u64) -> Self {
        let dir = std::env::temp_dir().join(format!("mm-bot-official-{}-{seed}", std::process::id()));
        fs::create_dir_all(&dir).expect("the temporary directory can be written");
        let (file, log) = (dir.join("endpoints.json"), dir.join("venue.log"));
        let program = program();
        let mut process = Command::new(&program)
            .args(["venue", "--venues", "backpack", "--seed", &seed.to_string(), "--endpoints-file"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(fs::File::create(&log).expect("the log can be written"))
            .stderr(fs::File::options().append(true).open(&log).expect("the log can be written"))
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}: run `cargo xtask test`, it builds it", program.display())
            });
        let begun = Instant::now();
        while !file.exists() {
            let ended = process.try_wait().expect("our own child can be asked");
            if ended.is_some() || START_WITHIN < begun.elapsed() {
                let _ = process.kill();
                panic!("mm-bot venue did not come up ({ended:?}):\n{}", read(&log));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let endpoints: Endpoints =
            serde_json::from_str(&read(&file)).expect("the endpoints file has its documented shape");
        assert_eq!(endpoints.version, 1);
        Self { process, dir, endpoints }
    }

    /// A client that signs as `name`.
    pub fn client(&self, name: &str) -> BpxClient {
        let account = self.account(name);
        let client = self
            .builder()
            .secret(&account.api_secret)
            .build()
            .expect("the key in the endpoints file is a seed");
        let key = client.verifying_key().expect("made with a secret").to_bytes();
        assert_eq!(
            Base64::encode_string(&key),
            account.api_key,
            "the endpoints file's two keys belong together"
        );
        client
    }

    /// A client without a key.
    pub fn visitor(&self) -> BpxClient {
        self.builder().build().expect("two URLs are all it needs")
    }

    /// A client whose key the venue has never seen.
    pub fn stranger(&self) -> BpxClient {
        self.builder().secret(Base64::encode_string(&[7; 32])).build().expect("32 bytes are a seed")
    }

    /// The API key of `name` as the endpoints file has it.
    pub fn api_key(&self, name: &str) -> &str {
        &self.account(name).api_key
    }

    /// Tells the simulated crowd of `market` to `pause` or `resume`.
    pub async fn crowd(&self, market: &str, what: &str) {
        let order = json!({"venue": "backpack", "market": market, "do": what});
        let url = format!("{}/crowd", self.endpoints.control.url);
        self.control().post(url, order).await.expect("the control surface obeys its token");
    }

    /// What the simulator itself holds to be true of `name`: the `/state` of the control surface.
    pub async fn truth(&self, name: &str) -> Value {
        let url = format!("{}/state", self.endpoints.control.url);
        let state: Value =
            self.control().get(url).await.expect("state is free to read").json().await.expect("JSON");
        let account = state["venues"]["backpack"][name].clone();
        assert!(account.is_object(), "the state names {name}: {state}");
        account
    }

    /// Pauses the crowd and makes sure that at least one price lies free between best bid and best ask; returns the
    /// highest such price, where a resting order is alone.
    pub async fn room_inside(&self, market: &str, tick: Decimal) -> Decimal {
        self.crowd(market, "pause").await;
        let bob = self.client("bob");
        loop {
            let book = depth(&bob, market).await;
            let (bid, (ask, size)) = (best_bid(&book).0, best_ask(&book));
            if tick < ask - bid {
                return ask - tick;
            }
            let take = Placing { price: ask, quantity: size, ..Placing::limit(market, Side::Bid) };
            let taken = limit_of(bob.execute_order(take.ioc()).await.expect("the whole level can be taken"));
            assert_eq!(taken.executed_quantity, size, "a paused crowd does not run away");
        }
    }

    fn builder(&self) -> bpx_api_client::BpxClientBuilder {
        let at = &self.endpoints.venues.backpack;
        BpxClient::builder().base_url(&at.rest).ws_url(&at.ws).timeout(10)
    }

    /// The same comfortable HTTP client, with the control surface's token on every request.
    fn control(&self) -> BpxClient {
        let mut headers = BpxHeaders::new();
        let token = format!("Bearer {}", self.endpoints.control.token);
        headers.insert("authorization", token.parse().expect("a token is plain text"));
        BpxClient::builder()
            .base_url(&self.endpoints.control.url)
            .headers(headers)
            .build()
            .expect("a URL and a header")
    }

    fn account(&self, name: &str) -> &Account {
        let accounts = &self.endpoints.venues.backpack.accounts;
        accounts.iter().find(|account| account.name == name).unwrap_or_else(|| panic!("no account {name}"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the simulator said:\n{}", read(&self.dir.join("venue.log")));
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A limit order in the words of a test; the venue's defaults for whatever is not said.
#[derive(Clone, Debug)]
pub struct Placing {
    /// Market.
    pub symbol: String,
    /// `Bid` or `Ask`.
    pub side: Side,
    /// Limit price.
    pub price: Decimal,
    /// Base quantity.
    pub quantity: Decimal,
    /// Our own id, if it shall have one.
    pub client_id: Option<u32>,
}

impl Placing {
    /// Nothing but market and side: the rest is named at the call.
    pub fn limit(symbol: &str, side: Side) -> Self {
        Self {
            symbol: symbol.to_owned(),
            side,
            price: Decimal::ZERO,
            quantity: Decimal::ONE,
            client_id: None,
        }
    }

    /// Rests, or is refused.
    pub fn post_only(self) -> ExecuteOrderPayload {
        ExecuteOrderPayload { post_only: Some(true), ..self.payload() }
    }

    /// Takes what it can at once.
    pub fn ioc(self) -> ExecuteOrderPayload {
        ExecuteOrderPayload { time_in_force: Some(TimeInForce::IOC), ..self.payload() }
    }

    fn payload(self) -> ExecuteOrderPayload {
        ExecuteOrderPayload {
            symbol: self.symbol,
            side: self.side,
            order_type: OrderType::Limit,
            price: Some(self.price),
            quantity: Some(self.quantity),
            client_id: self.client_id,
            self_trade_prevention: Some(SelfTradePrevention::RejectTaker),
            ..ExecuteOrderPayload::default()
        }
    }
}

/// A market order of `quantity`.
pub fn market_order(symbol: &str, side: Side, quantity: Decimal) -> ExecuteOrderPayload {
    ExecuteOrderPayload {
        symbol: symbol.to_owned(),
        side,
        order_type: OrderType::Market,
        quantity: Some(quantity),
        ..ExecuteOrderPayload::default()
    }
}

/// The limit order in an answer.
///
/// # Panics
/// When it is a market order.
pub fn limit_of(order: Order) -> LimitOrder {
    match order {
        Order::Limit(order) => order,
        Order::Market(order) => panic!("a limit order was placed, the answer says market: {order:?}"),
    }
}

/// The market order in an answer.
///
/// # Panics
/// When it is a limit order.
pub fn market_of(order: Order) -> MarketOrder {
    match order {
        Order::Market(order) => order,
        Order::Limit(order) => panic!("a market order was placed, the answer says limit: {order:?}"),
    }
}

/// The book of `market`, up to a thousand levels a side.
pub async fn depth(client: &BpxClient, market: &str) -> OrderBookDepth {
    client.get_order_book_depth(market, Some(OrderBookDepthLimit::OneThousand)).await.expect("depth parses")
}

/// Price and size of the best bid: the LAST of the bids, which ascend as the asks do.
pub fn best_bid(book: &OrderBookDepth) -> (Decimal, Decimal) {
    *book.bids.last().expect("the crowd keeps bids")
}

/// Price and size of the best ask.
pub fn best_ask(book: &OrderBookDepth) -> (Decimal, Decimal) {
    *book.asks.first().expect("the crowd keeps asks")
}

/// The venue's refusal in `result`: status, code, message.
///
/// # Panics
/// When it was no refusal, or one without the venue's error body.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (u16, String, String) {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        code: String,
        message: String,
    }
    match result {
        Err(Error::BpxApiError { status_code, message }) => {
            let body: Body =
                serde_json::from_str(&message).unwrap_or_else(|error| panic!("{message}: {error}"));
            (status_code.as_u16(), body.code, body.message)
        }
        other => panic!("the venue should have refused: {other:?}"),
    }
}

/// Asks again until `answer` has something, for at most [`SOON`].
///
/// # Panics
/// When the time is over: with `what`.
pub async fn soon<T, F: Future<Output = Option<T>>>(what: &str, mut answer: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    while begun.elapsed() < SOON {
        if let Some(found) = answer().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: not within {SOON:?}");
}

/// Exact decimal from its text.
pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Now, in Unix milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_millis()).expect("until the year 292 million")
}

fn program() -> PathBuf {
    std::env::var_os("MM_BOT_PROGRAM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/mm-bot"),
        PathBuf::from,
    )
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| format!("{}: {error}", path.display()))
}
