//! The makers' part of a crowd: which levels there should be, and the orders that make them so.

use mm_exchange::{CancelOrder, Exchange, OrderRef, OrderView};
use mm_model::{Price, Qty, Side, Timestamp};
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

impl Crowd {
    /// Takes the makers' orders off that do not belong to the ladder.
    pub(super) fn withdraw(&self, now: Timestamp, exchange: &mut Exchange) {
        for view in exchange.open_orders(self.makers, Some(self.market)) {
            let stays = view.order.limit.is_some_and(|price| self.ladder.holds(view.order.side, price));
            if !stays {
                let which = CancelOrder { market: self.market, order: OrderRef::Id(view.id) };
                // It cannot be gone: it was listed in this very call.
                let _ = exchange.cancel(now, self.makers, which);
            }
        }
    }

    /// Fills both sides of the ladder up.
    pub(super) fn fill_up(&mut self, now: Timestamp, exchange: &mut Exchange) {
        let standing = exchange.open_orders(self.makers, Some(self.market));
        for side in [Side::Buy, Side::Sell] {
            self.fill_side_up(now, exchange, (side, &standing));
        }
    }

    /// Fills one side up. A client's order on the other side caps it: the makers settle behind.
    fn fill_side_up(
        &mut self,
        now: Timestamp,
        exchange: &mut Exchange,
        (side, standing): (Side, &[OrderView]),
    ) {
        let mut top = self.ladder.touch(side);
        if let Some(met) = exchange.best(self.market, side.opposite())
            && self.ladder.reaches(side, met.price)
        {
            top = met.price.offset(-side.sign());
        }
        for depth in 0..LEVELS {
            let price = top.offset(-side.sign() * depth);
            if price.0 < 1 {
                return;
            }
            let there: u64 = standing
                .iter()
                .filter(|view| view.order.side == side && view.order.limit == Some(price))
                .map(|view| view.qty.minus(view.filled).0)
                .sum();
            let least = if depth == 0 { self.level_lots / 2 } else { 1 };
            if there < least {
                let qty = Qty(self.chance.random_range(self.level_lots..=self.level_lots * 2) - there);
                let order = self.order(Want { side, price, qty });
                if let Err(reject) = exchange.place(now, self.makers, order) {
                    tracing::debug!(market = self.market.0, price = price.0, %reject, "a maker was refused");
                }
            }
        }
    }
}
