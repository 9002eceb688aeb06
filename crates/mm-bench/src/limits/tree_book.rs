//! The common way to write a matching engine: levels in a tree, a queue of orders in each. The anchor that ours
//! must beat.

use std::collections::{BTreeMap, VecDeque};

/// A book of queues in two trees.
#[derive(Debug, Default)]
pub struct TreeBook {
    bids: BTreeMap<u32, VecDeque<(u64, u64)>>,
    asks: BTreeMap<u32, VecDeque<(u64, u64)>>,
    places: BTreeMap<u64, (bool, u32)>,
    next: u64,
    /// Trades done.
    pub n_trades: u64,
    /// Lots traded.
    pub lots: u64,
}

impl TreeBook {
    /// Places a limit order, matching first; returns its number while any of it rests.
    pub fn place(&mut self, buy: bool, price: u32, mut qty: u64) -> Option<u64> {
        while qty > 0 {
            let side = if buy { &mut self.asks } else { &mut self.bids };
            let best = if buy { side.first_entry() } else { side.last_entry() };
            let Some(mut level) = best else { break };
            if (buy && *level.key() > price) || (!buy && *level.key() < price) {
                break;
            }
            let queue = level.get_mut();
            let Some((id, rest)) = queue.front_mut() else {
                level.remove();
                continue;
            };
            let done = qty.min(*rest);
            qty -= done;
            *rest -= done;
            self.n_trades += 1;
            self.lots += done;
            if *rest == 0 {
                self.places.remove(id);
                queue.pop_front();
            }
        }
        if qty == 0 {
            return None;
        }
        self.next += 1;
        let side = if buy { &mut self.bids } else { &mut self.asks };
        side.entry(price).or_default().push_back((self.next, qty));
        self.places.insert(self.next, (buy, price));
        Some(self.next)
    }

    /// Whether any of an order rests.
    #[must_use]
    pub fn rests(&self, order: u64) -> bool {
        self.places.contains_key(&order)
    }

    /// Takes an order off.
    pub fn cancel(&mut self, order: u64) {
        let Some((buy, price)) = self.places.remove(&order) else { return };
        let side = if buy { &mut self.bids } else { &mut self.asks };
        if let Some(queue) = side.get_mut(&price) {
            queue.retain(|(id, _)| *id != order);
            if queue.is_empty() {
                side.remove(&price);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::array_book::ArrayBook;

    #[test]
    fn both_anchors_trade_alike() {
        let (mut tree, mut array) = (TreeBook::default(), ArrayBook::new(64));
        let mut x = 88_172_645_463_325_252_u64;
        for _ in 0..5_000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let (buy, price, qty) = (x & 1 == 0, 16 + (x >> 8) as u32 % 32, 1 + (x >> 20) % 9);
            assert_eq!(tree.place(buy, price, qty).is_some(), array.place(buy, price, qty).is_some());
            assert_eq!((tree.n_trades, tree.lots), (array.n_trades, array.lots));
        }
        assert!(tree.n_trades > 1_000);
    }
}
