//! A market's whole book: orders of accounts, and external levels where the market has an outside world.

use std::ops::ControlFlow;

use mm_model::{Level, Price, Qty, Side};

use crate::{
    OrderId,
    matching::{MatchingBook, Resting, crosses},
    overlay::Outside,
};

/// Who stands behind an [`Offer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An order of an account.
    Order(Resting),
    /// The outside world.
    Outside,
}

/// What is next in line for an order that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) price: Price,
    pub(crate) qty: Qty,
    pub(crate) source: Source,
}

/// Our orders and what is laid under them.
#[derive(Debug, Default)]
pub(crate) struct TradingBook {
    pub(crate) own: MatchingBook,
    pub(crate) outside: Option<Box<Outside>>,
}

impl TradingBook {
    /// The front of the queue at the best level of a side.
    pub(crate) fn offer(&self, side: Side) -> Option<Offer> {
        let front = self.own.front(side);
        let own =
            front.map(|&order| Offer { price: order.price, qty: order.left, source: Source::Order(order) });
        let Some(outside) = &self.outside else { return own };
        let Some(best) = outside.best(side) else { return own };
        let external = |qty| Some(Offer { price: best, qty, source: Source::Outside });
        match front {
            Some(order) if order.price == best => {
                let ahead = outside.ahead(order.id);
                if ahead.is_zero() { own } else { external(ahead) }
            }
            Some(order) if better(side, order.price, best) => own,
            _ => external(outside.level(side, best)),
        }
    }

    /// Shows all offers of a side, in the order in which they would be met, until `visit` has seen enough.
    pub(crate) fn walk(&self, side: Side, mut visit: impl FnMut(Offer) -> ControlFlow<()>) {
        let mut price = self.best_price(side);
        while let Some(at) = price {
            if self.walk_level((side, at), &mut visit).is_break() {
                return;
            }
            price = self.next_price(side, at);
        }
    }

    fn walk_level(
        &self,
        at: (Side, Price),
        visit: &mut impl FnMut(Offer) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (side, price) = at;
        let level = self.external(side, price);
        let mut seen = Qty::ZERO;
        for &order in self.own.queue(side, price) {
            let ahead = self.outside.as_ref().map_or(Qty::ZERO, |outside| outside.ahead(order.id));
            if ahead > seen {
                visit(Offer { price, qty: ahead.minus(seen), source: Source::Outside })?;
                seen = ahead;
            }
            visit(Offer { price, qty: order.left, source: Source::Order(order) })?;
        }
        if level > seen {
            visit(Offer { price, qty: level.minus(seen), source: Source::Outside })?;
        }
        ControlFlow::Continue(())
    }

    /// Puts an order at the end of its queue.
    pub(crate) fn rest(&mut self, order: Resting) {
        self.own.rest(order);
        if let Some(outside) = &mut self.outside {
            outside.arrived(&order);
        }
    }

    /// Takes what an arriving order met.
    pub(crate) fn take(&mut self, side: Side, offer: &Offer, qty: Qty) {
        match (&offer.source, &mut self.outside) {
            (Source::Order(order), _) => {
                self.own.reduce(order.id, qty);
            }
            (Source::Outside, Some(outside)) => outside.take(&self.own, (side, offer.price), qty),
            (Source::Outside, None) => {}
        }
    }

    /// A resting order.
    pub(crate) fn order(&self, id: OrderId) -> Option<&Resting> {
        self.own.order(id)
    }

    /// The best price of a side.
    pub(crate) fn best_price(&self, side: Side) -> Option<Price> {
        let external = self.outside.as_ref().and_then(|outside| outside.best(side));
        best_of(side, self.own.best(side), external)
    }

    /// The next price of a side worse than this one.
    pub(crate) fn next_price(&self, side: Side, after: Price) -> Option<Price> {
        let external = self.outside.as_ref().and_then(|outside| outside.next_level(side, after));
        best_of(side, self.own.next_level(side, after), external)
    }

    /// All that rests at a price.
    pub(crate) fn level(&self, side: Side, price: Price) -> Qty {
        self.own.level(side, price).plus(self.external(side, price))
    }

    /// How many orders rest at a price, the outside world's quantity as one.
    pub(crate) fn orders_at(&self, side: Side, price: Price) -> usize {
        self.own.queue(side, price).count() + usize::from(!self.external(side, price).is_zero())
    }

    /// The levels of a side, best first.
    pub(crate) fn levels(&self, side: Side) -> impl Iterator<Item = Level> {
        std::iter::successors(self.best_price(side), move |&price| self.next_price(side, price))
            .map(move |price| Level { price, qty: self.level(side, price) })
    }

    /// Whether an order of this side and limit would match something.
    pub(crate) fn would_match(&self, side: Side, limit: Price) -> bool {
        self.best_price(side.opposite()).is_some_and(|best| crosses(side, limit, best))
    }

    fn external(&self, side: Side, price: Price) -> Qty {
        self.outside.as_ref().map_or(Qty::ZERO, |outside| outside.level(side, price))
    }
}

/// Whether `a` is the better price for whoever meets this side.
fn better(side: Side, a: Price, b: Price) -> bool {
    match side {
        Side::Buy => a > b,
        Side::Sell => a < b,
    }
}

fn best_of(side: Side, a: Option<Price>, b: Option<Price>) -> Option<Price> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if better(side, a, b) { a } else { b }),
        (a, b) => a.or(b),
    }
}
