//! Orders: updates applied, waiters woken, whole lives, and how the cost grows with the number of live orders.

use std::time::Duration;

use bytes::Bytes;
use mm_core::{
    Clock,
    orders::{Order, Orders, Update},
};
use mm_model::{
    ClientId, Event, Exposure, Fill, Liquidity, MarketId, Money, NewOrder, OrderKind, OrderReport, Price,
    Qty, ReportedStatus, Side, TimeInForce, Timestamp, TradeId, VenueOrderId,
};

use super::Size;
use crate::{
    harness::{Goal, Row, Stat, alternate, by_cpu, quoted, repeat},
    rig::{Rig, SYMBOL, poll},
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
pub fn rows(size: Size) -> Vec<Row> {
    let row = |number, what: &str, ours, original, goal| Row {
        number,
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: Some(("original, quoted".to_owned(), quoted(original))),
        goal,
    };
    let (many, one) = growth(size);
    vec![
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
        row(
            "5",
            "order message to tracker and 3 listeners",
            frames(size),
            original::FRAME_NS,
            Goal::FasterBy(15.0),
        ),
        Row {
            number: "17",
            what: "order update, 10,000 live against 1".to_owned(),
            unit: "ns",
            ours: many,
            reference: Some(("1 live".to_owned(), one)),
            goal: Goal::RatioAtMost(2.0),
        },
    ]
}

/// Updates of many live orders through the driver, heard by three listeners.
fn updates(size: Size) -> Stat {
    let (ops, live) = (size.ops(20_000), size.ops(LIVE));
    let mut rig = Rig::new();
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
fn frames(size: Size) -> Stat {
    let (ops, live) = (size.ops(20_000), size.ops(LIVE));
    let mut rig = Rig::new();
    let orders = place(&mut rig, live);
    let mut listeners = [rig.venue.listen(), rig.venue.listen(), rig.venue.listen()];
    let mut trade = 0;
    repeat(|| {
        let frames: Vec<Bytes> = (0..ops)
            .map(|n| {
                trade += 1;
                fill_frame(orders[(n % live) as usize].client_id(), trade)
            })
            .collect();
        let now = rig.clock.now();
        by_cpu(ops, || {
            for (n, frame) in frames.iter().enumerate() {
                rig.frame(now, frame);
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
        let orders = Orders::new(64);
        let held: Vec<Order> = (1..=ops).map(|id| open(&orders, id)).collect();
        let ids: Vec<ClientId> = held.iter().map(Order::client_id).collect();
        runtime.block_on(async {
            let mut waiting = Vec::new();
            for mut order in held {
                waiting.push(tokio::spawn(async move { order.wait_final().await.filled() }));
            }
            tokio::task::yield_now().await;
            let fills: Vec<Fill> = ids.iter().map(|id| fill(*id, id.0, Qty(1_000_000))).collect();
            let start = crate::harness::cpu_ns();
            for (fill, waiter) in fills.iter().zip(waiting) {
                orders.fill(Timestamp(2), fill);
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
    let orders = Orders::new(1_024);
    let mut id = 0;
    repeat(|| {
        by_cpu(ops, || {
            runtime.block_on(async {
                for _ in 0..ops {
                    id += 1;
                    let mut order = open(&orders, id);
                    orders.fill(Timestamp(2), &fill(ClientId(id), id * 2, Qty(400_000)));
                    orders.fill(Timestamp(3), &fill(ClientId(id), id * 2 + 1, Qty(600_000)));
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
        let orders = Orders::new(64);
        let held: Vec<Order> = (1..=live).map(|id| open(&orders, id)).collect();
        (orders, held)
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

fn drain(listener: &mut mm_core::Listener) {
    while let Some(event) = poll(listener.next()) {
        std::hint::black_box(event.expect("the listener keeps up"));
    }
}

/// Places `n` orders through the handle and answers each as the venue would.
fn place(rig: &mut Rig, n: u64) -> Vec<Order> {
    let mut orders = Vec::new();
    for _ in 0..n {
        let submission = rig.venue.submit(wanted(rig.market)).expect("the rig is ready");
        let client_id = submission.order().client_id();
        let call = rig.next_call().expect("the order is handed out");
        let now = rig.clock.now();
        rig.driver.complete(now, call.id, Ok(vec![Event::Order(report(client_id, 0))]));
        orders.push(poll(submission.outcome()).expect("answered").expect("accepted"));
    }
    orders
}

fn open(orders: &Orders, id: u64) -> Order {
    let order = orders.track(ClientId(id), wanted(MarketId(0)), Timestamp(1)).expect("the id is new");
    orders.apply(ClientId(id), Timestamp(1), Update::Sent);
    orders.report(Timestamp(1), &report(ClientId(id), 0));
    order
}

const fn wanted(market: MarketId) -> NewOrder {
    NewOrder {
        market,
        side: Side::Buy,
        qty: Qty(1_000_000),
        kind: OrderKind::Limit { price: Price(14_000), time_in_force: TimeInForce::Gtc },
        exposure: Exposure::Any,
    }
}

fn report(id: ClientId, filled: u64) -> OrderReport {
    OrderReport {
        client_id: Some(id),
        venue_id: VenueOrderId::from_number(59_887_000_000 + id.0),
        market: MarketId(0),
        side: Side::Buy,
        price: Some(Price(14_000)),
        qty: Qty(1_000_000),
        filled: Qty(filled),
        status: ReportedStatus::Open,
        at: Timestamp(1),
    }
}

fn fill(id: ClientId, trade: u64, qty: Qty) -> Fill {
    Fill {
        trade_id: TradeId::from_number(trade),
        client_id: Some(id),
        venue_id: VenueOrderId::from_number(59_887_000_000 + id.0),
        market: MarketId(0),
        side: Side::Buy,
        price: Price(14_000),
        qty,
        fee: Money::ZERO,
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: Timestamp(2),
    }
}

/// A fill of one lot of a resting order, as the private stream tells it.
fn fill_frame(id: ClientId, trade: u64) -> Bytes {
    let venue_id = 59_887_000_000 + id.0;
    Bytes::from(format!(
        r#"{{"data":{{"E":1788283696669335,"L":"140.00","N":"USDC","O":"USER","Q":"1400000.00","S":"Bid","T":1788283696668000,"V":"RejectTaker","X":"PartiallyFilled","Z":"1.40","c":{id},"e":"orderFill","f":"GTC","i":"{venue_id}","l":"0.01","m":true,"n":"0.000280","o":"LIMIT","p":"140.00","q":"10000.00","r":false,"s":"{SYMBOL}","t":{trade},"y":false,"z":"0.01"}},"stream":"account.orderUpdate"}}"#
    ))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made")
}
