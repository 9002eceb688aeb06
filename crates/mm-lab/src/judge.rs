//! The checkers at work in a run: when they look, with which limits, and what they are told of intents.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mm_core::{
    Venue,
    risk::{ConnectorLimits, Limits, MarketLimits},
};
use mm_model::{Qty, Timestamp};
use mm_sim::{Truth, config::VenueKind};
use mm_strategy::load;

use crate::{
    checks::{self, Checker, Finding, Intent, Pricing, Rules, load_reach},
    connect::ACCOUNT,
    event_log::EventLog,
    plan::{Load, Plan},
    verdict::Violation,
};

/// How old a level may be that is believed, or that an order hangs on: a book is believed for five seconds after its last change by the venue's own
/// word, and that clock may be off by eight, and step, before anybody notices.
const BOOK_SLACK: Duration = Duration::from_secs(14);
/// Bounds of the risk gate, in smallest orders of the market: a little tighter than what the load would like, so that the
/// gate has something to refuse.
const POSITION_MAX: u64 = 16;
const ORDER_MAX: u64 = 3;
const OPEN_ORDERS_MAX: u32 = 7;

/// The judge of one run. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Judge(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    truth: Truth,
    log: EventLog,
    limits: Limits,
    /// Something was learned of an order since the last glance.
    is_stirred: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    checker: Checker,
    /// The handles of the bot that lives; none while none does.
    bot: Vec<(VenueKind, Venue)>,
    /// How much had happened at each venue at the last glance, and when that was.
    seen: BTreeMap<VenueKind, [usize; 2]>,
    glanced_at: Timestamp,
    found: Vec<Violation>,
    /// Venues where belief and truth were one when nothing went wrong any more.
    agreed: BTreeMap<VenueKind, Timestamp>,
    /// Where they were not when that was last looked at.
    differences: BTreeMap<VenueKind, Vec<Finding>>,
}

impl Judge {
    pub(crate) fn new(truth: Truth, log: &EventLog, (plan, load): (&Plan, Load)) -> Self {
        let mut rules = Rules { books: Some(BOOK_SLACK), ..Rules::default() };
        let mut limits = Limits::default();
        for &(kind, symbol) in &plan.places {
            let market = truth.venue(kind, |venue| venue.market(symbol).cloned());
            let market = market.expect("the plan's markets are listed");
            let times = |n| Qty(market.min_qty.0 * n);
            let bounds = checks::Limits {
                position_max: Some(times(POSITION_MAX)),
                order_max: Some(times(ORDER_MAX)),
                open_orders_max: usize::try_from(OPEN_ORDERS_MAX).ok(),
            };
            rules.limits.insert((kind, symbol.to_owned()), bounds);
            let of_market = MarketLimits {
                position_size_max: Some(market.qty_decimal(times(POSITION_MAX))),
                order_size_max: Some(market.qty_decimal(times(ORDER_MAX))),
                ..MarketLimits::default()
            };
            let of_connector = ConnectorLimits {
                open_orders_max: Some(OPEN_ORDERS_MAX),
                market: of_market,
                ..ConnectorLimits::default()
            };
            limits.connectors.insert(kind.to_string(), of_connector);
        }
        if load == Load::LoadTest {
            rules.pricing = Some(Pricing { reach: load_reach, slack: BOOK_SLACK });
        }
        let state = State {
            checker: Checker::new(ACCOUNT, rules),
            bot: Vec::new(),
            seen: plan.places.iter().map(|place| (place.0, [0; 2])).collect(),
            glanced_at: Timestamp::ZERO,
            found: Vec::new(),
            agreed: BTreeMap::new(),
            differences: BTreeMap::new(),
        };
        Self(Arc::new(Inner {
            truth,
            log: log.clone(),
            limits,
            is_stirred: AtomicBool::new(false),
            state: Mutex::new(state),
        }))
    }

    /// What the risk gate of every life keeps to.
    pub(crate) fn limits(&self) -> Limits {
        self.0.limits.clone()
    }

    /// Looks at a bot that runs: what holds at any time, and, once it is quiet, whether belief and truth have become one.
    pub(crate) fn look(&self, venues: &[(VenueKind, Venue)], is_quiet: bool) {
        let now = self.0.truth.time();
        let mut state = self.state();
        for (kind, venue) in venues {
            let found = state.checker.look(now, (&self.0.truth, *kind), Some(venue));
            self.take(&mut state, found);
            if is_quiet && !state.agreed.contains_key(kind) {
                let differences = state.checker.differences(now, (&self.0.truth, *kind), venue);
                if differences.is_empty() {
                    self.0.log.say(format_args!("{kind} belief and truth are one"));
                    state.agreed.insert(*kind, now);
                }
                state.differences.insert(*kind, differences);
            }
        }
    }

    /// A bot lives.
    pub(crate) fn born(&self, venues: &[(VenueKind, Venue)]) {
        self.state().bot = venues.to_vec();
    }

    /// The bot is gone.
    pub(crate) fn restarted(&self) {
        let mut state = self.state();
        state.checker.restarted();
        let bot = std::mem::take(&mut state.bot);
        drop(state);
        // Its last handles may fall here, and who hears of that may come back.
        drop(bot);
    }

    /// Something was learned of an order.
    pub(crate) fn stir(&self) {
        self.0.is_stirred.store(true, Ordering::Relaxed);
    }

    /// Asked before every poll: once all that happens at one time has happened, looks at each venue where something did.
    pub(crate) fn glance(&self, now: Timestamp) {
        let mut state = self.state();
        if now == state.glanced_at {
            return;
        }
        state.glanced_at = now;
        let is_stirred = self.0.is_stirred.swap(false, Ordering::Relaxed);
        let truth = &self.0.truth;
        let mut found = Vec::new();
        let State { checker, bot, seen, .. } = &mut *state;
        for (&kind, seen) in seen {
            let happened = truth.account(kind, ACCOUNT, |it| [it.changes().len(), it.arrivals().len()]);
            if is_stirred || happened != *seen {
                *seen = happened;
                let venue = bot.iter().find(|(venue, _)| *venue == kind).map(|(_, venue)| venue);
                found.extend(checker.look(now, (truth, kind), venue));
            }
        }
        self.take(&mut state, found);
    }

    /// The load tells of another order of an intent.
    pub(crate) fn intent(&self, kind: VenueKind, symbol: &str, intent: &load::Intent) {
        let load::Intent { side, target, orders, .. } = intent.clone();
        self.state().checker.intent(kind, Intent { market: symbol.to_owned(), side, target, orders });
    }

    /// Something else that must never be.
    pub(crate) fn add(&self, code: &'static str, text: String) {
        self.say(&mut self.state(), code, text);
    }

    /// The last look, when the bot has stopped.
    pub(crate) fn close(&self, kinds: impl Iterator<Item = VenueKind>) {
        let now = self.0.truth.time();
        let mut state = self.state();
        for kind in kinds {
            let found = state.checker.look_stopped(now, (&self.0.truth, kind));
            self.take(&mut state, found);
            if !state.agreed.contains_key(&kind) {
                match state.differences.remove(&kind) {
                    Some(differences) => self.take(&mut state, differences),
                    None => self.say(&mut state, "liveness", format!("{kind}: no bot was there to be asked")),
                }
            }
        }
    }

    pub(crate) fn found(&self) -> Vec<Violation> {
        std::mem::take(&mut self.state().found)
    }

    fn take(&self, state: &mut State, findings: Vec<Finding>) {
        for finding in findings {
            self.say(state, finding.check.as_str(), finding.to_string());
        }
    }

    fn say(&self, state: &mut State, code: &'static str, text: String) {
        self.0.log.say(format_args!("VIOLATION {code}: {text}"));
        state.found.push(Violation { at: self.0.truth.time(), code, text });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
