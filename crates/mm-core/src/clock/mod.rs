//! The one source of time, real or virtual. Nothing else in the workspace reads a clock or sleeps, so that a whole bot
//! with its venues runs under virtual time: same seed, same run.

mod runtime;
mod spawn;
mod ticks;
mod timers;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use mm_model::Timestamp;

pub use runtime::VirtualRuntime;
pub(crate) use spawn::panic_text;
pub use spawn::{Spawner, Task, TaskEnd};
pub use ticks::{Tick, Ticks};
pub use timers::VirtualClock;

/// The one source of time. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System(Arc<SystemClock>),
    /// A virtual clock, and how far what is told is ahead of it.
    Virtual(VirtualClock, i64),
}

/// Wall clock at the start plus the monotonic time since: a stepped wall clock moves no deadline.
#[derive(Debug)]
struct SystemClock {
    wall_at_start: Timestamp,
    start: std::time::Instant,
}

impl Clock {
    /// Real time: the wall clock at the start plus the monotonic time since, so that it never jumps. Sleeps use tokio's
    /// timers and must be awaited inside a tokio runtime.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the system's clocks")]
    pub fn system() -> Self {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("the system clock is set to a time after 1970");
        Self(Source::System(Arc::new(SystemClock {
            wall_at_start: Timestamp::ZERO + since_epoch,
            start: std::time::Instant::now(),
        })))
    }

    /// Virtual time as a machine tells it whose wall clock is wrong: ahead by so much, or behind where it is negative. Sleeps
    /// take as long as they should. Real clocks stay as they are.
    #[must_use]
    pub fn off_by(&self, ahead_ns: i64) -> Self {
        match &self.0 {
            Source::System(_) => self.clone(),
            Source::Virtual(clock, before) => {
                Self(Source::Virtual(clock.clone(), before.saturating_add(ahead_ns)))
            }
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System(system) => system.wall_at_start + system.start.elapsed(),
            Source::Virtual(clock, ahead_ns) => told(clock.now(), *ahead_ns),
        }
    }

    /// Sleeps until `at`. Cancel-safe.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Source::System(system) => {
                let deadline = system.start + at.since(system.wall_at_start);
                tokio::time::sleep_until(deadline.into()).await;
            }
            Source::Virtual(clock, ahead_ns) => {
                clock.sleep_until(told(at, ahead_ns.saturating_neg())).await;
            }
        }
    }

    /// Sleeps. Cancel-safe.
    pub async fn sleep(&self, for_: Duration) {
        self.sleep_until(self.now() + for_).await;
    }

    /// `future`'s output, or `None` when `limit` passes first (the future is dropped). An output that is ready at the
    /// deadline wins. Cancel-safe if `future` is.
    pub async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut deadline = pin!(self.sleep(limit));
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            deadline.as_mut().poll(cx).map(|()| None)
        })
        .await
    }

    /// Fixed deadlines every `interval` from now on: no drift, missed ones counted.
    ///
    /// # Panics
    /// When `interval` is zero: such deadlines are all due at once.
    #[must_use]
    pub fn ticks(&self, interval: Duration) -> Ticks {
        Ticks::new(self.clone(), interval)
    }
}

impl From<VirtualClock> for Clock {
    fn from(clock: VirtualClock) -> Self {
        Self(Source::Virtual(clock, 0))
    }
}

/// A time as a clock tells it that is so far ahead.
const fn told(at: Timestamp, ahead_ns: i64) -> Timestamp {
    Timestamp(at.0.saturating_add_signed(ahead_ns))
}

#[cfg(test)]
mod tests;
