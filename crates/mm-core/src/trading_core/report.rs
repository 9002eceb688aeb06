//! What the core is told and what it tells.

use std::time::Duration;

use crate::VenueStatus;

/// Bounds.
#[derive(Clone, Debug)]
pub struct CoreConfig {
    /// The interval of strategies that work in ticks (the seed's `tick_size`); they find it in their context.
    pub tick: Duration,
    /// How long connectors may take to become ready.
    pub start_timeout: Duration,
    /// How long a stop may take.
    pub stop_timeout: Duration,
}

/// Why a start failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

/// What a stop did, and what it could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    pub venues: Vec<(String, VenueStatus)>,
}
