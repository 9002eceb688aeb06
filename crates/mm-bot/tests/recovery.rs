//! The program killed with orders and positions at the venue of another process, and started again by each policy. Real
//! loopback, real time, real processes, a few seconds each.

#![cfg(unix)]

mod support;

use std::process::{Child, Output};

use support::{Served, eventually, file, mm_bot, signal, spawn, state, text};
use tempfile::TempDir;

/// A smoke test with this policy, and further keys of its connector.
fn config(dir: &TempDir, world: &Served, policy: &str, keys: &str) -> String {
    let text = format!(
        "general: {{ stop_timeout_secs: 4 }}\nsimulator: {{ endpoints_file: '{}' }}\n\
         connectors: {{ backpack: {{ recovery: {policy} }} }}\nstrategy:\n  smoke_test:\n    tracking_interval_secs: 0.5\n    \
         settle_timeout_secs: 1.5\n    cancel_wait_secs: 0.3\n    market_timeout_secs: 3\n    connectors:\n      \
         backpack: {{ symbol: SOL_USDC_PERP{keys} }}\n",
        world.path.display()
    );
    file(dir, "recovery.yaml", &text)
}

/// A smoke test whose order rests far away.
fn resting(dir: &TempDir, world: &Served) -> Child {
    let path = config(dir, world, "resume", ", price_offset_ticks: 500");
    let child = spawn(dir.path(), &["smoke-test", "--config", &path]);
    eventually("an order of ours that rests", || (n_open(world) == 1).then_some(()));
    child
}

fn n_open(world: &Served) -> usize {
    world.account("alice")["open_orders"].as_array().expect("a list").len()
}

fn kill(mut child: Child) {
    signal(&child, "KILL");
    child.wait().expect("it is dead");
}

fn again(dir: &TempDir, world: &Served, policy: &str) -> Output {
    mm_bot(dir.path(), &["smoke-test", "--config", &config(dir, world, policy, "")])
}

#[test]
fn fault_60_killed_it_takes_its_order_off_before_it_begins_again() {
    let dir = state();
    let world = Served::start(&dir, 4);
    kill(resting(&dir, &world));
    assert_eq!(n_open(&world), 1, "nobody took it off");
    let output = again(&dir, &world, "resume");
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}\n{}", text(&output.stderr));
    assert!(
        told.contains("recovered: backpack: 1 order of the last run: 0 taken up, 1 cancelled, 0 over"),
        "{told}"
    );
    assert_eq!(n_open(&world), 0);
}

#[test]
fn fault_60_told_to_hold_it_names_what_is_left_and_touches_nothing() {
    let dir = state();
    let world = Served::start(&dir, 4);
    kill(resting(&dir, &world));
    let output = again(&dir, &world, "hold");
    let why = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{why}");
    assert!(why.contains("earlier runs left order") && why.contains("`recovery: flatten`"), "{why}");
    assert_eq!(n_open(&world), 1);
    let output = again(&dir, &world, "flatten");
    assert!(text(&output.stdout).contains("1 cancelled"), "{}", text(&output.stdout));
    assert_eq!(n_open(&world), 0);
}

#[test]
fn fault_63_a_second_process_on_the_account_is_refused_and_a_dead_ones_lock_is_free() {
    let dir = state();
    let world = Served::start(&dir, 4);
    let first = resting(&dir, &world);
    let second = again(&dir, &world, "flatten");
    assert_eq!(second.status.code(), Some(3));
    assert!(text(&second.stderr).contains("is in use by process"), "{}", text(&second.stderr));
    assert_eq!(n_open(&world), 1, "the second one touched nothing");
    kill(first);
    let third = again(&dir, &world, "flatten");
    assert!(text(&third.stdout).contains("recovered: backpack: 1 order"), "{}", text(&third.stderr));
}

#[test]
fn what_closed_the_risk_gate_is_not_forgotten_until_a_person_opens_it() {
    let dir = state();
    let world = Served::start(&dir, 9);
    let child = resting(&dir, &world);
    let reduced = mm_bot(dir.path(), &["reduce", "--reason", "a drill"]);
    assert_eq!(reduced.status.code(), Some(0), "{}", text(&reduced.stderr));
    // The venue's thread writes it down when it hears of it.
    let is_kept =
        || text(&mm_bot(dir.path(), &["journal", "show"]).stdout).contains("REDUCING").then_some(());
    eventually("the journal's word of it", is_kept);
    kill(child);
    let refused = again(&dir, &world, "resume");
    let told = text(&refused.stdout) + &text(&refused.stderr);
    assert_ne!(refused.status.code(), Some(0), "{told}");
    assert!(told.contains("REDUCING") && told.contains("a drill"), "{told}");
    assert_eq!(n_open(&world), 0);
    let unsaid = mm_bot(dir.path(), &["resume"]);
    assert_ne!(unsaid.status.code(), Some(0), "nobody was asked");
    let resumed = mm_bot(dir.path(), &["resume", "--yes"]);
    let told = text(&resumed.stdout) + &text(&resumed.stderr);
    assert_eq!(resumed.status.code(), Some(0), "{told}");
    assert!(told.contains("backpack was left REDUCING") && told.contains("the next start is open"), "{told}");
    let output = again(&dir, &world, "resume");
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
}
