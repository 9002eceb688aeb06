//! What the control plane's thread does: everything at a time, and at last the end of the process, if nobody else can.

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use mm_core::Clock;
use mm_net::local::{self, Door};
use tokio::{sync::watch, task::JoinSet};

use super::{Beating, Desk, HangWatch, KillSwitch, Pulse, Triggers, end_heartbeat, kill::Killed};
use crate::{exit::Exit, signals::Interrupt};

/// How long the strategy's thread may be silent after a kill before it counts as hung.
const HUNG_AFTER: Duration = Duration::from_secs(2);
/// What a program whose strategy yields may take beyond the time of two stops.
const GRACE: Duration = Duration::from_secs(5);
/// How long those who print and write the log may take to finish before the process is ended under them.
const LAST_WORDS: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(50);
/// Connections to the control surface at a time.
const CONNECTIONS_MAX: usize = 64;

/// What is served, and where.
pub(super) type Served = (TcpListener, Arc<Door>, Arc<Desk>);

/// What the thread works with.
pub(super) struct Plane {
    pub(super) clock: Clock,
    pub(super) switch: KillSwitch,
    pub(super) pulse: Pulse,
    pub(super) heartbeat: PathBuf,
    pub(super) interrupt: Interrupt,
    pub(super) stop_timeout: Duration,
    /// Told when the program is done with us.
    pub(super) is_over: watch::Receiver<bool>,
}

impl Plane {
    #[expect(clippy::too_many_arguments, reason = "four parts of one thread, each of its own type")]
    pub(super) async fn run(
        mut self,
        mut triggers: Triggers,
        surface: Option<Served>,
        beating: Beating,
        hang_watch: HangWatch,
    ) {
        let mut tasks = JoinSet::new();
        tasks.spawn(beating.go_on());
        tasks.spawn(hang_watch.go_on());
        if let Some((listener, door, desk)) = surface {
            tasks.spawn(local::accept(listener, CONNECTIONS_MAX, move |stream| {
                local::serve(Arc::clone(&door), Arc::clone(&desk), stream)
            }));
        }
        let mut interrupt = self.interrupt.clone();
        let mut is_over = self.is_over.clone();
        tokio::select! {
            biased;
            (by, why) = triggers.next() => {
                let killed = self.switch.carry_out(&by, &why).await;
                if !self.ends_by_itself().await {
                    self.end(&killed, killed.exit()).await;
                }
                // Whoever asked for it shall have the answer.
                self.clock.sleep(LAST_WORDS).await;
            }
            () = async { interrupt.wait().await; self.hung().await } => {
                let killed = self.switch.clear("interrupted while the strategy hangs").await;
                let exit = if killed.left.is_empty() { Exit::Failed } else { Exit::Unclean };
                self.end(&killed, exit).await;
            }
            _ = is_over.wait_for(|over| *over) => {}
        }
        tasks.shutdown().await;
    }

    /// Waits until the strategy's thread counts as hung. Cancel-safe.
    async fn hung(&self) {
        while self.pulse.silent_for() < HUNG_AFTER {
            self.clock.sleep(STEP).await;
        }
    }

    /// Waits for the program's end for as long as the strategy's thread lives.
    async fn ends_by_itself(&mut self) -> bool {
        let bound = self.clock.sleep(self.stop_timeout * 2 + GRACE);
        let mut is_over = self.is_over.clone();
        tokio::select! {
            biased;
            _ = is_over.wait_for(|over| *over) => true,
            () = self.hung() => false,
            () = bound => false,
        }
    }

    /// The strategy does not yield: the process is ended under it.
    async fn end(&self, killed: &Killed, exit: Exit) {
        let silent_s = self.pulse.silent_for().as_secs();
        tracing::error!(silent_s, "the strategy does not yield: the process is ended under it");
        self.switch.say(&format!("the strategy has not yielded for {silent_s} s: ending without it"));
        if killed.left.is_empty() {
            end_heartbeat(&self.heartbeat);
        }
        self.clock.sleep(LAST_WORDS).await;
        std::process::exit(i32::from(exit as u8));
    }
}
