//! The watchdog as a process beside the bot, over loopback: whatever way the bot dies, the venues know no open order of its
//! accounts shortly after; and a bot that ends orderly is left alone.

#![cfg(unix)]

mod support;

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Child,
};

use support::{
    DRILL_ORDERS, Served, eventually, mm_bot, n_open, now, resting, show, signal, spawn, state, text,
};
use tempfile::TempDir;

const SECTION: &str = "watchdog: { timeout_secs: 2 }\ncontrol: { hang_secs: 600 }\n";

/// A watchdog that has seen the bot alive, and what it says from then on.
fn watching(dir: &TempDir) -> (Child, impl Iterator<Item = String> + use<>) {
    let at = |name: &str| dir.path().join(name).to_str().expect("a plain path").to_owned();
    let mut child =
        spawn(dir.path(), &["watchdog", "--config", &at("drill.yaml"), "--heartbeat", &at("heartbeat")]);
    let out = child.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    assert!(lines.by_ref().any(|line| line.contains("lives")), "it saw the bot");
    (child, lines)
}

/// A bot that dies while its orders rest, `by` one way.
fn check(what: &str, then: &str, by: impl FnOnce(&Child)) {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let mut bot = resting(&dir, &world, then, SECTION);
    let (watchdog, lines) = watching(&dir);
    assert_eq!(n_open(&world), DRILL_ORDERS, "it leaves a bot that lives alone");
    let started = now();
    by(&bot);
    eventually("no open order", || (n_open(&world) == 0).then_some(()));
    show(&format!("{what}: the venues know no open order after {:?} (timeout 2 s)", now().since(started)));
    for line in lines.filter(|line| line.contains("proven") || line.contains("STEPPING")) {
        show(&format!("{what}: it says: {line}"));
    }
    let output = watchdog.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));
    assert_eq!(n_open(&world), 0);
    bot.kill().expect("ours");
    bot.wait().expect("it ends");
}

#[test]
fn killed_at_once() {
    check("SIGKILL", "wait", |bot| signal(bot, "KILL"));
}

#[test]
fn stopped_by_the_system() {
    check("SIGSTOP", "wait", |bot| signal(bot, "STOP"));
}

/// The heartbeat is no timer's: the bot's other threads live on, and it stops all the same. The strategy hangs from the moment
/// when its orders rest.
#[test]
fn hung() {
    check("a strategy that hangs", "hang", |_| {});
}

#[test]
fn a_bot_that_ends_orderly_is_left_alone() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let bot = resting(&dir, &world, "wait", SECTION);
    let (watchdog, mut lines) = watching(&dir);
    signal(&bot, "TERM");
    assert_eq!(bot.wait_with_output().expect("it ends").status.code(), Some(0));
    assert!(lines.any(|line| line.contains("ended orderly")), "it knows");
    // Somebody else's order on the account, which a watchdog that steps in would take off.
    let order = r#"{"venue": "backpack", "account": "alice", "market": "SOL_USDC_PERP", "side": "buy", "price": "140.00", "size": "0.1"}"#;
    world.tell("/orders", order);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(n_open(&world), 1);
    signal(&watchdog, "TERM");
    assert_eq!(watchdog.wait_with_output().expect("it ends").status.code(), Some(0));
}

#[test]
fn what_it_needs() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let refused = |more: &str, code: i32, why: &str| {
        let config = support::drill(&dir, &world, "wait", more);
        let nowhere = Path::new("/nowhere/heartbeat").to_str().expect("plain");
        let output = mm_bot(dir.path(), &["watchdog", "--config", &config, "--heartbeat", nowhere]);
        let error = text(&output.stderr);
        assert!(output.status.code() == Some(code) && error.contains(why), "{more}: {error}");
    };
    refused("", 2, "has no section `watchdog`");
    refused("watchdog: { timeout_secs: 1 }\n", 2, "seconds from 2 to 3600");
    refused("watchdog: { connectors: { backpak: {} } }\n", 2, "did you mean 'backpack'?");
}
