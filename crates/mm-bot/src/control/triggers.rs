//! By what ways the kill switch is pulled from outside: SIGUSR1, the latch's file, which anyone may make who can write in the
//! state directory (`mm-bot kill` makes it), and POST /kill.

use std::time::Duration;

use mm_core::Clock;
use mm_store::KillLatch;
use tokio::sync::mpsc;

use super::desk::Asked;

/// How often it is looked for the file.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The ways in.
pub(super) struct Triggers {
    clock: Clock,
    latch: KillLatch,
    asked: mpsc::Receiver<Asked>,
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Triggers {
    /// Starts to listen. Needs a runtime around it.
    ///
    /// # Errors
    /// When the system gives no signals.
    pub(super) fn new(clock: Clock, latch: KillLatch, asked: mpsc::Receiver<Asked>) -> std::io::Result<Self> {
        Ok(Self {
            clock,
            latch,
            asked,
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined1())?,
        })
    }

    /// Waits for the first; says who, and why.
    pub(super) async fn next(&mut self) -> Asked {
        let Self { clock, latch, asked, .. } = self;
        #[cfg(unix)]
        let signal = self.signal.recv();
        #[cfg(not(unix))]
        let signal = std::future::pending::<Option<()>>();
        tokio::select! {
            biased;
            _ = signal => ("signal SIGUSR1".to_owned(), "whoever sent it gave no reason".to_owned()),
            Some(asked) = asked.recv() => asked,
            () = file(clock, latch) => match latch.read() {
                Some(tripped) => (tripped.by, tripped.why),
                None => ("a file that is gone again".to_owned(), format!("{} was there", latch.path().display())),
            },
        }
    }
}

/// Waits until the file is there. A file system that hangs holds up nothing but this.
async fn file(clock: &Clock, latch: &KillLatch) {
    loop {
        let looked_at = latch.clone();
        match tokio::task::spawn_blocking(move || looked_at.is_set()).await {
            Ok(false) => clock.sleep(LOOK_EVERY).await,
            Ok(true) => return,
            Err(error) => {
                tracing::error!(%error, "the kill switch cannot look for its file any more");
                std::future::pending::<()>().await;
            }
        }
    }
}
