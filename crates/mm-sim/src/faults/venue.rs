//! Rules about a venue as a whole: whether one holds now. What it does then is the world's.

use mm_model::Timestamp;

use super::{Action, Direction, Place, schedule::Faults};
use crate::config::VenueKind;

/// What begins now: the rule's place in the schedule, the venue it names (`None`: all), and what it does.
pub(crate) type Beginning = (usize, Option<VenueKind>, Action);

impl Faults {
    /// The rules whose time has just come, if chance is for them. Each is told once.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Vec<Beginning> {
        let elapsed_ns = self.elapsed_ns(now);
        let mut begun = Vec::new();
        for n in 0..self.rules.len() {
            let armed = &mut self.rules[n];
            if armed.rule.place != Place::Venue || 0 < armed.n_hits || !armed.rule.is_due(elapsed_ns) {
                continue;
            }
            armed.n_hits = 1;
            if self.chance_is_for(n) {
                let armed = &mut self.rules[n];
                armed.holds = true;
                begun.push((n, armed.rule.venue, armed.rule.action.clone()));
            }
        }
        begun
    }

    /// The `n`-th rule struck this venue.
    pub(crate) fn tell_venue(&mut self, now: Timestamp, n: usize, venue: VenueKind) {
        let strike = self.strike(now, (n, venue), "");
        self.tell(&strike);
    }

    /// Until when nothing passes this way; `None`: everything does. A partition counts when it first stops something.
    pub(crate) fn parted(&mut self, now: Timestamp, venue: VenueKind, way: Direction) -> Option<Timestamp> {
        let is_parted = |action: &Action| matches!(action, Action::Partition { direction } if [way, Direction::Both].contains(direction));
        let n = self.holding(now, venue, is_parted)?;
        self.count_first(now, n, venue);
        self.rules[n].rule.until_ns.map(|until| Timestamp(self.since.0.saturating_add(until)))
    }

    /// How far the venue's clock is off. It counts when something is first judged by it.
    pub(crate) fn clock_off_ns(&mut self, now: Timestamp, venue: VenueKind) -> i64 {
        let Some(n) = self.holding(now, venue, |action| matches!(action, Action::Clock { .. })) else {
            return 0;
        };
        self.count_first(now, n, venue);
        let Action::Clock { ms } = self.rules[n].rule.action else { return 0 };
        ms.saturating_mul(1_000_000)
    }

    /// Whether the venue is down.
    pub(crate) fn is_down(&self, now: Timestamp, venue: VenueKind) -> bool {
        self.holding(now, venue, |action| matches!(action, Action::Restart { .. })).is_some()
    }

    /// The first rule of such a kind that holds.
    fn holding(&self, now: Timestamp, venue: VenueKind, is_it: impl Fn(&Action) -> bool) -> Option<usize> {
        let elapsed_ns = self.elapsed_ns(now);
        self.rules.iter().position(|armed| {
            armed.holds
                && armed.rule.venue.is_none_or(|meant| meant == venue)
                && armed.rule.is_due(elapsed_ns)
                && is_it(&armed.rule.action)
        })
    }

    /// Counts the first strike of a rule that lasts.
    fn count_first(&mut self, now: Timestamp, n: usize, venue: VenueKind) {
        if self.rules[n].n_hits == 1 {
            self.rules[n].n_hits += 1;
            self.tell_venue(now, n, venue);
        }
    }
}
