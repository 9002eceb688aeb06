//! The venue's allowances, kept from our side. Pure: time is an argument.
//!
//! A bucket of units for each allowance, each unit of which comes back `per` after it was spent. That is stricter than a
//! bucket that refills evenly: in no window of `per`, wherever it begins, is more than the capacity spent, so it holds
//! whether the venue counts in fixed minutes, sliding ones, or with a bucket of its own. A request takes its units of all
//! allowances together, or none. What it deliberately does not know: what this account spent before the process began, and
//! how long requests travel; the venue's 429 tells, and pauses everything.

use std::{collections::VecDeque, time::Duration};

use mm_model::Timestamp;
use mm_venues::client::{ALLOWANCES_MAX, Allowance, Weight};

/// Who asks for a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Takes orders off: may spend the whole bucket.
    Cancel,
    /// Everything else: leaves the reserve to cancels.
    Other,
}

/// The answer to a wish to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Send now: it is already counted.
    Granted,
    /// Ask again at this time; it may have to wait longer if others spend meanwhile.
    NotBefore(Timestamp),
    /// Heavier than the lane's whole share: no waiting will help.
    Never,
}

/// An allowance that cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThrottleError {
    /// None, or more than a [`Weight`] can tell of.
    #[error("{n} allowances cannot be kept: a venue has one to {ALLOWANCES_MAX}")]
    Number {
        /// How many there are.
        n: usize,
    },
    /// No capacity to share between two lanes, or no time to refill in.
    #[error(
        "an allowance of {capacity} units each {per_ms} ms cannot be kept: at least 2 units and 1 ms are needed"
    )]
    Allowance {
        /// Units.
        capacity: u32,
        /// Refill time.
        per_ms: u128,
    },
    /// One request that a bucket can never pay for.
    #[error("a request of weight {weight} can never be sent: {share} of {capacity} units are open to it")]
    TooHeavy {
        /// Of the request.
        weight: u32,
        /// What its lane may spend.
        share: u32,
        /// Of the bucket; 0 for an allowance that the venue does not have.
        capacity: u32,
    },
}

/// Units that were spent at nearly the same time. They come back together, when the last of them may.
#[derive(Clone, Copy, Debug)]
struct Spent {
    first: Timestamp,
    last: Timestamp,
    units: u32,
}

/// Spends closer together than `per / GRAINS` are kept as one entry: memory stays bounded at about this many.
const GRAINS: u32 = 256;
/// One unit in this many is kept for cancels.
const RESERVE_SHARE: u32 = 10;

/// Weighted buckets with a reserve for cancels.
#[derive(Clone, Debug)]
pub struct Throttle {
    /// In the order of the venue's allowances.
    buckets: Vec<Bucket>,
    paused_until: Timestamp,
}

impl Throttle {
    /// Full buckets.
    ///
    /// # Errors
    /// When an allowance cannot work.
    pub fn new(allowances: &[Allowance]) -> Result<Self, ThrottleError> {
        if allowances.is_empty() || ALLOWANCES_MAX < allowances.len() {
            return Err(ThrottleError::Number { n: allowances.len() });
        }
        let buckets = allowances.iter().copied().map(Bucket::new).collect::<Result<_, _>>()?;
        Ok(Self { buckets, paused_until: Timestamp::ZERO })
    }

    /// Whether a request of this weight can ever be sent: checked at the start for what is known then.
    ///
    /// # Errors
    /// [`ThrottleError::TooHeavy`].
    pub fn fits(&self, lane: Lane, weight: Weight) -> Result<(), ThrottleError> {
        for (at, weight) in weight.0.into_iter().enumerate() {
            let bucket = self.buckets.get(at);
            let (share, capacity) = bucket.map_or((0, 0), |bucket| (bucket.share(lane), bucket.capacity));
            if share < weight {
                return Err(ThrottleError::TooHeavy { weight, share, capacity });
            }
        }
        Ok(())
    }

    /// Takes the units for one request, of all allowances or of none, or says when they may be there.
    pub fn take(&mut self, now: Timestamp, lane: Lane, weight: Weight) -> Permit {
        if self.fits(lane, weight).is_err() {
            return Permit::Never;
        }
        let mut at = self.paused_until;
        for (bucket, units) in self.buckets.iter_mut().zip(weight.0) {
            bucket.give_back(now);
            at = at.max(bucket.when(bucket.share(lane) - units));
        }
        if now < at {
            return Permit::NotBefore(at);
        }
        for (bucket, units) in self.buckets.iter_mut().zip(weight.0) {
            bucket.spend(now, units);
        }
        Permit::Granted
    }

    /// Nothing more is sent before `until`: the venue said that it had enough.
    pub fn pause(&mut self, until: Timestamp) {
        self.paused_until = self.paused_until.max(until);
    }

    /// Until when everything waits; in the past when nothing does.
    #[must_use]
    pub const fn paused_until(&self) -> Timestamp {
        self.paused_until
    }
}

/// One allowance.
#[derive(Clone, Debug)]
struct Bucket {
    capacity: u32,
    reserve: u32,
    per: Duration,
    /// Oldest first.
    spent: VecDeque<Spent>,
    in_window: u32,
}

impl Bucket {
    fn new(Allowance { capacity, per }: Allowance) -> Result<Self, ThrottleError> {
        if capacity < 2 || per < Duration::from_millis(1) {
            return Err(ThrottleError::Allowance { capacity, per_ms: per.as_millis() });
        }
        let reserve = (capacity / RESERVE_SHARE).max(1);
        let spent = VecDeque::with_capacity(GRAINS as usize + 2);
        Ok(Self { capacity, reserve, per, spent, in_window: 0 })
    }

    const fn share(&self, lane: Lane) -> u32 {
        match lane {
            Lane::Cancel => self.capacity,
            Lane::Other => self.capacity - self.reserve,
        }
    }

    fn give_back(&mut self, now: Timestamp) {
        while let Some(oldest) = self.spent.front()
            && oldest.last + self.per <= now
        {
            self.in_window -= oldest.units;
            self.spent.pop_front();
        }
    }

    fn spend(&mut self, now: Timestamp, units: u32) {
        self.in_window += units;
        assert!(self.in_window <= self.capacity, "the allowance is overspent");
        if units == 0 {
            return;
        }
        if let Some(newest) = self.spent.back_mut()
            && now.since(newest.first) < self.per / GRAINS
        {
            newest.last = newest.last.max(now);
            newest.units += units;
            return;
        }
        self.spent.push_back(Spent { first: now, last: now, units });
    }

    /// When no more than `level` units are out, if nothing else is spent; zero when that is so already.
    fn when(&self, level: u32) -> Timestamp {
        let mut out = self.in_window;
        let mut at = Timestamp::ZERO;
        for spent in &self.spent {
            if out <= level {
                break;
            }
            out -= spent.units;
            at = at.max(spent.last + self.per);
        }
        at
    }
}

#[cfg(test)]
mod tests;
