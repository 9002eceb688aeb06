//! The driver's side of a venue: the generic connector logic between a codec's events and the strategies' handles.
//! Pure and synchronous but for `next`: the session loop feeds it events and executes its calls.

mod answers;
mod believed;
mod dead_man;
mod doubts;
mod events;
mod lookups;
mod past;
mod readiness;
mod reconcile;
mod restate;
mod risk;
mod upkeep;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, atomic::Ordering},
};

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DecodeError, Event, MarketId, Modification, OrderState,
    Timestamp, Unsure,
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    journal::Past,
    orders::Update,
    risk::{Mode, RiskState},
    sync::lock,
    venue::{CallResult, Command, Shared},
};
use dead_man::Armed;
use doubts::Doubts;
use events::Source;
use lookups::Absence;
pub(crate) use lookups::PROOF_LAG;
use past::Legacy;
use readiness::Readiness;
use reconcile::Reconciling;
use upkeep::{Chore, Upkeep};

/// Why an order that waits in our own queue is not sent.
const WITHDRAWN: &str = "cancelled before it was sent";

/// A call's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// Something to ask of the venue. The session must end each with exactly one [`Driver::complete`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number.
    pub id: CallId,
    /// What to ask.
    pub ask: Ask,
}

/// State of the sockets as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// At least one is down.
    Down {
        /// Why.
        reason: String,
    },
    /// All are open and subscribed.
    Up,
}

/// A call that the session has and has not ended.
struct Running {
    id: CallId,
    ask: Ask,
    sent_at: Timestamp,
    /// How often the link had come up when it was handed out.
    epoch: u64,
    origin: Origin,
    /// The orders that a cancel is meant for.
    cancels: Vec<ClientId>,
}

/// Who wants a call.
enum Origin {
    Handle(oneshot::Sender<CallResult>),
    Upkeep(Chore),
    /// The driver itself, with its last call.
    Farewell,
}

/// The driver.
pub struct Driver {
    shared: Arc<Shared>,
    cancels: mpsc::Receiver<Command>,
    others: mpsc::Receiver<Command>,
    n_calls: u64,
    /// Few at a time, and the oldest end first: a list needs no memory of its own in steady state.
    running: Vec<Running>,
    /// Placements that the session has and has not ended: a cancel must not overtake them.
    placing: Vec<ClientId>,
    /// Cancels of those.
    parked: Vec<Command>,
    /// Cancels whose placement has ended.
    unparked: VecDeque<Command>,
    upkeep: Upkeep,
    doubts: Doubts,
    readiness: Readiness,
    dead_man: Armed,
    /// Orders that complete answers lacked.
    absences: BTreeMap<ClientId, Absence>,
    /// The venue's time of a fill of ours before which none is missing, as far as we know: the latest one while we listen; while
    /// we catch up, the latest before.
    last_fill_at: Timestamp,
    /// The venue's time of the latest fill of ours that was told.
    last_fill_told: Timestamp,
    started_at: Timestamp,
    /// No fill from before that is asked for, by our clock: when we started, or when the oldest order was made that earlier
    /// runs left unsettled.
    fills_from: Timestamp,
    legacy: Legacy,
    /// When the gate last heard of a market's touch.
    marked_at: BTreeMap<MarketId, Timestamp>,
    /// What was last written down of the gate, and when that was looked at.
    risk_kept: (Timestamp, RiskState),
    mode_kept: Mode,
    reconciling: Reconciling,
    /// What earlier runs left and was not taken up yet: the venue's markets must be known first.
    past: Past,
}

impl Driver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        cancels: mpsc::Receiver<Command>,
        others: mpsc::Receiver<Command>,
        past: Past,
    ) -> Self {
        let now = shared.clock.now();
        let mut driver = Self {
            shared,
            cancels,
            others,
            n_calls: 0,
            running: Vec::new(),
            placing: Vec::new(),
            parked: Vec::new(),
            unparked: VecDeque::new(),
            upkeep: Upkeep::default(),
            doubts: Doubts::default(),
            readiness: Readiness::default(),
            dead_man: Armed::default(),
            absences: BTreeMap::new(),
            last_fill_at: Timestamp::ZERO,
            last_fill_told: Timestamp::ZERO,
            started_at: now,
            fills_from: now,
            legacy: Legacy::of(&past),
            marked_at: BTreeMap::new(),
            risk_kept: (now, RiskState::default()),
            mode_kept: Mode::Active,
            reconciling: Reconciling::default(),
            past,
        };
        driver.prepare(now);
        driver
    }

    /// The next call: strategies' commands (cancels first, then the rest in order) and the driver's own housekeeping
    /// (markets, time, book snapshots, catching up after a reconnect, looking up unknown orders, missing fills). `None` when
    /// every handle is gone or the core asked the connector to stop; before it, where there is a dead man's switch to put
    /// off, that. Cancel-safe.
    pub async fn next(&mut self) -> Option<Call> {
        let shared = self.shared.clone();
        let mut stop = shared.stop.subscribe();
        let mut mode = shared.gate.watch();
        mode.mark_changed();
        loop {
            if mode.has_changed().unwrap_or(true) && *mode.borrow_and_update() == Mode::Halted {
                self.take_all_off(shared.clock.now());
            }
            self.keep_up(shared.clock.now());
            if *stop.borrow_and_update() {
                return self.farewell(shared.clock.now());
            }
            let now = shared.clock.now();
            shared.alive_at.store(now.0, Ordering::Relaxed);
            if let Some(call) = self.pick(now) {
                return Some(call);
            }
            let due = self.upkeep.next_due().into_iter().chain(self.doubts.next_due()).min();
            let wake = async {
                match due {
                    Some(at) => shared.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let command = tokio::select! {
                biased;
                _ = stop.changed() => continue,
                _ = mode.changed() => continue,
                command = self.cancels.recv() => command,
                () = shared.nudge.notified() => continue,
                command = self.others.recv() => command,
                () = wake => continue,
            };
            // Both lanes live and die with the last handle.
            let Some(command) = command else { return self.farewell(shared.clock.now()) };
            if let Some(call) = self.take(command, shared.clock.now()) {
                return Some(call);
            }
        }
    }

    /// What can be handed out without waiting: cancels, then our own questions (they are few), then the rest.
    fn pick(&mut self, now: Timestamp) -> Option<Call> {
        self.hear_of_takeover(now);
        let abandoned = std::mem::take(&mut *lock(&self.shared.abandoned));
        for id in abandoned {
            self.reap(id, now);
        }
        let doubted = std::mem::take(&mut *lock(&self.shared.doubted_books));
        for chore in doubted.into_iter().map(Chore::Book) {
            if self.readiness.is_up() && !self.upkeep.is_planned(chore) {
                self.upkeep.want(chore, now);
            }
        }
        // The strategy may run on another thread: what came in just now was made after `now`, and must not seem to be sent
        // before it was made.
        while let Some(command) = self.unparked.pop_front().or_else(|| self.cancels.try_recv().ok()) {
            if let Some(call) = self.take(command, self.shared.clock.now()) {
                return Some(call);
            }
        }
        self.resolve_doubts(now);
        while let Some(chore) = self.upkeep.start(now) {
            match self.ask_of(chore) {
                Some(ask) => return Some(self.hand_out(ask, Origin::Upkeep(chore), now)),
                None => {
                    self.upkeep.ended(chore, now, true);
                    self.watch_lost();
                }
            }
        }
        while let Ok(command) = self.others.try_recv() {
            if let Some(call) = self.take(command, self.shared.clock.now()) {
                return Some(call);
            }
        }
        None
    }

    fn hand_out(&mut self, ask: Ask, origin: Origin, now: Timestamp) -> Call {
        self.n_calls += 1;
        let id = CallId(self.n_calls);
        self.note_placed(&ask, now);
        let cancels = self.cancelled_by(&ask);
        for id in &cancels {
            self.shared.orders.apply(*id, now, Update::CancelSent);
        }
        if let Ask::Modify(Modification { target, price, qty }) = ask
            && let Some(id) = target.client_id
        {
            self.shared.orders.apply(id, now, Update::ModifySent { price, qty });
            self.shared.desk.change_sent(target.market, id);
        }
        let epoch = self.readiness.epoch();
        self.running.push(Running { id, ask: ask.clone(), sent_at: now, epoch, origin, cancels });
        self.shared.state().health.in_flight = self.running.len();
        Call { id, ask }
    }

    /// Takes a command; `None` when it was answered here, or waits for something.
    fn take(&mut self, mut command: Command, now: Timestamp) -> Option<Call> {
        let withdrawn = self.recall(&command.ask, now).unwrap_or(WITHDRAWN);
        match &mut command.ask {
            Ask::Cancel(CancelTarget { client_id: Some(id), venue_id, .. }) => {
                let id = *id;
                let state = self.shared.orders.read(id, |tracker| {
                    *venue_id = venue_id.or_else(|| tracker.record().venue_id());
                    tracker.record().state()
                });
                if state == Some(OrderState::Submitting) && self.placing.contains(&id) {
                    self.parked.push(command);
                    return None;
                }
                // An order that was not handed out yet is called back, one that is over needs nothing.
                if state == Some(OrderState::New) {
                    self.withdraw(id, now);
                }
                if state.is_none_or(|state| state.is_final() || state == OrderState::New) {
                    let _ = command.reply.send(Ok(Vec::new())); // Whoever asked may have left.
                    return None;
                }
            }
            Ask::CancelAll(market) => {
                let market = *market;
                self.withdraw_all(market, now);
                self.reap_unseen(market, now);
            }
            Ask::Place(placement) if !self.is_new(placement.client_id) => {
                return answer_unsent(command, withdrawn);
            }
            Ask::Batch(placements) => {
                placements.retain(|placement| self.is_new(placement.client_id));
                if placements.is_empty() {
                    return answer_unsent(command, withdrawn);
                }
            }
            // A part of a group means something else than the whole.
            Ask::Group(group) if group.orders.iter().any(|placement| !self.is_new(placement.client_id)) => {
                for placement in group.orders.iter().filter(|placement| self.is_new(placement.client_id)) {
                    self.withdraw(placement.client_id, now);
                }
                return answer_unsent(command, withdrawn);
            }
            Ask::Modify(modification) => {
                let closed = self.holds_back(&Ask::Modify(*modification)).map(str::to_owned);
                let target = &mut modification.target;
                if let Err(why) = closed.map_or_else(|| self.may_modify(target), Err) {
                    target.client_id.into_iter().for_each(|id| self.shared.change_unsent(id));
                    return answer_unsent(command, &why);
                }
            }
            _ => {}
        }
        Some(self.hand_out(command.ask, Origin::Handle(command.reply), now))
    }

    /// Why `ask` must not be sent any more, if it must not: a gate that closes reaches what waits for the venue's allowance,
    /// too. What only reduces may go on; orders that go out together are held back together.
    #[must_use]
    pub fn holds_back(&self, ask: &Ask) -> Option<&'static str> {
        let record_of = |id| self.shared.orders.read(id, |tracker| tracker.snapshot());
        self.shared.desk.recalls(ask, record_of)
    }

    /// Calls those orders of `ask` back that the gate lets pass no longer; why.
    fn recall(&self, ask: &Ask, now: Timestamp) -> Option<&'static str> {
        let mut closed = None;
        for placement in ask.placements() {
            if let Some(why) =
                self.holds_back(&Ask::Place(*placement)).filter(|_| self.is_new(placement.client_id))
            {
                self.shared.orders.apply(placement.client_id, now, Update::NotSent(why));
                closed = Some(why);
            }
        }
        closed
    }

    /// Every order of ours, whoever holds it, until its end is proven.
    fn take_all_off(&mut self, now: Timestamp) {
        self.take_off(now, |_| true);
    }

    fn take_off(&mut self, now: Timestamp, is_meant: impl Fn(MarketId) -> bool) {
        let open = self.shared.orders.open();
        for record in open.iter().filter(|record| is_meant(record.order().market)) {
            if !self.upkeep.is_planned(Chore::Reap(record.client_id())) {
                self.reap(record.client_id(), now);
            }
        }
    }

    fn is_new(&self, id: ClientId) -> bool {
        self.shared.orders.read(id, |tracker| tracker.record().state()) == Some(OrderState::New)
    }

    /// Calls an order back that waits in our own queue: it will not be sent.
    fn withdraw(&self, id: ClientId, now: Timestamp) {
        self.shared.orders.apply(id, now, Update::NotSent(WITHDRAWN));
    }

    fn withdraw_all(&self, market: MarketId, now: Timestamp) {
        for record in self.shared.orders.open() {
            if record.order().market == market && record.state() == OrderState::New {
                self.withdraw(record.client_id(), now);
            }
        }
    }

    /// Our own records know it before the bytes leave.
    fn note_placed(&mut self, ask: &Ask, now: Timestamp) {
        let orders = &self.shared.orders;
        for placement in ask.placements() {
            orders.apply(placement.client_id, now, Update::Sent);
            self.placing.push(placement.client_id);
        }
    }

    /// The orders of ours that a cancel is meant for.
    fn cancelled_by(&self, ask: &Ask) -> Vec<ClientId> {
        match ask {
            Ask::Cancel(target) => target.client_id.into_iter().collect(),
            Ask::CancelAll(market) => {
                let open = self.shared.orders.open();
                open.iter()
                    .filter(|record| record.order().market == *market)
                    .map(|record| record.client_id())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Any sign of life on the sockets (frame, ping, pong).
    pub fn heard(&mut self, now: Timestamp) {
        self.shared.state().health.heard_at = now;
    }

    /// A frame could not be read: counted, logged, and the truth is asked for again.
    pub fn undecodable(&mut self, now: Timestamp, error: &DecodeError) {
        tracing::error!(venue = %self.shared.config.name, %error, "a frame could not be read");
        self.shared.state().health.undecodable += 1;
        self.reconcile(now);
    }

    /// The venue refused a request for a reason of the codec's own, which makes it anew: counted.
    pub fn resent(&mut self) {
        self.shared.state().health.resent += 1;
    }

    /// Something came by stream.
    pub fn apply(&mut self, now: Timestamp, event: Event) {
        if self.learn(now, &event, Source::Stream) {
            self.tell(event);
        }
    }

    /// Estimated `server clock − our clock`, from the last `ServerTime` (half the round trip taken off).
    #[must_use]
    pub fn clock_offset_ns(&self) -> i64 {
        self.shared.state().health.clock_offset_ns
    }

    /// Something cannot be true, or cannot be ours: counted and told, never a panic.
    fn alarm(&self, what: &dyn fmt::Display) {
        tracing::error!(venue = %self.shared.config.name, "{what}");
        self.shared.state().health.anomalies += 1;
    }
}

/// Tells whoever asked that nothing was sent. There is nothing to hand out.
fn answer_unsent(command: Command, why: &str) -> Option<Call> {
    let _ = command.reply.send(Err(CallError::NotSent(why.to_owned()))); // Whoever asked may have left.
    None
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Driver").field(&self.shared.config.name).finish()
    }
}

impl Drop for Driver {
    /// What was handed out and never ended may have happened; what was not handed out did not.
    fn drop(&mut self) {
        let now = self.shared.clock.now();
        for id in std::mem::take(&mut self.placing) {
            self.shared.orders.apply(id, now, Update::Unsure(Unsure::Outcome(now)));
        }
        self.cancels.close();
        self.others.close();
        while let Ok(command) = self.others.try_recv() {
            let why = "the connector has stopped";
            command.ask.placements().iter().for_each(|placement| self.withdraw(placement.client_id, now));
            let _ = command.reply.send(Err(CallError::NotSent(why.into())));
        }
        {
            let mut state = self.shared.state();
            state.health.stopped = true;
            state.health.reason = Some("the connector has stopped".into());
            state.books.values_mut().for_each(mm_model::BookFeed::void);
        }
        self.shared.ready.send_replace(false);
        lock(&self.shared.listeners).take();
    }
}

#[cfg(test)]
mod tests;
