//! The round trip of an order between our client and our simulator, with every signature made and checked, against
//! HTTP by hand and hyper on both ends, which sign and check nothing.

use std::{
    sync::mpsc::{SyncSender, sync_channel},
    time::Duration,
};

use mm_core::{Clock, Venue};
use mm_model::{Exposure, NewOrder, OrderKind, Qty, Side, TimeInForce};
use mm_sim::{SimConfig, Simulator};
use tokio::sync::mpsc;

use super::Size;
use crate::{
    connected::{Access, Threads, run},
    harness::{Goal, Latencies, Report, Row, Stat, in_turn, wall_ns},
    limits::loopback::{http_by_hand, hyper_both_ends},
    wires::SYMBOL,
};

/// Goals 11 and 16.
pub fn rows(size: Size) -> Report {
    match measure(size) {
        Ok(report) => report,
        Err(why) => Report::skipped(why),
    }
}

fn measure(size: Size) -> Result<Report, String> {
    let config = SimConfig { rate_limits: false, ..SimConfig::default() };
    let simulator = Simulator::start(config).map_err(|error| error.to_string())?;
    let here = simulator.endpoints().venues.backpack.as_ref().ok_or("the simulator has no Backpack")?;
    let alice = here.account("alice").ok_or("the simulator has no alice")?;
    let access = Access {
        rest: here.rest.clone(),
        ws: here.ws.clone(),
        api_key: alice.api_key.clone(),
        api_secret: alice.api_secret.clone(),
    };
    let (ask, wanted) = mpsc::channel(1);
    let (tell, told) = sync_channel(1);
    let strategy = run(access, Threads::One, move |venue| place(venue, wanted, tell));
    let (n, rounds) = (size.ops(500), if size == Size::Full { 9 } else { 1 });
    let [ours, hand, hyper] = in_turn(
        rounds,
        [
            &mut || {
                ask.blocking_send(n).expect("the strategy waits");
                told.recv_timeout(Duration::from_secs(60)).expect("the simulator answers")
            },
            &mut || reference(&http_by_hand(n).expect("loopback works")),
            &mut || reference(&hyper_both_ends(n).expect("loopback works")),
        ],
    );
    drop(ask);
    strategy.join().map_err(|_| "the strategy panicked")?;
    Ok(Report::from(compared(ours, [hand[0], hyper[0]])))
}

fn compared([p50, p99, rate]: [Stat; 3], [hand, hyper]: [Stat; 2]) -> Vec<Row> {
    let row = |number, what: &str, unit, ours, reference, goal| Row {
        number,
        what: what.to_owned(),
        unit,
        ours,
        reference,
        goal,
    };
    vec![
        row(
            "11",
            "order round trip p50, client and simulator",
            "us",
            p50,
            Some(("HTTP by hand".to_owned(), hand)),
            Goal::RatioAtMost(1.6),
        ),
        row(
            "11",
            "order round trip p50, client and simulator",
            "us",
            p50,
            Some(("hyper on both ends".to_owned(), hyper)),
            Goal::RatioAtMost(1.0),
        ),
        row("11", "order round trip p99", "us", p99, Some(("its own p50".to_owned(), p50)), Goal::Shown),
        row(
            "16",
            "orders in lock step, one connection, signatures checked",
            "orders/s",
            rate,
            None,
            Goal::AtLeast(30_000.0),
        ),
    ]
}

/// Places orders as told, one after the other; each is too far from the market to trade and expires at once, so
/// that one round trip is its whole life. Says p50 and p99 in microseconds, and orders a second.
async fn place(venue: Venue, mut wanted: mpsc::Receiver<u64>, tell: SyncSender<[f64; 3]>) {
    let market = venue.market(SYMBOL).expect("it is listed");
    let top = loop {
        match venue.top(market.id) {
            Ok(top) => break top,
            Err(_) => Clock::system().sleep(Duration::from_millis(1)).await,
        }
    };
    let order = NewOrder {
        market: market.id,
        side: Side::Buy,
        qty: market.min_qty.max(Qty(1)),
        kind: OrderKind::Limit {
            price: top.bid.price.offset(-top.bid.price.0 / 20),
            time_in_force: TimeInForce::Ioc,
        },
        exposure: Exposure::Any,
    };
    while let Some(n) = wanted.recv().await {
        let (mut latencies, begin) = (Latencies::default(), wall_ns());
        for _ in 0..n {
            let start = wall_ns();
            venue.place(order).await.expect("the simulator takes it in");
            latencies.record(wall_ns() - start);
        }
        let secs = (wall_ns() - begin) as f64 / 1e9;
        if tell.send([latencies.us(50.0), latencies.us(99.0), n as f64 / secs]).is_err() {
            return;
        }
    }
}

fn reference(latencies: &Latencies) -> [f64; 3] {
    [latencies.us(50.0), latencies.us(99.0), 0.0]
}
