//! The pure matching book: orders, levels, price-time priority. It knows neither money nor accounts' limits; the
//! exchange asks it for the front of the queue and decides what happens there.

mod ladder;
mod slab;
#[cfg(test)]
mod tests;

use mm_model::{Level, Price, Qty, Side};

use self::{
    ladder::Ladder,
    slab::{NONE, Slab},
};
use crate::{AccountId, OrderId};

pub use self::slab::Resting;

/// A limit order for [`MatchingBook::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its number: ascending, unique over all books that share ids, from 1.
    pub arrival: u64,
    /// Whose.
    pub owner: AccountId,
    /// Buy or sell.
    pub side: Side,
    /// The limit.
    pub price: Price,
    /// How much.
    pub qty: Qty,
}

/// A match with a resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The resting order, as it was before the match.
    pub maker: Resting,
    /// How much was matched, at the resting order's price.
    pub qty: Qty,
}

/// One market's resting orders.
#[derive(Debug, Default)]
pub struct MatchingBook {
    orders: Slab,
    bids: Ladder,
    asks: Ladder,
}

impl MatchingBook {
    /// Matches a limit order as far as it goes and lets the rest stay; tells each match to `on_match`. Returns the
    /// order's id while any of it rests. No self-trade prevention: that belongs to the accounts above.
    pub fn place(&mut self, incoming: Incoming, mut on_match: impl FnMut(Match)) -> Option<OrderId> {
        let Incoming { arrival, owner, side, price, qty: mut left } = incoming;
        while !left.is_zero() {
            let Some(&maker) = self.front(side.opposite()) else { break };
            if !crosses(side, price, maker.price) {
                break;
            }
            let qty = left.min(maker.left);
            left = left.minus(qty);
            self.reduce(maker.id, qty);
            on_match(Match { maker, qty });
        }
        if left.is_zero() {
            return None;
        }
        let id = self.reserve(arrival);
        self.rest(Resting { id, owner, side, price, left });
        Some(id)
    }

    /// Makes the id of an order that has arrived. It must be ended by [`MatchingBook::rest`] or
    /// [`MatchingBook::forget`].
    pub fn reserve(&mut self, arrival: u64) -> OrderId {
        self.orders.reserve(arrival)
    }

    /// Gives back the id of an order that will not rest.
    pub fn forget(&mut self, id: OrderId) {
        self.orders.release(id.slot() as u32);
    }

    /// Puts an order, whose id was reserved, at the end of its queue.
    pub fn rest(&mut self, order: Resting) {
        let slot = order.id.slot() as u32;
        let queue = self.side_mut(order.side).open(key(order.side, order.price));
        let prev = std::mem::replace(&mut queue.tail, slot);
        queue.total += order.left.0;
        if prev == NONE {
            queue.head = slot;
        } else {
            self.orders.node_mut(prev).next = slot;
        }
        let node = self.orders.node_mut(slot);
        node.order = order;
        node.prev = prev;
        node.next = NONE;
        node.linked = true;
    }

    /// Takes an order off; `None` when it does not rest here.
    pub fn cancel(&mut self, id: OrderId) -> Option<Resting> {
        let slot = self.orders.find(id)?;
        let order = self.orders.node(slot).order;
        self.unlink(slot);
        self.orders.release(slot);
        Some(order)
    }

    /// Takes an order off but keeps its id: it must be ended by [`MatchingBook::rest`] or [`MatchingBook::forget`].
    /// `None` when it does not rest here.
    pub fn lift(&mut self, id: OrderId) -> Option<Resting> {
        let slot = self.orders.find(id)?;
        let order = self.orders.node(slot).order;
        self.unlink(slot);
        self.orders.node_mut(slot).linked = false;
        Some(order)
    }

    /// Makes an order smaller by at most what it has left, in its place in the queue; an order with nothing left
    /// is taken off. Returns what is left; `None` when it does not rest here.
    pub fn reduce(&mut self, id: OrderId, by: Qty) -> Option<Qty> {
        let slot = self.orders.find(id)?;
        let Resting { side, price, left, .. } = self.orders.node(slot).order;
        if by >= left {
            self.unlink(slot);
            self.orders.release(slot);
            return Some(Qty::ZERO);
        }
        self.orders.node_mut(slot).order.left = left.minus(by);
        self.side_mut(side).queue_mut(key(side, price)).total -= by.0;
        Some(left.minus(by))
    }

    /// A resting order.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Resting> {
        self.orders.find(id).map(|slot| &self.orders.node(slot).order)
    }

    /// The first order in the queue of a side's best level.
    #[must_use]
    pub fn front(&self, side: Side) -> Option<&Resting> {
        let ladder = self.side(side);
        let queue = ladder.queue(ladder.best()?)?;
        Some(&self.orders.node(queue.head).order)
    }

    /// The best price of a side.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Price> {
        self.side(side).best().map(|key| price(side, key))
    }

    /// The next price of a side that is worse than this one, at which orders rest too.
    #[must_use]
    pub fn next_level(&self, side: Side, after: Price) -> Option<Price> {
        self.side(side).below(key(side, after)).map(|key| price(side, key))
    }

    /// All that rests at a price.
    #[must_use]
    pub fn level(&self, side: Side, price: Price) -> Qty {
        Qty(self.side(side).queue(key(side, price)).map_or(0, |queue| queue.total))
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> {
        self.side(side)
            .iter()
            .map(move |(key, queue)| Level { price: price(side, key), qty: Qty(queue.total) })
    }

    /// The orders at a price, first in first.
    pub fn queue(&self, side: Side, price: Price) -> impl Iterator<Item = &Resting> {
        let mut at = self.side(side).queue(key(side, price)).map_or(NONE, |queue| queue.head);
        std::iter::from_fn(move || {
            if at == NONE {
                return None;
            }
            let node = self.orders.node(at);
            at = node.next;
            Some(&node.order)
        })
    }

    /// All resting orders, in no order that means anything.
    pub fn orders(&self) -> impl Iterator<Item = &Resting> {
        self.orders.iter()
    }

    /// How many orders rest (or are reserved).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether nothing rests.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.orders.len() == 0
    }

    fn unlink(&mut self, slot: u32) {
        let node = *self.orders.node(slot);
        let (side, key) = (node.order.side, key(node.order.side, node.order.price));
        if node.prev != NONE {
            self.orders.node_mut(node.prev).next = node.next;
        }
        if node.next != NONE {
            self.orders.node_mut(node.next).prev = node.prev;
        }
        let ladder = self.side_mut(side);
        if node.prev == NONE && node.next == NONE {
            ladder.close(key);
            return;
        }
        let queue = ladder.queue_mut(key);
        queue.total -= node.order.left.0;
        if node.prev == NONE {
            queue.head = node.next;
        }
        if node.next == NONE {
            queue.tail = node.prev;
        }
    }

    const fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    const fn side_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}

/// Whether an order of this side and limit matches a resting one at `maker`.
pub(crate) const fn crosses(side: Side, limit: Price, maker: Price) -> bool {
    match side {
        Side::Buy => limit.0 >= maker.0,
        Side::Sell => limit.0 <= maker.0,
    }
}

/// The ladder's key of a price: more is better.
const fn key(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => price.0,
        Side::Sell => -price.0,
    }
}

const fn price(side: Side, key: i64) -> Price {
    Price(key * side.sign())
}
