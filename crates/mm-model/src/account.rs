//! What an account holds.

use crate::{MarketId, Money, Price, Rate, SignedQty, Symbol, Timestamp};

/// A position in a perpetual future as the venue tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Where.
    pub market: MarketId,
    /// How much; positive is long.
    pub net: SignedQty,
    /// Average entry price rounded to the nearest tick, for display only; `None` when flat or not told.
    pub entry: Option<Price>,
    /// Profit not yet realised, at the venue's mark.
    pub unrealized: Option<Money>,
    /// When, by the venue's clock; [`Timestamp::ZERO`] where the message carries no time.
    pub at: Timestamp,
}

/// What an account holds of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The asset.
    pub asset: Symbol,
    /// Free to use.
    pub available: Money,
    /// Held by open orders.
    pub locked: Money,
    /// When, by the venue's clock; [`Timestamp::ZERO`] where the message carries no time.
    pub at: Timestamp,
}

/// What the venue charges this account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeRates {
    /// Perpetuals, resting order; negative is a rebate.
    pub perpetual_maker: Rate,
    /// Perpetuals, arriving order.
    pub perpetual_taker: Rate,
    /// Spot, resting order; negative is a rebate.
    pub spot_maker: Rate,
    /// Spot, arriving order.
    pub spot_taker: Rate,
}
