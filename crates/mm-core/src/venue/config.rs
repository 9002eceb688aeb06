//! How a venue is set up, and how it is doing.

use std::time::Duration;

use mm_model::ClientId;

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
