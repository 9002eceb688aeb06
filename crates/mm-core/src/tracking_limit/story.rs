//! The story of a tracking limit order: post, rest, look again, take off, prove the end, post the rest.

use std::time::Duration;

use mm_model::{
    ClientId, Level, NewOrder, OrderKind, Price, Qty, Refusal, RefusalKind, TimeInForce, Timestamp,
};

use super::{
    Tracked, TrackingLimit, TrackingLimitError,
    decide::{After, Refusals, Rest, Review, Wanted, rest, review, wanted},
};
use crate::{Clock, Order, PlaceError, Venue, risk::Denial, venue::thrown_out};

/// How often a book that gives no price is looked at again, and a resting order's book is checked for life.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A resting order outlives a book that is gone for no longer: a resync takes less.
const BLIND_MAX: Duration = Duration::from_secs(1);
/// So often a cancel is sent before the order counts as stuck.
const CANCELS_MAX: u32 = 5;
/// On top of the time in which an order of unknown outcome may still arrive: the lookups' own margin and pauses.
const LOOKUP_MARGIN: Duration = Duration::from_secs(8);

pub(super) struct Story<'a> {
    clock: &'a Clock,
    venue: &'a Venue,
    params: TrackingLimit,
    deadline: Timestamp,
    min_qty: Qty,
    placed: Placed<'a>,
    refusals: Refusals,
    /// Why nothing could be posted when it was last tried.
    blind: Option<String>,
    /// Hears of each order that was made.
    made: &'a mut (dyn FnMut(ClientId) + Send + Sync),
}

/// Every order that was placed. Dropped half-way, what may be live goes to the connector to be cancelled.
struct Placed<'a> {
    venue: &'a Venue,
    orders: Vec<Order>,
}

impl Drop for Placed<'_> {
    fn drop(&mut self) {
        for order in &self.orders {
            if !order.read(|tracker| tracker.record().state().is_final()) {
                self.venue.abandon(order.client_id());
            }
        }
    }
}

impl Placed<'_> {
    /// Filled in all, late fills of orders that ended long ago included.
    fn filled(&self) -> Qty {
        self.orders
            .iter()
            .fold(Qty::ZERO, |sum, order| sum.plus(order.read(|tracker| tracker.record().filled())))
    }

    /// An order that is, or may be, live. After its end was proven only a venue that contradicts itself makes one.
    fn live(&self) -> Option<Order> {
        self.orders.iter().find(|order| !order.read(|tracker| tracker.record().state().is_final())).cloned()
    }
}

type Failed = TrackingLimitError;

impl<'a> Story<'a> {
    pub(super) fn new(
        clock: &'a Clock,
        venue: &'a Venue,
        params: TrackingLimit,
        made: &'a mut (dyn FnMut(ClientId) + Send + Sync),
    ) -> Self {
        let min_qty = venue.market_by_id(params.market).map_or(Qty::ZERO, |market| market.min_qty);
        let deadline = clock.now() + params.timeout;
        let placed = Placed { venue, orders: Vec::new() };
        Self {
            clock,
            venue,
            params,
            deadline,
            min_qty,
            placed,
            refusals: Refusals::default(),
            blind: None,
            made,
        }
    }

    pub(super) async fn run(mut self) -> Result<Tracked, Failed> {
        if self.params.qty < self.min_qty || self.params.qty.is_zero() {
            return Err(self.rejected(too_small(self.params.qty, self.min_qty)));
        }
        loop {
            if let Some(mut order) = self.placed.live() {
                self.take_off(&mut order).await?;
                continue;
            }
            let Rest::Post(qty) = rest(self.params.qty, self.placed.filled(), self.min_qty) else {
                return Ok(Tracked { filled: self.placed.filled(), orders: self.orders() });
            };
            if self.clock.now() >= self.deadline {
                return Err(self.timed_out());
            }
            match self.wanted(None) {
                Wanted::At(price) => {
                    self.blind = None;
                    self.post_and_follow(qty, price).await?;
                }
                Wanted::BeyondWorst(_) => {
                    self.blind = None;
                    self.pause(LOOK_EVERY).await;
                }
                Wanted::NoBook(why) => {
                    self.blind = Some(why);
                    self.pause(LOOK_EVERY).await;
                }
            }
        }
    }

    /// One order from its posting to its proven end.
    async fn post_and_follow(&mut self, qty: Qty, price: Price) -> Result<(), Failed> {
        let submission = match self.venue.submit(self.new_order(qty, price)) {
            Ok(submission) => submission,
            Err(PlaceError::Denied(denial)) => return Err(self.denied(denial)),
            Err(why) => return self.not_sent(&why).await,
        };
        let mut order = submission.order().clone();
        self.placed.orders.push(order.clone());
        (self.made)(order.client_id());
        tracing::info!(order = %order.client_id(), price = price.0, qty = qty.0, "tracking limit posted");
        match self.clock.within(self.until_deadline(), submission.outcome()).await {
            None | Some(Ok(_) | Err(PlaceError::OutcomeUnknown { .. })) => {}
            Some(Err(PlaceError::Denied(denial))) => return Err(self.denied(denial)),
            Some(Err(PlaceError::Rejected(refusal))) => return self.refused(refusal).await,
            Some(Err(why @ PlaceError::NotSent(_))) => {
                return self.not_sent(&why).await;
            }
        }
        let ours = self.rest_until_done_or_moved(&mut order, price).await;
        if ours {
            return self.take_off(&mut order).await;
        }
        let record = order.snapshot();
        if record.filled().is_zero() && record.is_settled() {
            return self.refused(thrown_out(&record)).await;
        }
        self.refusals.clear();
        Ok(())
    }

    /// Lets the order rest while it is where it should be. Returns whether it is for us to take it off.
    async fn rest_until_done_or_moved(&mut self, order: &mut Order, price: Price) -> bool {
        let mut look_at = self.clock.now() + self.params.interval;
        let mut seen_at = self.clock.now();
        loop {
            let until = look_at.min(self.deadline).min(self.clock.now() + LOOK_EVERY);
            let over = order.wait_for(|tracker| tracker.record().state().is_final());
            if self.clock.within(until.since(self.clock.now()), over).await.is_some() {
                // The end is proven. Trades that the venue counted and did not tell yet may take a little longer.
                self.clock.within(self.params.cancel_wait, order.wait_final()).await;
                return false;
            }
            let now = self.clock.now();
            let record = order.snapshot();
            let left = record.exposed();
            let wanted = self.wanted(Some(Level { price, qty: left }));
            if !matches!(wanted, Wanted::NoBook(_)) {
                seen_at = now;
            }
            let blind = now.since(seen_at) >= BLIND_MAX;
            let due = now >= look_at;
            if now >= self.deadline || blind {
                return true;
            }
            if due {
                look_at = now + self.params.interval;
                if record.is_unknown() || review(&wanted, price, left, self.min_qty) == Review::Cancel {
                    return true;
                }
                self.refusals.clear();
            }
        }
    }

    /// Cancels until the end is proven. Nothing is posted before that.
    async fn take_off(&mut self, order: &mut Order) -> Result<(), Failed> {
        let id = order.client_id();
        let since = self.clock.now();
        let mut n_cancels = 0;
        loop {
            let cancelled = self.clock.within(self.params.cancel_wait, self.venue.cancel(id)).await;
            if let Some(Err(why)) = &cancelled {
                tracing::warn!(order = %id, %why, "cancel not confirmed");
            }
            n_cancels += 1;
            let over = order.wait_for(|tracker| tracker.record().state().is_final());
            if self.clock.within(self.params.cancel_wait, over).await.is_some() {
                self.clock.within(self.params.cancel_wait, order.wait_final()).await;
                return Ok(());
            }
            let patience = self.venue.submit_valid_for() + LOOKUP_MARGIN;
            let may_still_arrive = order.snapshot().is_unknown() && self.clock.now().since(since) < patience;
            if n_cancels >= CANCELS_MAX && !may_still_arrive {
                return Err(self.stuck(id));
            }
        }
    }

    async fn not_sent(&mut self, why: &PlaceError) -> Result<(), Failed> {
        tracing::warn!(%why, "tracking limit not posted");
        let pause = self.refusals.pause(self.params.interval);
        self.pause(pause).await;
        Ok(())
    }

    async fn refused(&mut self, refusal: Refusal) -> Result<(), Failed> {
        match self.refusals.add(&refusal, self.params.interval) {
            After::GiveUp => Err(self.rejected(refusal)),
            After::Pause(pause) => {
                tracing::info!(%refusal, pause_ms = pause.as_millis(), "tracking limit refused: posting anew");
                self.pause(pause).await;
                Ok(())
            }
        }
    }

    /// Sleeps, but not past the deadline.
    async fn pause(&self, for_: Duration) {
        self.clock.sleep(for_.min(self.until_deadline())).await;
    }

    fn until_deadline(&self) -> Duration {
        self.deadline.since(self.clock.now())
    }

    fn wanted(&self, own: Option<Level>) -> Wanted {
        self.venue.with_book(self.params.market, |book| wanted(&self.params, book, own))
    }

    const fn new_order(&self, qty: Qty, price: Price) -> NewOrder {
        let kind = if self.params.post_only {
            OrderKind::PostOnly { price }
        } else {
            OrderKind::Limit { price, time_in_force: TimeInForce::Gtc }
        };
        NewOrder {
            market: self.params.market,
            side: self.params.side,
            qty,
            kind,
            exposure: self.params.exposure,
        }
    }

    fn orders(&self) -> Vec<Order> {
        self.placed.orders.clone()
    }

    fn timed_out(&self) -> Failed {
        let (filled, orders) = (self.placed.filled(), self.orders());
        match &self.blind {
            Some(reason) => Failed::NoBook { reason: reason.clone(), filled, orders },
            None => Failed::Timeout { filled, orders },
        }
    }

    fn stuck(&self, order: ClientId) -> Failed {
        Failed::Stuck { order, filled: self.placed.filled(), orders: self.orders() }
    }

    fn denied(&self, denial: Denial) -> Failed {
        Failed::Denied { denial, filled: self.placed.filled(), orders: self.orders() }
    }

    fn rejected(&self, refusal: Refusal) -> Failed {
        Failed::Rejected { refusal, filled: self.placed.filled(), orders: self.orders() }
    }
}

fn too_small(qty: Qty, min: Qty) -> Refusal {
    Refusal {
        kind: RefusalKind::InvalidOrder,
        code: "TOO_SMALL".into(),
        message: format!("{} lots are less than the smallest order, {}", qty.0, min.0),
        retry_after: None,
    }
}
