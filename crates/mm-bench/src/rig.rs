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
use mm_core::{
    Call, Clock, Driver, IdSource, LinkState, Order, Submission, Venue, VenueConfig, VirtualRuntime, venue,
};
use mm_model::{
    Ask, BookSnapshot, ClientId, Event, Exposure, FeeRates, Level, MarketId, NewOrder, OrderKind,
    OrderReport, Price, Qty, ReportedStatus, Side, Snapshot, Timestamp, Top, VenueOrderId,
};
use mm_venues::{
    backpack::{Client, Options},
    client::{CallRef, Heard, LinkId, Outbox, Protocol as _},
    http::Reply,
};

use crate::lives::wanted;

/// The market of the rows.
pub const SYMBOL: &str = "SOL_USDC_PERP";
/// Base64 of 32 bytes that are nobody's key.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The public half of [`SECRET`].
pub const API_KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// Ids from a counter.
#[derive(Debug, Default)]
pub struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed) % u64::from(u32::MAX) + 1))
    }
}

/// An order that was handed out and not answered.
#[derive(Debug)]
pub struct Underway {
    call: Call,
    submission: Submission,
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
    heard: Heard,
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
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man: None,
        };
        let (venue, driver) = venue(config, clock.clone(), Arc::<Ids>::default());
        let mut rig = Self { venue, driver, client, market: MarketId(0), clock, heard: Heard::default() };
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
                self.client
                    .reply(now, CallRef(0), &call.ask, &reply, &mut events)
                    .expect("the market can be read");
                self.market = self.client.markets().by_symbol(SYMBOL).expect("it is listed").id;
            }
            Ask::Fees => events.push(Event::Fees(FeeRates::default())),
            Ask::Book(market) | Ask::Resync(market) => events.push(Event::BookSnapshot(book(*market))),
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
        self.client.frame(now, LinkId(0), frame, &mut self.heard).expect("the frame can be read");
        for event in self.heard.events.drain(..) {
            self.driver.apply(now, event);
        }
    }

    /// From a depth frame in memory to the bytes of a signed order: codec, driver, book, decision, handle, driver,
    /// codec.
    ///
    /// # Panics
    /// When any of them refuses.
    pub fn trade(&mut self, frame: &Bytes, outbox: &mut Outbox) -> Underway {
        let now = self.clock.now();
        self.frame(now, frame);
        let top = self.venue.top(self.market).expect("the book is whole");
        let submission = self.venue.submit(decide(self.market, top)).expect("the rig is ready");
        let call = self.next_call().expect("the order is handed out");
        self.client.encode(now, CallRef(0), &call.ask, outbox).expect("the order can be written");
        Underway { call, submission }
    }

    /// Places an order far from the touch, which the venue takes.
    ///
    /// # Panics
    /// When it is not taken.
    pub fn place(&mut self) -> Order {
        let now = self.clock.now();
        let submission = self.venue.submit(wanted(self.market)).expect("the rig is ready");
        let call = self.next_call().expect("the order is handed out");
        let taken = report(submission.order().client_id(), Qty::ZERO, ReportedStatus::Open);
        self.driver.complete(now, call.id, Ok(vec![Event::Order(taken)]));
        poll(submission.outcome()).expect("answered").expect("accepted")
    }

    /// The venue takes the order, then it is cancelled: nothing of it stays live.
    ///
    /// # Panics
    /// When the order is not taken.
    pub fn settle(&mut self, underway: Underway) {
        let (now, id) = (self.clock.now(), underway.submission.order().client_id());
        let taken = vec![Event::Order(report(id, Qty::ZERO, ReportedStatus::Open))];
        self.driver.complete(now, underway.call.id, Ok(taken));
        poll(underway.submission.outcome()).expect("answered").expect("accepted");
        let gone = report(id, Qty::ZERO, ReportedStatus::Cancelled { reason: None });
        self.driver.apply(now, Event::Order(gone));
    }
}

/// A fill of one lot of a resting order of 10,000.00, as the private stream tells it; `filled` is its sum by then.
#[must_use]
pub fn fill_frame(id: ClientId, trade: u64, filled: &str) -> Bytes {
    let venue_id = 59_887_000_000 + id.0;
    Bytes::from(format!(
        r#"{{"data":{{"E":1788283696669335,"L":"140.00","N":"USDC","O":"USER","Q":"1400000.00","S":"Bid","T":1788283696668000,"V":"RejectTaker","X":"PartiallyFilled","Z":"1.40","c":{id},"e":"orderFill","f":"GTC","i":"{venue_id}","l":"0.01","m":true,"n":"0.000280","o":"LIMIT","p":"140.00","q":"10000.00","r":false,"s":"{SYMBOL}","t":{trade},"y":false,"z":"{filled}"}},"stream":"account.orderUpdate"}}"#
    ))
}

/// Any other change of such an order: the venue's words for what happened and where it stands.
#[must_use]
pub fn order_frame(id: ClientId, [event, status]: [&str; 2], filled: &str) -> Bytes {
    let venue_id = 59_887_000_000 + id.0;
    Bytes::from(format!(
        r#"{{"data":{{"E":1788283696669335,"O":"USER","Q":"1400000.00","S":"Bid","T":1788283696668000,"V":"RejectTaker","X":"{status}","Z":"0","c":{id},"e":"{event}","f":"GTC","i":"{venue_id}","o":"LIMIT","p":"140.00","q":"10000.00","r":false,"s":"{SYMBOL}","t":null,"y":false,"z":"{filled}"}},"stream":"account.orderUpdate"}}"#
    ))
}

/// The decision of the rows: join the best bid with one lot and ten.
#[must_use]
pub const fn decide(market: MarketId, top: Top) -> NewOrder {
    NewOrder {
        market,
        side: Side::Buy,
        qty: Qty(11),
        kind: OrderKind::PostOnly { price: top.bid.price },
        exposure: Exposure::Any,
    }
}

/// What the venue says of an order of 1,000,000 lots (or of [`decide`]'s: the size is the venue's word).
#[must_use]
pub fn report(id: ClientId, filled: Qty, status: ReportedStatus) -> OrderReport {
    OrderReport {
        version: 0,
        client_id: Some(id),
        venue_id: VenueOrderId::from_number(59_887_000_000 + id.0),
        market: MarketId(0),
        side: Side::Buy,
        price: Some(Price(14_000)),
        qty: Qty(1_000_000),
        filled,
        status,
        at: Timestamp(1),
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

/// What the venue lists.
pub(crate) const MARKETS: &str = r#"[{"symbol":"SOL_USDC_PERP","baseSymbol":"SOL","quoteSymbol":"USDC","marketType":"PERP","orderBookState":"Open","visible":true,"createdAt":"2025-01-21T06:34:54.691858","fundingInterval":3600000,"fundingRateUpperBound":"100","fundingRateLowerBound":"-100","openInterestLimit":"0","positionLimitWeight":null,"imfFunction":{"type":"sqrt","base":"0.02","factor":"0.00006"},"mmfFunction":{"type":"sqrt","base":"0.0125","factor":"0.0000412"},"filters":{"price":{"minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01","maxMultiplier":"1.25","minMultiplier":"0.75","maxImpactMultiplier":"1.05","minImpactMultiplier":"0.95","borrowEntryFeeMaxMultiplier":null,"borrowEntryFeeMinMultiplier":null,"meanMarkPriceBand":{"maxMultiplier":"1.1","minMultiplier":"0.9"},"meanPremiumBand":null},"quantity":{"minQuantity":"0.01","stepSize":"0.01","maxQuantity":null}}}]"#;
