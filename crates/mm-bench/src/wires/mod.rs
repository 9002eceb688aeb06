//! What the rows know of each venue: its codec's client half, and its messages in the shapes that were recorded. All
//! tell of one market with a tick and a lot of 0.01, so that the rows of two venues do the same arithmetic.

mod backpack;
pub mod grvt;
mod lighter;

use bytes::Bytes;
use mm_model::{ClientId, Markets, Timestamp, VenueOrderId};
use mm_venues::client::{CallRef, LinkId, Outbox, Protocol};

pub use self::{
    backpack::{API_KEY, Backpack, MARKETS, SECRET, SYMBOL},
    grvt::{Grvt, GrvtFull, GrvtLite},
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
    /// The socket that brings news of orders, and answers to them.
    const ACCOUNT_LINK: LinkId = LinkId(0);
    /// What our ids are counted from, for a venue that leaves only some to programs.
    const IDS_FROM: u64 = 0;
    /// The number of the first book. Where books have no number of the venue's, its client counts, from nothing on.
    const BOOK_SEQ: u64 = 1_000;

    /// A client with an account that has heard nothing yet.
    fn client() -> Self::Client;

    /// The markets that a client has heard of.
    fn markets(client: &Self::Client) -> &Markets;

    /// The answer that lists it.
    fn listing() -> Bytes;

    /// Tells a client that knows the market what else it must know before it can send orders. What its sockets bring
    /// first comes back.
    fn begin(client: &mut Self::Client, now: Timestamp) -> Vec<Bytes>;

    /// The frame that answers an order, where orders go by socket.
    fn answer(call: CallRef, id: ClientId) -> Option<Bytes>;

    /// The venue's id of an order.
    #[must_use]
    fn venue_id(id: ClientId) -> VenueOrderId {
        VenueOrderId::from_number(59_887_000_000 + id.0)
    }

    /// One frame that changes the touch: the best bid's size, and the levels beside it. `seq` follows on `seq - 1`.
    fn depth(seq: u64) -> Bytes;

    /// A fill of one lot of a resting order of 10,000.00; `filled` is its sum by then. Trades are numbered one after another.
    fn fill(id: ClientId, trade: u64, filled: &str) -> Bytes;

    /// Any other change of such an order; the `n`-th, counted from one.
    fn order(id: ClientId, turn: Turn, filled: &str, n: u64) -> Bytes;

    /// The venue's half must believe the signature of an order.
    ///
    /// # Panics
    /// When it does not.
    fn check(now: Timestamp, outbox: &Outbox);
}
