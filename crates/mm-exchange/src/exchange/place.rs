//! Placing an order: taken, matched, and what is left of it put to rest or expired.

use mm_model::{
    Exposure, Liquidity, MarketId, MarketKind, Money, Price, Qty, SelfTrade, Side, TimeInForce, Timestamp,
};

use super::{
    ClientKey, Exchange,
    admit::{Admitted, Appetite},
    settle::Counterparty,
};
use crate::{
    AccountId, Amount, Expiry, Fact, OrderId, OrderView, PlaceOrder, Reject, Status,
    market::{Offer, Source},
    matching::{Resting, crosses},
};

/// Why an arriving order stopped matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// It has all it may take.
    Sated,
    /// There is nothing (more) that it may match.
    Dry,
    /// The exchange stopped it.
    Expired(Expiry),
}

impl Exchange {
    /// Places an order and matches it. The view is the order after matching; [`Status::Expired`] is an accepted
    /// order whose rest did not stay.
    ///
    /// # Errors
    /// Why it was refused; nothing happened then.
    pub fn place(
        &mut self,
        now: Timestamp,
        account: AccountId,
        order: PlaceOrder,
    ) -> Result<OrderView, Reject> {
        let admitted = self.admit(account, order)?;
        Ok(self.run(now, account, admitted))
    }

    /// Matches an order that was taken.
    pub(super) fn run(&mut self, now: Timestamp, account: AccountId, admitted: Admitted) -> OrderView {
        let Admitted { order, mut appetite, killed } = admitted;
        self.arrivals += 1;
        let arrival = self.arrivals;
        let id = self.state_mut(order.market).book.own.reserve(arrival);
        let qty = match order.amount {
            Amount::Base(qty) => qty,
            Amount::Quote(_) => Qty::ZERO,
        };
        let mut view = OrderView {
            id,
            account,
            order,
            qty,
            filled: Qty::ZERO,
            filled_quote: Money::ZERO,
            status: Status::New,
            created_at: now,
            updated_at: now,
        };
        self.facts.push(|| Fact::Accepted(view));
        self.hold(now, &view);
        let stop = if killed {
            Stop::Expired(Expiry::FillOrKill)
        } else {
            self.sweep(now, &mut view, &mut appetite)
        };
        self.conclude(now, &mut view, stop);
        view
    }

    /// Matches until nothing more is wanted, or offered.
    fn sweep(&mut self, now: Timestamp, view: &mut OrderView, appetite: &mut Appetite) -> Stop {
        let order = view.order;
        let side = order.side.opposite();
        let mut touched: Option<Price> = None;
        let stop = loop {
            if appetite.lots.is_zero() {
                break Stop::Sated;
            }
            let state = self.state(order.market);
            let Some(offer) = state.book.offer(side) else { break Stop::Dry };
            if order.limit.is_some_and(|limit| !crosses(order.side, limit, offer.price)) {
                break Stop::Dry;
            }
            let qty = appetite.bite(&state.units, &offer);
            if qty.is_zero() {
                break Stop::Sated;
            }
            if let Some(price) = touched.filter(|&price| price != offer.price) {
                self.tell_level(now, order.market, (side, price));
            }
            touched = Some(offer.price);
            if let Source::Order(maker) = offer.source
                && maker.owner == view.account
            {
                if order.self_trade != SelfTrade::RejectTaker {
                    self.take_off(now, (order.market, maker.id), Status::Expired(Expiry::SelfTrade));
                }
                if order.self_trade != SelfTrade::RejectMaker {
                    break Stop::Expired(Expiry::SelfTrade);
                }
                continue;
            }
            self.meet(now, view, (&offer, qty));
            appetite.eat(qty, self.state(order.market).units.value(offer.price, qty));
        };
        if let Some(price) = touched {
            self.tell_level(now, order.market, (side, price));
        }
        stop
    }

    /// One match.
    fn meet(&mut self, now: Timestamp, view: &mut OrderView, what: (&Offer, Qty)) {
        let (offer, qty) = what;
        let market = view.order.market;
        let deal = self.deal(now, market, (offer.price, qty));
        self.state_mut(market).book.take(view.order.side.opposite(), offer, qty);
        let maker = match offer.source {
            Source::Order(maker) => {
                self.fill_maker(&deal, maker.id);
                Counterparty { account: maker.owner, order: maker.id }
            }
            Source::Outside => {
                self.fill_outside(&deal, view.order.side.opposite());
                Counterparty::OUTSIDE
            }
        };
        self.fill(&deal, view, Liquidity::Taker);
        let taker = Counterparty { account: view.account, order: view.id };
        self.publish(&deal, view.order.side, (taker.order, maker.order));
        for account in [maker.account, taker.account] {
            self.shrink_reduce_only(now, account, market);
        }
    }

    /// What becomes of an order when matching is over.
    fn conclude(&mut self, now: Timestamp, view: &mut OrderView, stop: Stop) {
        let order = view.order;
        let left = view.qty.minus(view.filled);
        let sated = stop == Stop::Sated && !view.filled.is_zero();
        let done = sated || (left.is_zero() && matches!(order.amount, Amount::Base(_)));
        if done {
            view.status = Status::Filled;
        } else if let (Stop::Dry, Some(price), TimeInForce::Gtc) = (stop, order.limit, order.time_in_force) {
            self.rest(now, view, (price, left));
            return;
        } else {
            let why = match stop {
                Stop::Expired(why) => why,
                _ if order.limit.is_none() => Expiry::InsufficientLiquidity,
                _ if order.time_in_force == TimeInForce::Fok => Expiry::FillOrKill,
                _ => Expiry::ImmediateOrCancel,
            };
            view.status = Status::Expired(why);
            view.updated_at = now;
            self.release(now, view, left);
            self.facts.push(|| Fact::Expired(*view));
        }
        self.state_mut(order.market).book.own.forget(view.id);
        self.account_mut(view.account).orders.push(*view);
    }

    /// Puts what is left on the book.
    fn rest(&mut self, now: Timestamp, view: &OrderView, at: (Price, Qty)) {
        let ((price, left), order) = (at, view.order);
        let state = self.state_mut(order.market);
        state.book.rest(Resting { id: view.id, owner: view.account, side: order.side, price, left });
        let slot = view.id.slot();
        if state.records.len() <= slot {
            state.records.resize(slot + 1, None);
        }
        state.records[slot] = Some(*view);
        let perpetual = state.units.kind == MarketKind::Perpetual;
        let account = self.account_mut(view.account);
        account.n_open += 1;
        if perpetual {
            let holding = account.holding_mut(order.market);
            match order.exposure {
                Exposure::Any => *holding.open_mut(order.side) += left.0 as i64,
                Exposure::ReduceOnly => holding.reduce_only.push(view.id),
            }
        }
        if let Some(client_id) = order.client_id {
            self.client_ids.insert(ClientKey(view.account, client_id), (order.market, view.id));
        }
        self.tell_level(now, order.market, (order.side, price));
    }

    /// Brings an account's resting reduce-only orders down to what they can still reduce.
    pub(super) fn shrink_reduce_only(&mut self, now: Timestamp, account: AccountId, market: MarketId) {
        let mut n = 0;
        loop {
            let Some(holding) = self.account(account).holding(market) else { return };
            let Some(&id) = holding.reduce_only.get(n) else { return };
            let Some(&Resting { side, price, left, .. }) = self.state(market).book.order(id) else { return };
            let cap = Qty(holding.reducible(side));
            if cap.is_zero() {
                self.take_off(now, (market, id), Status::Expired(Expiry::NotReducing));
                continue; // the next one has moved here
            }
            if left > cap {
                self.shrink(now, (market, id), (left.minus(cap), (side, price)));
            }
            n += 1;
        }
    }

    fn shrink(&mut self, now: Timestamp, which: (MarketId, OrderId), by: (Qty, (Side, Price))) {
        let ((market, id), (by, at)) = (which, by);
        let state = self.state_mut(market);
        state.book.own.reduce(id, by);
        let Some(view) = state.records[id.slot()].as_mut() else { return };
        view.qty = view.qty.minus(by);
        view.order.amount = Amount::Base(view.qty);
        view.updated_at = now;
        let view = *view;
        self.facts.push(|| Fact::Shrunk(view));
        self.tell_level(now, market, at);
    }
}

/// A market order of the exchange itself, that closes a position.
pub(super) fn closing(order: PlaceOrder, lots: Qty) -> Admitted {
    Admitted { order, appetite: Appetite::lots(lots), killed: false }
}
