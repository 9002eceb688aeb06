//! A connector without sockets: a venue's codec, the driver and the handle, made ready by canned answers. What the
//! rows push messages through.

use std::{
    collections::BTreeMap,
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
    Backing, Call, Clock, Driver, IdSource, LinkState, Order, Submission, Venue, VenueConfig, VirtualRuntime,
    risk::{ConnectorLimits, Gate, Limits, LossLimits, MarketLimits},
    venue,
};
use mm_model::{
    Ask, BookSnapshot, CallError, ClientId, Decimal, Event, Exposure, FeeRates, Level, MarketId, Money,
    NewOrder, OrderKind, OrderReport, Price, Qty, Rate, ReportedStatus, Side, Snapshot, Timestamp, Top,
    VenueOrderId,
};
use mm_venues::{
    client::{CallRef, Heard, LinkId, Outbox, Protocol as _},
    http::Reply,
};

use crate::{lives::wanted, wires::Wire};

/// Ids from a counter.
#[derive(Debug)]
pub struct Ids {
    from: u64,
    n_given: AtomicU64,
}

impl Ids {
    /// The first is one more than that.
    #[must_use]
    pub const fn after(from: u64) -> Self {
        Self { from, n_given: AtomicU64::new(0) }
    }
}

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        let n = self.n_given.fetch_add(1, Ordering::Relaxed) % u64::from(u32::MAX) + 1;
        Ok(ClientId(self.from + n))
    }
}

/// An order that was handed out and not answered.
#[derive(Debug)]
pub struct Underway {
    call: Call,
    sent_as: CallRef,
    submission: Submission,
}

/// See the module.
#[derive(Debug)]
pub struct Rig<W: Wire> {
    /// The strategy's end.
    pub venue: Venue,
    /// The session's end.
    pub driver: Driver,
    /// The codec.
    pub client: W::Client,
    /// The market.
    pub market: MarketId,
    /// Time, which stands still: the rows need none.
    pub clock: Clock,
    heard: Heard,
    n_sent: u64,
}

impl<W: Wire> Rig<W> {
    /// A connector that is ready, with a book of ten levels a side around 150.00.
    ///
    /// # Panics
    /// When the canned answers do not make it ready: then the bench has to follow the code.
    #[must_use]
    pub fn new() -> Self {
        let clock = VirtualRuntime::new(Timestamp::from_ms(1_788_283_696_669)).clock();
        let config = VenueConfig {
            name: "bench".into(),
            symbols: vec![W::SYMBOL.into()],
            stale_after: Duration::from_secs(3600),
            submit_valid_for: Duration::from_secs(5),
            closed_orders_max: 1024,
            reconcile_every: Duration::from_secs(3600),
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man: None,
            recovery: mm_core::Recovery::default(),
            on_mismatch: mm_core::OnMismatch::default(),
        };
        let ids = Arc::new(Ids::after(W::IDS_FROM));
        let backing = Backing { gate: Gate::with(limits()), ..Backing::from(ids) };
        let (venue, driver) = venue(config, clock.clone(), backing);
        let (client, market, heard) = (W::client(), MarketId(0), Heard::default());
        let mut rig = Self { venue, driver, client, market, clock, heard, n_sent: 0 };
        rig.driver.link(rig.clock.now(), LinkState::Up);
        for _ in 0..100 {
            let Some(call) = rig.next_call() else { break };
            rig.answer(&call);
        }
        assert!(rig.venue.status().ready, "not ready: {:?}", rig.venue.status().reason);
        let now = rig.clock.now();
        for frame in W::begin(&mut rig.client, now) {
            rig.frame(now, &frame);
        }
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
                let reply = Reply { status: 200, headers: Default::default(), body: W::listing() };
                self.client
                    .reply(now, CallRef(0), &call.ask, &reply, &mut events)
                    .expect("the market can be read");
                self.market = W::markets(&self.client).by_symbol(W::SYMBOL).expect("it is listed").id;
            }
            Ask::Fees => events.push(Event::Fees(FeeRates::default())),
            Ask::Book(market) | Ask::Resync(market) => {
                events.push(Event::BookSnapshot(book(*market, W::BOOK_SEQ)));
            }
            Ask::OpenOrders(_) => events.push(Event::OpenOrders(nothing())),
            Ask::FillsSince(_) => events.push(Event::Fills(nothing())),
            Ask::Positions => events.push(Event::Positions(nothing())),
            Ask::Balances => events.push(Event::Balances(nothing())),
            _ => {}
        }
        self.driver.complete(now, call.id, Ok(events));
    }

    /// A frame of market data goes through the codec into the driver.
    ///
    /// # Panics
    /// When the frame cannot be read.
    pub fn frame(&mut self, now: Timestamp, frame: &Bytes) {
        self.hear(now, LinkId(0), frame);
    }

    /// The same with a frame of the account's.
    ///
    /// # Panics
    /// When the frame cannot be read.
    pub fn account_frame(&mut self, now: Timestamp, frame: &Bytes) {
        self.hear(now, W::ACCOUNT_LINK, frame);
    }

    fn hear(&mut self, now: Timestamp, link: LinkId, frame: &Bytes) {
        self.client.frame(now, link, frame, &mut self.heard).expect("the frame can be read");
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
        self.n_sent += 1;
        let sent_as = CallRef(self.n_sent);
        outbox.frames.clear();
        self.client.encode(now, sent_as, &call.ask, outbox).expect("the order can be written");
        Underway { call, sent_as, submission }
    }

    /// Prepares what can be of the next signatures.
    pub fn prepare(&mut self) {
        while self.client.may_prepare() {
            self.client.prepare();
        }
    }

    /// Places an order far from the touch, which the venue takes.
    ///
    /// # Panics
    /// When it is not taken.
    pub fn place(&mut self) -> Order {
        let now = self.clock.now();
        let submission = self.venue.submit(wanted(self.market)).expect("the rig is ready");
        let call = self.next_call().expect("the order is handed out");
        let taken = told::<W>(submission.order().client_id(), ReportedStatus::Open);
        self.driver.complete(now, call.id, Ok(vec![Event::Order(taken)]));
        poll(submission.outcome()).expect("answered").expect("accepted")
    }

    /// Places an order that the session gives back unsent: what it costs from the handle to the driver and back, the risk gate
    /// included.
    ///
    /// # Panics
    /// When it is not handed out.
    pub fn turn_back(&mut self) {
        let now = self.clock.now();
        let submission = self.venue.submit(wanted(self.market)).expect("the rig is ready");
        let call = self.next_call().expect("the order is handed out");
        self.driver.complete(now, call.id, Err(CallError::NotSent(String::new())));
        drop(submission);
    }

    /// The venue takes the order, then it is cancelled: nothing of it stays live.
    ///
    /// # Panics
    /// When the order is not taken.
    pub fn settle(&mut self, underway: Underway) {
        let (now, id) = (self.clock.now(), underway.submission.order().client_id());
        if let Some(frame) = W::answer(underway.sent_as, id) {
            self.account_frame(now, &frame);
            let answered = self.heard.answers.pop().expect("the answer finds its call");
            assert!(answered.result.is_ok(), "{answered:?}");
        }
        let taken = vec![Event::Order(told::<W>(id, ReportedStatus::Open))];
        self.driver.complete(now, underway.call.id, Ok(taken));
        poll(underway.submission.outcome()).expect("answered").expect("accepted");
        let gone = told::<W>(id, ReportedStatus::Cancelled { reason: None });
        self.driver.apply(now, Event::Order(gone));
    }
}

/// Every control that judges by the market and by what is open, none of which binds. Those that count by time are left out:
/// here it stands still.
fn limits() -> Limits {
    let plenty = Money::from_decimal(Decimal::new(1_000_000_000_000, 0)).expect("it fits");
    let size = Decimal::new(1_000_000_000_000, 0);
    let market = MarketLimits {
        collar: Some(Rate(500_000_000)),
        order_size_max: Some(size),
        order_notional_max: Some(plenty),
        position_size_max: Some(size),
        position_notional_max: Some(plenty),
        may_self_trade: false,
        checks_reduce_only: true,
        ..MarketLimits::default()
    };
    let other = ConnectorLimits { open_orders_max: Some(100_000), market, ..ConnectorLimits::default() };
    let losses = LossLimits { daily_max: Some(plenty), drawdown_max: Some(plenty), ..LossLimits::default() };
    let quotes = ["USD", "USDC", "USDT"].map(str::to_owned).into();
    Limits { quotes, gross_notional_max: Some(plenty), losses, connectors: BTreeMap::new(), other }
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

/// The same of an order that nothing was filled of, under its venue's own id.
fn told<W: Wire>(id: ClientId, status: ReportedStatus) -> OrderReport {
    OrderReport { venue_id: W::venue_id(id), ..report(id, Qty::ZERO, status) }
}

impl<W: Wire> Default for Rig<W> {
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

fn book(market: MarketId, seq: u64) -> BookSnapshot {
    let side = |from: i64, step: i64| {
        (0..10).map(|n| Level { price: Price(from + n * step), qty: Qty(5_000) }).collect::<Vec<_>>()
    };
    BookSnapshot { market, seq, bids: side(14_999, -1), asks: side(15_001, 1), at: Timestamp::ZERO }
}

const fn nothing<T>() -> Snapshot<T> {
    Snapshot { rows: Vec::new(), scope: None, complete: true }
}
