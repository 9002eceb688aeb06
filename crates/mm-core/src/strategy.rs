//! What a strategy is to the core.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use tokio::sync::watch;

use crate::{Clock, Venue};

/// How a strategy ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should, with the reasons.
    Failed(Vec<String>),
}

/// A strategy's error: it stops the core.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StrategyError(pub String);

/// Which symbols a strategy wants followed, by connector name.
pub type Needs = BTreeMap<String, Vec<String>>;

/// Told when the core wants to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop that is told by `true`; the sender gone is a stop too.
    #[must_use]
    pub const fn new(told: watch::Receiver<bool>) -> Self {
        Self(told)
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits for a stop. Cancel-safe.
    pub async fn wait(&mut self) {
        // An error means that the core is gone: that is a stop.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// What a strategy works with.
#[derive(Clone, Debug)]
pub struct Context {
    /// Time.
    pub clock: Clock,
    /// Connectors by name.
    pub venues: BTreeMap<String, Venue>,
    /// Told when to stop.
    pub stop: Stop,
    /// The configured interval, for strategies that work in ticks: `cx.clock.ticks(cx.tick)`.
    pub tick: Duration,
}

/// A strategy's story.
pub type Story<'a> = Pin<Box<dyn Future<Output = Result<Outcome, StrategyError>> + Send + 'a>>;

/// A strategy: a story from start to outcome. A loop of ticks is `cx.clock.ticks(..)` inside it.
pub trait Strategy: Send {
    /// Its name.
    fn name(&self) -> &str;

    /// What it wants followed.
    fn needs(&self) -> Needs;

    /// Whether its orders stay on the book when the core stops.
    fn keeps_orders(&self) -> bool {
        false
    }

    /// Runs until done or until `cx.stop`. An error or a panic stops the core and is shown.
    fn run(&mut self, cx: Context) -> Story<'_>;
}
