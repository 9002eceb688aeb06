//! Those who trade: many tasks through one connector, each of which places orders one after another and wants each of them
//! over before the next.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{Clock, IdSource, Order, PlaceError, Venue};
use mm_model::{
    ClientId, Exposure, Market, NewOrder, OrderKind, OrderRecord, OrderState, Refusal, Side, TimeInForce,
};

/// Long enough for whatever must be proven.
const PATIENCE: Duration = Duration::from_secs(300);
/// So often in a row nothing is sent at most: longer is no trouble that passes.
const TRIES_MAX: usize = 2_000;
/// Orders of one message, where several go together.
const BATCH: usize = 3;
/// One order in so many meets the market: the others rest until they are cancelled.
const FILLED_EVERY: usize = 10;

/// Ids that count up.
pub(crate) struct Ids(pub(crate) AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// How everybody trades.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) tasks: usize,
    /// Of each task.
    pub(crate) orders: usize,
    /// After each of them.
    pub(crate) pause: Duration,
    /// The n-th order of a task.
    pub(crate) order: fn(&Market, usize, usize) -> NewOrder,
    /// One order in so many is cancelled without waiting for the venue's first word; 0: none.
    pub(crate) hasty_every: usize,
    /// One message in so many holds several orders; 0: none.
    pub(crate) batch_every: usize,
    /// How long after a cancel an order that is not over is handed to the reaper; `None`: only when the cancel failed.
    pub(crate) insists_after: Option<Duration>,
}

/// How it went.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Placements of which nothing left this machine.
    pub(crate) not_sent: usize,
    /// Those of which nobody knew at first.
    pub(crate) unknown: usize,
    /// Those that the venue would not have.
    pub(crate) rejected: Vec<Refusal>,
    /// All that is known of the others.
    pub(crate) records: Vec<OrderRecord>,
}

/// One of those who trade.
pub(crate) struct Trader<'a> {
    pub(crate) venue: &'a Venue,
    pub(crate) clock: &'a Clock,
    pub(crate) market: &'a Market,
    pub(crate) habits: &'a Habits,
    pub(crate) tally: &'a Mutex<Tally>,
}

impl Trader<'_> {
    /// Everybody trades until all their orders are over.
    pub(crate) async fn all(&self) {
        futures_util::future::join_all((0..self.habits.tasks).map(|task| self.trade(task))).await;
    }

    /// Places so many orders one after another, each of which is cancelled and over before the next.
    async fn trade(&self, task: usize) {
        let (mut placed, mut tries) = (0, 0);
        while placed < self.habits.orders {
            if is_nth(self.habits.batch_every, task + placed) {
                self.trade_together(task, placed).await;
                placed += 1;
                continue;
            }
            let order = (self.habits.order)(self.market, task, placed);
            let is_hasty = is_nth(self.habits.hasty_every, task + placed);
            let order = match self.place(order, is_hasty).await {
                Ok(order) => order,
                Err(why) => {
                    tries += 1;
                    assert!(tries < TRIES_MAX, "order {placed} of task {task}: {why}");
                    self.tally(|tally| tally.not_sent += 1);
                    self.clock.within(PATIENCE, self.venue.ready()).await.expect("it recovers");
                    self.clock.sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            (placed, tries) = (placed + 1, 0);
            self.end(order).await;
            self.clock.sleep(self.habits.pause).await;
        }
    }

    /// Places some orders in one message, all of which are cancelled and over before the next.
    async fn trade_together(&self, task: usize, placed: usize) {
        let orders = (0..BATCH).map(|n| (self.habits.order)(self.market, task, placed + n)).collect();
        for placed in self.venue.place_batch(orders).await {
            match placed {
                Ok(order) => self.end(order).await,
                Err(PlaceError::OutcomeUnknown { order, .. }) => {
                    self.tally(|tally| tally.unknown += 1);
                    self.end(order).await;
                }
                Err(PlaceError::NotSent(_) | PlaceError::Denied(_)) => {
                    self.tally(|tally| tally.not_sent += 1);
                }
                Err(PlaceError::Rejected(why)) => self.tally(|tally| tally.rejected.push(why)),
            }
        }
        self.clock.sleep(self.habits.pause).await;
    }

    /// Fails when nothing was sent.
    async fn place(&self, order: NewOrder, is_hasty: bool) -> Result<Order, PlaceError> {
        let submission = self.venue.submit(order)?;
        let mut order = submission.order().clone();
        if is_hasty {
            // One that has not left would only be called back.
            order.wait_for(|tracker| tracker.record().state() != OrderState::New).await;
            let cancelled = self.venue.cancel(order.client_id()).await;
            // What of it is not certain `end` sees to.
            drop(cancelled);
        }
        match submission.outcome().await {
            Ok(_) => {}
            Err(PlaceError::OutcomeUnknown { .. }) => self.tally(|tally| tally.unknown += 1),
            Err(why @ (PlaceError::NotSent(_) | PlaceError::Denied(_))) => return Err(why),
            Err(PlaceError::Rejected(why)) => self.tally(|tally| tally.rejected.push(why)),
        }
        Ok(order)
    }

    async fn end(&self, mut order: Order) {
        let id = order.client_id();
        if self.venue.cancel(id).await.is_err() {
            self.venue.abandon(id);
        }
        if let Some(limit) = self.habits.insists_after
            && self.clock.within(limit, order.wait_final()).await.is_none()
        {
            self.venue.abandon(id);
        }
        let ended = self.clock.within(PATIENCE, order.wait_final()).await;
        let record = ended.unwrap_or_else(|| panic!("order {id} is not over: {:?}", order.history()));
        self.tally(|tally| tally.records.push(record));
    }

    fn tally(&self, note: impl FnOnce(&mut Tally)) {
        note(&mut self.tally.lock().expect("one thread"));
    }
}

fn is_nth(every: usize, n: usize) -> bool {
    every != 0 && n % every == every - 1
}

/// Every tenth order meets the market, all others rest; `size` is the market's. The crowd quotes around 2400.
pub(crate) fn meets_or_rests(market: &Market, (task, n): (usize, usize), size: &str) -> NewOrder {
    let side = if task.is_multiple_of(2) { Side::Buy } else { Side::Sell };
    let meets = (task + n) % FILLED_EVERY == FILLED_EVERY - 1;
    let price = match (side, meets) {
        (Side::Buy, false) | (Side::Sell, true) => "2350",
        (Side::Sell, false) | (Side::Buy, true) => "2450",
    };
    let price = market.price(price).expect("a price of the market");
    NewOrder {
        market: market.id,
        side,
        qty: market.qty(size).expect("a size of the market"),
        kind: if meets {
            OrderKind::Limit { price, time_in_force: TimeInForce::Gtc }
        } else {
            OrderKind::PostOnly { price }
        },
        exposure: Exposure::Any,
    }
}
