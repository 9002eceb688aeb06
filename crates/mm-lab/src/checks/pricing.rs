//! Nothing is priced from a book that is stale or invalid: where an order's price hangs on the touch, that touch was so not
//! long before, and there was a book when the order was made.

use std::{ops::RangeInclusive, time::Duration};

use mm_model::{ClientId, NewOrder, OrderKind, Side, TimeInForce, Timestamp};

use super::{
    finding::{About, Check, Found},
    memory::Memory,
    sight::{Belief, Facts},
};

/// How a strategy prices its orders.
#[derive(Clone, Copy, Debug)]
pub struct Pricing {
    /// How far from which touch an order may be; `None`: its price hangs on no touch.
    pub reach: fn(&NewOrder) -> Option<Reach>,
    /// How long ago the touch may have been so: how old a book may be that is still believed, and how long it travels.
    pub slack: Duration,
}

/// Where a price may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// From the best price of this side.
    pub touch: Side,
    /// So many ticks away from the market; negative: into it.
    pub away_ticks: RangeInclusive<i64>,
}

/// How the load test of mm-strategy prices: resting orders up to twelve ticks from their own touch, orders that take up to
/// twelve ticks through the other, and tracking limits from two ticks into the market to three away from it.
#[must_use]
pub fn load_reach(order: &NewOrder) -> Option<Reach> {
    match order.kind {
        OrderKind::PostOnly { .. } => Some(Reach { touch: order.side, away_ticks: 0..=12 }),
        OrderKind::Limit { time_in_force: TimeInForce::Ioc, .. } => {
            Some(Reach { touch: order.side.opposite(), away_ticks: -12..=0 })
        }
        OrderKind::Limit { .. } => Some(Reach { touch: order.side, away_ticks: -2..=3 }),
        _ => None,
    }
}

pub(super) fn check(
    pricing: &Pricing,
    (memory, now): (&Memory, Timestamp),
    (facts, belief): (&Facts<'_>, &Belief),
    found: &mut Found,
) {
    // What is seen at the first look, or while an earlier run's orders are taken up, was made earlier.
    let Some(looked_at) = memory.looked_at.filter(|_| !belief.recovering) else { return };
    let made = belief.orders.iter().filter(|(id, _)| is_new(memory, **id));
    for (id, record) in made {
        let order = record.order();
        let Some(reach) = (pricing.reach)(order) else { continue };
        let symbol = belief.symbol(order.market);
        let about = About::order(symbol, Some(*id));
        if memory.bookless.contains(&order.market) && belief.bookless.contains(&order.market) {
            let values = [format_args!("{:?}", order.kind), format_args!("no book to price from")];
            found.broken(Check::PricedWithoutBook, about, values);
        }
        let (Some(price), Some(tops)) = (order.kind.price(), (facts.tops)(symbol)) else { continue };
        let from = looked_at - pricing.slack;
        let is_within = |touch: mm_model::Price| {
            let away = (touch.0 - price.0) * order.side.sign();
            reach.away_ticks.contains(&away)
        };
        let was_so = tops
            .between(from, now)
            .any(|(_, top)| top.side(reach.touch).is_some_and(|level| is_within(level.price)));
        if !was_so {
            let values = [
                format_args!("{} at {}", order.side, price.0),
                format_args!(
                    "no touch since {from} is {:?} ticks from it; now it is {:?}",
                    reach.away_ticks,
                    tops.now()
                ),
            ];
            found.broken(Check::PricedOffTheBook, about, values);
        }
    }
}

/// Whether it was made since the last look.
fn is_new(memory: &Memory, id: ClientId) -> bool {
    !memory.known.contains(&id)
}
