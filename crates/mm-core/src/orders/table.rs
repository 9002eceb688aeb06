//! All orders of a venue: a slab of live trackers, found by our id and by the venue's; a ring of those that are over; and
//! those that are not ours. Pure and synchronous. Slots are used again with the memory they have, so that in steady state no
//! update allocates.

use std::{collections::VecDeque, iter, sync::Arc};

use mm_model::{
    ClientId, Fill, Joined, MarketId, NewOrder, OrderRecord, OrderReport, Qty, SignedQty, Timestamp,
    VenueOrderId, fixed_map::FixedMap,
};

use super::{
    ExternalOrder, OrderTracker, Update,
    closed::{Closed, ClosedRing, Late, SeenTrades, venue_key},
    external::Externals,
    wakers::Wakers,
};
use crate::{
    journal::{CameTo, Entry, Journal, PastOrder},
    risk::{Desk, Reservation},
};

/// Trades remembered for each order that is over, on average.
const TRADES_PER_CLOSED_ORDER: usize = 2;

/// Orders that are over and that nobody holds, and are kept whole a little longer: whoever lost its handle while the order
/// ended can still find what it left behind.
const LINGERING_MAX: usize = 128;

/// Whose order a message told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One that is tracked.
    Tracked(ClientId),
    /// One of ours that is over and that nobody holds any more.
    Closed(ClientId),
    /// None of ours, as far as we know; `new` when we hear of it for the first time.
    External {
        /// Whether we hear of it for the first time.
        new: bool,
    },
}

/// What a message did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whose order it told of.
    pub whose: Whose,
    /// What joining it did.
    pub joined: Joined,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Live(u32),
    Closed(u32),
}

#[derive(Debug)]
struct Slot {
    tracker: OrderTracker,
    /// Handles that somebody holds.
    n_handles: u32,
    in_use: bool,
    /// In the queue of those that are to be retired.
    lingers: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct OrderTable {
    slots: Vec<Slot>,
    free: Vec<u32>,
    lingering: VecDeque<u32>,
    by_client: FixedMap<u64, Place>,
    by_venue: FixedMap<u64, Place>,
    closed: ClosedRing,
    seen: SeenTrades,
    externals: Externals,
    journal: Arc<dyn Journal>,
    /// Where all that may still be filled is counted.
    desk: Option<Desk>,
}

impl OrderTable {
    pub(super) fn new(closed_max: usize, journal: Arc<dyn Journal>, desk: Option<Desk>) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            lingering: VecDeque::new(),
            by_client: FixedMap::default(),
            by_venue: FixedMap::default(),
            closed: ClosedRing::new(closed_max),
            seen: SeenTrades::new(closed_max.saturating_mul(TRADES_PER_CLOSED_ORDER)),
            externals: Externals::default(),
            journal,
            desk,
        }
    }

    /// Tracks a new order with one handle on it; `None` when the id was used before. One without a reservation is of an
    /// earlier run, or thought to be over: it counts all the same.
    pub(super) fn track(
        &mut self,
        client_id: ClientId,
        (order, room): (NewOrder, Option<Reservation>),
        at: Timestamp,
    ) -> Option<u32> {
        if self.by_client.of(&client_id.0).is_some() {
            return None;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize].tracker.renew(client_id, order, at);
                slot
            }
            None => {
                let slot = u32::try_from(self.slots.len()).ok()?;
                let tracker = OrderTracker::new(client_id, order, at);
                self.slots.push(Slot { tracker, n_handles: 0, in_use: false, lingers: false });
                slot
            }
        };
        let place = &mut self.slots[slot as usize];
        (place.n_handles, place.in_use) = (1, true);
        self.by_client.insert(client_id.0, Place::Live(slot));
        match room {
            Some(room) => room.name(client_id),
            None => self.count(slot, at, (Qty::ZERO, None)),
        }
        Some(slot)
    }

    /// Tracks an order of an earlier run that nobody holds. What was written down of it is joined, and not written again;
    /// whatever was made may have been sent. False when the id is in use.
    pub(super) fn restore(&mut self, past: &PastOrder, now: Timestamp) -> bool {
        let Some(slot) = self.track(past.client_id, (past.order, None), past.made_at.min(now)) else {
            return false;
        };
        self.slots[slot as usize].n_handles = 0;
        let tracker = self.tracker_mut(slot);
        let sent = (past.made_at, Update::Sent);
        let told = past.evidence.iter().map(|(at, evidence)| (*at, evidence.as_update()));
        for (at, update) in iter::once(sent).chain(told) {
            // Nobody waits for an order that was not there.
            let _ = tracker.join(at, update);
        }
        tracker.resume(now);
        if let Some(venue_id) = tracker.record().venue_id() {
            self.by_venue.insert(venue_key(&venue_id), Place::Live(slot));
        }
        // What was filled then is in the position that the venue tells.
        self.count(slot, now, (Qty::ZERO, None));
        self.retire_if_over(slot);
        true
    }

    pub(super) fn tracker(&self, slot: u32) -> &OrderTracker {
        &self.slots[slot as usize].tracker
    }

    pub(super) fn tracker_mut(&mut self, slot: u32) -> &mut OrderTracker {
        &mut self.slots[slot as usize].tracker
    }

    pub(super) fn slot_of(&self, client_id: ClientId) -> Option<u32> {
        match self.by_client.of(&client_id.0)? {
            Place::Live(slot) => Some(slot),
            Place::Closed(_) => None,
        }
    }

    pub(super) fn hold(&mut self, slot: u32) {
        self.slots[slot as usize].n_handles += 1;
    }

    pub(super) fn release(&mut self, slot: u32) {
        let held = &mut self.slots[slot as usize];
        held.n_handles = held.n_handles.saturating_sub(1);
        self.retire_if_over(slot);
    }

    /// All that are tracked.
    pub(super) fn trackers(&self) -> impl Iterator<Item = &OrderTracker> {
        self.slots.iter().filter(|slot| slot.in_use).map(|slot| &slot.tracker)
    }

    pub(super) const fn externals_mut(&mut self) -> &mut Externals {
        &mut self.externals
    }

    pub(super) fn external_filled(&self, market: MarketId) -> SignedQty {
        self.externals.filled(market)
    }

    pub(super) fn externals(&self) -> Vec<ExternalOrder> {
        self.externals.list()
    }

    /// Something of our own making happened to a tracked order.
    pub(super) fn apply(
        &mut self,
        client_id: ClientId,
        at: Timestamp,
        update: Update<'_>,
    ) -> (Joined, Wakers) {
        match self.slot_of(client_id) {
            Some(slot) => self.apply_to(slot, at, update),
            None => (Joined::default(), Wakers::default()),
        }
    }

    pub(super) fn report(&mut self, at: Timestamp, report: &OrderReport) -> (Heard, Wakers) {
        match self.find(report.client_id, &report.venue_id) {
            Some(Place::Live(slot)) => self.live(slot, at, Update::Report(report)),
            Some(Place::Closed(place)) => match self.closed.row(place).report(report) {
                Late::Joined(joined) => self.late(place, (at, Update::Report(report)), joined),
                Late::Alive => self.revive(place, at, Update::Report(report)),
            },
            None => (external(self.externals.report(at, report)), Wakers::default()),
        }
    }

    pub(super) fn fill(&mut self, at: Timestamp, fill: &Fill) -> (Heard, Wakers) {
        match self.find(fill.client_id, &fill.venue_id) {
            Some(Place::Live(slot)) => self.live(slot, at, Update::Fill(fill)),
            Some(Place::Closed(place)) => {
                if !self.seen.add(&fill.venue_id, fill.trade_id.as_str()) {
                    return self.late(place, (at, Update::Fill(fill)), Joined::default());
                }
                match self.closed.row(place).fill(fill) {
                    Late::Joined(joined) => self.late(place, (at, Update::Fill(fill)), joined),
                    Late::Alive => self.revive(place, at, Update::Fill(fill)),
                }
            }
            None if self.seen.add(&fill.venue_id, fill.trade_id.as_str()) => {
                (external(self.externals.fill(at, fill)), Wakers::default())
            }
            None => (external(false), Wakers::default()),
        }
    }

    /// By our id where the message carries one, else by the venue's. A message with an id of ours that we never gave is
    /// still ours if the venue's id is.
    fn find(&self, client_id: Option<ClientId>, venue_id: &VenueOrderId) -> Option<Place> {
        client_id.and_then(|id| self.by_client.of(&id.0)).or_else(|| {
            let place = self.by_venue.of(&venue_key(venue_id))?;
            match place {
                Place::Live(slot) if self.tracker(slot).record().venue_id() != Some(*venue_id) => None,
                _ => Some(place),
            }
        })
    }

    fn live(&mut self, slot: u32, at: Timestamp, update: Update<'_>) -> (Heard, Wakers) {
        let client_id = self.tracker(slot).record().client_id();
        let (joined, wakers) = self.apply_to(slot, at, update);
        (Heard { whose: Whose::Tracked(client_id), joined }, wakers)
    }

    fn apply_to(&mut self, slot: u32, at: Timestamp, update: Update<'_>) -> (Joined, Wakers) {
        let tracker = &mut self.slots[slot as usize].tracker;
        let named = tracker.record().venue_id().is_some();
        let (mut joined, wakers) = tracker.join(at, update);
        self.write_down_live(slot, (at, update), &joined);
        if joined.changed {
            self.count(slot, at, (joined.newly_filled, fill_of(update)));
        }
        let tracker = &self.slots[slot as usize].tracker;
        if !named && let Some(venue_id) = tracker.record().venue_id() {
            self.by_venue.insert(venue_key(&venue_id), Place::Live(slot));
            let adopted = self.adopt(slot, &venue_id, at);
            joined.newly_filled = joined.newly_filled.plus(adopted.newly_filled);
            joined.anomaly = joined.anomaly.take().or(adopted.anomaly);
        }
        if joined.changed {
            self.retire_if_over(slot);
        }
        (joined, wakers)
    }

    /// What was heard of this order before we knew that it is ours. The waiters are woken by what brought the id.
    fn adopt(&mut self, slot: u32, venue_id: &VenueOrderId, at: Timestamp) -> Joined {
        let mut sum = Joined::default();
        let market = self.tracker(slot).record().order().market;
        let Some(external) = self.externals.remove(venue_id, market) else { return sum };
        let fills = external.fills.iter().map(Update::Fill);
        for update in fills.chain(external.report.iter().map(Update::Report)) {
            let (joined, _) = self.slots[slot as usize].tracker.join(at, update);
            self.write_down_live(slot, (at, update), &joined);
            if joined.changed {
                self.count(slot, at, (joined.newly_filled, fill_of(update)));
            }
            sum.newly_filled = sum.newly_filled.plus(joined.newly_filled);
            sum.anomaly = sum.anomaly.or(joined.anomaly);
        }
        sum
    }

    /// What told something new of an order that is tracked.
    fn write_down_live(&self, slot: u32, (at, update): (Timestamp, Update<'_>), joined: &Joined) {
        if joined.changed && !matches!(update, Update::Sent) {
            let record = self.tracker(slot).record();
            let came_to = CameTo {
                market: record.order().market,
                side: record.order().side,
                newly_filled: joined.newly_filled,
                is_settled: record.is_settled(),
            };
            self.write_down(at, &Entry::Updated { client_id: record.client_id(), update, came_to });
        }
    }

    /// The gate's book follows.
    fn count(&self, slot: u32, at: Timestamp, (newly_filled, fill): (Qty, Option<&Fill>)) {
        if let Some(desk) = &self.desk {
            desk.follow(at, (self.tracker(slot).record(), newly_filled), fill);
        }
    }

    fn write_down(&self, at: Timestamp, entry: &Entry<'_>) {
        // It remembers its failure by itself, and lets nothing new be made.
        let _ = self.journal.write(at, entry);
    }

    fn late(&mut self, place: u32, (at, update): (Timestamp, Update<'_>), joined: Joined) -> (Heard, Wakers) {
        let Closed { client_id, market, side, .. } = *self.closed.row(place);
        if joined.changed {
            let came_to = CameTo { market, side, newly_filled: joined.newly_filled, is_settled: true };
            self.write_down(at, &Entry::Updated { client_id, update, came_to });
            if let Some(desk) = &self.desk {
                desk.late(at, (market, side), (joined.newly_filled, fill_of(update)));
            }
        }
        (Heard { whose: Whose::Closed(client_id), joined }, Wakers::default())
    }

    /// An order of which we had inferred that it never arrived is there after all: it is tracked again.
    fn revive(&mut self, place: u32, at: Timestamp, update: Update<'_>) -> (Heard, Wakers) {
        let told = match update {
            Update::Report(report) => NewOrder::from(report),
            Update::Fill(fill) => order_of(fill),
            _ => unreachable!("only the venue's word brings an order back"),
        };
        let &mut Closed { client_id, qty, .. } = self.closed.row(place);
        // One fill tells nothing of the whole: with its size alone the rest would be forgotten on the book.
        let order = NewOrder { qty, ..told };
        self.by_client.remove(&client_id.0);
        let slot = self
            .track(client_id, (order, None), at)
            .expect("its id was just freed, and a slab of 2^32 is never full");
        self.slots[slot as usize].n_handles = 0;
        self.write_down(at, &Entry::Revived { client_id, order: &order });
        let (_, first) = self.apply_to(slot, at, Update::Unsure(mm_model::Unsure::NeverArrived(at)));
        let (heard, wakers) = self.live(slot, at, update);
        first.wake();
        (heard, wakers)
    }

    /// An order that is over and that nobody holds lingers; the one that lingered longest makes room.
    fn retire_if_over(&mut self, slot: u32) {
        if !self.is_retirable(slot) || std::mem::replace(&mut self.slots[slot as usize].lingers, true) {
            return;
        }
        self.lingering.push_back(slot);
        if self.lingering.len() > LINGERING_MAX
            && let Some(oldest) = self.lingering.pop_front()
        {
            self.slots[oldest as usize].lingers = false;
            if self.is_retirable(oldest) {
                self.retire(oldest);
            }
        }
    }

    fn is_retirable(&self, slot: u32) -> bool {
        let held = &self.slots[slot as usize];
        held.in_use && held.n_handles == 0 && held.tracker.record().is_settled()
    }

    fn retire(&mut self, slot: u32) {
        let held = &mut self.slots[slot as usize];
        held.in_use = false;
        let record = held.tracker.record();
        if let Some(venue_id) = record.venue_id() {
            for (trade, _, _) in record.trades() {
                self.seen.add(&venue_id, trade.as_str());
            }
        }
        let closed = Closed::new(record);
        self.free.push(slot);
        let Some((place, forgotten)) = self.closed.push(closed) else {
            self.by_client.remove(&closed.client_id.0);
            self.by_venue.remove(&closed.venue_key);
            return;
        };
        if let Some(old) = forgotten {
            self.forget(&old, place);
        }
        self.by_client.insert(closed.client_id.0, Place::Closed(place));
        if closed.venue_key != 0 {
            self.by_venue.insert(closed.venue_key, Place::Closed(place));
        }
    }

    fn forget(&mut self, old: &Closed, place: u32) {
        // Only what still points here: a revived order has its ids elsewhere.
        if matches!(self.by_client.of(&old.client_id.0), Some(Place::Closed(at)) if at == place) {
            self.by_client.remove(&old.client_id.0);
        }
        if matches!(self.by_venue.of(&old.venue_key), Some(Place::Closed(at)) if at == place) {
            self.by_venue.remove(&old.venue_key);
        }
    }

    /// Our ids of the orders that were made at `since` or later and are still kept, oldest first.
    pub(super) fn made_since(&self, since: Timestamp) -> Vec<ClientId> {
        let mut made: Vec<_> = self
            .trackers()
            .map(|tracker| (tracker.record().created_at(), tracker.record().client_id()))
            .filter(|(at, _)| *at >= since)
            .collect();
        made.sort_unstable();
        made.into_iter().map(|(_, id)| id).collect()
    }

    /// Tracked records that `keep` lets through.
    pub(super) fn records(&self, keep: impl Fn(&OrderRecord) -> bool) -> Vec<OrderRecord> {
        self.trackers().map(OrderTracker::record).filter(|record| keep(record)).cloned().collect()
    }
}

const fn fill_of(update: Update<'_>) -> Option<&Fill> {
    match update {
        Update::Fill(fill) => Some(fill),
        _ => None,
    }
}

const fn external(new: bool) -> Heard {
    Heard {
        whose: Whose::External { new },
        joined: Joined { changed: new, newly_filled: Qty::ZERO, anomaly: None },
    }
}

/// The best guess at an order of which only a fill is known.
const fn order_of(fill: &Fill) -> NewOrder {
    NewOrder {
        market: fill.market,
        side: fill.side,
        qty: fill.qty,
        kind: mm_model::OrderKind::Limit { price: fill.price, time_in_force: mm_model::TimeInForce::Gtc },
        exposure: mm_model::Exposure::Any,
    }
}
