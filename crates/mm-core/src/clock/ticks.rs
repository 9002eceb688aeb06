//! Fixed deadlines. The next one is counted from the first, never from when the last was served, so that nothing drifts.

use std::time::Duration;

use mm_model::Timestamp;

use super::Clock;

/// Fixed deadlines.
#[derive(Debug)]
pub struct Ticks {
    clock: Clock,
    start: Timestamp,
    interval_ns: u64,
    served: u64,
}

/// One deadline that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Counts from 1; missed ones are counted too.
    pub number: u64,
    /// When it was due.
    pub due: Timestamp,
    /// Deadlines skipped since the last tick.
    pub missed: u64,
}

impl Ticks {
    pub(super) fn new(clock: Clock, interval: Duration) -> Self {
        let interval_ns = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        assert!(interval_ns > 0, "ticks need an interval above zero");
        let start = clock.now();
        Self { clock, start, interval_ns, served: 0 }
    }

    /// Waits for the next deadline. One that is already past is served at once, and those before it are counted as
    /// missed. Cancel-safe: a deadline counts as served only when this returns.
    pub async fn next(&mut self) -> Tick {
        self.clock.sleep_until(self.due(self.served + 1)).await;
        let passed_ns = self.clock.now().0.saturating_sub(self.start.0);
        let number = (passed_ns / self.interval_ns).max(self.served + 1);
        let missed = number - self.served - 1;
        self.served = number;
        Tick { number, due: self.due(number), missed }
    }

    const fn due(&self, number: u64) -> Timestamp {
        Timestamp(self.start.0.saturating_add(self.interval_ns.saturating_mul(number)))
    }
}
