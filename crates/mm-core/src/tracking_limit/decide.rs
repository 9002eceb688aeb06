//! The decisions of a tracking limit order: pure, from what is known to what is done.

use std::time::Duration;

use mm_model::{Book, BookError, Level, Price, Qty, Refusal, RefusalKind, Side};

use super::TrackingLimit;

/// How much to post next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// All is filled, or what is left is too small to be an order.
    Done,
    /// This much is left.
    Post(Qty),
}

/// What is left of `target` after all that was filled by whatever order, late fills included.
///
/// # Panics
/// Never: a venue that fills more than it was asked to leaves nothing to post.
pub(super) fn rest(target: Qty, filled: Qty, min: Qty) -> Rest {
    let left = target.minus(filled);
    // Ours to keep, whatever the venue says: never ask for more than the target.
    assert!(
        left.is_zero() || left.plus(filled) == target,
        "{left:?} is not what is left of {target:?} after {filled:?}"
    );
    if left.is_zero() || left < min { Rest::Done } else { Rest::Post(left) }
}

/// The price to be at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    At(Price),
    /// The market is beyond the worst price: wait.
    BeyondWorst(Price),
    /// No book that can be believed, or no price in it.
    NoBook(String),
}

/// The price that follows the touch. Our own resting order is no part of the market that it follows: else an offset into the
/// spread would chase itself.
pub(super) fn wanted(params: &TrackingLimit, book: Result<&Book, BookError>, own: Option<Level>) -> Wanted {
    let book = match book {
        Ok(book) => book,
        Err(why) => return Wanted::NoBook(why.to_string()),
    };
    if params.price_offset_ticks == 0
        && let Some(own) = own
        && book.best(params.side).is_some_and(|best| best.price == own.price)
    {
        return Wanted::At(own.price);
    }
    let is_own = |level: &Level| own.is_some_and(|own| own.price == level.price && level.qty <= own.qty);
    let Some(touch) = book.levels(params.side).find(|level| !is_own(level)) else {
        return Wanted::NoBook(format!("nobody else to {}", params.side));
    };
    let price = match params.side {
        Side::Buy => touch.price.offset(params.price_offset_ticks.saturating_neg()),
        Side::Sell => touch.price.offset(params.price_offset_ticks),
    };
    match params.worst_price {
        _ if price.0 <= 0 => {
            Wanted::NoBook(format!("{} ticks off the touch is no price", params.price_offset_ticks))
        }
        Some(worst) if is_worse(params.side, price, worst) => Wanted::BeyondWorst(price),
        _ => Wanted::At(price),
    }
}

fn is_worse(side: Side, price: Price, worst: Price) -> bool {
    match side {
        Side::Buy => price > worst,
        Side::Sell => price < worst,
    }
}

/// What to do with an order that rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    /// It is where it should be, or nothing better can be had: it keeps its place in the queue.
    Keep,
    /// Take it off.
    Cancel,
}

/// Looks at a resting order: `left` is what it may still fill.
pub(super) fn review(wanted: &Wanted, at: Price, left: Qty, min: Qty) -> Review {
    match wanted {
        Wanted::At(price) if *price == at => Review::Keep,
        // Taken off, the rest could not be posted again.
        Wanted::At(_) if left < min => Review::Keep,
        Wanted::BeyondWorst(_) => Review::Keep,
        Wanted::At(_) | Wanted::NoBook(_) => Review::Cancel,
    }
}

/// So many equal refusals in a row are the venue's last word.
const REFUSALS_MAX: u32 = 3;
/// First pause after a refusal; each further one doubles it, up to the interval.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// What to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Try again then.
    Pause(Duration),
    GiveUp,
}

/// Refusals in a row.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    last: Option<(RefusalKind, String)>,
    equal: u32,
    pauses: u32,
}

impl Refusals {
    /// An order stood: the row is broken.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn add(&mut self, refusal: &Refusal, interval: Duration) -> After {
        let key = (refusal.kind, refusal.code.clone());
        self.equal = if self.last.as_ref() == Some(&key) { self.equal + 1 } else { 1 };
        self.last = Some(key);
        let passing = matches!(
            refusal.kind,
            RefusalKind::WouldMatch
                | RefusalKind::RateLimited
                | RefusalKind::Unavailable
                | RefusalKind::Clock
        );
        if refusal.kind == RefusalKind::Authentication || (!passing && self.equal >= REFUSALS_MAX) {
            return After::GiveUp;
        }
        After::Pause(self.pause(interval).max(refusal.retry_after.unwrap_or_default()))
    }

    /// The next pause, for whatever did not go through.
    pub(super) fn pause(&mut self, interval: Duration) -> Duration {
        let pause = PAUSE_MIN.saturating_mul(1 << self.pauses.min(16)).min(interval.max(PAUSE_MIN));
        self.pauses += 1;
        pause
    }
}
