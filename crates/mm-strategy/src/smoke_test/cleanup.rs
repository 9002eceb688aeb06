//! Takes back what the test left: cancels orders that it placed, flattens what its own fills opened, and nothing
//! else of the account. Repeated until nothing is left or it gives up and says what.
//!
//! It never crosses through zero: on perpetuals every order is reduce-only and no larger than our own open fills;
//! and it flattens only once every order of ours is known to be over, since one that may still fill would be
//! flattened twice.

use std::time::Duration;

use mm_core::Order;
use mm_model::{Market, VenueOrderId};

use super::{
    Leg, Progress,
    evidence::show,
    venue_test::{CLEAN, VenueTest},
};

/// How often it looks and acts before it gives up.
const ROUNDS: u32 = 5;
/// Pause after the first round; each further one waits that much longer.
const PAUSE: Duration = Duration::from_millis(300);

/// What is still there.
#[derive(Default)]
struct Left {
    /// Orders of ours that are not known to be over.
    alive: Vec<Order>,
    /// Orders of ours that REST lists as live although we hold them to be over.
    listed: Vec<VenueOrderId>,
    /// Whether our fills leave something open that an order can take back.
    open: bool,
}

impl VenueTest {
    /// Runs whatever the story came to.
    pub(super) async fn clean_up(&mut self) {
        let since = self.clock.now();
        let (Some(market), false) = (self.market.clone(), self.placed.is_empty()) else {
            _ = self.record(CLEAN, since, Ok("no order was placed".into()));
            return;
        };
        let mut found = Err(String::new());
        for round in 1..=ROUNDS {
            self.adopt(Leg::Cleanup);
            found = self.round(&market, round).await;
            if found.is_ok() {
                break;
            }
            self.clock.sleep(PAUSE * round).await;
        }
        self.leg_took("clean-up", since);
        let found = found.map_err(|why| format!("{why}; look at the account and take it back by hand"));
        _ = self.record(CLEAN, since, found);
    }

    /// One look and, where something is left, one try to take it back.
    async fn round(&mut self, market: &Market, round: u32) -> Result<String, String> {
        let left = self.left(market).await?;
        if left.alive.is_empty() && left.listed.is_empty() && !left.open {
            let prior = self.prior.clone().ok_or("the account before the test is not known")?;
            self.orders_agree(market).await?;
            return self.positions_agree(market, &prior).await;
        }
        self.tell(Progress::CleaningUp {
            round,
            orders: left.alive.len() + left.listed.len(),
            open: show(market, self.net()),
        });
        for venue_id in &left.listed {
            // Whether it was taken off shows at the next look.
            if let Err(error) = self.venue.cancel_by_venue_id(market.id, *venue_id).await {
                tracing::warn!(order = %venue_id, %error, "clean-up: cancel");
            }
        }
        for order in left.alive {
            self.take_off(order).await?;
        }
        if !left.listed.is_empty() {
            return Err("the venue listed an order of ours as live that had ended".into());
        }
        let way = self.way_out(market);
        if !way.qty.is_zero() {
            self.market_order(market, Leg::Cleanup, way).await?;
        }
        Err("not proven clean in time".into())
    }

    async fn left(&self, market: &Market) -> Result<Left, String> {
        let (alive, over): (Vec<Order>, Vec<Order>) = self
            .placed
            .iter()
            .map(|(_, order)| order.clone())
            .partition(|order| !order.snapshot().state().is_final());
        let rows = self.rest_orders(market).await?;
        let listed = rows
            .iter()
            .filter(|row| over.iter().any(|order| Some(order.client_id()) == row.client_id))
            .map(|row| row.venue_id)
            .collect();
        let open = !self.way_out(market).qty.is_zero();
        Ok(Left { alive, listed, open })
    }

    /// Cancels one order and waits for its end. One that nobody answered for may still arrive for as long as it is valid:
    /// it is waited for until it is there or cannot come any more.
    async fn take_off(&self, mut order: Order) -> Result<(), String> {
        let asked = self.venue.cancel(order.client_id()).await;
        let mut limit = self.plan.cancel_wait;
        if order.snapshot().is_unknown() {
            limit = limit.max(self.venue.proof_takes());
        }
        match self.clock.within(limit, order.wait_final()).await {
            Some(_) => Ok(()),
            None => {
                let record = order.snapshot();
                let state = if record.is_unknown() { "of unknown outcome" } else { record.state().as_str() };
                let asked = asked.err().map(|error| format!(" ({error})")).unwrap_or_default();
                Err(format!("order {} is still {state}{asked}", order.client_id()))
            }
        }
    }
}
