//! The lifecycle of connectors and strategy: start all or nothing, notice whatever ends, stop in bounded time and say what
//! could not be done.
//!
//! It deliberately knows neither configuration nor signals: the program around it decides when to start and stop.

mod connectors;
mod report;
mod running;

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use tokio::sync::watch;

use crate::{Clock, Context, Outcome, Recovered, Spawner, Stop, Strategy, StrategyError, Venue};
use connectors::Entry;
use running::RunningStrategy;

pub use report::{CoreConfig, CoreStatus, StartError, StopReport};

/// How long a strategy that was aborted may take to fall: none, unless it does not even yield.
const ABORT_GRACE: Duration = Duration::from_millis(200);

/// The task that drives a connector.
pub type ConnectorTask = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A connector as the core sees it: a handle, and the task that drives it (the session's loop).
pub struct Connector {
    /// The handle.
    pub venue: Venue,
    /// Runs until the driver is told to stop; an error is the reason why it cannot start or go on.
    pub task: ConnectorTask,
}

/// The core.
pub struct TradingCore {
    config: CoreConfig,
    clock: Clock,
    spawner: Spawner,
    connectors: BTreeMap<String, Entry>,
    strategy: Option<Box<dyn Strategy>>,
    running: Option<RunningStrategy>,
    recovered: BTreeMap<String, Recovered>,
    stop: watch::Sender<bool>,
}

/// Asks a core to stop, from anywhere.
#[derive(Clone, Debug)]
pub struct StopRequest(watch::Sender<bool>);

impl StopRequest {
    /// Tells the strategy to stop and lets [`TradingCore::wait_until_stopped`] return.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl TradingCore {
    /// An idle core.
    #[must_use]
    pub fn new(config: CoreConfig, clock: Clock, spawner: Spawner) -> Self {
        Self {
            config,
            clock,
            spawner,
            connectors: BTreeMap::new(),
            strategy: None,
            running: None,
            recovered: BTreeMap::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// Registers a connector; while running, starts it and waits until it is ready.
    ///
    /// # Errors
    /// When the name is taken, or the connector cannot start: then it is not registered.
    pub async fn add_connector(&mut self, connector: Connector) -> Result<(), StartError> {
        let name = connector.venue.name().to_owned();
        if self.connectors.contains_key(&name) {
            return Err(StartError(format!("there is a connector '{name}' already")));
        }
        let mut entry = Entry::new(connector);
        if self.running.is_some() {
            entry.start(&self.spawner)?;
            let keeps_orders = self.keeps_orders();
            match entry.take_over(&self.clock, self.config.start_timeout, keeps_orders).await {
                Ok(recovered) => _ = self.recovered.insert(name.clone(), recovered),
                Err(why) => {
                    entry.stop(&self.clock, self.config.stop_timeout).await;
                    return Err(why);
                }
            }
        }
        self.connectors.insert(name, entry);
        Ok(())
    }

    /// Stops and forgets a connector. Its orders stay as they are: cancel them first.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn remove_connector(&mut self, name: &str) -> Result<(), StartError> {
        let Some(mut entry) = self.connectors.remove(name) else {
            return Err(StartError(format!("there is no connector '{name}'")));
        };
        if let Some(problem) = entry.stop(&self.clock, self.config.stop_timeout).await {
            tracing::warn!(%problem, "connector removed");
        }
        Ok(())
    }

    /// Sets the strategy of the next start.
    pub fn set_strategy(&mut self, strategy: Box<dyn Strategy>) {
        self.strategy = Some(strategy);
    }

    /// Starts connectors, waits until they are ready, starts the strategy. A connector that cannot start fails the start,
    /// and those that had started are stopped.
    ///
    /// # Errors
    /// Says which connector, and why.
    pub async fn start(&mut self) -> Result<(), StartError> {
        if self.running.is_some() {
            return Err(StartError("the core is running already".into()));
        }
        let Some(strategy) = self.strategy.take() else {
            return Err(StartError("no strategy is set: call set_strategy first".into()));
        };
        if let Err(why) = self.start_connectors(strategy.keeps_orders()).await {
            self.strategy = Some(strategy);
            let deadline = self.clock.now() + self.config.stop_timeout;
            let mut report = StopReport::default();
            self.stop_connectors(deadline, &mut report).await;
            for problem in report.problems {
                tracing::warn!(%problem, "while undoing a start that failed");
            }
            return Err(why);
        }
        self.stop.send_replace(false);
        let venues =
            self.connectors.iter().map(|(name, entry)| (name.clone(), entry.venue().clone())).collect();
        let cx = Context {
            clock: self.clock.clone(),
            venues,
            stop: Stop::new(self.stop.subscribe()),
            tick: self.config.tick,
        };
        self.running = Some(RunningStrategy::start(strategy, cx, &self.spawner));
        Ok(())
    }

    async fn start_connectors(&mut self, keeps_orders: bool) -> Result<(), StartError> {
        for entry in self.connectors.values_mut() {
            entry.start(&self.spawner)?;
        }
        let deadline = self.clock.now() + self.config.start_timeout;
        for entry in self.connectors.values_mut() {
            let left = deadline.since(self.clock.now());
            let recovered = entry.take_over(&self.clock, left, keeps_orders).await?;
            self.recovered.insert(entry.venue().name().to_owned(), recovered);
        }
        Ok(())
    }

    /// What the connectors of the last start found of earlier runs, by name, and what became of it.
    #[must_use]
    pub const fn recovered(&self) -> &BTreeMap<String, Recovered> {
        &self.recovered
    }

    /// Whether orders stay on the book when the core stops.
    fn keeps_orders(&self) -> bool {
        let waiting = || self.strategy.as_ref().is_some_and(|strategy| strategy.keeps_orders());
        self.running.as_ref().map_or_else(waiting, RunningStrategy::keeps_orders)
    }

    /// Waits until the strategy is done, failed, panicked, a connector died, or a stop was asked for (then the strategy has
    /// the time of a stop to come to its outcome). The orders are still there: call [`TradingCore::stop`] next. Cancel-safe.
    ///
    /// # Errors
    /// The strategy's own, its panic, or the end of a connector.
    pub async fn wait_until_stopped(&mut self) -> Result<Outcome, StrategyError> {
        let Some(running) = &mut self.running else {
            return Err(StrategyError("the core is not running".into()));
        };
        let mut stop = self.stop.subscribe();
        let connector_died = connectors::first_death(self.connectors.values());
        let ended = tokio::select! {
            biased;
            end = running.wait() => Some(end),
            why = connector_died => {
                self.stop.send_replace(true);
                return Err(StrategyError(why));
            }
            _ = stop.wait_for(|stop| *stop) => None,
        };
        match ended {
            Some(end) => end,
            None => self.clock.within(self.config.stop_timeout, running.wait()).await.unwrap_or_else(|| {
                Err(StrategyError(format!("strategy '{}' did not stop in time", running.name())))
            }),
        }
    }

    /// Asks this core to stop, from anywhere.
    #[must_use]
    pub fn stop_request(&self) -> StopRequest {
        StopRequest(self.stop.clone())
    }

    /// Stops the strategy, cancels the orders that we placed (unless told otherwise, or unless the strategy keeps them and they
    /// can still be written about) and waits for the proof of their end, stops the connectors. Takes no longer than
    /// `stop_timeout`. Dropped half-way, it can be called again.
    pub async fn stop(&mut self, cancel_orders: bool) -> StopReport {
        let mut report = StopReport::default();
        let start = self.clock.now();
        let third = self.config.stop_timeout / 3;
        self.stop.send_replace(true);
        let keeps_orders = self.keeps_orders();
        if let Some(running) = &mut self.running
            && self.clock.within(third, running.wait()).await.is_none()
        {
            running.abort();
            // What it held is dropped, and its orders are handed over, before ours are counted.
            self.clock.within(ABORT_GRACE, running.wait()).await;
            let problem = format!("strategy '{}' did not stop in time and was aborted", running.name());
            report.problems.push(problem);
        }
        if cancel_orders {
            // What nobody can write about any more is not left alone.
            let entries = self.connectors.values().filter(|entry| !keeps_orders || !entry.is_written_down());
            connectors::cancel_orders(&self.clock, start + third * 2, entries, &mut report).await;
        }
        self.stop_connectors(start + self.config.stop_timeout, &mut report).await;
        self.running = None;
        report
    }

    async fn stop_connectors(&mut self, deadline: mm_model::Timestamp, report: &mut StopReport) {
        // All are told before any is waited for.
        self.connectors.values().for_each(Entry::tell_stop);
        for entry in self.connectors.values_mut() {
            let left: Duration = deadline.since(self.clock.now());
            report.problems.extend(entry.stop(&self.clock, left).await);
        }
    }

    /// Stops and forgets everything: ready for a cold restart, with connectors and a strategy added anew.
    pub async fn shutdown(&mut self, cancel_orders: bool) -> StopReport {
        let report = self.stop(cancel_orders).await;
        self.connectors.clear();
        self.strategy = None;
        report
    }

    /// What it is doing.
    #[must_use]
    pub fn status(&self) -> CoreStatus {
        let waiting = self.strategy.as_ref().map(|strategy| strategy.name().to_owned());
        CoreStatus {
            running: self.running.is_some(),
            strategy: self.running.as_ref().map(|running| running.name().to_owned()).or(waiting),
            venues: self
                .connectors
                .iter()
                .map(|(name, entry)| (name.clone(), entry.venue().status()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
