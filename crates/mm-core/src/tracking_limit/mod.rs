//! A limit order that follows the market until it is filled. It posts at the touch, looks again at each interval, and posts
//! anew only what is still unfilled, and only once the end of the order before is proven.
//!
//! It deliberately does not know how an order's end is proven (the driver looks orders up), nor where client ids come from.

mod decide;
mod story;

use std::time::Duration;

use mm_model::{ClientId, Exposure, MarketId, Price, Qty, Refusal, Side};

use crate::{Clock, Order, Venue, risk::Denial};

/// Parameters (the seed's, by the field's names).
#[derive(Clone, Debug)]
pub struct TrackingLimit {
    /// Where.
    pub market: MarketId,
    /// Buy follows the best bid, sell the best ask.
    pub side: Side,
    /// How much in all.
    pub qty: Qty,
    /// How long an order rests before the price is looked at again (the seed's `interval_secs`, 10 s).
    pub interval: Duration,
    /// When to give up (`timeout_secs`, 120 s).
    pub timeout: Duration,
    /// Ticks away from the touch: positive is further from the market, negative crosses into it (`price_offset_ticks`).
    pub price_offset_ticks: i64,
    /// How long to wait for a cancelled order's end before asking again (`cancel_wait_secs`, 2 s).
    pub cancel_wait: Duration,
    /// Refused rather than take.
    pub post_only: bool,
    /// Whether it may open a position.
    pub exposure: Exposure,
    /// Never buy above, never sell below.
    pub worst_price: Option<Price>,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// Filled in all. Less than was asked for only where the rest is below the market's smallest order; more only where the
    /// venue filled more than it was asked to, which is alarmed.
    pub filled: Qty,
    /// Every order that was placed, in order.
    pub orders: Vec<Order>,
}

/// Why it was not filled. Each says how much was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TrackingLimitError {
    /// Time is up; no order of ours rests any more.
    #[error("timed out with {} lots filled by {} orders", filled.0, orders.len())]
    Timeout {
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// Time is up, and there was no book that could be believed (or none that gives a price).
    #[error("no book to price from: {reason}; {} lots filled by {} orders", filled.0, orders.len())]
    NoBook {
        /// Why.
        reason: String,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// An order's end could not be proven: nothing more is sent, and the connector goes on cancelling it.
    #[error("order {order} could not be proven over: look at the venue; {} lots filled by {} orders", filled.0, orders.len())]
    Stuck {
        /// Which.
        order: ClientId,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// The risk gate denies it: nothing more is sent.
    #[error("denied: {denial}; {} lots filled by {} orders", filled.0, orders.len())]
    Denied {
        /// Its words.
        denial: Denial,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// The venue refuses, and would again.
    #[error("rejected: {refusal}; {} lots filled by {} orders", filled.0, orders.len())]
    Rejected {
        /// Its words.
        refusal: Refusal,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
}

impl TrackingLimitError {
    /// Filled in all.
    #[must_use]
    pub const fn filled(&self) -> Qty {
        match self {
            Self::Timeout { filled, .. }
            | Self::NoBook { filled, .. }
            | Self::Stuck { filled, .. }
            | Self::Denied { filled, .. }
            | Self::Rejected { filled, .. } => *filled,
        }
    }

    /// Every order that was placed, in order.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        match self {
            Self::Timeout { orders, .. }
            | Self::NoBook { orders, .. }
            | Self::Stuck { orders, .. }
            | Self::Denied { orders, .. }
            | Self::Rejected { orders, .. } => orders,
        }
    }
}

/// Posts at the touch and follows the market until `qty` is filled. At any time at most one order of it may be live, and what
/// is live or may be, together with what is filled, is never more than `qty`. Dropping the future leaves its order to the
/// connector, which cancels it until its end is proven.
///
/// # Errors
/// See [`TrackingLimitError`]; each tells how much was filled, and by which orders.
pub async fn place_tracking_limit_order(
    clock: &Clock,
    venue: &Venue,
    params: TrackingLimit,
) -> Result<Tracked, TrackingLimitError> {
    follow_market(clock, venue, params, |_| {}).await
}

/// [`place_tracking_limit_order`] for whoever must know its orders while it runs, or after it was dropped: `made` hears each
/// before its request leaves.
///
/// # Errors
/// As [`place_tracking_limit_order`].
pub async fn follow_market(
    clock: &Clock,
    venue: &Venue,
    params: TrackingLimit,
    mut made: impl FnMut(ClientId) + Send + Sync,
) -> Result<Tracked, TrackingLimitError> {
    Box::pin(story::Story::new(clock, venue, params, &mut made).run()).await
}

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
