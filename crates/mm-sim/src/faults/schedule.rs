//! Which message meets which fault. Pure: time and the message's description are arguments, chance comes from the
//! schedule's seed, so the same traffic meets the same faults again.

use std::{fmt, sync::Arc};

use mm_model::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Action, Lie, Match, Place, Rule, Schedule};
use crate::config::VenueKind;

/// A schedule at work.
#[derive(Debug)]
pub(crate) struct Faults {
    since: Timestamp,
    rules: Vec<Armed>,
    chance: ChaCha8Rng,
    witness: Witness,
}

/// A fault that struck a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// When.
    pub at: Timestamp,
    /// On the way to or from which venue.
    pub venue: VenueKind,
    /// Where it met the message.
    pub place: Place,
    /// What was asked of the venue, or the stream of a frame; empty when it is neither.
    pub what: String,
    /// What happened to it.
    pub action: Action,
    /// The rule's place in the schedule, from zero.
    pub rule: usize,
}

/// Hears of every fault that strikes, while it does.
#[derive(Clone, Default)]
pub struct Witness(Option<Arc<dyn Fn(&Strike) + Send + Sync>>);

impl Witness {
    /// Tells `hears`, which must not call the world.
    pub fn new(hears: impl Fn(&Strike) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hears)))
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Witness").field(&self.0.is_some()).finish()
    }
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    n_hits: u64,
}

/// A message on its way, as far as rules look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passing<'a> {
    pub(crate) venue: VenueKind,
    pub(crate) place: Place,
    pub(crate) ask: Option<&'a str>,
    pub(crate) path: Option<&'a str>,
    pub(crate) stream: Option<&'a str>,
    pub(crate) account: Option<&'a str>,
}

impl Schedule {
    /// Refuses what could never happen, so that a test with a wrong rule does not pass for want of a fault.
    pub(super) fn check(&self) -> Result<(), String> {
        for (n, rule) in self.rules.iter().enumerate() {
            check(rule).map_err(|why| format!("rule {}: {why}", n + 1))?;
        }
        Ok(())
    }
}

impl Faults {
    /// Arms a schedule; its times count from `now`.
    ///
    /// # Errors
    /// Says which rule makes no sense and why.
    pub(crate) fn new(schedule: Schedule, now: Timestamp) -> Result<Self, String> {
        schedule.check()?;
        Ok(Self {
            since: now,
            rules: schedule.rules.into_iter().map(|rule| Armed { rule, n_hits: 0 }).collect(),
            chance: ChaCha8Rng::seed_from_u64(schedule.seed),
            witness: Witness::default(),
        })
    }

    /// Whoever hears of the strikes, taken from one schedule to the next.
    pub(crate) fn witnessed_by(mut self, witness: Witness) -> Self {
        self.witness = witness;
        self
    }

    /// Who hears of them.
    pub(crate) const fn witness(&self) -> &Witness {
        &self.witness
    }

    /// What happens to a message; `None`: nothing.
    pub(crate) fn fate(&mut self, now: Timestamp, passing: &Passing<'_>) -> Option<Action> {
        let elapsed_ns = now.0.saturating_sub(self.since.0);
        for (n, armed) in self.rules.iter_mut().enumerate() {
            let rule = &armed.rule;
            let due = rule.from_ns <= elapsed_ns && rule.until_ns.is_none_or(|until| elapsed_ns < until);
            let left = rule.times.is_none_or(|times| armed.n_hits < times);
            if due
                && left
                && fits(rule, passing)
                && self.chance.random_range(0..1_000_000) < rule.probability_ppm
            {
                armed.n_hits += 1;
                if let Witness(Some(hears)) = &self.witness {
                    hears(&Strike {
                        at: now,
                        venue: passing.venue,
                        place: passing.place,
                        what: passing.ask.or(passing.stream).unwrap_or_default().to_owned(),
                        action: rule.action.clone(),
                        rule: n,
                    });
                }
                return Some(rule.action.clone());
            }
        }
        None
    }

    /// Whether any rule looks at messages there: what nobody looks at need not be described.
    pub(crate) fn watches(&self, place: Place) -> bool {
        self.rules.iter().any(|armed| armed.rule.place == place)
    }

    /// When rules about standing connections begin to hold.
    pub(crate) fn connection_times(&self) -> Vec<Timestamp> {
        let begins = |armed: &Armed| Timestamp(self.since.0.saturating_add(armed.rule.from_ns));
        self.rules.iter().filter(|armed| armed.rule.place == Place::Connection).map(begins).collect()
    }
}

fn fits(rule: &Rule, passing: &Passing<'_>) -> bool {
    let Match { ask, path, stream, account } = &rule.matching;
    let equals =
        |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|w| has == Some(w));
    let begins = |wanted: &Option<String>, has: Option<&str>| {
        wanted.as_deref().is_none_or(|w| has.is_some_and(|h| h.starts_with(w)))
    };
    rule.place == passing.place
        && rule.venue.is_none_or(|venue| venue == passing.venue)
        && equals(ask, passing.ask)
        && equals(account, passing.account)
        && begins(path, passing.path)
        && begins(stream, passing.stream)
}

fn check(rule: &Rule) -> Result<(), String> {
    use Action as A;
    let sensible = match rule.place {
        Place::Request => !matches!(rule.action, A::Stale | A::Lie(_)),
        Place::Reply => {
            !matches!(rule.action, A::Duplicate | A::Skew { .. } | A::IgnoreCancel)
                && rule.action.mischief().is_none()
        }
        Place::Frame => matches!(
            rule.action,
            A::Drop | A::Delay { .. } | A::Duplicate | A::Reorder | A::Disconnect | A::Corrupt | A::Stale
        ),
        Place::Connection => {
            matches!(rule.action, A::Drop | A::Disconnect | A::Status { .. } | A::RateLimit { .. })
        }
    };
    if !sensible {
        let (action, place) = (rule.action.word(), rule.place.word());
        return Err(format!("'{action}' cannot be done to a {place}"));
    }
    let carries_ask = matches!(rule.place, Place::Request | Place::Reply);
    if !carries_ask && (rule.matching.ask.is_some() || rule.matching.path.is_some()) {
        return Err("'ask' and 'path' are properties of requests and replies".to_owned());
    }
    if rule.matching.stream.is_some() && rule.place != Place::Frame {
        return Err("'stream' is a property of frames".to_owned());
    }
    if let Some(ask) = rule.matching.ask.as_deref()
        && !crate::venues::ASKS.contains(&ask)
    {
        return Err(format!("no ask '{ask}'; there are {}", crate::venues::ASKS.join(", ")));
    }
    if let A::Status { code, .. } = rule.action
        && !(200..=599).contains(&code)
    {
        return Err(format!("{code} is not an HTTP status between 200 and 599"));
    }
    if matches!(&rule.action, A::Lie(lie) if *lie == Lie::default()) {
        return Err("a lie without 'positions' and 'open_orders' changes nothing".to_owned());
    }
    if rule.probability_ppm > 1_000_000 {
        return Err("a probability above one".to_owned());
    }
    if rule.until_ns.is_some_and(|until| until <= rule.from_ns) {
        return Err("'until_ns' is not after 'from_ns'".to_owned());
    }
    Ok(())
}
