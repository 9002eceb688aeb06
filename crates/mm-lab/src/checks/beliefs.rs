//! What is believed of an order at any time: perhaps not yet all that is so, never more.

use mm_model::{OrderRecord, OrderState, Qty};
use mm_sim::truth::TrueOrder;

use super::{
    finding::{About, Check, Found},
    memory::Memory,
    sight::{Belief, Facts},
};

pub(super) fn check(memory: &Memory, facts: &Facts<'_>, belief: &Belief, found: &mut Found) {
    for record in belief.orders.values() {
        let places = memory.admitted.get(&record.client_id()).map_or(&[][..], Vec::as_slice);
        let orders = places.iter().map(|&n| &facts.orders[n]);
        let market = belief.symbol(record.order().market);
        let about = About::order(market, Some(record.client_id()));
        not_more_filled(record, orders.clone(), (about, &mut *found));
        not_back(memory, (record, belief.anomalies), (about, &mut *found));
        for order in orders {
            asked_for(record, order, (about, &mut *found));
            if order.is_live() && record.state().is_final() {
                let values = [
                    format_args!("{}", record.state()),
                    format_args!("live with {} of {} lots filled", order.filled.0, order.qty.0),
                ];
                found.broken(Check::FinalWhileLive, about, values);
            }
        }
    }
    // Of what earlier runs left it learns while it recovers.
    if belief.recovering {
        return;
    }
    for order in facts.live_orders() {
        if let Some(id) = order.client_id
            && !belief.orders.contains_key(&id)
        {
            let about = About::order(&order.market, Some(id));
            let values = [format_args!("nothing"), format_args!("live since {}", order.admitted_at)];
            found.broken(Check::Forgotten, about, values);
        }
    }
}

/// Fills are believed when they happened, and once.
fn not_more_filled<'a>(
    record: &OrderRecord,
    orders: impl Iterator<Item = &'a TrueOrder>,
    (about, found): (About<'_>, &mut Found),
) {
    let truly = orders.fold(Qty::ZERO, |sum, order| sum.plus(order.filled));
    let by_trades = record.trades().fold(Qty::ZERO, |sum, (_, _, qty)| sum.plus(qty));
    let believed = record.filled().max(by_trades);
    if truly < believed {
        let values = [format_args!("{} lots filled", believed.0), format_args!("{}", truly.0)];
        found.broken(Check::FilledTooMuch, about, values);
    }
}

/// Nothing that was known is unknown again. What the venue took back itself is alarmed, and allowed.
fn not_back(
    memory: &Memory,
    (record, anomalies): (&OrderRecord, u64),
    (about, found): (About<'_>, &mut Found),
) {
    let Some(&(state, filled)) = memory.believed.get(&record.client_id()) else { return };
    let now = record.state();
    let is_back = record.filled() < filled || rank(now) < rank(state);
    let has_left_its_end = state.is_final() && now != state;
    // A late fill after a cancel, and an order that is there after all, are alarms of the tracker's own.
    let is_alarmed = memory.anomalies < anomalies && record.filled() >= filled;
    if (is_back || has_left_its_end) && !is_alarmed {
        let values = [
            format_args!("{now} with {} lots filled", record.filled().0),
            format_args!("{state} with {} believed before", filled.0),
        ];
        found.broken(Check::WentBack, about, values);
    }
}

/// The order of states in which an order goes through its life.
const fn rank(state: OrderState) -> u8 {
    match state {
        OrderState::New => 0,
        OrderState::Submitting => 1,
        OrderState::Open => 2,
        OrderState::PartiallyFilled => 3,
        OrderState::Filled | OrderState::Cancelled | OrderState::Failed => 4,
    }
}

/// What the venue has is what was asked for.
fn asked_for(record: &OrderRecord, order: &TrueOrder, (about, found): (About<'_>, &mut Found)) {
    let wanted = record.order();
    if order.was_modified || record.is_modifying() || 0 < record.version() {
        return;
    }
    let is_other_price = wanted.kind.price().is_some_and(|price| order.price != Some(price));
    let is_other = about.market != Some(&*order.market) || wanted.side != order.side || is_other_price;
    if is_other || wanted.qty < order.asked {
        let values = [
            format_args!(
                "{} {} lots in {} {:?}",
                wanted.side,
                wanted.qty.0,
                about.market.unwrap_or("?"),
                wanted.kind
            ),
            format_args!("{} {} lots in {} at {:?}", order.side, order.asked.0, order.market, order.price),
        ];
        found.broken(Check::OtherOrder, about, values);
    }
}
