//! What must be so when all faults have been over for a while, and when the bot has stopped.

use std::collections::{BTreeMap, BTreeSet};

use mm_model::{ClientId, Money, OrderRecord, Price, Qty, SignedQty, Symbol};
use mm_sim::truth::{Fate, TrueOrder};

use super::{
    finding::{About, Check, Found},
    memory::Memory,
    sight::{Belief, Facts},
};

/// Venues tell balances to so many places: Lighter to the millionth, GRVT to the billionth of the quote asset.
const WIRE_STEP: i128 = 10i128.pow(Money::SCALE as u32 - 6);

/// Belief and truth have become one.
pub(super) fn check(memory: &Memory, facts: &Facts<'_>, belief: &Belief, found: &mut Found) {
    if !belief.ready {
        let values =
            [format_args!("{}", belief.reason.as_deref().unwrap_or("no reason")), format_args!("no fault")];
        found.broken(Check::NotReady, About::default(), values);
    }
    for record in belief.orders.values() {
        let places = memory.admitted.get(&record.client_id()).map_or(&[][..], Vec::as_slice);
        let about = About::order(belief.symbol(record.order().market), Some(record.client_id()));
        check_order(record, places.first().map(|&n| &facts.orders[n]), (about, &mut *found));
    }
    check_fills(facts, belief, found);
    let truly = net_of_fills(facts);
    check_nets(Check::FillsDiffer, [&belief.filled, &truly], found);
    check_nets(Check::PositionDiffers, [&belief.positions, &facts.nets], found);
    let assets: BTreeSet<_> = belief.totals.keys().chain(facts.totals.keys()).collect();
    for asset in assets {
        let [believed, truth] =
            [&belief.totals, &facts.totals].map(|totals| totals.get(asset).copied().unwrap_or_default());
        if WIRE_STEP <= (believed.0 - truth.0).abs() {
            let values = [format_args!("{}", believed.decimal()), format_args!("{}", truth.decimal())];
            found.broken(Check::BalanceDiffers, About::market(asset), values);
        }
    }
}

/// Nothing of ours is left at the venue.
pub(super) fn check_left(facts: &Facts<'_>, found: &mut Found) {
    for order in facts.live_orders() {
        let values = [format_args!("nothing"), format_args!("{} lots live", order.live().0)];
        found.broken(Check::LeftBehind, About::order(&order.market, order.client_id), values);
    }
}

fn check_order(record: &OrderRecord, order: Option<&TrueOrder>, (about, found): (About<'_>, &mut Found)) {
    let state = record.state();
    if record.is_unknown() || record.lacks_fills() || (order.is_none() && !state.is_final()) {
        let values = [
            format_args!(
                "{state} with {} lots filled, {} of them trade by trade",
                record.filled().0,
                sum(record).0
            ),
            format_args!("{}", order.map_or("never admitted".to_owned(), told)),
        ];
        return found.broken(Check::StillUnknown, about, values);
    }
    let Some(order) = order else { return };
    let is_same_end = match order.fate {
        Fate::Live => !state.is_final(),
        Fate::Filled => state == mm_model::OrderState::Filled,
        // Filled, all that there was of it: a venue may shrink an order and end it.
        Fate::Cancelled | Fate::Expired(_) => state.is_final(),
    };
    if !is_same_end || record.filled() != order.filled {
        let values =
            [format_args!("{state} with {} lots filled", record.filled().0), format_args!("{}", told(order))];
        found.broken(Check::OrderDiffers, about, values);
    }
}

/// Trade by trade, for the orders that are still remembered.
fn check_fills(facts: &Facts<'_>, belief: &Belief, found: &mut Found) {
    let mut truly: BTreeMap<ClientId, Vec<(Price, Qty)>> = BTreeMap::new();
    for execution in facts.executions {
        if let Some(id) = execution.client_id {
            truly.entry(id).or_default().push((execution.price, execution.qty));
        }
    }
    for (id, record) in &belief.orders {
        let mut believed: Vec<_> = record.trades().map(|(_, price, qty)| (price, qty)).collect();
        let mut truth = truly.remove(id).unwrap_or_default();
        believed.sort_unstable();
        truth.sort_unstable();
        if believed != truth {
            let about = About::order(belief.symbol(record.order().market), Some(*id));
            found.broken(
                Check::FillsDiffer,
                about,
                [format_args!("{believed:?}"), format_args!("{truth:?}")],
            );
        }
    }
}

/// What our orders filled, signed.
fn net_of_fills(facts: &Facts<'_>) -> BTreeMap<Symbol, SignedQty> {
    let mut nets: BTreeMap<Symbol, SignedQty> = BTreeMap::new();
    for execution in facts.executions.iter().filter(|execution| execution.client_id.is_some()) {
        let signed = i64::try_from(execution.qty.0).unwrap_or(i64::MAX) * execution.side.sign();
        let net = nets.entry(execution.market.clone()).or_default();
        *net = *net + SignedQty(signed);
    }
    nets
}

fn check_nets(check: Check, nets: [&BTreeMap<Symbol, SignedQty>; 2], found: &mut Found) {
    let symbols: BTreeSet<_> = nets.iter().flat_map(|nets| nets.keys()).collect();
    for symbol in symbols {
        let [believed, truth] = nets.map(|nets| nets.get(symbol).copied().unwrap_or_default());
        if believed != truth {
            let values = [format_args!("{} lots", believed.0), format_args!("{}", truth.0)];
            found.broken(check, About::market(symbol), values);
        }
    }
}

fn sum(record: &OrderRecord) -> Qty {
    record.trades().fold(Qty::ZERO, |sum, (_, _, qty)| sum.plus(qty))
}

fn told(order: &TrueOrder) -> String {
    format!("{:?} with {} of {} lots filled", order.fate, order.filled.0, order.qty.0)
}
