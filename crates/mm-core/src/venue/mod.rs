//! The strategy's side of a venue: what is known is read at once, what is wanted goes to the driver through bounded queues.

mod backing;
mod changes;
mod commands;
mod config;
mod errors;
mod listen;
mod sight;
mod state;
mod submission;

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_model::{
    Balance, Book, BookError, ClientId, FeeRates, Market, MarketId, OrderRecord, Position, SignedQty,
    Timestamp, Top,
};
use tokio::sync::{Notify, broadcast, mpsc, watch};

use crate::{
    Clock, Driver,
    journal::Past,
    orders::{ExternalOrder, Order, Orders},
    recovery::Recovery,
    sync::lock,
};

pub use backing::Backing;
pub(crate) use commands::merged;
pub use config::{IdSource, OnMismatch, Reconciliation, VenueConfig, VenueStatus};
pub use errors::{CancelError, ModifyError, PlaceError, VenueError};
pub use listen::{Lagged, Listener};
use state::State;
pub(crate) use state::{CallResult, Command, Known, Lanes, Shared, Takeover};
pub use submission::Submission;
pub(crate) use submission::thrown_out;

/// Makes the two ends of a venue.
pub fn venue(config: VenueConfig, clock: Clock, backing: impl Into<Backing>) -> (Venue, Driver) {
    let Backing { ids, journal, mut past, gate } = backing.into();
    let saved = past.risk.take();
    let takeover = if past == Past::default() { Takeover::Over } else { Takeover::Asking };
    let (cancels, cancels_in) = mpsc::channel(state::LANE_QUEUE);
    let (others, others_in) = mpsc::channel(state::LANE_QUEUE);
    let desk = gate.desk(&config.name);
    if let Some(saved) = saved {
        desk.restore(&saved, clock.now());
    }
    let shared = Arc::new(Shared {
        orders: Orders::guarded(config.closed_orders_max, journal.clone(), desk.clone()),
        config,
        clock,
        ids,
        journal,
        gate,
        desk,
        state: Mutex::default(),
        ready: watch::Sender::new(false),
        takeover: watch::Sender::new(takeover),
        stop: watch::Sender::new(false),
        listeners: Mutex::new(Some(broadcast::Sender::new(listen::LISTENER_QUEUE))),
        abandoned: Mutex::default(),
        doubted_books: Mutex::default(),
        alive_at: AtomicU64::new(0),
        nudge: Notify::new(),
    });
    let driver = Driver::new(shared.clone(), cancels_in, others_in, past);
    (Venue { shared, lanes: Arc::new(Lanes { cancels, others }) }, driver)
}

/// Handle of a venue. Clones are cheap and share everything. When the last one is dropped, the connector stops.
#[derive(Clone)]
pub struct Venue {
    shared: Arc<Shared>,
    lanes: Arc<Lanes>,
}

impl Venue {
    /// The connector's configured name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.config.name
    }

    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> VenueStatus {
        let mut unknown_orders = 0;
        self.shared.orders.read_all(|tracker| unknown_orders += usize::from(tracker.record().is_unknown()));
        let state = self.shared.state();
        let health = &state.health;
        VenueStatus {
            ready: *self.shared.ready.borrow(),
            reason: health.reason.clone(),
            reconnects: health.reconnects,
            unanswered: health.unanswered,
            resent: health.resent,
            book_gaps: health.book_gaps,
            in_flight: health.in_flight,
            undecodable: health.undecodable,
            anomalies: health.anomalies,
            clock_offset_ns: health.clock_offset_ns,
            round_trip: health.round_trip,
            unknown_orders,
            reconciliation: state.reconciliation.clone(),
            heard_at: health.heard_at,
            alive_at: Timestamp(self.shared.alive_at.load(Ordering::Relaxed)),
        }
    }

    /// How long it may take, at the worst, until the fate of an order that nobody answered for is proven: it may arrive for
    /// as long as it is valid, and must then be found absent twice, with a pause in between.
    #[must_use]
    pub fn proof_takes(&self) -> Duration {
        self.shared.config.submit_valid_for + crate::driver::PROOF_LAG
    }

    /// Waits until it is connected, caught up and fit to trade. Waits for ever when the connector has stopped: wrap it in
    /// [`Clock::within`]. Cancel-safe.
    pub async fn ready(&self) {
        let mut ready = self.shared.ready.subscribe();
        ready.wait_for(|ready| *ready).await.expect("the sender lives in `shared`, which this handle keeps");
    }

    /// What becomes of what earlier runs left.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        self.shared.config.recovery
    }

    /// Whether earlier runs left something that was not seen to yet.
    #[must_use]
    pub fn is_recovering(&self) -> bool {
        *self.shared.takeover.borrow() != Takeover::Over
    }

    /// Waits until every order that earlier runs left is proven live, or settled; at once where they left nothing. Cancel-safe.
    pub(crate) async fn proven(&self) {
        let mut takeover = self.shared.takeover.subscribe();
        let proven = takeover.wait_for(|stage| *stage != Takeover::Asking).await;
        proven.expect("the sender lives in `shared`, which this handle keeps");
    }

    /// How many orders earlier runs left unsettled, as far as they were taken up.
    pub(crate) fn n_restored(&self) -> usize {
        self.shared.state().n_restored
    }

    /// What earlier runs left was seen to: nothing more of it keeps the venue from being ready.
    pub(crate) fn taken_over(&self) {
        self.shared.takeover.send_replace(Takeover::Over);
        self.shared.nudge.notify_one();
    }

    /// The market of this symbol (the seed's `get_market_info`, `get_price_size_decimals`).
    ///
    /// # Errors
    /// [`VenueError::NoSuchMarket`].
    pub fn market(&self, symbol: &str) -> Result<Arc<Market>, VenueError> {
        let state = self.shared.state();
        let market = state.by_symbol.get(symbol).and_then(|id| state.markets.get(id));
        market.cloned().ok_or_else(|| VenueError::NoSuchMarket(symbol.to_owned()))
    }

    /// All markets known.
    #[must_use]
    pub fn markets(&self) -> Vec<Arc<Market>> {
        self.shared.state().markets.values().cloned().collect()
    }

    /// Best bid and ask that can be believed now.
    ///
    /// # Errors
    /// Says why there is no book.
    pub fn top(&self, market: MarketId) -> Result<Top, BookError> {
        self.read_book(market, Book::top)?
    }

    /// A copy of the book.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn book(&self, market: MarketId) -> Result<Book, BookError> {
        self.read_book(market, Clone::clone)
    }

    fn read_book<T>(&self, market: MarketId, read: impl FnOnce(&Book) -> T) -> Result<T, BookError> {
        self.with_book(market, |book| book.map(read))
    }

    /// Reads the book in place, if it can be believed now.
    pub(crate) fn with_book<T>(
        &self,
        market: MarketId,
        read: impl FnOnce(Result<&Book, BookError>) -> T,
    ) -> T {
        let now = self.shared.clock.now();
        let state = self.shared.state();
        let feed = state.books.get(&market).ok_or(BookError::Syncing);
        read(feed.and_then(|feed| feed.book(now, self.shared.config.stale_after)))
    }

    pub(crate) fn market_by_id(&self, market: MarketId) -> Option<Arc<Market>> {
        self.shared.state().markets.get(&market).cloned()
    }

    pub(crate) fn submit_valid_for(&self) -> Duration {
        self.shared.config.submit_valid_for
    }

    /// Whether the journal can still be written.
    pub(crate) fn is_written_down(&self) -> bool {
        self.shared.journal.health().is_ok()
    }

    /// Live orders that we know of, and those that may be live.
    #[must_use]
    pub fn open_orders(&self) -> Vec<OrderRecord> {
        self.shared.orders.open()
    }

    /// A tracked order by our id; `None` too for an order that is over and that nobody holds.
    #[must_use]
    pub fn order(&self, id: ClientId) -> Option<Order> {
        self.shared.orders.order(id)
    }

    /// Orders placed through this connector since `since` (by our clock), live or still kept, oldest first; none that somebody
    /// else placed. What a caller whose wait was cut short uses to find what it left behind.
    #[must_use]
    pub fn placed_since(&self, since: Timestamp) -> Vec<Order> {
        self.shared.orders.made_since(since)
    }

    /// Orders on the account that we did not place, as far as we know.
    #[must_use]
    pub fn external_orders(&self) -> Vec<ExternalOrder> {
        self.shared.orders.external()
    }

    /// Positions as the stream told them, over what was asked for when the connection was made. Flat markets are left out.
    #[must_use]
    pub fn positions(&self) -> Vec<Position> {
        let state = self.shared.state();
        state.positions.values().map(|known| &known.row).filter(|row| !row.net.is_flat()).cloned().collect()
    }

    /// What our own orders filled in this market since the journal began (since the start, where none is kept), signed: bought
    /// positive, sold negative.
    #[must_use]
    pub fn filled(&self, market: MarketId) -> SignedQty {
        self.shared.state().filled.get(&market).copied().unwrap_or_default()
    }

    /// Balances as last told.
    #[must_use]
    pub fn balances(&self) -> Vec<Balance> {
        self.shared.state().balances.values().map(|known| known.row.clone()).collect()
    }

    /// Fee rates, once known. Some venues tell them to some keys only.
    #[must_use]
    pub fn fees(&self) -> Option<FeeRates> {
        self.shared.state().fees
    }

    /// Hears every order, fill, position, balance, trade and book event from now on, through a bounded queue. Orders and
    /// fills are told when they tell something new, by whatever way they came. A listener that falls behind is told so by
    /// `Err` and gets nothing more.
    #[must_use]
    pub fn listen(&self) -> Listener {
        let listeners = lock(&self.shared.listeners);
        // A connector that has stopped has no queue: the listener hears the end at once.
        let queue = listeners.as_ref().map_or_else(|| broadcast::channel(1).1, broadcast::Sender::subscribe);
        Listener::new(queue)
    }

    /// Whether nobody is left to carry out a command.
    pub(crate) fn is_stopped(&self) -> bool {
        self.shared.state().health.stopped
    }

    /// Asks the driver for a sign of life: [`VenueStatus::alive_at`] moves when it has had its turn.
    pub fn prod(&self) {
        self.shared.nudge.notify_one();
    }

    /// Tells the connector to stop: its driver hands out no more calls. Handles stay readable.
    pub fn stop_connector(&self) {
        self.shared.stop.send_replace(true);
    }
}

impl fmt::Debug for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Venue").field(&self.shared.config.name).finish()
    }
}
