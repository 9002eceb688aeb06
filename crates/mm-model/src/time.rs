//! Points in time.

use std::{fmt, ops::Add, ops::Sub, time::Duration};

/// Nanoseconds since the Unix epoch, as the one clock of the process tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The Unix epoch; also "never heard" where a venue gave no time.
    pub const ZERO: Self = Self(0);

    /// From whole milliseconds, as most REST interfaces speak.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// From whole microseconds, as Backpack's streams speak.
    #[must_use]
    pub const fn from_us(us: u64) -> Self {
        Self(us.saturating_mul(1_000))
    }

    /// Whole milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole microseconds since the epoch, rounded down.
    #[must_use]
    pub const fn us(self) -> u64 {
        self.0 / 1_000
    }

    /// Time passed since `earlier`; zero when `earlier` lies ahead (clocks of two machines differ).
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(rhs.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    /// `HH:MM:SS.mmm` UTC: what a log line or a report shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.ms();
        let s = ms / 1000 % 86_400;
        write!(f, "{:02}:{:02}:{:02}.{:03}", s / 3600, s / 60 % 60, s % 60, ms % 1000)
    }
}
