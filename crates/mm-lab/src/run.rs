//! One run from its seed to its verdict: trading with faults, a minute without, an orderly stop, and the comparison.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use mm_core::{Clock, VirtualRuntime};
use mm_model::Timestamp;
use mm_sim::{
    InProcess, SimConfig,
    control::CrowdCommand,
    faults::{Schedule, Witness},
};
use mm_store::disk::simulated::{self as disk, SimulatedDisk};

use crate::{
    connect::ACCOUNT,
    event_log::EventLog,
    judge::Judge,
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
    let clock = runtime.clock();
    let log = EventLog::new(clock.clone(), case.keeps_log);
    let played = catch_unwind(AssertUnwindSafe(|| Stage::set(case, &runtime, &log).play(&runtime)));
    let took = clock.now().since(START);
    // What falls with the runtime may panic too.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(runtime)));
    let (totals, mut violations) = played.unwrap_or_default();
    for text in panics::heard() {
        log.say(format_args!("VIOLATION panic: {text}"));
        violations.push(Violation { at: clock.now(), code: "panic", text });
    }
    Verdict {
        seed: case.seed,
        digest: log.digest(),
        n_lines: log.n_lines(),
        violations,
        totals: Totals { took, ..totals },
        log: log.take_text(),
    }
}

/// Faults that struck, by kind.
type Strikes = Arc<Mutex<BTreeMap<String, u64>>>;

fn count(strikes: &Strikes, kind: &str) {
    *strikes.lock().expect("nothing in here panics").entry(kind.to_owned()).or_default() += 1;
}

/// Something that is told to somebody at its time.
#[derive(Debug)]
enum Cue {
    Crowd(CrowdCommand),
    Disk(disk::Faults),
}

struct Stage<'a> {
    case: &'a Case,
    plan: Plan,
    world: InProcess,
    clock: Clock,
    log: &'a EventLog,
    judge: Judge,
    strikes: Strikes,
    calm_from: Timestamp,
    stop_at: Timestamp,
}

impl<'a> Stage<'a> {
    fn set(case: &'a Case, runtime: &VirtualRuntime, log: &'a EventLog) -> Self {
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
        log.say(format_args!("journal {:?} recovery {:?}", plan.flushes, plan.recovery));
        for rule in &plan.faults.rules {
            log.say(format_args!("fault {} {rule:?}", rule.kind()));
        }
        let judge = Judge::new(world.truth(), log, (&plan, case.load));
        let calm_from = clock.now() + case.trading;
        let stop_at = calm_from + SETTLES_WITHIN;
        let strikes = Strikes::default();
        Self { case, plan, world, clock, log, judge, strikes, calm_from, stop_at }
    }

    /// Trouble begins.
    fn trouble(&self) {
        let control = self.world.control();
        let (log, strikes) = (self.log.clone(), self.strikes.clone());
        control.set_witness(Witness::new(move |strike| {
            let (place, action) = (strike.place.word(), strike.action.word());
            log.say(format_args!("{} FAULT {}: {action} {place} {}", strike.venue, strike.kind, strike.what));
            count(&strikes, &strike.kind);
        }));
        control.set_faults(self.plan.faults.clone()).expect("a schedule that can be: a test draws many");
    }

    fn play(mut self, runtime: &VirtualRuntime) -> (Totals, Vec<Violation>) {
        self.trouble();
        let memory = Memory::new(self.plan.places.iter().map(|place| place.0), self.plan.flushes);
        let _director = runtime.spawner().spawn("director", self.direct(memory.disk().clone()));
        let mut totals = Totals::default();
        loop {
            totals.lives += 1;
            let fate = self.plan.next_fate(self.clock.now(), self.calm_from);
            self.log.say(format_args!("life {} {fate:?}", totals.lives));
            let life = Mortal::new(fate.death, self.calm_from);
            let end = {
                let around = self.surroundings(runtime, &memory);
                let lived = life::live(&around, (fate, life.clone()));
                runtime.block_on_while(lived, || {
                    self.judge.glance(self.clock.now());
                    life.polls(&self.clock)
                })
            };
            life.die();
            memory.lose(&fate);
            self.judge.restarted();
            let pause = match end {
                None => {
                    totals.kills += 1;
                    count(&self.strikes, "kill");
                    self.log.say(format_args!("killed"));
                    fate.pause
                }
                Some(End::Stopped(report)) => {
                    for problem in report.not_cancelled.iter().chain(&report.problems) {
                        self.judge.add("stop", problem.clone());
                    }
                    break;
                }
                Some(End::NotStarted(why)) => self.ended_by_itself(&format!("not started: {why}")),
                Some(End::Over { error: Some(why) }) => self.ended_by_itself(&why),
                Some(End::Over { error: None }) => RESTART_PAUSE,
            };
            runtime.block_on(self.clock.sleep(pause));
            if self.stop_at <= self.clock.now() || LIVES_MAX <= totals.lives {
                self.judge
                    .add("liveness", format!("no bot was there to be stopped, after {} lives", totals.lives));
                break;
            }
        }
        self.sum_up(totals)
    }

    fn surroundings<'s>(&'s self, runtime: &VirtualRuntime, memory: &'s Memory) -> Surroundings<'s> {
        Surroundings {
            world: &self.world,
            clock: &self.clock,
            spawner: runtime.spawner(),
            log: self.log,
            judge: &self.judge,
            plan: &self.plan,
            memory,
            load: self.case.load,
            seed: self.case.seed,
            calm_from: self.calm_from,
            stop_at: self.stop_at,
        }
    }

    /// A supervisor starts it anew, after this pause. Once nothing goes wrong any more, there is no reason to end.
    fn ended_by_itself(&self, why: &str) -> Duration {
        self.log.say(format_args!("ended by itself: {why}"));
        // Half a minute for what was lost while there were faults to be given up.
        if self.calm_from + SETTLES_WITHIN / 2 < self.clock.now() {
            self.judge.add("ended", why.to_owned());
        }
        RESTART_PAUSE
    }

    /// Tells the crowd and the disk what to do, and ends the faults.
    fn direct(&self, disk: SimulatedDisk) -> impl Future<Output = ()> + Send + 'static {
        let (control, clock, log) = (self.world.control(), self.clock.clone(), self.log.clone());
        let (strikes, calm_from) = (self.strikes.clone(), self.calm_from);
        let mut cues: Vec<(Duration, Cue)> =
            self.plan.crowd.iter().map(|(after, command)| (*after, Cue::Crowd(command.clone()))).collect();
        cues.extend(self.plan.disk.iter().map(|(after, faults)| (*after, Cue::Disk(*faults))));
        cues.sort_by_key(|(after, _)| *after);
        async move {
            for (after, cue) in cues {
                clock.sleep_until(START + after).await;
                log.say(format_args!("{cue:?}"));
                match cue {
                    Cue::Crowd(command) => control.crowd(&command).expect("a market of this world"),
                    Cue::Disk(faults) => {
                        disk.set_faults(faults);
                        if faults != disk::Faults::default() {
                            count(&strikes, "disk");
                        }
                    }
                }
            }
            clock.sleep_until(calm_from).await;
            disk.set_faults(disk::Faults::default());
            control.set_faults(Schedule::default()).expect("no rule can be wrong");
            log.say(format_args!("no more faults"));
        }
    }

    /// The last comparison, and the counts.
    fn sum_up(self, mut totals: Totals) -> (Totals, Vec<Violation>) {
        self.judge.close(self.plan.places.iter().map(|place| place.0));
        let truth = self.world.truth();
        for &(kind, _) in &self.plan.places {
            truth.account(kind, ACCOUNT, |account| {
                totals.orders += account.orders().len() as u64;
                totals.fills += account.executions().len() as u64;
            });
        }
        totals.strikes.clone_from(&self.strikes.lock().expect("nothing in here panics"));
        (totals, self.judge.found())
    }
}
