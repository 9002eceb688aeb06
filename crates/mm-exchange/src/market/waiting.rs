//! Live orders that something else than another order will move: the mark price, or the clock. Beside the book, so
//! that orders without such conditions pay nothing for them.

use std::collections::BTreeSet;

use mm_model::{Price, Timestamp};

use crate::{OrderId, OrderView, Status, Waits};

/// Orders by the mark price that they wait for.
type ByPrice = BTreeSet<(Price, OrderId)>;

/// A market's orders that wait.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Asleep until the mark is at this price or above.
    rising: ByPrice,
    /// Asleep until the mark is at this price or below.
    falling: ByPrice,
    /// Live, asleep or not, until this time.
    expiring: BTreeSet<(Timestamp, OrderId)>,
}

impl Waiting {
    /// Notes what a live order waits for.
    pub(crate) fn insert(&mut self, view: &OrderView) {
        if let Some((sleepers, entry)) = self.sleepers(view) {
            sleepers.insert(entry);
        }
        if let Some(at) = view.order.terms.expires_at {
            self.expiring.insert((at, view.id));
        }
    }

    /// Forgets an order; it must be as it was when it was noted.
    pub(crate) fn remove(&mut self, view: &OrderView) {
        if let Some((sleepers, entry)) = self.sleepers(view) {
            sleepers.remove(&entry);
        }
        if let Some(at) = view.order.terms.expires_at {
            self.expiring.remove(&(at, view.id));
        }
    }

    /// Among whom the order sleeps, if it sleeps for the mark.
    fn sleepers(&mut self, view: &OrderView) -> Option<(&mut ByPrice, (Price, OrderId))> {
        let trigger = view.order.terms.trigger.filter(|_| view.status == Status::Pending(Waits::Mark))?;
        let sleepers = if trigger.rises(view.order.side) { &mut self.rising } else { &mut self.falling };
        Some((sleepers, (trigger.price, view.id)))
    }

    /// Whether no order sleeps for the mark.
    pub(crate) fn none_asleep(&self) -> bool {
        self.rising.is_empty() && self.falling.is_empty()
    }

    /// The order that a mark wakes first: the one whose trigger it has passed by most, the older of two.
    pub(crate) fn woken(&self, mark: Price) -> Option<OrderId> {
        let rising = self.rising.first().filter(|(price, _)| *price <= mark);
        let falling = || {
            let (price, _) = self.falling.last().filter(|(price, _)| *price >= mark)?;
            self.falling.range((*price, OrderId(0))..).next()
        };
        rising.or_else(falling).map(|&(_, id)| id)
    }

    /// The order whose time is over first.
    pub(crate) fn due(&self, now: Timestamp) -> Option<OrderId> {
        self.expiring.first().filter(|(at, _)| *at <= now).map(|&(_, id)| id)
    }

    /// When the next order's time is over.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.expiring.first().map(|&(at, _)| at)
    }
}
