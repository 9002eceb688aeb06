//! A smoke test against a simulated venue in this process, under virtual time: the strategy, the core, the session,
//! the codec and the venue are the real ones, only sockets and waiting are not.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{
    Clock, Connector, CoreConfig, IdSource, Outcome, StartError, TradingCore, VenueConfig, VirtualRuntime,
};
use mm_model::{ClientId, Timestamp};
use mm_session::SessionConfig;
use mm_sim::{
    Control, InProcess, SimConfig,
    control::{AccountState, CounterOrder},
    faults::Schedule,
};
use mm_strategy::{
    Observer,
    params::{Settings, Value, Values},
    smoke_test::{self, Config, Progress, Report, SmokeTest},
};
use mm_venues::backpack;

/// What to test, and how the world misbehaves.
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) symbol: &'static str,
    /// Keys of the connector's block beside those that make the test quick.
    pub(crate) keys: &'static [(&'static str, &'static str)],
    pub(crate) faults: Schedule,
    /// Done to the world before the test begins.
    pub(crate) before: fn(&Control),
    /// A stop is asked for this long after the start.
    pub(crate) stop_after: Option<Duration>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            seed: 1,
            symbol: "SOL_USDC_PERP",
            keys: &[],
            faults: Schedule::default(),
            before: |_| {},
            stop_after: None,
        }
    }
}

/// What came of it.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
    pub(crate) progress: Vec<Progress>,
    /// The truth about our account, before and after.
    pub(crate) before: AccountState,
    pub(crate) after: AccountState,
    /// How long it took, in virtual time.
    pub(crate) took: Duration,
}

impl Ended {
    /// The account is as it was, but for what was paid.
    pub(crate) fn is_clean(&self) -> bool {
        self.before.positions == self.after.positions && self.before.open_orders == self.after.open_orders
    }
}

#[derive(Default)]
struct Notes {
    progress: Mutex<Vec<Progress>>,
    report: Mutex<Option<Report>>,
}

impl Observer for Notes {
    fn progress(&self, _: Timestamp, _: &str, event: &Progress) {
        self.progress.lock().expect("one thread").push(event.clone());
    }

    fn report(&self, report: &Report) {
        *self.report.lock().expect("one thread") = Some(report.clone());
    }
}

struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Runs a case to its end.
pub(crate) fn run(case: &Case) -> Ended {
    start_and_run(case).expect("a start")
}

/// Runs a case to its end, or to the reason why the connector could not start.
pub(crate) fn start_and_run(case: &Case) -> Result<Ended, StartError> {
    let runtime = VirtualRuntime::new(Timestamp::from_ms(1_800_000_000_000));
    let clock = runtime.clock();
    let sim = SimConfig { seed: case.seed, faults: case.faults.clone(), ..SimConfig::default() };
    let world = InProcess::start(sim, clock.clone(), &runtime.spawner()).expect("a world");
    let control = world.control();
    (case.before)(&control);
    let before = alice(&control);
    let notes = Arc::new(Notes::default());
    let strategy = SmokeTest::new(config(case), notes.clone());
    let bounds = CoreConfig {
        tick: Duration::from_secs(1),
        start_timeout: Duration::from_secs(30),
        stop_timeout: Duration::from_secs(30),
    };
    let mut core = TradingCore::new(bounds, clock.clone(), runtime.spawner());
    let started = clock.now();
    let outcome = runtime.block_on(async {
        core.add_connector(connector(case, &world, &clock)).await.expect("a connector");
        core.set_strategy(Box::new(strategy));
        core.start().await?;
        if let Some(after) = case.stop_after {
            let stop = core.stop_request();
            let ended = clock.within(after, core.wait_until_stopped()).await;
            assert!(ended.is_none(), "the test was over before it was stopped");
            stop.request();
        }
        let outcome = core.wait_until_stopped().await.expect("an outcome");
        core.stop(true).await;
        Ok(outcome)
    })?;
    let report = notes.report.lock().expect("one thread").clone().expect("a report");
    let progress = notes.progress.lock().expect("one thread").clone();
    let took = clock.now().since(started);
    Ok(Ended { outcome, report, progress, before, after: alice(&control), took })
}

fn connector(case: &Case, world: &InProcess, clock: &Clock) -> Connector {
    let place = world.endpoints().venues.backpack.as_ref().expect("it stands");
    let account = place.account("alice").expect("she is there");
    let symbols = vec![case.symbol.to_owned()];
    let options = backpack::Options::new(&place.rest, &place.ws, symbols.clone())
        .with_keys(&account.api_key, &account.api_secret)
        .expect("keys");
    let protocol = Box::new(backpack::Client::new(options).expect("a client"));
    let config = VenueConfig {
        name: "backpack".into(),
        symbols,
        stale_after: Duration::from_secs(5),
        submit_valid_for: Duration::from_secs(5),
        closed_orders_max: 1000,
        reconcile_every: Duration::from_secs(30),
    };
    let session = SessionConfig {
        call_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(10),
        backoff_min: Duration::from_millis(100),
        backoff_max: Duration::from_secs(5),
        jitter_seed: 1,
    };
    let (venue, driver) = mm_core::venue(config, clock.clone(), Arc::new(Ids(AtomicU64::new(1000))));
    let run = mm_session::run(clock.clone(), driver, protocol, world.transport(), session);
    Connector { venue, task: Box::pin(async move { run.await.map_err(|error| error.to_string()) }) }
}

fn config(case: &Case) -> Config {
    let quick = [
        ("tracking_interval_secs", "1"),
        ("tracking_timeout_secs", "30"),
        ("market_timeout_secs", "10"),
        ("settle_timeout_secs", "5"),
        ("cancel_wait_secs", "2"),
    ];
    let mut values = Values::default();
    for (name, text) in quick.iter().chain(case.keys) {
        let table = smoke_test::CONNECTOR_PARAMS;
        let param = table.iter().find(|param| param.is_called(name)).expect("a key of the table");
        values.set(param.name, param.read(text).expect("a value of its kind"));
    }
    values.set("symbol", Value::Text(case.symbol.into()));
    values.fill(smoke_test::CONNECTOR_PARAMS);
    let mut own = Values::default();
    own.fill(smoke_test::PARAMS);
    let settings = Settings { own, connectors: [("backpack".to_owned(), values)].into() };
    Config::from_settings(&settings).expect("a plan")
}

/// The truth about our account.
fn alice(control: &Control) -> AccountState {
    control.state().venues["backpack"]["alice"].clone()
}

/// An order of somebody: market, side, price, size.
pub(crate) fn place(control: &Control, account: &str, [market, side, price, size]: [&str; 4]) {
    let order = CounterOrder {
        venue: mm_sim::config::VenueKind::Backpack,
        account: account.into(),
        market: market.into(),
        side: side.into(),
        price: price.into(),
        size: size.into(),
    };
    control.order(&order).expect("it is taken");
}
