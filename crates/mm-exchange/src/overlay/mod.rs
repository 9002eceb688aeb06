//! The outside world laid over our book: levels recorded elsewhere (a tape, a live feed), among which our own
//! orders queue. Recorded traffic does not know of our orders, so this is a model, chosen to be conservative:
//!
//! - An order that arrives at a price joins the queue behind all external quantity there (`ahead`).
//! - An external trade at an order's price uses up the quantity ahead of it first, then fills it. A trade through
//!   its price fills it at once: whoever traded there would have met it first. Quantity traded is used once, by
//!   the first in the queue.
//! - A level that shrinks without trades has lost somebody, perhaps in front of us and perhaps behind: we assume
//!   behind, unless the level is now smaller than what was ahead (`ahead = min(ahead, level)`).
//! - What an arriving order takes of a level is gone until the next recorded word on that level.
//! - A recorded level that crosses one of our orders would have met it: it fills it, at our order's price.
//! - A recorded level that crosses older external levels of the other side proves those gone.
//!
//! A trade and the level change that it causes are two messages. Tell the trade first; a change told first is
//! taken for a cancellation, and the trade would move the queue a second time.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mm_model::{Price, Qty, Side};

use crate::{
    ExternalTrade, OrderId,
    matching::{MatchingBook, Resting, crosses},
};

/// External levels, and the place of our orders among them.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    bids: BTreeMap<Price, u64>,
    asks: BTreeMap<Price, u64>,
    /// External lots ahead of a resting order, by the order's slot. Never more than its level holds; never less
    /// than for the order before it in the queue. Orders that rested before there was an outside have none ahead.
    ahead: Vec<u64>,
}

impl Outside {
    /// The external quantity at a price.
    pub(crate) fn level(&self, side: Side, price: Price) -> Qty {
        Qty(self.side(side).get(&price).copied().unwrap_or(0))
    }

    /// The best external price.
    pub(crate) fn best(&self, side: Side) -> Option<Price> {
        match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        }
        .map(|(&price, _)| price)
    }

    /// The next external price worse than this one.
    pub(crate) fn next_level(&self, side: Side, after: Price) -> Option<Price> {
        match side {
            Side::Buy => self.bids.range(..after).next_back(),
            Side::Sell => self.asks.range(after.offset(1)..).next(),
        }
        .map(|(&price, _)| price)
    }

    /// All external prices of a side.
    pub(crate) fn prices(&self, side: Side) -> Vec<Price> {
        self.side(side).keys().copied().collect()
    }

    /// External lots ahead of a resting order.
    pub(crate) fn ahead(&self, order: OrderId) -> Qty {
        Qty(self.ahead.get(order.slot()).copied().unwrap_or(0))
    }

    /// An order of ours came to rest: it queues behind all that is there.
    pub(crate) fn arrived(&mut self, order: &Resting) {
        let slot = order.id.slot();
        if self.ahead.len() <= slot {
            self.ahead.resize(slot + 1, 0);
        }
        self.ahead[slot] = self.level(order.side, order.price).0;
    }

    /// Uses up external quantity from the front of a level, with our orders' places moving up.
    pub(crate) fn take(&mut self, own: &MatchingBook, at: (Side, Price), qty: Qty) {
        let (side, price) = at;
        let left = self.level(side, price).minus(qty).0;
        self.put(side, price, left);
        for order in own.queue(side, price) {
            if let Some(ahead) = self.ahead.get_mut(order.id.slot()) {
                *ahead = ahead.saturating_sub(qty.0).min(left);
            }
        }
    }

    /// The recorded word on a level.
    pub(crate) fn set(&mut self, own: &MatchingBook, at: (Side, Price), qty: Qty) {
        let (side, price) = at;
        self.put(side, price, qty.0);
        for order in own.queue(side, price) {
            if let Some(ahead) = self.ahead.get_mut(order.id.slot()) {
                *ahead = (*ahead).min(qty.0);
            }
        }
    }

    /// The best external level of `side` that an order of the other side at `limit` would cross.
    pub(crate) fn crossed(&self, side: Side, limit: Price) -> Option<Price> {
        self.best(side).filter(|&best| crosses(side.opposite(), limit, best))
    }

    /// The next fill of one of our orders by an external trade; takes what it used, of the queue and of us, off
    /// the trade. The caller reduces the order before it asks again.
    pub(crate) fn hit(&mut self, own: &MatchingBook, trade: &mut ExternalTrade) -> Option<(Resting, Qty)> {
        let side = trade.taker.opposite();
        let front = own.front(side).filter(|front| crosses(trade.taker, trade.price, front.price)).copied();
        let Some(order) = front.filter(|_| !trade.qty.is_zero()) else {
            let rest = trade.qty.min(self.level(side, trade.price));
            self.take(own, (side, trade.price), rest);
            return None;
        };
        if order.price == trade.price {
            let before = trade.qty.min(self.ahead(order.id));
            self.take(own, (side, trade.price), before);
            trade.qty = trade.qty.minus(before);
            if trade.qty.is_zero() {
                return None;
            }
        }
        let qty = trade.qty.min(order.left);
        trade.qty = trade.qty.minus(qty);
        Some((order, qty))
    }

    fn put(&mut self, side: Side, price: Price, qty: u64) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        if qty == 0 {
            levels.remove(&price);
        } else {
            levels.insert(price, qty);
        }
    }

    const fn side(&self, side: Side) -> &BTreeMap<Price, u64> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }
}
