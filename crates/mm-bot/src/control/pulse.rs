//! The pulse of the strategy's thread: a task there that beats as long as the strategy yields; and what happens when it does
//! not (fault 67).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{
    Clock, Spawner, Task,
    risk::{Gate, Mode},
};
use mm_model::Timestamp;

/// How often it beats.
const BEAT: Duration = Duration::from_millis(250);

/// When the strategy's thread was last seen alive. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    clock: Clock,
    made_at: Timestamp,
    /// In nanoseconds; zero before the first beat.
    last: Arc<AtomicU64>,
}

/// What is done about a strategy that hangs.
pub(super) struct HangWatch {
    pub(super) pulse: Pulse,
    pub(super) gate: Gate,
    /// How long it may be silent.
    pub(super) after: Duration,
    /// How far the gate closes.
    pub(super) then: Mode,
}

impl Pulse {
    pub(super) fn new(clock: Clock) -> Self {
        Self { made_at: clock.now(), clock, last: Arc::default() }
    }

    /// Beats on this runtime for as long as the task is kept.
    pub(crate) fn beat(&self, spawner: &Spawner) -> Task {
        let Self { clock, last, .. } = self.clone();
        spawner.spawn("pulse", async move {
            loop {
                last.store(clock.now().0, Ordering::Relaxed);
                clock.sleep(BEAT).await;
            }
        })
    }

    /// How long nothing was seen of it.
    pub(super) fn silent_for(&self) -> Duration {
        self.clock.now().since(self.last_beat().unwrap_or(self.made_at))
    }

    fn last_beat(&self) -> Option<Timestamp> {
        Some(Timestamp(self.last.load(Ordering::Relaxed))).filter(|last| *last != Timestamp::ZERO)
    }
}

impl HangWatch {
    /// Watches for as long as it is awaited. A hang is told once, and so is its end; the gate stays as it is until the
    /// operator opens it.
    pub(super) async fn go_on(self) {
        let mut is_hung = false;
        loop {
            self.pulse.clock.sleep(BEAT).await;
            let silent = self.pulse.silent_for();
            let hangs = self.pulse.last_beat().is_some() && self.after <= silent;
            if hangs && !is_hung {
                let why = format!("the strategy has not yielded for {} s", silent.as_secs());
                match self.then {
                    Mode::Reducing => self.gate.reduce(&why),
                    _ => self.gate.halt(&why),
                }
            } else if is_hung && !hangs {
                tracing::warn!("the strategy yields again; the risk gate stays closed until `mm-bot resume`");
            }
            is_hung = hangs;
        }
    }
}

#[cfg(test)]
mod tests {
    use mm_core::VirtualRuntime;

    use super::*;

    /// A strategy that beats for three seconds, hangs for `hang` and goes on: the gate at the end of the hang, and later.
    fn check(hang: Duration, then: Mode, want: [Mode; 2]) {
        let runtime = VirtualRuntime::new(Timestamp::from_ms(1_700_000_000_000));
        let (clock, gate) = (runtime.clock(), Gate::new());
        let pulse = Pulse::new(clock.clone());
        let after = Duration::from_secs(10);
        let watch = HangWatch { pulse: pulse.clone(), gate: gate.clone(), after, then };
        let _watch = runtime.spawner().spawn("watch", watch.go_on());
        let spawner = runtime.spawner();
        let got = runtime.block_on(async move {
            let beating = pulse.beat(&spawner);
            clock.sleep(Duration::from_secs(3)).await;
            drop(beating);
            clock.sleep(hang).await;
            let hung = gate.mode();
            let _beating = pulse.beat(&spawner);
            clock.sleep(Duration::from_secs(3)).await;
            [hung, gate.mode()]
        });
        assert_eq!(got, want);
    }

    #[test]
    fn fault_67_a_strategy_that_hangs_closes_the_gate_and_does_not_open_it_again() {
        check(Duration::from_secs(9), Mode::Halted, [Mode::Active, Mode::Active]);
        check(Duration::from_secs(12), Mode::Halted, [Mode::Halted, Mode::Halted]);
        check(Duration::from_secs(12), Mode::Reducing, [Mode::Reducing, Mode::Reducing]);
    }
}
