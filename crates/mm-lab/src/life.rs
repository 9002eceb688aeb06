//! One life of the bot: connectors, core and strategy from start to stop, as the program runs them.

use std::{sync::Arc, time::Duration};

use mm_core::{Clock, CoreConfig, Spawner, StopReport, TradingCore, Venue, journal::Journal, risk::Gate};
use mm_model::Timestamp;
use mm_sim::{InProcess, config::VenueKind};

use crate::{
    connect::Wiring,
    event_log::EventLog,
    judge::Judge,
    memory::{Birth, Memory},
    mortal::Mortal,
    plan::{Fate, Load, Plan},
    trader::{Part, trader},
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
    pub(crate) judge: &'a Judge,
    pub(crate) plan: &'a Plan,
    pub(crate) memory: &'a Memory,
    pub(crate) load: Load,
    pub(crate) seed: u64,
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
pub(crate) async fn live(around: &Surroundings<'_>, (fate, life): (Fate, Mortal)) -> End {
    let clock = around.clock.off_by(fate.ahead_ns);
    let bounds =
        CoreConfig { tick: Duration::from_secs(1), start_timeout: START_TIMEOUT, stop_timeout: STOP_TIMEOUT };
    let mut core = TradingCore::new(bounds, clock.clone(), around.spawner.clone());
    let gate = Gate::with(around.judge.limits());
    let (venues, journals) = match connect(around, (&fate, &life, &gate), &mut core).await {
        Ok(connected) => connected,
        Err(why) => return End::NotStarted(why),
    };
    around.judge.born(&venues);
    let ahead_ns = fate.ahead_ns;
    let until = around.calm_from + TRADES_ON;
    core.set_strategy(trader(&Part {
        load: around.load,
        places: &around.plan.places,
        seed: around.clock.now().0 ^ around.seed.rotate_left(32),
        until: Timestamp(until.0.saturating_add_signed(ahead_ns)),
        log: around.log,
        judge: around.judge,
    }));
    let broken = || journals.iter().find_map(|journal| journal.health().err().map(|why| why.to_string()));
    let started = first_unless(core.start(), async {
        while broken().is_none() {
            around.clock.sleep(LOOK_EVERY).await;
        }
    });
    match started.await {
        Some(Ok(())) => {}
        Some(Err(why)) => return End::NotStarted(why.to_string()),
        None => {
            let report = core.stop(true).await;
            around.log.say(format_args!("bot stopped before it was ready {report:?}"));
            return End::NotStarted(broken().unwrap_or_default());
        }
    }
    around.log.say(format_args!("bot started"));
    let watch = async {
        while around.clock.now() < around.stop_at && broken().is_none() {
            around.judge.look(&venues, around.calm_from + TRADES_ON <= around.clock.now());
            around.clock.sleep(LOOK_EVERY).await;
        }
    };
    let ended = first_unless(core.wait_until_stopped(), watch).await;
    let is_time_up = around.stop_at <= around.clock.now();
    let report = core.stop(true).await;
    around.log.say(format_args!("bot stopped {report:?}"));
    match ended {
        // The program ends then, too.
        None if !is_time_up => End::Over { error: broken() },
        None => End::Stopped(report),
        Some(Ok(outcome)) => {
            around.log.say(format_args!("strategy ended {outcome:?}"));
            End::Over { error: None }
        }
        Some(Err(why)) => End::Over { error: Some(why.to_string()) },
    }
}

/// The handles of the connectors, and their journals.
type Connected = (Vec<(VenueKind, Venue)>, Vec<Arc<dyn Journal>>);

/// Makes the connectors, each on its journal.
async fn connect(
    around: &Surroundings<'_>,
    (fate, life, gate): (&Fate, &Mortal, &Gate),
    core: &mut TradingCore,
) -> Result<Connected, String> {
    let clock = around.clock.off_by(fate.ahead_ns);
    let birth = Birth { fate: *fate, life, gate, log: around.log, judge: around.judge, now: clock.now() };
    let (mut venues, mut journals) = (Vec::new(), Vec::new());
    for (n, &(kind, symbol)) in around.plan.places.iter().enumerate() {
        let transport = Wiretap {
            inner: around.world.transport(),
            venue: kind.as_str(),
            log: around.log.clone(),
            life: life.clone(),
        };
        let backing = around.memory.backing(kind, &birth)?;
        let mut wiring = Wiring::new(kind, vec![symbol.to_owned()]);
        wiring.venue.recovery = around.plan.recovery;
        journals.push(backing.journal.clone());
        wiring.session.jitter_seed = around.clock.now().0.wrapping_add(n as u64);
        let connector = wiring.connect(around.world.endpoints(), (&clock, transport), backing);
        venues.push((kind, connector.venue.clone()));
        core.add_connector(connector).await.map_err(|why| why.to_string())?;
    }
    Ok((venues, journals))
}

/// How long the load goes on once faults have ended.
const TRADES_ON: Duration = Duration::from_secs(15);
/// How often beliefs are compared with the truth.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The first's output, or `None` when the second ends before.
async fn first_unless<T>(first: impl Future<Output = T>, second: impl Future<Output = ()>) -> Option<T> {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    std::future::poll_fn(|cx| {
        if let std::task::Poll::Ready(output) = first.as_mut().poll(cx) {
            return std::task::Poll::Ready(Some(output));
        }
        second.as_mut().poll(cx).map(|()| None)
    })
    .await
}
