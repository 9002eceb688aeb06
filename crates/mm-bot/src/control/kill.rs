//! The kill switch. Pulled once: it latches, closes the gate, and measures until no order of ours is proven to be open. The
//! orders are taken off by the drivers, on their own threads. Positions stay as they are: to flatten is to trade, and a
//! program that was told to stop does not.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mm_core::{Clock, Venue, risk::Gate};
use mm_model::Timestamp;
use mm_store::{KillLatch, Tripped};
use tokio::sync::watch;

use crate::{
    exit::Exit,
    output::{
        Screen,
        style::{BAD, GOOD, paint, took},
    },
};

/// How long the latch may take to be on disk: a disk that hangs must not hold up a kill.
const LATCH_PATIENCE: Duration = Duration::from_millis(500);
/// How often it is looked whether orders are open.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// What a switch stands on.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) clock: Clock,
    pub(super) latch: KillLatch,
    pub(super) gate: Gate,
    pub(super) screen: Arc<Screen>,
    /// How long it may take until no order is open.
    pub(super) patience: Duration,
}

/// How a kill ended.
#[derive(Clone, Debug)]
pub(crate) struct Killed {
    /// Who, when, why.
    pub(crate) tripped: Tripped,
    /// From the trigger to the proof that no order of ours is open, or until it was given up.
    pub(crate) took: Duration,
    /// Orders that were taken off.
    pub(crate) n_off: usize,
    /// Orders that may still be live, as `venue: client id`.
    pub(crate) left: Vec<String>,
}

impl Killed {
    /// The program's exit code.
    pub(crate) const fn exit(&self) -> Exit {
        if self.left.is_empty() { Exit::Killed } else { Exit::Unclean }
    }
}

#[derive(Clone, Debug)]
enum Phase {
    Armed,
    Tripped,
    Over(Killed),
}

/// The switch. Clones share it.
#[derive(Clone)]
pub(super) struct KillSwitch(Arc<Inner>);

struct Inner {
    parts: Parts,
    venues: Mutex<Vec<Venue>>,
    phase: watch::Sender<Phase>,
}

impl KillSwitch {
    pub(super) fn new(parts: Parts) -> Self {
        let phase = watch::Sender::new(Phase::Armed);
        Self(Arc::new(Inner { parts, venues: Mutex::default(), phase }))
    }

    pub(super) fn latch(&self) -> &KillLatch {
        &self.0.parts.latch
    }

    pub(super) fn answer_for(&self, venues: &[Venue]) {
        *self.0.venues.lock().unwrap_or_else(PoisonError::into_inner) = venues.to_vec();
    }

    pub(super) fn venues(&self) -> Vec<Venue> {
        self.0.venues.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn is_tripped(&self) -> bool {
        !matches!(*self.0.phase.borrow(), Phase::Armed)
    }

    /// Waits until a kill is carried out. Cancel-safe.
    pub(super) async fn over(&self) -> Killed {
        let mut phase = self.0.phase.subscribe();
        let over = phase.wait_for(|phase| matches!(phase, Phase::Over(_))).await;
        match over.as_deref() {
            Ok(Phase::Over(killed)) => killed.clone(),
            _ => unreachable!("the sender lives in `self`, and it was waited for this phase"),
        }
    }

    /// A line for whoever watches.
    pub(super) fn say(&self, line: &str) {
        self.0.parts.screen.line(line);
    }

    /// Latches, closes the gate, and waits until no order of ours is open.
    pub(super) async fn carry_out(&self, by: &str, why: &str) -> Killed {
        let since = self.0.parts.clock.now();
        self.0.phase.send_replace(Phase::Tripped);
        let tripped = self.set_latch(Tripped { by: by.into(), at: stamp(since), why: why.into() }).await;
        self.say(&format!("{} {tripped}", paint(BAD, "KILLED")));
        let why = format!("killed {tripped}");
        let killed = self.off(tripped, since, &why).await;
        self.0.phase.send_replace(Phase::Over(killed.clone()));
        killed
    }

    /// Closes the gate and waits until no order of ours is open, without a latch: the next start is free.
    pub(super) async fn clear(&self, why: &str) -> Killed {
        let since = self.0.parts.clock.now();
        let tripped = Tripped { by: "the operator".into(), at: stamp(since), why: why.into() };
        self.off(tripped, since, why).await
    }

    async fn off(&self, tripped: Tripped, since: Timestamp, why: &str) -> Killed {
        let Parts { clock, gate, patience, .. } = &self.0.parts;
        let n_before = self.open().len();
        gate.halt_this_process(why);
        let left = self.taken_off(since + *patience).await;
        let took = clock.now().since(since);
        let killed = Killed { tripped, took, n_off: n_before.saturating_sub(left.len()), left };
        self.tell(&killed);
        killed
    }

    /// On disk before anything else happens, so that no restart undoes the kill. Who came first stands.
    async fn set_latch(&self, tripped: Tripped) -> Tripped {
        let (latch, wanted) = (self.0.parts.latch.clone(), tripped.clone());
        let write = tokio::task::spawn_blocking(move || {
            let is_first = latch.trip(&wanted)?;
            Ok::<_, mm_store::StoreError>(if is_first { None } else { latch.read() })
        });
        match self.0.parts.clock.within(LATCH_PATIENCE, write).await {
            Some(Ok(Ok(first))) => return first.unwrap_or(tripped),
            Some(Ok(Err(error))) => tracing::error!(%error, "the kill switch does not latch"),
            Some(Err(error)) => tracing::error!(%error, "the kill switch does not latch"),
            None => {
                tracing::error!("the disk does not take the latch of the kill switch: going on without it");
            }
        }
        tripped
    }

    async fn taken_off(&self, deadline: Timestamp) -> Vec<String> {
        let clock = &self.0.parts.clock;
        loop {
            let open = self.open();
            if open.is_empty() || deadline <= clock.now() {
                return open;
            }
            clock.sleep(LOOK_EVERY).await;
        }
    }

    /// Orders of ours that are or may be live.
    fn open(&self) -> Vec<String> {
        let venues = self.venues();
        let of = |venue: &Venue| {
            let records = venue.open_orders();
            let name = venue.name().to_owned();
            records.into_iter().map(move |record| format!("{name}: {}", record.client_id()))
        };
        venues.iter().flat_map(of).collect()
    }

    fn tell(&self, killed: &Killed) {
        let Killed { took: time, n_off, left, .. } = killed;
        if left.is_empty() {
            tracing::warn!(took_ms = time.as_millis(), n_off, "no order of ours is open");
            let what =
                format!("no order of ours is open, {} after the trigger ({n_off} taken off)", took(*time));
            return self.say(&format!("  {} {what}", paint(GOOD, "✓")));
        }
        tracing::error!(took_ms = time.as_millis(), ?left, "orders of ours may still be live");
        for order in left {
            self.say(&format!("  {} {order} may still be live: cancel it by hand", paint(BAD, "✗")));
        }
    }
}

/// A time with its date, for a person.
pub(crate) fn stamp(at: Timestamp) -> String {
    let day = time::OffsetDateTime::from_unix_timestamp((at.ms() / 1000).try_into().unwrap_or(i64::MAX));
    let day = day.map_or_else(|_| "?".to_owned(), |day| day.date().to_string());
    format!("{day} {at} UTC")
}
