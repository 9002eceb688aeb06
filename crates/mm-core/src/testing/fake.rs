//! The fake's loop: it drives a driver as the session does, and answers after a latency.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use mm_model::{
    Ask, BookDelta, CallError, CancelTarget, ClientId, DecodeError, DeltaLevels, Event, FeeRates, Group,
    Level, Mode, Modification, Placement, Price, Qty, Refusal, RefusalKind, ReportedStatus, Side, Snapshot,
    Timestamp,
};
use tokio::sync::Notify;

use super::{LATENCY, OnCancel, OnModify, OnPlace, market, truth::Truth};
use crate::{Call, CallId, Clock, Driver, LinkState, sync::lock, venue::CallResult};

/// The book says something at least this often.
const BOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(crate) struct Fake {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
    nudge: Arc<Notify>,
}

struct Inner {
    truth: Truth,
    on_place: VecDeque<OnPlace>,
    on_cancel: VecDeque<OnCancel>,
    on_modify: VecDeque<OnModify>,
    /// Asks for the dead man's switch fail while this is set.
    dead_man_fails: bool,
    agenda: BTreeMap<(Timestamp, u64), Item>,
    n_items: u64,
    asks: Vec<Ask>,
    /// Reads fail while this is set.
    reads_fail: bool,
    /// How far the venue's clock is ahead of ours.
    skew: Duration,
    /// How much longer than other calls the venue takes to tell its time.
    slow_time: Duration,
    /// Market data is not told while this is set.
    mute: bool,
    /// What positions over REST are off by.
    died: Option<String>,
}

enum Item {
    Complete(CallId, CallResult),
    Tell(Event),
    Link(LinkState),
    Undecodable(DecodeError),
}

impl Inner {
    fn put(&mut self, at: Timestamp, item: Item) {
        self.n_items += 1;
        self.agenda.insert((at, self.n_items), item);
    }
}

impl Fake {
    pub(crate) fn new(clock: Clock) -> Self {
        let mut inner = Inner {
            truth: Truth::new(),
            on_place: VecDeque::new(),
            on_cancel: VecDeque::new(),
            on_modify: VecDeque::new(),
            dead_man_fails: false,
            agenda: BTreeMap::new(),
            n_items: 0,
            asks: Vec::new(),
            reads_fail: false,
            skew: Duration::ZERO,
            slow_time: Duration::ZERO,
            mute: false,
            died: None,
        };
        inner.put(clock.now(), Item::Link(LinkState::Up));
        Self { clock, inner: Arc::new(Mutex::new(inner)), nudge: Arc::default() }
    }

    /// Another process connects: nothing that was under way for the last one reaches it.
    pub(crate) fn reconnect(&self) {
        let mut inner = lock(&self.inner);
        inner.agenda.clear();
        inner.put(self.clock.now(), Item::Link(LinkState::Up));
    }

    /// Drives the driver until it ends, or until the fake is told to die.
    pub(crate) async fn drive(self, mut driver: Driver) -> Result<(), String> {
        let mut book = self.clock.ticks(BOOK_EVERY);
        loop {
            let due = lock(&self.inner).agenda.first_key_value().map(|((at, _), _)| *at);
            let wake = async {
                match due {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                call = driver.next() => match call {
                    Some(call) => self.take(call),
                    None => return Ok(()),
                },
                () = wake => {}
                () = self.nudge.notified() => {}
                _ = book.next() => self.say_book(),
            }
            if let Some(why) = lock(&self.inner).died.clone() {
                return Err(why);
            }
            self.deliver(&mut driver);
        }
    }

    fn deliver(&self, driver: &mut Driver) {
        loop {
            let now = self.clock.now();
            let item = {
                let mut inner = lock(&self.inner);
                match inner.agenda.first_entry() {
                    Some(first) if first.key().0 <= now => first.remove(),
                    _ => return,
                }
            };
            match item {
                Item::Complete(id, result) => driver.complete(now, id, result),
                Item::Tell(event) => driver.apply(now, event),
                Item::Link(state) => driver.link(now, state),
                Item::Undecodable(error) => driver.undecodable(now, &error),
            }
        }
    }

    fn take(&self, call: Call) {
        let now = self.clock.now();
        let mut inner = lock(&self.inner);
        inner.asks.push(call.ask.clone());
        let is_time = call.ask == Ask::Time;
        let result = match call.ask {
            Ask::Place(placement) => inner.place(now, placement),
            Ask::Batch(placements) | Ask::Group(Group { orders: placements, .. }) => {
                let mut events = Vec::new();
                for placement in placements {
                    match inner.place(now, placement) {
                        Ok(more) => events.extend(more),
                        Err(CallError::Refused(refusal)) => {
                            events.push(Event::Refused { client_id: placement.client_id, refusal });
                        }
                        Err(_) => {}
                    }
                }
                Ok(events)
            }
            Ask::Modify(modification) => inner.modify(now, &modification),
            Ask::DeadMan(_) if inner.dead_man_fails => {
                Err(CallError::OutcomeUnknown("502 Bad Gateway".into()))
            }
            Ask::DeadMan(_) | Ask::Leverage(_) | Ask::Margin(..) => Ok(Vec::new()),
            Ask::Cancel(target) => inner.cancel(now, target),
            Ask::CancelAll(_) => {
                for id in inner.truth.live() {
                    inner.truth.end(id, ReportedStatus::Cancelled { reason: None });
                    let report = inner.truth.report(now, id);
                    inner.put(now + LATENCY, Item::Tell(Event::Order(report)));
                }
                Ok(Vec::new())
            }
            _ if inner.reads_fail => Err(CallError::OutcomeUnknown("502 Bad Gateway".into())),
            ask => Ok(inner.read(now, &ask)),
        };
        let more = if is_time { inner.slow_time } else { Duration::ZERO };
        inner.put(now + LATENCY + more, Item::Complete(call.id, result));
    }

    fn say_book(&self) {
        let mut inner = lock(&self.inner);
        if inner.mute {
            return;
        }
        let now = self.clock.now();
        inner.truth.seq += 1;
        let (prev, seq) = (inner.truth.seq - 1, inner.truth.seq);
        let delta = BookDelta {
            market: super::MARKET,
            prev,
            seq,
            bids: DeltaLevels::new(),
            asks: DeltaLevels::new(),
            at: now,
        };
        inner.put(now, Item::Tell(Event::BookDelta(delta)));
        drop(inner);
        self.nudge.notify_one();
    }

    /// Moves the touch.
    pub(crate) fn set_book(&self, bid: i64, ask: i64) {
        let mut inner = lock(&self.inner);
        let now = self.clock.now();
        let old = inner.truth.snapshot(now);
        inner.truth.book = Some((bid, ask));
        let new = inner.truth.snapshot(now);
        let gone = |levels: Vec<Level>| levels.into_iter().map(|level| Level { qty: Qty::ZERO, ..level });
        let bids = gone(old.bids).chain(new.bids).collect();
        let asks = gone(old.asks).chain(new.asks).collect();
        inner.truth.seq += 1;
        let seq = inner.truth.seq;
        let delta = BookDelta { market: super::MARKET, prev: seq - 1, seq, bids, asks, at: now };
        inner.put(now, Item::Tell(Event::BookDelta(delta)));
        drop(inner);
        self.nudge.notify_one();
    }

    /// A level of our own making, for instance our order as the book shows it.
    pub(crate) fn set_level(&self, side: Side, price: i64, qty: u64) {
        let mut inner = lock(&self.inner);
        let now = self.clock.now();
        inner.truth.seq += 1;
        let seq = inner.truth.seq;
        let level = DeltaLevels::from_iter([Level { price: Price(price), qty: Qty(qty) }]);
        let (bids, asks) =
            if side == Side::Buy { (level, DeltaLevels::new()) } else { (DeltaLevels::new(), level) };
        let delta = BookDelta { market: super::MARKET, prev: seq - 1, seq, bids, asks, at: now };
        inner.put(now, Item::Tell(Event::BookDelta(delta)));
        drop(inner);
        self.nudge.notify_one();
    }

    /// Market data stops; the sockets stay open.
    pub(crate) fn mute(&self, mute: bool) {
        lock(&self.inner).mute = mute;
    }

    pub(crate) fn on_place(&self, script: impl IntoIterator<Item = OnPlace>) {
        lock(&self.inner).on_place.extend(script);
    }

    pub(crate) fn on_cancel(&self, script: impl IntoIterator<Item = OnCancel>) {
        lock(&self.inner).on_cancel.extend(script);
    }

    pub(crate) fn on_modify(&self, script: impl IntoIterator<Item = OnModify>) {
        lock(&self.inner).on_modify.extend(script);
    }

    pub(crate) fn dead_man_fails(&self, fail: bool) {
        lock(&self.inner).dead_man_fails = fail;
    }

    pub(crate) fn skew(&self, ahead: Duration) {
        lock(&self.inner).skew = ahead;
    }

    pub(crate) fn slow_time(&self, more: Duration) {
        lock(&self.inner).slow_time = more;
    }

    pub(crate) fn reads_fail(&self, fail: bool) {
        lock(&self.inner).reads_fail = fail;
    }

    /// The connector breaks down.
    pub(crate) fn die(&self, why: &str) {
        lock(&self.inner).died = Some(why.into());
        self.nudge.notify_one();
    }

    /// Somebody trades with an order of ours; the stream tells it.
    pub(crate) fn fill(&self, id: ClientId, lots: u64) {
        for event in self.fill_in_silence(id, lots) {
            self.tell(event);
        }
    }

    /// Somebody trades on our account by hand; whether the stream tells it.
    pub(crate) fn trade_by_hand(&self, side: Side, lots: u64, is_told: bool) {
        let fill = lock(&self.inner).truth.trade_by_hand(self.clock.now(), side, lots);
        if is_told {
            self.tell(Event::Fill(fill));
        }
    }

    /// The position changes, and no fill ever tells why.
    pub(crate) fn shift_position(&self, lots: i64) {
        let mut inner = lock(&self.inner);
        inner.truth.net = inner.truth.net + mm_model::SignedQty(lots);
    }

    /// Somebody trades with an order of ours; nobody is told. Returns what would have been said.
    pub(crate) fn fill_in_silence(&self, id: ClientId, lots: u64) -> Vec<Event> {
        lock(&self.inner).truth.fill(self.clock.now(), id, lots)
    }

    /// The venue takes an order off; nobody is told.
    pub(crate) fn end_in_silence(&self, id: ClientId) {
        lock(&self.inner).truth.end(id, ReportedStatus::Cancelled { reason: None });
    }

    pub(crate) fn tell(&self, event: Event) {
        self.tell_after(Duration::ZERO, event);
    }

    pub(crate) fn tell_after(&self, wait: Duration, event: Event) {
        lock(&self.inner).put(self.clock.now() + wait, Item::Tell(event));
        self.nudge.notify_one();
    }

    pub(crate) fn link(&self, state: LinkState) {
        lock(&self.inner).put(self.clock.now(), Item::Link(state));
        self.nudge.notify_one();
    }

    /// A frame comes that the codec cannot read.
    pub(crate) fn garble(&self) {
        let error = DecodeError { what: "frame", why: "a word of no page".to_owned() };
        lock(&self.inner).put(self.clock.now(), Item::Undecodable(error));
        self.nudge.notify_one();
    }

    pub(crate) fn live(&self) -> Vec<ClientId> {
        lock(&self.inner).truth.live()
    }

    pub(crate) fn filled(&self) -> Qty {
        lock(&self.inner).truth.orders.values().fold(Qty::ZERO, |sum, order| sum.plus(order.filled))
    }

    /// The most that was ever live or filled at once.
    pub(crate) fn committed_max(&self) -> Qty {
        lock(&self.inner).truth.committed_max
    }

    /// Placements that were handed out, in order.
    pub(crate) fn placements(&self) -> Vec<Placement> {
        let placed = |ask: &Ask| match ask {
            Ask::Place(placement) => Some(*placement),
            _ => None,
        };
        lock(&self.inner).asks.iter().filter_map(placed).collect()
    }

    /// How many asks `is_wanted` finds among those that were handed out.
    pub(crate) fn count(&self, is_wanted: impl Fn(&Ask) -> bool) -> usize {
        lock(&self.inner).asks.iter().filter(|ask| is_wanted(ask)).count()
    }
}

impl Inner {
    fn place(&mut self, now: Timestamp, placement: Placement) -> CallResult {
        let id = placement.client_id;
        let lost = || Err(CallError::OutcomeUnknown("no reply in time".into()));
        let step = self.on_place.pop_front().unwrap_or(OnPlace::Accept);
        match step {
            OnPlace::NotSent => return Err(CallError::NotSent("no connection".into())),
            OnPlace::Refuse(kind) => return Err(CallError::Refused(refusal(kind))),
            OnPlace::LoseRequest => return lost(),
            OnPlace::QueueAndForget => return Ok(vec![Event::Queued { client_id: id }]),
            OnPlace::QueueAndRefuse(kind) => {
                let refused = Event::Refused { client_id: id, refusal: refusal(kind) };
                self.put(now + LATENCY * 5, Item::Tell(refused));
                return Ok(vec![Event::Queued { client_id: id }]);
            }
            _ => self.truth.accept(placement),
        }
        match step {
            OnPlace::LoseAck => lost(),
            OnPlace::RefuseButKeep => Err(CallError::Refused(refusal(RefusalKind::Other))),
            OnPlace::EmptyAnswer => Ok(Vec::new()),
            OnPlace::QueueInSilence => Ok(vec![Event::Queued { client_id: id }]),
            OnPlace::Queue(after_ms) => {
                let report = self.truth.report(now, id);
                self.put(now + Duration::from_millis(after_ms), Item::Tell(Event::Order(report)));
                Ok(vec![Event::Queued { client_id: id }])
            }
            OnPlace::QueueAndThrowOut => {
                self.truth.end(id, ReportedStatus::Rejected { reason: "too-much-slippage".into() });
                let report = self.truth.report(now, id);
                self.put(now + LATENCY * 5, Item::Tell(Event::Order(report)));
                Ok(vec![Event::Queued { client_id: id }])
            }
            OnPlace::ThrowOut => {
                self.truth.end(id, ReportedStatus::Cancelled { reason: Some("PostOnlyTaker".into()) });
                Ok(vec![Event::Order(self.truth.report(now, id))])
            }
            OnPlace::FillBeforeAck(lots) => {
                let stale = self.truth.report(now, id);
                for event in self.truth.fill(now, id, lots) {
                    self.put(now, Item::Tell(event));
                }
                Ok(vec![Event::Order(stale)])
            }
            _ => Ok(vec![Event::Order(self.truth.report(now, id))]),
        }
    }

    fn modify(&mut self, now: Timestamp, modification: &Modification) -> CallResult {
        let step = self.on_modify.pop_front().unwrap_or(OnModify::Accept);
        let id = modification.target.client_id.expect("only ours are modified");
        match step {
            OnModify::NotSent => return Err(CallError::NotSent("not spoken here".into())),
            OnModify::Refuse(kind) => return Err(CallError::Refused(refusal(kind))),
            OnModify::RefuseLater(kind) => {
                let refused = Event::Refused { client_id: id, refusal: refusal(kind) };
                self.put(now + LATENCY * 5, Item::Tell(refused));
            }
            OnModify::Accept if self.truth.modify(modification) => {
                let report = self.truth.report(now, id);
                self.put(now + LATENCY * 5, Item::Tell(Event::Order(report)));
            }
            OnModify::DoneInSilence => {
                self.truth.modify(modification);
            }
            OnModify::Accept | OnModify::Forget => {}
        }
        Ok(Vec::new())
    }

    fn cancel(&mut self, now: Timestamp, target: CancelTarget) -> CallResult {
        let known = self.truth.orders.values().find(|order| {
            Some(order.placement.client_id) == target.client_id || Some(order.venue_id) == target.venue_id
        });
        let not_found = || Err(CallError::Refused(refusal(RefusalKind::NotFound)));
        let step = self.on_cancel.pop_front().unwrap_or(OnCancel::Accept);
        let Some(id) =
            known.filter(|order| order.status == ReportedStatus::Open).map(|order| order.placement.client_id)
        else {
            return not_found();
        };
        let cancelled = ReportedStatus::Cancelled { reason: None };
        match step {
            OnCancel::TakeNote => return Ok(Vec::new()),
            OnCancel::Lose => return Err(CallError::OutcomeUnknown("no reply in time".into())),
            OnCancel::Refuse(kind) => return Err(CallError::Refused(refusal(kind))),
            OnCancel::DoneInSilence => {
                self.truth.end(id, cancelled);
                return Err(CallError::OutcomeUnknown("no reply in time".into()));
            }
            OnCancel::FilledMeanwhile => {
                for event in self.truth.fill(now, id, u64::MAX) {
                    self.put(now + LATENCY * 50, Item::Tell(event));
                }
                return not_found();
            }
            OnCancel::FillFirst(lots) => {
                for event in self.truth.fill(now, id, lots) {
                    self.put(now + LATENCY * 2, Item::Tell(event));
                }
            }
            OnCancel::Accept => {}
        }
        self.truth.end(id, cancelled);
        let report = self.truth.report(now, id);
        self.put(now + LATENCY, Item::Tell(Event::Order(report)));
        Ok(Vec::new())
    }

    fn read(&self, now: Timestamp, ask: &Ask) -> Vec<Event> {
        let whole = |rows| Snapshot { rows, scope: None, complete: true };
        match ask {
            Ask::Time => vec![Event::ServerTime(now + LATENCY / 2 + self.skew)],
            Ask::Markets => vec![Event::Markets(vec![market()])],
            Ask::Fees => vec![Event::Fees(FeeRates::default())],
            Ask::Book(_) | Ask::Resync(_) => vec![Event::BookSnapshot(self.truth.snapshot(now))],
            Ask::OpenOrders(_) => vec![Event::OpenOrders(self.truth.open_orders(now))],
            Ask::Order(query, mode) => self.truth.look_up(now, query.client_id, *mode),
            Ask::FillsSince(since) => {
                let rows = self.truth.fills.iter().filter(|fill| fill.at >= *since).cloned().collect();
                vec![Event::Fills(whole(rows))]
            }
            Ask::Positions => {
                let flat = self.truth.net.is_flat();
                let rows = if flat { Vec::new() } else { vec![self.truth.position(now)] };
                vec![Event::Positions(Snapshot { rows, scope: None, complete: true })]
            }
            Ask::Balances => {
                vec![Event::Balances(Snapshot { rows: Vec::new(), scope: None, complete: true })]
            }
            other => panic!("the fake does not know {other:?}"),
        }
    }
}

fn refusal(kind: RefusalKind) -> Refusal {
    Refusal { kind, code: format!("{kind:?}"), message: "no".into(), retry_after: None }
}

/// For tests that look at lookups.
pub(crate) const fn is_lookup(ask: &Ask) -> bool {
    matches!(ask, Ask::Order(_, Mode::Live | Mode::History))
}
