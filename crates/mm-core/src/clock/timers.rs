//! Virtual time: a number that stands still until the runtime moves it, and the queue of those who wait for it. The
//! queue is keyed by (nanoseconds, order of arrival), so that equal deadlines fire in the order they were set.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use mm_model::Timestamp;

use crate::sync::lock;

/// Virtual time as its readers see it. Only a [`VirtualRuntime`](super::VirtualRuntime) moves it.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<Mutex<Timers>>);

#[derive(Debug)]
struct Timers {
    now: Timestamp,
    n_set: u64,
    queue: BTreeMap<Key, Waker>,
}

type Key = (Timestamp, u64);

impl VirtualClock {
    pub(super) fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Timers { now, n_set: 0, queue: BTreeMap::new() })))
    }

    pub(super) fn now(&self) -> Timestamp {
        lock(&self.0).now
    }

    pub(super) fn sleep_until(&self, at: Timestamp) -> Sleep {
        Sleep { clock: self.clone(), at, key: None }
    }

    /// Moves time to the first deadline and wakes its owner; `false` when nobody waits for time.
    pub(super) fn jump(&self) -> bool {
        let waker = {
            let mut timers = lock(&self.0);
            let Some(((at, _), waker)) = timers.queue.pop_first() else { return false };
            timers.now = timers.now.max(at);
            waker
        };
        waker.wake();
        true
    }
}

/// A sleep in virtual time. Dropping it takes it out of the queue.
#[derive(Debug)]
pub(super) struct Sleep {
    clock: VirtualClock,
    at: Timestamp,
    key: Option<Key>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut timers = lock(&clock.0);
        if timers.now >= self.at {
            return Poll::Ready(());
        }
        let key = self.key.unwrap_or_else(|| {
            timers.n_set += 1;
            (self.at, timers.n_set)
        });
        timers.queue.insert(key, cx.waker().clone());
        drop(timers);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = lock(&self.clock.0).queue.remove(&key);
            drop(waker); // Outside the lock: what a waker drops may come back here.
        }
    }
}
