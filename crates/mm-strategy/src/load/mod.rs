//! A load for tests of reliability: many orders of every kind, placed, changed, taken off, forgotten and followed, all of
//! them decided by one seed. No strategy to earn with: run it against simulated venues.
//!
//! In each market some [`hand`]s work at the same time, each doing one thing after another and waiting for an answer only
//! as long as it pleases. Together they never let the position leave its bound, whatever becomes of the orders that are, or
//! may be, live: [`room`] says how much may still be asked for. It deliberately judges nothing: whoever runs it compares
//! what the bot believes with what the venue knows, and hears each tracking limit's target and orders as an [`Intent`].

mod action;
mod chance;
mod hand;
mod intent;
mod plan;
mod room;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use mm_core::{Context, Needs, Outcome, Story, Strategy, StrategyError};

pub use chance::Chance;
pub use intent::Intent;
pub use plan::{CONNECTOR_PARAMS, Config, PARAMS, VenueLoad};

use crate::{
    Observer,
    params::{Complaint, Settings},
};
use hand::Hand;
use room::Room;

/// The strategy.
pub struct Load {
    config: Config,
    observer: Arc<dyn Observer>,
}

impl Load {
    /// A load that tells `observer` of its intents.
    #[must_use]
    pub fn new(config: Config, observer: Arc<dyn Observer>) -> Self {
        Self { config, observer }
    }

    async fn work(&self, cx: Context) -> Result<Outcome, StrategyError> {
        let mut hands = Vec::new();
        for (name, load) in &self.config.connectors {
            let venue = cx.venues.get(name).ok_or_else(|| {
                StrategyError(format!("the load is to use '{name}', but there is no such connector"))
            })?;
            for symbol in &load.symbols {
                let market = venue.market(symbol).map_err(|why| StrategyError(why.to_string()))?;
                let room = Arc::new(Room::new(venue.clone(), market, load));
                for n in 0..load.hands {
                    let chance = Chance::of(self.config.seed, &[name, symbol], n);
                    let observer = self.observer.clone();
                    hands.push(Hand { clock: cx.clock.clone(), room: room.clone(), observer, chance }.work());
                }
            }
        }
        let mut stop = cx.stop.clone();
        let work = async {
            cx.clock.sleep(self.config.begin_after).await;
            join_all(hands).await
        };
        let time_is_up = async {
            match self.config.run_for {
                Some(time) => cx.clock.sleep(time).await,
                None => std::future::pending().await,
            }
        };
        // Hands that are dropped leave their orders to the connector, and the core takes all of them off.
        tokio::select! {
            biased;
            () = stop.wait() => {}
            () = time_is_up => {}
            _ = work => {}
        }
        Ok(Outcome::Passed)
    }
}

impl Strategy for Load {
    fn name(&self) -> &str {
        "load_test"
    }

    fn needs(&self) -> Needs {
        self.config.connectors.iter().map(|(name, load)| (name.clone(), load.symbols.clone())).collect()
    }

    fn keeps_orders(&self) -> bool {
        self.config.keep_orders
    }

    fn run(&mut self, cx: Context) -> Story<'_> {
        Box::pin(self.work(cx))
    }
}

/// The pause between two actions of a hand: anything up to twice the mean.
fn pause(chance: &mut Chance, actions_per_sec: u64) -> Duration {
    const NS_PER_SEC: u64 = 1_000_000_000;
    Duration::from_nanos(chance.below(2 * NS_PER_SEC / actions_per_sec.max(1)))
}

/// Makes the strategy from configuration.
///
/// # Errors
/// Keys that do not fit together.
pub fn build(settings: Settings, observer: Arc<dyn Observer>) -> Result<Box<dyn Strategy>, Vec<Complaint>> {
    Ok(Box::new(Load::new(Config::from_settings(&settings)?, observer)))
}
