//! The recorded book in the market's own steps: prices to its tick (bids down, asks up), sizes to its lot (down).
//! Several recorded levels may become one.

use std::collections::BTreeMap;

use mm_exchange::ExternalLevel;
use mm_model::{BookDelta, BookSnapshot, Decimal, Level, Market, Price, Qty, Side};

use super::TAPE_SCALE;

/// One side of the recorded book, and what it adds up to.
#[derive(Debug, Default)]
struct Half {
    /// Tape price → tape size.
    recorded: BTreeMap<Price, u64>,
    /// Market price → tape size.
    sums: BTreeMap<Price, u64>,
}

/// The recorded book as the market sees it.
#[derive(Debug)]
pub(super) struct Outside {
    market: Market,
    bids: Half,
    asks: Half,
}

impl Outside {
    pub(super) fn new(market: Market) -> Self {
        Self { market, bids: Half::default(), asks: Half::default() }
    }

    pub(super) const fn market(&self) -> &Market {
        &self.market
    }

    /// A tape price as a price of the market.
    pub(super) fn price(&self, side: Side, price: Price) -> Price {
        let value = Decimal::new(i128::from(price.0), TAPE_SCALE);
        match side {
            Side::Buy => self.market.price_down(value),
            Side::Sell => self.market.price_up(value),
        }
    }

    /// A tape size as a size of the market.
    pub(super) fn qty(&self, units: u64) -> Qty {
        self.market.qty_down(Decimal::new(i128::from(units), TAPE_SCALE))
    }

    /// The middle of the book; `None` while a side is empty.
    pub(super) fn middle(&self) -> Option<Price> {
        let bid = self.bids.sums.last_key_value()?.0.0;
        let ask = self.asks.sums.first_key_value()?.0.0;
        Some(Price(bid.midpoint(ask)))
    }

    /// Takes a change over; `out` gets the levels of the market that it touches, those that go first, so that the
    /// book is never crossed in between.
    pub(super) fn apply(&mut self, delta: &BookDelta, out: &mut Vec<ExternalLevel>) {
        let mut touched = Vec::new();
        for (side, levels) in [(Side::Buy, &delta.bids), (Side::Sell, &delta.asks)] {
            for &level in levels {
                touched.push((side, self.set(side, level)));
            }
        }
        self.tell(touched, out);
    }

    /// Begins again with a whole book; `out` gets every level that differs, those that go first.
    pub(super) fn restart(&mut self, snapshot: &BookSnapshot, out: &mut Vec<ExternalLevel>) {
        let mut touched = Vec::new();
        for side in [Side::Buy, Side::Sell] {
            let half = self.half_mut(side);
            half.recorded.clear();
            touched.extend(std::mem::take(&mut half.sums).into_keys().map(|price| (side, price)));
        }
        for (side, levels) in [(Side::Buy, &snapshot.bids), (Side::Sell, &snapshot.asks)] {
            for &level in levels {
                touched.push((side, self.set(side, level)));
            }
        }
        self.tell(touched, out);
    }

    /// Sets a recorded level; returns the market's level that it is part of.
    fn set(&mut self, side: Side, level: Level) -> Price {
        let price = self.price(side, level.price);
        let half = self.half_mut(side);
        let before = if level.qty.is_zero() {
            half.recorded.remove(&level.price)
        } else {
            half.recorded.insert(level.price, level.qty.0)
        };
        let sum = half.sums.entry(price).or_default();
        *sum = (*sum).saturating_sub(before.unwrap_or(0)).saturating_add(level.qty.0);
        if *sum == 0 {
            half.sums.remove(&price);
        }
        price
    }

    fn tell(&self, mut touched: Vec<(Side, Price)>, out: &mut Vec<ExternalLevel>) {
        touched.sort_unstable();
        touched.dedup();
        let now = touched.into_iter().map(|(side, price)| {
            let half = if side == Side::Buy { &self.bids } else { &self.asks };
            ExternalLevel { side, price, qty: self.qty(half.sums.get(&price).copied().unwrap_or(0)) }
        });
        let (gone, stay): (Vec<_>, Vec<_>) = now.partition(|level| level.qty.is_zero());
        out.extend(gone);
        out.extend(stay);
    }

    const fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}
