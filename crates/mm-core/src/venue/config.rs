//! How a venue is set up, and how it is doing.

use std::time::Duration;

use mm_model::ClientId;

use crate::recovery::Recovery;

/// Gives client ids that were never used before.
pub trait IdSource: Send + Sync {
    /// The next id.
    ///
    /// # Errors
    /// When no id can be had that is certain to be new (the state directory cannot be written).
    fn next(&self) -> Result<ClientId, String>;
}

/// How a venue's handle behaves.
#[derive(Clone, Debug)]
pub struct VenueConfig {
    /// The connector's configured name.
    pub name: String,
    /// Symbols whose books and trades are followed.
    pub symbols: Vec<String>,
    /// A book not heard of for longer is no book.
    pub stale_after: Duration,
    /// How long after a submit the venue may still accept it (signature window): absence proves nothing before.
    pub submit_valid_for: Duration,
    /// Finished orders kept for late messages.
    pub closed_orders_max: usize,
    /// How often open orders and positions are compared with what the venue says over REST (30 s is a good start).
    pub reconcile_every: Duration,
    /// How long a placement waits until the venue shows an order of which it only took note
    /// ([`VenueConfig::SHOWN_WITHIN`] is a good start).
    pub shown_within: Duration,
    /// The time of a dead man's switch at the venue, which then cancels every order of the account by itself: armed before
    /// the venue is ready, put off each third of its time, and for good on an orderly stop without live orders. `None`:
    /// none. A venue that has none is never ready with one.
    pub dead_man: Option<Duration>,
    /// What becomes of what earlier runs left.
    pub recovery: Recovery,
}

impl VenueConfig {
    /// Streams tell within a second, and a lookup that asks after it takes another few.
    pub const SHOWN_WITHIN: Duration = Duration::from_secs(10);
}

/// How a venue is doing.
#[derive(Clone, Debug)]
pub struct VenueStatus {
    /// Connected, caught up, and fit to trade.
    pub ready: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Reconnects so far.
    pub reconnects: u64,
    /// Requests that left and got no answer that could be trusted.
    pub unanswered: u64,
    /// Requests that the venue refused for a number out of turn or a token that was over, and that were made anew.
    pub resent: u64,
    /// Books that lost a change and were asked for anew.
    pub book_gaps: u64,
    /// Requests that are under way.
    pub in_flight: usize,
    /// Frames that could not be read.
    pub undecodable: u64,
    /// Things the venue said that cannot be true, or that cannot be ours.
    pub anomalies: u64,
    /// Server clock − ours.
    pub clock_offset_ns: i64,
    /// Last REST round trip.
    pub round_trip: Option<Duration>,
    /// Orders whose outcome is unknown.
    pub unknown_orders: usize,
}
