//! Plays: the core with a fake connector and strategies that behave in every way.

use std::sync::{Arc, Mutex};

use mm_model::{Qty, Side, Timestamp};

use super::*;
use crate::{
    Backing, Needs, Story, VirtualRuntime,
    journal::Past,
    risk::Gate,
    sync::lock,
    testing::{Counter, Fake, Notebook, OnCancel, config, limit, ms},
    venue,
};

/// What the strategy of a test does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plot {
    Pass,
    Fail,
    Err,
    Panic,
    /// Places an order and waits for a stop.
    Quote,
    /// Places an order and hears nothing.
    Hang,
    /// Places an order and panics while it rests.
    PanicHolding,
}

struct Actor {
    plot: Plot,
    keeps_orders: bool,
    log: Arc<Mutex<Vec<String>>>,
}

impl Strategy for Actor {
    fn name(&self) -> &'static str {
        "actor"
    }

    fn needs(&self) -> Needs {
        Needs::new()
    }

    fn keeps_orders(&self) -> bool {
        self.keeps_orders
    }

    fn run(&mut self, mut cx: Context) -> Story<'_> {
        Box::pin(async move {
            let place = async |price| {
                let venue = cx.venues.values().next().expect("a venue");
                venue.place(limit(Side::Buy, 10, price)).await.expect("taken")
            };
            match self.plot {
                Plot::Pass => Ok(Outcome::Passed),
                Plot::Fail => Ok(Outcome::Failed(vec!["as the plot wants".into()])),
                Plot::Err => Err(StrategyError("it broke".into())),
                Plot::Panic => panic!("oh no"),
                Plot::PanicHolding => {
                    let _order = place(100).await;
                    panic!("oh no, with an order")
                }
                Plot::Quote => {
                    let _order = place(100).await;
                    cx.stop.wait().await;
                    lock(&self.log).push("told to stop".into());
                    Ok(Outcome::Passed)
                }
                Plot::Hang => {
                    let _order = place(100).await;
                    std::future::pending().await
                }
            }
        })
    }
}

struct Stage {
    runtime: VirtualRuntime,
    core: TradingCore,
    fakes: Vec<Fake>,
    notebooks: Vec<Arc<Notebook>>,
    log: Arc<Mutex<Vec<String>>>,
}

const STOP_TIMEOUT: Duration = Duration::from_secs(9);

impl Stage {
    fn new() -> Self {
        let runtime = VirtualRuntime::new(Timestamp::from_ms(1_700_000_000_000));
        let bounds = CoreConfig { tick: ms(1_000), start_timeout: ms(2_000), stop_timeout: STOP_TIMEOUT };
        let core = TradingCore::new(bounds, runtime.clock(), runtime.spawner());
        Self { runtime, core, fakes: Vec::new(), notebooks: Vec::new(), log: Arc::default() }
    }

    fn connector(&mut self, name: &str) -> Connector {
        let clock = self.runtime.clock();
        let notebook = Arc::<Notebook>::default();
        self.notebooks.push(notebook.clone());
        let backing = Backing {
            ids: Arc::new(Counter::default()),
            journal: notebook.clone(),
            past: Past::default(),
            gate: Gate::default(),
        };
        let (venue, driver) = venue(config(name), clock.clone(), backing);
        let fake = Fake::new(clock);
        self.fakes.push(fake.clone());
        Connector { venue, task: Box::pin(fake.drive(driver)) }
    }

    fn actor(&self, plot: Plot, keeps_orders: bool) -> Box<dyn Strategy> {
        Box::new(Actor { plot, keeps_orders, log: self.log.clone() })
    }

    /// One connector and a strategy, started.
    fn started(plot: Plot, keeps_orders: bool) -> Self {
        let mut stage = Self::new();
        let connector = stage.connector("one");
        let strategy = stage.actor(plot, keeps_orders);
        stage.runtime.block_on(async {
            stage.core.add_connector(connector).await.expect("a new name");
            stage.core.set_strategy(strategy);
            stage.core.start().await.expect("starts");
        });
        stage
    }

    fn wait(&mut self) -> Result<Outcome, StrategyError> {
        self.runtime.block_on(self.core.wait_until_stopped())
    }

    /// Stops, and checks that it keeps its time.
    fn stop(&mut self, cancel_orders: bool) -> StopReport {
        let clock = self.runtime.clock();
        let start = clock.now();
        let report = self.runtime.block_on(self.core.stop(cancel_orders));
        assert!(clock.now().since(start) <= STOP_TIMEOUT);
        assert!(!self.core.status().running);
        report
    }
}

#[test]
fn outcomes_are_told() {
    let cases = [
        (Plot::Pass, Ok(Outcome::Passed)),
        (Plot::Fail, Ok(Outcome::Failed(vec!["as the plot wants".into()]))),
        (Plot::Err, Err(StrategyError("it broke".into()))),
        (Plot::Panic, Err(StrategyError("strategy 'actor' panicked: oh no".into()))),
    ];
    for (plot, expected) in cases {
        let mut stage = Stage::started(plot, false);
        assert_eq!(stage.wait(), expected, "{plot:?}");
        assert_eq!(stage.stop(true), StopReport::default(), "{plot:?}");
    }
}

#[test]
fn fault_67_a_strategy_that_panics_leaves_no_order_behind() {
    let mut stage = Stage::started(Plot::PanicHolding, false);
    let panicked = "strategy 'actor' panicked: oh no, with an order";
    assert_eq!(stage.wait(), Err(StrategyError(panicked.into())));
    assert_eq!(stage.fakes[0].live().len(), 1);
    assert_eq!(stage.stop(true), StopReport::default());
    assert_eq!(stage.fakes[0].live(), []);
}

#[test]
fn a_stop_tells_the_strategy_and_takes_its_orders_off() {
    let mut stage = Stage::started(Plot::Quote, false);
    stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
    assert_eq!(stage.fakes[0].live().len(), 1);
    assert_eq!(stage.stop(true), StopReport::default());
    assert_eq!(stage.fakes[0].live(), []);
    assert_eq!(*lock(&stage.log), ["told to stop"]);
    let status = stage.core.status();
    assert!(!status.venues[0].1.ready);
}

#[test]
fn a_stop_request_lets_the_wait_return_with_the_strategys_outcome() {
    let mut stage = Stage::started(Plot::Quote, false);
    stage.core.stop_request().request();
    assert_eq!(stage.wait(), Ok(Outcome::Passed));
}

#[test]
fn orders_stay_when_told_or_when_the_strategy_keeps_them() {
    for (keeps, cancel) in [(true, true), (false, false)] {
        let mut stage = Stage::started(Plot::Quote, keeps);
        stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
        stage.stop(cancel);
        assert_eq!(stage.fakes[0].live().len(), 1);
    }
}

#[test]
fn fault_62_orders_that_nobody_can_write_about_are_not_kept() {
    let mut stage = Stage::started(Plot::Quote, true);
    stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
    stage.notebooks[0].fill_up();
    assert_eq!(stage.stop(true), StopReport::default());
    assert_eq!(stage.fakes[0].live(), []);
}

#[test]
fn fault_28_a_stop_lists_what_it_could_not_cancel() {
    let mut stage = Stage::started(Plot::Quote, false);
    stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
    stage.fakes[0].on_cancel([OnCancel::Lose; 100]);
    let report = stage.stop(true);
    assert_eq!(report.not_cancelled, ["one: 1"]);
}

#[test]
fn fault_67_a_strategy_that_hangs_is_aborted_and_its_orders_are_cancelled() {
    let mut stage = Stage::started(Plot::Hang, false);
    stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
    let report = stage.stop(true);
    assert_eq!(report.problems, ["strategy 'actor' did not stop in time and was aborted"]);
    assert_eq!(report.not_cancelled, Vec::<String>::new());
    assert_eq!(stage.fakes[0].live(), []);
    assert_eq!(stage.fakes[0].filled(), Qty::ZERO);
}

#[test]
fn fault_68_a_connector_that_cannot_start_fails_the_start_and_stops_the_others() {
    let mut stage = Stage::new();
    let (good, bad) = (stage.connector("good"), stage.connector("zz_bad"));
    let strategy = stage.actor(Plot::Pass, false);
    stage.fakes[1].die("the key was refused");
    stage.runtime.block_on(async {
        stage.core.add_connector(good).await.expect("a new name");
        stage.core.add_connector(bad).await.expect("a new name");
        stage.core.set_strategy(strategy);
        let why = stage.core.start().await.expect_err("fails");
        assert_eq!(why.0, "connector 'zz_bad' stopped: the key was refused");
        assert!(!stage.core.status().running);
        assert!(stage.core.status().venues.iter().all(|(_, status)| !status.ready));
        assert_eq!(stage.core.status().strategy.as_deref(), Some("actor"), "still set");
    });
}

#[test]
fn fault_68_a_connector_that_does_not_become_ready_fails_the_start_with_its_reason() {
    let mut stage = Stage::new();
    let connector = stage.connector("one");
    let strategy = stage.actor(Plot::Pass, false);
    stage.fakes[0].reads_fail(true);
    stage.runtime.block_on(async {
        stage.core.add_connector(connector).await.expect("a new name");
        stage.core.set_strategy(strategy);
        let why = stage.core.start().await.expect_err("fails");
        assert!(why.0.starts_with("connector 'one' did not become ready in 2s: catching up: Time"), "{why}");
    });
}

#[test]
fn a_connector_that_dies_stops_the_core() {
    let mut stage = Stage::started(Plot::Quote, false);
    stage.runtime.block_on(stage.runtime.clock().sleep(ms(100)));
    stage.fakes[0].die("the venue closed our account");
    let end = stage.wait().expect_err("stops");
    assert_eq!(end.0, "connector 'one' stopped: the venue closed our account");
    let report = stage.stop(true);
    assert_eq!(report.not_cancelled, ["one: 1"], "nobody is left to cancel it");
}

#[test]
fn a_second_start_after_a_shutdown_works_with_connectors_added_anew() {
    let mut stage = Stage::started(Plot::Pass, false);
    stage.wait().expect("passes");
    stage.stop(true);
    let strategy = stage.actor(Plot::Pass, false);
    stage.runtime.block_on(async {
        stage.core.set_strategy(strategy);
        let why = stage.core.start().await.expect_err("the connector has run");
        assert!(why.0.contains("add it anew"), "{why}");
        stage.core.shutdown(true).await;
        assert!(stage.core.status().venues.is_empty());
    });
    let (connector, strategy) = (stage.connector("one"), stage.actor(Plot::Fail, false));
    stage.runtime.block_on(async {
        stage.core.add_connector(connector).await.expect("the name is free");
        stage.core.set_strategy(strategy);
        stage.core.start().await.expect("starts again");
        assert!(stage.core.start().await.is_err(), "it runs already");
        let outcome = stage.core.wait_until_stopped().await.expect("an outcome");
        assert!(matches!(outcome, Outcome::Failed(_)));
    });
}

#[test]
fn connectors_come_and_go_while_it_runs() {
    let mut stage = Stage::started(Plot::Quote, false);
    let (second, same) = (stage.connector("two"), stage.connector("one"));
    stage.runtime.block_on(async {
        stage.core.add_connector(second).await.expect("starts");
        assert!(stage.core.add_connector(same).await.is_err(), "the name is taken");
        assert!(stage.core.status().venues.iter().all(|(_, status)| status.ready));
        stage.core.remove_connector("two").await.expect("there is one");
        assert!(stage.core.remove_connector("two").await.is_err());
        assert_eq!(stage.core.status().venues.len(), 1);
    });
}
