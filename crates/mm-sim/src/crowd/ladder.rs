//! The makers' part of a crowd: which levels there should be, and the orders that make them so.

use mm_exchange::{CancelOrder, Exchange, OrderId, OrderRef};
use mm_model::{MarketId, Price, Qty, Side, Timestamp};
use rand::Rng as _;

use super::{Crowd, Want};

/// Levels on each side: ten must be there while a taker has just eaten one and a client stands before another.
const LEVELS: i64 = 14;

/// Where the makers want to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ladder {
    bid: i64,
    ask: i64,
}

impl Ladder {
    /// The ladder of this spread around a fair price in half ticks.
    pub(super) const fn around(fair_x2: i64, spread: i64) -> Self {
        let bid = (fair_x2 - spread).div_euclid(2);
        Self { bid, ask: bid + spread }
    }

    /// The side that can be put up while both of `before` still stand: it meets neither.
    pub(super) const fn side_to_move_first(self, before: Self) -> Side {
        if before.bid < self.bid { Side::Sell } else { Side::Buy }
    }

    /// The best price of a side.
    pub(super) const fn touch(self, side: Side) -> Price {
        match side {
            Side::Buy => Price(self.bid),
            Side::Sell => Price(self.ask),
        }
    }

    /// Whether the touch of `side` would meet an order of the other side at `price`.
    pub(super) fn reaches(self, side: Side, price: Price) -> bool {
        match side {
            Side::Buy => price <= self.touch(side),
            Side::Sell => price >= self.touch(side),
        }
    }

    /// Whether a maker's order belongs there.
    fn holds(self, side: Side, price: Price) -> bool {
        let depth = match side {
            Side::Buy => self.bid - price.0,
            Side::Sell => price.0 - self.ask,
        };
        (0..LEVELS).contains(&depth)
    }
}

/// A maker's order. Kept by the crowd itself, so that its cost does not grow with the orders of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    id: OrderId,
    side: Side,
    price: Price,
}

impl Crowd {
    /// Takes the makers' orders of a side off that do not belong to the ladder.
    pub(super) fn withdraw(&mut self, now: Timestamp, exchange: &mut Exchange, side: Side) {
        let Self { quotes, ladder, makers, market, .. } = self;
        quotes.retain(|quote| {
            let stays = quote.side != side || ladder.holds(side, quote.price);
            if !stays {
                // It may have been filled since the last look.
                let _ = exchange.cancel(now, *makers, cancel(*market, quote.id));
            }
            stays
        });
    }

    /// Fills both sides of the ladder up.
    pub(super) fn fill_up(&mut self, now: Timestamp, exchange: &mut Exchange) {
        for side in [Side::Buy, Side::Sell] {
            self.fill_side_up(now, exchange, side);
        }
    }

    /// Fills one side of the ladder up.
    pub(super) fn fill_side_up(&mut self, now: Timestamp, exchange: &mut Exchange, side: Side) {
        // What is left of each level, by its depth.
        let mut there = [0u64; LEVELS as usize];
        let top = self.top(exchange, side);
        let Self { quotes, makers, market, .. } = self;
        quotes.retain(|quote| {
            let Some(view) = exchange.order(*makers, *market, OrderRef::Id(quote.id)) else { return false };
            let depth = (top.0 - quote.price.0) * side.sign();
            if quote.side == side
                && let Some(level) = usize::try_from(depth).ok().and_then(|n| there.get_mut(n))
            {
                *level += view.qty.minus(view.filled).0;
            }
            true
        });
        for (depth, there) in (0..).zip(there) {
            let least = if depth == 0 { self.level_lots / 2 } else { 1 };
            let price = top.offset(-side.sign() * depth);
            if there < least && price.0 > 0 {
                let qty = Qty(self.chance.random_range(self.level_lots..=self.level_lots * 2) - there);
                self.rest(now, exchange, Want { side, price, qty });
            }
        }
    }

    /// The best price that the makers can have on a side. A client's order on the other side caps it: they settle
    /// behind.
    fn top(&self, exchange: &Exchange, side: Side) -> Price {
        match exchange.best(self.market, side.opposite()) {
            Some(met) if self.ladder.reaches(side, met.price) => met.price.offset(-side.sign()),
            _ => self.ladder.touch(side),
        }
    }

    fn rest(&mut self, now: Timestamp, exchange: &mut Exchange, want: Want) {
        match exchange.place(now, self.makers, self.order(want)) {
            Ok(view) => self.quotes.push(Quote { id: view.id, side: want.side, price: want.price }),
            Err(reject) => {
                let (market, price) = (self.market.0, want.price.0);
                tracing::debug!(market, price, %reject, "a maker of the crowd was refused");
            }
        }
    }
}

const fn cancel(market: MarketId, id: OrderId) -> CancelOrder {
    CancelOrder { market, order: OrderRef::Id(id) }
}
