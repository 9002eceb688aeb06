//! What a strategy changes besides placing and cancelling: an order in place, leverage, margin, the dead man's switch.

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DeadMan, Leverage, MarketId, Modification, Money, Price, Qty,
};

use super::{ModifyError, Venue, VenueError, commands::send};
use crate::risk::Change;

impl Venue {
    /// Changes limit and size of a live order in place: it keeps its id, and at some venues its place in the queue. `qty` is
    /// the whole order's, what was filled before included. Ok means that the venue took note, or has done it already: the
    /// order's own state tells (wait for [`OrderRecord::is_modifying`](mm_model::OrderRecord::is_modifying) to end); until
    /// then it counts as exposure with the larger of both sizes. Only one modification of an order is on its way at a time.
    ///
    /// # Errors
    /// See [`ModifyError`]; [`CallError::NotSent`] where the venue knows no modification, or the order is not live.
    pub async fn modify(&self, id: ClientId, price: Price, qty: Qty) -> Result<(), ModifyError> {
        let known = self.shared.orders.read(id, |tracker| {
            let record = tracker.record();
            (*record.order(), record.filled())
        });
        let Some((order, filled)) = known else {
            return Err(not_sent(format!("no order {id} is tracked")));
        };
        let market_id = order.market;
        let market =
            self.market_by_id(market_id).ok_or_else(|| not_sent(format!("no market {market_id:?}")))?;
        if qty < market.min_qty || qty <= filled {
            let told = [qty, market.min_qty, filled].map(|qty| market.qty_decimal(qty));
            let [qty, min, filled] = told;
            return Err(not_sent(format!(
                "size {qty} of order {id} is below the smallest of {market}, {min}, or not above the {filled} that are filled"
            )));
        }
        if price.0 <= 0 {
            return Err(not_sent(format!("price {} is not above zero", market.price_decimal(price))));
        }
        let change = Change { id, price, qty, filled, order };
        let now = self.shared.clock.now();
        let sight = self.sight_of(market_id, None);
        self.shared.desk.admit_change(now, &change, &sight).map_err(ModifyError::Denied)?;
        let target = CancelTarget { market: market_id, client_id: Some(id), venue_id: None };
        let sent = send(&self.lanes.others, Ask::Modify(Modification { target, price, qty }));
        let reply = sent.inspect_err(|_| self.shared.change_unsent(id))?;
        match reply.await {
            Ok(result) => Ok(result.map(drop)?),
            Err(_) => Err(CallError::OutcomeUnknown("the connector has stopped".into()).into()),
        }
    }

    /// Sets the leverage.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn set_leverage(&self, leverage: Leverage) -> Result<(), VenueError> {
        self.change(Ask::Leverage(leverage)).await
    }

    /// Moves margin to an isolated position (positive) or away from it.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn move_margin(&self, market: MarketId, amount: Money) -> Result<(), VenueError> {
        self.change(Ask::Margin(market, amount)).await
    }

    /// Lets the venue cancel every order of the account by itself after some time, unless this is asked for again before; or
    /// no longer. Where [`VenueConfig::dead_man`](crate::VenueConfig::dead_man) is set the connector does so by itself, and
    /// puts off what is asked for here.
    ///
    /// # Errors
    /// See [`VenueError`]. After [`CallError::OutcomeUnknown`] count on both.
    pub async fn arm_dead_man(&self, dead_man: DeadMan) -> Result<(), VenueError> {
        self.change(Ask::DeadMan(dead_man)).await
    }

    async fn change(&self, ask: Ask) -> Result<(), VenueError> {
        let reply = send(&self.lanes.others, ask)?;
        reply.await.map_err(|_| VenueError::Stopped)??;
        Ok(())
    }
}

fn not_sent(why: String) -> ModifyError {
    CallError::NotSent(why).into()
}
