//! The round trip on one connector, as a story: find the market, wait for a book, remember the account, get in by a
//! limit order that follows the market, compare, get out by a market order, compare again.

use std::{sync::Arc, time::Duration};

use mm_core::{TrackingLimit, TrackingLimitError, place_tracking_limit_order};
use mm_model::{Exposure, Market, MarketKind, Money, Qty, Side, Top};

use super::{
    Leg, Progress,
    sizing::resolve,
    venue_test::{Halt, VenueTest, direction},
};

impl VenueTest {
    /// Runs until the round trip is done or cannot go on. What went wrong is in the checks.
    pub(super) async fn story(&mut self) -> Result<(), Halt> {
        let market = self.find_market()?;
        let top = self.first_book(&market).await?;
        let size = self.resolve_size(&market, top)?;
        self.look_at_account(&market, size).await?;
        self.measure_round_trip().await;
        let entered = self.enter(&market, size).await;
        if self.placed.iter().any(|(_, order)| !order.snapshot().state().is_final()) {
            return Err(Halt); // It may still fill: nothing is built on it, the clean-up takes it off first.
        }
        if self.net().is_flat() {
            return entered;
        }
        // Whatever was filled is taken out again, also when the entry did not come to its end.
        let since = self.clock.now();
        let prior = self.prior.clone().ok_or(Halt)?;
        let held = self.positions_agree(&market, &prior).await;
        let held = self.record("position held", since, held);
        self.leave(&market).await?;
        let since = self.clock.now();
        let after = self.account_after(&market).await;
        let after = self.record("account after", since, after);
        self.leg_took("comparing", since);
        entered.and(held).and(after)
    }

    fn find_market(&mut self) -> Result<Arc<Market>, Halt> {
        let since = self.clock.now();
        match self.venue.market(&self.plan.symbol) {
            Ok(market) => {
                self.market = Some(market.clone());
                let seen = format!(
                    "{} tick {} lot {} minimum {}",
                    market.symbol,
                    market.tick,
                    market.lot,
                    market.qty_decimal(market.min_qty)
                );
                self.record("market", since, Ok(seen))?;
                Ok(market)
            }
            Err(error) => {
                self.record("market", since, Err(error.to_string()))?;
                Err(Halt)
            }
        }
    }

    /// Waits for a book that can be believed.
    async fn first_book(&mut self, market: &Market) -> Result<Top, Halt> {
        const LOOK_EVERY: Duration = Duration::from_millis(20);
        let since = self.clock.now();
        let until = since + self.plan.tracking_timeout;
        loop {
            match self.venue.top(market.id) {
                Ok(top) => {
                    let (bid, ask) =
                        (market.price_decimal(top.bid.price), market.price_decimal(top.ask.price));
                    self.record("book", since, Ok(format!("{bid} / {ask}")))?;
                    return Ok(top);
                }
                Err(error) if self.clock.now() >= until => {
                    self.record(
                        "book",
                        since,
                        Err(format!("{error} after {:?}", self.plan.tracking_timeout)),
                    )?;
                }
                Err(_) => self.clock.sleep(LOOK_EVERY).await,
            }
        }
    }

    fn resolve_size(&mut self, market: &Market, top: Top) -> Result<Qty, Halt> {
        let since = self.clock.now();
        let found = resolve(market, &self.plan, top.bid.price);
        let text = found.clone().map(|qty| format!("{} {}", market.qty_decimal(qty), market.base));
        if let Ok(size) = &text {
            self.size = Some(size.clone());
            self.tell(Progress::Sized {
                side: self.plan.side.to_string(),
                size: size.clone(),
                bid: market.price_decimal(top.bid.price).to_string(),
                ask: market.price_decimal(top.ask.price).to_string(),
            });
        }
        self.record("size", since, text)?;
        found.map_err(|_| Halt)
    }

    /// Remembers what the account holds, and refuses to trade into somebody else's position.
    async fn look_at_account(&mut self, market: &Market, size: Qty) -> Result<(), Halt> {
        let since = self.clock.now();
        let found = self.look_before(market).await;
        let verdict = match &found {
            Err(reason) => Err(reason.clone()),
            Ok(prior) if prior.net.0 * self.plan.side.sign() < 0 => Err(format!(
                "the account holds {} here and a test that goes {} would cut into it: close it, turn the side, or \
                 choose another market",
                super::evidence::show(market, prior.net),
                direction(self.plan.side)
            )),
            Ok(prior) if lacks_base(market, self.plan.side, size, prior.base) => Err(format!(
                "the account holds {} {1} and a test that sells first needs {2} {1}: turn the side, or deposit some",
                prior.base,
                market.base,
                market.qty_decimal(size)
            )),
            Ok(prior) if market.kind == MarketKind::Spot => {
                Ok(format!("{} {}, {} open orders", prior.base, market.base, prior.orders))
            }
            Ok(prior) => {
                Ok(format!("{}, {} open orders", super::evidence::show(market, prior.net), prior.orders))
            }
        };
        self.prior = found.ok();
        self.record("account before", since, verdict)
    }

    /// The tracking limit, with its progress, and a look at the resting order from both sides meanwhile.
    async fn enter(&mut self, market: &Market, size: Qty) -> Result<(), Halt> {
        let since = self.clock.now();
        let params = TrackingLimit {
            market: market.id,
            side: self.plan.side,
            qty: size,
            interval: self.plan.tracking_interval,
            timeout: self.plan.tracking_timeout,
            price_offset_ticks: self.plan.price_offset_ticks,
            cancel_wait: self.plan.cancel_wait,
            post_only: self.plan.post_only,
            exposure: Exposure::Any,
            worst_price: None,
        };
        let (clock, venue) = (self.clock.clone(), self.venue.clone());
        let tracking = Box::pin(place_tracking_limit_order(&clock, &venue, params));
        let (ended, resting) = self.watch_entry(market, tracking).await;
        self.adopt(Leg::Entry);
        self.leg_took("entry", since);
        let found = match ended {
            Ok(tracked) => {
                let n = tracked.orders.len();
                let filled = market.qty_decimal(tracked.filled);
                Ok(format!("{filled} {} by {n} order{}", market.base, if n == 1 { "" } else { "s" }))
            }
            Err(error) => Err(tracking_failure(market, size, &error)),
        };
        let entered = self.record("entry filled", since, found);
        match resting {
            Some((found, took)) => _ = self.record_took("entry on the book", took, found),
            None => self.skip("entry on the book", "it did not rest long enough to be compared"),
        }
        entered
    }

    /// Nothing of ours is open and the account is as it was, on REST and stream.
    async fn account_after(&self, market: &Market) -> Result<String, String> {
        let prior = self.prior.as_ref().ok_or("the account before the test is not known")?;
        self.orders_agree(market).await?;
        self.positions_agree(market, prior).await
    }
}

/// Whether a spot test that sells first has not got what it would sell.
fn lacks_base(market: &Market, side: Side, size: Qty, base: Money) -> bool {
    let needed = Money::from_decimal(market.qty_decimal(size)).unwrap_or_default();
    market.kind == MarketKind::Spot && side == Side::Sell && base < needed
}

fn tracking_failure(market: &Market, size: Qty, error: &TrackingLimitError) -> String {
    let of = |filled: &Qty| {
        format!("{} of {} {} filled", market.qty_decimal(*filled), market.qty_decimal(size), market.base)
    };
    match error {
        TrackingLimitError::Timeout { filled, orders } => {
            let s = if orders.len() == 1 { "" } else { "s" };
            format!("timed out after {} order{s}, {}", orders.len(), of(filled))
        }
        TrackingLimitError::NoBook { reason, filled, .. } => {
            format!("no book to price from: {reason}; {}", of(filled))
        }
        TrackingLimitError::Stuck { order, filled, .. } => {
            format!("the end of order {order} could not be proven: look at the venue; {}", of(filled))
        }
        TrackingLimitError::Denied { denial, filled, .. } => {
            format!("denied by the risk gate: {denial}; {}", of(filled))
        }
        TrackingLimitError::Rejected { refusal, filled, .. } => {
            format!("rejected: {refusal}; {}", of(filled))
        }
    }
}
