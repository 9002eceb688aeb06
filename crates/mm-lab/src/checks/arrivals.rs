//! No client id is used twice: not on the wire for another order, not in the engine at all. (A placement that is sent again
//! with the same terms is no second use: the engine must take it once.)

use super::{
    finding::{About, Check, Found},
    memory::Memory,
    sight::Facts,
};

pub(super) fn check(memory: &mut Memory, facts: &Facts<'_>, found: &mut Found) {
    for arrival in &facts.arrivals[memory.n_arrivals..] {
        let first = memory.terms.entry(arrival.client_id).or_insert_with(|| arrival.terms.clone());
        if *first != arrival.terms {
            let about = About { market: None, order: Some(arrival.client_id) };
            let values = [format_args!("used for {first}"), format_args!("used for {}", arrival.terms)];
            found.broken(Check::ClientIdTwice, about, values);
        }
    }
    for &n in &facts.changes[memory.n_changes..] {
        let order = &facts.orders[n];
        let bearers = order.client_id.and_then(|id| memory.admitted.get(&id));
        if let Some(bearers) = bearers.filter(|bearers| 1 < bearers.len()) {
            let about = About::order(&order.market, order.client_id);
            let values = [format_args!("one order"), format_args!("{} orders admitted", bearers.len())];
            found.broken(Check::ClientIdTwice, about, values);
        }
    }
}
