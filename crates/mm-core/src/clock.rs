//! The one source of time, real or virtual.
use std::{future::Future, pin::Pin, time::Duration};
use mm_model::Timestamp;

/// The one source of time.
#[derive(Clone, Debug)]
pub struct Clock(());

impl Clock {
    /// Real time: the wall clock at the start plus the monotonic time since, so that it never jumps.
    pub fn system() -> Self { todo!() }
    /// Now.
    pub fn now(&self) -> Timestamp { todo!() }
    /// Sleeps until `at`. Cancel-safe.
    pub async fn sleep_until(&self, _at: Timestamp) { todo!() }
    /// Sleeps. Cancel-safe.
    pub async fn sleep(&self, _for_: Duration) { todo!() }
    /// `future`'s output, or `None` when `limit` passes first (the future is dropped).
    pub async fn within<T>(&self, _limit: Duration, _future: impl Future<Output = T>) -> Option<T> { todo!() }
    /// Fixed deadlines every `interval`: no drift, missed ones counted.
    pub fn ticks(&self, _interval: Duration) -> Ticks { todo!() }
}

/// Fixed deadlines.
#[derive(Debug)]
pub struct Ticks(());
/// One deadline that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick { /// Counts from 1.
    pub number: u64, /// When it was due.
    pub due: Timestamp, /// Deadlines skipped since the last tick.
    pub missed: u64 }
impl Ticks { /// Waits for the next deadline. Cancel-safe.
    pub async fn next(&mut self) -> Tick { todo!() } }

/// Where tasks run: tokio, or the virtual-time executor.
#[derive(Clone)]
pub struct Spawner(());
impl Spawner {
    /// The tokio runtime of the calling thread.
    pub fn tokio() -> Self { todo!() }
    /// Starts a task; dropping the returned handle aborts it.
    pub fn spawn(&self, _name: &str, _task: Pin<Box<dyn Future<Output = ()> + Send>>) { todo!() }
}
