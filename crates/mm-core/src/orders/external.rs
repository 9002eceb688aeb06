//! Orders that the venue tells us of and that we did not place, as far as we know: another program on the account, an earlier
//! run, or one of ours whose venue id we have not heard yet. They are listed, never adopted; a message that turns out to be
//! about an order of ours moves over to it.

use std::collections::BTreeMap;

use mm_model::{Fill, MarketId, OrderReport, ReportedStatus, SignedQty, Timestamp, VenueOrderId};

/// An order that we did not place, as far as we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalOrder {
    /// The venue's id.
    pub venue_id: VenueOrderId,
    /// When we first heard of it, by our clock.
    pub heard_at: Timestamp,
    /// The venue's last word that ends it, or its latest word; `None` when only fills were heard.
    pub report: Option<OrderReport>,
    /// Its fills.
    pub fills: Vec<Fill>,
    /// When we last heard of it, by our clock.
    pub told_at: Timestamp,
    /// What its fills come to, signed, those that are not kept included; fills from before we started are left out.
    pub filled: SignedQty,
}

impl ExternalOrder {
    /// Whether the venue ended it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.status != ReportedStatus::Open)
    }
}

/// The most that are listed: beyond, those that are over and then the oldest make room.
const EXTERNAL_MAX: usize = 512;
/// The most fills kept of each.
const FILLS_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Externals {
    orders: BTreeMap<VenueOrderId, ExternalOrder>,
    /// What fills of orders that are not ours come to, by market, those that made room included.
    filled: BTreeMap<MarketId, SignedQty>,
    /// Fills from before are not counted, by the venue's clock.
    counted_from: Timestamp,
}

impl Externals {
    /// Returns whether the order is new here.
    pub(super) fn report(&mut self, at: Timestamp, report: &OrderReport) -> bool {
        let (order, new) = self.entry(at, report.venue_id);
        let stands = order.report.as_ref().is_some_and(|known| {
            known.status != ReportedStatus::Open || (known.filled, known.at) > (report.filled, report.at)
        });
        if !stands {
            order.report = Some(report.clone());
        }
        new
    }

    /// A fill that was not counted before. Returns whether the order is new here.
    pub(super) fn fill(&mut self, at: Timestamp, fill: &Fill) -> bool {
        let counts = fill.at >= self.counted_from;
        let lots = SignedQty(i64::try_from(fill.qty.0).unwrap_or(i64::MAX).saturating_mul(fill.side.sign()));
        let (order, new) = self.entry(at, fill.venue_id);
        if counts {
            order.filled = order.filled + lots;
        }
        if order.fills.len() < FILLS_MAX {
            order.fills.push(fill.clone());
        }
        if counts {
            let sum = self.filled.entry(fill.market).or_default();
            *sum = *sum + lots;
        }
        new
    }

    /// It is ours after all.
    pub(super) fn remove(&mut self, id: &VenueOrderId, market: MarketId) -> Option<ExternalOrder> {
        let order = if self.orders.is_empty() { None } else { self.orders.remove(id) }?;
        if let Some(sum) = self.filled.get_mut(&market) {
            *sum = *sum - order.filled;
        }
        Some(order)
    }

    pub(super) const fn count_from(&mut self, at: Timestamp) {
        self.counted_from = at;
    }

    pub(super) fn filled(&self, market: MarketId) -> SignedQty {
        self.filled.get(&market).copied().unwrap_or_default()
    }

    /// Forgets orders that were shown as live before `asked_at` and that a complete list of that time lacks; how many.
    pub(super) fn end(&mut self, asked_at: Timestamp, is_listed: impl Fn(&ExternalOrder) -> bool) -> usize {
        let before = self.orders.len();
        self.orders.retain(|_, order| {
            let is_live = order.report.is_some() && !order.is_over();
            !is_live || order.told_at > asked_at || is_listed(order)
        });
        before - self.orders.len()
    }

    /// Forgets orders of which only fills from before are known.
    pub(super) fn forget_fills(&mut self, before: Timestamp) {
        let stays = |order: &ExternalOrder| {
            order.report.is_some() || order.fills.iter().any(|fill| fill.at >= before)
        };
        self.orders.retain(|_, order| stays(order));
    }

    pub(super) fn list(&self) -> Vec<ExternalOrder> {
        self.orders.values().cloned().collect()
    }

    fn entry(&mut self, heard_at: Timestamp, venue_id: VenueOrderId) -> (&mut ExternalOrder, bool) {
        let new = !self.orders.contains_key(&venue_id);
        if new && self.orders.len() >= EXTERNAL_MAX {
            let gone = self
                .orders
                .values()
                .min_by_key(|order| (!order.is_over(), order.heard_at))
                .map(|order| order.venue_id);
            gone.and_then(|id| self.orders.remove(&id));
        }
        let order = self.orders.entry(venue_id).or_insert(ExternalOrder {
            venue_id,
            heard_at,
            told_at: heard_at,
            report: None,
            fills: Vec::new(),
            filled: SignedQty::ZERO,
        });
        order.told_at = order.told_at.max(heard_at);
        (order, new)
    }
}
