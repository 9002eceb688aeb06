//! The smoke test: each connector is taken through one round trip with real orders, and everything that can be
//! cross-checked is.
//!
//! A limit order that follows the market opens a position as small as the market allows, a reduce-only market
//! order closes exactly what was filled, REST, stream, our own fills and the account's earlier state must agree at
//! both points, and nothing may be left behind. What fails is cleaned up and stays failed. The test touches only
//! what it opened itself.
//!
//! [`plan`] says what to do; [`venue_test`] is the frame of one connector's test, [`story`] and [`exit`] the round trip,
//! [`aftermath`] and [`cleanup`] what follows; [`evidence`] asks and compares; [`report`] and [`progress`] tell.

mod aftermath;
mod cleanup;
mod evidence;
mod exit;
mod follow;
mod history;
mod plan;
mod progress;
mod report;
mod sizing;
mod story;
mod venue_test;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::future::join_all;
use mm_core::{Context, Needs, Outcome, Strategy, StrategyError};

pub use plan::{CONNECTOR_PARAMS, Config, PARAMS, VenuePlan};
pub use progress::Progress;
pub use report::{Check, FillLine, Leg, LegTime, OrderLife, Report, Step, VenueReport, Verdict};
pub use sizing::{minimum, resolve};

use crate::{
    Observer,
    params::{Complaint, Settings},
};
use venue_test::VenueTest;

/// The strategy.
pub struct SmokeTest {
    config: Config,
    observer: Arc<dyn Observer>,
}

impl SmokeTest {
    /// A test that tells `observer` what it does.
    #[must_use]
    pub fn new(config: Config, observer: Arc<dyn Observer>) -> Self {
        Self { config, observer }
    }

    /// Tests every connector at the same time and gathers the results.
    async fn test_all(&self, cx: Context) -> Result<Outcome, StrategyError> {
        let started_at = cx.clock.now();
        let mut tests = Vec::new();
        for (n, (name, plan)) in self.config.connectors.iter().enumerate() {
            let Some(venue) = cx.venues.get(name) else {
                return Err(StrategyError(format!(
                    "the smoke test is to test '{name}', but there is no such connector: add it to connectors"
                )));
            };
            let wait = self.config.pause_between_tests.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX));
            let test = VenueTest::new(&cx, venue.clone(), plan.clone(), self.observer.clone());
            tests.push(Box::pin(after(&cx, wait, test.run())));
        }
        let connectors = join_all(tests).await;
        let report = Report {
            passed: connectors.iter().all(|venue| venue.passed),
            started_at,
            took: cx.clock.now().since(started_at),
            connectors,
        };
        self.observer.report(&report);
        Ok(if report.passed { Outcome::Passed } else { Outcome::Failed(report.failures()) })
    }
}

/// Runs `test` after `wait`, or at once when a stop is asked for (it then finds nothing to do but to say so).
async fn after<T>(cx: &Context, wait: Duration, test: impl Future<Output = T>) -> T {
    let mut stop = cx.stop.clone();
    tokio::select! {
        biased;
        () = stop.wait() => {}
        () = cx.clock.sleep(wait) => {}
    }
    test.await
}

impl Strategy for SmokeTest {
    fn name(&self) -> &str {
        "smoke_test"
    }

    fn needs(&self) -> Needs {
        self.config.connectors.iter().map(|(name, plan)| (name.clone(), vec![plan.symbol.clone()])).collect()
    }

    fn run(
        &mut self,
        cx: Context,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, StrategyError>> + Send + '_>> {
        Box::pin(self.test_all(cx))
    }
}

/// Makes the strategy from configuration.
///
/// # Errors
/// Keys that do not fit together.
pub fn build(settings: Settings, observer: Arc<dyn Observer>) -> Result<Box<dyn Strategy>, Vec<Complaint>> {
    Ok(Box::new(SmokeTest::new(Config::from_settings(&settings)?, observer)))
}
