//! Taking up what earlier runs left. Start and recovery are one path: a run without a past is one that left nothing.
//!
//! Once the markets are known, every order that the journal could not show as settled is tracked again with all that was heard
//! of it, and the sums of own fills go on where they stood. Then the venue is asked, as after any reconnect: live orders, fills
//! since the oldest of these orders, positions, balances; and each order of which it has not spoken by then is looked up. The
//! venue is not fit to trade until each has been shown live, or is settled with every fill known.
//!
//! An order that was made and never heard of may have been sent as late as the moment the process died, so that the time for
//! which its request is valid begins now. After it the rule is the one of every unknown order: two complete rounds, live and
//! history, that lack it prove that it never arrived. How far back a history reaches is the client halves' business: one that
//! does not reach back beyond the time the order was made is not complete (Backpack: the newest thousand orders; Lighter: page by
//! page of those that are over, since the hashes of transactions died with the process; GRVT: asked for from that time
//! on, to its last page). What no client half can see is a venue that forgets orders by age; an order that it had shown and
//! does not know any more is therefore never taken for ended: the start says so, and a person decides.

use std::collections::BTreeSet;

use mm_model::{ClientId, Timestamp, Unsure};

use super::{
    Driver,
    lookups::FILLS_MARGIN,
    restate::{Listed, restated},
    upkeep::Chore,
};
use crate::{
    journal::{Entry, Past, PastOrder},
    orders::Update,
    venue::Takeover,
};

/// What is not yet known of what earlier runs left.
#[derive(Debug, Default)]
pub(super) struct Legacy {
    /// Orders that the venue has not spoken of, or of which it may still change the size.
    unproven: BTreeSet<ClientId>,
    /// Those of them that it showed once, and knows neither as live nor as over.
    vanished: BTreeSet<ClientId>,
    /// Whether the policy is still to be carried out.
    is_pending: bool,
    /// Why it cannot be taken up.
    obstacle: Option<String>,
}

impl Legacy {
    /// Nothing of it is known before it is taken up.
    pub(super) fn of(past: &Past) -> Self {
        Self { is_pending: *past != Past::default(), ..Self::default() }
    }

    pub(super) fn obstacle(&self) -> Option<&String> {
        self.obstacle.as_ref()
    }

    /// What the venue must tell first.
    pub(super) fn missing(&self) -> Option<String> {
        let first = self.vanished.first().or_else(|| self.unproven.first())?;
        let n = self.unproven.len();
        let orders = if n == 1 { "order" } else { "orders" };
        let what = if self.vanished.contains(first) {
            "which the venue had shown and now knows neither as live nor as over: if it is the right account, see to its \
             position by hand, then move the account's journal out of the state directory"
        } else {
            "of which the venue has not spoken yet"
        };
        Some(format!("asking about {n} {orders} of an earlier run, first {first}, {what}"))
    }

    pub(super) fn is_unproven(&self, id: ClientId) -> bool {
        self.unproven.contains(&id)
    }

    pub(super) const fn is_pending(&self) -> bool {
        self.is_pending
    }

    /// The venue showed this order live, and its size is known.
    pub(super) fn shown(&mut self, id: ClientId) {
        if !self.unproven.is_empty() {
            self.unproven.remove(&id);
            self.vanished.remove(&id);
        }
    }

    /// The venue knows neither that it is live nor that it is over, though it had shown it.
    pub(super) fn vanished(&mut self, id: ClientId) {
        if self.unproven.contains(&id) {
            self.vanished.insert(id);
        }
    }
}

impl Driver {
    /// Takes it up, once; the markets are known.
    pub(super) fn take_up_past(&mut self, now: Timestamp) {
        if self.past == Past::default() {
            return;
        }
        let restated = {
            let state = self.shared.state();
            restated(&self.past, &Listed { by_symbol: &state.by_symbol, markets: &state.markets })
        };
        let restated = match restated {
            Ok(restated) => restated,
            Err(why) => {
                self.legacy.obstacle = Some(why);
                return;
            }
        };
        self.past = Past::default();
        self.legacy.obstacle = None;
        for symbol in &restated.unlisted {
            self.alarm(&format_args!(
                "earlier runs traded in '{symbol}', which is not listed any more: what is left of it is not known"
            ));
        }
        {
            let mut state = self.shared.state();
            for (market, sum) in &restated.filled {
                let known = state.filled.entry(*market).or_default();
                *known = *known + *sum;
            }
        }
        for order in &restated.orders {
            let id = order.client_id;
            if !self.shared.orders.restore(order, now) {
                self.alarm(&format_args!("order {id} of an earlier run has the id of one of this run"));
                continue;
            }
            self.write_down_resumed(order, now);
            self.fills_from = self.fills_from.min(order.made_at - FILLS_MARGIN);
            self.legacy.unproven.insert(id);
            self.doubt_restored(id, now);
        }
        self.shared.state().n_restored = restated.orders.len();
        self.prove_restored();
        let (venue, n) = (&self.shared.config.name, restated.orders.len());
        tracing::info!(%venue, orders = n, unproven = self.legacy.unproven.len(), "taking up what earlier runs left");
    }

    /// What is heard of it from now on is in the numbers of this run: the journal must know what they mean.
    fn write_down_resumed(&self, order: &PastOrder, now: Timestamp) {
        let market = self.shared.state().markets.get(&order.order.market).cloned();
        if let Some(market) = market {
            // It remembers its failure by itself, and lets nothing new be made.
            let _ = self.shared.journal.write(now, &Entry::Resumed { order, market: &market });
        }
    }

    /// What was made and not heard of was sent, as far as we know, and as late as now.
    fn doubt_restored(&self, id: ClientId, now: Timestamp) {
        let is_doubted = self.shared.orders.read(id, |tracker| {
            let record = tracker.record();
            let since = match record.unsure() {
                Some(Unsure::Outcome(since)) => Some(since),
                _ => None,
            };
            record.venue_id().is_some()
                || record.state().is_final()
                || since.is_some_and(|since| since <= now)
        });
        if is_doubted == Some(false) {
            self.shared.orders.apply(id, now, Update::Unsure(Unsure::Outcome(now)));
        }
    }

    /// Orders of the past that are settled need no more proof.
    pub(super) fn prove_restored(&mut self) {
        if self.legacy.unproven.is_empty() {
            return;
        }
        let orders = &self.shared.orders;
        // One that is over and that nobody holds may be forgotten already.
        let is_settled =
            |id: ClientId| orders.read(id, |tracker| tracker.record().is_settled()) != Some(false);
        let legacy = &mut self.legacy;
        legacy.unproven.retain(|id| !is_settled(*id));
        legacy.vanished.retain(|id| legacy.unproven.contains(id));
        self.forget_old_fills();
    }

    /// The lists were read: what they did not tell of is looked up.
    pub(super) fn look_up_unproven(&mut self, now: Timestamp) {
        self.prove_restored();
        for id in self.legacy.unproven.clone() {
            self.upkeep.want(Chore::Lookup(id), now);
        }
    }

    /// Fills from before we started that are no order's of ours: of orders that had settled by then, and that the journal does
    /// not name any more. Forgotten once every order that it does name is known by the venue's name.
    pub(super) fn forget_old_fills(&self) {
        if self.legacy.unproven.is_empty() && self.fills_from < self.started_at {
            self.shared.orders.forget_external_fills(self.started_at_venue());
        }
    }

    /// When we started, by the venue's clock.
    pub(super) fn started_at_venue(&self) -> Timestamp {
        Timestamp(self.started_at.0.saturating_add_signed(self.clock_offset_ns()))
    }

    /// Whether the policy was carried out meanwhile.
    pub(super) fn hear_of_takeover(&mut self, now: Timestamp) {
        if self.legacy.is_pending && *self.shared.takeover.borrow() == Takeover::Over {
            self.legacy.is_pending = false;
            // The first list may have held what was heard only later, of orders that were filled while we were away: the
            // risk gate must not count it twice.
            self.readiness.require(Chore::Positions);
            self.upkeep.want(Chore::Positions, now);
            self.publish_readiness();
        }
    }

    /// Tells the core when the policy can be carried out, and no longer when it cannot.
    pub(super) fn publish_takeover(&self, is_fit: bool) {
        let stage = if is_fit { Takeover::Proven } else { Takeover::Asking };
        self.shared.takeover.send_if_modified(|known| {
            let is_news = *known != Takeover::Over && *known != stage;
            if is_news {
                *known = stage;
            }
            is_news
        });
    }
}
