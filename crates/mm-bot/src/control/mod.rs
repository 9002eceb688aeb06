//! The control plane: a thread of its own that hears whoever wants us stopped and stops us. It needs nothing of the
//! strategy's thread: the drivers take every order off on their own threads, and when the strategy does not yield, the
//! process is ended from here.

mod kill;
mod pulse;
mod triggers;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use mm_core::{Clock, Venue, risk::Gate};
use mm_store::{KillLatch, StateDir, Tripped};
use tokio::sync::watch;

use crate::{
    exit::{Exit, Fatal},
    output::Screen,
};
use kill::KillSwitch;
pub(crate) use kill::{Killed, stamp};
pub(crate) use pulse::Pulse;
use triggers::Triggers;

/// How long the strategy's thread may be silent after a kill before it counts as hung.
const HUNG_AFTER: Duration = Duration::from_secs(2);
/// What a program whose strategy yields may take beyond the time of two stops.
const GRACE: Duration = Duration::from_secs(5);
/// How long those who print and write the log may take to finish before the process is ended under them.
const LAST_WORDS: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(50);

/// What the control plane stands on.
pub(crate) struct Setup<'a> {
    pub(crate) clock: Clock,
    pub(crate) state: &'a StateDir,
    pub(crate) gate: Gate,
    pub(crate) screen: Arc<Screen>,
    /// How long an orderly stop may take: as long may it take to prove that no order is open.
    pub(crate) stop_timeout: Duration,
}

/// The control plane. Dropping it ends its thread.
pub(crate) struct Control {
    switch: KillSwitch,
    pulse: Pulse,
    over: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Control {
    /// Starts it, unless trading was stopped and nobody allowed it again.
    ///
    /// # Errors
    /// Says who stopped trading, when, why, and how to allow it again.
    pub(crate) fn start(setup: Setup<'_>) -> Result<Self, Fatal> {
        let latch = KillLatch::of(setup.state);
        refuse_if_killed(&latch)?;
        let pulse = Pulse::new(setup.clock.clone());
        let switch = KillSwitch::new(kill::Parts {
            clock: setup.clock.clone(),
            latch,
            gate: setup.gate,
            screen: setup.screen,
            patience: setup.stop_timeout,
        });
        let (over, is_over) = watch::channel(false);
        let no_start = |what: &'static str| {
            move |error: std::io::Error| Fatal::not_started(anyhow::Error::new(error).context(what))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(no_start("no runtime for the control plane"))?;
        let triggers = {
            let _inside = runtime.enter();
            Triggers::new(setup.clock.clone(), switch.latch().clone())
                .map_err(no_start("cannot listen to signals"))?
        };
        let plane = Plane {
            clock: setup.clock,
            switch: switch.clone(),
            pulse: pulse.clone(),
            bound: setup.stop_timeout * 2 + GRACE,
        };
        let thread = std::thread::Builder::new()
            .name("mm-control".into())
            .spawn(move || {
                runtime.block_on(plane.run(triggers, is_over));
                // A disk that hangs must not keep us.
                runtime.shutdown_background();
            })
            .map_err(no_start("no thread for the control plane"))?;
        Ok(Self { switch, pulse, over, thread: Some(thread) })
    }

    /// Whose orders it answers for, from now on.
    pub(crate) fn answer_for(&self, venues: &[Venue]) {
        self.switch.answer_for(venues);
    }

    /// Where the strategy's thread shows that it is alive.
    pub(crate) const fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Waits until we were killed and what could be taken off is off. Cancel-safe.
    pub(crate) async fn killed(&self) -> Killed {
        self.switch.over().await
    }

    /// How a kill ended, if there was one; waits while one is under way.
    pub(crate) async fn outcome(&self) -> Option<Killed> {
        if self.switch.is_tripped() { Some(self.switch.over().await) } else { None }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.over.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the control plane panicked: see above");
        }
    }
}

/// Whether trading was stopped.
fn refuse_if_killed(latch: &KillLatch) -> Result<(), Fatal> {
    let Some(tripped) = latch.read() else { return Ok(()) };
    Err(Fatal { exit: Exit::Killed, error: stopped(&tripped, latch) })
}

/// Why nothing trades, and what to do.
pub(crate) fn stopped(tripped: &Tripped, latch: &KillLatch) -> anyhow::Error {
    anyhow::anyhow!(
        "trading was stopped {tripped}\n  nothing trades until it is allowed again: look at the account, then run \
         `mm-bot --state-dir {} resume`",
        latch.path().parent().unwrap_or(latch.path()).display()
    )
}

/// What the thread does.
struct Plane {
    clock: Clock,
    switch: KillSwitch,
    pulse: Pulse,
    /// How long the program may take to end after a kill.
    bound: Duration,
}

impl Plane {
    async fn run(self, mut triggers: Triggers, mut is_over: watch::Receiver<bool>) {
        let (by, why) = tokio::select! {
            biased;
            asked = triggers.next() => asked,
            _ = is_over.wait_for(|over| *over) => return,
        };
        let killed = self.switch.carry_out(&by, &why).await;
        if !self.ends_by_itself(is_over).await {
            self.end(&killed).await;
        }
    }

    /// Waits for the program's end as long as the strategy's thread lives.
    async fn ends_by_itself(&self, is_over: watch::Receiver<bool>) -> bool {
        let deadline = self.clock.now() + self.bound;
        while !*is_over.borrow() && is_over.has_changed().is_ok() {
            if deadline <= self.clock.now() || HUNG_AFTER < self.pulse.silent_for() {
                return false;
            }
            self.clock.sleep(STEP).await;
        }
        true
    }

    /// The strategy does not yield: the process is ended under it.
    async fn end(&self, killed: &Killed) {
        let silent_s = self.pulse.silent_for().as_secs();
        tracing::error!(silent_s, "the strategy does not yield: the process is ended under it");
        self.switch.say(&format!("the strategy has not yielded for {silent_s} s: ending without it"));
        self.clock.sleep(LAST_WORDS).await;
        std::process::exit(i32::from(killed.exit() as u8));
    }
}

/// The state directory that a command means.
pub(crate) fn state_dir(path: Option<&std::path::Path>) -> anyhow::Result<StateDir> {
    match path {
        Some(path) => StateDir::open(path),
        None => StateDir::open_default(),
    }
    .context("the state directory")
}
