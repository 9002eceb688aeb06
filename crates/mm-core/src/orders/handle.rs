//! The orders of a venue, shared; and one order as a strategy holds it.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex},
    task::Poll,
};

use mm_model::{ClientId, Fill, Joined, MarketId, NewOrder, OrderRecord, OrderReport, SignedQty, Timestamp};

use super::{ExternalOrder, Heard, HistoryEntry, OrderTracker, Update, table::OrderTable};
use crate::{
    journal::{Journal, NoJournal, PastOrder},
    risk::{Desk, Reservation},
    sync::lock,
};

/// All orders of a venue. Clones share them.
#[derive(Clone, Debug)]
pub struct Orders(Arc<Mutex<OrderTable>>);

impl Orders {
    /// No orders yet. Of those that are over and that nobody holds, the last `closed_max` are remembered, so that late
    /// messages find them.
    #[must_use]
    pub fn new(closed_max: usize) -> Self {
        Self::journaled(closed_max, Arc::new(NoJournal))
    }

    /// The same; all that is heard of orders of ours is written down too. What cannot be is known all the same: the journal
    /// remembers that it failed, and nothing new is made.
    #[must_use]
    pub fn journaled(closed_max: usize, journal: Arc<dyn Journal>) -> Self {
        Self(Arc::new(Mutex::new(OrderTable::new(closed_max, journal, None))))
    }

    /// The same; the gate's book follows all that becomes of orders of ours.
    pub(crate) fn guarded(closed_max: usize, journal: Arc<dyn Journal>, desk: Desk) -> Self {
        Self(Arc::new(Mutex::new(OrderTable::new(closed_max, journal, Some(desk)))))
    }

    /// Tracks a new order; `None` when the id was used before. It stays tracked until it is over and nobody holds it.
    #[must_use]
    pub fn track(&self, client_id: ClientId, order: NewOrder, at: Timestamp) -> Option<Order> {
        self.track_in(client_id, (order, None), at)
    }

    /// The same, with the room that the gate gave it.
    pub(crate) fn track_in(
        &self,
        client_id: ClientId,
        order: (NewOrder, Option<Reservation>),
        at: Timestamp,
    ) -> Option<Order> {
        let slot = lock(&self.0).track(client_id, order, at)?;
        Some(Order { orders: self.clone(), slot, client_id, seen: 0 })
    }

    /// Tracks an order of an earlier run that nobody holds, as far as its journal tells; whether its id was free.
    pub(crate) fn restore(&self, past: &PastOrder, now: Timestamp) -> bool {
        lock(&self.0).restore(past, now)
    }

    /// Joins what the venue told of an order at `at` by our clock.
    pub fn report(&self, at: Timestamp, report: &OrderReport) -> Heard {
        let (heard, wakers) = lock(&self.0).report(at, report);
        wakers.wake();
        heard
    }

    /// Joins a fill.
    pub fn fill(&self, at: Timestamp, fill: &Fill) -> Heard {
        let (heard, wakers) = lock(&self.0).fill(at, fill);
        wakers.wake();
        heard
    }

    /// Joins what happened to an order that is tracked; an order that is not stays as it is.
    pub fn apply(&self, client_id: ClientId, at: Timestamp, update: Update<'_>) -> Joined {
        let (joined, wakers) = lock(&self.0).apply(client_id, at, update);
        wakers.wake();
        joined
    }

    /// A tracked order by our id.
    #[must_use]
    pub fn order(&self, client_id: ClientId) -> Option<Order> {
        let mut table = lock(&self.0);
        let slot = table.slot_of(client_id)?;
        table.hold(slot);
        drop(table);
        Some(Order { orders: self.clone(), slot, client_id, seen: 0 })
    }

    /// Orders made at `since` or later that are live or still kept, oldest first.
    #[must_use]
    pub fn made_since(&self, since: Timestamp) -> Vec<Order> {
        let ids = lock(&self.0).made_since(since);
        ids.into_iter().filter_map(|id| self.order(id)).collect()
    }

    /// Reads a tracked order in place.
    pub fn read<T>(&self, client_id: ClientId, read: impl FnOnce(&OrderTracker) -> T) -> Option<T> {
        let table = lock(&self.0);
        table.slot_of(client_id).map(|slot| read(table.tracker(slot)))
    }

    /// Reads all tracked orders in place.
    pub fn read_all(&self, read: impl FnMut(&OrderTracker)) {
        lock(&self.0).trackers().for_each(read);
    }

    /// Orders that are, or may be, live.
    #[must_use]
    pub fn open(&self) -> Vec<OrderRecord> {
        lock(&self.0).records(|record| !record.state().is_final())
    }

    /// Forgets what was heard of orders that are none of ours by nothing but fills from before `at`, by the venue's clock.
    pub(crate) fn forget_external_fills(&self, at: Timestamp) {
        lock(&self.0).externals_mut().forget_fills(at);
    }

    /// Fills of orders that are none of ours count from then on, by the venue's clock.
    pub(crate) fn count_external_from(&self, at: Timestamp) {
        lock(&self.0).externals_mut().count_from(at);
    }

    /// What fills of orders that are none of ours come to.
    pub(crate) fn external_filled(&self, market: MarketId) -> SignedQty {
        lock(&self.0).external_filled(market)
    }

    /// Forgets orders of others that were live, and that a complete list asked for at `asked_at` lacks; how many.
    pub(crate) fn end_external(
        &self,
        asked_at: Timestamp,
        is_listed: impl Fn(&ExternalOrder) -> bool,
    ) -> usize {
        lock(&self.0).externals_mut().end(asked_at, is_listed)
    }

    /// Orders that we did not place, as far as we know.
    #[must_use]
    pub fn external(&self) -> Vec<ExternalOrder> {
        lock(&self.0).externals()
    }
}

/// Handle of one order. Clones share the order. Dropping it does not cancel.
pub struct Order {
    orders: Orders,
    slot: u32,
    client_id: ClientId,
    /// The version that this handle saw last.
    seen: u64,
}

impl Order {
    /// Our id.
    #[must_use]
    pub const fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// What is known now.
    #[must_use]
    pub fn snapshot(&self) -> OrderRecord {
        self.read(OrderTracker::snapshot)
    }

    /// Reads what is known now, in place.
    pub fn read<T>(&self, read: impl FnOnce(&OrderTracker) -> T) -> T {
        read(lock(&self.orders.0).tracker(self.slot))
    }

    /// Waits until the order is settled: final, and every fill known. Cancel-safe. It waits for ever where the venue never
    /// says: wrap it in [`Clock::within`](crate::Clock::within).
    pub async fn wait_final(&mut self) -> OrderRecord {
        self.wait_for(|tracker| tracker.record().is_settled()).await
    }

    /// Waits for a change since this handle last looked. Cancel-safe; no update is missed, several may be seen as one. A
    /// handle looks when it waits: one that is new sees at once what has happened before.
    pub async fn next_update(&mut self) -> OrderRecord {
        let seen = self.seen;
        self.wait_for(|tracker| tracker.version() > seen).await
    }

    /// Waits until `enough` says so. Cancel-safe.
    pub async fn wait_for(&mut self, mut enough: impl FnMut(&OrderTracker) -> bool) -> OrderRecord {
        poll_fn(|cx| {
            let mut table = lock(&self.orders.0);
            let tracker = table.tracker_mut(self.slot);
            if !enough(tracker) {
                tracker.wake_at_change(cx.waker());
                return Poll::Pending;
            }
            self.seen = tracker.version();
            Poll::Ready(tracker.snapshot())
        })
        .await
    }

    /// The changes so far, oldest first, bounded: the first, and the latest others.
    #[must_use]
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.read(OrderTracker::history)
    }

    /// Fills so far with price, fee and liquidity, in the order they were first heard.
    #[must_use]
    pub fn fills(&self) -> Vec<Fill> {
        self.read(|tracker| tracker.fills().to_vec())
    }
}

impl Clone for Order {
    fn clone(&self) -> Self {
        lock(&self.orders.0).hold(self.slot);
        Self { orders: self.orders.clone(), ..*self }
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        lock(&self.orders.0).release(self.slot);
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Order").field(&self.client_id).finish()
    }
}
