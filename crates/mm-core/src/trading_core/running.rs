//! A strategy at work. Its error and its panic are told, never swallowed.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tokio::sync::watch;

use crate::{Context, Outcome, Spawner, Strategy, StrategyError, Task, clock::panic_text};

pub(super) type End = Result<Outcome, StrategyError>;

#[derive(Debug)]
pub(super) struct RunningStrategy {
    name: String,
    keeps_orders: bool,
    task: Task,
    end: watch::Receiver<Option<End>>,
}

impl RunningStrategy {
    pub(super) fn start(mut strategy: Box<dyn Strategy>, cx: Context, spawner: &Spawner) -> Self {
        let (told, end) = watch::channel(None);
        let name = strategy.name().to_owned();
        let keeps_orders = strategy.keeps_orders();
        let shown = name.clone();
        let task = spawner.spawn(&name, async move {
            let story = AssertUnwindSafe(async { strategy.run(cx).await });
            let end = story.catch_unwind().await.unwrap_or_else(|panic| {
                Err(StrategyError(format!("strategy '{shown}' panicked: {}", panic_text(&*panic))))
            });
            if let Err(why) = &end {
                tracing::error!(strategy = %shown, %why, "the strategy failed");
            }
            told.send_replace(Some(end));
        });
        Self { name, keeps_orders, task, end }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn keeps_orders(&self) -> bool {
        self.keeps_orders
    }

    /// Its end, also when it ended long ago. Cancel-safe.
    pub(super) async fn wait(&mut self) -> End {
        match self.end.wait_for(Option::is_some).await {
            Ok(end) => end.clone().expect("waited for it"),
            Err(_) => Err(StrategyError(format!("strategy '{}' was aborted", self.name))),
        }
    }

    pub(super) fn abort(&self) {
        self.task.abort();
    }
}
