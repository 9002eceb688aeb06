//! What the driver asks of its own accord, and when. Pure: time comes in, the next chore comes out.

use std::{collections::BTreeMap, time::Duration};

use mm_model::{ClientId, MarketId, Timestamp};

/// Something that the driver sees to. In this order when several are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chore {
    /// Cancel an order that its owner abandoned, until its end is proven.
    Reap(ClientId),
    /// Put the dead man's switch off again.
    DeadMan,
    /// Find out what became of an order.
    Lookup(ClientId),
    Time,
    Markets,
    Fees,
    Book(MarketId),
    OpenOrders,
    Fills,
    Positions,
    Balances,
}

/// The most chores under way at a time: catching up must not eat the venue's allowance at once. The reaper's cancels are not
/// counted: they wait for nothing but the venue.
const IN_FLIGHT_MAX: usize = 6;
/// First pause after a chore failed; each further failure doubles it.
const BACKOFF_MIN: Duration = Duration::from_millis(250);
/// Longest pause.
const BACKOFF_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    due: Option<Timestamp>,
    /// Before then it is not done, whoever wants it.
    not_before: Timestamp,
    in_flight: bool,
    failures: u32,
}

/// The plan.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    plans: BTreeMap<Chore, Plan>,
    n_in_flight: usize,
}

impl Upkeep {
    /// Wants `chore` done at `at`, or earlier if it is already wanted earlier, but never before a delay is over. While one is
    /// under way: once more after it.
    pub(super) fn want(&mut self, chore: Chore, at: Timestamp) {
        let plan = self.plans.entry(chore).or_default();
        let at = at.max(plan.not_before);
        plan.due = Some(plan.due.map_or(at, |due| due.min(at)));
    }

    /// Whether it is wanted or under way.
    pub(super) fn is_planned(&self, chore: Chore) -> bool {
        self.plans.contains_key(&chore)
    }

    /// The next chore that is due; it counts as under way until [`Upkeep::ended`].
    pub(super) fn start(&mut self, now: Timestamp) -> Option<Chore> {
        let is_full = self.n_in_flight >= IN_FLIGHT_MAX;
        let mut plans = self.plans.iter_mut().take_while(|(chore, _)| !is_full || chore.is_reaping());
        let (chore, plan) = plans.find(|(_, plan)| !plan.in_flight && plan.is_due(now))?;
        *plan = Plan { due: None, not_before: Timestamp::ZERO, in_flight: true, failures: plan.failures };
        self.n_in_flight += usize::from(!chore.is_reaping());
        Some(*chore)
    }

    /// When the next chore falls due; `None` when nothing is wanted, or nothing more can be started.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let is_full = self.n_in_flight >= IN_FLIGHT_MAX;
        let plans = self.plans.iter().take_while(|(chore, _)| !is_full || chore.is_reaping());
        plans.filter(|(_, plan)| !plan.in_flight).filter_map(|(_, plan)| plan.due).min()
    }

    /// A chore that was under way came to its end. One that failed is wanted again after a pause.
    pub(super) fn ended(&mut self, chore: Chore, now: Timestamp, done: bool) {
        let Some(plan) = self.plans.get_mut(&chore) else { return };
        if std::mem::take(&mut plan.in_flight) {
            self.n_in_flight -= usize::from(!chore.is_reaping());
        }
        if done {
            plan.failures = 0;
            self.prune(chore);
        } else {
            let pause = backoff(plan.failures);
            plan.failures = plan.failures.saturating_add(1);
            // A failed chore waits even if it was wanted meanwhile: a venue that fails is not asked faster.
            plan.due = Some(now + pause);
        }
    }

    /// How often in a row a chore has failed.
    pub(super) fn failures(&self, chore: Chore) -> u32 {
        self.plans.get(&chore).map_or(0, |plan| plan.failures)
    }

    /// Wants a chore that has failed at `at`, and not before, whoever wants it meanwhile. Its pauses go on from there.
    pub(super) fn delay(&mut self, chore: Chore, at: Timestamp) {
        if let Some(plan) = self.plans.get_mut(&chore).filter(|plan| !plan.in_flight) {
            (plan.due, plan.not_before) = (Some(at), at);
        }
    }

    /// The same; its pauses begin anew then.
    pub(super) fn postpone(&mut self, chore: Chore, at: Timestamp) {
        self.delay(chore, at);
        if let Some(plan) = self.plans.get_mut(&chore) {
            plan.failures = 0;
        }
    }

    fn prune(&mut self, chore: Chore) {
        if self.plans.get(&chore).is_some_and(|plan| plan.due.is_none() && !plan.in_flight) {
            self.plans.remove(&chore);
        }
    }
}

impl Chore {
    /// These sort before all others.
    const fn is_reaping(self) -> bool {
        matches!(self, Self::Reap(_))
    }
}

impl Plan {
    fn is_due(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

/// The pause after the n-th failure in a row, counted from zero.
fn backoff(n: u32) -> Duration {
    BACKOFF_MIN.saturating_mul(1 << n.min(10)).min(BACKOFF_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn orders_come_before_lists_and_each_is_started_once() {
        let mut upkeep = Upkeep::default();
        upkeep.want(Chore::Positions, at(0));
        upkeep.want(Chore::Lookup(ClientId(7)), at(0));
        upkeep.want(Chore::Time, at(5));
        assert_eq!(upkeep.start(at(0)), Some(Chore::Lookup(ClientId(7))));
        assert_eq!(upkeep.start(at(0)), Some(Chore::Positions));
        assert_eq!(upkeep.start(at(0)), None);
        assert_eq!(upkeep.next_due(), Some(at(5)));
    }

    #[test]
    fn fault_50_a_failed_chore_is_wanted_again_after_a_growing_pause() {
        let mut upkeep = Upkeep::default();
        upkeep.want(Chore::Time, at(0));
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert_eq!(upkeep.start(now), Some(Chore::Time));
            upkeep.ended(Chore::Time, now, false);
            let due = upkeep.next_due().expect("wanted again");
            pauses.push(due.since(now).as_millis());
            now = due;
        }
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        assert_eq!(upkeep.start(now), Some(Chore::Time));
        upkeep.ended(Chore::Time, now, true);
        assert_eq!(upkeep.next_due(), None);
    }

    #[test]
    fn what_is_wanted_while_under_way_is_done_once_more() {
        let mut upkeep = Upkeep::default();
        upkeep.want(Chore::Fills, at(0));
        assert_eq!(upkeep.start(at(0)), Some(Chore::Fills));
        upkeep.want(Chore::Fills, at(1));
        assert_eq!(upkeep.start(at(1)), None);
        upkeep.ended(Chore::Fills, at(2), true);
        assert_eq!(upkeep.start(at(2)), Some(Chore::Fills));
    }

    #[test]
    fn what_is_delayed_is_not_done_before_whoever_wants_it() {
        let mut upkeep = Upkeep::default();
        let lookup = Chore::Lookup(ClientId(7));
        upkeep.want(lookup, at(0));
        assert_eq!(upkeep.start(at(0)), Some(lookup));
        upkeep.ended(lookup, at(1), false);
        upkeep.delay(lookup, at(9_000));
        upkeep.want(lookup, at(2));
        assert_eq!((upkeep.start(at(8_999)), upkeep.next_due()), (None, Some(at(9_000))));
        assert_eq!(upkeep.start(at(9_000)), Some(lookup));
        upkeep.want(lookup, at(9_001));
        upkeep.ended(lookup, at(9_002), true);
        assert_eq!(upkeep.start(at(9_002)), Some(lookup), "a delay is over once it has struck");
    }

    #[test]
    fn only_so_many_are_under_way_at_a_time() {
        let mut upkeep = Upkeep::default();
        (0..10).for_each(|n| upkeep.want(Chore::Lookup(ClientId(n)), at(0)));
        let started = std::iter::from_fn(|| upkeep.start(at(0))).count();
        assert_eq!(started, IN_FLIGHT_MAX);
        assert_eq!(upkeep.next_due(), None);
        (0..10).for_each(|n| upkeep.want(Chore::Reap(ClientId(n)), at(0)));
        assert_eq!(upkeep.next_due(), Some(at(0)));
        let reaped = std::iter::from_fn(|| upkeep.start(at(0))).count();
        assert_eq!((reaped, upkeep.next_due()), (10, None), "cancels do not wait for questions");
        upkeep.ended(Chore::Lookup(ClientId(0)), at(1), true);
        assert_eq!(upkeep.next_due(), Some(at(0)));
    }
}
