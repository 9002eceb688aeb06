//! The table of strategies. A new one is a file, a `mod` line and a row here.

use std::sync::Arc;

use mm_core::Strategy;
use mm_model::Timestamp;

use crate::{
    kill_drill, load,
    params::{Complaint, Param, Settings},
    smoke_test,
};

/// Hears what a strategy does while it runs and how it ended. Called in the strategy's own task: it must not
/// block.
pub trait Observer: Send + Sync {
    /// A step on a connector, at the time it happened.
    fn progress(&self, at: Timestamp, connector: &str, event: &smoke_test::Progress);
    /// The end of a smoke test.
    fn report(&self, report: &smoke_test::Report);
    /// A load's tracking limit order made another order.
    fn intent(&self, connector: &str, intent: &load::Intent) {
        let _ = (connector, intent);
    }
}

/// Makes a strategy, or says which of its keys do not fit together.
pub type Build = fn(Settings, Arc<dyn Observer>) -> Result<Box<dyn Strategy>, Vec<Complaint>>;

/// One strategy: its name in the configuration, what it can be told, and how it is made.
pub struct StrategySpec {
    /// Its name in the configuration.
    pub name: &'static str,
    /// One line for `list`.
    pub about: &'static str,
    /// Keys of the strategy's own section.
    pub params: &'static [Param],
    /// Keys of each block under the section's `connectors`.
    pub connector_params: &'static [Param],
    /// Makes it, or says which keys do not fit together.
    pub build: Build,
    /// Whether it runs on simulated venues alone.
    pub simulated_only: bool,
}

/// All strategies.
pub static STRATEGIES: &[StrategySpec] = &[
    StrategySpec {
        name: "smoke_test",
        about: "takes each connector through a round trip: limit order in, market order out, everything checked",
        params: smoke_test::PARAMS,
        connector_params: smoke_test::CONNECTOR_PARAMS,
        build: smoke_test::build,
        simulated_only: false,
    },
    StrategySpec {
        name: "kill_drill",
        about: "rests orders on simulated venues and hangs on purpose: to try the kill switch and the watchdogs",
        params: kill_drill::PARAMS,
        connector_params: kill_drill::CONNECTOR_PARAMS,
        build: kill_drill::build,
        simulated_only: true,
    },
    StrategySpec {
        name: "load_test",
        about: "many orders of every kind, all decided by one seed: for tests of reliability, on simulated venues",
        params: load::PARAMS,
        connector_params: load::CONNECTOR_PARAMS,
        build: load::build,
        simulated_only: true,
    },
];

/// The strategy of this name.
#[must_use]
pub fn strategy(name: &str) -> Option<&'static StrategySpec> {
    STRATEGIES.iter().find(|row| row.name == name)
}
