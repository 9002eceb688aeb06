//! What a venue may say of an order that cannot be true.

use super::End;
use crate::{Qty, TradeId, VenueOrderId};

/// Something a venue said that cannot be true. Never a panic: an alarm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    /// More was filled than was asked for. The position takes it all the same.
    #[error("filled {filled:?} of {qty:?} lots")]
    Overfill {
        /// All that was filled.
        filled: Qty,
        /// All that was asked for.
        qty: Qty,
    },
    /// A fill that no earlier word accounted for, after the venue's end. It counts.
    #[error("trade {0} came after the end")]
    LateFill(TradeId),
    /// The same trade id with other numbers. The first stands.
    #[error("trade {0} was told twice with different numbers")]
    ConflictingFill(TradeId),
    /// Filled in full, and not.
    #[error("the venue ended the order twice: {0:?} and {1:?}")]
    ConflictingEnds(End, End),
    /// The venue knows an order of which it had proved that it never arrived.
    #[error("an order that had never arrived is there after all")]
    Resurrected,
    /// The message carries our id and a second one of the venue's: it tells of another order, and is not joined.
    #[error("the venue calls the order {0}, and another one by the same id of ours {1}")]
    SecondVenueId(VenueOrderId, VenueOrderId),
    /// The venue said no to the order and shows it on the book.
    #[error("the venue refused the order, and shows it after all")]
    OpenAfterRefusal,
    /// The message carries our id and another market or side: it tells of somebody else's order, and is not joined.
    #[error("a message names the order but another market or side")]
    OtherOrder,
}
