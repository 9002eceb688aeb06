//! The control plane: a thread of its own that hears whoever wants us stopped and stops us, answers the operator, watches
//! the strategy and shows a watchdog that we live. It needs nothing of the strategy's thread: the drivers take every order
//! off on their own threads, and when the strategy does not yield, the process is ended from here.

mod client;
mod desk;
mod discovery;
mod heartbeat;
mod kill;
mod plane;
mod pulse;
mod settings;
mod status;
mod triggers;

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use mm_core::{Clock, Venue, risk::Gate};
use mm_net::local::{self, Door};
use mm_store::{Heartbeat, KillLatch, StateDir, Tripped};
use tokio::sync::{mpsc, watch};

use crate::{
    exit::{Exit, Fatal},
    output::Screen,
    signals::Interrupt,
};
pub(crate) use client::{Bot, bots};
use desk::Desk;
use discovery::{Address, Published};
use heartbeat::Beating;
use kill::KillSwitch;
pub(crate) use kill::{Killed, stamp};
use plane::Plane;
use pulse::HangWatch;
pub(crate) use pulse::Pulse;
pub(crate) use settings::{Settings, TABLE};
pub(crate) use status::Identity;
use triggers::Triggers;

/// Kills that may be asked for before the first is heard.
const ASKED_MAX: usize = 4;

/// What the control plane stands on.
pub(crate) struct Setup<'a> {
    pub(crate) clock: Clock,
    pub(crate) state: &'a StateDir,
    pub(crate) gate: Gate,
    pub(crate) screen: Arc<Screen>,
    pub(crate) interrupt: Interrupt,
    pub(crate) identity: Identity,
    pub(crate) settings: Settings,
    /// How long an orderly stop may take: as long may it take to prove that no order is open.
    pub(crate) stop_timeout: Duration,
}

/// The control plane. Dropping it ends its thread.
pub(crate) struct Control {
    switch: KillSwitch,
    pulse: Pulse,
    heartbeat: PathBuf,
    over: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
    _published: Option<Published>,
}

impl Control {
    /// Starts it, unless trading was stopped and nobody allowed it again.
    ///
    /// # Errors
    /// Says who stopped trading, when, why, and how to allow it again; or what of the system fails.
    pub(crate) fn start(setup: Setup<'_>) -> Result<Self, Fatal> {
        let latch = KillLatch::of(setup.state);
        refuse_if_killed(&latch)?;
        Self::begin(setup, latch).map_err(|error| Fatal::not_started(error.context("the control plane")))
    }

    fn begin(setup: Setup<'_>, latch: KillLatch) -> anyhow::Result<Self> {
        let Setup { clock, state, gate, settings, .. } = setup;
        let pulse = Pulse::new(clock.clone());
        let switch = KillSwitch::new(kill::Parts {
            clock: clock.clone(),
            latch: latch.clone(),
            gate: gate.clone(),
            screen: setup.screen,
            patience: setup.stop_timeout,
        });
        let heartbeat = settings.heartbeat.unwrap_or_else(|| state.path().join("heartbeat"));
        let (kill, asked) = mpsc::channel(ASKED_MAX);
        let (surface, published) = match settings.port {
            None => (None, None),
            Some(port) => {
                let desk = Desk {
                    clock: clock.clone(),
                    gate: gate.clone(),
                    pulse: pulse.clone(),
                    switch: switch.clone(),
                    kill,
                    identity: setup.identity,
                };
                let (listener, door, published) = open(state, port)?;
                (Some((listener, Arc::new(door), Arc::new(desk))), Some(published))
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let triggers = {
            let _inside = runtime.enter();
            Triggers::new(clock.clone(), latch, asked)?
        };
        let beating = Beating {
            clock: clock.clone(),
            path: heartbeat.clone(),
            pulse: pulse.clone(),
            switch: switch.clone(),
        };
        let hang_watch =
            HangWatch { pulse: pulse.clone(), gate, after: settings.hang_after, then: settings.on_hang };
        let (over, is_over) = watch::channel(false);
        let plane = Plane {
            clock,
            switch: switch.clone(),
            pulse: pulse.clone(),
            heartbeat: heartbeat.clone(),
            interrupt: setup.interrupt,
            stop_timeout: setup.stop_timeout,
            is_over,
        };
        let thread = std::thread::Builder::new().name("mm-control".into()).spawn(move || {
            runtime.block_on(plane.run(triggers, surface, beating, hang_watch));
            // A disk that hangs must not keep us.
            runtime.shutdown_background();
        })?;
        Ok(Self { switch, pulse, heartbeat, over, thread: Some(thread), _published: published })
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

    /// The run is over: the strategy's thread may be silent from now on.
    pub(crate) fn release(&self) {
        self.over.send_replace(true);
    }

    /// The bot ended orderly and left nothing that it did not mean to leave: no watchdog has to step in.
    pub(crate) fn nothing_left(&self) {
        end_heartbeat(&self.heartbeat);
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

fn end_heartbeat(path: &std::path::Path) {
    if let Err(error) = Heartbeat::remove(path) {
        tracing::warn!(%error, "a watchdog may step in though nothing is left");
    }
}

/// Listens on loopback, and leaves word where.
fn open(state: &StateDir, port: u16) -> anyhow::Result<(TcpListener, Door, Published)> {
    let listener = local::listen(port)?;
    let token = mm_crypto::random_token()?;
    let url = format!("http://{}", listener.local_addr()?);
    let address = Address { pid: std::process::id(), url, token: token.to_string() };
    let published = Published::write(state, &address)?;
    tracing::info!(url = address.url, "the control surface is open on loopback");
    let door = Door::new(&listener, address.token.clone());
    Ok((listener, door, published))
}

/// Whether trading was stopped.
fn refuse_if_killed(latch: &KillLatch) -> Result<(), Fatal> {
    let Some(tripped) = latch.read() else { return Ok(()) };
    Err(Fatal { exit: Exit::Killed, error: stopped(&tripped, latch) })
}

/// Why nothing trades, and what to do.
fn stopped(tripped: &Tripped, latch: &KillLatch) -> anyhow::Error {
    anyhow::anyhow!(
        "trading was stopped {tripped}\n  nothing trades until it is allowed again: look at the account, then run \
         `mm-bot --state-dir {} resume`",
        latch.path().parent().unwrap_or(latch.path()).display()
    )
}
