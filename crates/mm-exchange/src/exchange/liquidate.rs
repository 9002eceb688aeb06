//! Liquidation, the simple way: an account whose equity is below its maintenance margin loses all its orders, and
//! its positions are closed at the market. What the book cannot take is tried again at the next check. What is
//! lost beyond the account's money is the house's loss. Before that, an account that no longer has the initial
//! margin of its positions loses the orders that would make them larger.

use mm_model::{Exposure, MarketId, MarketKind, Money, Qty, SelfTrade, Side, Timestamp};

use super::{Exchange, place::closing};
use crate::{AccountId, Amount, Expiry, PlaceOrder, Status};

impl Exchange {
    /// Liquidates who must be. Called whenever marks have moved by the clock or the index; a trade alone moves a
    /// mark no further than between these.
    pub(super) fn check_margins(&mut self, now: Timestamp) {
        for id in AccountId::OUTSIDE.0 + 1..self.accounts.len() as u32 {
            let id = AccountId(id);
            for asset in 0..self.assets.len() {
                let account = self.account(id);
                if account.holdings.values().all(|holding| holding.position.net == 0) {
                    break;
                }
                let margin = self.margin_with(account, asset, None);
                if margin.equity < margin.maintenance {
                    self.liquidate(now, id, asset);
                } else if margin.orders > Money::ZERO && margin.available + margin.orders < Money::ZERO {
                    self.stop_growth(now, id, asset);
                }
            }
        }
    }

    fn liquidate(&mut self, now: Timestamp, id: AccountId, asset: usize) {
        self.take_all_off(now, (id, None), Status::Expired(Expiry::Liquidation));
        let positions: Vec<_> = self.positions(id);
        for position in positions {
            let state = self.state(position.market);
            let side = if position.net.0 > 0 { Side::Sell } else { Side::Buy };
            let settles_here = state.units.kind == MarketKind::Perpetual && state.units.quote == asset;
            if !settles_here || state.book.best_price(side.opposite()).is_none() {
                continue;
            }
            let lots = position.net.abs();
            self.close_out(now, id, (position.market, side, lots));
        }
        let flat = self.positions(id).iter().all(|position| self.state(position.market).units.quote != asset);
        let cash = self.account(id).cash(asset).available;
        if flat && cash < Money::ZERO {
            self.account_mut(AccountId::HOUSE).cash_mut(asset).available += cash;
            self.account_mut(id).cash_mut(asset).available = Money::ZERO;
            self.tell_balance(now, id, asset);
        }
    }

    fn stop_growth(&mut self, now: Timestamp, id: AccountId, asset: usize) {
        for view in self.open_orders(id, None) {
            let PlaceOrder { market, side, exposure, .. } = view.order;
            let units = self.state(market).units;
            let net = self.position(id, market).map_or(0, |position| position.net.0);
            let grows = exposure == Exposure::Any && net.signum() * side.sign() >= 0;
            let grows = grows && !view.status.is_pending();
            if grows && units.kind == MarketKind::Perpetual && units.quote == asset {
                self.take_off(now, (market, view.id), Status::Expired(Expiry::Margin));
            }
        }
    }

    fn close_out(&mut self, now: Timestamp, id: AccountId, what: (MarketId, Side, Qty)) {
        let (market, side, lots) = what;
        let order = PlaceOrder {
            exposure: Exposure::ReduceOnly,
            self_trade: SelfTrade::RejectMaker,
            ..PlaceOrder::market(market, side, Amount::Base(lots))
        };
        self.run(now, id, closing(order, lots));
    }
}
