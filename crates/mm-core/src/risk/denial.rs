//! Why an order is not sent, with words that never change.

/// Why an order may not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {text}")]
pub struct Denial {
    /// The control that said no: one of [`code`].
    pub code: &'static str,
    /// What it saw, what it allows, what to do.
    pub text: String,
}

impl Denial {
    pub(super) fn new(code: &'static str, text: String) -> Self {
        Self { code, text }
    }
}

/// The controls' words, and the reasons of a mode. Alerts and dashboards may rely on them.
pub mod code {
    /// Everything is closed but cancels.
    pub const HALTED: &str = "HALTED";
    /// Only what brings a position nearer to flat passes.
    pub const REDUCING: &str = "REDUCING";
    /// What an order is told that waited in a queue of ours when everything was closed.
    pub(crate) const HALTED_UNSENT: &str = "HALTED: the risk gate closed before it was sent";
    /// The same for one that could increase a position.
    pub(crate) const REDUCING_UNSENT: &str =
        "REDUCING: the risk gate closed to all but what reduces before it was sent";
    /// This market alone is closed: the venue said something of it that cannot be.
    pub const MARKET_HALTED: &str = "MARKET_HALTED";
    /// The market is not on the list.
    pub const MARKET_NOT_ALLOWED: &str = "MARKET_NOT_ALLOWED";
    /// Our clock and the venue's are too far apart.
    pub const CLOCK_SKEW: &str = "CLOCK_SKEW";
    /// Too large.
    pub const ORDER_SIZE: &str = "ORDER_SIZE";
    /// Worth too much.
    pub const ORDER_NOTIONAL: &str = "ORDER_NOTIONAL";
    /// No price that can be believed to judge it by.
    pub const NO_PRICE: &str = "NO_PRICE";
    /// A quote asset that is not counted in units of account.
    pub const NO_UNIT: &str = "NO_UNIT";
    /// Too far from the market.
    pub const PRICE_COLLAR: &str = "PRICE_COLLAR";
    /// It would match an order of ours.
    pub const SELF_TRADE: &str = "SELF_TRADE";
    /// The same as one just placed.
    pub const DUPLICATE: &str = "DUPLICATE";
    /// Too many live orders.
    pub const OPEN_ORDERS: &str = "OPEN_ORDERS";
    /// Too many orders and modifications for now.
    pub const MESSAGE_RATE: &str = "MESSAGE_RATE";
    /// Reduce-only, and nothing to reduce.
    pub const REDUCE_ONLY: &str = "REDUCE_ONLY";
    /// The position could become too large.
    pub const POSITION: &str = "POSITION";
    /// The position could be worth too much.
    pub const POSITION_NOTIONAL: &str = "POSITION_NOTIONAL";
    /// All positions together could be worth too much.
    pub const GROSS_NOTIONAL: &str = "GROSS_NOTIONAL";
    /// Reason of a mode: too much was lost today.
    pub const DAILY_LOSS: &str = "DAILY_LOSS";
    /// Reason of a mode: too much was lost since the best moment.
    pub const DRAWDOWN: &str = "DRAWDOWN";
    /// Reason of a mode: too many orders were refused in a row.
    pub const CONSECUTIVE_REJECTS: &str = "CONSECUTIVE_REJECTS";
    /// Reason of a mode: too many executions without anybody looking.
    pub const REPEATED_EXECUTION: &str = "REPEATED_EXECUTION";
}
