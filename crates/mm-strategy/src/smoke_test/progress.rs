//! What happens while the smoke test runs, step by step, for whoever watches.

use serde::Serialize;

use super::report::{Check, Leg};

/// One step. Sizes and prices are texts with the market's places; the connector and the time are told beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Progress {
    /// The test of this connector begins.
    Started {
        /// Which market.
        symbol: String,
    },
    /// The size is resolved and the book is there.
    Sized {
        /// Side of the entry.
        side: String,
        /// How much, with its asset.
        size: String,
        /// Best bid.
        bid: String,
        /// Best ask.
        ask: String,
    },
    /// An entry order rests.
    Posted {
        /// Our id.
        client_id: u64,
        /// At which price.
        price: String,
        /// How much.
        qty: String,
        /// Counts the entry's orders from 1.
        attempt: usize,
    },
    /// An order was filled in part.
    PartlyFilled {
        /// Which part of the round trip.
        leg: Leg,
        /// Our id.
        client_id: u64,
        /// Filled so far.
        filled: String,
        /// Of this much.
        qty: String,
    },
    /// An order was filled in full.
    Filled {
        /// Which part of the round trip.
        leg: Leg,
        /// Our id.
        client_id: u64,
        /// How much.
        qty: String,
        /// Average price, in the quote asset.
        price: Option<String>,
    },
    /// An order left the book otherwise.
    Ended {
        /// Which part of the round trip.
        leg: Leg,
        /// Our id.
        client_id: u64,
        /// The state.
        state: &'static str,
        /// Filled before.
        filled: String,
    },
    /// A market order is on its way.
    Exiting {
        /// Which part of the round trip.
        leg: Leg,
        /// Its side.
        side: String,
        /// How much.
        qty: String,
    },
    /// A check is done.
    Checked(Check),
    /// The clean-up found something to do.
    CleaningUp {
        /// Counts from 1.
        round: u32,
        /// Orders that are not known to be over.
        orders: usize,
        /// What the fills leave open, signed.
        open: String,
    },
    /// The test of this connector is over.
    Done {
        /// Whether everything passed.
        passed: bool,
    },
}
