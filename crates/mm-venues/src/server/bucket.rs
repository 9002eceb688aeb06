//! How many messages a client may send: a bucket that refills evenly.

use std::time::Duration;

use mm_model::Timestamp;

use crate::client::Allowance;

/// An allowance: a burst of the whole minute's number, then one each `minute / number`. Kept as the time at which
/// the bucket will be full again (the generic cell rate algorithm), so that there is nothing to refill.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at: Timestamp,
}

/// So many a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMinute(pub u32);

const MINUTE: Duration = Duration::from_secs(60);

impl Bucket {
    /// One from which nothing was taken yet.
    pub(crate) const UNTOUCHED: Self = Self { full_at: Timestamp::ZERO };

    /// Takes one out of the bucket, or says how long to wait for it.
    ///
    /// # Errors
    /// The wait, when the bucket is empty; nothing is taken then.
    pub(crate) fn take(&mut self, now: Timestamp, rate: PerMinute) -> Result<(), Duration> {
        self.take_weight(now, rate, 1)
    }

    /// Takes `weight` out of the bucket, or says how long to wait for it.
    ///
    /// # Errors
    /// The wait, when there is not enough in the bucket; nothing is taken then.
    pub(crate) fn take_weight(
        &mut self,
        now: Timestamp,
        rate: PerMinute,
        weight: u32,
    ) -> Result<(), Duration> {
        self.take_of(now, Allowance { capacity: rate.0, per: MINUTE }, weight)
    }

    /// The same where the bucket is not that of a minute.
    ///
    /// # Errors
    /// The wait, when there is not enough in the bucket; nothing is taken then.
    pub(crate) fn take_of(
        &mut self,
        now: Timestamp,
        allowance: Allowance,
        weight: u32,
    ) -> Result<(), Duration> {
        let Allowance { capacity, per } = allowance;
        let full_at = self.full_at.max(now) + per.saturating_mul(weight) / capacity.max(1);
        let debt = full_at.since(now);
        if debt > per {
            return Err(debt - per);
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

    #[test]
    fn a_heavy_one_takes_the_room_of_many() {
        let mut bucket = Bucket::default();
        let start = Timestamp::from_ms(1_000_000);
        assert_eq!(bucket.take_weight(start, PerMinute(60), 50), Ok(()));
        assert_eq!(bucket.take_weight(start, PerMinute(60), 20), Err(Duration::from_secs(10)));
        assert_eq!(bucket.take_weight(start, PerMinute(60), 10), Ok(()));
    }
}
