//! No limit of the risk gate is exceeded at the venue, whatever of what lives there is filled. The limits are plain numbers
//! here: the gate counts what it believes, this counts what is so.

use std::collections::BTreeMap;

use mm_model::{Exposure, Qty, Side};
use mm_sim::config::VenueKind;

use super::{
    finding::{About, Check, Found},
    sight::Facts,
};

/// Bounds in one market; `None`: no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The largest position, either way, that may come of what is held and what lives.
    pub position_max: Option<Qty>,
    /// The largest order.
    pub order_max: Option<Qty>,
    /// How many orders may live.
    pub open_orders_max: Option<usize>,
}

pub(super) fn check(limits: &BTreeMap<(VenueKind, String), Limits>, facts: &Facts<'_>, found: &mut Found) {
    let kind = found.venue();
    for ((_, symbol), limits) in limits.iter().filter(|((venue, _), _)| *venue == kind) {
        check_market(symbol, limits, (facts, &mut *found));
    }
}

fn check_market(symbol: &str, limits: &Limits, (facts, found): (&Facts<'_>, &mut Found)) {
    let live = || facts.live_orders().filter(|order| &*order.market == symbol);
    let about = About::market(symbol);
    if let Some(max) = limits.position_max {
        for side in [Side::Buy, Side::Sell] {
            let enlarges = |order: &&_| is_of(order, side);
            let asked: i128 = live().filter(enlarges).map(|order| i128::from(order.live().0)).sum();
            let worst = i128::from(facts.net(symbol).0) * i128::from(side.sign()) + asked;
            if i128::from(max.0) < worst {
                let values = [
                    format_args!("a position of {} lots at most", max.0),
                    format_args!("{} held, and {asked} more to {side}", facts.net(symbol).0),
                ];
                found.broken(Check::LimitExceeded, about, values);
            }
        }
    }
    if let Some(max) = limits.order_max {
        for order in live().filter(|order| max < order.qty) {
            let values = [format_args!("{} lots at most", max.0), format_args!("{}", order.qty.0)];
            found.broken(Check::LimitExceeded, About::order(symbol, order.client_id), values);
        }
    }
    if let Some(max) = limits.open_orders_max {
        let n_live = live().count();
        if max < n_live {
            let values = [format_args!("{max} orders at most"), format_args!("{n_live} live")];
            found.broken(Check::LimitExceeded, about, values);
        }
    }
}

/// Whether an order can enlarge a position to this side.
fn is_of(order: &mm_sim::truth::TrueOrder, side: Side) -> bool {
    order.side == side && order.exposure == Exposure::Any
}
