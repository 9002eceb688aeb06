//! A limit order that follows the market until it is filled.
use crate::{Clock, Order, Venue};
use mm_model::{Exposure, MarketId, Price, Qty, Side};
use std::time::Duration;

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
    /// How long to wait for a cancelled order's end (`cancel_wait_secs`, 2 s).
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
    /// Filled in all.
    pub filled: Qty,
    /// Every order that was placed, in order.
    pub orders: Vec<Order>,
}

/// Why it was not filled. Each says how much was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TrackingLimitError {
    /// Time is up.
    #[error("timed out after {filled:?} lots")]
    Timeout {
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// No book that can be believed came in time.
    #[error("no book to price from: {reason}")]
    NoBook {
        /// Why.
        reason: String,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// An order's end could not be proven: nothing more is sent.
    #[error("order {order} neither live nor over, as far as can be known")]
    Stuck {
        /// Which.
        order: mm_model::ClientId,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
    /// The venue refuses.
    #[error("rejected: {refusal}")]
    Rejected {
        /// Its words.
        refusal: mm_model::Refusal,
        /// Filled.
        filled: Qty,
        /// Orders placed.
        orders: Vec<Order>,
    },
}

/// Posts at the touch and follows the market until `qty` is filled.
pub async fn place_tracking_limit_order(
    _clock: &Clock,
    _venue: &Venue,
    _params: TrackingLimit,
) -> Result<Tracked, TrackingLimitError> {
    todo!()
}
