//! The way out: the market order that takes back what our fills opened, for the story's exit and for the clean-up.

use std::time::Duration;

use mm_core::{Order, PlaceError};
use mm_model::{Exposure, Market, MarketKind, NewOrder, OrderKind, Qty, RefusalKind, Side};

use super::{
    Leg, Progress,
    venue_test::{Halt, VenueTest},
};

/// How long after a "not now" of the venue, or of our own connector, an order is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// The market order that takes back what our fills opened.
#[derive(Clone, Copy)]
pub(super) struct WayOut {
    pub(super) side: Side,
    pub(super) qty: Qty,
}

impl VenueTest {
    /// The market exit of exactly what was filled.
    pub(super) async fn leave(&mut self, market: &Market) -> Result<(), Halt> {
        let since = self.clock.now();
        let way = self.way_out(market);
        let found = if way.qty.is_zero() {
            Err("less than one lot was bought after fees: nothing can be sold".to_owned())
        } else {
            self.market_order(market, Leg::Exit, way).await
        };
        self.leg_took("exit", since);
        self.record("exit filled", since, found)
    }

    /// Side and size of the order that takes back what our fills opened. On spot what was bought less a fee taken
    /// in the base asset, in whole lots.
    pub(super) fn way_out(&self, market: &Market) -> WayOut {
        let back = |bought: bool| if bought { Side::Sell } else { Side::Buy };
        match market.kind {
            MarketKind::Perpetual => {
                let net = self.net();
                WayOut { side: back(net.0 > 0), qty: net.abs() }
            }
            MarketKind::Spot => {
                let change = self.base_change(market);
                let size = if change.0 > 0 { change } else { -change };
                WayOut { side: back(change.0 > 0), qty: market.qty_down(size.decimal()) }
            }
        }
    }

    /// Sends a market order that can only reduce (perpetuals) and waits for its settled end. An order whose fate is
    /// unknown is waited for, never sent again; only what certainly did not happen is tried again.
    pub(super) async fn market_order(
        &mut self,
        market: &Market,
        leg: Leg,
        WayOut { side, qty }: WayOut,
    ) -> Result<String, String> {
        let exposure = match market.kind {
            MarketKind::Perpetual => Exposure::ReduceOnly,
            MarketKind::Spot => Exposure::Any,
        };
        let order = NewOrder { market: market.id, side, qty, kind: OrderKind::Market, exposure };
        let text = market.qty_decimal(qty).to_string();
        self.tell(Progress::Exiting { leg, side: side.to_string(), qty: text.clone() });
        let until = self.clock.now() + self.plan.market_timeout;
        let sent = loop {
            let (venue, clock) = (self.venue.clone(), self.clock.clone());
            let placing = Box::pin(async move { venue.place(order).await });
            let (why, pause) = match self.watch(market, leg, placing).await {
                Ok(order) | Err(PlaceError::OutcomeUnknown { order, .. }) => break order,
                Err(PlaceError::NotSent(why)) => (why, TRY_AGAIN),
                Err(PlaceError::Denied(denial)) => {
                    self.adopt(leg);
                    return Err(format!("the risk gate denied the market order: {denial}"));
                }
                Err(PlaceError::Rejected(refusal)) if is_passing(refusal.kind) => {
                    (refusal.to_string(), refusal.retry_after.unwrap_or(TRY_AGAIN))
                }
                Err(PlaceError::Rejected(refusal)) => {
                    self.adopt(leg);
                    return Err(format!("the venue refused the market order: {refusal}"));
                }
            };
            self.adopt(leg);
            if clock.now() + pause > until {
                return Err(format!("no market order could be sent: {why}"));
            }
            clock.sleep(pause).await;
        };
        self.adopt(leg);
        let left = until.since(self.clock.now()).max(TRY_AGAIN);
        let (clock, mut waiting) = (self.clock.clone(), sent.clone());
        let settled = Box::pin(async move { clock.within(left, waiting.wait_final()).await.is_some() });
        if !self.watch(market, leg, settled).await {
            return Err(format!("{} after {:?}", unsettled(&sent), self.plan.market_timeout));
        }
        let record = sent.snapshot();
        if record.filled() != qty {
            let filled = market.qty_decimal(record.filled());
            return Err(format!("filled {filled} of {text}, the venue ended the rest as {}", record.state()));
        }
        Ok(format!("{text} {}", market.base))
    }
}

/// A no that holds for now only.
const fn is_passing(kind: RefusalKind) -> bool {
    matches!(kind, RefusalKind::RateLimited | RefusalKind::Unavailable)
}

fn unsettled(order: &Order) -> String {
    let record = order.snapshot();
    let state = if record.is_unknown() { "of unknown outcome" } else { record.state().as_str() };
    let fills = if record.lacks_fills() { ", with fills still to be told" } else { "" };
    format!("order {} is {state}{fills}", order.client_id())
}
