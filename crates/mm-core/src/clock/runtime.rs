//! An executor under virtual time: one thread, first come first served. It runs what is ready until nothing is, then jumps
//! to the next deadline. Two runs of the same program do the same in the same order.
//!
//! It deliberately has no I/O and no second thread: what waits for something outside waits for ever, and that is found.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, Weak},
    task::{Context, Poll, Wake, Waker},
};

use mm_model::Timestamp;

use super::{Clock, Spawner, VirtualClock};
use crate::sync::lock;

/// So many polls without time moving can only be tasks that wake each other for ever.
const POLLS_AT_ONE_TIME_MAX: u64 = 20_000_000;

/// The executor.
#[derive(Debug)]
pub struct VirtualRuntime {
    clock: VirtualClock,
    tasks: Arc<Mutex<Tasks>>,
}

/// A task's number; 0 is the future given to `block_on`.
pub(super) type TaskId = u64;

const ROOT: TaskId = 0;

#[derive(Default)]
struct Tasks {
    n_spawned: TaskId,
    alive: BTreeMap<TaskId, Spawned>,
    ready: VecDeque<TaskId>,
}

struct Spawned {
    name: Box<str>,
    /// Out while it is being polled.
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    waker: Arc<TaskWaker>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.alive.values().map(|task| &task.name)).finish()
    }
}

impl VirtualRuntime {
    /// An executor whose clock stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { clock: VirtualClock::new(start), tasks: Arc::default() }
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone().into()
    }

    /// Where its tasks are started.
    #[must_use]
    pub fn spawner(&self) -> Spawner {
        Spawner::virtual_time(VirtualSpawner(Arc::downgrade(&self.tasks)))
    }

    /// Runs `future` to its end, and with it all tasks. Tasks that are not done stay for the next call.
    ///
    /// # Panics
    /// When `future` can never end: everything waits, and nobody waits for time. The message names the tasks. Also when
    /// tasks wake each other for ever at one point of time.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.block_on_while(future, || true).expect("it goes on until the future is done")
    }

    /// The same, for as long as `goes_on` says so, which is asked before every poll of a task. `None`: it said no, and `future`
    /// was dropped where it stood, with all tasks that it owned, as a process that is killed drops everything. The other
    /// tasks stay for the next call.
    ///
    /// # Panics
    /// As [`VirtualRuntime::block_on`].
    pub fn block_on_while<T>(
        &self,
        future: impl Future<Output = T>,
        mut goes_on: impl FnMut() -> bool,
    ) -> Option<T> {
        let mut future = pin!(future);
        let root = TaskWaker::new(ROOT, &self.tasks);
        let waker = Waker::from(root.clone());
        waker.wake_by_ref();
        let mut n_polls = 0u64;
        while goes_on() {
            let next = lock(&self.tasks).ready.pop_front();
            match next {
                Some(ROOT) => {
                    root.taken();
                    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Some(output);
                    }
                }
                Some(id) => self.poll(id),
                None if self.clock.jump() => n_polls = 0,
                None => panic!(
                    "deadlock at {}: the main future and these tasks wait, and nobody waits for time: {:?}",
                    self.clock.now(),
                    lock(&self.tasks)
                ),
            }
            n_polls += 1;
            assert!(
                n_polls < POLLS_AT_ONE_TIME_MAX,
                "livelock at {}: {:?}",
                self.clock.now(),
                lock(&self.tasks)
            );
        }
        None
    }

    fn poll(&self, id: TaskId) {
        let Some((mut future, waker)) = lock(&self.tasks).alive.get_mut(&id).and_then(|task| {
            task.waker.taken();
            Some((task.future.take()?, task.waker.clone()))
        }) else {
            return; // Aborted after it was woken.
        };
        let done = future.as_mut().poll(&mut Context::from_waker(&waker.into())).is_ready();
        let mut tasks = lock(&self.tasks);
        if done {
            tasks.alive.remove(&id);
        } else if let Some(task) = tasks.alive.get_mut(&id) {
            task.future = Some(future);
            return;
        }
        drop(tasks);
        drop(future); // Outside the lock: it may drop handles of other tasks.
    }
}

impl Drop for VirtualRuntime {
    fn drop(&mut self) {
        let alive = std::mem::take(&mut lock(&self.tasks).alive);
        drop(alive); // Outside the lock: tasks own handles of other tasks.
    }
}

/// Starts and aborts tasks of a [`VirtualRuntime`]. It does not keep the runtime alive: the tasks it starts hold it.
#[derive(Clone, Debug)]
pub(super) struct VirtualSpawner(Weak<Mutex<Tasks>>);

impl VirtualSpawner {
    pub(super) fn spawn(&self, name: &str, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> TaskId {
        let Some(all) = self.0.upgrade() else { return ROOT };
        let mut tasks = lock(&all);
        tasks.n_spawned += 1;
        let id = tasks.n_spawned;
        let waker = TaskWaker::new(id, &all);
        tasks.alive.insert(id, Spawned { name: name.into(), future: Some(future), waker: waker.clone() });
        drop(tasks);
        waker.wake();
        id
    }

    pub(super) fn abort(&self, id: TaskId) {
        let Some(all) = self.0.upgrade() else { return };
        let task = lock(&all).alive.remove(&id);
        drop(task); // Outside the lock, as above.
    }
}

/// Puts its task into the ready queue, once until the task is polled.
struct TaskWaker {
    id: TaskId,
    queued: Mutex<bool>,
    tasks: Weak<Mutex<Tasks>>,
}

impl TaskWaker {
    fn new(id: TaskId, tasks: &Arc<Mutex<Tasks>>) -> Arc<Self> {
        Arc::new(Self { id, queued: Mutex::new(false), tasks: Arc::downgrade(tasks) })
    }

    fn taken(&self) {
        *lock(&self.queued) = false;
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if std::mem::replace(&mut *lock(&self.queued), true) {
            return;
        }
        if let Some(tasks) = self.tasks.upgrade() {
            lock(&tasks).ready.push_back(self.id);
        }
    }
}
