//! What the exchange answers when it is asked: books, statistics, margins, payments. Plain data.

use mm_model::{Level, MarketId, Money, Price, Qty, Rate, Side, SignedQty, Symbol, Timestamp};

use crate::{AccountId, Grouping, OrderId, OrderView, TradeNo};

/// The public book of a market, best levels first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookView {
    /// The market's sequence number that this reflects; see [`Fact::Level`](crate::Fact::Level).
    pub seq: u64,
    /// Bids, best first.
    pub bids: Vec<Level>,
    /// Asks, best first.
    pub asks: Vec<Level>,
}

/// An order of the public book, in its place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedOrder {
    /// Bid or ask.
    pub side: Side,
    /// Its price.
    pub price: Price,
    /// What is left of it.
    pub left: Qty,
    /// The order; `None`: quantity of the outside world.
    pub order: Option<OrderView>,
}

/// A public trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The trade.
    pub trade: TradeNo,
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// The side that arrived.
    pub taker: Side,
    /// The order that arrived; [`OrderId::OUTSIDE`] when the outside world did.
    pub taker_order: OrderId,
    /// The order that rested; [`OrderId::OUTSIDE`] when it was the outside world's.
    pub maker_order: OrderId,
    /// When.
    pub at: Timestamp,
}

/// What was traded in one minute. Minutes without a trade have no candle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// When the minute began.
    pub start: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Lots traded.
    pub volume: Qty,
    /// Price × size traded.
    pub quote_volume: Money,
    /// Number of trades.
    pub n_trades: u64,
}

/// Statistics of the last 24 hours, in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickerStats {
    /// First price.
    pub first: Price,
    /// Last price.
    pub last: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Lots traded.
    pub volume: Qty,
    /// Price × size traded.
    pub quote_volume: Money,
    /// Number of trades.
    pub n_trades: u64,
}

/// What an account holds of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceView {
    /// The asset.
    pub asset: Symbol,
    /// Free (before the margin of perpetuals, see [`MarginSummary::available`]). Below zero when losses were
    /// realised that other positions' profits still cover.
    pub available: Money,
    /// Held by open spot orders.
    pub locked: Money,
}

/// An account's cross margin in one settlement asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarginSummary {
    /// Balance, free and locked.
    pub balance: Money,
    /// Profit of open positions at the mark.
    pub unrealized: Money,
    /// `balance + unrealized`.
    pub equity: Money,
    /// Initial margin of the positions.
    pub positions: Money,
    /// Initial margin that open orders need on top.
    pub orders: Money,
    /// Maintenance margin: equity below it is liquidated.
    pub maintenance: Money,
    /// Held by open spot orders.
    pub locked: Money,
    /// `equity − locked − positions − orders`: what new exposure may use. May be negative.
    pub available: Money,
    /// Sum of the positions' sizes × mark, without signs.
    pub exposure: Money,
}

/// One account's part of a funding payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingPayment {
    /// Where.
    pub market: MarketId,
    /// Received (positive) or paid.
    pub amount: Money,
    /// The rate of the interval; positive: longs pay.
    pub rate: Rate,
    /// The position that was counted.
    pub net: SignedQty,
    /// When.
    pub at: Timestamp,
}

/// A settled funding interval of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingRate {
    /// The rate; positive: longs pay.
    pub rate: Rate,
    /// When the interval ended.
    pub at: Timestamp,
}

/// Money put into an account from nowhere (or taken out, when negative).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit<'a> {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: &'a str,
    /// How much.
    pub amount: Money,
}

/// A level of the outside world's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternalLevel {
    /// Bid or ask.
    pub side: Side,
    /// The price.
    pub price: Price,
    /// All that rests there now, our own orders not counted; zero: gone.
    pub qty: Qty,
}

/// A trade between others in the outside world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternalTrade {
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// The side that arrived.
    pub taker: Side,
}

/// Orders that are tied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How.
    pub grouping: Grouping,
    /// In the order in which they were placed: a parent first.
    pub orders: Vec<OrderId>,
}
