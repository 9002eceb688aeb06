//! The lifecycle of connectors and strategy.
use crate::{Clock, Outcome, Spawner, Strategy, StrategyError, Venue};
use std::{future::Future, pin::Pin, time::Duration};

/// A connector as the core sees it: a handle, and the task that drives it (the session's loop).
pub struct Connector {
    /// The handle.
    pub venue: Venue,
    /// Runs until the driver is told to stop; an error is the reason why it cannot start or go on.
    pub task: Pin<Box<dyn Future<Output = Result<(), String>> + Send>>,
}

/// Bounds.
#[derive(Clone, Debug)]
pub struct CoreConfig {
    /// Tick of `on_tick` strategies and of the core's own upkeep (the seed's `tick_size`).
    pub tick: Duration,
    /// How long connectors may take to become ready.
    pub start_timeout: Duration,
    /// How long a stop may take.
    pub stop_timeout: Duration,
}

/// Why a start failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

/// What a stop did, and what it could not.
#[derive(Clone, Debug, Default)]
pub struct StopReport {
    /// Orders that may still be live: `venue: client id`.
    pub not_cancelled: Vec<String>,
    /// Steps that ran out of time or failed.
    pub problems: Vec<String>,
}

/// What the core is doing.
#[derive(Clone, Debug)]
pub struct CoreStatus {
    /// Whether it runs.
    pub running: bool,
    /// The strategy's name.
    pub strategy: Option<String>,
    /// Connectors with their state.
    pub venues: Vec<(String, crate::VenueStatus)>,
}

/// The core.
pub struct TradingCore(());
impl TradingCore {
    /// An idle core.
    pub fn new(_config: CoreConfig, _clock: Clock, _spawner: Spawner) -> Self {
        todo!()
    }
    /// Registers a connector; while running, starts it.
    pub async fn add_connector(&mut self, _connector: Connector) -> Result<(), StartError> {
        todo!()
    }
    /// Stops and forgets a connector.
    pub async fn remove_connector(&mut self, _name: &str) -> Result<(), StartError> {
        todo!()
    }
    /// Sets the strategy.
    pub fn set_strategy(&mut self, _strategy: Box<dyn Strategy>) {
        todo!()
    }
    /// Starts connectors, waits until they are ready, starts the strategy. A connector that cannot start fails the start.
    pub async fn start(&mut self) -> Result<(), StartError> {
        todo!()
    }
    /// Waits until the strategy is done, failed, panicked, a connector died, or a stop was asked for.
    pub async fn wait_until_stopped(&mut self) -> Result<Outcome, StrategyError> {
        todo!()
    }
    /// Stops the strategy, cancels orders (unless told or unless the strategy keeps them), stops the connectors.
    pub async fn stop(&mut self, _cancel_orders: bool) -> StopReport {
        todo!()
    }
    /// Stops and forgets everything: ready for a cold restart.
    pub async fn shutdown(&mut self, _cancel_orders: bool) -> StopReport {
        todo!()
    }
    /// What it is doing.
    pub fn status(&self) -> CoreStatus {
        todo!()
    }
}
