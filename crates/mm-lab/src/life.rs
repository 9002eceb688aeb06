//! One life of the bot: connectors, core and strategy from start to stop, as the program runs them.

use std::{sync::Arc, time::Duration};

use mm_core::{
    Clock, Context, CoreConfig, Needs, Outcome, Spawner, Stop, StopReport, Story, Strategy, TradingCore,
    Venue, risk::Gate,
};
use mm_model::Timestamp;
use mm_sim::{InProcess, config::VenueKind};
use mm_strategy::{
    Observer,
    params::{Settings, Value, Values},
    smoke_test::{self, Progress, Report},
};

use crate::{
    connect::Wiring,
    event_log::EventLog,
    memory::Memory,
    mortal::Mortal,
    plan::{Fate, Load, Plan},
    wire::Wiretap,
};

/// How long connectors may take to become ready. What fails to start is started anew.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a stop may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// What a life is lived in.
pub(crate) struct Surroundings<'a> {
    pub(crate) world: &'a InProcess,
    /// The world's clock.
    pub(crate) clock: &'a Clock,
    pub(crate) spawner: Spawner,
    pub(crate) log: &'a EventLog,
    pub(crate) plan: &'a Plan,
    pub(crate) memory: &'a Memory,
    pub(crate) load: Load,
    /// When faults end.
    pub(crate) calm_from: Timestamp,
    /// When the bot is to stop.
    pub(crate) stop_at: Timestamp,
}

/// How a life ended that nobody cut off.
#[derive(Debug)]
pub(crate) enum End {
    /// It did not get to trade.
    NotStarted(String),
    /// The strategy came to its end, or a connector died, and it stopped in order.
    Over {
        /// What went wrong.
        error: Option<String>,
    },
    /// It was stopped at the end of the run.
    Stopped(StopReport),
}

/// Lives until its end.
///
/// `settles` is called now and then once faults have ended, with the handles of the venues.
pub(crate) async fn live(
    around: &Surroundings<'_>,
    (fate, life): (Fate, Mortal),
    mut settles: impl FnMut(&[(VenueKind, Venue)]),
) -> End {
    let clock = around.clock.off_by(fate.ahead_ns);
    let bounds =
        CoreConfig { tick: Duration::from_secs(1), start_timeout: START_TIMEOUT, stop_timeout: STOP_TIMEOUT };
    let mut core = TradingCore::new(bounds, clock.clone(), around.spawner.clone());
    let gate = Gate::new();
    let mut venues = Vec::new();
    for (n, &(kind, symbol)) in around.plan.places.iter().enumerate() {
        let transport = Wiretap {
            inner: around.world.transport(),
            venue: kind.as_str(),
            log: around.log.clone(),
            life: life.clone(),
        };
        let backing = around.memory.backing(kind, &gate, (around.log, &life));
        let mut wiring = Wiring::new(kind, vec![symbol.to_owned()]);
        wiring.session.jitter_seed = around.clock.now().0.wrapping_add(n as u64);
        let connector = wiring.connect(around.world.endpoints(), (&clock, transport), backing);
        venues.push((kind, connector.venue.clone()));
        if let Err(why) = core.add_connector(connector).await {
            return End::NotStarted(why.to_string());
        }
    }
    core.set_strategy(strategy(around));
    if let Err(why) = core.start().await {
        return End::NotStarted(why.to_string());
    }
    around.log.say(format_args!("bot started"));
    let watch = async {
        around.clock.sleep_until(around.calm_from).await;
        while around.clock.now() < around.stop_at {
            settles(&venues);
            around.clock.sleep(LOOK_EVERY).await;
        }
    };
    let ended = around.clock.within(around.stop_at.since(around.clock.now()), async {
        // The one that watches ends with the time, so the other decides.
        futures_select(core.wait_until_stopped(), watch).await
    });
    let ended = ended.await.flatten();
    let report = core.stop(true).await;
    around.log.say(format_args!("bot stopped {report:?}"));
    match ended {
        None => End::Stopped(report),
        Some(Ok(outcome)) => {
            around.log.say(format_args!("strategy ended {outcome:?}"));
            End::Over { error: None }
        }
        Some(Err(why)) => End::Over { error: Some(why.to_string()) },
    }
}

/// How often beliefs are compared with the truth once faults have ended.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The first's output, or `None` when the second ends before.
async fn futures_select<T>(first: impl Future<Output = T>, second: impl Future<Output = ()>) -> Option<T> {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    std::future::poll_fn(|cx| {
        if let std::task::Poll::Ready(output) = first.as_mut().poll(cx) {
            return std::task::Poll::Ready(Some(output));
        }
        second.as_mut().poll(cx).map(|()| None)
    })
    .await
}

/// What trades: the load while there are faults; who does not go on by itself stands still afterwards.
fn strategy(around: &Surroundings<'_>) -> Box<dyn Strategy> {
    if around.calm_from <= around.clock.now() && around.load == Load::SmokeTest {
        return Box::new(Idle { needs: needs(around.plan) });
    }
    match around.load {
        Load::SmokeTest => smoke_test(around),
    }
}

fn needs(plan: &Plan) -> Needs {
    plan.places.iter().map(|(kind, symbol)| (kind.to_string(), vec![(*symbol).to_owned()])).collect()
}

fn smoke_test(around: &Surroundings<'_>) -> Box<dyn Strategy> {
    let quick = [
        ("tracking_interval_secs", "1"),
        ("tracking_timeout_secs", "30"),
        ("market_timeout_secs", "10"),
        ("settle_timeout_secs", "5"),
        ("cancel_wait_secs", "2"),
    ];
    let plan = |(kind, symbol): &(VenueKind, &'static str)| {
        let mut values = Values::default();
        for (name, text) in quick {
            let table = smoke_test::CONNECTOR_PARAMS;
            let param = table.iter().find(|param| param.is_called(name)).expect("a key of the table");
            values.set(param.name, param.read(text).expect("a value of its kind"));
        }
        values.set("symbol", Value::Text((*symbol).into()));
        values.fill(smoke_test::CONNECTOR_PARAMS);
        (kind.to_string(), values)
    };
    let mut own = Values::default();
    own.fill(smoke_test::PARAMS);
    let settings = Settings { own, connectors: around.plan.places.iter().map(plan).collect() };
    let observer = Arc::new(Told(around.log.clone()));
    smoke_test::build(settings, observer).expect("these keys fit together")
}

/// Writes down what a strategy tells.
struct Told(EventLog);

impl Observer for Told {
    fn progress(&self, _: Timestamp, connector: &str, event: &Progress) {
        self.0.say(format_args!("{connector} progress {event:?}"));
    }

    fn report(&self, report: &Report) {
        self.0.say(format_args!("report passed {}", report.passed));
    }
}

/// Follows its markets and does nothing.
struct Idle {
    needs: Needs,
}

impl Strategy for Idle {
    fn name(&self) -> &str {
        "idle"
    }

    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn run(&mut self, cx: Context) -> Story<'_> {
        Box::pin(async move {
            let mut stop: Stop = cx.stop;
            stop.wait().await;
            Ok(Outcome::Passed)
        })
    }
}
