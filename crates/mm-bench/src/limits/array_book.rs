//! The limit for matching: orders in one array, levels in a second one indexed by price, intrusive queues, no
//! accounts, no checks, no facts.

/// No order.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Order {
    qty: u64,
    price: u32,
    next: u32,
    prev: u32,
    buy: bool,
}

#[derive(Clone, Copy, Debug)]
struct Queue {
    head: u32,
    tail: u32,
}

/// A book over prices `0..len`.
#[derive(Debug)]
pub struct ArrayBook {
    orders: Vec<Order>,
    free: Vec<u32>,
    queues: Vec<Queue>,
    best_bid: u32,
    best_ask: u32,
    /// Trades done.
    pub n_trades: u64,
    /// Lots traded.
    pub lots: u64,
}

impl ArrayBook {
    /// Room for prices `0..len`.
    #[must_use]
    pub fn new(len: u32) -> Self {
        Self {
            orders: Vec::new(),
            free: Vec::new(),
            queues: vec![Queue { head: NONE, tail: NONE }; len as usize],
            best_bid: 0,
            best_ask: len - 1,
            n_trades: 0,
            lots: 0,
        }
    }

    /// Places a limit order, matching first; returns its number while any of it rests.
    pub fn place(&mut self, buy: bool, price: u32, mut qty: u64) -> Option<u32> {
        while qty > 0 {
            let best = if buy { self.best_ask } else { self.best_bid };
            if (buy && best > price) || (!buy && best < price) {
                break;
            }
            let head = self.queues[best as usize].head;
            if head == NONE {
                if !self.step(buy) {
                    break;
                }
                continue;
            }
            if self.orders[head as usize].buy == buy {
                break;
            }
            let done = qty.min(self.orders[head as usize].qty);
            qty -= done;
            self.orders[head as usize].qty -= done;
            self.n_trades += 1;
            self.lots += done;
            if self.orders[head as usize].qty == 0 {
                self.unlink(head);
            }
        }
        (qty > 0).then(|| self.rest(buy, price, qty))
    }

    /// Takes an order off.
    pub fn cancel(&mut self, order: u32) {
        self.unlink(order);
    }

    fn step(&mut self, buy: bool) -> bool {
        if buy {
            if self.best_ask as usize + 1 == self.queues.len() {
                return false;
            }
            self.best_ask += 1;
        } else {
            if self.best_bid == 0 {
                return false;
            }
            self.best_bid -= 1;
        }
        true
    }

    fn rest(&mut self, buy: bool, price: u32, qty: u64) -> u32 {
        let queue = self.queues[price as usize];
        let order = Order { qty, price, next: NONE, prev: queue.tail, buy };
        let at = if let Some(at) = self.free.pop() {
            self.orders[at as usize] = order;
            at
        } else {
            self.orders.push(order);
            self.orders.len() as u32 - 1
        };
        if queue.tail == NONE {
            self.queues[price as usize].head = at;
        } else {
            self.orders[queue.tail as usize].next = at;
        }
        self.queues[price as usize].tail = at;
        if buy {
            self.best_bid = self.best_bid.max(price);
        } else {
            self.best_ask = self.best_ask.min(price);
        }
        at
    }

    fn unlink(&mut self, at: u32) {
        let order = self.orders[at as usize];
        if order.prev == NONE {
            self.queues[order.price as usize].head = order.next;
        } else {
            self.orders[order.prev as usize].next = order.next;
        }
        if order.next == NONE {
            self.queues[order.price as usize].tail = order.prev;
        } else {
            self.orders[order.next as usize].prev = order.prev;
        }
        self.free.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_in_price_and_time_order() {
        let mut book = ArrayBook::new(100);
        let first = book.place(false, 50, 3);
        book.place(false, 50, 3);
        assert_eq!(book.place(true, 51, 4), None);
        assert_eq!((book.n_trades, book.lots), (2, 4));
        assert!(first.is_some());
        assert!(book.place(true, 49, 1).is_some());
        assert_eq!(book.place(false, 49, 1), None);
        assert_eq!(book.lots, 5);
    }
}
