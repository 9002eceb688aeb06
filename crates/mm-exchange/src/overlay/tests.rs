//! The queue model, on its own: our book, external levels, trades. No accounts.

use mm_model::{Price, Qty, Side};
use proptest::prelude::*;

use super::Outside;
use crate::{
    AccountId, ExternalTrade, OrderId,
    matching::{MatchingBook, Resting},
};

/// A bid side: the book, the outside, and orders in their order of arrival.
#[derive(Default)]
struct World {
    own: MatchingBook,
    outside: Outside,
    orders: Vec<OrderId>,
    arrivals: u64,
}

impl World {
    fn bid(&mut self, price: i64, qty: u64) {
        self.arrivals += 1;
        let id = self.own.reserve(self.arrivals);
        let order = Resting { id, owner: AccountId(7), side: Side::Buy, price: Price(price), left: Qty(qty) };
        self.own.rest(order);
        self.outside.arrived(&order);
        self.orders.push(id);
    }

    fn level(&mut self, price: i64, qty: u64) {
        self.outside.set(&self.own, (Side::Buy, Price(price)), Qty(qty));
    }

    /// Somebody outside sells; returns what each of our orders got.
    fn sold(&mut self, price: i64, qty: u64) -> Vec<u64> {
        let mut got = vec![0; self.orders.len()];
        let mut trade = ExternalTrade { price: Price(price), qty: Qty(qty), taker: Side::Sell };
        while let Some((order, qty)) = self.outside.hit(&self.own, &mut trade) {
            let at = self.orders.iter().position(|id| *id == order.id).expect("one of ours");
            got[at] += qty.0;
            self.own.reduce(order.id, qty);
        }
        got
    }

    fn ahead(&self) -> Vec<u64> {
        self.orders.iter().map(|id| self.outside.ahead(*id).0).collect()
    }
}

#[test]
fn two_orders_at_one_level_and_one_lot_traded() {
    let mut world = World::default();
    world.bid(100, 5);
    world.bid(100, 5);
    assert_eq!(world.sold(100, 1), [1, 0]);
    assert_eq!(world.sold(100, 5), [4, 1]);
}

#[test]
fn the_queue_ahead_trades_first() {
    let mut world = World::default();
    world.level(100, 10);
    world.bid(100, 5);
    assert_eq!(world.sold(100, 7), [0]);
    assert_eq!(world.ahead(), [3]);
    assert_eq!(world.sold(100, 5), [2]);
}

#[test]
fn a_trade_through_the_price_fills_whatever_is_ahead() {
    let mut world = World::default();
    world.level(100, 10);
    world.bid(100, 5);
    assert_eq!(world.sold(99, 4), [4]);
}

#[test]
fn a_level_that_shrinks_moves_us_up_only_when_it_must() {
    let mut world = World::default();
    world.level(100, 10);
    world.bid(100, 5);
    world.level(100, 30);
    assert_eq!(world.ahead(), [10], "newcomers queue behind us");
    world.level(100, 12);
    assert_eq!(world.ahead(), [10], "somebody behind us may have left");
    world.level(100, 4);
    assert_eq!(world.ahead(), [4], "no more can be ahead than there is");
}

#[test]
fn a_trade_and_then_its_level_change_count_once() {
    let mut world = World::default();
    world.level(100, 10);
    world.bid(100, 5);
    assert_eq!(world.sold(100, 3), [0]);
    world.level(100, 7);
    assert_eq!(world.ahead(), [7]);
}

#[derive(Clone, Debug)]
enum Op {
    Bid(i64, u64),
    Level(i64, u64),
    Sold(i64, u64),
    Taken(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let price = || 98_i64..101;
    prop_oneof![
        (price(), 1_u64..6).prop_map(|(price, qty)| Op::Bid(price, qty)),
        (price(), 0_u64..12).prop_map(|(price, qty)| Op::Level(price, qty)),
        (price(), 1_u64..9).prop_map(|(price, qty)| Op::Sold(price, qty)),
        (1_u64..9).prop_map(Op::Taken),
    ]
}

proptest! {
    #[test]
    fn liquidity_is_used_once_and_first_in_is_first_out(ops in prop::collection::vec(op(), 1..60)) {
        let mut world = World::default();
        for op in ops {
            match op {
                Op::Bid(price, qty) => world.bid(price, qty),
                Op::Level(price, qty) => world.level(price, qty),
                Op::Sold(price, qty) => {
                    let ahead = world.ahead();
                    let before: Vec<_> = world.orders.iter().map(|id| world.own.order(*id).copied()).collect();
                    let got = world.sold(price, qty);
                    prop_assert!(got.iter().sum::<u64>() <= qty, "no more than was traded");
                    for (n, order) in before.iter().enumerate() {
                        let Some(order) = order else { continue };
                        // Whoever got something at this price: all before it in the queue are filled whole, and
                        // what was ahead of it was traded too.
                        if got[n] > 0 && order.price.0 == price {
                            let before_us: u64 = before[..n].iter().flatten()
                                .filter(|other| other.price == order.price).map(|other| other.left.0).sum();
                            prop_assert!(ahead[n] + before_us + got[n] <= qty);
                        }
                        prop_assert!(got[n] == 0 || order.price.0 >= price);
                    }
                }
                Op::Taken(qty) => {
                    let Some(best) = world.outside.best(Side::Buy) else { continue };
                    let before = world.outside.level(Side::Buy, best);
                    world.outside.take(&world.own, (Side::Buy, best), Qty(qty));
                    prop_assert_eq!(world.outside.level(Side::Buy, best), before.minus(Qty(qty)));
                }
            }
            for price in 98..101 {
                let level = world.outside.level(Side::Buy, Price(price)).0;
                let queue: Vec<u64> =
                    world.own.queue(Side::Buy, Price(price)).map(|order| world.outside.ahead(order.id).0).collect();
                prop_assert!(queue.is_sorted(), "a later order never has less ahead: {queue:?}");
                prop_assert!(queue.iter().all(|&ahead| ahead <= level), "{queue:?} of {level}");
            }
        }
    }
}
