//! The pulse of the strategy's thread: a task there that beats as long as the strategy yields.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{Clock, Spawner, Task};
use mm_model::Timestamp;

/// How often it beats.
const BEAT: Duration = Duration::from_millis(250);

/// When the strategy's thread was last seen alive. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    clock: Clock,
    /// In nanoseconds.
    last: Arc<AtomicU64>,
}

impl Pulse {
    pub(super) fn new(clock: Clock) -> Self {
        let last = Arc::new(AtomicU64::new(clock.now().0));
        Self { clock, last }
    }

    /// Beats on this runtime for as long as the task is kept.
    pub(crate) fn beat(&self, spawner: &Spawner) -> Task {
        let Self { clock, last } = self.clone();
        spawner.spawn("pulse", async move {
            loop {
                last.store(clock.now().0, Ordering::Relaxed);
                clock.sleep(BEAT).await;
            }
        })
    }

    /// How long nothing was seen of it.
    pub(crate) fn silent_for(&self) -> Duration {
        self.clock.now().since(Timestamp(self.last.load(Ordering::Relaxed)))
    }
}
