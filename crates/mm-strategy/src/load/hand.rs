//! One hand: one action after another in one market, each waited for as long as it pleases.

use std::{sync::Arc, time::Duration};

use futures_util::future::join;
use mm_core::{Clock, TrackingLimit, follow_market};
use mm_model::{ClientId, Exposure, NewOrder, OrderKind, Price, Qty, Side, TimeInForce};

use super::{
    action::{self, Action},
    chance::Chance,
    intent::Intent,
    pause,
    room::Room,
};
use crate::Observer;

/// The longest that a hand waits for one action. Some answers take longer: then it goes on without.
const PATIENCE_MS_MAX: u64 = 3_000;
/// A tracking limit looks again after so long at the least, and at most.
const INTERVAL_MS: std::ops::Range<u64> = 100..1_500;
/// A tracking limit ends by itself after so long at most.
const TIMEOUT_MS_MAX: u64 = 8_000;
const CANCEL_WAIT: Duration = Duration::from_millis(500);
/// Orders in one message, at most.
const BATCH_MAX: u64 = 4;

/// One hand.
pub(super) struct Hand {
    pub(super) clock: Clock,
    pub(super) room: Arc<Room>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) chance: Chance,
}

impl Hand {
    /// Works without end. Dropping it leaves what it began to the connector.
    pub(super) async fn work(mut self) {
        loop {
            self.clock.sleep(pause(&mut self.chance, self.room.load.actions_per_sec)).await;
            let open = self.room.open_ids();
            let action = action::next(&mut self.chance, open.len() as u64, self.room.load.open_orders);
            let patience = Duration::from_millis(self.chance.below(PATIENCE_MS_MAX));
            tracing::debug!(venue = self.room.venue.name(), ?action, n_open = open.len(), "load");
            let clock = self.clock.clone();
            let done = self.act(action, &open);
            match action {
                // These are bounded in time by themselves; now and then they are dropped half-way all the same.
                Action::Follow => _ = clock.within(patience.saturating_mul(4), done).await,
                _ => _ = clock.within(patience, done).await,
            }
        }
    }

    /// What comes of it the orders tell: answers are of no use to a load, and neither is an error.
    async fn act(&mut self, action: Action, open: &[ClientId]) {
        let venue = self.room.venue.clone();
        match action {
            Action::Rest => {
                if let Some(order) = self.resting() {
                    told(venue.place(order).await);
                }
            }
            Action::Take => {
                if let Some(order) = self.taking() {
                    told(venue.place(order).await);
                }
            }
            Action::Close => {
                if let Some(order) = self.closing() {
                    told(venue.place(order).await);
                }
            }
            Action::Follow => self.follow().await,
            Action::Batch => {
                let orders = self.batch();
                if !orders.is_empty() {
                    venue.place_batch(orders).await.into_iter().for_each(told);
                }
            }
            Action::Modify => self.modify().await,
            Action::Cancel => {
                if let Some(id) = self.chance.pick(open) {
                    told(venue.cancel(*id).await);
                }
            }
            Action::CancelTwice => {
                if let Some(id) = self.chance.pick(open) {
                    let (first, second) = join(venue.cancel(*id), venue.cancel(*id)).await;
                    told(first);
                    told(second);
                }
            }
            Action::CancelAll => told(venue.cancel_all(self.room.market.id).await),
            Action::Abandon => {
                if let Some(id) = self.chance.pick(open) {
                    venue.abandon(*id);
                }
            }
            Action::Wait => {}
        }
    }

    fn order(&self, side: Side, qty: Qty, kind: OrderKind) -> NewOrder {
        NewOrder { market: self.room.market.id, side, qty, kind, exposure: Exposure::Any }
    }

    fn resting(&mut self) -> Option<NewOrder> {
        let top = self.room.top()?;
        let side = action::side(&mut self.chance);
        let price = action::resting(&mut self.chance, &top, side);
        let qty = self.size(side, price)?;
        Some(self.order(side, qty, OrderKind::PostOnly { price }))
    }

    fn taking(&mut self) -> Option<NewOrder> {
        let top = self.room.top()?;
        let side = action::side(&mut self.chance);
        let price = action::taking(&mut self.chance, &top, side);
        let qty = self.size(side, price)?;
        Some(self.order(side, qty, OrderKind::Limit { price, time_in_force: TimeInForce::Ioc }))
    }

    /// Brings the position nearer to flat, where all views of it agree which way that is. It is no more than what there is;
    /// reduce-only, it cannot turn the position.
    fn closing(&mut self) -> Option<NewOrder> {
        self.room.top()?;
        let [fills, told] = self.room.positions();
        let side = match (fills.0.signum(), told.0.signum()) {
            (1, 1) => Side::Sell,
            (-1, -1) => Side::Buy,
            _ => return None,
        };
        let qty = fills.abs().min(told.abs());
        let order = self.order(side, qty, OrderKind::Market);
        Some(NewOrder { exposure: Exposure::ReduceOnly, ..order })
    }

    /// All of them are on one side, so that together they stay within what is left of it.
    fn batch(&mut self) -> Vec<NewOrder> {
        let Some(top) = self.room.top() else { return Vec::new() };
        let side = action::side(&mut self.chance);
        let mut asked = Qty::ZERO;
        let mut orders = Vec::new();
        for _ in 0..2 + self.chance.below(BATCH_MAX - 1) {
            let price = action::resting(&mut self.chance, &top, side);
            let Some(qty) = self.size_beside(side, price, asked) else { break };
            asked = asked.plus(qty);
            orders.push(self.order(side, qty, OrderKind::PostOnly { price }));
        }
        orders
    }

    async fn modify(&mut self) {
        let (Some(top), mut open) = (self.room.top(), self.room.open()) else { return };
        // A tracking limit order's size is its own: those are no post-only orders here.
        open.retain(|record| matches!(record.order().kind, OrderKind::PostOnly { .. }));
        let Some(record) = self.chance.pick(&open) else { return };
        let side = record.order().side;
        let price = action::resting(&mut self.chance, &top, side);
        // While it is on its way the larger of both sizes counts: what it grows by is all that is new.
        let Some(more) = self.size(side, price) else { return };
        let qty =
            if self.chance.below(2) == 0 { record.qty().plus(more) } else { more.plus(record.filled()) };
        told(self.room.venue.modify(record.client_id(), price, qty).await);
    }

    async fn follow(&mut self) {
        let room = self.room.clone();
        let Some(top) = room.top() else { return };
        let side = action::side(&mut self.chance);
        let Some(target) = self.size(side, top.side(side).price) else { return };
        let params = TrackingLimit {
            market: room.market.id,
            side,
            qty: target,
            interval: self.drawn(INTERVAL_MS),
            timeout: self.drawn(INTERVAL_MS.start..TIMEOUT_MS_MAX),
            // Two ticks through the touch to three away from it.
            price_offset_ticks: i64::try_from(self.chance.below(6)).unwrap_or(0) - 2,
            cancel_wait: CANCEL_WAIT,
            post_only: false,
            exposure: Exposure::Any,
            worst_price: None,
        };
        // Counted twice while an order of it is live: the bound holds either way.
        let _promise = room.promise(side, target);
        let mut intent = Intent { market: room.market.id, side, target, orders: Vec::new() };
        let tell = |id| {
            intent.orders.push(id);
            tracing::debug!(venue = room.venue.name(), %side, target = %room.market.qty_decimal(target), orders = ?intent.orders, "intent");
            self.observer.intent(room.venue.name(), &intent);
        };
        told(follow_market(&self.clock, &room.venue, params, tell).await);
    }

    fn drawn(&mut self, ms: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(ms.start + self.chance.below(ms.end - ms.start))
    }

    /// A size at this price that the bound leaves room for.
    fn size(&mut self, side: Side, price: Price) -> Option<Qty> {
        self.size_beside(side, price, Qty::ZERO)
    }

    /// The same when `asked` of the room is taken already.
    fn size_beside(&mut self, side: Side, price: Price, asked: Qty) -> Option<Qty> {
        let smallest = self.room.smallest(price)?;
        let wanted = smallest.0.saturating_mul(1 + self.chance.below(self.room.load.size_multiple));
        let qty = Qty(wanted).min(self.room.left(side, smallest).minus(asked));
        (smallest <= qty).then_some(qty)
    }
}

fn told<T, E: std::fmt::Display>(outcome: Result<T, E>) {
    if let Err(why) = outcome {
        tracing::debug!(%why, "load");
    }
}
