//! The operator's commands. They work on the state directory, whether a bot runs there or not and whatever the venues do;
//! doing one twice is doing it once. What increases risk is confirmed, what reduces it is not.

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use mm_core::{
    Clock,
    risk::{Closure, Mode, RiskState},
};
use mm_store::{KillLatch, Resumed, StateDir, Tripped, disk::RealDisk, journal};
use mm_venues::http::Method;
use serde_json::{Value, json};

use super::{load, read};
use crate::{
    cli::{Global, Kill, Resume},
    control::{self, Bot},
    exit::{Exit, Fatal},
    output::{
        complain, say, status_text,
        style::{BAD, GOOD, WARN, paint},
    },
};

/// How long a bot may take to answer; a kill's answer comes when its orders are off.
const PATIENCE: Duration = Duration::from_secs(3);
const KILL_PATIENCE: Duration = Duration::from_secs(60);

/// Pulls the kill switch: the latch first, so that it holds whatever becomes of the bots.
pub(super) fn kill(global: &Global, args: &Kill) -> Result<Exit, Fatal> {
    let state = state_dir(global, args.config.as_deref())?;
    let latch = KillLatch::of(&state);
    let by = format!("mm-bot kill of {}", user());
    let tripped =
        Tripped { by: by.clone(), at: control::stamp(Clock::system().now()), why: args.reason.clone() };
    let is_first = latch.trip(&tripped).map_err(Fatal::not_started)?;
    let tripped = latch.read().unwrap_or(tripped);
    let order = json!({ "by": by, "reason": args.reason });
    let told = ask_all(&state, Method::Post, "/kill", &order)?;
    let left: Vec<&Value> =
        told.answers.iter().filter_map(|(_, answer)| answer["left"].as_array()).flatten().collect();
    let exit = match &told {
        _ if !left.is_empty() => Exit::Unclean,
        _ if !told.failures.is_empty() => Exit::Failed,
        _ => Exit::Ok,
    };
    if global.json {
        let bots: Vec<&Value> = told.answers.iter().map(|(_, answer)| answer).collect();
        let value = json!({ "killed": true, "by": tripped.by, "at": tripped.at, "why": tripped.why, "bots": bots,
                            "failures": told.failures });
        say(&value.to_string());
        return Ok(exit);
    }
    let what = if is_first { "KILLED" } else { "KILLED already" };
    say(&format!("{} {tripped}\n  latch: {}", paint(BAD, what), latch.path().display()));
    for (pid, answer) in &told.answers {
        let took = format!("{} ms", answer["took_ms"]);
        say(&match answer["left"].as_array().map_or(0, Vec::len) {
            0 => format!(
                "  {} process {pid}: no order of ours is open, {took} after the trigger ({} taken off)",
                paint(GOOD, "✓"),
                answer["taken_off"]
            ),
            n => format!(
                "  {} process {pid}: {n} orders may still be live: {}",
                paint(BAD, "✗"),
                answer["left"]
            ),
        });
    }
    told.complain();
    if told.answers.is_empty() && told.failures.is_empty() {
        say("  no bot with a control surface runs from this state directory; none will start from it");
    }
    Ok(exit)
}

/// Allows trading again.
pub(super) fn resume(global: &Global, args: &Resume) -> Result<Exit, Fatal> {
    let state = state_dir(global, args.config.as_deref())?;
    let latch = KillLatch::of(&state);
    let closed = closed_gates(&state)?;
    let left = if closed.is_empty() { left_closed(&state) } else { Vec::new() };
    let tripped = latch.read();
    if let Some(tripped) = &tripped {
        complain(&format!("trading was stopped {tripped}"));
    }
    closed.iter().chain(&left).for_each(|line| complain(line));
    if (tripped.is_some() || !closed.is_empty() || !left.is_empty()) && !args.yes && !confirmed()? {
        return Err(Fatal::usage(anyhow::anyhow!("nothing was changed: trading stays stopped")));
    }
    // Before the latch goes: whoever starts then finds both.
    Resumed::of(&state).stamp(Clock::system().now()).map_err(Fatal::not_started)?;
    let was_set = latch.clear().map_err(Fatal::not_started)?;
    let told = if closed.is_empty() {
        Told::default()
    } else {
        ask_all(&state, Method::Post, "/resume", &Value::Null)?
    };
    if global.json {
        say(&json!({ "resumed": was_set, "bots": told.answers.len(), "failures": told.failures }).to_string());
    } else {
        let what = match (was_set, told.answers.len()) {
            (true, _) => "a bot may be started again".to_owned(),
            (false, 0) if !left.is_empty() => "the next start is open".to_owned(),
            (false, 0) => "trading was not stopped".to_owned(),
            (false, n) => format!("the risk gate of {n} running is open"),
        };
        say(&format!("{} {what}", paint(GOOD, "✓")));
        told.complain();
    }
    Ok(if told.failures.is_empty() { Exit::Ok } else { Exit::Failed })
}

/// Closes the risk gates of running bots to all but what reduces.
pub(super) fn reduce(global: &Global, args: &Kill) -> Result<Exit, Fatal> {
    let order = json!({ "by": format!("mm-bot reduce of {}", user()), "reason": args.reason });
    post(global, args.config.as_deref(), "/reduce", &order)
}

/// Cancels what the running bots have open now.
pub(super) fn cancel_all(global: &Global, config: Option<&Path>) -> Result<Exit, Fatal> {
    post(global, config, "/cancel-all", &Value::Null)
}

fn post(global: &Global, config: Option<&Path>, path: &str, order: &Value) -> Result<Exit, Fatal> {
    let told = ask_all(&state_dir(global, config)?, Method::Post, path, order)?;
    for (pid, answer) in &told.answers {
        say(&if global.json { answer.to_string() } else { format!("process {pid}: {answer}") });
    }
    told.complain();
    if told.answers.is_empty() {
        return Err(Fatal::not_started(anyhow::anyhow!(
            "no bot took it: none runs from this state directory"
        )));
    }
    Ok(if told.failures.is_empty() { Exit::Ok } else { Exit::Failed })
}

/// Shows the bots.
pub(super) fn status(global: &Global, config: Option<&Path>) -> Result<Exit, Fatal> {
    let state = state_dir(global, config)?;
    let killed = KillLatch::of(&state).read();
    let told = ask_all(&state, Method::Get, "/status", &Value::Null)?;
    let bots: Vec<Value> = told.answers.iter().map(|(_, answer)| answer.clone()).collect();
    if global.json {
        let killed = killed.map(|it| json!({ "by": it.by, "at": it.at, "why": it.why }));
        say(&format!("{:#}", json!({ "killed": killed, "bots": bots, "failures": told.failures })));
    } else {
        if let Some(tripped) = killed {
            say(&format!("{} {tripped}; `mm-bot resume` allows trading again", paint(BAD, "KILLED")));
        }
        bots.iter().for_each(|bot| say(&status_text(bot)));
        if bots.is_empty() {
            say(&format!("no bot runs from {}", state.path().display()));
        }
        told.complain();
    }
    Ok(if told.failures.is_empty() { Exit::Ok } else { Exit::Failed })
}

/// What the bots said.
#[derive(Default)]
struct Told {
    answers: Vec<(u32, Value)>,
    failures: Vec<String>,
}

impl Told {
    fn complain(&self) {
        self.failures.iter().for_each(|why| complain(&format!("{} {why}", paint(WARN, "!"))));
    }
}

/// Asks every bot of the directory. Those that are gone are passed by.
fn ask_all(state: &StateDir, method: Method, path: &str, body: &Value) -> Result<Told, Fatal> {
    let patience = if path == "/kill" { KILL_PATIENCE } else { PATIENCE };
    let ask = |bot: Bot| (bot.pid(), bot.ask(method, path, body, patience));
    let mut told = Told::default();
    // At a time: a bot that hangs must not keep the kill from the next.
    let answers: Vec<_> = std::thread::scope(|scope| {
        let bots = control::bots(state).map_err(Fatal::not_started)?;
        let asked: Vec<_> = bots.into_iter().map(|bot| scope.spawn(move || ask(bot))).collect();
        Ok::<_, Fatal>(asked.into_iter().filter_map(|thread| thread.join().ok()).collect())
    })?;
    for (pid, answer) in answers {
        match answer {
            Ok(Some(answer)) => told.answers.push((pid, answer)),
            Ok(None) => {}
            Err(error) => told.failures.push(format!("{error:#}")),
        }
    }
    Ok(told)
}

/// The running bots whose gate is not open, each in a line.
fn closed_gates(state: &StateDir) -> Result<Vec<String>, Fatal> {
    let told = ask_all(state, Method::Get, "/status", &Value::Null)?;
    let line = |(pid, bot): &(u32, Value)| {
        let mode = bot["mode"].as_str().filter(|mode| *mode != "ACTIVE")?;
        Some(format!("process {pid} is {mode}: {}", bot["reason"].as_str().unwrap_or("no reason was given")))
    };
    Ok(told.answers.iter().filter_map(line).collect())
}

/// What runs that are over left closed, by their journals; one that cannot be read says so itself at the next start.
fn left_closed(state: &StateDir) -> Vec<String> {
    let resumed_at = Resumed::of(state).read().unwrap_or_default();
    let folders =
        std::fs::read_dir(state.path()).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let of = |folder: std::path::PathBuf| {
        let path = journal::files(&RealDisk, &folder).ok()?.pop()?;
        let (header, past) = journal::fold(&path, &journal::read(&RealDisk, &path).ok()?).ok()?;
        let venue = header.account.venue;
        let Ok(state) = past.risk?.parse::<RiskState>() else {
            return Some(vec![format!(
                "{venue}: what was made and lost cannot be read from {}",
                path.display()
            )]);
        };
        let Closure { mode, since, why } = state.closure;
        let whole =
            (mode != Mode::Active).then(|| (since, format!("{venue} was left {}: {why}", mode.as_str())));
        let paused = state.paused.into_iter().map(|paused| {
            (paused.since, format!("{venue} {} was left closed: {}", paused.symbol, paused.why))
        });
        let closed = whole.into_iter().chain(paused).filter(|(since, _)| resumed_at < *since);
        Some(closed.map(|(_, line)| line).collect())
    };
    folders
        .filter(|path| path.extension().is_some_and(|end| end == "journal"))
        .filter_map(of)
        .flatten()
        .collect()
}

fn user() -> String {
    std::env::var("USER").unwrap_or_else(|_| "an unknown user".to_owned())
}

/// Asks the person at the terminal.
fn confirmed() -> Result<bool, Fatal> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let error = anyhow::anyhow!("there is no terminal to ask at: add --yes to allow trading again");
        return Err(Fatal::usage(error));
    }
    complain("allow trading again? Write yes:");
    let mut answer = String::new();
    input.lock().read_line(&mut answer).context("the terminal").map_err(Fatal::usage)?;
    Ok(answer.trim() == "yes")
}

/// The state directory: the command line's, the configuration's, the platform's own.
fn state_dir(global: &Global, config: Option<&Path>) -> Result<StateDir, Fatal> {
    let configured = match (&global.state_dir, config) {
        (None, Some(path)) => {
            load(&read(path)?, None)?.general.text("state_dir").map(std::path::PathBuf::from)
        }
        _ => None,
    };
    let path = global.state_dir.as_deref().or(configured.as_deref());
    let opened = path.map_or_else(StateDir::open_default, StateDir::open);
    opened.context("the state directory").map_err(Fatal::usage)
}
