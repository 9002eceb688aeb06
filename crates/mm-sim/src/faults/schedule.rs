//! Which message meets which fault. Pure: time and the message's description are arguments, chance comes from the
//! schedule's seed, so the same traffic meets the same faults again.

use std::{collections::BTreeMap, fmt, sync::Arc};

use mm_model::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{Action, Feed, Match, Place, Rule, Schedule};
use crate::config::VenueKind;

/// A schedule at work.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(super) since: Timestamp,
    pub(super) rules: Vec<Armed>,
    chance: ChaCha8Rng,
    witness: Witness,
    /// How often each kind struck, under earlier schedules too.
    counts: BTreeMap<String, u64>,
    /// What the last fate would be told as, if anything comes of it.
    pending: Option<Box<Strike>>,
}

/// A fault that struck.
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
    /// What it counts as: the rule's name, or its action's word.
    pub kind: String,
}

/// What is told of a strike.
type Hears = dyn Fn(&Strike) + Send + Sync;

/// Hears of every fault that strikes, while it does.
#[derive(Clone, Default)]
pub struct Witness(Option<Arc<Hears>>);

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

/// A rule at work.
#[derive(Debug)]
pub(super) struct Armed {
    pub(super) rule: Rule,
    pub(super) n_hits: u64,
    /// Of a rule about a venue: whether its time has come and chance was for it.
    pub(super) holds: bool,
}

/// A message on its way, as far as rules look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passing<'a> {
    pub(crate) venue: VenueKind,
    pub(crate) place: Place,
    pub(crate) ask: Option<&'a str>,
    pub(crate) path: Option<&'a str>,
    pub(crate) stream: Option<&'a str>,
    pub(crate) feed: Option<Feed>,
    pub(crate) account: Option<&'a str>,
}

impl Faults {
    /// Arms a schedule; its times count from `now`.
    ///
    /// # Errors
    /// Says which rule makes no sense and why.
    pub(crate) fn new(schedule: Schedule, now: Timestamp) -> Result<Self, String> {
        schedule.check()?;
        let armed = |rule| Armed { rule, n_hits: 0, holds: false };
        Ok(Self {
            since: now,
            rules: schedule.rules.into_iter().map(armed).collect(),
            chance: ChaCha8Rng::seed_from_u64(schedule.seed),
            witness: Witness::default(),
            counts: BTreeMap::new(),
            pending: None,
        })
    }

    /// Whoever heard of the strikes of an earlier schedule hears of these, and they are counted on.
    pub(crate) fn after(mut self, earlier: &mut Self) -> Self {
        self.witness = std::mem::take(&mut earlier.witness);
        self.counts = std::mem::take(&mut earlier.counts);
        self
    }

    /// Lets somebody hear of every strike.
    pub(crate) fn set_witness(&mut self, witness: Witness) {
        self.witness = witness;
    }

    /// How often each kind struck since the world began.
    pub(crate) const fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// What happens to a message; `None`: nothing. Whoever does what [may miss](Action::may_miss) takes the
    /// [`Faults::pending`] strike and [tells](Faults::tell) it when something came of it.
    pub(crate) fn fate(&mut self, now: Timestamp, passing: &Passing<'_>) -> Option<Action> {
        let elapsed_ns = self.elapsed_ns(now);
        for n in 0..self.rules.len() {
            let Armed { rule, n_hits, .. } = &self.rules[n];
            let left = rule.times.is_none_or(|times| *n_hits < times);
            if left
                && rule.is_due(elapsed_ns)
                && fits(rule, passing)
                && self.chance.random_range(0..1_000_000) < rule.probability_ppm
            {
                let action = rule.action.clone();
                let what = passing.ask.or(passing.stream).unwrap_or_default();
                let strike = Box::new(self.strike(now, (n, passing.venue), what));
                self.rules[n].n_hits += 1;
                if action.may_miss() {
                    self.pending = Some(strike);
                } else {
                    self.tell(&strike);
                }
                return Some(action);
            }
        }
        None
    }

    /// What the last fate would be told as.
    pub(crate) fn pending(&mut self) -> Option<Box<Strike>> {
        self.pending.take()
    }

    /// A fault struck: it is counted, and told to whoever hears.
    pub(crate) fn tell(&mut self, strike: &Strike) {
        match self.counts.get_mut(&strike.kind) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(strike.kind.clone(), 1)),
        }
        if let Witness(Some(hears)) = &self.witness {
            hears(strike);
        }
    }

    /// How a strike of the `n`-th rule is told.
    pub(super) fn strike(&self, at: Timestamp, (n, venue): (usize, VenueKind), what: &str) -> Strike {
        let rule = &self.rules[n].rule;
        Strike {
            at,
            venue,
            place: rule.place,
            what: what.to_owned(),
            action: rule.action.clone(),
            rule: n,
            kind: rule.kind().to_owned(),
        }
    }

    /// Whether chance is for a rule.
    pub(super) fn chance_is_for(&mut self, n: usize) -> bool {
        self.chance.random_range(0..1_000_000) < self.rules[n].rule.probability_ppm
    }

    pub(super) fn elapsed_ns(&self, now: Timestamp) -> u64 {
        now.0.saturating_sub(self.since.0)
    }

    /// Whether any rule looks at messages there: what nobody looks at need not be described.
    pub(crate) fn watches(&self, place: Place) -> bool {
        self.rules.iter().any(|armed| armed.rule.place == place)
    }

    /// When rules about a place begin to hold.
    pub(crate) fn begin_at(&self, place: Place) -> Vec<Timestamp> {
        let begins = |armed: &Armed| Timestamp(self.since.0.saturating_add(armed.rule.from_ns));
        self.rules.iter().filter(|armed| armed.rule.place == place).map(begins).collect()
    }
}

impl Rule {
    /// Whether its time has come and is not over.
    pub(super) fn is_due(&self, elapsed_ns: u64) -> bool {
        self.from_ns <= elapsed_ns && self.until_ns.is_none_or(|until| elapsed_ns < until)
    }
}

fn fits(rule: &Rule, passing: &Passing<'_>) -> bool {
    let Match { ask, path, stream, feed, account } = &rule.matching;
    let equals =
        |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|w| has == Some(w));
    let begins = |wanted: &Option<String>, has: Option<&str>| {
        wanted.as_deref().is_none_or(|w| has.is_some_and(|h| h.starts_with(w)))
    };
    // Requests have a path, order messages by socket have none: nobody between both ends could answer these.
    let by_socket = passing.place == Place::Request && passing.path.is_none();
    let is_answer = matches!(
        rule.action,
        Action::Status { .. }
            | Action::RateLimit { .. }
            | Action::RateLimitUntil { .. }
            | Action::Skew { .. }
    );
    rule.place == passing.place
        && !(by_socket && is_answer)
        && rule.venue.is_none_or(|venue| venue == passing.venue)
        && equals(ask, passing.ask)
        && equals(account, passing.account)
        && begins(path, passing.path)
        && begins(stream, passing.stream)
        && feed.is_none_or(|feed| passing.feed == Some(feed))
}
