//! Backpack's server half: its REST interface and its streams over an [`Exchange`](mm_exchange::Exchange).
//!
//! Requests are decoded strictly, signatures verified, and every refusal has the venue's own code and words. What
//! is not simulated (deposits, lending, conditional orders, requests for quotes) says so with `NOT_IMPLEMENTED`
//! instead of inventing an answer. Where the venue's behaviour is not known, [`Switches`] says which side is
//! taken. No sockets and no clock here: the host of the server owns both.

mod calendar;
mod candles;
mod errors;
mod heartbeat;
mod levels;
mod query;
mod rate;
mod switches;
mod topics;

use mm_exchange::AccountId;

pub use rate::PerMinute;
pub use switches::Switches;

/// An account of the venue: who may sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Base64 of the Ed25519 verifying key.
    pub api_key: String,
    /// Its account of the exchange.
    pub account: AccountId,
    /// What the endpoints file calls it.
    pub name: String,
    /// The venue's number of its user.
    pub user_id: u64,
}

/// How many requests are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one account, or of all unsigned requests together.
    pub requests: PerMinute,
    /// Of routes that read market data of the past (candles, old trades): a bucket of their own.
    pub historical: PerMinute,
}

impl Default for RateLimits {
    /// The venue's FAQ, read 2026-11.
    fn default() -> Self {
        Self { requests: PerMinute(2_000), historical: PerMinute(30) }
    }
}

/// How the venue behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `None`: as many requests as anybody likes.
    pub rate_limits: Option<RateLimits>,
    /// The venue's open questions.
    pub switches: Switches,
}

impl Default for Options {
    /// The venue's own limits.
    fn default() -> Self {
        Self { rate_limits: Some(RateLimits::default()), switches: Switches::default() }
    }
}
