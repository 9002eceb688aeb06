//! Runs a strategy from its configuration to its exit code: state directory, simulator, connectors, core, signals.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use mm_core::{
    Clock, CoreConfig, Needs, Outcome, Spawner, StopReport, StrategyError, TradingCore, Venue, risk::Gate,
};
use mm_store::{AccountLock, Resumed, StateDir};
use mm_strategy::{Observer, smoke_test::Report};

use crate::{
    cli::{Global, LogFormat},
    config::{Config, ConnectorConfig, NamedMarket},
    connect::{self, Surroundings},
    control::{self, Control, Killed, Setup},
    exit::{Exit, Fatal},
    holdings,
    journals::{self, Journals},
    logs::Logs,
    output::{
        Screen, Watcher,
        style::{BAD, LIVE, SIMULATED, WARN, paint},
    },
    signals::Interrupt,
    simulator::World,
};

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// The smoke test's report, if it was one.
    pub(crate) report: Option<Report>,
}

/// What the command line adds to the configuration.
pub(crate) struct Launch<'a> {
    pub(crate) global: &'a Global,
    /// Whether real money is allowed.
    pub(crate) live: bool,
    /// Levels of the console when nothing else is said.
    pub(crate) console: &'static str,
    pub(crate) screen: Arc<Screen>,
}

/// What a run stands on.
struct Stage<'a> {
    config: &'a Config,
    state: &'a StateDir,
    world: Option<&'a World>,
    clock: Clock,
    gate: Gate,
    control: &'a Control,
    journals: Journals,
}

/// What ended a run from outside.
enum Cut {
    Interrupted,
    Killed,
    /// A journal cannot be written any more.
    Unwritten,
}

impl Launch<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// What kept it from starting.
    pub(crate) fn run(self, config: &Config) -> Result<Ended, Fatal> {
        self.allow_live(config)?;
        let state = self.state_dir(config).map_err(Fatal::usage)?;
        let _log = self.logs(config, &state).start().map_err(Fatal::usage)?;
        tracing::info!(file = %config.file, strategy = config.strategy.name, state = %state.path().display(), "start");
        let (clock, gate) = (Clock::system(), Gate::with(config.limits.clone()));
        Resumed::of(&state).read().into_iter().for_each(|at| gate.resumed(at));
        let interrupt =
            Interrupt::listen().context("cannot listen to signals").map_err(Fatal::not_started)?;
        let control = Control::start(Setup {
            clock: clock.clone(),
            state: &state,
            gate: gate.clone(),
            screen: self.screen.clone(),
            interrupt: interrupt.clone(),
            identity: identity(config, &clock),
            settings: control::Settings::of(&config.control),
            stop_timeout: wait(config, "stop_timeout_secs"),
        })?;
        let simulated = config.connectors.values().any(|connector| !connector.is_live());
        let world =
            simulated.then(|| World::start(&config.simulator)).transpose().map_err(Fatal::simulator)?;
        self.banner(config, world.as_ref());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")
            .map_err(Fatal::not_started)?;
        let stage = Stage {
            config,
            state: &state,
            world: world.as_ref(),
            clock,
            gate,
            control: &control,
            journals: Journals::default(),
        };
        let ended = runtime.block_on(self.supervise(&stage, interrupt));
        control.release();
        tracing::info!("end");
        ended
    }

    /// Real money needs the flag as well as the configuration.
    fn allow_live(&self, config: &Config) -> Result<(), Fatal> {
        let live: Vec<&str> =
            config.connectors.iter().filter(|(_, c)| c.is_live()).map(|(name, _)| name.as_str()).collect();
        if live.is_empty() || self.live {
            return Ok(());
        }
        Err(Fatal::usage(anyhow::anyhow!(
            "{} would trade with real money ({}): add --live to allow it, or set environment: simulated",
            live.join(", "),
            config.file
        )))
    }

    fn state_dir(&self, config: &Config) -> anyhow::Result<StateDir> {
        let path =
            self.global.state_dir.clone().or_else(|| config.general.text("state_dir").map(PathBuf::from));
        Ok(match path {
            Some(path) => StateDir::open(&path)?,
            None => StateDir::open_default()?,
        })
    }

    fn logs(&self, config: &Config, state: &StateDir) -> Logs {
        let general = &config.general;
        let in_folder = |folder: PathBuf| folder.join("mm-bot.log");
        let file = self
            .global
            .log_file
            .clone()
            .or_else(|| general.text("log_file").map(PathBuf::from))
            .or_else(|| general.text("log_dir").map(|dir| in_folder(dir.into())))
            .unwrap_or_else(|| in_folder(state.path().join("logs")));
        let configured =
            if general.text("log_format") == Some("json") { LogFormat::Json } else { LogFormat::Text };
        Logs {
            console: self.console,
            levels: self.global.log_level.clone().or_else(|| general.text("log_level").map(str::to_owned)),
            debug: general.flag("debug"),
            format: self.global.log_format.unwrap_or(configured),
            file: Some(file),
            color: !self.global.no_color,
        }
    }

    /// Mode in an unmistakable colour and word, strategy, connectors.
    fn banner(&self, config: &Config, world: Option<&World>) {
        let live: Vec<_> = config.connectors.values().filter_map(|connector| connector.live).collect();
        let mode = match live.iter().any(|environment| environment.real_money) {
            true => paint(LIVE, " LIVE: REAL MONEY "),
            false if live.is_empty() => paint(SIMULATED, " SIMULATED "),
            false => paint(LIVE, " LIVE: TEST NETWORK "),
        };
        let seed = match world {
            Some(World::Embedded(_)) => format!(" · seed {}", config.simulator.integer("seed").unwrap_or(1)),
            Some(World::Elsewhere(_)) => " · a world that another process serves".to_owned(),
            None => String::new(),
        };
        let names: Vec<&str> = config.connectors.keys().map(String::as_str).collect();
        self.screen.line(format!(
            "{mode} {} on {} · {}{seed}\n",
            config.strategy.name,
            names.join(", "),
            config.file
        ));
        for note in &config.notes {
            self.screen.line(format!("{} {note}", paint(WARN, "note:")));
        }
    }

    async fn supervise(&self, stage: &Stage<'_>, mut interrupt: Interrupt) -> Result<Ended, Fatal> {
        let config = stage.config;
        let watcher =
            Arc::new(Watcher::new(self.screen.clone(), config.connectors.keys().map(String::as_str)));
        let observer: Arc<dyn Observer> = watcher.clone();
        let strategy = (config.strategy.build)(config.settings.clone(), observer).map_err(|_| {
            Fatal::usage(anyhow::anyhow!("the strategy refuses what it accepted when it was checked"))
        })?;
        let bounds = CoreConfig {
            tick: wait(config, "tick_size"),
            start_timeout: wait(config, "start_timeout_secs"),
            stop_timeout: wait(config, "stop_timeout_secs"),
        };
        let spawner = Spawner::tokio();
        let _pulse = stage.control.pulse().beat(&spawner);
        let mut core = TradingCore::new(bounds, stage.clock.clone(), spawner);
        let (venues, locks) =
            stage.add_connectors(&strategy.needs(), &mut core, |line| self.screen.line(line)).await?;
        stage.control.answer_for(&venues);
        core.set_strategy(strategy);
        self.start(&mut core, stage, (&venues, &mut interrupt)).await?;
        venues.iter().for_each(holdings::tell);
        let ended = tokio::select! {
            biased;
            ended = core.wait_until_stopped() => Ok(ended),
            cut = stage.cut(&mut interrupt) => Err(cut),
        };
        let interrupted = matches!(ended, Err(Cut::Interrupted));
        let ended = match ended {
            Ok(ended) => ended,
            Err(_) => {
                // The strategy has the time of a stop to clean up after itself and to come to its outcome.
                self.show_stopping(&venues);
                core.stop_request().request();
                core.wait_until_stopped().await
            }
        };
        let stopped = core.shutdown(true).await;
        self.show_stop(&stopped);
        let killed = stage.control.outcome().await;
        if interrupted {
            let clean = stopped.not_cancelled.is_empty() && stopped.problems.is_empty();
            self.screen.line(if clean {
                "  done: no order of ours is open"
            } else {
                "  stopped, not cleanly"
            });
        }
        let unwritten = stage.journals.failure();
        if let Some(why) = &unwritten {
            self.screen.line(format!("  {} {why}", paint(BAD, "✗")));
        }
        drop(locks);
        if stopped.not_cancelled.is_empty() {
            stage.control.nothing_left();
        }
        let report = watcher.report();
        let is_clean = stopped.not_cancelled.is_empty() && report.as_ref().is_none_or(Report::is_clean);
        let exit = match &ended {
            _ if killed.is_some() && stopped.not_cancelled.is_empty() => {
                killed.as_ref().map_or(Exit::Killed, Killed::exit)
            }
            _ if !is_clean => Exit::Unclean,
            _ if unwritten.is_some() => Exit::Unwritten,
            Ok(Outcome::Passed) => Exit::Ok,
            Ok(Outcome::Failed(_)) | Err(_) => Exit::Failed,
        };
        self.show_end(&ended, report.is_some());
        Ok(Ended { exit, report })
    }

    /// Starts the core, unless somebody stops it meanwhile.
    async fn start(
        &self,
        core: &mut TradingCore,
        stage: &Stage<'_>,
        (venues, interrupt): (&[Venue], &mut Interrupt),
    ) -> Result<(), Fatal> {
        let started = tokio::select! {
            biased;
            started = core.start() => Ok(started),
            cut = stage.cut(interrupt) => Err(cut),
        };
        let cut = match started {
            Ok(Ok(())) => {
                self.show_recovered(core);
                return Ok(());
            }
            Ok(Err(error)) => {
                _ = core.shutdown(true).await;
                return Err(match stage.unlisted(venues) {
                    Some(unlisted) => Fatal::usage(anyhow::anyhow!(unlisted)),
                    None => Fatal::not_started(error),
                });
            }
            Err(cut) => cut,
        };
        self.show_stop(&core.shutdown(true).await);
        Err(match (cut, stage.control.outcome().await) {
            (Cut::Killed, Some(killed)) => Fatal {
                exit: killed.exit(),
                error: anyhow::anyhow!("killed {} before the connectors were ready", killed.tripped),
            },
            (Cut::Unwritten, _) => Fatal {
                exit: Exit::Unwritten,
                error: anyhow::anyhow!(stage.journals.failure().unwrap_or_default()),
            },
            _ => Fatal::not_started(anyhow::anyhow!("interrupted before the connectors were ready")),
        })
    }

    /// What the last run left, and what became of it.
    fn show_recovered(&self, core: &TradingCore) {
        for (name, recovered) in core.recovered().iter().filter(|(_, recovered)| !recovered.is_nothing()) {
            self.screen.line(format!("{} {name}: {recovered}", paint(WARN, "recovered:")));
        }
    }

    fn show_stopping(&self, venues: &[Venue]) {
        self.screen.line(paint(WARN, "stopping (once more to leave at once)"));
        for venue in venues {
            let n = venue.open_orders().len();
            let s = if n == 1 { "" } else { "s" };
            if n > 0 {
                self.screen.line(format!("  cancelling {n} order{s} on {}", venue.name()));
            }
        }
    }

    fn show_stop(&self, report: &StopReport) {
        for order in &report.not_cancelled {
            self.screen.line(format!("  {} {order} may still be live: cancel it by hand", paint(BAD, "✗")));
        }
        for problem in &report.problems {
            self.screen.line(format!("  {} {problem}", paint(BAD, "✗")));
        }
    }

    /// The end in words, where no report tells it.
    fn show_end(&self, ended: &Result<Outcome, StrategyError>, has_report: bool) {
        match ended {
            Err(error) => self.screen.line(format!("{} {error}", paint(BAD, "the strategy failed:"))),
            Ok(Outcome::Failed(reasons)) if !has_report => {
                self.screen.line(format!("{} {}", paint(BAD, "failed:"), reasons.join("; ")));
            }
            Ok(_) => {}
        }
    }
}

/// Who runs here.
fn identity(config: &Config, clock: &Clock) -> control::Identity {
    control::Identity {
        file: config.file.clone(),
        strategy: config.strategy.name,
        live: config.connectors.values().any(ConnectorConfig::is_live),
        started_at: clock.now(),
    }
}

/// A time of section `general`.
fn wait(config: &Config, key: &str) -> Duration {
    config.general.duration(key).unwrap_or(Duration::from_secs(10))
}

impl Stage<'_> {
    /// Waits until somebody ends the run from outside. Cancel-safe.
    async fn cut(&self, interrupt: &mut Interrupt) -> Cut {
        tokio::select! {
            biased;
            _ = self.control.killed() => Cut::Killed,
            () = self.journals.failed(&self.clock) => Cut::Unwritten,
            () = interrupt.wait() => Cut::Interrupted,
        }
    }

    /// What is wrong with limits of markets that a venue does not list, if it told its markets.
    fn unlisted(&self, venues: &[Venue]) -> Option<String> {
        let is_listed = |named: &NamedMarket| {
            let venue = venues.iter().find(|venue| venue.name() == named.connector);
            venue.map(Venue::markets).filter(|markets| !markets.is_empty()).is_none_or(|markets| {
                markets.iter().any(|market| market.symbol.eq_ignore_ascii_case(&named.symbol))
            })
        };
        let mut named = self.config.named_markets.iter().filter(|named| !is_listed(named));
        let first = named.next()?.unlisted.clone();
        Some(named.fold(first, |all, named| all + &named.unlisted))
    }

    /// Adds every connector of the configuration. The locks keep other bots off their accounts.
    async fn add_connectors(
        &self,
        needs: &Needs,
        core: &mut TradingCore,
        tell: impl Fn(&str),
    ) -> Result<(Vec<Venue>, Vec<AccountLock>), Fatal> {
        let around = Surroundings {
            clock: &self.clock,
            state: self.state,
            simulated: self.world.map(World::endpoints),
            is_shared: self.world.is_some_and(World::is_shared),
            gate: &self.gate,
            journal_sync: self.config.general.text("journal_sync"),
        };
        let (mut venues, mut locks) = (Vec::new(), Vec::new());
        for (name, connector) in &self.config.connectors {
            let symbols = needs.get(name).map_or(&[][..], Vec::as_slice);
            let made = connect::connector(name, connector, symbols, &around).map_err(Fatal::not_started)?;
            venues.push(made.connector.venue.clone());
            locks.extend(made.lock);
            self.journals.add(name, made.journal);
            for gap in made.found.iter().flat_map(journals::gaps) {
                tracing::error!(connector = %name, "the journal of the last run is not whole: {gap}");
                tell(&format!("{} {name}: the journal of the last run is not whole: {gap}", paint(BAD, "!")));
            }
            core.add_connector(made.connector).await.map_err(Fatal::not_started)?;
        }
        Ok((venues, locks))
    }
}
