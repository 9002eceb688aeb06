//! Orders as the exchange has them: where they stand, and why they ended.

use mm_model::{Money, Qty, Timestamp};

use crate::{AccountId, GroupId, OrderId, PlaceOrder, Reject};

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
    /// A market order stopped before its average price became worse than it may be.
    Slippage,
    /// A post-only order would have matched.
    PostOnly,
    /// The account does not have what the order would hold or cost (spot).
    Balance,
    /// The position would become larger than a position may be.
    Position,
    /// Its time was over.
    Time,
    /// The other order of its pair was triggered or filled.
    OneCancelsOther,
    /// The order that it was the child of ended without need for it.
    Child,
    /// The engine refused it for another reason.
    Refused(Reject),
}

impl From<Reject> for Expiry {
    /// How an order ends that was taken (by a venue that answers before its engine has judged, or long ago, asleep)
    /// and then refused.
    fn from(reject: Reject) -> Self {
        match reject {
            Reject::WouldMatch => Self::PostOnly,
            Reject::Funds => Self::Balance,
            Reject::Margin => Self::Margin,
            Reject::Position => Self::Position,
            Reject::NothingToReduce => Self::NotReducing,
            Reject::NoLiquidity => Self::InsufficientLiquidity,
            Reject::TooLate => Self::Time,
            other => Self::Refused(other),
        }
    }
}

/// What a sleeping order waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For the mark price to reach its trigger.
    Mark,
    /// For its parent to be filled.
    Parent,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Asleep: live, but not on the book.
    Pending(Waits),
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

impl Status {
    /// Whether the order is asleep.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Pending(_))
    }

    /// Whether the order is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Filled | Self::Cancelled | Self::Expired(_))
    }
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
    /// Size in lots; for a market order by quote amount what has been filled so far; zero for an order that sleeps
    /// without a size of its own ([`Amount::All`](crate::Amount::All)).
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
    /// How often it was modified.
    pub version: u32,
    /// When its trigger was reached; `None` while it sleeps, and for orders that never did.
    pub triggered_at: Option<Timestamp>,
    /// The group it is in.
    pub group: Option<GroupId>,
}

impl OrderView {
    /// What is unfilled.
    #[must_use]
    pub const fn left(&self) -> Qty {
        self.qty.minus(self.filled)
    }
}
