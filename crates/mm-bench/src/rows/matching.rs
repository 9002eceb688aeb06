//! The matching book against its two anchors: the same operations to all three, and the same trades out of them.

use std::hint::black_box;

use mm_exchange::{AccountId, Incoming, MatchingBook, OrderId};
use mm_model::{Price, Qty, Side};

use super::Size;
use crate::{
    harness::{Goal, Report, Row, Stat, alternate, cpu_ns, in_turn},
    limits::{array_book::ArrayBook, tree_book::TreeBook},
};

/// Prices of the anchors: `0..PRICES`.
const PRICES: u32 = 4_096;

/// What a book is asked to do.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Place an order; its number is the step's.
    Place { buy: bool, price: u32, qty: u64 },
    /// Cancel the order that this step placed, if it still rests.
    Cancel { placed_by: u32 },
}

/// Goal 15, and 17 for matching.
pub fn rows(size: Size) -> Report {
    let mut rows = Vec::new();
    for (what, steps) in
        [("cancel and new near the touch", near_touch(size)), ("place, cancel and trade, mixed", mixed(size))]
    {
        let [ours, array, tree] = compare(size, &steps);
        let row = |unit, ours, reference, goal| Row {
            number: "15",
            what: what.to_owned(),
            unit,
            ours,
            reference,
            goal,
        };
        let rate = |ns: f64| 1e3 / ns;
        let rate = Stat { median: rate(ours.median), min: rate(ours.max), max: rate(ours.min) };
        rows.push(row("M/s", rate, None, Goal::AtLeast(10.0)));
        rows.push(row("ns", ours, Some(("array".to_owned(), array)), Goal::RatioAtMost(3.33)));
        rows.push(row("ns", ours, Some(("tree".to_owned(), tree)), Goal::FasterBy(1.5)));
    }
    let (many, one) = growth(size);
    let growth_row = |what: &str, ours, reference: Stat| Row {
        number: "17",
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: Some(("1".to_owned(), reference)),
        goal: Goal::RatioAtMost(2.0),
    };
    rows.push(growth_row("cancel and new, 10,000 live orders against 1", many, one));
    let (many, one) = markets(size);
    rows.push(growth_row("cancel and new, 10,000 markets against 1", many, one));
    Report::from(rows)
}

/// Time of each operation with ours, the array and the tree; the trades of all three must be the same.
fn compare(size: Size, steps: &[Step]) -> [Stat; 3] {
    let mut results = [(0, 0); 3];
    let [ours, array, tree] = &mut results;
    let rounds = if size == Size::Full { 9 } else { 1 };
    let per_op = |ns: u64| [ns as f64 / steps.len() as f64];
    let [[a], [b], [c]] = in_turn(
        rounds,
        [
            &mut || {
                let mut book = Ours::new(steps.len());
                let ns = timed(steps, |n, step| book.step(n, step));
                *ours = book.traded;
                per_op(ns)
            },
            &mut || {
                let (mut book, mut placed) = (ArrayBook::new(PRICES), vec![None; steps.len()]);
                let ns = timed(steps, |n, step| match step {
                    Step::Place { buy, price, qty } => placed[n] = book.place(buy, price, qty),
                    Step::Cancel { placed_by } => {
                        if let Some(order) = placed[placed_by as usize].take() {
                            book.cancel(order);
                        }
                    }
                });
                *array = (book.n_trades, book.lots);
                per_op(ns)
            },
            &mut || {
                let (mut book, mut placed) = (TreeBook::default(), vec![None; steps.len()]);
                let ns = timed(steps, |n, step| match step {
                    Step::Place { buy, price, qty } => placed[n] = book.place(buy, price, qty),
                    Step::Cancel { placed_by } => {
                        if let Some(order) = placed[placed_by as usize].take() {
                            book.cancel(order);
                        }
                    }
                });
                *tree = (book.n_trades, book.lots);
                per_op(ns)
            },
        ],
    );
    assert_eq!(results, [results[0]; 3], "trades and lots of ours, the array and the tree");
    [a, b, c]
}

fn timed(steps: &[Step], mut run: impl FnMut(usize, Step)) -> u64 {
    let start = cpu_ns();
    for (n, step) in steps.iter().enumerate() {
        run(n, *step);
    }
    cpu_ns() - start
}

struct Ours {
    book: MatchingBook,
    placed: Vec<Option<OrderId>>,
    /// Trades and lots.
    traded: (u64, u64),
}

impl Ours {
    fn new(n_steps: usize) -> Self {
        Self { book: MatchingBook::default(), placed: vec![None; n_steps], traded: (0, 0) }
    }

    fn step(&mut self, n: usize, step: Step) {
        match step {
            Step::Place { buy, price, qty } => {
                let incoming = incoming(n as u64 + 1, buy, price, qty);
                let traded = &mut self.traded;
                self.placed[n] = self.book.place(incoming, |made| {
                    traded.0 += 1;
                    traded.1 += made.qty.0;
                });
            }
            Step::Cancel { placed_by } => {
                if let Some(order) = self.placed[placed_by as usize].take() {
                    self.book.cancel(order);
                }
            }
        }
    }
}

const fn incoming(arrival: u64, buy: bool, price: u32, qty: u64) -> Incoming {
    let side = if buy { Side::Buy } else { Side::Sell };
    Incoming { arrival, owner: AccountId(1), side, price: Price(price as i64), qty: Qty(qty) }
}

/// A standing book of 20 levels a side, then pairs: the oldest order goes, a new one comes within 8 ticks of the
/// touch. Nothing trades.
fn near_touch(size: Size) -> Vec<Step> {
    let (mut random, mut steps) = (Random(88_172_645_463_325_252), Vec::new());
    let mut place = |steps: &mut Vec<Step>, depth: u64| {
        let draw = random.next();
        let (buy, away) = (draw & 1 == 0, (draw >> 8) % depth);
        let price = if buy { PRICES / 2 - 1 - away as u32 } else { PRICES / 2 + 1 + away as u32 };
        steps.push(Step::Place { buy, price, qty: 1 + (draw >> 20) % 9 });
        steps.len() as u32 - 1
    };
    let mut standing: std::collections::VecDeque<u32> = (0..400).map(|_| place(&mut steps, 20)).collect();
    for _ in 0..size.ops(100_000) {
        let placed_by = standing.pop_front().expect("400 stand");
        steps.push(Step::Cancel { placed_by });
        standing.push_back(place(&mut steps, 8));
    }
    steps
}

/// Orders on both sides of a middle, many of which cross it; every other step cancels a recent one that still rests
/// (as the tree finds: the array does not know its orders again once their places are reused).
fn mixed(size: Size) -> Vec<Step> {
    let (mut random, mut steps) = (Random(1_181_783_497_276_652_981), Vec::new());
    let (mut tree, mut resting) = (TreeBook::default(), Vec::new());
    for _ in 0..size.ops(200_000) {
        let draw = random.next();
        if resting.len() > 400 && draw & 2 == 0 {
            let (placed_by, order) = resting.swap_remove((draw >> 8) as usize % resting.len());
            if tree.rests(order) {
                tree.cancel(order);
                steps.push(Step::Cancel { placed_by });
            }
            continue;
        }
        let (buy, away) = (draw & 1 == 0, ((draw >> 8) % 30) as u32);
        let price = if buy { PRICES / 2 + 10 - away } else { PRICES / 2 - 10 + away };
        let qty = 1 + (draw >> 20) % 9;
        if let Some(order) = tree.place(buy, price, qty) {
            resting.push((steps.len() as u32, order));
        }
        steps.push(Step::Place { buy, price, qty });
    }
    steps
}

/// Cancel-new pairs beside 10,000 orders that rest over 500 levels, and beside one.
fn growth(size: Size) -> (Stat, Stat) {
    let pairs = |live: u64| {
        let mut book = MatchingBook::default();
        let mut orders: Vec<OrderId> = (0..live).map(|n| rest(&mut book, n, (n % 500) as u32)).collect();
        let (mut arrival, mut random) = (live, Random(7_046_029_254_386_353_131));
        let ops = size.ops(100_000);
        move || {
            let start = cpu_ns();
            for _ in 0..ops {
                let at = (random.next() % live) as usize;
                book.cancel(orders[at]);
                arrival += 1;
                orders[at] = rest(&mut book, arrival, (random.next() % 500) as u32);
            }
            black_box(&book);
            crate::harness::Round { ops, ns: cpu_ns() - start }
        }
    };
    alternate(pairs(size.ops(10_000)), pairs(1))
}

/// Cancel-new pairs going round 10,000 books, and in one.
fn markets(size: Size) -> (Stat, Stat) {
    let pairs = |n_books: u64| {
        let mut books: Vec<(MatchingBook, OrderId)> = (0..n_books)
            .map(|_| {
                let mut book = MatchingBook::default();
                let order = rest(&mut book, 0, 3);
                (book, order)
            })
            .collect();
        let (mut arrival, mut random) = (1, Random(2_685_821_657_736_338_717));
        let ops = size.ops(100_000);
        move || {
            let start = cpu_ns();
            for _ in 0..ops {
                let draw = random.next();
                let (book, order) = &mut books[(draw % n_books) as usize];
                book.cancel(*order);
                arrival += 1;
                *order = rest(book, arrival, (draw >> 40) as u32 % 8);
            }
            crate::harness::Round { ops, ns: cpu_ns() - start }
        }
    };
    alternate(pairs(size.ops(10_000)), pairs(1))
}

/// A bid that rests `away` ticks below the middle.
fn rest(book: &mut MatchingBook, arrival: u64, away: u32) -> OrderId {
    book.place(incoming(arrival + 1, true, PRICES / 2 - away, 5), |_| {}).expect("nothing to trade with")
}

/// Xorshift (Marsaglia 2003): the same flow in every run.
struct Random(u64);

impl Random {
    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
