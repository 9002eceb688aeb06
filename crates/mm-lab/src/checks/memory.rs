//! What is remembered of one venue from look to look.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use mm_model::{ClientId, MarketId, OrderState, Qty, Timestamp};
use mm_sim::truth::AccountTruth;

use super::{
    sight::{Belief, Facts},
    sizes::Intents,
};

/// One venue as it was at the last look, and what was learned of it since the beginning.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// How much of each list was looked at before.
    pub(super) n_arrivals: usize,
    pub(super) n_changes: usize,
    /// What each id was first used for, in the venue's words.
    pub(super) terms: BTreeMap<ClientId, String>,
    /// Places of the orders that bear an id.
    pub(super) admitted: BTreeMap<ClientId, Vec<usize>>,
    /// How far each order was believed to be, since the bot began.
    pub(super) believed: BTreeMap<ClientId, (OrderState, Qty)>,
    /// Ids of orders that were believed live at the last look.
    pub(super) open: BTreeSet<ClientId>,
    /// Every id that was ever believed to be an order.
    pub(super) known: BTreeSet<ClientId>,
    pub(super) intents: Intents,
    pub(super) bookless: BTreeSet<MarketId>,
    pub(super) anomalies: u64,
    /// When the books were looked at last.
    books_at: Timestamp,
    /// When the last look at a running bot was.
    pub(super) looked_at: Option<Timestamp>,
}

/// Pause between two looks at the books: they change with nearly every message.
const BOOKS_EVERY: Duration = Duration::from_millis(500);

impl Memory {
    /// Whether the books are to be looked at now.
    pub(super) fn are_books_due(&mut self, now: Timestamp) -> bool {
        let is_due = BOOKS_EVERY <= now.since(self.books_at);
        if is_due {
            self.books_at = now;
        }
        is_due
    }

    /// Another bot begins.
    pub(super) fn restarted(&mut self) {
        self.believed.clear();
        self.open.clear();
        self.bookless.clear();
        self.anomalies = 0;
        self.looked_at = None;
    }

    /// Ids that a belief is wanted of, beside what the bot itself believes live: what lives, what changed since the last look,
    /// and what was believed live then.
    pub(super) fn of_interest(&self, account: &AccountTruth<'_>) -> BTreeSet<ClientId> {
        let orders = account.orders();
        let changed = account.changes().iter().skip(self.n_changes).map(|&n| &orders[n]);
        let ids = changed.chain(account.open_orders()).filter_map(|order| order.client_id);
        ids.chain(self.open.iter().copied()).collect()
    }

    /// Learns which orders bear which id.
    pub(super) fn take_in(&mut self, facts: &Facts<'_>) {
        for &n in &facts.changes[self.n_changes..] {
            if let Some(id) = facts.orders[n].client_id {
                let places = self.admitted.entry(id).or_default();
                if !places.contains(&n) {
                    places.push(n);
                }
            }
        }
    }

    /// The look is over.
    pub(super) fn looked(&mut self, now: Timestamp, facts: &Facts<'_>, belief: Option<&Belief>) {
        self.n_arrivals = facts.arrivals.len();
        self.n_changes = facts.changes.len();
        let Some(belief) = belief else { return };
        self.open.clear();
        for (id, record) in &belief.orders {
            self.known.insert(*id);
            self.believed.insert(*id, (record.state(), record.filled()));
            if !record.state().is_final() {
                self.open.insert(*id);
            }
        }
        self.bookless.clone_from(&belief.bookless);
        self.anomalies = belief.anomalies;
        self.looked_at = Some(now);
    }
}
