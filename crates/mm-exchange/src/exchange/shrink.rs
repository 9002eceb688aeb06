//! Orders that the exchange makes smaller: reduce-only orders that could turn their position, and orders that meet one
//! of their own trader.

use mm_model::{Exposure, MarketId, MarketKind, Price, Qty, SelfTrade, Timestamp};

use super::{Exchange, appetite::Appetite};
use crate::{AccountId, Amount, Expiry, Fact, OrderId, OrderView, PlaceOrder, Status, matching::Resting};

impl Exchange {
    /// Meets an order of the same trader. Whether that is the end of the arriving one.
    pub(super) fn meet_own(
        &mut self,
        now: Timestamp,
        view: &mut OrderView,
        what: ((OrderId, Price, Qty), &mut Appetite),
    ) -> bool {
        let (((maker, price, qty), appetite), order) = (what, view.order);
        let which = (order.market, maker);
        if order.self_trade == SelfTrade::RejectTaker {
            return true;
        }
        let maker_goes = order.self_trade != SelfTrade::Reduce
            || self.record(order.market, maker).is_none_or(|maker| maker.left() == qty);
        if maker_goes {
            self.take_off(now, which, Status::Expired(Expiry::SelfTrade));
        } else {
            self.shrink(now, which, qty);
        }
        match order.self_trade {
            SelfTrade::RejectTaker | SelfTrade::RejectBoth => true,
            SelfTrade::RejectMaker => false,
            SelfTrade::Reduce => {
                appetite.lose(&self.state(order.market).units, price, qty);
                if appetite.lots.is_zero() {
                    return true;
                }
                self.cut(now, view, qty);
                false
            }
        }
    }

    /// Brings an account's resting reduce-only orders down to what they can still reduce.
    pub(super) fn shrink_reduce_only(&mut self, now: Timestamp, account: AccountId, market: MarketId) {
        let mut n = 0;
        loop {
            let Some(holding) = self.account(account).holding(market) else { return };
            let Some(&id) = holding.reduce_only.get(n) else { return };
            let Some(&Resting { side, left, .. }) = self.state(market).book.order(id) else { return };
            let cap = Qty(holding.reducible(side));
            if cap.is_zero() {
                self.take_off(now, (market, id), Status::Expired(Expiry::NotReducing));
                continue; // the next one has moved here
            }
            if left > cap {
                self.shrink(now, (market, id), left.minus(cap));
            }
            n += 1;
        }
    }

    /// Makes a resting order smaller, in its place, by less than it has left.
    fn shrink(&mut self, now: Timestamp, which: (MarketId, OrderId), by: Qty) {
        let (market, id) = which;
        let Some(mut view) = self.record(market, id).copied() else { return };
        self.lessen(now, &mut view, by);
        self.facts.push(|| Fact::Shrunk(view));
        if let Some(limit) = view.order.limit {
            self.tell_level(now, market, (view.order.side, limit));
        }
    }

    /// The book's and the account's part of that.
    pub(super) fn lessen(&mut self, now: Timestamp, view: &mut OrderView, by: Qty) {
        let PlaceOrder { market, side, exposure, .. } = view.order;
        self.release_part(now, view, by);
        self.state_mut(market).book.own.reduce(view.id, by);
        if exposure == Exposure::Any && self.state(market).units.kind == MarketKind::Perpetual {
            *self.account_mut(view.account).holding_mut(market).open_mut(side) -= by.0 as i64;
        }
        resize(now, view, by);
        self.state_mut(market).records[view.id.slot()] = Some(*view);
    }

    /// Makes an arriving order smaller.
    fn cut(&mut self, now: Timestamp, view: &mut OrderView, by: Qty) {
        if let Amount::Base(_) = view.order.amount {
            self.release_part(now, view, by);
            resize(now, view, by);
            self.facts.push(|| Fact::Shrunk(*view));
        }
    }
}

fn resize(now: Timestamp, view: &mut OrderView, by: Qty) {
    view.qty = view.qty.minus(by);
    view.order.amount = Amount::Base(view.qty);
    view.updated_at = now;
}
