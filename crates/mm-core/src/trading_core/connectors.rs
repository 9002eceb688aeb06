//! Connectors under the core's care: started, waited for, told to stop, and never outliving the core.

use std::{
    future::{Future, pending},
    panic::AssertUnwindSafe,
    time::Duration,
};

use futures_util::{FutureExt as _, future::select_all};
use mm_model::Timestamp;
use tokio::sync::watch;

use super::{Connector, ConnectorTask, StartError, StopReport};
use crate::{Clock, Order, Recovered, Recovery, Spawner, Task, Venue, clock::panic_text, recovery};

/// How long a venue that has just been made ready may still take, at least, to say so.
const READY_AGAIN: Duration = Duration::from_secs(1);

/// How a connector ended.
type End = Result<(), String>;

pub(super) struct Entry {
    venue: Venue,
    state: State,
}

enum State {
    Idle(ConnectorTask),
    Running {
        task: Task,
        end: watch::Receiver<Option<End>>,
    },
    /// It has run, and cannot run again: its driver is gone.
    Over,
}

impl Entry {
    pub(super) fn new(connector: Connector) -> Self {
        Self { venue: connector.venue, state: State::Idle(connector.task) }
    }

    pub(super) const fn venue(&self) -> &Venue {
        &self.venue
    }

    pub(super) fn start(&mut self, spawner: &Spawner) -> Result<(), StartError> {
        let name = self.venue.name().to_owned();
        match std::mem::replace(&mut self.state, State::Over) {
            State::Idle(work) => {
                let (told, end) = watch::channel(None);
                let task = spawner.spawn(&name, async move {
                    let end = AssertUnwindSafe(work).catch_unwind().await;
                    let end = end.unwrap_or_else(|panic| Err(format!("panicked: {}", panic_text(&*panic))));
                    told.send_replace(Some(end));
                });
                self.state = State::Running { task, end };
                Ok(())
            }
            running @ State::Running { .. } => {
                self.state = running;
                Ok(())
            }
            State::Over => Err(StartError(format!("connector '{name}' has run already: add it anew"))),
        }
    }

    /// Waits until it is ready; before that it sees to what earlier runs left. `limit` is for a start that has nothing to see
    /// to: proofs and policy have the time that they take on top.
    pub(super) async fn take_over(
        &self,
        clock: &Clock,
        limit: Duration,
        keeps_orders: bool,
    ) -> Result<Recovered, StartError> {
        let mut recovered = Recovered::default();
        let mut limit = limit;
        if self.venue.is_recovering() {
            let proofs = limit + self.venue.proof_takes();
            self.unless_it_dies(clock, proofs, self.venue.proven()).await?;
            let story = recovery::carry_out(clock, &self.venue, keeps_orders);
            recovered = self
                .unless_it_dies(clock, proofs, story)
                .await?
                .map_err(|why| StartError(format!("connector '{}': {why}", self.venue.name())))?;
            limit = limit.max(READY_AGAIN);
        }
        self.unless_it_dies(clock, limit, self.venue.ready()).await?;
        Ok(recovered)
    }

    /// Does something that needs the connector, within `limit`.
    async fn unless_it_dies<T>(
        &self,
        clock: &Clock,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, StartError> {
        let name = self.venue.name();
        let died = self.death();
        let done = async {
            tokio::select! {
                biased;
                why = died => Err(StartError(why)),
                done = work => Ok(done),
            }
        };
        clock.within(limit, done).await.unwrap_or_else(|| {
            let reason = self.venue.status().reason.unwrap_or_else(|| "no reason known".into());
            Err(StartError(format!("connector '{name}' did not become ready in {limit:.0?}: {reason}")))
        })
    }

    /// Waits for the connector's end and says why; for ever while it is not running. Cancel-safe.
    async fn death(&self) -> String {
        let State::Running { end, .. } = &self.state else { return pending().await };
        let mut end = end.clone();
        let why = match end.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Err(why))) => why.clone(),
            Ok(_) => "it ended of its own accord".into(),
            Err(_) => "it was aborted".into(),
        };
        format!("connector '{}' stopped: {why}", self.venue.name())
    }

    pub(super) fn tell_stop(&self) {
        self.venue.stop_connector();
    }

    /// Whether its journal can still be written.
    pub(super) fn is_written_down(&self) -> bool {
        self.venue.is_written_down()
    }

    /// Stops the connector within `limit`; says what went wrong.
    pub(super) async fn stop(&mut self, clock: &Clock, limit: Duration) -> Option<String> {
        self.tell_stop();
        let State::Running { task, end } = &mut self.state else { return None };
        let name = self.venue.name();
        let problem = match clock.within(limit, end.wait_for(Option::is_some)).await {
            Some(Ok(end)) => match &*end {
                Some(Err(why)) => Some(format!("connector '{name}': {why}")),
                _ => None,
            },
            Some(Err(_)) => None,
            None => {
                task.abort();
                Some(format!("connector '{name}' did not stop in time and was aborted"))
            }
        };
        self.state = State::Over;
        problem
    }
}

/// Waits for the first connector to end, and says which and why. Cancel-safe.
pub(super) async fn first_death(entries: impl Iterator<Item = &Entry>) -> String {
    let deaths: Vec<_> = entries.map(|entry| Box::pin(entry.death())).collect();
    if deaths.is_empty() {
        return pending().await;
    }
    select_all(deaths).await.0
}

/// Cancels every order of ours that is or may be live, and waits for the proof of its end until `deadline`.
pub(super) async fn cancel_orders(
    clock: &Clock,
    deadline: Timestamp,
    entries: impl Iterator<Item = &Entry>,
    report: &mut StopReport,
) {
    let mut leaving: Vec<(&Venue, Order)> = Vec::new();
    for entry in entries {
        if entry.venue.is_recovering() && entry.venue.recovery() == Recovery::Hold {
            continue; // What earlier runs left is not to be touched, and nothing else was placed.
        }
        for record in entry.venue.open_orders() {
            entry.venue.abandon(record.client_id());
            leaving.extend(entry.venue.order(record.client_id()).map(|order| (&entry.venue, order)));
        }
    }
    for (venue, mut order) in leaving {
        // Nobody cancels it any more where the connector is gone.
        let left = if venue.is_stopped() { Duration::ZERO } else { deadline.since(clock.now()) };
        let over = order.wait_for(|tracker| tracker.record().state().is_final());
        if clock.within(left, over).await.is_none() {
            report.not_cancelled.push(format!("{}: {}", venue.name(), order.client_id()));
        }
    }
}
