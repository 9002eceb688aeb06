//! The round trip of an order between our client and our simulator, with every signature made and checked, against
//! HTTP by hand and hyper on both ends, which sign and check nothing.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
    time::Duration,
};

use mm_core::{Clock, Venue};
use mm_crypto::{SecretKey, Signer, ecdsa};
use mm_model::{Exposure, NewOrder, OrderKind, Price, Qty, TimeInForce};
use mm_sim::{SimConfig, Simulator};
use mm_venues::{
    backpack,
    client::Protocol,
    grvt,
    lighter::{self, tx::ChainId},
};
use tokio::sync::mpsc;

use super::Size;
use crate::{
    connected::{Market, Threads, run},
    harness::{Goal, Latencies, Report, Row, Stat, in_turn, wall_ns},
    limits::loopback::{http_by_hand, hyper_both_ends},
    wires::{Backpack, GrvtLite, Lighter, SYMBOL, Wire as _},
};

/// Each venue's market.
const BACKPACK: Market = Market { symbol: SYMBOL, ids_from: Backpack::IDS_FROM };
const LIGHTER: Market = Market { symbol: "ETH", ids_from: Lighter::IDS_FROM };
const GRVT: Market = Market { symbol: "ETH_USDT_Perp", ids_from: GrvtLite::IDS_FROM };

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
    let mut backpack = Side::new(backpack_client(&simulator)?, BACKPACK, |price| OrderKind::Limit {
        price,
        time_in_force: TimeInForce::Ioc,
    });
    // Those that expire at once would be held up as takers are.
    let post_only: fn(Price) -> OrderKind = |price| OrderKind::PostOnly { price };
    let mut lighter = Side::new(lighter_client(&simulator)?, LIGHTER, post_only);
    let mut grvt = Side::new(grvt_client(&simulator)?, GRVT, post_only);
    let (n, rounds) = (size.ops(500), if size == Size::Full { 9 } else { 1 });
    let [ours, at_lighter, at_grvt, hand, hyper] = in_turn(
        rounds,
        [
            &mut || backpack.round(n),
            &mut || lighter.round(n),
            &mut || grvt.round(n),
            &mut || reference(&http_by_hand(n).expect("loopback works")),
            &mut || reference(&hyper_both_ends(n).expect("loopback works")),
        ],
    );
    for side in [backpack, lighter, grvt] {
        drop(side.ask);
        side.strategy.join().map_err(|_| "the strategy panicked")?;
    }
    let mut rows = compared(ours, [hand[0], hyper[0]]);
    for (venue, measured) in [(Lighter::PREFIX, at_lighter), (GrvtLite::PREFIX, at_grvt)] {
        rows.extend(by_socket(venue, measured, ours[0]));
    }
    Ok(Report::from(rows))
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

fn by_socket(venue: &str, [p50, p99, _]: [Stat; 3], backpack: Stat) -> Vec<Row> {
    let row = |what: &str, ours, name: &str, reference| Row {
        number: "11",
        what: format!("{venue}{what}"),
        unit: "us",
        ours,
        reference: Some((name.to_owned(), reference)),
        goal: Goal::Shown,
    };
    vec![
        row("order by socket until its stream shows it p50", p50, "Backpack's round trip", backpack),
        row("the same p99", p99, "its own p50", p50),
    ]
}

/// A client, and the strategy that places its orders.
struct Side {
    ask: mpsc::Sender<u64>,
    told: Receiver<[f64; 3]>,
    strategy: JoinHandle<()>,
}

impl Side {
    fn new(client: Box<dyn Protocol>, market: Market, kind: fn(Price) -> OrderKind) -> Self {
        let (ask, wanted) = mpsc::channel(1);
        let (tell, told) = sync_channel(1);
        let wish = Wish { symbol: market.symbol, kind };
        let strategy = run(client, market, Threads::One, move |venue| place(venue, wish, wanted, tell));
        Self { ask, told, strategy }
    }

    fn round(&mut self, n: u64) -> [f64; 3] {
        self.ask.blocking_send(n).expect("the strategy waits");
        self.told.recv_timeout(Duration::from_secs(60)).expect("the simulator answers")
    }
}

fn backpack_client(simulator: &Simulator) -> Result<Box<dyn Protocol>, String> {
    let here = simulator.endpoints().venues.backpack.as_ref().ok_or("the simulator has no Backpack")?;
    let alice = here.account("alice").ok_or("the simulator has no alice")?;
    let options = backpack::Options::new(&here.rest, &here.ws, vec![SYMBOL.into()]);
    let options = options.with_keys(&alice.api_key, &alice.api_secret).map_err(|error| error.to_string())?;
    Ok(Box::new(backpack::Client::new(options).map_err(|error| error.to_string())?))
}

fn lighter_client(simulator: &Simulator) -> Result<Box<dyn Protocol>, String> {
    let here = simulator.endpoints().venues.lighter.as_ref().ok_or("the simulator has no Lighter")?;
    let alice = here.account("alice").ok_or("the simulator has no alice")?;
    // Drawn as a live key's: that is what is to be measured.
    let key = SecretKey::from_hex(&alice.api_key_private_key).map_err(|error| error.to_string())?;
    let credentials = lighter::Credentials {
        account: alice.account_index,
        chain: ChainId(here.chain_id),
        keys: vec![(alice.api_key_index, Signer::live(key))],
    };
    let options = lighter::Options::new(&here.rest, &here.ws, vec![LIGHTER.symbol.into()]);
    let client = lighter::Client::new(options.with_keys(credentials));
    Ok(Box::new(client.map_err(|error| error.to_string())?))
}

fn grvt_client(simulator: &Simulator) -> Result<Box<dyn Protocol>, String> {
    let here = simulator.endpoints().venues.grvt.as_ref().ok_or("the simulator has no GRVT")?;
    let alice = here.account("alice").ok_or("the simulator has no alice")?;
    // Drawn as a live key's: that is what is to be measured.
    let key = ecdsa::SecretKey::from_hex(&alice.private_key).map_err(|error| error.to_string())?;
    let sub_account = alice.sub_account_id.parse().map_err(|_| "the sub-account is a number")?;
    let signer = ecdsa::Signer::live(key);
    let chain = grvt::sign::ChainId(here.chain_id.into());
    let urls = grvt::Urls {
        edge: here.edge.clone(),
        trades: here.trades.clone(),
        market_data: here.market_data.clone(),
        ws_trades: here.ws_trades.clone(),
        ws_market_data: here.ws_market_data.clone(),
    };
    let options = grvt::Options::new(urls, vec![GRVT.symbol.into()]).with_keys(grvt::Credentials::new(
        alice.api_key.clone(),
        sub_account,
        signer,
        chain,
    ));
    Ok(Box::new(grvt::Client::new(options).map_err(|error| error.to_string())?))
}

/// What is placed, at a price that is still to be found.
#[derive(Clone, Copy)]
struct Wish {
    symbol: &'static str,
    kind: fn(Price) -> OrderKind,
}

/// Places orders as told, one after the other, too far from the market to trade. Those that expire at once have their
/// whole life in the time that is measured; those that rest are cancelled outside of it. Says p50 and p99 in
/// microseconds, and orders a second.
async fn place(venue: Venue, wish: Wish, mut wanted: mpsc::Receiver<u64>, tell: SyncSender<[f64; 3]>) {
    let market = venue.market(wish.symbol).expect("it is listed");
    let top = loop {
        match venue.top(market.id) {
            Ok(top) => break top,
            Err(_) => Clock::system().sleep(Duration::from_millis(1)).await,
        }
    };
    let order = NewOrder {
        market: market.id,
        side: mm_model::Side::Buy,
        qty: market.min_qty.max(Qty(1)),
        kind: (wish.kind)(top.bid.price.offset(-top.bid.price.0 / 20)),
        exposure: Exposure::Any,
    };
    while let Some(n) = wanted.recv().await {
        let (mut latencies, mut ns) = (Latencies::default(), 0);
        for _ in 0..n {
            let start = wall_ns();
            let mut placed = venue.place(order).await.expect("the simulator takes it in");
            let took = wall_ns() - start;
            latencies.record(took);
            ns += took;
            if matches!(order.kind, OrderKind::PostOnly { .. }) {
                venue.cancel(placed.client_id()).await.expect("it rests");
                placed.wait_final().await;
            }
        }
        let secs = ns as f64 / 1e9;
        if tell.send([latencies.us(50.0), latencies.us(99.0), n as f64 / secs]).is_err() {
            return;
        }
    }
}

fn reference(latencies: &Latencies) -> [f64; 3] {
    [latencies.us(50.0), latencies.us(99.0), 0.0]
}
