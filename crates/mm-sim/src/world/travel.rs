//! How long messages travel, and where a corrupted one is cut: the world's share of chance.

use std::time::Duration;

use mm_model::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::config::Latency;

/// Draws travel times.
#[derive(Debug)]
pub(super) struct Travel {
    latency: Latency,
    chance: ChaCha8Rng,
}

impl Travel {
    pub(super) fn new(latency: Latency, seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(crate::keys::STREAM_TRAVEL);
        Self { latency, chance }
    }

    /// When something that leaves now arrives.
    pub(super) fn arrival(&mut self, now: Timestamp) -> Timestamp {
        let Latency { min, max } = self.latency;
        if max.is_zero() {
            return now;
        }
        let nanos = |d: Duration| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
        let (min, max) = (nanos(min.min(max)), nanos(max));
        now + Duration::from_nanos(self.chance.random_range(min..=max))
    }

    /// Where a body of this length is cut: something is always lost.
    pub(super) fn cut(&mut self, len: usize) -> usize {
        if len == 0 { 0 } else { self.chance.random_range(0..len) }
    }
}
