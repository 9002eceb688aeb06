//! How many requests a client may send.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::errors::Refused;
use crate::server::bucket::{Bucket, PerMinute};

/// How many requests are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one account, or of all unsigned requests together.
    pub requests: PerMinute,
    /// Of routes that read market data of the past (candles, old trades): an allowance of its own.
    pub historical: PerMinute,
}

impl Default for RateLimits {
    /// The venue's FAQ, read 2026-11.
    fn default() -> Self {
        Self { requests: PerMinute(2_000), historical: PerMinute(30) }
    }
}

/// The buckets of everybody.
#[derive(Debug)]
pub(super) struct Allowances {
    limits: Option<RateLimits>,
    anybody: Bucket,
    historical: Bucket,
    accounts: BTreeMap<AccountId, Bucket>,
}

impl Allowances {
    pub(super) const fn new(limits: Option<RateLimits>) -> Self {
        Self { limits, anybody: Bucket::UNTOUCHED, historical: Bucket::UNTOUCHED, accounts: BTreeMap::new() }
    }

    /// Counts an unsigned request.
    pub(super) fn anybody(&mut self, now: Timestamp, historical: bool) -> Result<(), Refused> {
        let Some(limits) = self.limits else { return Ok(()) };
        if historical {
            passed(self.historical.take(now, limits.historical))?;
        }
        passed(self.anybody.take(now, limits.requests))
    }

    /// Counts a request of an account.
    pub(super) fn account(&mut self, now: Timestamp, account: AccountId) -> Result<(), Refused> {
        let Some(limits) = self.limits else { return Ok(()) };
        passed(self.accounts.entry(account).or_default().take(now, limits.requests))
    }
}

/// The wait is not told: see [`super::switches`].
fn passed(taken: Result<(), Duration>) -> Result<(), Refused> {
    taken.map_err(|_wait| Refused::new(429, "TOO_MANY_REQUESTS", "Too many requests")) // words chosen
}
