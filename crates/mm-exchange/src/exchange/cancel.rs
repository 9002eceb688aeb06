//! Taking orders off.

use mm_model::{MarketId, Timestamp, TradingState};

use super::{ClientKey, Exchange};
use crate::{AccountId, CancelOrder, OrderId, OrderRef, OrderView, Reject, Status};

impl Exchange {
    /// Takes an order off.
    ///
    /// # Errors
    /// [`Reject::NoSuchOrder`] when it is not on the book (never was, or is over); [`Reject::NotTrading`] when the
    /// market is closed.
    pub fn cancel(
        &mut self,
        now: Timestamp,
        account: AccountId,
        which: CancelOrder,
    ) -> Result<OrderView, Reject> {
        let listing = self.listing(which.market).ok_or(Reject::NoSuchMarket)?;
        if listing.market.trading == TradingState::Closed {
            return Err(Reject::NotTrading);
        }
        let id = self.order_id(account, which.market, which.order).ok_or(Reject::NoSuchOrder)?;
        let done = self.take_off(now, (which.market, id), Status::Cancelled).ok_or(Reject::NoSuchOrder)?;
        self.wake(now, which.market);
        Ok(done)
    }

    /// Takes all orders of an account off, in one market or everywhere, oldest first. Closed markets are left
    /// alone.
    pub fn cancel_all(
        &mut self,
        now: Timestamp,
        account: AccountId,
        market: Option<MarketId>,
    ) -> Vec<OrderView> {
        let done = self.take_all_off(now, (account, market), Status::Cancelled);
        self.wake_all(now);
        done
    }

    pub(super) fn take_all_off(
        &mut self,
        now: Timestamp,
        whose: (AccountId, Option<MarketId>),
        status: Status,
    ) -> Vec<OrderView> {
        let mut done = Vec::new();
        for view in self.open_orders(whose.0, whose.1) {
            let market = view.order.market;
            let closed = self.listings[market.0 as usize].market.trading == TradingState::Closed;
            if !closed || status != Status::Cancelled {
                done.extend(self.take_off(now, (market, view.id), status));
            }
        }
        done
    }

    /// The id of an account's live order.
    pub(super) fn order_id(&self, account: AccountId, market: MarketId, order: OrderRef) -> Option<OrderId> {
        let id = match order {
            OrderRef::Id(id) => id,
            OrderRef::Client(client_id) => {
                let (place, id) = self.client_ids.of(&ClientKey(account, client_id))?;
                if place != market {
                    return None;
                }
                id
            }
        };
        self.record(market, id).filter(|view| view.account == account).map(|view| view.id)
    }
}
