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

/// One life. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Mortal(Arc<Life>);

#[derive(Debug)]
struct Life {
    death: Death,
    n_deeds: AtomicU64,
    n_polls: AtomicU64,
    is_dead: AtomicBool,
}

impl Mortal {
    pub(crate) fn new(death: Death) -> Self {
        let (n_deeds, n_polls) = (AtomicU64::new(0), AtomicU64::new(0));
        Self(Arc::new(Life { death, n_deeds, n_polls, is_dead: AtomicBool::new(false) }))
    }

    /// Whether a deed that is about to be done is still done. The one after the last kills.
    pub(crate) fn does(&self) -> bool {
        if self.is_dead() {
            return false;
        }
        let n_before = self.0.n_deeds.fetch_add(1, Ordering::Relaxed);
        if matches!(self.0.death, Death::AfterDeeds(n) if n <= n_before) {
            self.die();
            return false;
        }
        true
    }

    /// Counts a poll; whether life goes on.
    pub(crate) fn polls(&self, clock: &Clock) -> bool {
        if self.is_dead() {
            return false;
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
    use super::*;

    #[test]
    fn it_does_so_much_and_nothing_after() {
        let life = Mortal::new(Death::AfterDeeds(2));
        let did: Vec<bool> = (0..4).map(|_| life.does()).collect();
        assert_eq!(did, [true, true, false, false]);
        assert!(life.is_dead());
    }
}
