//! What a trade does to orders, balances and positions. Every amount that leaves one place arrives in another:
//! `Σ (available + locked − cost of positions)` over all accounts only changes by deposits.

use mm_model::{Exposure, Liquidity, MarketId, MarketKind, Money, Price, Qty, Side, Timestamp};

use super::{ClientKey, Exchange};
use crate::{AccountId, Amount, Execution, Fact, OrderId, OrderView, PlaceOrder, Status, Trade, TradeNo};

/// One trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deal {
    trade: TradeNo,
    market: MarketId,
    price: Price,
    qty: Qty,
    /// Price × size.
    value: Money,
    at: Timestamp,
}

/// Who stood on one side of a trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counterparty {
    pub(super) account: AccountId,
    pub(super) order: OrderId,
}

impl Counterparty {
    pub(super) const OUTSIDE: Self = Self { account: AccountId::OUTSIDE, order: OrderId::OUTSIDE };
}

impl Exchange {
    /// Numbers a trade.
    pub(super) fn deal(&mut self, at: Timestamp, market: MarketId, what: (Price, Qty)) -> Deal {
        let (price, qty) = what;
        let state = self.state_mut(market);
        state.trade += 1;
        Deal { trade: TradeNo(state.trade), market, price, qty, value: state.units.value(price, qty), at }
    }

    /// Tells a trade to the public.
    pub(super) fn publish(&mut self, deal: &Deal, taker: Side, orders: (OrderId, OrderId)) {
        let Deal { trade, market, price, qty, value, at } = *deal;
        let (taker_order, maker_order) = orders;
        self.state_mut(market)
            .tape
            .push(Trade { trade, price, qty, taker, taker_order, maker_order, at }, value);
        self.facts.push(|| Fact::Traded { trade, market, price, qty, taker, taker_order, maker_order, at });
    }

    /// Fills a resting order that the book has been reduced by already.
    pub(super) fn fill_maker(&mut self, deal: &Deal, id: OrderId) {
        let Some(mut view) = self.record(deal.market, id).copied() else { return };
        self.fill(deal, &mut view, Liquidity::Maker);
        let perpetual = self.state(deal.market).units.kind == MarketKind::Perpetual;
        if perpetual {
            let holding = self.account_mut(view.account).holding_mut(deal.market);
            match view.order.exposure {
                Exposure::Any => *holding.open_mut(view.order.side) -= deal.qty.0 as i64,
                Exposure::ReduceOnly if view.status == Status::Filled => {
                    holding.reduce_only.retain(|id| *id != view.id);
                }
                Exposure::ReduceOnly => {}
            }
        }
        if view.status == Status::Filled {
            self.delist(&view);
            self.archive(&view);
        } else {
            self.state_mut(deal.market).records[id.slot()] = Some(view);
        }
    }

    /// Fills an order: its own numbers, its account's money, the execution.
    pub(super) fn fill(&mut self, deal: &Deal, view: &mut OrderView, liquidity: Liquidity) {
        let Deal { trade, market, price, qty, at, .. } = *deal;
        let order = view.order;
        let units = &self.states[market.0 as usize].units;
        let rate = match liquidity {
            Liquidity::Maker => units.maker_fee,
            Liquidity::Taker => units.taker_fee,
        };
        let fee = deal.value.times(rate);
        if let Some(limit) = order.limit {
            let left = view.qty.minus(view.filled);
            let freed = units.held(order.side, limit, left) - units.held(order.side, limit, left.minus(qty));
            self.unlock(view.account, (market, order.side), freed);
        }
        view.filled = view.filled.plus(qty);
        view.filled_quote += deal.value;
        view.updated_at = at;
        let by_quote = matches!(order.amount, Amount::Quote(_));
        if by_quote {
            view.qty = view.filled;
        }
        let whole = view.filled >= view.qty && !by_quote;
        view.status = if whole { Status::Filled } else { Status::PartiallyFilled };
        let execution = Execution {
            trade,
            market,
            account: view.account,
            order: view.id,
            client_id: order.client_id,
            side: order.side,
            price,
            qty,
            fee,
            liquidity,
            at,
        };
        self.account_mut(view.account).executions.push(execution);
        self.facts.push(|| Fact::Executed(*view, execution));
        self.pay(deal, (view.account, order.side), fee);
    }

    /// The outside world's part of a trade; it pays no fee.
    pub(super) fn fill_outside(&mut self, deal: &Deal, side: Side) {
        self.pay(deal, (AccountId::OUTSIDE, side), Money::ZERO);
    }

    /// Moves money and assets of one side of a trade.
    fn pay(&mut self, deal: &Deal, who: (AccountId, Side), fee: Money) {
        let ((id, side), Deal { market, qty, value, at, .. }) = (who, *deal);
        let units = self.states[market.0 as usize].units;
        self.accounts[AccountId::HOUSE.0 as usize].cash_mut(units.quote).available += fee;
        self.fees[units.quote] += fee;
        let account = &mut self.accounts[id.0 as usize];
        match units.kind {
            MarketKind::Perpetual => {
                let sign = side.sign();
                let holding = account.holding_mut(market);
                let before = holding.position.net;
                let realized = holding.position.trade(sign * qty.0 as i64, i128::from(sign) * value.0);
                holding.updated_at = at;
                let turned = before.signum() * holding.position.net.signum() < 0;
                if before == 0 || turned {
                    (holding.realized, holding.funding) = (Money::ZERO, Money::ZERO);
                } else {
                    holding.realized += realized;
                }
                account.cash_mut(units.quote).available += realized - fee;
                self.tell_position(id, market);
            }
            MarketKind::Spot => {
                let base = units.base_amount(qty);
                let (base, quote) = match side {
                    Side::Buy => (base, -value),
                    Side::Sell => (-base, value),
                };
                account.cash_mut(units.base).available += base;
                account.cash_mut(units.quote).available += quote - fee;
                self.tell_balance(at, id, units.base);
            }
        }
        self.tell_balance(at, id, units.quote);
    }

    /// Locks what a spot order holds.
    pub(super) fn hold(&mut self, now: Timestamp, view: &OrderView) {
        let Some((asset, amount)) = self.held(view, view.left()) else { return };
        let cash = self.account_mut(view.account).cash_mut(asset);
        cash.available -= amount;
        cash.locked += amount;
        self.tell_balance(now, view.account, asset);
    }

    /// Frees what the unfilled rest of a spot order holds.
    pub(super) fn release(&mut self, now: Timestamp, view: &OrderView, left: Qty) {
        let Some((asset, amount)) = self.held(view, left) else { return };
        self.unlock(view.account, (view.order.market, view.order.side), amount);
        self.tell_balance(now, view.account, asset);
    }

    /// Frees what so much of the unfilled rest of a spot order holds.
    pub(super) fn release_part(&mut self, now: Timestamp, view: &OrderView, part: Qty) {
        let (whole, less) = (self.held(view, view.left()), self.held(view, view.left().minus(part)));
        let (Some((asset, whole)), Some((_, less))) = (whole, less) else { return };
        self.unlock(view.account, (view.order.market, view.order.side), whole - less);
        self.tell_balance(now, view.account, asset);
    }

    fn unlock(&mut self, account: AccountId, what: (MarketId, Side), amount: Money) {
        let units = &self.states[what.0.0 as usize].units;
        let asset = if what.1 == Side::Buy { units.quote } else { units.base };
        if units.kind == MarketKind::Spot {
            let cash = self.account_mut(account).cash_mut(asset);
            cash.available += amount;
            cash.locked -= amount;
        }
    }

    /// The asset and amount that so much of a spot limit order holds.
    pub(super) fn held(&self, view: &OrderView, left: Qty) -> Option<(usize, Money)> {
        let units = &self.state(view.order.market).units;
        let limit = view.order.limit?;
        let asset = if view.order.side == Side::Buy { units.quote } else { units.base };
        (units.kind == MarketKind::Spot).then(|| (asset, units.held(view.order.side, limit, left)))
    }

    /// Takes a live order off; the status says why. `None` when it is not live.
    pub(super) fn take_off(
        &mut self,
        now: Timestamp,
        which: (MarketId, OrderId),
        status: Status,
    ) -> Option<OrderView> {
        let (market, id) = which;
        let live = *self.record(market, id)?;
        let mut view = live;
        (view.status, view.updated_at) = (status, now);
        let book = &mut self.state_mut(market).book.own;
        let rest = if live.status.is_pending() {
            book.forget(id);
            None
        } else {
            Some(book.cancel(id)?)
        };
        self.delist(&live);
        if rest.is_some() {
            self.uncount(&live);
        }
        self.archive(&view);
        self.facts.push(|| match status {
            Status::Expired(_) => Fact::Expired(view),
            _ => Fact::Cancelled(view),
        });
        if let Some(rest) = rest {
            self.release(now, &view, rest.left);
            self.tell_level(now, market, (rest.side, rest.price));
        }
        Some(view)
    }

    /// An open order that may raise a position no longer counts as such.
    pub(super) fn uncount(&mut self, view: &OrderView) {
        let PlaceOrder { market, side, exposure, .. } = view.order;
        if self.state(market).units.kind != MarketKind::Perpetual {
            return;
        }
        let left = view.left().0 as i64;
        let holding = self.account_mut(view.account).holding_mut(market);
        match exposure {
            Exposure::Any => *holding.open_mut(side) -= left,
            Exposure::ReduceOnly => holding.reduce_only.retain(|id| *id != view.id),
        }
    }

    /// Enters an order among the live ones.
    pub(super) fn enlist(&mut self, view: &OrderView) {
        let (market, slot) = (view.order.market, view.id.slot());
        let state = self.state_mut(market);
        if state.records.len() <= slot {
            state.records.resize(slot + 1, None);
        }
        state.records[slot] = Some(*view);
        state.waiting.insert(view);
        self.account_mut(view.account).n_open += 1;
        if let Some(client_id) = view.order.client_id {
            self.client_ids.insert(ClientKey(view.account, client_id), (market, view.id));
        }
    }

    /// Takes an order off the live ones; it must be as it was entered.
    pub(super) fn delist(&mut self, view: &OrderView) {
        let state = self.state_mut(view.order.market);
        state.records[view.id.slot()] = None;
        state.waiting.remove(view);
        if let Some(client_id) = view.order.client_id {
            self.client_ids.remove(&ClientKey(view.account, client_id));
        }
        self.account_mut(view.account).n_open -= 1;
    }
}
