//! A scripted venue for tests: it speaks the driver's contract (calls in, events out) under virtual time, holds the truth, and
//! misbehaves on demand. It knows no wire.

mod fake;
mod notebook;
mod script;
mod truth;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_model::{
    ClientId, Decimal, Exposure, Market, MarketId, MarketKind, NewOrder, OrderKind, Price, Qty, Side,
    TimeInForce, Timestamp, TradingState,
};

pub(crate) use fake::{Fake, is_lookup};
pub(crate) use notebook::Notebook;
pub(crate) use script::{OnCancel, OnModify, OnPlace};

use crate::{
    Backing, Clock, IdSource, OnMismatch, Recovery, Task, TrackingLimit, Venue, VenueConfig, VirtualRuntime,
    risk::Gate, venue,
};

pub(crate) const MARKET: MarketId = MarketId(0);
pub(crate) const SYMBOL: &str = "SOL_USDC_PERP";
pub(crate) const MIN_QTY: Qty = Qty(2);
/// How long the fake takes for each call.
pub(crate) const LATENCY: Duration = Duration::from_millis(10);

pub(crate) const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Ids from a counter.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl IdSource for Counter {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

/// A venue with one market and one strategy in front of it.
pub(crate) struct World {
    pub(crate) runtime: VirtualRuntime,
    pub(crate) clock: Clock,
    pub(crate) fake: Fake,
    pub(crate) venue: Venue,
    pub(crate) notebook: Arc<Notebook>,
    pub(crate) gate: Gate,
    ids: Arc<Counter>,
    driver: Option<Task>,
}

pub(crate) fn config(name: &str) -> VenueConfig {
    VenueConfig {
        name: name.into(),
        symbols: vec![SYMBOL.into()],
        stale_after: Duration::from_secs(5),
        submit_valid_for: Duration::from_secs(5),
        closed_orders_max: 100,
        reconcile_every: Duration::from_secs(30),
        shown_within: VenueConfig::SHOWN_WITHIN,
        dead_man: None,
        recovery: Recovery::Resume,
        on_mismatch: OnMismatch::Alarm,
    }
}

impl World {
    /// Connected and with a book of 100 on 102; not yet ready.
    pub(crate) fn new() -> Self {
        Self::with(config("fake"))
    }

    /// As [`World::new`], with another configuration.
    pub(crate) fn with(config: VenueConfig) -> Self {
        let runtime = VirtualRuntime::new(Timestamp::from_ms(1_700_000_000_000));
        let fake = Fake::new(runtime.clock());
        Self::begin(runtime, fake, (Arc::default(), Arc::default()), (config, Gate::new()))
    }

    /// The process is killed, and starts again with another configuration; the venue goes on.
    pub(crate) fn killed(self, config: VenueConfig) -> Self {
        self.killed_under(config, Gate::new())
    }

    /// The same, with limits.
    pub(crate) fn killed_under(mut self, config: VenueConfig, gate: Gate) -> Self {
        let notebook = Arc::new(self.notebook.pass_on());
        drop(self.driver.take());
        self.runtime.block_on(self.clock.sleep(ms(1)));
        self.fake.reconnect();
        Self::begin(self.runtime, self.fake, (notebook, self.ids), (config, gate))
    }

    fn begin(
        runtime: VirtualRuntime,
        fake: Fake,
        (notebook, ids): (Arc<Notebook>, Arc<Counter>),
        (config, gate): (VenueConfig, Gate),
    ) -> Self {
        let clock = runtime.clock();
        let backing = Backing {
            ids: ids.clone(),
            journal: notebook.clone(),
            past: notebook.past(),
            gate: gate.clone(),
        };
        let (venue, driver) = venue(config, clock.clone(), backing);
        let drive = fake.clone().drive(driver);
        let task = runtime.spawner().spawn("driver", async move {
            // What ends it is seen by the handle.
            let _ = drive.await;
        });
        Self { runtime, clock, fake, venue, notebook, gate, ids, driver: Some(task) }
    }

    /// Runs `story` once the venue is ready.
    pub(crate) fn play<T>(&self, story: impl AsyncFnOnce(&Self) -> T) -> T {
        self.runtime.block_on(async {
            self.clock.within(ms(1_000), self.venue.ready()).await.expect("ready within a second");
            story(self).await
        })
    }
}

pub(crate) fn market() -> Market {
    Market {
        id: MARKET,
        symbol: SYMBOL.into(),
        base: "SOL".into(),
        quote: "USDC".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: Decimal::new(1, 2),
        lot: Decimal::new(1, 2),
        min_qty: MIN_QTY,
        max_qty: None,
        min_notional: None,
    }
}

pub(crate) const fn limit(side: Side, qty: u64, price: i64) -> NewOrder {
    let kind = OrderKind::Limit { price: Price(price), time_in_force: TimeInForce::Gtc };
    NewOrder { market: MARKET, side, qty: Qty(qty), kind, exposure: Exposure::Any }
}

/// Buys 10 at the touch, looks each second, gives up after a minute.
pub(crate) const fn tracking() -> TrackingLimit {
    TrackingLimit {
        market: MARKET,
        side: Side::Buy,
        qty: Qty(10),
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(60),
        price_offset_ticks: 0,
        cancel_wait: Duration::from_secs(2),
        post_only: false,
        exposure: Exposure::Any,
        worst_price: None,
    }
}
