//! Funding of a perpetual: the rate of an interval from the premium of the book over the index.
//!
//! rate = clamp(time-weighted average premium + 0.01 % for each 8 hours, ±0.5 %), as the simulated world lists it.
//! Intervals end at whole multiples of their length since the epoch (00:00, 08:00, 16:00 UTC).

use std::time::Duration;

use mm_model::{Rate, Timestamp};

use crate::{FundingRate, ring::Ring};

/// The most that an interval's rate can be, either way: 0.5 %.
const RATE_MAX: i128 = 5_000_000;
/// Interest for each 8 hours: 0.01 %.
const INTEREST: i128 = 100_000;
const EIGHT_HOURS_NS: i128 = 8 * 3600 * 1_000_000_000;
/// How many settled rates a market remembers.
const KEPT: usize = 4096;

/// The running interval of a market.
#[derive(Clone, Debug, Default)]
pub(crate) struct Funding {
    /// When it ends; `None` until the clock is known.
    pub(crate) next: Option<Timestamp>,
    /// Since when the present premium stands.
    sampled_at: Timestamp,
    /// Premium × nanoseconds.
    sum: i128,
    weight_ns: i128,
    pub(crate) rates: Ring<FundingRate, KEPT>,
}

impl Funding {
    /// Counts `premium` for the time since the last sample. The first sample starts the clock.
    pub(crate) fn sample(&mut self, now: Timestamp, interval: Duration, premium: Rate) {
        if self.next.is_none() {
            self.next = next_end(now, interval);
            self.sampled_at = now;
        }
        let passed = i128::from(now.0.saturating_sub(self.sampled_at.0));
        self.sum += i128::from(premium.0) * passed;
        self.weight_ns += passed;
        self.sampled_at = self.sampled_at.max(now);
    }

    /// The rate as the interval stands.
    pub(crate) fn rate(&self, interval: Duration) -> Rate {
        let average = if self.weight_ns == 0 { 0 } else { self.sum.div_euclid(self.weight_ns) };
        let interval_ns = i128::try_from(interval.as_nanos()).unwrap_or(EIGHT_HOURS_NS);
        let rate = average + INTEREST * interval_ns / EIGHT_HOURS_NS;
        Rate(i64::try_from(rate.clamp(-RATE_MAX, RATE_MAX)).expect("clamped to half a percent"))
    }

    /// Ends the interval at `at` and starts the next.
    pub(crate) fn close(&mut self, at: Timestamp, interval: Duration) -> Rate {
        let rate = self.rate(interval);
        self.rates.push(FundingRate { rate, at });
        (self.sum, self.weight_ns) = (0, 0);
        self.next = next_end(at, interval);
        rate
    }
}

/// The first multiple of the interval after `now`.
fn next_end(now: Timestamp, interval: Duration) -> Option<Timestamp> {
    let ns = u64::try_from(interval.as_nanos()).ok().filter(|&ns| ns > 0)?;
    (now.0 / ns + 1).checked_mul(ns).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn check(samples: &[(u64, i64)], expected: i64) {
        let mut funding = Funding::default();
        funding.sample(Timestamp::ZERO, HOUR * 8, Rate(0));
        for &(second, premium) in samples {
            funding.sample(Timestamp(second * 1_000_000_000), HOUR * 8, Rate(premium));
        }
        assert_eq!(funding.rate(HOUR * 8), Rate(expected), "{samples:?}");
    }

    #[test]
    fn rates() {
        check(&[], 100_000);
        check(&[(10, 300_000)], 400_000);
        check(&[(10, 300_000), (30, 0)], 200_000);
        check(&[(10, -100_000)], 0);
        check(&[(10, 9_000_000)], 5_000_000);
        check(&[(10, -9_000_000)], -5_000_000);
    }

    #[test]
    fn intervals_end_on_the_clock() {
        let mut funding = Funding::default();
        let at = |hours: u64| Timestamp(hours * 3_600_000_000_000);
        funding.sample(at(9), HOUR * 8, Rate(0));
        assert_eq!(funding.next, Some(at(16)));
        funding.close(at(16), HOUR * 8);
        assert_eq!(funding.next, Some(at(24)));
    }
}
