//! One run from its seed to its verdict: trading with faults, a minute without, an orderly stop, and the comparison.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use mm_core::{Clock, TaskEnd, VirtualRuntime};
use mm_model::Timestamp;
use mm_sim::{
    InProcess, SimConfig,
    faults::{Schedule, Witness},
};

use crate::{
    beliefs::Beliefs,
    event_log::EventLog,
    life::{self, End, Surroundings},
    memory::Memory,
    mortal::Mortal,
    panics,
    plan::{Case, Plan, START},
    verdict::{Totals, Verdict, Violation},
};

/// How long after the last fault everything must be known.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);
/// A bot that was born so often in one run is not getting anywhere.
const LIVES_MAX: u64 = 2_000;
/// How long a supervisor waits before it starts a bot anew that ended by itself.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Runs a case. The same case gives the same verdict, with the same event log byte for byte. Whoever panics in it has
/// violated something.
#[must_use]
pub fn run(case: &Case) -> Verdict {
    panics::listen();
    let runtime = VirtualRuntime::new(START);
    let log = EventLog::new(runtime.clock(), case.keeps_log);
    let findings = Findings { clock: runtime.clock(), log: log.clone(), found: Arc::default() };
    let totals =
        catch_unwind(AssertUnwindSafe(|| Stage::set(case, &runtime, &log, &findings).play(&runtime)));
    let took = findings.clock.now().since(START);
    // What falls with the runtime may panic too.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(runtime)));
    for text in panics::heard() {
        findings.add("panic", text);
    }
    let violations = std::mem::take(&mut *findings.found.lock().expect("nothing in here panics"));
    Verdict {
        seed: case.seed,
        digest: log.digest(),
        n_lines: log.n_lines(),
        violations,
        totals: Totals { took, ..totals.unwrap_or_default() },
        log: log.take_text(),
    }
}

/// What must not be and was.
#[derive(Clone)]
struct Findings {
    clock: Clock,
    log: EventLog,
    found: Arc<Mutex<Vec<Violation>>>,
}

impl Findings {
    fn add(&self, code: &'static str, text: String) {
        self.log.say(format_args!("VIOLATION {code}: {text}"));
        let violation = Violation { at: self.clock.now(), code, text };
        self.found.lock().expect("nothing in here panics").push(violation);
    }
}

/// Faults that struck, by kind.
type Strikes = Arc<Mutex<BTreeMap<&'static str, u64>>>;

struct Stage<'a> {
    case: &'a Case,
    plan: Plan,
    world: InProcess,
    clock: Clock,
    log: &'a EventLog,
    findings: &'a Findings,
    strikes: Strikes,
    calm_from: Timestamp,
    stop_at: Timestamp,
}

impl<'a> Stage<'a> {
    fn set(case: &'a Case, runtime: &VirtualRuntime, log: &'a EventLog, findings: &'a Findings) -> Self {
        let plan = Plan::draw(case);
        let clock = runtime.clock();
        let config = SimConfig {
            venues: plan.places.iter().map(|place| place.0).collect(),
            seed: case.seed,
            latency: plan.latency,
            ..SimConfig::default()
        };
        let world =
            InProcess::start(config, clock.clone(), &runtime.spawner()).expect("the plan makes a world");
        log.say(format_args!("seed {} places {:?} latency {:?}", case.seed, plan.places, plan.latency));
        for (rule, kind) in plan.faults.schedule.rules.iter().zip(&plan.faults.kinds) {
            log.say(format_args!("fault {kind} {rule:?}"));
        }
        let calm_from = clock.now() + case.trading;
        let stop_at = calm_from + SETTLES_WITHIN;
        let strikes = Strikes::default();
        Self { case, plan, world, clock, log, findings, strikes, calm_from, stop_at }
    }

    /// Trouble begins.
    fn trouble(&self) {
        let control = self.world.control();
        let (log, strikes, faults) = (self.log.clone(), self.strikes.clone(), self.plan.faults.clone());
        control.set_witness(Witness::new(move |strike| {
            let kind = faults.kind(strike.rule);
            let (place, action) = (strike.place.word(), strike.action.word());
            log.say(format_args!("{} FAULT {kind}: {action} {place} {}", strike.venue, strike.what));
            *strikes.lock().expect("nothing in here panics").entry(kind).or_default() += 1;
        }));
        control
            .set_faults(self.plan.faults.schedule.clone())
            .expect("a schedule that can be: a test draws many");
    }

    fn play(mut self, runtime: &VirtualRuntime) -> Totals {
        self.trouble();
        let director = runtime.spawner().spawn("director", self.direct());
        let memory = Memory::new(self.plan.places.iter().map(|place| place.0));
        let mut totals = Totals::default();
        let mut settled_at = None;
        loop {
            totals.lives += 1;
            if LIVES_MAX < totals.lives {
                self.findings.add("restarts", format!("the bot was started {LIVES_MAX} times"));
                break;
            }
            let fate = self.plan.next_fate(self.clock.now(), self.calm_from);
            self.log.say(format_args!("life {} {fate:?}", totals.lives));
            let life = Mortal::new(fate.death);
            let around = self.surroundings(runtime, &memory);
            let lived = life::live(&around, (fate, life.clone()), |venues| {
                if settled_at.is_none() && Beliefs::of(venues).differences(&self.world).is_empty() {
                    settled_at = Some(self.clock.now());
                    self.log.say(format_args!("settled"));
                }
            });
            let end = runtime.block_on_while(lived, || life.polls(&self.clock));
            life.die();
            memory.lose(fate.ids_lost);
            match end {
                None => {
                    totals.kills += 1;
                    self.log.say(format_args!("killed"));
                    runtime.block_on(self.clock.sleep(fate.pause));
                }
                Some(End::Stopped(report)) => {
                    for problem in report.not_cancelled.iter().chain(&report.problems) {
                        self.findings.add("stop", problem.clone());
                    }
                    break;
                }
                Some(End::NotStarted(why)) => self.ended_by_itself(runtime, &format!("not started: {why}")),
                Some(End::Over { error: Some(why) }) => self.ended_by_itself(runtime, &why),
                Some(End::Over { error: None }) => runtime.block_on(self.clock.sleep(RESTART_PAUSE)),
            }
            if self.stop_at <= self.clock.now() {
                self.findings.add("liveness", "the bot was not there to be stopped".to_owned());
                break;
            }
        }
        if settled_at.is_none() {
            self.findings.add("liveness", format!("beliefs never equalled the truth in {SETTLES_WITHIN:?}"));
        }
        if let Some(end) = futures_util::FutureExt::now_or_never(director)
            && end != TaskEnd::Done
        {
            self.findings.add("simulator", format!("the director ended: {end:?}"));
        }
        self.judge(totals)
    }

    fn surroundings<'s>(&'s self, runtime: &VirtualRuntime, memory: &'s Memory) -> Surroundings<'s> {
        Surroundings {
            world: &self.world,
            clock: &self.clock,
            spawner: runtime.spawner(),
            log: self.log,
            plan: &self.plan,
            memory,
            load: self.case.load,
            seed: self.case.seed,
            calm_from: self.calm_from,
            stop_at: self.stop_at,
        }
    }

    /// A supervisor starts it anew. Once nothing goes wrong any more, there is no reason to end.
    fn ended_by_itself(&self, runtime: &VirtualRuntime, why: &str) {
        self.log.say(format_args!("ended by itself: {why}"));
        // Half a minute for what was lost while there were faults to be given up.
        if self.calm_from + SETTLES_WITHIN / 2 < self.clock.now() {
            self.findings.add("ended", why.to_owned());
        }
        runtime.block_on(self.clock.sleep(RESTART_PAUSE));
    }

    /// Tells the crowd what to do, and ends the faults.
    fn direct(&self) -> impl Future<Output = ()> + Send + 'static {
        let (control, clock, log) = (self.world.control(), self.clock.clone(), self.log.clone());
        let (crowd, calm_from) = (self.plan.crowd.clone(), self.calm_from);
        async move {
            for (after, command) in crowd {
                clock.sleep_until(START + after).await;
                log.say(format_args!("crowd {command:?}"));
                control.crowd(&command).expect("a market of this world");
            }
            clock.sleep_until(calm_from).await;
            control.set_faults(Schedule::default()).expect("no rule can be wrong");
            log.say(format_args!("no more faults"));
        }
    }

    /// The last comparison: nothing of ours is left at any venue.
    fn judge(self, mut totals: Totals) -> Totals {
        let truth = self.world.truth();
        for &(kind, _) in &self.plan.places {
            truth.account(kind, crate::connect::ACCOUNT, |account| {
                totals.orders += account.orders().len() as u64;
                totals.fills += account.executions().len() as u64;
                for order in account.open_orders() {
                    self.findings.add("left", format!("{kind}: an open order is left: {order:?}"));
                }
            });
        }
        totals.strikes = self.strikes.lock().expect("nothing in here panics").clone();
        totals
    }
}
