use mm_model::{
    ClientId, Exposure, Liquidity, Market, MarketId, Money, Price, Qty, Rate, Side, SignedQty, TimeInForce, Timestamp,
};
pub use mm_model::SelfTrade;

/// An account of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

/// The exchange's id of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u64);

/// The exchange's id of a trade, sequential per market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeNo(pub u64);

/// A market with what only the exchange needs of it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The market; its id is set by [`Exchange::list`].
    pub market: Market,
    /// What the exchange starts to mark it at.
    pub start: Price,
    /// Fee of a resting order; negative is a rebate.
    pub maker_fee: Rate,
    /// Fee of an arriving order.
    pub taker_fee: Rate,
    /// Initial margin as a fraction of notional (perpetuals).
    pub initial_margin: Rate,
    /// Maintenance margin as a fraction of notional (perpetuals).
    pub maintenance_margin: Rate,
    /// How far a limit may be from the mark, as a fraction; `None`: no band.
    pub band: Option<Rate>,
    /// How often funding is paid (perpetuals).
    pub funding_interval: std::time::Duration,
}

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

/// Why the exchange refused a command. Nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// No such market.
    #[error("no such market")]
    NoSuchMarket,
    /// The market does not take such orders now.
    #[error("the market does not take this now")]
    NotTrading,
    /// Zero, below the minimum, above the maximum.
    #[error("the size is out of range")]
    Size,
    /// Price below one tick.
    #[error("the price is out of range")]
    Price,
    /// Price × size below the minimum.
    #[error("the order is worth too little")]
    Notional,
    /// Price too far from the mark.
    #[error("the price is too far from the mark")]
    Band,
    /// A post-only order would match.
    #[error("a post-only order would match")]
    WouldMatch,
    /// Not enough balance (spot).
    #[error("not enough balance")]
    Funds,
    /// Not enough margin (perpetuals).
    #[error("not enough margin")]
    Margin,
    /// A reduce-only order without a position to reduce.
    #[error("there is nothing to reduce")]
    NothingToReduce,
    /// A market order and an empty book.
    #[error("there is nothing to trade with")]
    NoLiquidity,
    /// The client id is in use by a live order of the account.
    #[error("the client id is in use")]
    DuplicateClientId,
    /// No such live order of this account.
    #[error("no such order")]
    NoSuchOrder,
    /// Too many open orders.
    #[error("too many open orders")]
    OrderLimit,
    /// Flags that exclude each other, or that this kind of market or order does not have.
    #[error("the flags do not fit the order")]
    Flags,
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
    /// Not enough margin when it came to match.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// One side of a trade, as its account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A resting reduce-only order was shrunk.
    Shrunk(OrderView),
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
        asset: mm_model::Symbol,
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

/// The matching engine of one venue.
#[derive(Debug, Default)]
pub struct Exchange {}
