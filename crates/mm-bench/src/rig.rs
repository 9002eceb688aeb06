//! A connector without sockets: Backpack's codec, the driver and the handle, made ready by canned answers. What
//! the rows push messages through.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use mm_core::{Call, Clock, Driver, IdSource, LinkState, Venue, VenueConfig, VirtualRuntime, venue};
use mm_model::{
    Ask, BookSnapshot, ClientId, Event, FeeRates, Level, MarketId, Price, Qty, Snapshot, Timestamp,
};
use mm_venues::{
    backpack::{Client, Options},
    client::{LinkId, Protocol as _},
    http::Reply,
};

/// The market of the rows.
pub const SYMBOL: &str = "SOL_USDC_PERP";
/// Base64 of 32 bytes that are nobody's key.
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const API_KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// Ids from a counter.
#[derive(Debug, Default)]
pub struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed) % u64::from(u32::MAX) + 1))
    }
}

/// See the module.
#[derive(Debug)]
pub struct Rig {
    /// The strategy's end.
    pub venue: Venue,
    /// The session's end.
    pub driver: Driver,
    /// The codec.
    pub client: Client,
    /// The market.
    pub market: MarketId,
    /// Time, which stands still: the rows need none.
    pub clock: Clock,
    events: Vec<Event>,
}

impl Rig {
    /// A connector that is ready, with a book of ten levels a side around 150.00 at sequence 1,000.
    ///
    /// # Panics
    /// When the canned answers do not make it ready: then the bench has to follow the code.
    #[must_use]
    pub fn new() -> Self {
        let clock = VirtualRuntime::new(Timestamp::from_ms(1_788_283_696_669)).clock();
        let options = Options::new("http://127.0.0.1:1", "ws://127.0.0.1:1", vec![SYMBOL.into()]);
        let options = options.with_keys(API_KEY, SECRET).expect("the key is well-formed");
        let client = Client::new(options).expect("the options are valid");
        let config = VenueConfig {
            name: "bench".into(),
            symbols: vec![SYMBOL.into()],
            stale_after: Duration::from_secs(3600),
            submit_valid_for: Duration::from_secs(5),
            closed_orders_max: 1024,
            reconcile_every: Duration::from_secs(3600),
        };
        let (venue, driver) = venue(config, clock.clone(), Arc::<Ids>::default());
        let mut rig = Self { venue, driver, client, market: MarketId(0), clock, events: Vec::new() };
        rig.driver.link(rig.clock.now(), LinkState::Up);
        for _ in 0..100 {
            let Some(call) = rig.next_call() else { break };
            rig.answer(&call);
        }
        assert!(rig.venue.status().ready, "not ready: {:?}", rig.venue.status().reason);
        rig
    }

    /// The driver's next call, if one is due now.
    pub fn next_call(&mut self) -> Option<Call> {
        poll(self.driver.next()).flatten()
    }

    /// Ends a call with a canned answer.
    ///
    /// # Panics
    /// When the client cannot read its own market.
    pub fn answer(&mut self, call: &Call) {
        let now = self.clock.now();
        let mut events = Vec::new();
        match &call.ask {
            Ask::Time => events.push(Event::ServerTime(now)),
            Ask::Markets => {
                let reply = Reply { status: 200, headers: Default::default(), body: Bytes::from(MARKETS) };
                self.client.reply(now, &call.ask, &reply, &mut events).expect("the market can be read");
                self.market = self.client.markets().by_symbol(SYMBOL).expect("it is listed").id;
            }
            Ask::Fees => events.push(Event::Fees(FeeRates::default())),
            Ask::Book(market) => events.push(Event::BookSnapshot(book(*market))),
            Ask::OpenOrders(_) => events.push(Event::OpenOrders(nothing())),
            Ask::FillsSince(_) => events.push(Event::Fills(nothing())),
            Ask::Positions => events.push(Event::Positions(nothing())),
            Ask::Balances => events.push(Event::Balances(nothing())),
            _ => {}
        }
        self.driver.complete(now, call.id, Ok(events));
    }

    /// A frame from the socket goes through the codec into the driver.
    ///
    /// # Panics
    /// When the frame cannot be read.
    pub fn frame(&mut self, now: Timestamp, frame: &Bytes) {
        self.client.frame(now, LinkId(0), frame, &mut self.events).expect("the frame can be read");
        for event in self.events.drain(..) {
            self.driver.apply(now, event);
        }
    }
}

impl Default for Rig {
    fn default() -> Self {
        Self::new()
    }
}

/// Polls a future once, without a waker.
pub fn poll<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// One `depth` frame that changes the touch: the best bid's size, and the level beside it. Of the shape that was
/// recorded from the venue: keys in alphabetical order, one change of a level or two.
#[must_use]
pub fn depth_frame(seq: u64) -> Bytes {
    let (bid, ask) = (1 + seq % 90, 1 + seq % 70);
    Bytes::from(format!(
        r#"{{"data":{{"E":1788283696669335,"T":1788283696668000,"U":{seq},"a":[["150.01","{ask}.00"]],"b":[["149.99","{bid}.50"],["149.98","7.25"]],"e":"depth","s":"{SYMBOL}","u":{seq}}},"stream":"depth.{SYMBOL}"}}"#
    ))
}

fn book(market: MarketId) -> BookSnapshot {
    let side = |from: i64, step: i64| {
        (0..10).map(|n| Level { price: Price(from + n * step), qty: Qty(5_000) }).collect::<Vec<_>>()
    };
    BookSnapshot { market, seq: 1_000, bids: side(14_999, -1), asks: side(15_001, 1), at: Timestamp::ZERO }
}

const fn nothing<T>() -> Snapshot<T> {
    Snapshot { rows: Vec::new(), scope: None, complete: true }
}

const MARKETS: &str = r#"[{"symbol":"SOL_USDC_PERP","baseSymbol":"SOL","quoteSymbol":"USDC","marketType":"PERP","orderBookState":"Open","visible":true,"createdAt":"2025-01-21T06:34:54.691858","fundingInterval":3600000,"fundingRateUpperBound":"100","fundingRateLowerBound":"-100","openInterestLimit":"0","positionLimitWeight":null,"imfFunction":{"type":"sqrt","base":"0.02","factor":"0.00006"},"mmfFunction":{"type":"sqrt","base":"0.0125","factor":"0.0000412"},"filters":{"price":{"minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01","maxMultiplier":"1.25","minMultiplier":"0.75","maxImpactMultiplier":"1.05","minImpactMultiplier":"0.95","borrowEntryFeeMaxMultiplier":null,"borrowEntryFeeMinMultiplier":null,"meanMarkPriceBand":{"maxMultiplier":"1.1","minMultiplier":"0.9"},"meanPremiumBand":null},"quantity":{"minQuantity":"0.01","stepSize":"0.01","maxQuantity":null}}}]"#;
