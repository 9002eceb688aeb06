//! The book against a naive reference, operation by operation.

use std::collections::BTreeMap;

use mm_model::{Price, Qty, Side};
use proptest::prelude::*;

use super::{Incoming, Match, MatchingBook};
use crate::{AccountId, OrderId};

/// The reference: all orders in one list, the best searched anew each time.
#[derive(Default)]
struct Naive {
    resting: Vec<(u64, Side, i64, u64)>,
}

impl Naive {
    fn place(&mut self, arrival: u64, order: (Side, i64, u64)) -> Vec<(u64, i64, u64)> {
        let (side, price, mut left) = order;
        let mut trades = Vec::new();
        while left > 0 {
            let crossing =
                |row: &&mut (u64, Side, i64, u64)| row.1 != side && side.sign() * (price - row.2) >= 0;
            let best =
                self.resting.iter_mut().filter(crossing).min_by_key(|row| (side.sign() * row.2, row.0));
            let Some(maker) = best else { break };
            let qty = left.min(maker.3);
            left -= qty;
            maker.3 -= qty;
            trades.push((maker.0, maker.2, qty));
            self.resting.retain(|row| row.3 > 0);
        }
        if left > 0 {
            self.resting.push((arrival, side, price, left));
        }
        trades
    }

    fn levels(&self, side: Side) -> Vec<(i64, u64)> {
        let mut levels = BTreeMap::new();
        for row in self.resting.iter().filter(|row| row.1 == side) {
            *levels.entry(row.2).or_default() += row.3;
        }
        let ascending = levels.into_iter();
        if side == Side::Buy { ascending.rev().collect() } else { ascending.collect() }
    }
}

#[derive(Clone, Debug)]
enum Op {
    Place(Side, i64, u64),
    Cancel(usize),
    Reduce(usize, u64),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

/// Prices around `mid` within `spread`; wide spreads leave the ladder's window and make it move and grow.
fn op(spread: i64) -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => (side(), -spread..=spread, 1_u64..20).prop_map(|(side, off, qty)| Op::Place(side, 100_000 + off, qty)),
        3 => any::<prop::sample::Index>().prop_map(|n| Op::Cancel(n.index(1 << 20))),
        1 => (any::<prop::sample::Index>(), 1_u64..10).prop_map(|(n, by)| Op::Reduce(n.index(1 << 20), by)),
    ]
}

fn same_as_naive(ops: &[Op]) {
    let (mut book, mut naive) = (MatchingBook::default(), Naive::default());
    let mut live: Vec<(u64, OrderId)> = Vec::new();
    for (n, op) in ops.iter().enumerate() {
        let arrival = n as u64 + 1;
        match *op {
            Op::Place(side, price, qty) => {
                let mut trades = Vec::new();
                let incoming =
                    Incoming { arrival, owner: AccountId(7), side, price: Price(price), qty: Qty(qty) };
                let note = |m: Match| trades.push((m.maker.id.0 >> 24, m.maker.price.0, m.qty.0));
                if let Some(id) = book.place(incoming, note) {
                    live.push((arrival, id));
                }
                assert_eq!(trades, naive.place(arrival, (side, price, qty)));
            }
            Op::Cancel(at) if !live.is_empty() => {
                let (arrival, id) = live.swap_remove(at % live.len());
                let known = naive.resting.iter().any(|row| row.0 == arrival);
                assert_eq!(book.cancel(id).is_some(), known);
                assert_eq!(book.cancel(id), None, "an order is cancelled once");
                naive.resting.retain(|row| row.0 != arrival);
            }
            Op::Reduce(at, by) if !live.is_empty() => {
                let (arrival, id) = live[at % live.len()];
                let row = naive.resting.iter_mut().find(|row| row.0 == arrival);
                let left = row.map(|row| {
                    row.3 = row.3.saturating_sub(by);
                    Qty(row.3)
                });
                assert_eq!(book.reduce(id, Qty(by)), left);
                naive.resting.retain(|row| row.3 > 0);
            }
            Op::Cancel(_) | Op::Reduce(..) => {}
        }
        same_levels(&book, &naive);
    }
}

fn same_levels(book: &MatchingBook, naive: &Naive) {
    assert_eq!(book.len(), naive.resting.len());
    for side in [Side::Buy, Side::Sell] {
        let levels: Vec<_> = book.levels(side).map(|level| (level.price.0, level.qty.0)).collect();
        assert_eq!(levels, naive.levels(side));
        assert_eq!(book.best(side).map(|price| price.0), levels.first().map(|level| level.0));
        for pair in levels.windows(2) {
            assert_eq!(book.next_level(side, Price(pair[0].0)), Some(Price(pair[1].0)));
        }
        for &(price, total) in &levels {
            let queue: Vec<_> = book.queue(side, Price(price)).collect();
            assert!(queue.is_sorted_by_key(|order| order.id), "first in, first out");
            assert_eq!(queue.iter().map(|order| order.left.0).sum::<u64>(), total);
            assert_eq!(book.level(side, Price(price)), Qty(total));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn near_the_touch(ops in prop::collection::vec(op(6), 1..200)) {
        same_as_naive(&ops);
    }

    #[test]
    fn across_windows(ops in prop::collection::vec(op(900), 1..200)) {
        same_as_naive(&ops);
    }

    #[test]
    fn far_apart(ops in prop::collection::vec(op(50_000), 1..300)) {
        same_as_naive(&ops);
    }
}

#[test]
fn many_levels_grow_the_window() {
    let mut ops: Vec<Op> = (0..3_000).map(|n| Op::Place(Side::Buy, 50_000 + n * 7 % 9_001, 3)).collect();
    ops.extend((0..200).map(|n| Op::Place(Side::Sell, 50_000 + n, 60)));
    let mut book = MatchingBook::default();
    let mut naive = Naive::default();
    for (n, op) in ops.iter().enumerate() {
        let Op::Place(side, price, qty) = *op else { unreachable!("only placements above") };
        let mut trades = Vec::new();
        let incoming =
            Incoming { arrival: n as u64 + 1, owner: AccountId(7), side, price: Price(price), qty: Qty(qty) };
        let _ = book.place(incoming, |m| trades.push((m.maker.id.0 >> 24, m.maker.price.0, m.qty.0)));
        assert_eq!(trades, naive.place(n as u64 + 1, (side, price, qty)));
    }
    same_levels(&book, &naive);
}

#[test]
fn an_id_of_an_earlier_life_of_a_slot_finds_nothing() {
    let mut book = MatchingBook::default();
    let bid =
        |arrival| Incoming { arrival, owner: AccountId(7), side: Side::Buy, price: Price(5), qty: Qty(1) };
    let first = book.place(bid(1), |_| ()).expect("it rests");
    assert!(book.cancel(first).is_some());
    let second = book.place(bid(2), |_| ()).expect("it rests");
    assert_eq!(first.slot(), second.slot());
    assert_eq!(book.order(first), None);
    assert!(book.order(second).is_some());
}
