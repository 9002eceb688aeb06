//! Where tasks run. A task belongs to whoever holds its [`Task`]: dropping that aborts it, so that nothing runs detached.

use std::{
    any::Any,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use super::runtime::{TaskId, VirtualSpawner};

/// Where tasks run: tokio, or the virtual-time executor.
#[derive(Clone, Debug)]
pub struct Spawner(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Tokio(tokio::runtime::Handle),
    Virtual(VirtualSpawner),
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    /// It returned.
    Done,
    /// It panicked, with the panic's text.
    Panicked(String),
    /// It was aborted, or its runtime is gone.
    Aborted,
}

impl Spawner {
    /// The tokio runtime of the calling thread.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn tokio() -> Self {
        Self(Kind::Tokio(tokio::runtime::Handle::current()))
    }

    pub(super) const fn virtual_time(spawner: VirtualSpawner) -> Self {
        Self(Kind::Virtual(spawner))
    }

    /// Starts a task; dropping the returned handle aborts it.
    #[must_use = "dropping the handle aborts the task"]
    pub fn spawn(&self, name: &str, task: impl Future<Output = ()> + Send + 'static) -> Task {
        self.spawn_boxed(name, Box::pin(task))
    }

    fn spawn_boxed(&self, name: &str, task: Pin<Box<dyn Future<Output = ()> + Send>>) -> Task {
        let (ended, end) = oneshot::channel();
        let watched = async move {
            let end = match AssertUnwindSafe(task).catch_unwind().await {
                Ok(()) => TaskEnd::Done,
                Err(panic) => TaskEnd::Panicked(panic_text(&*panic)),
            };
            let _ = ended.send(end); // Nobody has to listen.
        };
        let running = match &self.0 {
            Kind::Tokio(handle) => Running::Tokio(handle.spawn(watched).abort_handle()),
            Kind::Virtual(spawner) => {
                Running::Virtual(spawner.clone(), spawner.spawn(name, Box::pin(watched)))
            }
        };
        Task { name: name.into(), running, end }
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a text")
        .to_owned()
}

/// A running task. Dropping it aborts the task; awaiting it tells how the task ended. Cancel-safe.
#[must_use = "dropping the handle aborts the task"]
pub struct Task {
    name: Box<str>,
    running: Running,
    end: oneshot::Receiver<TaskEnd>,
}

enum Running {
    Tokio(tokio::task::AbortHandle),
    Virtual(VirtualSpawner, TaskId),
}

impl Task {
    /// The name it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Stops the task at its next await point.
    pub fn abort(&self) {
        match &self.running {
            Running::Tokio(handle) => handle.abort(),
            Running::Virtual(spawner, id) => spawner.abort(*id),
        }
    }
}

impl Future for Task {
    type Output = TaskEnd;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TaskEnd> {
        Poll::Ready(ready!(Pin::new(&mut self.end).poll(cx)).unwrap_or(TaskEnd::Aborted))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.abort();
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.name).finish()
    }
}
