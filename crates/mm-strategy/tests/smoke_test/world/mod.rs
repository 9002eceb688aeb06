//! A smoke test against a simulated venue in this process, under virtual time: the strategy, the core, the session,
//! the codec and the venue are the real ones, only sockets and waiting are not.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use expect_test::Expect;
use mm_core::{CoreConfig, Outcome, StartError, TradingCore, VirtualRuntime};
use mm_lab::connect::Wiring;
use mm_model::Timestamp;
use mm_sim::{
    Control, InProcess, SimConfig,
    config::VenueKind,
    control::{AccountState, CounterOrder},
    faults::{Rule, Schedule},
};
use mm_strategy::{
    Observer,
    params::{Settings, Value, Values},
    smoke_test::{self, Config, Progress, Report, SmokeTest},
};

/// What to test, and how the world misbehaves.
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) venue: VenueKind,
    pub(crate) symbol: &'static str,
    /// Other venues and their markets, tested side by side.
    pub(crate) beside: &'static [(VenueKind, &'static str)],
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
            venue: VenueKind::Backpack,
            symbol: "SOL_USDC_PERP",
            beside: &[],
            keys: &[],
            faults: Schedule::default(),
            before: |_| {},
            stop_after: None,
        }
    }
}

impl Case {
    /// On Lighter's perpetual of Ether.
    pub(crate) fn lighter() -> Self {
        Self { venue: VenueKind::Lighter, symbol: "ETH", ..Self::default() }
    }

    /// On GRVT's perpetual of Bitcoin.
    pub(crate) fn grvt() -> Self {
        Self { venue: VenueKind::Grvt, symbol: "BTC_USDT_Perp", ..Self::default() }
    }

    /// The same with one rule of faults.
    pub(crate) fn under(self, rule: Rule) -> Self {
        Self { faults: Schedule::of([rule]), ..self }
    }

    fn places(&self) -> impl Iterator<Item = (VenueKind, &'static str)> {
        [(self.venue, self.symbol)].into_iter().chain(self.beside.iter().copied())
    }
}

/// Our account at each venue.
type Accounts = BTreeMap<String, AccountState>;

/// What came of it.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
    pub(crate) progress: Vec<Progress>,
    /// The truth about our account at the tested venue, before and after.
    pub(crate) before: AccountState,
    pub(crate) after: AccountState,
    /// Whether every account is as it was, but for what was paid.
    is_clean: bool,
    /// How long it took, in virtual time.
    pub(crate) took: Duration,
}

impl Ended {
    /// The accounts are as they were, but for what was paid.
    pub(crate) fn is_clean(&self) -> bool {
        self.is_clean
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

/// Runs a case to its end.
pub(crate) fn run(case: &Case) -> Ended {
    start_and_run(case).expect("a start")
}

/// Runs a case to its end, or to the reason why the connector could not start.
pub(crate) fn start_and_run(case: &Case) -> Result<Ended, StartError> {
    let runtime = VirtualRuntime::new(Timestamp::from_ms(1_800_000_000_000));
    let clock = runtime.clock();
    let mut venues: Vec<VenueKind> = case.places().map(|(venue, _)| venue).collect();
    venues.dedup();
    let sim = SimConfig { venues, seed: case.seed, faults: case.faults.clone(), ..SimConfig::default() };
    let world = InProcess::start(sim, clock.clone(), &runtime.spawner()).expect("a world");
    let control = world.control();
    (case.before)(&control);
    let before = accounts(&control);
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
        for place in case.places() {
            let (venue, symbol) = place;
            let connector = Wiring::new(venue, vec![symbol.to_owned()]).connect_to(&world, &clock);
            core.add_connector(connector).await.expect("a connector");
        }
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
    let after = accounts(&control);
    let unchanged = |(venue, before): (&String, &AccountState)| {
        let after = &after[venue];
        before.positions == after.positions && before.open_orders == after.open_orders
    };
    let is_clean = before.iter().all(unchanged);
    let of = |accounts: &Accounts| accounts[case.venue.as_str()].clone();
    Ok(Ended { outcome, report, progress, before: of(&before), after: of(&after), is_clean, took })
}

/// It passes, and the account is as it was.
pub(crate) fn passes(case: &Case) -> Ended {
    let ended = run(case);
    let name = format!("{} seed {} {:?}", case.symbol, case.seed, case.keys);
    assert_eq!(ended.outcome, Outcome::Passed, "{name}");
    assert!(ended.is_clean(), "{name}: {:?}", ended.after);
    ended
}

/// It passes on seeds 1, 2, 3, long and short first.
pub(crate) fn passes_on_three_seeds_and_both_sides(case: fn() -> Case) {
    for seed in 1..=3 {
        for side in [&[("side", "buy")], &[("side", "sell")]] {
            passes(&Case { seed, keys: side, ..case() });
        }
    }
}

/// It fails for these reasons; whether the account is as it was is told too.
pub(crate) fn fails(case: &Case, want: Expect) -> Ended {
    let ended = run(case);
    let Outcome::Failed(reasons) = &ended.outcome else { panic!("it passed") };
    let clean = if ended.is_clean() { "clean" } else { "NOT CLEAN" };
    want.assert_eq(&format!("{}\n{clean}\n", reasons.join("\n")));
    ended
}

fn config(case: &Case) -> Config {
    let quick = [
        ("tracking_interval_secs", "1"),
        ("tracking_timeout_secs", "30"),
        ("market_timeout_secs", "10"),
        ("settle_timeout_secs", "5"),
        ("cancel_wait_secs", "2"),
    ];
    let plan = |(venue, symbol): (VenueKind, &str)| {
        let mut values = Values::default();
        for (name, text) in quick.iter().chain(case.keys) {
            let table = smoke_test::CONNECTOR_PARAMS;
            let param = table.iter().find(|param| param.is_called(name)).expect("a key of the table");
            values.set(param.name, param.read(text).expect("a value of its kind"));
        }
        values.set("symbol", Value::Text(symbol.into()));
        values.fill(smoke_test::CONNECTOR_PARAMS);
        (venue.to_string(), values)
    };
    let mut own = Values::default();
    own.fill(smoke_test::PARAMS);
    let settings = Settings { own, connectors: case.places().map(plan).collect() };
    Config::from_settings(&settings).expect("a plan")
}

/// The truth about our accounts.
fn accounts(control: &Control) -> Accounts {
    let venues = control.state().venues;
    venues.iter().map(|(venue, accounts)| (venue.clone(), accounts["alice"].clone())).collect()
}

/// An order of somebody: market, side, price, size.
pub(crate) fn place(control: &Control, account: &str, [market, side, price, size]: [&str; 4]) {
    // Backpack's symbols name their quote asset, Lighter's do so on spot alone, with a slash, GRVT's end in the kind.
    let venue = match market.contains('_') {
        true if market.ends_with("_Perp") => VenueKind::Grvt,
        true => VenueKind::Backpack,
        false => VenueKind::Lighter,
    };
    let order = CounterOrder {
        venue,
        account: account.into(),
        market: market.into(),
        side: side.into(),
        price: price.into(),
        size: size.into(),
    };
    control.order(&order).expect("it is taken");
}
