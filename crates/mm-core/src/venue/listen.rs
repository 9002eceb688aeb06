//! Events for whoever wants to hear them all, through a bounded queue that is shared and preallocated.

use mm_model::Event;
use tokio::sync::broadcast;

/// How many events a listener may be behind.
pub(crate) const LISTENER_QUEUE: usize = 2048;

/// A listener's queue.
#[derive(Debug)]
pub struct Listener {
    queue: broadcast::Receiver<Event>,
    lagged: bool,
}

/// A listener fell behind its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the listener fell behind and missed events")]
pub struct Lagged;

impl Listener {
    pub(super) const fn new(queue: broadcast::Receiver<Event>) -> Self {
        Self { queue, lagged: false }
    }

    /// The next event; `None` when the connector stopped. Cancel-safe.
    ///
    /// # Errors
    /// [`Lagged`] when this listener fell behind: events are missing, and none follow. Listen anew and ask for the state.
    pub async fn next(&mut self) -> Result<Option<Event>, Lagged> {
        if self.lagged {
            return Err(Lagged);
        }
        match self.queue.recv().await {
            Ok(event) => Ok(Some(event)),
            Err(broadcast::error::RecvError::Closed) => Ok(None),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.lagged = true;
                Err(Lagged)
            }
        }
    }
}
