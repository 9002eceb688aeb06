//! Orders that are over and that nobody holds: a bounded ring of what it takes to recognise and count a late message.

use mm_model::{
    Anomaly, ClientId, Fill, Joined, MarketId, OrderRecord, OrderReport, Qty, ReportedStatus, Side,
    VenueOrderId,
    fixed_map::{FixedMap, fingerprint},
};

/// What is kept of an order that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub(super) client_id: ClientId,
    /// A short fingerprint of the venue's id; 0 where the venue never gave one.
    pub(super) venue_key: u64,
    pub(super) qty: Qty,
    said: Qty,
    fills_sum: Qty,
    pub(super) market: MarketId,
    pub(super) side: Side,
    /// The venue never showed its end (it was refused, or never arrived): a later word of the venue brings it back.
    may_return: bool,
}

/// What a late message did to an order that is over.
pub(super) enum Late {
    /// It is over, and stays over.
    Joined(Joined),
    /// It is not over after all.
    Alive,
}

impl Closed {
    pub(super) fn new(record: &OrderRecord) -> Self {
        let fills_sum = record.trades().fold(Qty::ZERO, |sum, (_, _, qty)| sum.plus(qty));
        Self {
            client_id: record.client_id(),
            venue_key: record.venue_id().map_or(0, |id| venue_key(&id)),
            qty: record.qty(),
            said: record.filled(),
            fills_sum,
            market: record.order().market,
            side: record.order().side,
            may_return: !record.is_proven_over(),
        }
    }

    fn filled(&self) -> Qty {
        self.said.max(self.fills_sum)
    }

    fn is_other(&self, market: MarketId, side: Side) -> bool {
        self.market != market || self.side != side
    }

    pub(super) fn report(&mut self, report: &OrderReport) -> Late {
        if self.is_other(report.market, report.side) {
            return Late::Joined(Joined { anomaly: Some(Anomaly::OtherOrder), ..Joined::default() });
        }
        if self.may_return && !matches!(report.status, ReportedStatus::Rejected { .. }) {
            return Late::Alive;
        }
        let before = self.filled();
        self.said = self.said.max(report.filled);
        Late::Joined(self.step(before, None))
    }

    /// A fill that is not known yet.
    pub(super) fn fill(&mut self, fill: &Fill) -> Late {
        if self.is_other(fill.market, fill.side) {
            return Late::Joined(Joined { anomaly: Some(Anomaly::OtherOrder), ..Joined::default() });
        }
        if self.may_return {
            return Late::Alive;
        }
        let before = self.filled();
        self.fills_sum = self.fills_sum.plus(fill.qty);
        Late::Joined(self.step(before, Some(Anomaly::LateFill(fill.trade_id))))
    }

    fn step(&self, before: Qty, late: Option<Anomaly>) -> Joined {
        let newly_filled = self.filled().minus(before);
        let overfill = Anomaly::Overfill { filled: self.filled(), qty: self.qty };
        let grew = !newly_filled.is_zero();
        let anomaly = if grew && self.filled() > self.qty { Some(overfill) } else { late.filter(|_| grew) };
        Joined { changed: grew, newly_filled, anomaly }
    }
}

/// 64 bits that stand for a venue's order id; never 0.
pub(super) fn venue_key(id: &VenueOrderId) -> u64 {
    (fingerprint(&[id.as_str()]) as u64).max(1)
}

/// A ring of orders that are over: the oldest makes room for the newest.
#[derive(Debug)]
pub(super) struct ClosedRing {
    rows: Vec<Closed>,
    next: usize,
    max: usize,
}

impl ClosedRing {
    pub(super) const fn new(max: usize) -> Self {
        Self { rows: Vec::new(), next: 0, max }
    }

    /// Keeps `closed`; returns its place, and the one that had to go.
    pub(super) fn push(&mut self, closed: Closed) -> Option<(u32, Option<Closed>)> {
        if self.max == 0 {
            return None;
        }
        let at = self.next;
        self.next = (at + 1) % self.max;
        let place = u32::try_from(at).ok()?;
        if at == self.rows.len() {
            self.rows.push(closed);
            return Some((place, None));
        }
        Some((place, Some(std::mem::replace(&mut self.rows[at], closed))))
    }

    pub(super) fn row(&mut self, place: u32) -> &mut Closed {
        &mut self.rows[place as usize]
    }
}

/// Trades that were counted and whose order is no longer there to know them.
#[derive(Debug)]
pub(super) struct SeenTrades {
    seen: FixedMap<u128, ()>,
    ring: Vec<u128>,
    next: usize,
    max: usize,
}

impl SeenTrades {
    pub(super) fn new(max: usize) -> Self {
        Self { seen: FixedMap::default(), ring: Vec::new(), next: 0, max: max.max(1) }
    }

    /// Whether this trade of this order is new; from then on it is known.
    pub(super) fn add(&mut self, order: &VenueOrderId, trade: &str) -> bool {
        let key = fingerprint(&[order.as_str(), trade]);
        if self.seen.insert(key, ()).is_some() {
            return false;
        }
        if self.ring.len() < self.max {
            self.ring.push(key);
        } else {
            let forgotten = std::mem::replace(&mut self.ring[self.next], key);
            self.seen.remove(&forgotten);
        }
        self.next = (self.next + 1) % self.max;
        true
    }
}
