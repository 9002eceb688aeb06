//! Placing an order: taken, matched, and what is left of it put to rest or expired.

use mm_model::{Exposure, Liquidity, MarketKind, Money, Price, Qty, TimeInForce, Timestamp};

use super::{Exchange, admit::Admitted, appetite::Appetite, settle::Counterparty};
use crate::{
    AccountId, Amount, Expiry, Fact, OrderView, PlaceOrder, Reject, Status, Waits,
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
    /// Places an order and matches it, or puts it to sleep until its trigger. The view is the order after matching;
    /// [`Status::Expired`] is an accepted order whose rest did not stay.
    ///
    /// # Errors
    /// Why it was refused; nothing happened then.
    pub fn place(
        &mut self,
        now: Timestamp,
        account: AccountId,
        order: PlaceOrder,
    ) -> Result<OrderView, Reject> {
        if order.terms.expires_at.is_some_and(|at| at <= now) {
            return Err(Reject::TooLate);
        }
        let view = if order.terms.trigger.is_some() {
            self.admit_asleep(account, &order, Waits::Mark)?;
            let view = self.arrival(now, account, order);
            self.put_to_sleep(view, Waits::Mark)
        } else {
            let admitted = self.admit(account, order, None)?;
            self.run(now, account, admitted)
        };
        Ok(if self.wake(now, order.market) { self.present(view) } else { view })
    }

    /// Why an order would be refused if it arrived now, awake; `None`: it would be taken. For venues that judge an order
    /// before their engine does. Nothing happens.
    #[must_use]
    pub fn refusal(&self, account: AccountId, order: PlaceOrder) -> Option<Reject> {
        self.admit(account, order, None).err()
    }

    /// Notes an order that the venue took and the engine does not: it ends at once. For venues that answer before
    /// their engine has judged. `None`: no such market or account.
    pub fn refuse(
        &mut self,
        now: Timestamp,
        account: AccountId,
        refused: (PlaceOrder, Expiry),
    ) -> Option<OrderView> {
        let (order, why) = refused;
        self.listing(order.market)?;
        self.accounts.get(account.0 as usize)?;
        let mut view = self.arrival(now, account, order);
        self.facts.push(|| Fact::Accepted(view));
        self.fail(&mut view, why);
        Some(view)
    }

    /// Matches an order that was taken.
    pub(super) fn run(&mut self, now: Timestamp, account: AccountId, admitted: Admitted) -> OrderView {
        let Admitted { order, mut appetite, killed } = admitted;
        let mut view = self.arrival(now, account, order);
        self.facts.push(|| Fact::Accepted(view));
        self.enter(now, &mut view, (&mut appetite, killed));
        view
    }

    /// Gives an order its id.
    pub(super) fn arrival(&mut self, now: Timestamp, account: AccountId, order: PlaceOrder) -> OrderView {
        self.arrivals += 1;
        let arrival = self.arrivals;
        let id = self.state_mut(order.market).book.own.reserve(arrival);
        let qty = match order.amount {
            Amount::Base(qty) => qty,
            Amount::Quote(_) | Amount::All => Qty::ZERO,
        };
        OrderView {
            id,
            account,
            order,
            qty,
            filled: Qty::ZERO,
            filled_quote: Money::ZERO,
            status: Status::New,
            created_at: now,
            updated_at: now,
            version: 0,
            triggered_at: None,
            group: None,
        }
    }

    /// Lets an order meet the book, and stay there or end.
    pub(super) fn enter(&mut self, now: Timestamp, view: &mut OrderView, hunger: (&mut Appetite, bool)) {
        let (appetite, killed) = hunger;
        self.hold(now, view);
        let stop = if killed { Stop::Expired(Expiry::FillOrKill) } else { self.sweep(now, view, appetite) };
        self.conclude(now, view, stop);
    }

    /// Ends an order that is not on the book and holds nothing.
    pub(super) fn fail(&mut self, view: &mut OrderView, why: Expiry) {
        view.status = Status::Expired(why);
        let view = *view;
        self.facts.push(|| Fact::Expired(view));
        self.state_mut(view.order.market).book.own.forget(view.id);
        self.archive(&view);
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
                let sated = appetite.wants(&state.units, &offer).is_zero();
                break if sated { Stop::Sated } else { Stop::Expired(Expiry::Slippage) };
            }
            if let Some(price) = touched.filter(|&price| price != offer.price) {
                self.tell_level(now, order.market, (side, price));
            }
            touched = Some(offer.price);
            if let Source::Order(maker) = offer.source
                && self.is_same(view.account, &order, maker.owner)
            {
                if self.meet_own(now, view, ((maker.id, offer.price, qty), appetite)) {
                    break Stop::Expired(Expiry::SelfTrade);
                }
                continue;
            }
            self.meet(now, view, (&offer, qty));
            appetite.eat(&self.states[order.market.0 as usize].units, offer.price, qty);
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
        let left = view.left();
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
        self.archive(view);
    }

    /// Puts what is left on the book.
    fn rest(&mut self, now: Timestamp, view: &OrderView, at: (Price, Qty)) {
        let ((price, left), order) = (at, view.order);
        let state = self.state_mut(order.market);
        state.book.rest(Resting { id: view.id, owner: view.account, side: order.side, price, left });
        let perpetual = state.units.kind == MarketKind::Perpetual;
        if perpetual {
            let holding = self.account_mut(view.account).holding_mut(order.market);
            match order.exposure {
                Exposure::Any => *holding.open_mut(order.side) += left.0 as i64,
                Exposure::ReduceOnly => holding.reduce_only.push(view.id),
            }
        }
        self.enlist(view);
        self.tell_level(now, order.market, (order.side, price));
    }
}

/// A market order of the exchange itself, that closes a position.
pub(super) fn closing(order: PlaceOrder, lots: Qty) -> Admitted {
    Admitted { order, appetite: Appetite::lots(lots), killed: false }
}
