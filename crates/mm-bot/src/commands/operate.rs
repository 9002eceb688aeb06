//! The operator's commands. They work on the state directory, whether a bot runs there or not and whatever the venues do;
//! doing one twice is doing it once.

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::Path,
};

use anyhow::Context as _;
use mm_core::Clock;
use mm_store::{KillLatch, StateDir, Tripped};
use serde_json::json;

use super::{load, read};
use crate::{
    cli::{Global, Kill, Resume},
    control,
    exit::{Exit, Fatal},
    output::{
        complain, say,
        style::{BAD, GOOD, paint},
    },
};

/// Pulls the kill switch.
pub(super) fn kill(global: &Global, args: &Kill) -> Result<Exit, Fatal> {
    let latch = KillLatch::of(&state_dir(global, args.config.as_deref())?);
    let user = std::env::var("USER").unwrap_or_else(|_| "an unknown user".to_owned());
    let tripped = Tripped {
        by: format!("mm-bot kill of {user}"),
        at: control::stamp(Clock::system().now()),
        why: args.reason.clone(),
    };
    let is_first = latch.trip(&tripped).map_err(Fatal::not_started)?;
    let tripped = latch.read().unwrap_or(tripped);
    if global.json {
        say(&json!({ "killed": true, "by": tripped.by, "at": tripped.at, "why": tripped.why }).to_string());
        return Ok(Exit::Ok);
    }
    let what = if is_first { "KILLED" } else { "KILLED already" };
    say(&format!("{} {tripped}\n  latch: {}", paint(BAD, what), latch.path().display()));
    Ok(Exit::Ok)
}

/// Allows trading again.
pub(super) fn resume(global: &Global, args: &Resume) -> Result<Exit, Fatal> {
    let latch = KillLatch::of(&state_dir(global, args.config.as_deref())?);
    if let Some(tripped) = latch.read() {
        complain(&format!("trading was stopped {tripped}"));
        if !args.yes && !confirmed()? {
            return Err(Fatal::usage(anyhow::anyhow!("nothing was changed: trading stays stopped")));
        }
    }
    let was_set = latch.clear().map_err(Fatal::not_started)?;
    if global.json {
        say(&json!({ "resumed": was_set }).to_string());
    } else {
        let what = if was_set { "a bot may be started again" } else { "trading was not stopped" };
        say(&format!("{} {what}", paint(GOOD, "✓")));
    }
    Ok(Exit::Ok)
}

/// Asks the person at the terminal. What increases risk is confirmed, what reduces it is not.
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
    control::state_dir(global.state_dir.as_deref().or(configured.as_deref())).map_err(Fatal::usage)
}
