//! What both ends of a venue share: the driver writes it, the handles read it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, atomic::AtomicU64},
    time::Duration,
};

use mm_model::{
    Ask, Balance, BookFeed, CallError, ClientId, Event, FeeRates, Market, MarketId, Position, Price,
    SignedQty, Symbol, Timestamp,
};
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};

use super::{IdSource, Reconciliation, VenueConfig};
use crate::{
    Clock,
    journal::Journal,
    orders::Orders,
    risk::{Desk, Gate},
    sync::lock,
};

/// A strategy's command on its way to the driver.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) ask: Ask,
    /// The call's own result, told after the driver learned from it.
    pub(crate) reply: oneshot::Sender<CallResult>,
}

pub(crate) type CallResult = Result<Vec<Event>, CallError>;

/// Commands that wait to be sent, in each of the two lanes.
pub(crate) const LANE_QUEUE: usize = 1024;

/// The ways in. The driver stops when the last handle drops them.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// Served first.
    pub(crate) cancels: mpsc::Sender<Command>,
    pub(crate) others: mpsc::Sender<Command>,
}

pub(crate) struct Shared {
    pub(crate) config: VenueConfig,
    pub(crate) clock: Clock,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) gate: Gate,
    pub(crate) desk: Desk,
    pub(crate) orders: Orders,
    pub(crate) state: Mutex<State>,
    pub(crate) ready: watch::Sender<bool>,
    pub(crate) takeover: watch::Sender<Takeover>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) listeners: Mutex<Option<broadcast::Sender<Event>>>,
    /// Orders that a handle wants off the book whatever happens to that handle.
    pub(crate) abandoned: Mutex<Vec<ClientId>>,
    /// Markets whose books somebody wants to be sure of.
    pub(crate) doubted_books: Mutex<Vec<MarketId>>,
    /// When the driver last had its turn, in nanoseconds.
    pub(crate) alive_at: AtomicU64,
    /// Wakes the driver to look at `abandoned` and `doubted_books`.
    pub(crate) nudge: Notify,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A modification that the gate let pass was not handed over.
    pub(crate) fn change_unsent(&self, id: ClientId) {
        if let Some(record) = self.orders.read(id, |tracker| tracker.snapshot()) {
            self.desk.change_unsent(&record);
        }
    }
}

/// What is known of the venue and the account, orders apart.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) markets: BTreeMap<MarketId, Arc<Market>>,
    pub(crate) by_symbol: BTreeMap<Symbol, MarketId>,
    pub(crate) books: BTreeMap<MarketId, BookFeed>,
    pub(crate) positions: BTreeMap<MarketId, Known<Position>>,
    /// Mark prices, and when they were heard.
    pub(crate) marks: BTreeMap<MarketId, (Price, Timestamp)>,
    pub(crate) balances: BTreeMap<Symbol, Known<Balance>>,
    pub(crate) fees: Option<FeeRates>,
    /// What our own orders filled since the journal began, signed.
    pub(crate) filled: BTreeMap<MarketId, SignedQty>,
    /// Orders that earlier runs left unsettled.
    pub(crate) n_restored: usize,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) health: Health,
}

/// How far a start has come with what earlier runs left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takeover {
    /// The venue is being asked.
    Asking,
    /// Every order of theirs is proven: the policy can be carried out.
    Proven,
    /// The policy was carried out, or there was nothing.
    Over,
}

/// A row of state and when it was last heard by stream.
#[derive(Clone, Debug)]
pub(crate) struct Known<T> {
    pub(crate) row: T,
    /// By our clock; zero when only a REST answer told it.
    pub(crate) streamed_at: Timestamp,
}

/// Counters and the reason why the venue is not ready.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) reason: Option<String>,
    /// Fit to trade, but for the policy on what earlier runs left: only what that policy needs may be placed.
    pub(crate) is_settling: bool,
    pub(crate) stopped: bool,
    pub(crate) reconnects: u64,
    pub(crate) unanswered: u64,
    pub(crate) resent: u64,
    pub(crate) book_gaps: u64,
    pub(crate) in_flight: usize,
    pub(crate) undecodable: u64,
    pub(crate) anomalies: u64,
    pub(crate) clock_offset_ns: i64,
    pub(crate) round_trip: Option<Duration>,
    pub(crate) heard_at: Timestamp,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            reason: Some("not started".into()),
            is_settling: false,
            stopped: false,
            reconnects: 0,
            unanswered: 0,
            resent: 0,
            book_gaps: 0,
            in_flight: 0,
            undecodable: 0,
            anomalies: 0,
            clock_offset_ns: 0,
            round_trip: None,
            heard_at: Timestamp::ZERO,
        }
    }
}
