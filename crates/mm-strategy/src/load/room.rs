//! How much may still be asked for in a market, so that no outcome of what is under way leaves the bound.

use std::sync::{Arc, Mutex, OnceLock};

use mm_core::Venue;
use mm_model::{ClientId, Market, OrderRecord, Price, Qty, Side, SignedQty, Top};

use super::VenueLoad;
use crate::smoke_test::minimum;

/// One market of one connector, as its hands share it.
pub(super) struct Room {
    pub(super) venue: Venue,
    pub(super) market: Arc<Market>,
    pub(super) load: VenueLoad,
    /// What tracking limits still have to fill, by side: between two orders of theirs nothing of it is live.
    promised: Mutex<[Qty; 2]>,
    /// The position that was there before any order of this run.
    before: SignedQty,
    /// The largest position, as the first price made it: the market's smallest order may hang on the price.
    bound: OnceLock<Qty>,
}

/// Gives back what was promised, also when its holder is dropped half-way.
pub(super) struct Promise<'a> {
    room: &'a Room,
    side: Side,
    qty: Qty,
}

impl Room {
    pub(super) fn new(venue: Venue, market: Arc<Market>, load: &VenueLoad) -> Self {
        let before = SignedQty(position(&venue, &market).0.saturating_sub(venue.filled(market.id).0));
        Self { venue, market, load: load.clone(), promised: Mutex::default(), before, bound: OnceLock::new() }
    }

    /// Best bid and ask, if they can be believed.
    pub(super) fn top(&self) -> Option<Top> {
        self.venue.top(self.market.id).ok()
    }

    /// The smallest order at this price.
    pub(super) fn smallest(&self, price: Price) -> Option<Qty> {
        minimum(&self.market, price).ok()
    }

    /// Orders of ours that are, or may be, live in this market.
    pub(super) fn open(&self) -> Vec<OrderRecord> {
        let mut open = self.venue.open_orders();
        open.retain(|record| record.order().market == self.market.id);
        open
    }

    /// The same by their ids.
    pub(super) fn open_ids(&self) -> Vec<ClientId> {
        self.open().iter().map(OrderRecord::client_id).collect()
    }

    /// The position as our fills tell it, and as the venue does: one may be ahead of the other.
    pub(super) fn positions(&self) -> [SignedQty; 2] {
        [self.before + self.venue.filled(self.market.id), position(&self.venue, &self.market)]
    }

    /// How much more may be asked for on this side, when the smallest order is of this size.
    pub(super) fn left(&self, side: Side, smallest: Qty) -> Qty {
        let bound = *self.bound.get_or_init(|| Qty(smallest.0.saturating_mul(self.load.position_multiple)));
        let promised = self.promised.lock().expect("no panic while holding it")[index(side)];
        let on_this_side = self.open().into_iter().filter(|record| record.order().side == side);
        let asked = on_this_side.fold(promised, |sum, record| sum.plus(record.exposed()));
        left(side, bound, self.positions(), asked)
    }

    /// Counts `qty` as asked for until the promise is dropped.
    pub(super) fn promise(&self, side: Side, qty: Qty) -> Promise<'_> {
        let mut promised = self.promised.lock().expect("no panic while holding it");
        promised[index(side)] = promised[index(side)].plus(qty);
        drop(promised);
        Promise { room: self, side, qty }
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        let mut promised = self.room.promised.lock().expect("no panic while holding it");
        promised[index(self.side)] = promised[index(self.side)].minus(self.qty);
    }
}

/// Taken at its worst: the position that is nearer to the bound, and all that is asked for filled.
fn left(side: Side, bound: Qty, positions: [SignedQty; 2], asked: Qty) -> Qty {
    let towards = positions.map(|position| i128::from(position.0) * i128::from(side.sign()));
    let worst = towards.into_iter().max().unwrap_or(0) + i128::from(asked.0);
    Qty(u64::try_from(i128::from(bound.0) - worst).unwrap_or(0))
}

fn position(venue: &Venue, market: &Market) -> SignedQty {
    let rows = venue.positions();
    rows.iter().find(|row| row.market == market.id).map_or(SignedQty::ZERO, |row| row.net)
}

const fn index(side: Side) -> usize {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_at_the_worst() {
        let check = |side, [fills, told]: [i64; 2], asked, want| {
            let positions = [SignedQty(fills), SignedQty(told)];
            assert_eq!(left(side, Qty(10), positions, Qty(asked)), Qty(want), "{side} {positions:?} {asked}");
        };
        check(Side::Buy, [0, 0], 0, 10);
        check(Side::Buy, [4, 4], 3, 3);
        check(Side::Buy, [4, 6], 3, 1);
        check(Side::Sell, [4, 6], 3, 11);
        check(Side::Sell, [-6, -2], 4, 0);
        check(Side::Buy, [40, 40], 0, 0);
        check(Side::Sell, [i64::MIN, 0], u64::MAX, 0);
    }
}
