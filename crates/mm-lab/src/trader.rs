//! What trades in a life: the load of the case until its time is up, then nobody, so that what is left can be compared.

use std::{future::poll_fn, sync::Arc, task::Poll};

use mm_core::{Context, Needs, Outcome, Story, Strategy};
use mm_model::Timestamp;
use mm_sim::config::VenueKind;
use mm_strategy::{
    Observer, StrategySpec,
    load::Intent,
    params::{Param, Settings, Value, Values},
    smoke_test::{Progress, Report},
    strategy,
};

use crate::{event_log::EventLog, judge::Judge, plan::Load};

/// Which life of which run a strategy is made for.
pub(crate) struct Part<'a> {
    pub(crate) load: Load,
    pub(crate) places: &'a [(VenueKind, &'static str)],
    /// Decides what the load does.
    pub(crate) seed: u64,
    /// When it is to stand still, by the bot's clock.
    pub(crate) until: Timestamp,
    pub(crate) log: &'a EventLog,
    pub(crate) judge: &'a Judge,
}

/// Makes the strategy.
pub(crate) fn trader(part: &Part<'_>) -> Box<dyn Strategy> {
    let spec = strategy(part.load.as_str()).expect("every load is a strategy of the table");
    let observer =
        Arc::new(Told { log: part.log.clone(), judge: part.judge.clone(), places: part.places.to_vec() });
    let inner = (spec.build)(settings(spec, part), observer).expect("these keys fit together");
    Box::new(Rests { inner, until: part.until })
}

/// Keys beside the defaults: quick smoke tests, and the load's own seed.
fn settings(spec: &'static StrategySpec, part: &Part<'_>) -> Settings {
    let quick: &[(&str, &str)] = match part.load {
        Load::LoadTest => &[],
        Load::SmokeTest => &[
            ("tracking_interval_secs", "1"),
            ("tracking_timeout_secs", "30"),
            ("market_timeout_secs", "10"),
            ("settle_timeout_secs", "5"),
            ("cancel_wait_secs", "2"),
        ],
    };
    let connector = |&(kind, symbol): &(VenueKind, &'static str)| {
        let mut values = read(spec.connector_params, quick);
        match part.load {
            Load::LoadTest => values.set("symbols", Value::List(vec![symbol.into()])),
            Load::SmokeTest => values.set("symbol", Value::Text(symbol.into())),
        }
        values.fill(spec.connector_params);
        (kind.to_string(), values)
    };
    let seed = i64::try_from(part.seed % (1 << 62)).expect("62 bits fit");
    let mut own = Values::default();
    if part.load == Load::LoadTest {
        own.set("seed", Value::Integer(seed));
    }
    own.fill(spec.params);
    Settings { own, connectors: part.places.iter().map(connector).collect() }
}

fn read(table: &'static [Param], texts: &[(&str, &str)]) -> Values {
    let mut values = Values::default();
    for (name, text) in texts {
        let param = table.iter().find(|param| param.is_called(name)).expect("a key of the table");
        values.set(param.name, param.read(text).expect("a value of its kind"));
    }
    values
}

/// A strategy that is dropped at a time, and nothing after it: the core still takes its orders off in the end.
struct Rests {
    inner: Box<dyn Strategy>,
    until: Timestamp,
}

impl Strategy for Rests {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn needs(&self) -> Needs {
        self.inner.needs()
    }

    fn run(&mut self, cx: Context) -> Story<'_> {
        Box::pin(async move {
            let (mut stop, clock) = (cx.stop.clone(), cx.clock.clone());
            {
                let mut work = self.inner.run(cx);
                let mut rest = Box::pin(clock.sleep_until(self.until));
                let ended = poll_fn(|poll| match rest.as_mut().poll(poll) {
                    Poll::Ready(()) => Poll::Ready(None),
                    Poll::Pending => work.as_mut().poll(poll).map(Some),
                });
                if let Some(ended) = ended.await {
                    return ended;
                }
            }
            stop.wait().await;
            Ok(Outcome::Passed)
        })
    }
}

/// Writes down what a strategy tells, and tells the judge of intents.
struct Told {
    log: EventLog,
    judge: Judge,
    places: Vec<(VenueKind, &'static str)>,
}

impl Observer for Told {
    fn progress(&self, _: Timestamp, connector: &str, event: &Progress) {
        self.log.say(format_args!("{connector} progress {event:?}"));
    }

    fn report(&self, report: &Report) {
        self.log.say(format_args!("report passed {}", report.passed));
    }

    fn intent(&self, connector: &str, intent: &Intent) {
        self.log.say(format_args!("{connector} intent {intent:?}"));
        // There is one market at each venue.
        if let Some((kind, symbol)) = self.places.iter().find(|(kind, _)| kind.as_str() == connector) {
            self.judge.intent(*kind, symbol, intent);
        }
    }
}
