//! Death at any point. What a process does to the world (bytes handed to the wire, records handed to the disk) it does in
//! some order; a process that is killed has done the first so many of them and none after. So a death is drawn as a count
//! of such deeds, or as a count of polls where it happens to do nothing, or as a time.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use mm_core::Clock;
use mm_model::Timestamp;

/// When a life ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// Not at all.
    Never,
    /// Right after so many deeds.
    AfterDeeds(u64),
    /// After so many polls of anybody's tasks.
    AfterPolls(u64),
    /// At this time.
    At(Timestamp),
}

/// One life. Clones share it. Being killed is one of the faults, and ends with them.
#[derive(Clone, Debug)]
pub(crate) struct Mortal(Arc<Life>);

#[derive(Debug)]
struct Life {
    death: Death,
    spared_from: Timestamp,
    n_deeds: AtomicU64,
    n_polls: AtomicU64,
    is_spared: AtomicBool,
    is_dead: AtomicBool,
}

impl Mortal {
    /// A life that ends by `death`, unless that would be at `spared_from` or later.
    pub(crate) fn new(death: Death, spared_from: Timestamp) -> Self {
        let (n_deeds, n_polls) = (AtomicU64::new(0), AtomicU64::new(0));
        let (is_spared, is_dead) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Life { death, spared_from, n_deeds, n_polls, is_spared, is_dead }))
    }

    /// Whether a deed that is about to be done is still done. The one after the last kills.
    pub(crate) fn does(&self) -> bool {
        if self.is_dead() {
            return false;
        }
        let n_before = self.0.n_deeds.fetch_add(1, Ordering::Relaxed);
        let is_over = matches!(self.0.death, Death::AfterDeeds(n) if n <= n_before);
        if is_over && !self.0.is_spared.load(Ordering::Relaxed) {
            self.die();
            return false;
        }
        true
    }

    /// Counts a poll, asked before each; whether life goes on.
    pub(crate) fn polls(&self, clock: &Clock) -> bool {
        if self.is_dead() {
            return false;
        }
        if self.0.spared_from <= clock.now() {
            self.0.is_spared.store(true, Ordering::Relaxed);
            return true;
        }
        let n_before = self.0.n_polls.fetch_add(1, Ordering::Relaxed);
        let is_over = match self.0.death {
            Death::Never | Death::AfterDeeds(_) => false,
            Death::AfterPolls(n) => n <= n_before,
            Death::At(at) => at <= clock.now(),
        };
        if is_over {
            self.die();
        }
        !is_over
    }

    /// From now on it does nothing.
    pub(crate) fn die(&self) {
        self.0.is_dead.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.is_dead.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use mm_core::VirtualRuntime;

    use super::*;

    #[test]
    fn it_does_so_much_and_nothing_after() {
        let life = Mortal::new(Death::AfterDeeds(2), Timestamp::from_ms(1));
        let did: Vec<bool> = (0..4).map(|_| life.does()).collect();
        assert_eq!(did, [true, true, false, false]);
        assert!(life.is_dead());
    }

    /// Found by the simulation, seed 258: killed in the minute in which all must become known, it had not enough of it left.
    #[test]
    fn nobody_is_killed_once_there_are_no_more_faults() {
        let clock = VirtualRuntime::new(Timestamp::from_ms(1)).clock();
        for death in [Death::AfterDeeds(0), Death::AfterPolls(0), Death::At(Timestamp::ZERO)] {
            let spared = Mortal::new(death, Timestamp::from_ms(1));
            assert!(spared.polls(&clock) && spared.does() && !spared.is_dead(), "{death:?}");
            let other = Mortal::new(death, Timestamp::from_ms(2));
            assert!(!(other.polls(&clock) && other.does()) && other.is_dead(), "{death:?}");
        }
    }
}
