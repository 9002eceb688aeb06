//! One order in the gate's book: how much of it may still be filled, and at which price.

use mm_model::{ClientId, Market, Money, NewOrder, OrderKind, OrderRecord, Price, Qty, Side, TimeInForce};

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A place that was taken before the order had an id.
    Reserved(u64),
    /// An order of ours.
    Order(ClientId),
}

/// A modification that passed the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) price: Price,
    pub(super) qty: Qty,
    /// Whether it was handed over: then the order's record knows of it, and how it ends.
    pub(super) sent: bool,
}

/// A line of the book.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) key: Key,
    pub(super) side: Side,
    /// What may still be filled.
    pub(super) lots: Qty,
    /// Its limit; `None` where it has none.
    pub(super) limit: Option<Price>,
    /// The least that a lot of it counts for: what the market was at when it was placed.
    pub(super) floor: Price,
    /// Whether it may rest on the book.
    pub(super) rests: bool,
    pub(super) reduces: bool,
    pub(super) wish: Option<Wish>,
    /// Units of money of one tick on one lot.
    pub(super) unit: Money,
    /// Whether something of it was filled.
    pub(super) filled: bool,
}

impl Line {
    pub(super) fn new(key: Key, order: &NewOrder, market: &Market, floor: Price) -> Self {
        Self {
            key,
            side: order.side,
            lots: order.qty,
            limit: order.kind.price(),
            floor,
            rests: rests(&order.kind),
            reduces: order.exposure == mm_model::Exposure::ReduceOnly,
            wish: None,
            unit: market.notional(Price(1), Qty(1)),
            filled: false,
        }
    }

    /// What `lots` of it may cost or bring at the dearest.
    pub(super) fn worth(&self, lots: Qty) -> Money {
        let price =
            [self.limit, self.wish.map(|wish| wish.price)].into_iter().flatten().fold(self.floor, Price::max);
        worth_at(self.unit, price, lots)
    }

    /// The price at which it may match an order of the other side: its best for that one.
    pub(super) fn nearest(&self) -> Option<Price> {
        let limits = [self.limit, self.wish.map(|wish| wish.price)].into_iter().flatten();
        match self.side {
            Side::Buy => limits.max(),
            Side::Sell => limits.min(),
        }
    }

    /// As the record has it now.
    pub(super) fn follow(&mut self, record: &OrderRecord) {
        if self.wish.is_some_and(|wish| wish.sent && !record.is_modifying()) {
            self.wish = None;
        }
        let unsent = self.wish.filter(|wish| !wish.sent && !record.state().is_final());
        let wished = unsent.map_or(Qty::ZERO, |wish| wish.qty.minus(record.filled()));
        self.lots = record.at_risk().max(wished);
        self.limit = record.price().or(self.limit);
        self.filled |= !record.filled().is_zero();
    }
}

pub(super) fn worth_at(unit: Money, price: Price, lots: Qty) -> Money {
    Money((i128::from(price.0) * i128::from(lots.0)).saturating_mul(unit.0))
}

/// Whether an order of this kind may rest on the book, awake.
const fn rests(kind: &OrderKind) -> bool {
    matches!(kind, OrderKind::PostOnly { .. } | OrderKind::Limit { time_in_force: TimeInForce::Gtc, .. })
}
