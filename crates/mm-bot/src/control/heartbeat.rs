//! The heartbeat for the watchdog's process. It beats only when everything that takes orders off lives: the strategy's thread
//! with the core's supervision has had its turn, and so has each driver since it was last prodded. A timer that ticks on over
//! a dead bot would be worse than none.

use std::{path::PathBuf, time::Duration};

use mm_core::Clock;
use mm_store::Heartbeat;

use super::{Pulse, kill::KillSwitch};

/// How often it beats.
const BEAT: Duration = Duration::from_secs(1);
/// How long the strategy's thread may be silent for the bot to count as alive.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// Where and by whose life.
pub(super) struct Beating {
    pub(super) clock: Clock,
    pub(super) path: PathBuf,
    pub(super) pulse: Pulse,
    pub(super) switch: KillSwitch,
}

impl Beating {
    /// Beats for as long as it is awaited.
    pub(super) async fn go_on(self) {
        let mut sequence = 0;
        let mut is_failing = false;
        loop {
            if self.lives().await {
                sequence += 1;
                let beat = Heartbeat { pid: std::process::id(), sequence, at_ms: self.clock.now().ms() };
                let path = self.path.clone();
                let written = tokio::task::spawn_blocking(move || beat.write(&path)).await;
                let error = match written {
                    Ok(Ok(())) => None,
                    Ok(Err(error)) => Some(error.to_string()),
                    Err(error) => Some(error.to_string()),
                };
                if let Some(error) = error.as_ref().filter(|_| !is_failing) {
                    tracing::error!(%error, "no heartbeat: a watchdog will take this bot for dead");
                }
                is_failing = error.is_some();
            }
        }
    }

    /// Prods every driver and looks a beat later whether all had their turn. Takes a beat.
    async fn lives(&self) -> bool {
        let venues = self.switch.venues();
        let prodded_at = self.clock.now();
        venues.iter().for_each(mm_core::Venue::prod);
        self.clock.sleep(BEAT).await;
        self.pulse.silent_for() < SILENCE_MAX
            && !venues.is_empty()
            && venues.iter().all(|venue| prodded_at <= venue.status().alive_at)
    }
}
