//! How a venue is set up, and how it is doing.

use std::{fmt, time::Duration};

use mm_model::{ClientId, Timestamp};

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
    /// What is done about a position that is not what all fills come to.
    pub on_mismatch: OnMismatch,
}

/// What is done about a position that is not what all fills come to, once that was not explained in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnMismatch {
    /// It is told.
    #[default]
    Alarm,
    /// It is told, and the risk gate lets nothing pass any more but what reduces.
    Reduce,
}

/// How what we believe compared with what the venue lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// When positions were last compared, by our clock.
    pub compared_at: Option<Timestamp>,
    /// How often they were.
    pub n_compared: u64,
    /// Differences that explained themselves: a fill that was under way, an order that was looked up.
    pub n_explained: u64,
    /// Differences that nothing explained in time.
    pub n_alarms: u64,
    /// Balances that moved without a word by stream.
    pub n_balances_moved: u64,
    /// Orders of ours that the last list lacked, and that are being looked up.
    pub n_lost_orders: usize,
    /// Positions that differ now, in words.
    pub differences: Vec<String>,
}

impl Reconciliation {
    /// Whether the last comparison left nothing open.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.compared_at.is_some() && self.differences.is_empty() && self.n_lost_orders == 0
    }
}

impl fmt::Display for Reconciliation {
    /// One line, the age of the comparison left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.compared_at.is_none() {
            return f.write_str("not compared yet");
        }
        if self.agrees() {
            f.write_str("agrees")?;
        } else {
            f.write_str("differs: ")?;
            let lost = format!("{} orders of ours are not listed", self.n_lost_orders);
            let lost = (self.n_lost_orders > 0).then_some(&lost);
            let open: Vec<&str> = self.differences.iter().chain(lost).map(String::as_str).collect();
            f.write_str(&open.join("; "))?;
        }
        write!(f, " ({} compared, {} explained, {} alarms)", self.n_compared, self.n_explained, self.n_alarms)
    }
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
    /// How what we believe compared with what the venue lists.
    pub reconciliation: Reconciliation,
    /// When the venue was last heard on a socket.
    pub heard_at: Timestamp,
    /// When the connector's driver last had its turn: [`Venue::prod`](super::Venue::prod) gives it one.
    pub alive_at: Timestamp,
}
