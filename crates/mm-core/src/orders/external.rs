//! Orders that the venue tells us of and that we did not place, as far as we know: another program on the account, an earlier
//! run, or one of ours whose venue id we have not heard yet. They are listed, never adopted; a message that turns out to be
//! about an order of ours moves over to it.

use std::collections::BTreeMap;

use mm_model::{Fill, OrderReport, ReportedStatus, Timestamp, VenueOrderId};

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
pub(super) struct Externals(BTreeMap<VenueOrderId, ExternalOrder>);

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
        let (order, new) = self.entry(at, fill.venue_id);
        if order.fills.len() < FILLS_MAX {
            order.fills.push(fill.clone());
        }
        new
    }

    pub(super) fn remove(&mut self, id: &VenueOrderId) -> Option<ExternalOrder> {
        if self.0.is_empty() { None } else { self.0.remove(id) }
    }

    /// Forgets orders of which only fills from before are known.
    pub(super) fn forget_fills(&mut self, before: Timestamp) {
        let stays = |order: &ExternalOrder| {
            order.report.is_some() || order.fills.iter().any(|fill| fill.at >= before)
        };
        self.0.retain(|_, order| stays(order));
    }

    pub(super) fn list(&self) -> Vec<ExternalOrder> {
        self.0.values().cloned().collect()
    }

    fn entry(&mut self, heard_at: Timestamp, venue_id: VenueOrderId) -> (&mut ExternalOrder, bool) {
        let new = !self.0.contains_key(&venue_id);
        if new && self.0.len() >= EXTERNAL_MAX {
            let gone = self
                .0
                .values()
                .min_by_key(|order| (!order.is_over(), order.heard_at))
                .map(|order| order.venue_id);
            gone.and_then(|id| self.0.remove(&id));
        }
        let order = self.0.entry(venue_id).or_insert(ExternalOrder {
            venue_id,
            heard_at,
            report: None,
            fills: Vec::new(),
        });
        (order, new)
    }
}
