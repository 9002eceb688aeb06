//! The contract between our world and a venue's: two closed enums. An [`Ask`] goes out, [`Event`]s come in;
//! nothing else crosses. A venue's codec turns one into the other, by REST or by stream.

use std::time::Duration;

use crate::{
    Balance, BookDelta, BookSnapshot, ClientId, FeeRates, Fill, Market, MarketId, Money, NewOrder,
    OrderReport, Position, Price, Qty, Rate, Side, Timestamp, TradeId, VenueOrderId,
};

/// An order on its way out: what is wanted and the id it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Our id.
    pub client_id: ClientId,
    /// The order.
    pub order: NewOrder,
}

/// Which order to cancel. By the venue's id where it is known, else by ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelTarget {
    /// Where.
    pub market: MarketId,
    /// Our id; `None` for an order that was not placed by us.
    pub client_id: Option<ClientId>,
    /// The venue's id, once known.
    pub venue_id: Option<VenueOrderId>,
}

/// Which order to look up, wherever the venue keeps it (live or history).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderQuery {
    /// Where.
    pub market: MarketId,
    /// Our id.
    pub client_id: ClientId,
    /// The venue's id, once known.
    pub venue_id: Option<VenueOrderId>,
    /// When we made it, by our clock: how far back a venue's history must be read before it proves absence.
    pub created_at: Timestamp,
}

/// A change to a resting order, in place: it keeps its id, and at some venues its queue position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modification {
    /// Which order.
    pub target: CancelTarget,
    /// Its new limit.
    pub price: Price,
    /// Its new size, what was filled before included.
    pub qty: Qty,
}

/// How the orders of a group hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// The second becomes live when the first is filled.
    OneTriggersOther,
    /// A stop-loss and a take-profit: what fills one cancels the other.
    OneCancelsOther,
    /// The first, when filled, makes such a pair live.
    OneTriggersPair,
}

/// Orders that are placed in one message and hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How.
    pub kind: GroupKind,
    /// The orders, the one that triggers the others first.
    pub orders: Vec<Placement>,
}

/// A cancel of everything that the venue does by itself unless it is put off in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadMan {
    /// All orders of the account are cancelled after this time, unless this is asked for again before.
    In(Duration),
    /// No longer.
    Off,
}

/// How a position is backed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginMode {
    /// By the whole account.
    Cross,
    /// By what was set aside for it.
    Isolated,
}

/// The leverage to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leverage {
    /// Of which market; `None`: of the whole account. Venues take the one or the other.
    pub market: Option<MarketId>,
    /// How many times the margin.
    pub times: u32,
    /// How the positions are backed, where the venue lets us choose; `None` leaves it as it is.
    pub mode: Option<MarginMode>,
}

/// One of the keys with which the codec signs, where their use is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyIndex(pub u8);

/// Live orders, or those that are over: some venues keep them in two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On the book now.
    Live,
    /// Over.
    History,
}

/// Everything we can ask of a venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The venue's clock → [`Event::ServerTime`].
    Time,
    /// What is listed → [`Event::Markets`].
    Markets,
    /// A whole book, as it is now → [`Event::BookSnapshot`]. Its number need not join onto the stream's.
    Book(MarketId),
    /// A book onto which the changes of the stream join → [`Event::BookSnapshot`].
    Resync(MarketId),
    /// Place one order → [`Event::Order`] (its first report).
    Place(Placement),
    /// Place several in one message → one [`Event::Order`] or [`Event::Refused`] for each.
    Batch(Vec<Placement>),
    /// Place a group → as [`Ask::Batch`].
    Group(Group),
    /// Change one in place → [`Event::Order`], or nothing yet when the venue only took note.
    Modify(Modification),
    /// Cancel one → [`Event::Order`], or nothing yet when the venue only took note.
    Cancel(CancelTarget),
    /// Cancel all of a market → an [`Event::Order`] for each that the venue names.
    CancelAll(MarketId),
    /// Look an order up → [`Event::Order`], or [`Event::NoSuchOrder`].
    Order(OrderQuery, Mode),
    /// All live orders, of one market or of all → [`Event::OpenOrders`].
    OpenOrders(Option<MarketId>),
    /// Our fills since a time → [`Event::Fills`].
    FillsSince(Timestamp),
    /// Our positions → [`Event::Positions`].
    Positions,
    /// Our balances → [`Event::Balances`].
    Balances,
    /// Our fee rates → [`Event::Fees`].
    Fees,
    /// Set the leverage.
    Leverage(Leverage),
    /// Move margin to an isolated position (positive) or away from it.
    Margin(MarketId, Money),
    /// Let the venue cancel everything by itself in some time, or not.
    DeadMan(DeadMan),
    /// The next number that a key must sign with. Only codecs ask this (see `Protocol::own_ask`).
    Nonce(KeyIndex),
    /// Begin a session with the venue. Only codecs ask this.
    Login,
}

impl Ask {
    /// Whether this only reads: safe to repeat at will.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        !matches!(
            self,
            Self::Place(_)
                | Self::Batch(_)
                | Self::Group(_)
                | Self::Modify(_)
                | Self::Cancel(_)
                | Self::CancelAll(_)
                | Self::Leverage(_)
                | Self::Margin(..)
                | Self::DeadMan(_)
        )
    }

    /// The orders that it places.
    #[must_use]
    pub fn placements(&self) -> &[Placement] {
        match self {
            Self::Place(placement) => std::slice::from_ref(placement),
            Self::Batch(placements) => placements,
            Self::Group(group) => &group.orders,
            _ => &[],
        }
    }

    /// Whether this takes orders off: goes before everything else, and is safe to repeat.
    #[must_use]
    pub const fn is_cancel(&self) -> bool {
        matches!(self, Self::Cancel(_) | Self::CancelAll(_))
    }
}

/// A list and whether it is the whole truth. Only a complete answer proves absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Which market it covers; `None` for the whole account.
    pub scope: Option<MarketId>,
    /// Whether nothing is missing within the scope (no paging limit was met).
    pub complete: bool,
}

/// A public trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicTrade {
    /// Where.
    pub market: MarketId,
    /// The venue's id.
    pub trade_id: TradeId,
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// The side of the order that arrived.
    pub taker: Side,
    /// When, by the venue's clock.
    pub at: Timestamp,
}

/// The venue's best bid and ask as its own stream tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticker {
    /// Where.
    pub market: MarketId,
    /// Best bid and its size.
    pub bid: Option<(Price, Qty)>,
    /// Best ask and its size.
    pub ask: Option<(Price, Qty)>,
    /// When, by the venue's clock.
    pub at: Timestamp,
}

/// Mark and funding of a perpetual future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkPrice {
    /// Where.
    pub market: MarketId,
    /// The price that profit and margin are counted at, rounded to the nearest tick.
    pub mark: Price,
    /// The price of the underlying, rounded to the nearest tick.
    pub index: Option<Price>,
    /// The funding rate that the venue expects for the running interval; positive: longs pay.
    pub funding: Option<Rate>,
    /// When funding is next paid.
    pub next_funding: Option<Timestamp>,
}

/// What a market traded at within one interval, as the venue counts it. The newest is told again as it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candle {
    /// Where.
    pub market: MarketId,
    /// How long it lasts.
    pub interval: Duration,
    /// When it begins, by the venue's clock.
    pub opens_at: Timestamp,
    /// The first price.
    pub open: Price,
    /// The highest.
    pub high: Price,
    /// The lowest.
    pub low: Price,
    /// The last so far.
    pub close: Price,
    /// What was traded, in the base asset.
    pub volume: Qty,
    /// By how many trades.
    pub n_trades: u64,
}

/// Everything a venue can tell us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The venue's clock.
    ServerTime(Timestamp),
    /// What is listed.
    Markets(Vec<Market>),
    /// An order's state.
    Order(OrderReport),
    /// A fill of ours.
    Fill(Fill),
    /// The venue took note of an order and has not decided: whether it lives the stream or a question will tell.
    Queued {
        /// Which.
        client_id: ClientId,
    },
    /// One order of a batch was refused; or one that was queued, and its proof was found later.
    Refused {
        /// Which.
        client_id: ClientId,
        /// Why.
        refusal: Refusal,
    },
    /// The venue does not have this order where it was asked for.
    NoSuchOrder {
        /// Which.
        client_id: ClientId,
        /// Where it was looked for.
        mode: Mode,
        /// Whether the answer covered all that could hold it.
        complete: bool,
    },
    /// Live orders.
    OpenOrders(Snapshot<OrderReport>),
    /// Fills of ours.
    Fills(Snapshot<Fill>),
    /// Positions; a complete list that lacks a market means flat there.
    Positions(Snapshot<Position>),
    /// Balances; a complete list that lacks an asset means none of it.
    Balances(Snapshot<Balance>),
    /// One position changed.
    Position(Position),
    /// One balance changed.
    Balance(Balance),
    /// Our fee rates.
    Fees(FeeRates),
    /// A whole book.
    BookSnapshot(BookSnapshot),
    /// A change to a book.
    BookDelta(BookDelta),
    /// Best bid and ask.
    Ticker(Ticker),
    /// A public trade.
    Trade(PublicTrade),
    /// Mark and funding.
    Mark(MarkPrice),
    /// A candle of trades, where the connector was told to listen for them.
    Candle(Candle),
    /// The venue refused or lost a subscription: what we hear is not what we believe we hear.
    FeedRefused {
        /// The venue's words.
        reason: String,
    },
}

/// Why a venue said no, in our words. A strategy reacts to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// A post-only order would have matched.
    WouldMatch,
    /// Not enough money or margin.
    Funds,
    /// No such order.
    NotFound,
    /// This client id is in use.
    DuplicateClientId,
    /// Size, price, tick, lot, band or flags are not acceptable.
    InvalidOrder,
    /// A reduce-only order would not reduce.
    NotReducing,
    /// Nobody to trade with.
    NoLiquidity,
    /// Key, signature or rights.
    Authentication,
    /// Our clock, or the request was too old.
    Clock,
    /// Too many requests; nothing was done.
    RateLimited,
    /// The market or the venue does not take this now.
    Unavailable,
    /// Something else; the text says what.
    Other,
}

/// A venue's no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// In our words.
    pub kind: RefusalKind,
    /// The venue's code.
    pub code: String,
    /// The venue's text, cut to a sane length.
    pub message: String,
    /// When to try again, where the venue says so.
    pub retry_after: Option<Duration>,
}

/// How a call to a venue ended when it did not end well. Three truths, three reactions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It never left this machine: nothing happened, safe to send again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The venue said no: nothing happened; the same again gets the same answer.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// It left, and no answer that can be trusted came: it may or may not have happened. Ask the venue.
    #[error("outcome unknown: {0}")]
    OutcomeUnknown(String),
}

/// A message that does not mean anything to the codec: counted and logged, never guessed at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read {what}: {why}")]
pub struct DecodeError {
    /// Which message.
    pub what: &'static str,
    /// What is wrong with it, with the place where it is known.
    pub why: String,
}
