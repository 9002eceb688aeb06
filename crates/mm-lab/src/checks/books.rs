//! A book that is believed is the venue's: nearest the touch, no level is believed that has been gone or of another size for
//! long, and none is missing that has been there for as long.

use std::time::Duration;

use mm_model::{Level, MarketId, Side, Timestamp};
use mm_sim::truth::TopHistory;

use super::{
    finding::{About, Check, Found},
    sight::{Belief, Facts},
};

/// Levels of a side that are looked at, from the touch on.
pub(super) const DEPTH: usize = 5;

/// `slack`: how old a book may be that is still believed, and how long it travels.
pub(super) fn check(
    slack: Duration,
    now: Timestamp,
    (facts, belief): (&Facts<'_>, &Belief),
    found: &mut Found,
) {
    for (market, sides) in &belief.books {
        let symbol = belief.symbol(*market);
        let Some(truth) = (facts.tops)(symbol) else { continue };
        for (side, levels) in [(Side::Buy, &sides[0]), (Side::Sell, &sides[1])] {
            if let Some((believed, so)) = difference(truth, side, levels, now - slack) {
                let values = [format_args!("{side} {believed:?}"), format_args!("{so:?} since long")];
                found.broken(Check::BookDiffers, About::market(symbol), values);
            }
        }
    }
}

/// The first level that is believed otherwise than it has been since `from`: as it is believed, and as it is.
fn difference(truth: &TopHistory, side: Side, levels: &[Level], from: Timestamp) -> Option<(Level, Level)> {
    for &believed in levels {
        let so = truth.standing(side, believed.price, from).map(|qty| Level { qty, ..believed });
        if let Some(so) = so.filter(|so| *so != believed) {
            return Some((believed, so));
        }
    }
    let last = levels.last()?.price;
    let is_nearer = |level: &Level| match side {
        Side::Buy => last < level.price,
        Side::Sell => level.price < last,
    };
    for so in truth.levels(side).take_while(is_nearer) {
        let is_believed = levels.iter().any(|level| level.price == so.price);
        if !is_believed && truth.standing(side, so.price, from).is_some() {
            return Some((Level { qty: mm_model::Qty::ZERO, ..so }, so));
        }
    }
    None
}

/// The books of a belief, nearest the touch.
pub(super) fn of(bot: &mm_core::Venue, market: MarketId) -> Option<[Vec<Level>; 2]> {
    let book = bot.book(market).ok()?;
    Some([Side::Buy, Side::Sell].map(|side| book.levels(side).take(DEPTH).collect()))
}
