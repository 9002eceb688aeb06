//! Beats: one for each rate at which a stream may be subscribed, so that all who want the same rate are told at once.

use std::time::Duration;

use mm_model::Timestamp;

use crate::server::heartbeat::Beat;

/// All rates of all streams, in milliseconds; a raw stream has none.
const RATES_MS: [u32; 7] = [50, 100, 200, 250, 500, 1_000, 5_000];

/// The beats.
#[derive(Clone, Debug)]
pub(super) struct Paces {
    beats: [(u32, Beat); RATES_MS.len()],
}

impl Default for Paces {
    fn default() -> Self {
        Self { beats: RATES_MS.map(|ms| (ms, Beat::new(Duration::from_millis(ms.into())))) }
    }
}

impl Paces {
    /// The rates whose time it is; their next time is set.
    pub(super) fn strike(&mut self, now: Timestamp) -> Vec<u32> {
        self.beats.iter_mut().filter_map(|(ms, beat)| beat.strike(now).then_some(*ms)).collect()
    }

    /// When a rate's time is next.
    pub(super) fn due(&self, rate_ms: u32) -> Option<Timestamp> {
        self.beats.iter().find(|(ms, _)| *ms == rate_ms).map(|(_, beat)| beat.due())
    }
}
