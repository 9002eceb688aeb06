//! What the rows know of each venue: its codec's client half, and its messages in the shapes that were recorded. All
//! tell of one market with a tick and a lot of 0.01, so that the rows of two venues do the same arithmetic.

mod backpack;
mod lighter;

use bytes::Bytes;
use mm_model::{ClientId, Markets, Timestamp};
use mm_venues::client::{CallRef, Outbox, Protocol};

pub use self::{
    backpack::{API_KEY, Backpack, MARKETS, SECRET, SYMBOL},
    lighter::{ACCOUNT, CHAIN, KEY, Lighter, key, transaction},
};

/// What happened to an order beside being filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was taken onto the book.
    Opened,
    /// It was cancelled.
    Cancelled,
}

/// One venue.
pub trait Wire {
    /// The client half of its codec.
    type Client: Protocol + std::fmt::Debug;

    /// What comes before the names of its rows.
    const PREFIX: &'static str;
    /// The market.
    const SYMBOL: &'static str;
    /// The answer that lists it.
    const MARKETS: &'static str;

    /// A client with an account that has heard nothing yet.
    fn client() -> Self::Client;

    /// The markets that a client has heard of.
    fn markets(client: &Self::Client) -> &Markets;

    /// Tells a client that knows the market what else it must know before it can send orders.
    fn begin(client: &mut Self::Client, now: Timestamp);

    /// The frame that answers an order, where orders go by socket.
    fn answer(call: CallRef) -> Option<Bytes>;

    /// One frame that changes the touch: the best bid's size, and the levels beside it. `seq` follows on `seq - 1`.
    fn depth(seq: u64) -> Bytes;

    /// A fill of one lot of a resting order of 10,000.00; `filled` is its sum by then.
    fn fill(id: ClientId, trade: u64, filled: &str) -> Bytes;

    /// Any other change of such an order.
    fn order(id: ClientId, turn: Turn, filled: &str) -> Bytes;

    /// The venue's half must believe the signature of an order.
    ///
    /// # Panics
    /// When it does not.
    fn check(now: Timestamp, outbox: &Outbox);
}
