//! The smoke test as a program against a venue of another process that misbehaves: it fails, says why, exits with a
//! code that tells whether something may be left, and leaves the account flat where that can be done at all. Real
//! loopback, real time, a few seconds each.

#![cfg(unix)]

mod support;

use std::{
    fmt::Write as _,
    process::{Child, Command, Stdio},
};

use expect_test::{Expect, expect};
use support::{Served, command, eventually, file, mm_bot, signal, state, text};
use tempfile::TempDir;

/// A connector that gives up soon.
const QUICK: &str = "call_timeout_secs: 1";

/// A configuration that uses the served world, with further keys of the strategy's block.
fn config(dir: &TempDir, world: &Served, keys: &str) -> String {
    let text = format!(
        "general: {{ stop_timeout_secs: 4 }}\nsimulator: {{ endpoints_file: '{}' }}\n\
         connectors: {{ backpack: {{ {QUICK} }} }}\nstrategy:\n  smoke_test:\n    tracking_interval_secs: 0.5\n    \
         settle_timeout_secs: 1.5\n    cancel_wait_secs: 0.3\n    market_timeout_secs: 3\n    connectors:\n      \
         backpack: {{ symbol: SOL_USDC_PERP{keys} }}\n",
        world.path.display()
    );
    file(dir, "smoke.yaml", &text)
}

/// What the account holds that it did not hold before.
fn left(world: &Served) -> &'static str {
    let account = world.account("alice");
    let is_clean = account["positions"].as_object().is_some_and(serde_json::Map::is_empty)
        && account["open_orders"].as_array().is_some_and(Vec::is_empty);
    if is_clean { "clean" } else { "NOT CLEAN" }
}

/// Ids and counts of orders differ from run to run and are written `#`; sizes stay.
fn steady(reason: &str) -> String {
    let words = reason.split(' ').map(|word| {
        let is_count = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        match word {
            "order," => "orders,",
            _ if is_count => "#",
            _ => word,
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What the test says of a world that was told this: exit code, reasons, what is left.
fn check(told: &[(&str, &str)], keys: &str, want: Expect) {
    let dir = state();
    let world = Served::start(&dir, 1);
    for (path, body) in told {
        world.tell(path, body);
    }
    let path = config(&dir, &world, keys);
    let output = mm_bot(dir.path(), &["--json", "smoke-test", "--config", &path]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    let mut said = format!("exit {}", output.status.code().expect("it ended by itself"));
    for connector in report["connectors"].as_array().expect("connectors") {
        for check in connector["checks"].as_array().expect("checks") {
            if check["verdict"] == "failed" {
                let (name, why) = (check["name"].as_str(), check["text"].as_str());
                let why = steady(why.expect("a reason"));
                write!(said, "\n{}: {why}", name.expect("a name")).expect("a String takes all");
            }
        }
    }
    want.assert_eq(&format!("{said}\n{}\n", left(&world)));
    assert_eq!(world.terminate(), Some(0));
}

#[test]
fn a_venue_that_behaves() {
    check(
        &[],
        "",
        expect![[r#"
        exit 0
        clean
    "#]],
    );
    check(
        &[],
        ", side: sell, post_only: true",
        expect![[r#"
        exit 0
        clean
    "#]],
    );
}

#[test]
fn never_filled() {
    let never = r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "never_fill"}"#;
    check(
        &[("/crowd", never)],
        ", tracking_timeout_secs: 2",
        expect![[r#"
            exit 1
            entry filled: timed out after # orders, 0.00 of 0.01 SOL filled
            clean
        "#]],
    );
}

#[test]
fn a_wrong_position() {
    let lie = r#"[{"where": "reply", "match": {"ask": "positions"}, "do": "lie",
                   "positions": {"SOL_USDC_PERP": "1"}}]"#;
    check(
        &[("/faults", lie)],
        ", tracking_timeout_secs: 10",
        expect![[r#"
            exit 4
            position held: REST says +1.00 SOL, the stream says +0.01 SOL, our fills make it +1.01 SOL (before the test: +1.00 SOL)
            account after: REST says +1.00 SOL, the stream says flat, our fills make it +1.00 SOL (before the test: +1.00 SOL)
            nothing left behind: REST says +1.00 SOL, the stream says flat, our fills make it +1.00 SOL (before the test: +1.00 SOL); look at the account and take it back by hand
            clean
        "#]],
    );
}

#[test]
fn the_answer_to_an_order_is_lost() {
    let lost = r#"[{"where": "reply", "match": {"ask": "place"}, "do": "drop", "times": 1}]"#;
    check(
        &[("/faults", lost)],
        ", tracking_timeout_secs: 10",
        expect![[r#"
            exit 1
            connection: once without the answer to a request
            clean
        "#]],
    );
}

#[test]
fn an_order_is_left_open() {
    let never = r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "never_fill"}"#;
    let ignore = r#"[{"where": "request", "match": {"ask": "cancel"}, "do": "ignore_cancel"},
                     {"where": "request", "match": {"ask": "cancel_all"}, "do": "ignore_cancel"}]"#;
    let told = [("/crowd", never), ("/faults", ignore)];
    check(
        &told,
        ", tracking_timeout_secs: 1",
        expect![[r#"
            exit 4
            entry filled: the end of order # could not be proven: look at the venue; 0.00 of 0.01 SOL filled
            nothing left behind: order # is still OPEN; look at the account and take it back by hand
            NOT CLEAN
        "#]],
    );
}

#[test]
fn disconnected_in_the_middle() {
    let cut = r#"[{"where": "connection", "do": "disconnect", "from_ns": 1000000000, "times": 1}]"#;
    let never = r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "never_fill"}"#;
    // Never filled, so that the order still rests when the stream is cut.
    let told = [("/crowd", never), ("/faults", cut)];
    check(
        &told,
        ", tracking_timeout_secs: 4",
        expect![[r#"
            exit 1
            entry filled: timed out after # orders, 0.00 of 0.01 SOL filled
            connection: once lost and made again
            clean
        "#]],
    );
}

#[test]
fn from_the_configuration_alone() {
    let dir = state();
    let faults =
        file(&dir, "faults.json", r#"[{"where": "reply", "match": {"ask": "place"}, "do": "drop"}]"#);
    let strategy = "strategy:\n  smoke_test:\n    tracking_interval_secs: 0.5\n    tracking_timeout_secs: 2\n    \
                    connectors: { backpack: { symbol: SOL_USDC_PERP } }\n";
    for (simulator, reason) in [
        ("crowd: never_fill".to_owned(), "entry filled: timed out after"),
        (format!("faults: '{faults}'"), "connection: 2 times without the answer to a request"),
    ] {
        let text_of =
            format!("simulator: {{ {simulator} }}\nconnectors: {{ backpack: {{ {QUICK} }} }}\n{strategy}");
        let path = file(&dir, "alone.yaml", &text_of);
        let output = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{out}");
        assert!(out.contains(reason), "{out}");
    }
}

/// A test whose order rests far away until somebody stops it.
fn resting(dir: &TempDir, world: &Served) -> Child {
    rests(dir, world, command(dir.path()))
}

/// The same, started by this command.
fn rests(dir: &TempDir, world: &Served, mut by: Command) -> Child {
    let path = config(dir, world, ", price_offset_ticks: 500");
    let child =
        by.args(["smoke-test", "--config", &path]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program runs");
    eventually("an order of ours", || {
        let open = world.account("alice")["open_orders"].as_array().map_or(0, Vec::len);
        (open > 0).then_some(())
    });
    child
}

#[test]
fn fault_30_interrupted_or_terminated_once_nothing_is_left() {
    for name in ["INT", "TERM"] {
        let dir = state();
        let world = Served::start(&dir, 4);
        let child = resting(&dir, &world);
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{out}");
        assert!(out.contains("no order of ours is open"), "{out}");
        assert_eq!(left(&world), "clean", "{name}");
    }
}

#[test]
fn fault_30_interrupted_twice_it_leaves_at_once() {
    let dir = state();
    let world = Served::start(&dir, 4);
    // Cancels are not answered, so that the orderly stop takes its time.
    world.tell("/faults", r#"[{"where": "request", "match": {"ask": "cancel"}, "do": "drop"}]"#);
    let mut child = resting(&dir, &world);
    signal(&child, "INT");
    let mut out = child.stdout.take().expect("it is piped");
    let mut seen = String::new();
    eventually("the word that it stops", || {
        use std::io::Read as _;
        let mut bytes = [0; 4096];
        let n = out.read(&mut bytes).expect("a pipe");
        seen.push_str(&text(&bytes[..n]));
        seen.contains("stopping").then_some(())
    });
    signal(&child, "INT");
    // Whoever reads no more must not hold it up.
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stderr).contains("orders may be left open"), "{}", text(&output.stderr));
    let journal = mm_bot(dir.path(), &["journal", "verify"]);
    assert_eq!(journal.status.code(), Some(0), "{}{}", text(&journal.stdout), text(&journal.stderr));
    let left = mm_bot(dir.path(), &["journal", "show", "--open"]);
    assert!(text(&left.stdout).contains("SOL_USDC_PERP"), "the order is known: {}", text(&left.stdout));
}

#[test]
fn fault_63_a_second_bot_on_one_account_is_refused_and_ids_are_never_used_twice() {
    let dir = state();
    let world = Served::start(&dir, 4);
    let child = resting(&dir, &world);
    let path = config(&dir, &world, "");
    let second = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    assert_eq!(second.status.code(), Some(3));
    assert!(text(&second.stderr).contains("is in use by process"), "{}", text(&second.stderr));
    signal(&child, "INT");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(1));
    let third = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    assert_eq!(third.status.code(), Some(0), "{}", text(&third.stdout));
    let fourth = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    assert_eq!(fourth.status.code(), Some(0), "{}", text(&fourth.stdout));
    let account = world.account("alice");
    let ids: Vec<u64> = account["fills"]
        .as_array()
        .expect("fills")
        .iter()
        .map(|fill| fill["client_id"].as_u64().expect("an id of ours"))
        .collect();
    assert!(ids.len() >= 4 && ids.is_sorted(), "{ids:?}");
    let (first, second) = ids.split_at(ids.len() / 2);
    assert!(first.iter().all(|id| !second.contains(id)), "{ids:?}");
}

/// A limit on the size of files, set from outside, is a disk that takes nothing more. Whoever goes beyond it gets a signal first,
/// which a shell has ignored for us.
#[cfg(target_os = "linux")]
#[test]
fn fault_62_a_disk_that_is_full_takes_the_orders_off_and_ends_it_with_a_code_of_its_own() {
    let dir = state();
    let world = Served::start(&dir, 4);
    let ours = command(dir.path());
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(ours.get_program()).args(ours.get_args());
    for (name, _) in ours.get_envs() {
        shell.env_remove(name);
    }
    let child = rests(&dir, &world, shell);
    let full = Command::new("prlimit").args(["--fsize=1", "--pid", &child.id().to_string()]).status();
    assert!(full.expect("prlimit runs").success());
    // The order follows the market, so there soon is something to write down.
    let output = child.wait_with_output().expect("it ends");
    let told = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("nothing new is sent until the bot is started anew"), "{told}");
    assert_eq!(left(&world), "clean", "{told}");
}
