//! What an arriving order may still take, and what it would match at once.

use std::ops::ControlFlow;

use mm_model::{Money, Price, Qty, SelfTrade, Side};

use super::Exchange;
use crate::{
    AccountId, PlaceOrder, SameTrader,
    market::{Offer, Source, Units},
    matching::crosses,
};

/// What an arriving order may still take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appetite {
    pub(super) lots: Qty,
    /// By quote amount: what may still be paid or received.
    quote: Option<Money>,
    average: Option<Average>,
}

/// What an order has paid so far, and the worst average that it may come to.
#[derive(Clone, Copy, Debug)]
struct Average {
    side: Side,
    worst: Price,
    lots: i128,
    /// Sum of price × lots.
    ticks: i128,
}

impl Average {
    /// How many lots at a price leave the average no worse than it may be.
    fn room(&self, price: Price) -> Qty {
        let (worst, price, sign) =
            (i128::from(self.worst.0), i128::from(price.0), i128::from(self.side.sign()));
        let over = sign * (price - worst);
        if over <= 0 {
            return Qty(u64::MAX);
        }
        let spare = sign * (worst * self.lots - self.ticks);
        Qty(u64::try_from(spare / over).unwrap_or(u64::MAX))
    }
}

impl Appetite {
    /// So many lots.
    pub(super) const fn lots(lots: Qty) -> Self {
        Self { lots, quote: None, average: None }
    }

    /// At most so many lots, for at most so much of the quote asset.
    pub(super) const fn quote(lots: Qty, quote: Money) -> Self {
        Self { lots, quote: Some(quote), average: None }
    }

    /// The same, with what else the order says about it.
    pub(super) fn of(self, order: &PlaceOrder) -> Self {
        let average =
            order.terms.worst_average.map(|worst| Average { side: order.side, worst, lots: 0, ticks: 0 });
        Self { average, ..self }
    }

    /// How much of an offer it would take, whatever its average becomes.
    pub(super) fn wants(&self, units: &Units, offer: &Offer) -> Qty {
        let qty = self.lots.min(offer.qty);
        match self.quote {
            None => qty,
            Some(quote) => {
                let affordable = quote.0 / units.value(offer.price, Qty(1)).0.max(1);
                qty.min(Qty(u64::try_from(affordable).unwrap_or(0)))
            }
        }
    }

    /// How much of an offer it takes.
    pub(super) fn bite(&self, units: &Units, offer: &Offer) -> Qty {
        let qty = self.wants(units, offer);
        match &self.average {
            None => qty,
            Some(average) => qty.min(average.room(offer.price)),
        }
    }

    /// Takes what was bitten.
    pub(super) fn eat(&mut self, units: &Units, price: Price, qty: Qty) {
        self.lose(units, price, qty);
        if let Some(average) = &mut self.average {
            average.lots += i128::from(qty.0);
            average.ticks += i128::from(qty.0) * i128::from(price.0);
        }
    }

    /// Loses what would have been bitten, without having it.
    pub(super) fn lose(&mut self, units: &Units, price: Price, qty: Qty) {
        self.lots = self.lots.minus(qty);
        if let Some(quote) = &mut self.quote {
            *quote -= units.value(price, qty);
        }
    }
}

/// What an order would match at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Preview {
    pub(super) qty: Qty,
    pub(super) value: Money,
    /// Whether nothing would be left.
    pub(super) whole: bool,
}

impl Exchange {
    /// What an order would match at once, with its trader's own orders left out as they will be.
    pub(super) fn preview(&self, account: AccountId, order: &PlaceOrder, mut appetite: Appetite) -> Preview {
        let state = self.state(order.market);
        let (mut seen, mut lost) = (Preview::default(), false);
        state.book.walk(order.side.opposite(), |offer| {
            if order.limit.is_some_and(|limit| !crosses(order.side, limit, offer.price)) {
                return ControlFlow::Break(());
            }
            let qty = appetite.bite(&state.units, &offer);
            let slips = qty < appetite.wants(&state.units, &offer);
            if matches!(offer.source, Source::Order(maker) if self.is_same(account, order, maker.owner)) {
                match order.self_trade {
                    SelfTrade::RejectMaker => return ControlFlow::Continue(()),
                    SelfTrade::RejectTaker | SelfTrade::RejectBoth => return ControlFlow::Break(()),
                    SelfTrade::Reduce => {
                        lost = true;
                        appetite.lose(&state.units, offer.price, qty);
                    }
                }
            } else {
                seen.qty = seen.qty.plus(qty);
                seen.value += state.units.value(offer.price, qty);
                appetite.eat(&state.units, offer.price, qty);
            }
            let sated = appetite.lots.is_zero() || qty < offer.qty;
            seen.whole = sated && !lost && !slips;
            if sated { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        seen
    }

    /// Whether an order must not trade with those of this owner.
    pub(super) fn is_same(&self, account: AccountId, order: &PlaceOrder, owner: AccountId) -> bool {
        owner == account
            || (order.terms.same_trader == SameTrader::Master
                && self.account(owner).master == self.account(account).master)
    }
}
