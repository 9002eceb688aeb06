//! The best prices heard, by market: what the worst price of a market order is counted from.

use mm_model::{MarketId, Price, Side};

/// Best bid and ask of each market.
#[derive(Debug, Default)]
pub(super) struct Touches(Vec<[Option<Price>; 2]>);

impl Touches {
    /// Best bid and ask, as a stream told them.
    pub(super) fn set(&mut self, MarketId(market): MarketId, best: [Option<Price>; 2]) {
        let at = market as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, [None; 2]);
        }
        self.0[at] = best;
    }

    /// The best price on the side that an order of `side` would meet.
    pub(super) fn opposite(&self, MarketId(market): MarketId, side: Side) -> Option<Price> {
        let [bid, ask] = self.0.get(market as usize)?;
        match side {
            Side::Buy => *ask,
            Side::Sell => *bid,
        }
    }

    /// Nothing is known any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
