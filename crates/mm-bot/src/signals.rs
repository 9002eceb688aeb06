//! Ctrl-C, SIGTERM and the loss of the terminal (SIGHUP): the first asks for an orderly stop, the second leaves at once. They are heard on a thread of
//! their own, so that a strategy that hangs does not make the program deaf.

use tokio::sync::watch;

use crate::{exit::INTERRUPTED, output::complain};

/// Told once the first signal came.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Starts to listen. The thread lives as long as the program.
    ///
    /// # Errors
    /// When the system gives no thread or no signals.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let (told, hears) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        std::thread::Builder::new().name("mm-signals".into()).spawn(move || {
            runtime.block_on(async move {
                signals.next().await;
                told.send_replace(true);
                signals.next().await;
                complain("interrupted twice: leaving at once, orders may be left open");
                std::process::exit(INTERRUPTED);
            });
        })?;
        Ok(Self(hears))
    }

    /// Waits for the first signal. Cancel-safe.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|told| *told).await.is_err() {
            // The listening thread is gone: nothing will ever come.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` where the program was started to outlive its terminal.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: (!outlives_terminal()).then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = async { self.hangup.as_mut().expect("looked at first").recv().await }, if self.hangup.is_some() => {}
        }
    }
}

/// Whether SIGHUP was ignored when we were started, as `nohup` does: the first bit of the mask that Linux shows (proc(5)).
#[cfg(unix)]
fn outlives_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
