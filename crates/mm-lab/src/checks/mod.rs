//! What a bot believes, held against what the venues' engines know: at every look the promises that are never broken, and,
//! once all faults are over, that belief and truth have become one.
//!
//! [`Checker::look`] reads a running bot and its world, [`Checker::step`] and [`Checker::unsettled`] judge what was read: plain
//! data, so that each check is shown to catch a violation made by hand. A finding is a value, never a panic, and looking
//! changes nothing in the run. What it deliberately does not do: decide when to look, and drive anything.
//!
//! | check | module |
//! |---|---|
//! | no client id used twice; nothing at the venue that was not asked for | `arrivals` |
//! | per order and per intent: live + filled + what may still arrive never above what was asked | `sizes` |
//! | believed fills never above the true ones, no state going back, nothing final that lives, nothing forgotten | `beliefs` |
//! | no limit of the risk gate exceeded at the venue | `limits` |
//! | nothing priced from a stale or invalid book | `pricing` |
//! | no book believed that the venue does not have | `books` |
//! | in the end belief equals truth, nothing is unknown, nothing is left behind | `settled` |

mod arrivals;
mod beliefs;
mod books;
mod finding;
mod limits;
mod memory;
mod pricing;
mod settled;
mod sight;
mod sizes;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use mm_core::Venue;
use mm_model::{ClientId, Timestamp};
use mm_sim::{Truth, config::VenueKind};

use self::memory::Memory;
pub use self::{
    finding::{Check, Finding},
    limits::Limits,
    pricing::{Pricing, Reach, load_reach},
    sight::{Belief, Facts, Tops},
    sizes::Intent,
};

/// What is held to besides what always is.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Bounds of the risk gate, by venue and symbol.
    pub limits: BTreeMap<(VenueKind, String), Limits>,
    /// How orders are priced; `None`: it is not looked at.
    pub pricing: Option<Pricing>,
    /// How old a level of a book may be that is still believed; `None`: books are not looked at.
    pub books: Option<Duration>,
}

/// Judges one run, over all restarts of its bot.
#[derive(Debug)]
pub struct Checker {
    rules: Rules,
    account: String,
    venues: BTreeMap<VenueKind, Memory>,
    told: BTreeSet<(Check, VenueKind, Option<ClientId>, Option<String>)>,
}

impl Checker {
    /// Judges what a bot does on this account.
    #[must_use]
    pub fn new(account: &str, rules: Rules) -> Self {
        Self { rules, account: account.to_owned(), venues: BTreeMap::new(), told: BTreeSet::new() }
    }

    /// An intent as its owner tells it, each time that it makes another order.
    pub fn intent(&mut self, kind: VenueKind, intent: Intent) {
        self.venues.entry(kind).or_default().intents.tell(intent);
    }

    /// The bot was killed and is another one from now on: what the one before believed binds it no more.
    pub fn restarted(&mut self) {
        self.venues.values_mut().for_each(Memory::restarted);
    }

    /// Looks at a venue: `bot` is its handle, `None` while no bot runs. Tells what is newly found.
    pub fn look(
        &mut self,
        now: Timestamp,
        (truth, kind): (&Truth, VenueKind),
        bot: Option<&Venue>,
    ) -> Vec<Finding> {
        let books_due = self.rules.books.is_some() && self.venues.entry(kind).or_default().are_books_due(now);
        let belief = bot.map(|bot| {
            let belief = self.read(truth, kind, bot);
            if books_due { belief.with_books(bot) } else { belief }
        });
        let account = self.account.clone();
        truth.venue(kind, |venue| self.step(now, (kind, &Facts::of(venue, &account)), belief.as_ref()))
    }

    /// Where belief and truth of a venue are not one at this moment. No findings yet: what is on its way may explain them. It
    /// may be asked again and again, until it tells nothing or time is up.
    pub fn differences(
        &mut self,
        now: Timestamp,
        (truth, kind): (&Truth, VenueKind),
        bot: &Venue,
    ) -> Vec<Finding> {
        let belief = self.read(truth, kind, bot).with_account(bot);
        let account = self.account.clone();
        truth.venue(kind, |venue| self.unsettled(now, (kind, &Facts::of(venue, &account)), &belief))
    }

    /// Looks at a venue after the bot has stopped: nothing of ours may be left there.
    pub fn look_stopped(&mut self, now: Timestamp, (truth, kind): (&Truth, VenueKind)) -> Vec<Finding> {
        let account = self.account.clone();
        truth.venue(kind, |venue| self.stopped(now, (kind, &Facts::of(venue, &account))))
    }

    /// Judges what was read. Safety: this holds at any time.
    pub fn step(
        &mut self,
        now: Timestamp,
        (kind, facts): (VenueKind, &Facts<'_>),
        belief: Option<&Belief>,
    ) -> Vec<Finding> {
        let memory = self.venues.entry(kind).or_default();
        let mut found = finding::Found::new(now, kind);
        memory.take_in(facts);
        arrivals::check(memory, facts, &mut found);
        sizes::check_orders(memory, facts, &mut found);
        limits::check(&self.rules.limits, facts, &mut found);
        if let Some(belief) = belief {
            beliefs::check(memory, facts, belief, &mut found);
            if let Some(slack) = self.rules.books {
                books::check(slack, now, (facts, belief), &mut found);
            }
            if let Some(pricing) = &self.rules.pricing {
                pricing::check(pricing, (memory, now), (facts, belief), &mut found);
            }
        }
        sizes::check_intents(memory, facts, belief, &mut found);
        memory.looked(now, facts, belief);
        self.news(found)
    }

    /// Judges what was read when all faults are over. Liveness: by then all this holds.
    pub fn unsettled(
        &mut self,
        now: Timestamp,
        (kind, facts): (VenueKind, &Facts<'_>),
        belief: &Belief,
    ) -> Vec<Finding> {
        let memory = self.venues.entry(kind).or_default();
        let mut found = finding::Found::new(now, kind);
        memory.take_in(facts);
        settled::check(memory, facts, belief, &mut found);
        found.into_iter().collect()
    }

    /// Judges what a bot that has stopped left behind.
    pub fn stopped(&mut self, now: Timestamp, (kind, facts): (VenueKind, &Facts<'_>)) -> Vec<Finding> {
        let mut found = finding::Found::new(now, kind);
        settled::check_left(facts, &mut found);
        self.news(found)
    }

    /// What the bot believes of all orders that matter now.
    fn read(&mut self, truth: &Truth, kind: VenueKind, bot: &Venue) -> Belief {
        let memory = self.venues.entry(kind).or_default();
        let ids = truth.account(kind, &self.account, |account| memory.of_interest(account));
        Belief::of(bot, ids)
    }

    /// What was not told before: most of what is wrong stays wrong.
    fn news(&mut self, found: finding::Found) -> Vec<Finding> {
        found.into_iter().filter(|finding| self.told.insert(finding.key())).collect()
    }
}
