//! What happened, in the order in which it happened.

use mm_model::{ClientId, Liquidity, MarketId, Money, Price, Qty, Rate, Side, SignedQty, Symbol, Timestamp};

use crate::{AccountId, OrderId, OrderView, TradeNo};

/// One side of a trade, as its account sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The trade.
    pub trade: TradeNo,
    /// Where.
    pub market: MarketId,
    /// Whose.
    pub account: AccountId,
    /// Which order.
    pub order: OrderId,
    /// Its client id.
    pub client_id: Option<ClientId>,
    /// Its side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// What it cost; negative is a rebate.
    pub fee: Money,
    /// The asset of the fee: the quote asset.
    pub liquidity: Liquidity,
    /// When.
    pub at: Timestamp,
}

/// A position as the exchange has it. Exact: the average entry is `cost / net`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionView {
    /// Where.
    pub market: MarketId,
    /// Signed size.
    pub net: SignedQty,
    /// What was paid for it (negative for a short): entry price × net, exact.
    pub cost: Money,
    /// Realised profit since the position was opened, fees apart.
    pub realized: Money,
    /// Funding received (positive) or paid since the position was opened.
    pub funding: Money,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What happened, in order. The server half turns these into the venue's streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// An order was accepted (it may match in the facts that follow).
    Accepted(OrderView),
    /// An order was filled, partly or in full: the order after it, and the execution.
    Executed(OrderView, Execution),
    /// An order was cancelled by its owner.
    Cancelled(OrderView),
    /// An order was taken off by the exchange; its status says why.
    Expired(OrderView),
    /// An order was shrunk by the exchange: a reduce-only order, or one that met an order of its own trader.
    Shrunk(OrderView),
    /// An order was changed by its owner (it may match in the facts that follow).
    Modified(OrderView),
    /// A sleeping order's parent was filled: it waits for the mark from now on.
    Armed(OrderView),
    /// A sleeping order woke (it may match in the facts that follow).
    Triggered(OrderView),
    /// A public trade.
    Traded {
        /// The trade.
        trade: TradeNo,
        /// Where.
        market: MarketId,
        /// At which price.
        price: Price,
        /// How much.
        qty: Qty,
        /// The side that arrived.
        taker: Side,
        /// The order that arrived.
        taker_order: OrderId,
        /// The order that rested.
        maker_order: OrderId,
        /// When.
        at: Timestamp,
    },
    /// A level of the public book has this size now. `seq` counts per market without holes.
    Level {
        /// Where.
        market: MarketId,
        /// The market's sequence number after this change.
        seq: u64,
        /// Bid or ask.
        side: Side,
        /// The price.
        price: Price,
        /// All that rests there now; zero: gone.
        qty: Qty,
        /// When.
        at: Timestamp,
    },
    /// A position changed.
    Position(AccountId, PositionView),
    /// A balance changed.
    Balance {
        /// Whose.
        account: AccountId,
        /// Of what.
        asset: Symbol,
        /// Free.
        available: Money,
        /// Held by open spot orders.
        locked: Money,
        /// When.
        at: Timestamp,
    },
    /// Funding was paid on a market.
    Funding {
        /// Where.
        market: MarketId,
        /// The rate of the interval; positive: longs pay.
        rate: Rate,
        /// When.
        at: Timestamp,
    },
}
