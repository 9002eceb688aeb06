//! The outside world of a market: recorded levels and trades come in here; see [`crate::overlay`] for the model.

use mm_model::{MarketId, Price, Qty, Side, Timestamp};

use super::Exchange;
use crate::{
    ExternalLevel, ExternalTrade, OrderId,
    matching::{Resting, crosses},
    overlay::Outside,
};

impl Exchange {
    /// Sets a level of the outside world's book; the first call switches the market to an external book. Tell the
    /// trades that explain a change before the change. Prices below one tick and
    /// levels worth more than 10^12 are ignored.
    ///
    /// A level that crosses resting orders of accounts fills them (at their prices); one that crosses older
    /// external levels of the other side removes those.
    pub fn set_external_level(&mut self, now: Timestamp, market: MarketId, level: ExternalLevel) {
        let ExternalLevel { side, price, qty: mut left } = level;
        if !self.is_sane(market, price, left) {
            return;
        }
        if !left.is_zero() {
            while let Some(stale) = self.outside(market).crossed(side.opposite(), price) {
                self.put_external(now, market, (side.opposite(), stale, Qty::ZERO));
            }
        }
        while !left.is_zero()
            && let Some(&maker) = self.state(market).book.own.front(side.opposite())
            && crosses(side, price, maker.price)
        {
            let qty = left.min(maker.left);
            left = left.minus(qty);
            self.fill_from_outside(now, market, (maker, qty));
        }
        self.put_external(now, market, (side, price, left));
        self.wake(now, market);
    }

    /// Tells a trade of the outside world: it may fill our orders that were in its way. What they do not take is
    /// published as a trade between others.
    pub fn external_trade(&mut self, now: Timestamp, market: MarketId, mut trade: ExternalTrade) {
        if trade.qty.is_zero() || !self.is_sane(market, trade.price, trade.qty) {
            return;
        }
        let at = (trade.taker.opposite(), trade.price);
        self.outside(market);
        let before = self.state(market).book.level(at.0, at.1);
        let mut others = trade.qty;
        let mut told = false;
        loop {
            let book = &mut self.state_mut(market).book;
            let Some(outside) = &mut book.outside else { break };
            let Some((maker, qty)) = outside.hit(&book.own, &mut trade) else { break };
            others = others.minus(qty);
            told |= maker.price == at.1;
            self.fill_from_outside(now, market, (maker, qty));
        }
        if !others.is_zero() {
            let deal = self.deal(now, market, (trade.price, others));
            self.publish(&deal, trade.taker, (OrderId::OUTSIDE, OrderId::OUTSIDE));
        }
        if told || self.state(market).book.level(at.0, at.1) != before {
            self.tell_level(now, market, at);
        }
        self.wake(now, market);
    }

    /// Removes all external levels, for instance before a fresh snapshot.
    pub fn clear_external(&mut self, now: Timestamp, market: MarketId) {
        if self.listing(market).is_none() {
            return;
        }
        for side in [Side::Buy, Side::Sell] {
            for price in self.outside(market).prices(side) {
                self.put_external(now, market, (side, price, Qty::ZERO));
            }
        }
        self.wake(now, market);
    }

    /// Whether the market exists and the numbers are ones that can be counted with.
    fn is_sane(&self, market: MarketId, price: Price, qty: Qty) -> bool {
        let units = self.listing(market).map(|listing| self.state(listing.market.id).units);
        price >= Price(1) && units.is_some_and(|units| units.fits(price, qty))
    }

    /// The outside world takes a resting order, or a part of it.
    fn fill_from_outside(&mut self, now: Timestamp, market: MarketId, what: (Resting, Qty)) {
        let (maker, qty) = what;
        let deal = self.deal(now, market, (maker.price, qty));
        self.state_mut(market).book.own.reduce(maker.id, qty);
        self.fill_maker(&deal, maker.id);
        self.fill_outside(&deal, maker.side.opposite());
        self.publish(&deal, maker.side.opposite(), (OrderId::OUTSIDE, maker.id));
        self.tell_level(now, market, (maker.side, maker.price));
        self.shrink_reduce_only(now, maker.owner, market);
    }

    fn put_external(&mut self, now: Timestamp, market: MarketId, level: (Side, Price, Qty)) {
        let (side, price, qty) = level;
        let book = &mut self.state_mut(market).book;
        let before = book.level(side, price);
        book.outside.get_or_insert_default().set(&book.own, (side, price), qty);
        if book.level(side, price) != before {
            self.tell_level(now, market, (side, price));
        }
    }

    fn outside(&mut self, market: MarketId) -> &mut Outside {
        self.state_mut(market).book.outside.get_or_insert_default()
    }
}
