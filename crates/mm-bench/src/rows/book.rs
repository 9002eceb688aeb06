//! Market data: a `depth` message in memory until the book is updated and the best prices are known.

use bytes::Bytes;

use super::Size;
use crate::{
    harness::{Goal, Report, Row, alternate, by_cpu, quoted},
    limits::depth_scanner::FlatBook,
    rig::Rig,
    wires::{Backpack, GrvtFull, GrvtLite, Lighter, Wire},
};

/// The Python original's own figure for this (it decodes and drops the message): 125,000 a second, measured once.
const ORIGINAL_NS: f64 = 8_000.0;

/// Goal 4.
pub fn rows(size: Size) -> Report {
    let mut rows = of::<Backpack>(size, FlatBook::apply);
    rows.extend(of::<Lighter>(size, FlatBook::apply_lighter));
    rows.extend(of::<GrvtLite>(size, FlatBook::apply_grvt_lite));
    rows.extend(of::<GrvtFull>(size, FlatBook::apply_grvt_full));
    Report::from(rows)
}

fn of<W: Wire>(size: Size, scan: fn(&mut FlatBook, &[u8]) -> (i64, i64)) -> Vec<Row> {
    let ops = size.ops(20_000);
    let (mut rig, mut flat) = (Rig::<W>::new(), FlatBook::new(14_000, 2_000));
    let mut seq = 1_000;
    let mut frames = move || -> Vec<Bytes> {
        let first = seq + 1;
        seq += ops;
        (first..=seq).map(W::depth).collect()
    };
    let round = std::cell::RefCell::new(Vec::new());
    let (ours, limit) = alternate(
        || {
            *round.borrow_mut() = frames();
            let now = rig.clock.now();
            by_cpu(ops, || {
                for frame in round.borrow().iter() {
                    rig.frame(now, frame);
                    std::hint::black_box(rig.venue.top(rig.market).expect("the book is whole"));
                }
            })
        },
        || {
            by_cpu(ops, || {
                for frame in round.borrow().iter() {
                    std::hint::black_box(scan(&mut flat, frame));
                }
            })
        },
    );
    let top = rig.venue.top(rig.market).expect("the book is whole");
    assert_eq!((top.bid.price.0, top.ask.price.0), flat.top(), "both know the same touch");
    let row = |name: &str, reference, goal| Row {
        number: "4",
        what: format!("{}depth message to best prices", W::PREFIX),
        unit: "ns",
        ours,
        reference: Some((name.to_owned(), reference)),
        goal,
    };
    vec![
        row("limit scanner", limit, Goal::RatioAtMost(1.6)),
        row("original, quoted", quoted(ORIGINAL_NS), Goal::FasterBy(10.0)),
    ]
}
