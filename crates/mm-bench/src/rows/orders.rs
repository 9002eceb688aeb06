//! Orders: updates applied, waiters woken, whole lives, and how the cost grows with the number of live orders.

use std::time::Duration;

use bytes::Bytes;
use mm_core::{
    Clock,
    orders::{Order, Orders},
};
use mm_model::{ClientId, Event, Fill, OrderReport, Qty, ReportedStatus, Timestamp};

use super::Size;
use crate::{
    harness::{Goal, Report, Row, Stat, alternate, by_cpu, quoted, repeat},
    lives::{Lives, SIZE},
    rig::{Rig, poll},
    wires::{Backpack, GrvtFull, GrvtLite, Lighter, Wire},
};

/// The Python original's own figures, measured once.
mod original {
    pub(super) const UPDATE_NS: f64 = 1e9 / 189_000.0;
    pub(super) const WAKE_NS: f64 = 17_700.0;
    pub(super) const LIFE_NS: f64 = 1e9 / 16_200.0;
    pub(super) const FRAME_NS: f64 = 1e9 / 64_700.0;
}

/// Live orders in the rows that say so.
const LIVE: u64 = 10_000;

/// Goals 1, 2, 3, 5 and 17.
pub fn rows(size: Size) -> Report {
    let row = |number, what: &str, ours, original, goal| Row {
        number,
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: Some(("original, quoted".to_owned(), quoted(original))),
        goal,
    };
    let (many, one) = growth(size);
    let (gated, alone) = gated(size);
    Report::from(vec![
        row(
            "1",
            "order update, 3 listeners, 10,000 live",
            updates(size),
            original::UPDATE_NS,
            Goal::FasterBy(50.0),
        ),
        row("2", "FILLED applied to waiter resumed", wake(size), original::WAKE_NS, Goal::FasterBy(30.0)),
        row(
            "3",
            "order life: 4 updates and a wait with timeout",
            life(size),
            original::LIFE_NS,
            Goal::FasterBy(40.0),
        ),
        of_frames::<Backpack>(size),
        of_frames::<Lighter>(size),
        of_frames::<GrvtLite>(size),
        of_frames::<GrvtFull>(size),
        Row {
            number: "17",
            what: "order update, 10,000 live against 1".to_owned(),
            unit: "ns",
            ours: many,
            reference: Some(("1 live".to_owned(), one)),
            goal: Goal::RatioAtMost(2.0),
        },
        Row {
            number: "17",
            what: "order through the risk gate, tracked, handed out and given back, 100 live against none"
                .to_owned(),
            unit: "ns",
            ours: gated,
            reference: Some(("none live".to_owned(), alone)),
            goal: Goal::RatioAtMost(2.0),
        },
    ])
}

fn of_frames<W: Wire>(size: Size) -> Row {
    Row {
        number: "5",
        what: format!("{}order message to tracker and 3 listeners", W::PREFIX),
        unit: "ns",
        ours: frames::<W>(size),
        reference: Some(("original, quoted".to_owned(), quoted(original::FRAME_NS))),
        goal: Goal::FasterBy(15.0),
    }
}

/// Updates of many live orders through the driver, heard by three listeners.
fn updates(size: Size) -> Stat {
    let (ops, live) = (size.ops(20_000), size.ops(LIVE));
    let mut rig = Rig::<Backpack>::new();
    let orders = place(&mut rig, live);
    let mut listeners = [rig.venue.listen(), rig.venue.listen(), rig.venue.listen()];
    let mut filled = 0;
    repeat(|| {
        filled += 1;
        let events: Vec<Event> = (0..ops)
            .map(|n| Event::Order(report(orders[(n % live) as usize].client_id(), filled + n / live)))
            .collect();
        filled += ops / live;
        let now = rig.clock.now();
        by_cpu(ops, || {
            for (n, event) in events.into_iter().enumerate() {
                rig.driver.apply(now, event);
                if n % 1_000 == 999 {
                    listeners.iter_mut().for_each(drain);
                }
            }
            listeners.iter_mut().for_each(drain);
        })
    })
}

/// The same through the codec, from the bytes of a private frame.
fn frames<W: Wire>(size: Size) -> Stat {
    let (ops, live) = (size.ops(20_000), size.ops(LIVE));
    let mut rig = Rig::<W>::new();
    let orders = place(&mut rig, live);
    let mut listeners = [rig.venue.listen(), rig.venue.listen(), rig.venue.listen()];
    let mut trade = 0;
    repeat(|| {
        let frames: Vec<Bytes> = (0..ops)
            .map(|n| {
                trade += 1;
                W::fill(orders[(n % live) as usize].client_id(), trade, "0.01")
            })
            .collect();
        let now = rig.clock.now();
        by_cpu(ops, || {
            for (n, frame) in frames.iter().enumerate() {
                rig.account_frame(now, frame);
                if n % 500 == 499 {
                    listeners.iter_mut().for_each(drain);
                }
            }
            listeners.iter_mut().for_each(drain);
        })
    })
}

/// From the last fill to the task that waits for it.
fn wake(size: Size) -> Stat {
    let ops = size.ops(2_000);
    let runtime = runtime();
    repeat(|| {
        let mut lives = Lives::new(64);
        let held: Vec<Order> = (0..ops).map(|_| lives.open()).collect();
        let ids: Vec<ClientId> = held.iter().map(Order::client_id).collect();
        runtime.block_on(async {
            let mut waiting = Vec::new();
            for mut order in held {
                waiting.push(tokio::spawn(async move { order.wait_final().await.filled() }));
            }
            tokio::task::yield_now().await;
            let fills: Vec<Fill> = ids.iter().map(|id| lives.fill(*id, 0, SIZE)).collect();
            let start = crate::harness::cpu_ns();
            for (fill, waiter) in fills.iter().zip(waiting) {
                lives.orders().fill(Timestamp(2), fill);
                std::hint::black_box(waiter.await.expect("the waiter does not panic"));
            }
            crate::harness::Round { ops, ns: crate::harness::cpu_ns() - start }
        })
    })
}

/// Made, sent, open, partly filled, filled; and a wait for the end under a timeout.
fn life(size: Size) -> Stat {
    let ops = size.ops(10_000);
    let (runtime, clock) = (runtime(), Clock::system());
    let mut lives = Lives::new(1_024);
    repeat(|| {
        by_cpu(ops, || {
            runtime.block_on(async {
                for _ in 0..ops {
                    let mut order = lives.open();
                    for (n, qty) in [Qty(400_000), Qty(600_000)].into_iter().enumerate() {
                        let fill = lives.fill(order.client_id(), n as u64, qty);
                        lives.orders().fill(Timestamp(2), &fill);
                    }
                    let end = clock.within(Duration::from_secs(10), order.wait_final()).await;
                    std::hint::black_box(end.expect("it is filled"));
                }
            });
        })
    })
}

/// The same updates with many live orders and with one.
fn growth(size: Size) -> (Stat, Stat) {
    let ops = size.ops(20_000);
    let tracked = |live: u64| {
        let mut lives = Lives::new(64);
        let held: Vec<Order> = (0..live).map(|_| lives.open()).collect();
        (lives.orders().clone(), held)
    };
    let ((many, _held_many), (one, _held_one)) = (tracked(size.ops(LIVE)), tracked(1));
    let (mut filled_many, mut filled_one) = (0, 0);
    let run = |orders: &Orders, live: u64, filled: &mut u64| {
        let reports: Vec<OrderReport> = (0..ops)
            .map(|n| {
                *filled += u64::from(n % live == 0);
                report(ClientId(1 + n % live), *filled)
            })
            .collect();
        by_cpu(ops, || {
            for report in &reports {
                std::hint::black_box(orders.report(Timestamp(3), report));
            }
        })
    };
    alternate(|| run(&many, size.ops(LIVE), &mut filled_many), || run(&one, 1, &mut filled_one))
}

/// An order's way to the driver, which is judged by all that is live.
fn gated(size: Size) -> (Stat, Stat) {
    let ops = size.ops(5_000);
    let (mut busy, mut idle) = (Rig::<Backpack>::new(), Rig::<Backpack>::new());
    let _held = place(&mut busy, 100);
    let run = |rig: &mut Rig<Backpack>| by_cpu(ops, || (0..ops).for_each(|_| rig.turn_back()));
    alternate(|| run(&mut busy), || run(&mut idle))
}

fn drain(listener: &mut mm_core::Listener) {
    while let Some(event) = poll(listener.next()) {
        std::hint::black_box(event.expect("the listener keeps up"));
    }
}

/// Places `n` orders, which the venue takes.
fn place<W: Wire>(rig: &mut Rig<W>, n: u64) -> Vec<Order> {
    (0..n).map(|_| rig.place()).collect()
}

fn report(id: ClientId, filled: u64) -> OrderReport {
    crate::rig::report(id, Qty(filled), ReportedStatus::Open)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made")
}
