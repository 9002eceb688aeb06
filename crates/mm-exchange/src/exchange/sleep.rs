//! Orders that sleep until the mark price reaches their trigger. Asleep, an order has its id, its client's id and
//! its place among its account's open orders, and nothing else: no part of the book, no margin, no locked balance.

use mm_model::{Exposure, MarketId, Qty, Timestamp};

use super::{Exchange, admit::Admitted};
use crate::{AccountId, Amount, Expiry, Fact, OrderView, PlaceOrder, Reject, Status, Waits};

impl Exchange {
    /// Checks an order that is to sleep. What depends on money and positions is asked when it wakes.
    pub(super) fn admit_asleep(
        &self,
        account: AccountId,
        order: &PlaceOrder,
        waits: Waits,
    ) -> Result<(), Reject> {
        self.listing(order.market).ok_or(Reject::NoSuchMarket)?;
        self.check_identity(account, order, None)?;
        self.check_asleep(order, waits)
    }

    /// The part of that which a change of a sleeping order must pass, too.
    pub(super) fn check_asleep(&self, order: &PlaceOrder, waits: Waits) -> Result<(), Reject> {
        self.check_flags(order)?;
        let market = order.market;
        let mark = self.state(market).mark();
        if order.terms.trigger.is_some_and(|trigger| !self.state(market).is_price(trigger.price)) {
            return Err(Reject::Price);
        }
        match (order.amount, order.exposure) {
            (Amount::All, Exposure::ReduceOnly) => self.check_price(order, mark),
            (Amount::All, _) if waits == Waits::Parent => self.check_price(order, mark),
            (Amount::Base(_), _) => {
                self.check_price(order, mark).and_then(|()| self.check_size(order, mark).map(drop))
            }
            _ => Err(Reject::Flags),
        }
    }

    /// Takes an order in, asleep.
    pub(super) fn put_to_sleep(&mut self, mut view: OrderView, waits: Waits) -> OrderView {
        view.status = Status::Pending(waits);
        self.facts.push(|| Fact::Accepted(view));
        self.enlist(&view);
        view
    }

    /// Does what the last command has set off: tells groups, and wakes, one by one, the orders whose trigger the mark
    /// has reached (what one of them trades may move the mark). Whether there was anything.
    pub(super) fn wake(&mut self, now: Timestamp, market: MarketId) -> bool {
        if self.groups.ended.is_empty() && self.state(market).waiting.none_asleep() {
            return false; // nearly always
        }
        let mut any = false;
        loop {
            while self.tell_groups(now) {
                any = true;
            }
            let state = self.state(market);
            if state.waiting.none_asleep() {
                return any;
            }
            let woken = state.waiting.woken(state.mark());
            let Some(&asleep) = woken.and_then(|id| self.record(market, id)) else { return any };
            self.arouse(now, asleep, None);
            any = true;
        }
    }

    /// The same in all markets.
    pub(super) fn wake_all(&mut self, now: Timestamp) {
        for n in 0..self.listings.len() {
            self.wake(now, self.listings[n].market.id);
        }
    }

    /// A sleeping order arrives. One without a size gets this one, or that of the position.
    pub(super) fn arouse(&mut self, now: Timestamp, asleep: OrderView, size: Option<Qty>) {
        let mut view = asleep;
        let admitted =
            self.sized(&asleep, size).and_then(|order| self.admit(view.account, order, Some(&asleep)));
        self.delist(&asleep);
        (view.status, view.triggered_at, view.updated_at) = (Status::New, Some(now), now);
        match admitted {
            Ok(Admitted { order, mut appetite, killed }) => {
                view.order = order;
                view.qty = appetite.lots;
                self.facts.push(|| Fact::Triggered(view));
                self.end_twin(now, &view);
                self.enter(now, &mut view, (&mut appetite, killed));
            }
            Err(reject) => {
                self.facts.push(|| Fact::Triggered(view));
                self.end_twin(now, &view);
                self.fail(&mut view, Expiry::from(reject));
            }
        }
    }

    /// What an order becomes that sleeps without a size of its own.
    fn sized(&self, asleep: &OrderView, size: Option<Qty>) -> Result<PlaceOrder, Reject> {
        let order = asleep.order;
        if order.amount != Amount::All {
            return Ok(order);
        }
        let holding = self.account(asleep.account).holding(order.market);
        let reducible = || Qty(holding.map_or(0, |holding| holding.reducible(order.side)));
        match size.unwrap_or_else(reducible) {
            Qty::ZERO => Err(Reject::NothingToReduce),
            lots => Ok(PlaceOrder { amount: Amount::Base(lots), ..order }),
        }
    }
}
