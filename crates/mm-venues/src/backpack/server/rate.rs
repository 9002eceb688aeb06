//! How many requests a client may send: a bucket that refills evenly.

use std::time::Duration;

use mm_model::Timestamp;

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
