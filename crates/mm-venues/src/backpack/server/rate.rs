//! How many requests a client may send: a bucket that refills evenly.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::errors::Refused;

/// The allowance of one account (or of all unsigned requests together): a burst of the whole minute's number,
/// then one request each `every`. Kept as the time at which the bucket will be full again (the generic cell
/// rate algorithm), so that there is nothing to refill.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Timestamp,
}

/// Requests a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMinute(pub u32);

const MINUTE: Duration = Duration::from_secs(60);

impl Bucket {
    /// Takes one request out of the bucket, or says how long to wait for it.
    pub(super) fn take(&mut self, now: Timestamp, rate: PerMinute) -> Result<(), Duration> {
        let every = MINUTE / rate.0.max(1);
        let full_at = self.full_at.max(now) + every;
        let debt = full_at.since(now);
        if debt > MINUTE {
            return Err(debt - MINUTE);
        }
        self.full_at = full_at;
        Ok(())
    }
}

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
        let empty = Bucket { full_at: Timestamp::ZERO };
        Self { limits, anybody: empty, historical: empty, accounts: BTreeMap::new() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_at_a_time() {
        let mut bucket = Bucket::default();
        let start = Timestamp::from_ms(1_000_000);
        let passed = (0..100).filter(|_| bucket.take(start, PerMinute(30)).is_ok()).count();
        assert_eq!(passed, 30);
        assert_eq!(bucket.take(start, PerMinute(30)), Err(Duration::from_secs(2)));
        let later = start + Duration::from_secs(2);
        assert_eq!(bucket.take(later, PerMinute(30)), Ok(()));
        assert!(bucket.take(later, PerMinute(30)).is_err());
    }
}
