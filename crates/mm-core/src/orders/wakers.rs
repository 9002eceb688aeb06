//! Who waits for a change. One waiter is the rule, so that one needs no memory of its own.

use std::task::Waker;

/// Wakers to call at the next change. Waking is on state, not on messages: a waiter looks again, and registers again.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Wakers {
    /// Each task is kept once, however often it asks.
    pub(super) fn add(&mut self, waker: &Waker) {
        let known = self.first.iter().chain(&self.more).any(|known| known.will_wake(waker));
        match &mut self.first {
            _ if known => {}
            None => self.first = Some(waker.clone()),
            Some(_) => self.more.push(waker.clone()),
        }
    }

    /// Takes them out, to be woken when no lock is held.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    pub(super) fn wake(self) {
        self.first.into_iter().chain(self.more).for_each(Waker::wake);
    }
}
