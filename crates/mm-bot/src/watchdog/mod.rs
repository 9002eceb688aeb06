//! `mm-bot watchdog`: a small process beside a bot, with keys of its own, for venues that have no dead man's switch and as a
//! second one for those that have. It watches the bot's heartbeat; when that has not changed for the configured time, it
//! cancels every order of the accounts until the venues show twice that none is open.
//!
//! It never trades: its gate is HALTED from the start, and it has no client ids. It takes no account's lock, so that it keeps no
//! bot from its account. A heartbeat that is taken away says that the bot ended orderly: then nothing is done.

mod sweep;
mod vigil;

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use mm_core::{Clock, risk::Gate};
use tokio::task::JoinSet;

use crate::{
    cli::{Global, Watchdog},
    config::{Config, ConnectorConfig, WatchdogConfig},
    connect, control,
    exit::{Exit, Fatal},
    logs::Logs,
    output::{
        say,
        style::{BAD, GOOD, paint, took},
    },
    signals::Interrupt,
    simulator::World,
};
use sweep::Sweep;
use vigil::{News, Vigil};

/// How often the heartbeat is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the keys may take to show at the start that they work.
const TRIAL: Duration = Duration::from_secs(30);

/// Watches until it is told to stop, or, unless it is to go on, until it had to step in.
///
/// # Errors
/// When the configuration lacks what it needs, or a key does not work: then nobody is watched.
pub(crate) fn run(global: &Global, args: &Watchdog, config: &Config) -> Result<Exit, Fatal> {
    let watchdog = config.watchdog.as_ref().ok_or_else(|| {
        Fatal::usage(anyhow::anyhow!(
            "{} has no section `watchdog`: write one with timeout_secs",
            config.file
        ))
    })?;
    let connectors = watched(config, watchdog)?;
    if !args.live && connectors.iter().any(|(_, connector)| connector.is_live()) {
        let error = anyhow::anyhow!("it would cancel orders of real accounts: add --live to allow it");
        return Err(Fatal::usage(error));
    }
    let _log = Logs::of_command(global, "warn").start().map_err(Fatal::usage)?;
    let mut interrupt =
        Interrupt::listen().context("cannot listen to signals").map_err(Fatal::not_started)?;
    let simulated = connectors.iter().any(|(_, connector)| !connector.is_live());
    let world = simulated.then(|| World::start(&config.simulator)).transpose().map_err(Fatal::simulator)?;
    let post = Post {
        clock: Clock::system(),
        connectors,
        world,
        heartbeat: args.heartbeat.clone(),
        config: watchdog,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("no runtime").map_err(Fatal::not_started)?;
    runtime.block_on(async {
        tokio::select! {
            biased;
            () = interrupt.wait() => Ok(Exit::Ok),
            ended = post.stand() => ended,
        }
    })
}

/// The accounts that it answers for, each with the watchdog's own keys.
fn watched(config: &Config, watchdog: &WatchdogConfig) -> Result<Vec<(String, ConnectorConfig)>, Fatal> {
    let own = |(name, connector): (&String, &ConnectorConfig)| {
        let keys = watchdog.keys_files.get(name).and_then(Option::as_deref);
        let is_named = watchdog.keys_files.is_empty() || watchdog.keys_files.contains_key(name);
        is_named.then(|| (name.clone(), connector.with_keys_file(keys)))
    };
    let all: Vec<_> = config.connectors.iter().filter_map(own).collect();
    for (name, connector) in all.iter().filter(|(_, connector)| connector.is_live()) {
        let theirs = config.connectors[name].common.text("keys_file").map(std::fs::canonicalize);
        let ours = watchdog.keys_files.get(name).and_then(Option::as_deref).map(std::fs::canonicalize);
        let is_own = match (&theirs, &ours) {
            (Some(Ok(theirs)), Some(Ok(ours))) => theirs != ours,
            _ => ours.is_some(),
        };
        if !is_own {
            return Err(Fatal::usage(anyhow::anyhow!(
                "watchdog.connectors.{name}.keys_file: the watchdog wants a key of its own on {}, so that it works when the \
                 bot's does not, and so that neither disturbs the other's numbers",
                connector.venue.name
            )));
        }
    }
    Ok(all)
}

/// Where it stands.
struct Post<'a> {
    clock: Clock,
    connectors: Vec<(String, ConnectorConfig)>,
    world: Option<World>,
    heartbeat: PathBuf,
    config: &'a WatchdogConfig,
}

impl Post<'_> {
    async fn stand(&self) -> Result<Exit, Fatal> {
        self.try_keys().await.map_err(Fatal::not_started)?;
        let names: Vec<&str> = self.connectors.iter().map(|(name, _)| name.as_str()).collect();
        say(&format!(
            "watching {} · steps in on {} when it has not changed for {}",
            self.heartbeat.display(),
            names.join(", "),
            took(self.config.timeout)
        ));
        let mut vigil = Vigil::new(self.config.timeout);
        loop {
            let news = vigil.look(self.clock.now(), mm_store::Heartbeat::read(&self.heartbeat));
            match news {
                News::None => {}
                News::Begun(beat) => {
                    tracing::info!(pid = beat.pid, "a bot lives");
                    say(&format!("process {} lives", beat.pid));
                }
                News::Ended => say("the bot ended orderly: nothing to do until the next one lives"),
                News::Unreadable(why) => {
                    tracing::warn!(%why, "the heartbeat counts as old until it can be read");
                }
                News::Old(silent) => {
                    let exit = self.step_in(silent).await?;
                    if !self.config.goes_on {
                        return Ok(exit);
                    }
                }
            }
            self.clock.sleep(LOOK_EVERY).await;
        }
    }

    /// Each account is asked once for its open orders: a key that does not work must be found out now.
    async fn try_keys(&self) -> anyhow::Result<()> {
        for (name, connector) in &self.connectors {
            let sweep = Sweep { clock: self.clock.clone(), connector: self.connect(name, connector)? };
            let asked = self.clock.within(TRIAL, sweep.look_once()).await;
            asked.unwrap_or_else(|| Err("no answer".into())).map_err(|why| {
                anyhow::anyhow!("the watchdog could not ask '{name}' for its open orders: {why}")
            })?;
        }
        Ok(())
    }

    /// Takes every order off every account, and does not give up.
    async fn step_in(&self, silent: Duration) -> Result<Exit, Fatal> {
        let since = self.clock.now();
        tracing::error!(
            silent_ms = silent.as_millis(),
            "the bot gives no sign of life: its orders are taken off"
        );
        let when = control::stamp(since);
        say(&format!("{} no sign of life for {} ({when})", paint(BAD, "STEPPING IN:"), took(silent)));
        let mut sweeps = JoinSet::new();
        for (name, connector) in &self.connectors {
            let connector = self.connect(name, connector).map_err(Fatal::not_started)?;
            let (name, clock) = (name.clone(), self.clock.clone());
            sweeps.spawn(async move {
                let n = Sweep { clock: clock.clone(), connector }.until_clean().await;
                (name, n, clock.now())
            });
        }
        while let Some(swept) = sweeps.join_next().await {
            let (name, n, at) = swept.context("a sweep panicked").map_err(Fatal::not_started)?;
            let time = took(at.since(since));
            tracing::warn!(connector = name, n, took_ms = at.since(since).as_millis(), "no order is open");
            say(&format!(
                "  {} {name}: no order is open ({n} taken off), proven after {time}",
                paint(GOOD, "✓")
            ));
        }
        Ok(Exit::SteppedIn)
    }

    fn connect(&self, name: &str, connector: &ConnectorConfig) -> anyhow::Result<mm_core::Connector> {
        let gate = Gate::new();
        gate.halt("a watchdog does not trade");
        connect::bystander(name, connector, gate, (&self.clock, self.world.as_ref().map(World::endpoints)))
    }
}
