//! What the exchange calls its accounts, orders and trades.

/// An account of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

impl AccountId {
    /// The exchange's own account: receives fees, pays rebates, takes rounding remainders, and covers accounts
    /// that a liquidation leaves below zero.
    pub const HOUSE: Self = Self(0);
    /// The outside world of a market with external levels: the other side of what our orders trade with it. It is
    /// never refused and never liquidated, and pays no fees.
    pub const OUTSIDE: Self = Self(1);

    /// Whether this is no client's account: it is not limited, not charged, and nothing is told to it.
    pub(crate) const fn is_system(self) -> bool {
        self.0 <= Self::OUTSIDE.0
    }
}

/// The exchange's id of an order: unique over all its markets, ascending in time, and the place of the order in
/// the book at once (`arrival << 24 | slot`), so that no table is needed to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u64);

impl OrderId {
    /// Stands in a public trade for an order that is none of ours: it belongs to the outside world.
    pub const OUTSIDE: Self = Self(0);
}

/// The exchange's id of a trade, sequential per market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeNo(pub u64);

/// The exchange's id of a group of orders, ascending in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u32);
