//! Changing a live order in place: its id, its side and its fills stay.

use mm_model::{Qty, Timestamp, TradingState};

use super::{Exchange, admit::Admitted, appetite::Appetite};
use crate::{
    AccountId, Amount, Expiry, Fact, IfCrossing, ModifyOrder, OrderView, PlaceOrder, Reject, Status, Terms,
    Waits,
};

impl Exchange {
    /// Changes the price, the total size, or the trigger of a live order.
    ///
    /// An order that only shrinks keeps its place in the queue. Any other change of a resting order makes it arrive
    /// again: it may match, and queues behind all others. A total size of no more than what is filled takes the order
    /// off ([`Status::Cancelled`]). A sleeping order stays asleep; if the mark has reached its new trigger, it wakes
    /// at once. The view is the order after all that.
    ///
    /// # Errors
    /// Why it was refused; the order is as it was then.
    pub fn modify(
        &mut self,
        now: Timestamp,
        account: AccountId,
        change: ModifyOrder,
    ) -> Result<OrderView, Reject> {
        let listed = &self.listing(change.market).ok_or(Reject::NoSuchMarket)?.market;
        if listed.trading == TradingState::Closed {
            return Err(Reject::NotTrading);
        }
        let market = listed.id;
        let id = self.order_id(account, market, change.order).ok_or(Reject::NoSuchOrder)?;
        let before = *self.record(market, id).ok_or(Reject::NoSuchOrder)?;
        if let Some(qty) = change.qty
            && qty <= before.filled
            && before.order.amount != Amount::All
        {
            let done = self.take_off(now, (market, id), Status::Cancelled).ok_or(Reject::NoSuchOrder)?;
            self.wake(now, market);
            return Ok(done);
        }
        let view = if before.status.is_pending() {
            self.modify_asleep(now, before, &change)?
        } else {
            self.modify_resting(now, before, &change)?
        };
        Ok(if self.wake(now, market) { self.present(view) } else { view })
    }

    fn modify_resting(
        &mut self,
        now: Timestamp,
        before: OrderView,
        change: &ModifyOrder,
    ) -> Result<OrderView, Reject> {
        if change.trigger.is_some() {
            return Err(Reject::Flags);
        }
        let qty = change.qty.unwrap_or(before.qty);
        let limit = change.price.or(before.order.limit);
        let order = PlaceOrder { limit, amount: Amount::Base(qty), ..before.order };
        if limit == before.order.limit && qty <= before.qty {
            self.check_size(&order, self.state(order.market).mark())?;
            return Ok(self.shorten(now, before, before.qty.minus(qty)));
        }
        match self.admit(before.account, order, Some(&before)) {
            Ok(Admitted { order, appetite, .. }) => Ok(self.arrive_again(now, before, (order, appetite))),
            Err(Reject::WouldMatch) if change.if_crossing == IfCrossing::Expire => {
                let why = Status::Expired(Expiry::PostOnly);
                self.take_off(now, (order.market, before.id), why).ok_or(Reject::NoSuchOrder)
            }
            Err(reject) => Err(reject),
        }
    }

    /// Makes an order smaller in its place.
    fn shorten(&mut self, now: Timestamp, mut view: OrderView, by: Qty) -> OrderView {
        view.version += 1;
        self.lessen(now, &mut view, by);
        self.facts.push(|| Fact::Modified(view));
        if let (Some(limit), false) = (view.order.limit, by.is_zero()) {
            self.tell_level(now, view.order.market, (view.order.side, limit));
        }
        view
    }

    /// Takes an order off the book and lets it arrive with its new price and size.
    fn arrive_again(&mut self, now: Timestamp, before: OrderView, what: (PlaceOrder, Appetite)) -> OrderView {
        let (order, mut appetite) = what;
        let market = order.market;
        if let Some(rest) = self.state_mut(market).book.own.lift(before.id) {
            self.uncount(&before);
            self.delist(&before);
            self.release(now, &before, rest.left);
            self.tell_level(now, market, (rest.side, rest.price));
        }
        let mut view = before;
        view.order = order;
        view.qty = before.filled.plus(appetite.lots);
        view.version += 1;
        view.updated_at = now;
        self.facts.push(|| Fact::Modified(view));
        self.enter(now, &mut view, (&mut appetite, false));
        view
    }

    fn modify_asleep(
        &mut self,
        now: Timestamp,
        before: OrderView,
        change: &ModifyOrder,
    ) -> Result<OrderView, Reject> {
        let order = changed_asleep(&before.order, change)?;
        let waits = if before.status == Status::Pending(Waits::Parent) { Waits::Parent } else { Waits::Mark };
        self.check_asleep(&order, waits)?;
        self.delist(&before);
        let mut view = before;
        view.order = order;
        view.qty = match order.amount {
            Amount::Base(qty) => qty,
            Amount::Quote(_) | Amount::All => Qty::ZERO,
        };
        view.version += 1;
        view.updated_at = now;
        self.enlist(&view);
        self.facts.push(|| Fact::Modified(view));
        Ok(view)
    }
}

/// A sleeping order with its changes.
fn changed_asleep(order: &PlaceOrder, change: &ModifyOrder) -> Result<PlaceOrder, Reject> {
    let mut order = *order;
    match change.qty {
        None => {}
        Some(Qty::ZERO) if order.amount == Amount::All => {}
        Some(qty) => order.amount = Amount::Base(qty),
    }
    match (change.price, order.limit) {
        (None, _) => {}
        (Some(price), Some(_)) => order.limit = Some(price),
        (Some(price), None) => order.terms.worst_average = Some(price),
    }
    match (change.trigger, &mut order.terms) {
        (None, _) => {}
        (Some(price), Terms { trigger: Some(trigger), .. }) => trigger.price = price,
        (Some(_), Terms { trigger: None, .. }) => return Err(Reject::Flags),
    }
    Ok(order)
}
