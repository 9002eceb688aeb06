//! `simulate`: runs the whole bot against simulated venues under virtual time, one seed after another on several threads,
//! and tells of every seed in which something was lost how to see it again.

mod finished;
mod seeds;

use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io::Write as _,
    path::Path,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use mm_core::Clock;
use mm_lab::{Case, Load, Totals, Verdict, faults};
use mm_sim::config::VenueKind;
use serde_json::json;

use self::finished::Finished;
pub(crate) use self::seeds::Seeds;
use crate::{
    cli::{Global, Simulate},
    exit::{Exit, Fatal},
    output::{
        complain, say,
        style::{BAD, BOLD, DIM, GOOD, paint},
    },
};

/// The commit that this program was built from.
const COMMIT: &str = env!("MM_BUILD_COMMIT");
/// A run's futures lie deep on the stack in builds that are not optimised.
const STACK: usize = 32 << 20;
/// How often a person hears how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// Violations shown of one seed; the event log has all.
const SHOWN_MAX: usize = 6;

/// Runs the seeds.
///
/// # Errors
/// When the command line makes no sense, or a file cannot be written.
pub(crate) fn simulate(global: &Global, args: &Simulate) -> Result<Exit, Fatal> {
    let case = case(args).map_err(Fatal::usage)?;
    let seeds = args.seeds.clone().unwrap_or_else(|| Seeds::one(args.seed.unwrap_or(1)));
    if args.log.is_some() && seeds.len() != 1 {
        return Err(Fatal::usage(anyhow::anyhow!("--log is for one seed: say --seed N")));
    }
    let campaign = Campaign { case, args, is_json: global.json, clock: Clock::system() };
    let done = match &args.resume {
        Some(path) => Finished::read(path, &campaign.parameters()).map_err(Fatal::usage)?,
        None => Vec::new(),
    };
    campaign.run(seeds, done).map_err(Fatal::not_started)
}

fn case(args: &Simulate) -> anyhow::Result<Case> {
    let Some(profile) = faults::profile(&args.faults) else {
        let names: Vec<_> = faults::PROFILES.iter().map(|p| format!("  {:<8} {}", p.name, p.about)).collect();
        bail!("no fault profile '{}'; there are\n{}", args.faults, names.join("\n"));
    };
    let Some(load) = Load::ALL.into_iter().find(|load| load.as_str() == args.strategy) else {
        bail!("no load '{}'; there are {}", args.strategy, Load::ALL.map(Load::as_str).join(", "));
    };
    let venue = |name: &String| VenueKind::parse(name).with_context(|| format!("no venue '{name}'"));
    let venues = args.venues.iter().map(venue).collect::<anyhow::Result<_>>()?;
    let trading = Duration::try_from_secs_f64(args.minutes * 60.0).context("--minutes")?;
    Ok(Case { seed: 0, trading, profile, venues, load, keeps_log: args.log.is_some() })
}

struct Campaign<'a> {
    case: Case,
    args: &'a Simulate,
    is_json: bool,
    clock: Clock,
}

/// What is summed over all seeds.
#[derive(Default)]
struct Sum {
    n_passed: u64,
    failed: Vec<u64>,
    totals: Totals,
    /// Of the first two.
    digests: Vec<String>,
}

impl Campaign<'_> {
    /// All that decides a run beside its seed, as it is said on the command line.
    fn parameters(&self) -> String {
        let Simulate { minutes, faults, venues, strategy, .. } = self.args;
        let venues =
            if venues.is_empty() { String::new() } else { format!(" --venues {}", venues.join(",")) };
        format!("--minutes {minutes} --faults {faults} --strategy {strategy}{venues}")
    }

    fn run(&self, seeds: Seeds, done: Vec<Finished>) -> anyhow::Result<Exit> {
        let mut sum = Sum::default();
        let wanted: Vec<u64> = seeds.iter().filter(|seed| done.iter().all(|old| old.seed != *seed)).collect();
        for old in done.iter().filter(|old| seeds.contains(old.seed)) {
            sum.add_finished(old);
        }
        let begun = self.clock.now();
        let mut resume = self.args.resume.as_deref().map(|path| self.open_resume(path)).transpose()?;
        let mut told_at = begun;
        self.verdicts(&wanted, |n, verdict| {
            if let Some(file) = &mut resume {
                writeln!(file, "{}", Finished::of(&verdict, COMMIT)).context("the file of --resume")?;
            }
            self.show(&verdict)?;
            sum.add_finished(&Finished::of(&verdict, COMMIT));
            if told_at + TOLD_EVERY <= self.clock.now() {
                told_at = self.clock.now();
                let failed = sum.failed.len();
                complain(&paint(DIM, format!("{n} of {} seeds, {failed} failed", wanted.len())));
            }
            Ok(())
        })?;
        let took = self.clock.now().since(begun);
        say(&if self.is_json { self.json(&sum).to_string() } else { self.text(&sum, wanted.len(), took) });
        Ok(if sum.failed.is_empty() { Exit::Ok } else { Exit::Failed })
    }

    /// Runs all seeds on as many threads as there are to be, and hands over the verdicts in the seeds' order.
    fn verdicts(
        &self,
        seeds: &[u64],
        mut take: impl FnMut(usize, Verdict) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let n_jobs = self.args.jobs.unwrap_or(cores).clamp(1, seeds.len().max(1));
        let (next, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
        let (told, verdicts) = mpsc::sync_channel(n_jobs * 4);
        std::thread::scope(|scope| {
            for n in 0..n_jobs {
                let (told, next, is_over) = (told.clone(), &next, &is_over);
                let work = move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let n = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
                        let Some(&seed) = seeds.get(n) else { break };
                        let verdict = mm_lab::run(&Case { seed, ..self.case.clone() });
                        if told.send((n, verdict)).is_err() {
                            break; // Nobody wants to know any more.
                        }
                    }
                };
                std::thread::Builder::new()
                    .name(format!("mm-lab-{n}"))
                    .stack_size(STACK)
                    .spawn_scoped(scope, work)?;
            }
            drop(told);
            let mut waiting = std::collections::BTreeMap::new();
            let mut n_taken = 0;
            while let Ok((n, verdict)) = verdicts.recv() {
                waiting.insert(n, verdict);
                while let Some(verdict) = waiting.remove(&n_taken) {
                    n_taken += 1;
                    if let Err(error) = take(n_taken, verdict) {
                        is_over.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
            Ok(())
        })
    }

    fn open_resume(&self, path: &Path) -> anyhow::Result<std::fs::File> {
        let mut file = OpenOptions::new().append(true).create(true).open(path);
        if let Ok(file) = &mut file
            && file.metadata()?.len() == 0
        {
            writeln!(file, "{}", finished::header(&self.parameters()))?;
        }
        file.with_context(|| path.display().to_string())
    }

    fn show(&self, verdict: &Verdict) -> anyhow::Result<()> {
        if let (Some(path), Some(log)) = (&self.args.log, &verdict.log) {
            std::fs::write(path, log).with_context(|| path.display().to_string())?;
        }
        if verdict.passed() {
            return Ok(());
        }
        let Verdict { seed, violations, .. } = verdict;
        let mut out = format!("{} seed {seed}, commit {COMMIT}", paint(BAD, "FAILED"));
        for violation in violations.iter().take(SHOWN_MAX) {
            let _ = write!(out, "\n  {violation}");
        }
        if let Some(more) = violations.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
            let _ = write!(out, "\n  and {more} more");
        }
        let again = format!("mm-bot simulate --seed {seed} {} --log seed-{seed}.log", self.parameters());
        let _ = write!(out, "\n  again: {}", paint(BOLD, &again));
        if self.is_json {
            complain(&out);
        } else {
            say(&out);
        }
        Ok(())
    }

    fn text(&self, sum: &Sum, n_run: usize, took: Duration) -> String {
        let totals = &sum.totals;
        let mut out = format!("{} commit {COMMIT} {}", paint(BOLD, "simulated"), self.parameters());
        let struck: u64 = totals.strikes.values().sum();
        let _ = write!(
            out,
            "\n  {} of virtual time · {} lives · {} kills · {} orders · {} fills · {struck} faults",
            hours(totals.took),
            totals.lives,
            totals.kills,
            totals.orders,
            totals.fills
        );
        for (kind, n) in &totals.strikes {
            let _ = write!(out, "\n  {n:>9}  {kind}");
        }
        if let [digest] = sum.digests.as_slice() {
            let _ = write!(out, "\n  digest {digest}");
        }
        let per_s = n_run as f64 / took.as_secs_f64().max(0.001);
        let _ = write!(out, "\n  {n_run} seeds in {:.1} s, {per_s:.2} a second", took.as_secs_f64());
        let n_failed = sum.failed.len();
        let line = format!("{} passed, {n_failed} failed", sum.n_passed);
        let _ = write!(out, "\n{}", paint(if n_failed == 0 { GOOD } else { BAD }, &line));
        out
    }

    fn json(&self, sum: &Sum) -> serde_json::Value {
        let Totals { took, lives, kills, orders, fills, strikes } = &sum.totals;
        json!({
            "commit": COMMIT, "parameters": self.parameters(), "passed": sum.n_passed, "failed": sum.failed,
            "virtual_ns": u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), "lives": lives, "kills": kills,
            "orders": orders, "fills": fills, "strikes": strikes,
        })
    }
}

impl Sum {
    fn add_finished(&mut self, finished: &Finished) {
        if finished.n_violations == 0 {
            self.n_passed += 1;
        } else {
            self.failed.push(finished.seed);
        }
        self.totals.add(&finished.totals);
        if self.digests.len() < 2 {
            self.digests.push(finished.digest.clone());
        }
    }
}

fn hours(time: Duration) -> String {
    let s = time.as_secs();
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}
