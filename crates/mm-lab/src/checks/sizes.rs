//! Nothing at the venue is larger than what was asked for: neither an order nor an intent that several orders are to fill.

use std::collections::BTreeMap;

use mm_model::{ClientId, Qty, Side};

use super::{
    finding::{About, Check, Found},
    memory::Memory,
    sight::{Belief, Facts},
};

/// What several orders are to fill together, such as a tracking limit order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Symbol.
    pub market: String,
    /// Buy or sell.
    pub side: Side,
    /// How much in all.
    pub target: Qty,
    /// Its orders so far, in the order in which they were made; the first is its name.
    pub orders: Vec<ClientId>,
}

/// All intents that were ever told.
#[derive(Debug, Default)]
pub(super) struct Intents {
    list: Vec<Intent>,
    /// By the ids of their orders.
    by_order: BTreeMap<ClientId, usize>,
}

impl Intents {
    /// An intent is told for the first time, or again with another order.
    pub(super) fn tell(&mut self, intent: Intent) {
        let Some(name) = intent.orders.first() else { return };
        let place = self.by_order.get(name).copied().unwrap_or(self.list.len());
        for id in &intent.orders {
            self.by_order.insert(*id, place);
        }
        match self.list.get_mut(place) {
            Some(known) => *known = intent,
            None => self.list.push(intent),
        }
    }
}

/// What changed at the venue is no larger than it was asked for there.
pub(super) fn check_orders(memory: &Memory, facts: &Facts<'_>, found: &mut Found) {
    for &n in &facts.changes[memory.n_changes..] {
        let order = &facts.orders[n];
        if order.asked < order.at_most() {
            let about = About::order(&order.market, order.client_id);
            let values = [
                format_args!("{} lots asked for", order.asked.0),
                format_args!("{} filled and {} live", order.filled.0, order.live().0),
            ];
            found.broken(Check::OrderTooLarge, about, values);
        }
    }
}

/// No intent of which an order changed, or may still arrive, is larger than its target.
pub(super) fn check_intents(memory: &Memory, facts: &Facts<'_>, belief: Option<&Belief>, found: &mut Found) {
    let changed = facts.changes[memory.n_changes..].iter().filter_map(|&n| facts.orders[n].client_id);
    let believed = belief.into_iter().flat_map(|belief| belief.orders.keys().copied());
    let mut places: Vec<usize> =
        changed.chain(believed).filter_map(|id| memory.intents.by_order.get(&id).copied()).collect();
    places.sort_unstable();
    places.dedup();
    for intent in places.into_iter().map(|place| &memory.intents.list[place]) {
        let Some(at_most) = at_most(intent, memory, (facts, belief)) else { continue };
        if intent.target < at_most {
            let about = About::order(&intent.market, intent.orders.first().copied());
            let values = [
                format_args!("a target of {} lots for {} orders", intent.target.0, intent.orders.len()),
                format_args!("{} filled, live, or on their way", at_most.0),
            ];
            found.broken(Check::IntentTooLarge, about, values);
        }
    }
}

/// What an intent may come to; `None` when somebody else changed the size of an order of it.
fn at_most(intent: &Intent, memory: &Memory, (facts, belief): (&Facts<'_>, Option<&Belief>)) -> Option<Qty> {
    let mut sum = Qty::ZERO;
    for id in &intent.orders {
        let record = belief.and_then(|belief| belief.orders.get(id));
        if record.is_some_and(|record| record.is_modifying() || 0 < record.version()) {
            return None;
        }
        match memory.admitted.get(id) {
            Some(places) => {
                for order in places.iter().map(|&n| &facts.orders[n]) {
                    if order.was_modified {
                        return None;
                    }
                    sum = sum.plus(order.at_most());
                }
            }
            // It may be on its way.
            None => sum = sum.plus(record.map_or(Qty::ZERO, mm_model::OrderRecord::exposed)),
        }
    }
    Some(sum)
}
