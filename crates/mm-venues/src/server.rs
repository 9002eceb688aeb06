//! The server half of a venue: what the simulator needs of it. The modules below are what all server halves share: the
//! parameters of a request, allowances, when things are due, who listens to what, and what trades and changes of a
//! book add up to.

pub(crate) mod bucket;
mod calendar;
pub(crate) mod candle_rows;
pub(crate) mod candles;
pub(crate) mod heartbeat;
pub(crate) mod levels;
pub(crate) mod params;
pub(crate) mod subscriptions;

use bytes::Bytes;
use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

pub use self::bucket::PerMinute;
use crate::http::{Reply, Request};

/// One client's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// What the server sends on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// A text frame.
    Frame(ConnId, Bytes),
    /// A protocol ping.
    Ping(ConnId),
    /// Close with a code.
    Close(ConnId, u16),
}

/// Trouble that only the venue itself can make. (What happens to bytes on their way is the host's to spoil.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mischief {
    /// The next order message that is accepted is never carried out: the engine does not hear of it.
    DropAccepted,
    /// The next order that is accepted is rejected afterwards, as if what was true when it came were so no longer when it
    /// is matched.
    RejectAccepted,
    /// The number that a key must sign with next jumps, as if somebody else had used the key.
    SkipNonce,
    /// Every token and login that was given out is over.
    ExpireTokens,
}

/// The server half of one venue's codec over its own [`Exchange`]. Plain data in and out; the host owns sockets,
/// time, latency and faults.
#[expect(
    clippy::too_many_arguments,
    reason = "time, exchange and outbox are the host's and lent for one call; a struct of borrows would name them twice"
)]
pub trait VenueServer: Send {
    /// Answers a request. Strict: unknown fields, bad signatures and old timestamps are refused as the venue does.
    fn request(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Reply;

    /// A socket opened; `request` is its upgrade request.
    fn opened(&mut self, now: Timestamp, conn: ConnId, request: &Request, out: &mut Vec<Outbound>);

    /// A text frame arrived.
    fn frame(
        &mut self,
        now: Timestamp,
        exchange: &mut Exchange,
        conn: ConnId,
        text: &str,
        out: &mut Vec<Outbound>,
    );

    /// A pong arrived.
    fn pong(&mut self, now: Timestamp, conn: ConnId);

    /// A socket is gone.
    fn closed(&mut self, conn: ConnId);

    /// Tells what happened in the exchange to whoever subscribed. Called with every batch of facts, in order.
    fn facts(&mut self, now: Timestamp, exchange: &Exchange, facts: &[Fact], out: &mut Vec<Outbound>);

    /// Runs what is due by the clock (aggregated and periodic streams, pings).
    fn tick(&mut self, now: Timestamp, exchange: &mut Exchange, out: &mut Vec<Outbound>);

    /// When [`VenueServer::tick`] is next due.
    fn next_wake(&self) -> Option<Timestamp>;

    /// Makes trouble for whoever sends `api_key` (as the host's table of venues reads it from a message), or for
    /// everybody. Returns whether this venue knows such trouble.
    fn mischief(&mut self, now: Timestamp, api_key: Option<&str>, what: Mischief) -> bool {
        let _ = (now, api_key, what);
        false
    }
}
