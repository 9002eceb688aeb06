//! How long messages travel, and where a corrupted one is cut: the world's share of chance.

use std::{ops::RangeInclusive, time::Duration};

use bytes::Bytes;
use mm_model::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::config::Latency;

/// The longest noise.
const NOISE_MAX: usize = 200;

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

    /// Some bytes of a range.
    pub(super) fn noise(&mut self, range: RangeInclusive<u8>) -> Bytes {
        let len = self.chance.random_range(1..=NOISE_MAX);
        (0..len).map(|_| self.chance.random_range(range.clone())).collect()
    }

    /// Where a body of this length is cut: something is always lost.
    pub(super) fn cut(&mut self, len: usize) -> usize {
        if len == 0 { 0 } else { self.chance.random_range(0..len) }
    }
}
