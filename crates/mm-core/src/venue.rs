//! The strategy's side of a venue.
use std::{sync::Arc, time::Duration};
use mm_model::{Balance, Book, BookError, CallError, ClientId, Event, FeeRates, Fill, Market, MarketId, NewOrder, OrderRecord, OrderReport, Position, Refusal, Snapshot, Timestamp, Top};
use crate::{Clock, Driver, Order};

/// Gives client ids that were never used before.
pub trait IdSource: Send + Sync { /// The next id.
    /// # Errors
    /// When no id can be had that is certain to be new (the state directory cannot be written).
    fn next(&self) -> Result<ClientId, String>; }

/// How a venue's handle behaves.
#[derive(Clone, Debug)]
pub struct VenueConfig { /// The connector's configured name.
    pub name: String, /// Symbols whose books and trades are followed.
    pub symbols: Vec<String>, /// A book not heard of for longer is no book.
    pub stale_after: Duration, /// How long after a submit the venue may still accept it (signature window): absence proves nothing before.
    pub submit_valid_for: Duration, /// Finished orders kept for late messages.
    pub closed_orders_max: usize }

/// Makes the two ends of a venue.
pub fn venue(_config: VenueConfig, _clock: Clock, _ids: Arc<dyn IdSource>) -> (Venue, Driver) { todo!() }

/// Why an order was not placed, or may not have been. Three truths, three reactions.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlaceError {
    /// Nothing left this machine.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The venue said no.
    #[error("rejected: {0}")]
    Rejected(Refusal),
    /// It may be live. The order is tracked and is being looked up; wait on it.
    #[error("outcome unknown: {reason}")]
    OutcomeUnknown { /// What went wrong.
        reason: String, /// The order.
        order: Order },
}

/// Why a cancel was not confirmed. Whatever it is: only the order's own state tells whether it is over.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cancel: {0}")]
pub struct CancelError(#[from] pub CallError);

/// Why a question to the venue got no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VenueError { /// The call failed.
    #[error(transparent)] Call(#[from] CallError), /// No such market here.
    #[error("no market '{0}' on this venue")] NoSuchMarket(String), /// The connector stopped.
    #[error("the connector has stopped")] Stopped }

/// How a venue is doing.
#[derive(Clone, Debug)]
pub struct VenueStatus { /// Connected, caught up, and fit to trade.
    pub ready: bool, /// Why not.
    pub reason: Option<String>, /// Reconnects so far.
    pub reconnects: u64, /// Frames that could not be read.
    pub undecodable: u64, /// Things the venue said that cannot be true.
    pub anomalies: u64, /// Server clock − ours.
    pub clock_offset_ns: i64, /// Last REST round trip.
    pub round_trip: Option<Duration>, /// Orders whose outcome is unknown.
    pub unknown_orders: usize }

/// Handle of a venue. Clones are cheap and share everything.
#[derive(Clone, Debug)]
pub struct Venue(());
impl Venue {
    /// The connector's configured name.
    pub fn name(&self) -> &str { todo!() }
    /// How it is doing.
    pub fn status(&self) -> VenueStatus { todo!() }
    /// Waits until it is connected, caught up and fit to trade. Cancel-safe.
    pub async fn ready(&self) { todo!() }
    /// The market of this symbol (the seed's `get_market_info`, `get_price_size_decimals`).
    pub fn market(&self, _symbol: &str) -> Result<Arc<Market>, VenueError> { todo!() }
    /// All markets known.
    pub fn markets(&self) -> Vec<Arc<Market>> { todo!() }
    /// Best bid and ask that can be believed now.
    pub fn top(&self, _market: MarketId) -> Result<Top, BookError> { todo!() }
    /// A copy of the book.
    pub fn book(&self, _market: MarketId) -> Result<Book, BookError> { todo!() }
    /// Live orders that we know of.
    pub fn open_orders(&self) -> Vec<OrderRecord> { todo!() }
    /// A tracked order by our id.
    pub fn order(&self, _id: ClientId) -> Option<Order> { todo!() }
    /// Orders placed through this connector since `since`, live or still kept, oldest first; none that somebody else placed.
    /// What a caller whose wait was cut short uses to find what it left behind.
    pub fn placed_since(&self, _since: Timestamp) -> Vec<Order> { todo!() }
    /// Positions as the stream told them. Flat markets are left out.
    pub fn positions(&self) -> Vec<Position> { todo!() }
    /// Balances as last told.
    pub fn balances(&self) -> Vec<Balance> { todo!() }
    /// Fee rates, once known.
    pub fn fees(&self) -> Option<FeeRates> { todo!() }
    /// Best-effort latency: the round trip of a time request.
    pub async fn latency(&self) -> Result<Duration, VenueError> { todo!() }
    /// Places an order: gives it an id, tracks it, sends it, waits for the venue's first word. A connector that is not ready: NotSent.
    pub async fn place(&self, _order: NewOrder) -> Result<Order, PlaceError> { todo!() }
    /// Places several in one message.
    pub async fn place_batch(&self, _orders: Vec<NewOrder>) -> Vec<Result<Order, PlaceError>> { todo!() }
    /// Asks the venue to cancel; Ok means it took note, not that the order is over: wait on the order.
    pub async fn cancel(&self, _id: ClientId) -> Result<(), CancelError> { todo!() }
    /// Cancels an order that is not ours, by the venue's id.
    pub async fn cancel_by_venue_id(&self, _market: MarketId, _id: mm_model::VenueOrderId) -> Result<(), CancelError> { todo!() }
    /// Cancels all orders of a market.
    pub async fn cancel_all(&self, _market: MarketId) -> Result<(), CancelError> { todo!() }
    /// Asks the venue for live orders.
    pub async fn fetch_open_orders(&self, _market: Option<MarketId>) -> Result<Snapshot<OrderReport>, VenueError> { todo!() }
    /// Asks the venue for positions.
    pub async fn fetch_positions(&self) -> Result<Snapshot<Position>, VenueError> { todo!() }
    /// Asks the venue for balances.
    pub async fn fetch_balances(&self) -> Result<Snapshot<Balance>, VenueError> { todo!() }
    /// Asks the venue for our fills since a time.
    pub async fn fetch_fills(&self, _since: Timestamp) -> Result<Snapshot<Fill>, VenueError> { todo!() }
    /// Asks the venue for a whole book, beside the one that is kept.
    pub async fn fetch_book(&self, _market: MarketId) -> Result<Book, VenueError> { todo!() }
    /// Hears every order, fill, position, balance, trade and book event from now on, through a bounded queue. A listener that
    /// falls behind is told so by `Err` and gets nothing more.
    pub fn listen(&self) -> Listener { todo!() }
}
/// A listener's queue.
#[derive(Debug)]
pub struct Listener(());
impl Listener { /// The next event; `None` when the connector stopped; `Err` when this listener fell behind. Cancel-safe.
    pub async fn next(&mut self) -> Result<Option<Event>, Lagged> { todo!() } }
/// A listener fell behind its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the listener fell behind and missed events")]
pub struct Lagged;
