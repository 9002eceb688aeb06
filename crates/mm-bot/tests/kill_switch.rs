//! The kill switch with a strategy that never returns, as a program over loopback: whichever way it is pulled, the venues
//! know no open order of ours shortly after, the process ends, and nothing starts again until somebody allows it.

#![cfg(unix)]

mod support;

use std::{fs, path::Path, process::Child};

use support::{Served, drill, eventually, mm_bot, n_open, now, resting, show, signal, state, text};
use tempfile::TempDir;

/// Kills a bot whose strategy hangs, `by` one way; `who` is who it says did it.
fn check(by: impl FnOnce(&Child, &Path), who: &str) {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let child = resting(&dir, &world, "hang", "");
    let started = now();
    by(&child, dir.path());
    eventually("no open order", || (n_open(&world) == 0).then_some(()));
    let clean_after = now().since(started);
    let output = child.wait_with_output().expect("it ends");
    let ended_after = now().since(started);
    let out = text(&output.stdout);
    show(&format!(
        "{who}: the venues know no open order after {clean_after:?}, the process ended after {ended_after:?}"
    ));
    for line in out.lines().filter(|line| line.contains("after the trigger")) {
        show(&format!("{who}: it says:{line}"));
    }
    assert_eq!(output.status.code(), Some(5), "{out}\n{}", text(&output.stderr));
    assert!(out.contains(&format!("by {who}")), "{out}");
    assert!(out.contains("no order of ours is open"), "{out}");
    assert_eq!(text(&output.stderr).matches("the risk gate closes").count(), 1, "one alert");
    refused_until_resumed(&dir, &world, who);
}

/// Nothing starts while the latch is set, and whoever tries is told why.
fn refused_until_resumed(dir: &TempDir, world: &Served, who: &str) {
    let config = drill(dir, world, "wait", "");
    let again = mm_bot(dir.path(), &["run", "--config", &config]);
    let error = text(&again.stderr);
    assert_eq!(again.status.code(), Some(5), "{error}");
    assert!(error.contains(&format!("trading was stopped by {who}")) && error.contains("resume"), "{error}");
    let unsure = mm_bot(dir.path(), &["resume"]);
    assert_eq!(unsure.status.code(), Some(2), "{}", text(&unsure.stderr));
    assert!(dir.path().join("kill").exists(), "nobody confirmed it");
    for said in ["a bot may be started again", "trading was not stopped"] {
        let resumed = mm_bot(dir.path(), &["resume", "--yes"]);
        assert_eq!(resumed.status.code(), Some(0));
        assert!(text(&resumed.stdout).contains(said), "{}", text(&resumed.stdout));
    }
}

#[test]
fn by_signal() {
    check(|child, _| signal(child, "USR1"), "signal SIGUSR1");
}

#[test]
fn by_file() {
    check(|_, state| fs::write(state.join("kill"), "").expect("written"), "whoever made the file");
}

#[test]
fn by_command() {
    let kill = |_: &Child, state: &Path| {
        let output = mm_bot(state, &["kill", "--reason", "a drill"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("a drill"), "{}", text(&output.stdout));
    };
    check(kill, "mm-bot kill");
}

#[test]
fn by_http() {
    let kill = |child: &Child, state: &Path| {
        let path = state.join(format!("control-{}.json", child.id()));
        let address: serde_json::Value =
            serde_json::from_slice(&fs::read(path).expect("ours")).expect("JSON");
        let word = |key: &str| address[key].as_str().expect("a text");
        let answer = support::post(&word("url").replace("http://", ""), "/kill", word("token"));
        assert!(answer.contains("\"left\":[]") && answer.contains("\"taken_off\":9"), "{answer}");
        show(&format!("POST /kill says: {}", answer.lines().last().unwrap_or_default()));
    };
    check(kill, "POST /kill");
}

#[test]
fn a_strategy_that_yields_comes_to_its_end() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let child = resting(&dir, &world, "wait", "");
    signal(&child, "USR1");
    let output = child.wait_with_output().expect("it ends");
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(5), "{out}");
    assert!(out.contains("no order of ours is open") && !out.contains("yielded"), "{out}");
    assert_eq!(n_open(&world), 0);
}

#[test]
fn where_no_bot_runs_it_latches() {
    let dir = state();
    for said in ["KILLED by", "KILLED already by"] {
        let output = mm_bot(dir.path(), &["kill", "--reason", "before the start"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains(said), "{}", text(&output.stdout));
    }
    let refused = mm_bot(dir.path(), &["smoke-test"]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(text(&refused.stderr).contains("before the start"), "{}", text(&refused.stderr));
}
