//! What a hand does next: decided in a plain function from chance and what is live.

use mm_model::{Level, Price, Side, Top};

use super::chance::Chance;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A post-only limit some ticks from the touch.
    Rest,
    /// A limit through the touch that does not rest.
    Take,
    /// A market order that brings the position nearer to flat.
    Close,
    /// A tracking limit order, to its end or until patience is over.
    Follow,
    /// Several resting orders in one message.
    Batch,
    /// Another limit and size for a resting order.
    Modify,
    /// A cancel.
    Cancel,
    /// The same cancel twice at the same time.
    CancelTwice,
    /// A cancel of all that is live in the market.
    CancelAll,
    /// An order is left to the connector, to be cancelled until its end is proven.
    Abandon,
    /// Nothing.
    Wait,
}

/// Weights of what opens something, and of what needs something open.
const OPENING: &[(Action, u32)] = &[
    (Action::Rest, 10),
    (Action::Take, 5),
    (Action::Close, 4),
    (Action::Follow, 4),
    (Action::Batch, 3),
    (Action::Wait, 3),
];
const ON_WHAT_IS_OPEN: &[(Action, u32)] = &[
    (Action::Modify, 5),
    (Action::Cancel, 6),
    (Action::CancelTwice, 2),
    (Action::CancelAll, 1),
    (Action::Abandon, 2),
];

/// The next action, when so many orders are live of so many that may be.
pub(super) fn next(chance: &mut Chance, n_open: u64, n_open_max: u64) -> Action {
    let is_full = n_open_max <= n_open;
    // The fuller the market, the more often something is done to what is there.
    let to_open_orders = is_full || chance.below(n_open_max) < n_open;
    let table = if to_open_orders { ON_WHAT_IS_OPEN } else { OPENING };
    chance.weighted(table).unwrap_or(Action::Wait)
}

/// Most ticks from the touch, either way.
const TICKS_MAX: u64 = 12;

/// A limit on our own side of the touch.
pub(super) fn resting(chance: &mut Chance, top: &Top, side: Side) -> Price {
    away(top.side(side), side, ticks(chance))
}

/// A limit through the other side of the touch.
pub(super) fn taking(chance: &mut Chance, top: &Top, side: Side) -> Price {
    away(top.side(side.opposite()), side, -ticks(chance))
}

/// So many ticks further from the market; nearer, and through it, where they are negative. Never below one tick.
fn away(level: Level, side: Side, ticks: i64) -> Price {
    let price = level.price.offset(-side.sign() * ticks);
    Price(price.0.max(1))
}

fn ticks(chance: &mut Chance) -> i64 {
    i64::try_from(chance.below(TICKS_MAX + 1)).unwrap_or(0)
}

pub(super) fn side(chance: &mut Chance) -> Side {
    if chance.below(2) == 0 { Side::Buy } else { Side::Sell }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mm_model::Qty;

    use super::*;

    fn top() -> Top {
        let level = |price| Level { price: Price(price), qty: Qty(5) };
        Top { bid: level(100), ask: level(101) }
    }

    #[test]
    fn every_action_comes_up_and_a_full_market_opens_nothing() {
        let mut chance = Chance::new(5);
        let mut counts = BTreeMap::<String, u32>::new();
        for n in 0..2_000 {
            *counts.entry(format!("{:?}", next(&mut chance, n % 8, 8))).or_default() += 1;
            let full = next(&mut chance, 8, 8);
            assert!(ON_WHAT_IS_OPEN.iter().any(|(action, _)| *action == full), "{full:?}");
            let empty = next(&mut chance, 0, 8);
            assert!(OPENING.iter().any(|(action, _)| *action == empty), "{empty:?}");
        }
        assert_eq!(counts.len(), OPENING.len() + ON_WHAT_IS_OPEN.len(), "{counts:?}");
    }

    #[test]
    fn limits_lie_on_the_side_that_they_are_meant_for() {
        let mut chance = Chance::new(9);
        for _ in 0..200 {
            assert!(resting(&mut chance, &top(), Side::Buy) <= Price(100));
            assert!(resting(&mut chance, &top(), Side::Sell) >= Price(101));
            assert!(taking(&mut chance, &top(), Side::Buy) >= Price(101));
            assert!(taking(&mut chance, &top(), Side::Sell) <= Price(100));
        }
        assert_eq!(away(Level { price: Price(3), qty: Qty(1) }, Side::Buy, 12), Price(1));
    }
}
