//! Orders: as a client sends them and as the exchange has them.

use mm_model::{ClientId, Exposure, MarketId, Money, Price, Qty, SelfTrade, Side, TimeInForce, Timestamp};

use crate::{AccountId, OrderId};

/// How much of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Lots of the base asset.
    Base(Qty),
    /// At most this much of the quote asset (market orders only).
    Quote(Money),
}

/// An order as a client sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// Limit price; `None` is a market order.
    pub limit: Option<Price>,
    /// How long it may rest.
    pub time_in_force: TimeInForce,
    /// Refused rather than match on arrival.
    pub post_only: bool,
    /// Whether it may open a position.
    pub exposure: Exposure,
    /// What happens when it meets an order of its own account.
    pub self_trade: SelfTrade,
    /// The client's id.
    pub client_id: Option<ClientId>,
}

/// Which order of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRef {
    /// By the exchange's id.
    Id(OrderId),
    /// By the client's id.
    Client(ClientId),
}

/// Which order of which market to take off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// Where.
    pub market: MarketId,
    /// Which.
    pub order: OrderRef,
}

/// Why an accepted order left the book without being filled or cancelled by its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expiry {
    /// The rest of an immediate-or-cancel order.
    ImmediateOrCancel,
    /// A fill-or-kill order that could not be filled whole.
    FillOrKill,
    /// The rest of a market order.
    InsufficientLiquidity,
    /// It would have met an order of its own account.
    SelfTrade,
    /// A reduce-only order that no longer reduces.
    NotReducing,
    /// The account no longer has the initial margin of its positions, and this order would enlarge them.
    Margin,
    /// The account is being liquidated.
    Liquidation,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On the book, nothing filled.
    New,
    /// On the book, partly filled.
    PartiallyFilled,
    /// Done.
    Filled,
    /// Taken off by its owner.
    Cancelled,
    /// Taken off by the exchange.
    Expired(Expiry),
}

/// An order as the exchange has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// The exchange's id.
    pub id: OrderId,
    /// Whose.
    pub account: AccountId,
    /// As it was sent; `amount` is the present size (a reduce-only order may have shrunk).
    pub order: PlaceOrder,
    /// Size in lots; for a market order by quote amount what has been filled so far.
    pub qty: Qty,
    /// Filled so far.
    pub filled: Qty,
    /// Paid or received for that.
    pub filled_quote: Money,
    /// Where it stands.
    pub status: Status,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
