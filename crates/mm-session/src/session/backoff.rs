//! How long to wait before the next try. Pure: randomness is an argument.

use std::time::Duration;

use rand::Rng;

/// Doubles from `min` to `max`. Each pause is drawn from its upper half, so that many bots that lost the same server
/// at the same time do not come back at the same time (fault 42).
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    n_failed: u32,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        // A pause of zero would try as fast as the processor can.
        let min = min.max(Duration::from_millis(1));
        Self { min, max: max.max(min), n_failed: 0 }
    }

    /// The pause after one more failure.
    pub(super) fn next(&mut self, rng: &mut impl Rng) -> Duration {
        let whole = self.min.saturating_mul(1 << self.n_failed.min(20)).min(self.max);
        self.n_failed = self.n_failed.saturating_add(1);
        let half = whole / 2;
        half + jitter(half, rng)
    }

    /// The longest pause.
    pub(super) const fn max(&self) -> Duration {
        self.max
    }

    /// It went well for long enough.
    pub(super) const fn reset(&mut self) {
        self.n_failed = 0;
    }
}

/// Anything from zero to `most`.
pub(super) fn jitter(most: Duration, rng: &mut impl Rng) -> Duration {
    Duration::from_nanos(rng.random_range(0..=u64::try_from(most.as_nanos()).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn fault_42_doubles_up_to_the_cap_and_begins_again() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));
        for _ in 0..2 {
            for whole_ms in [100, 200, 400, 800, 1600, 3000, 3000, 3000] {
                let pause = backoff.next(&mut rng);
                let whole = Duration::from_millis(whole_ms);
                assert!(whole / 2 <= pause && pause <= whole, "{pause:?} of {whole:?}");
            }
            backoff.reset();
        }
    }

    #[test]
    fn never_zero_and_never_overflows() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut backoff = Backoff::new(Duration::ZERO, Duration::ZERO);
        let mut long = Backoff::new(Duration::MAX / 2, Duration::MAX);
        for _ in 0..100 {
            assert!(backoff.next(&mut rng) >= Duration::from_micros(500));
            long.next(&mut rng);
        }
    }
}
