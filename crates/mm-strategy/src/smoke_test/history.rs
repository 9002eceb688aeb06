//! Whether what an order went through is a life that an order can have. Pure.

use std::collections::BTreeMap;

use mm_core::{HistoryEntry, Order};
use mm_model::{Market, Money, OrderState, Qty};

/// Times and fills never go back, nothing follows an end but fills that were told late, and the last entry agrees
/// with what is known.
///
/// # Errors
/// Says what cannot be.
pub(super) fn is_sane(history: &[HistoryEntry], filled: Qty, qty: Qty) -> Result<(), String> {
    let Some(last) = history.last() else { return Err("nothing is known of its life".into()) };
    for pair in history.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        if after.at < before.at {
            return Err(format!("{} happened before {}", after.state, before.state));
        }
        if after.filled < before.filled {
            return Err(format!("filled went back from {} to {} lots", before.filled.0, after.filled.0));
        }
        if before.state.is_final() && !after.state.is_final() {
            return Err(format!("{} after {}", after.state, before.state));
        }
        if rank(after.state) < rank(before.state) {
            return Err(format!("{} after {}", after.state, before.state));
        }
    }
    if last.filled != filled {
        return Err(format!(
            "the history ends with {} lots filled, the record with {}",
            last.filled.0, filled.0
        ));
    }
    if filled > qty {
        return Err(format!("filled {} of {} lots: more than was asked for", filled.0, qty.0));
    }
    Ok(())
}

/// The venue answered for this order by itself: at no time was its outcome unknown.
///
/// # Errors
/// Names the order, and how long nobody knew.
pub(super) fn is_answered(order: &Order) -> Result<(), String> {
    let history = order.history();
    let Some(at) = history.iter().position(HistoryEntry::is_outcome_unknown) else { return Ok(()) };
    let id = order.client_id();
    let silent = |entry: &&HistoryEntry| matches!(entry.state, OrderState::New | OrderState::Submitting);
    match history[at..].iter().find(|entry| !silent(entry)) {
        Some(told) => Err(format!(
            "order {id} got no answer, nobody knew of it for {:.1?} until it was looked up: {}",
            told.at.since(history[at].at),
            told.cause
        )),
        None => Err(format!("order {id} got no answer and could not be found out about")),
    }
}

/// How far along a state is. A cancelled order may turn out to have been filled, never the other way.
const fn rank(state: OrderState) -> u8 {
    match state {
        OrderState::New => 0,
        OrderState::Submitting => 1,
        OrderState::Open => 2,
        OrderState::PartiallyFilled => 3,
        OrderState::Failed => 4,
        OrderState::Cancelled => 5,
        OrderState::Filled => 6,
    }
}

/// Every filled lot has a trade with a fee; says what they add up to.
///
/// # Errors
/// Names the order whose fills are not all known.
pub(super) fn fees(market: &Market, orders: &[Order]) -> Result<String, String> {
    let mut sums: BTreeMap<String, Money> = BTreeMap::new();
    let mut n_fills = 0usize;
    for order in orders {
        let fills = order.fills();
        let told = fills.iter().fold(Qty::ZERO, |sum, fill| sum.plus(fill.qty));
        let filled = order.snapshot().filled();
        if told != filled {
            return Err(format!(
                "order {}: {} filled, but the trades and fees of only {} are known",
                order.client_id(),
                market.qty_decimal(filled),
                market.qty_decimal(told)
            ));
        }
        n_fills += fills.len();
        for fill in fills {
            *sums.entry(fill.fee_asset.to_string()).or_default() += fill.fee;
        }
    }
    let sums: Vec<String> = sums.iter().map(|(asset, sum)| format!("{sum} {asset}")).collect();
    Ok(format!(
        "{} for {n_fills} fills",
        if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") }
    ))
}

#[cfg(test)]
mod tests {
    use mm_model::Timestamp;

    use super::*;
    use OrderState::{Cancelled, Filled, New, Open, PartiallyFilled, Submitting};

    /// Steps of (milliseconds, state, lots), for an order of ten lots.
    fn check(steps: &[(u64, OrderState, u64)], filled: u64, sane: bool) {
        let history: Vec<HistoryEntry> = steps
            .iter()
            .map(|&(ms, state, lots)| HistoryEntry {
                at: Timestamp::from_ms(ms),
                state,
                filled: Qty(lots),
                cause: "test".into(),
            })
            .collect();
        assert_eq!(is_sane(&history, Qty(filled), Qty(10)).is_ok(), sane, "{steps:?}");
    }

    #[test]
    fn lives_that_an_order_can_have_and_cannot() {
        check(
            &[(1, New, 0), (1, Submitting, 0), (2, Open, 0), (3, PartiallyFilled, 4), (4, Filled, 10)],
            10,
            true,
        );
        check(&[(1, New, 0), (2, Submitting, 0), (3, Filled, 10)], 10, true);
        check(&[(1, Open, 0), (2, Cancelled, 0), (3, Cancelled, 4)], 4, true);
        check(&[(1, Open, 0), (2, Cancelled, 9), (3, Filled, 10)], 10, true);
        check(&[], 0, false);
        check(&[(2, Open, 0), (1, Filled, 10)], 10, false);
        check(&[(1, PartiallyFilled, 4), (2, PartiallyFilled, 3)], 3, false);
        check(&[(1, Cancelled, 0), (2, Open, 0)], 0, false);
        check(&[(1, Filled, 10), (2, Cancelled, 10)], 10, false);
        check(&[(1, Open, 0)], 3, false);
        check(&[(1, Filled, 11)], 11, false);
    }
}
