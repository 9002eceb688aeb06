//! The program as a person or a script meets it: exit codes, streams, files, and no secret in any of them. Loopback
//! and real time, the one place where that is so.

mod support;

use std::{fs, path::Path, process::Command};

use support::{file, mm_bot, state, text};
#[cfg(unix)]
use {support::Served, tempfile::TempDir};

/// A configuration of the smoke test that is quick, with this connector's block and this symbol.
fn config(connector: &str, symbol: &str) -> String {
    format!(
        "connectors: {{ backpack: {{ {connector} }} }}\nstrategy:\n  smoke_test:\n    tracking_interval_secs: 1\n    \
         connectors: {{ backpack: {{ symbol: {symbol} }} }}\n"
    )
}

#[test]
fn the_built_in_smoke_test_passes_and_says_so() {
    let dir = state();
    let output = mm_bot(dir.path(), &["--log-level", "trace", "smoke-test"]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}{}", text(&output.stderr));
    assert!(out.contains("SIMULATED") && out.contains("✓ exit filled") && out.contains("PASSED"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours where there is no terminal");
    let logs: Vec<_> = fs::read_dir(dir.path().join("logs")).expect("logs").collect();
    assert_eq!(logs.len(), 1);
    // Fault 75: at its loudest the log holds no signed frame, nor any other message as it was sent.
    let log = fs::read_to_string(logs[0].as_ref().expect("an entry").path()).expect("a log");
    assert!(
        log.contains("tracking limit posted") && !log.contains("SUBSCRIBE") && !log.contains("signature")
    );
    assert!(!log.contains("tx_info") && !log.contains("Sig\"") && !log.contains("jsonapi"));
    assert!(!log.contains("gravity=") && !log.contains("jsonrpc") && !log.contains("\"j\":\"2.0\""));
}

#[test]
fn as_json_the_report_alone_is_on_standard_output() {
    let dir = state();
    let output = mm_bot(dir.path(), &["--json", "smoke-test", "--seed", "2"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(report["passed"], true, "{report:#}");
    for (n, venue) in ["backpack", "grvt", "lighter"].into_iter().enumerate() {
        let connector = &report["connectors"][n];
        assert_eq!(connector["connector"], venue);
        assert!(connector["checks"].as_array().is_some_and(|checks| checks.len() == 14), "{connector:#}");
        assert!(connector["orders"].as_array().is_some_and(|orders| orders.len() >= 2), "{connector:#}");
    }
    assert!(report["connectors"][3].is_null(), "{report:#}");
}

#[test]
fn a_test_that_cannot_pass_fails_with_1_and_a_connector_that_cannot_start_with_3() {
    let dir = state();
    let never = file(
        &dir,
        "never.yaml",
        &config("account: alice", "SOL_USDC_PERP").replace(
            "tracking_interval_secs: 1",
            "tracking_interval_secs: 1\n    tracking_timeout_secs: 2\n    price_offset_ticks: 700",
        ),
    );
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &never]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("✗ backpack: entry filled: timed out"), "{}", text(&output.stdout));
    let path = file(&dir, "bad.yaml", &config("account: alice", "SOL_USDT_PERP"));
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains("the venue lists no market 'SOL_USDT_PERP'"), "{error}");
}

#[test]
fn limits_of_a_market_that_the_venue_does_not_list_end_with_2_and_their_place() {
    let dir = state();
    let risk =
        "risk:\n  connectors:\n    backpack:\n      markets:\n        SOL-PERP: { order_size_max: 1 }\n";
    let path = file(&dir, "unlisted.yaml", &(risk.to_owned() + &config("account: alice", "SOL_USDC_PERP")));
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    let place =
        "unlisted.yaml:5:9: risk.connectors.backpack.markets.SOL-PERP: 'backpack' lists no market 'SOL-PERP'";
    assert!(
        error.contains(place) && error.contains("5 |         SOL-PERP: { order_size_max: 1 }"),
        "{error}"
    );
    assert!(error.contains("or take the block out"), "{error}");
    let listed = risk.replace("SOL-PERP", "sol_usdc_perp");
    let path = file(&dir, "listed.yaml", &(listed + &config("account: alice", "SOL_USDC_PERP")));
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_wrong_configuration_ends_with_2_and_its_place() {
    let dir = state();
    let path = file(&dir, "typo.yaml", &config("acount: alice", "SOL_USDC_PERP"));
    for args in [&["check", &path][..], &["run", "--config", &path], &["smoke-test", "--config", &path]] {
        let output = mm_bot(dir.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let error = text(&output.stderr);
        assert!(error.contains("typo.yaml:1:27: connectors.backpack.acount: unknown key"), "{error}");
        assert!(error.contains("did you mean 'account'?"), "{error}");
    }
    let output = mm_bot(dir.path(), &["smoke-test", "--venues", "lightr"]);
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn live_needs_the_flag_a_private_key_file_and_a_real_key() {
    // Two keys of this shape are no pair; nothing here ever reaches the network.
    let canary = "Q0FOQVJZLUNBTkFSWS1DQU5BUlktQ0FOQVJZLTEyMzQ=";
    let desk = Desk::new("backpack", "SOL_USDC_PERP");
    let path = desk.live("keys", &format!("api_key: {canary}\napi_secret: {canary}\n"));
    let run = |args: &[&str], code, reason| desk.refused(args, (code, reason), canary);
    run(&["run", "--config", &path], 2, "add --live");
    desk.set_mode("keys", 0o644);
    run(&["check", &path], 2, "chmod 600");
    run(&["run", "--live", "--config", &path], 3, "chmod 600");
    desk.set_mode("keys", 0o600);
    run(&["--log-level", "trace", "run", "--live", "--config", &path], 3, "api_key is not the public half");
    // A key that a simulator made is refused for live by its mark.
    let account = simulated_account(&desk.dir, "backpack");
    let path = desk.live(
        "simulated",
        &format!("api_key: {}\napi_secret: {}\n", account["api_key"], account["api_secret"]),
    );
    run(&["run", "--live", "--config", &path], 3, "a key of the simulator");
    desk.assert_nothing_logged(canary);
}

#[cfg(unix)]
#[test]
fn live_lighter_needs_three_good_lines_and_no_key_of_the_simulator() {
    let canary = "c0ffee".repeat(13) + "c0";
    let desk = Desk::new("lighter", "ETH");
    let run = |[account, index, secret, more]: [&str; 4], reason| {
        let lines = format!(
            "account_index: {account}\napi_key_index: {index}\napi_key_private_key: {secret}\n{more}\n"
        );
        let path = desk.live("keys", &lines);
        desk.refused(&["run", "--config", &path], (2, "add --live"), &canary);
        // Whatever is wrong here is found before anything is connected to.
        desk.refused(&["--log-level", "trace", "run", "--live", "--config", &path], (3, reason), &canary);
    };
    run(["mine", "4", &canary, ""], "account_index is not a whole number");
    run(["65", "255000", &canary, ""], "api_key_index: a key's index is 0 to 254");
    run(["65", "255", &canary, ""], "API key index");
    run(["65", "4", &canary[1..], ""], "api_key_private_key: ");
    run(["65", "4", &format!("{canary}00"), ""], "expected 40 (80 digits)");
    run(["65", "4", &canary.replace('0', "o"), ""], "is no hex digit");
    run(["65", "4", &canary, &format!("more_keys: {canary}")], "more_keys: write INDEX:KEY, INDEX:KEY");
    run(["65", "4", &canary, &format!("more_keys: 4:{canary}")], "API key 4 is given twice");
    run(["65", "4", &canary, &format!("more_keys: 5:{canary}, 6:{}", &canary[2..])], "more_keys: ");
    // A key that a simulator made is refused for live by its mark, wherever it stands.
    let account = simulated_account(&desk.dir, "lighter");
    let secret = account["api_key_private_key"].as_str().expect("a text");
    run(["65", "4", secret, ""], "a key of the simulator");
    run(["65", "4", &canary, &format!("more_keys: 5:{secret}")], "a key of the simulator");
    desk.assert_nothing_logged(&canary);
}

#[cfg(unix)]
#[test]
fn live_grvt_needs_three_good_lines_and_no_key_of_the_simulator() {
    let canary = "c0ffee".repeat(10) + "c0ff";
    let desk = Desk::new("grvt", "BTC_USDT_Perp");
    let run = |[api_key, account, secret]: [&str; 3], reason| {
        let lines = format!("api_key: {api_key}\nsub_account_id: {account}\nprivate_key: {secret}\n");
        let path = desk.live("keys", &lines);
        desk.refused(&["run", "--config", &path], (2, "add --live"), &canary);
        // Whatever is wrong here is found before anything is connected to.
        desk.refused(&["--log-level", "trace", "run", "--live", "--config", &path], (3, reason), &canary);
    };
    run([&canary, "mine", &canary], "sub_account_id is not a whole number");
    run([&canary, "7", &canary[1..]], "private_key: ");
    run([&canary, "7", &canary.replace('0', "o")], "is no hex digit");
    run([&canary, "7", &"0".repeat(64)], "private_key: ");
    // A key that a simulator made is refused for live by its mark, wherever it stands.
    let account = simulated_account(&desk.dir, "grvt");
    let text = |key: &str| account[key].as_str().expect("a text").to_owned();
    run([&canary, "7", &text("private_key")], "a key of the simulator");
    run([&text("api_key"), "7", &canary], "a key of the simulator");
    desk.assert_nothing_logged(&canary);
}

/// A place where live connectors of one venue are tried that cannot work.
#[cfg(unix)]
struct Desk {
    dir: TempDir,
    venue: &'static str,
    symbol: &'static str,
}

#[cfg(unix)]
impl Desk {
    fn new(venue: &'static str, symbol: &'static str) -> Self {
        Self { dir: state(), venue, symbol }
    }

    /// A key file, and a live configuration that uses it.
    fn live(&self, name: &str, keys: &str) -> String {
        let keys = file(&self.dir, name, &keys.replace('"', ""));
        self.set_mode(name, 0o600);
        let config = config(&format!("environment: live, keys_file: {keys}"), self.symbol);
        file(&self.dir, &format!("{name}.yaml"), &config.replace("backpack", self.venue))
    }

    fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.dir.path().join(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }

    /// The program ends with this code and reason, and shows no secret.
    fn refused(&self, args: &[&str], (code, reason): (i32, &str), secret: &str) {
        let output = mm_bot(self.dir.path(), args);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(!said.contains(&secret[2..22]), "a secret was printed");
    }

    fn assert_nothing_logged(&self, secret: &str) {
        for entry in fs::read_dir(self.dir.path().join("logs")).expect("logs") {
            let log = fs::read_to_string(entry.expect("an entry").path()).expect("a log");
            assert!(!log.contains(&secret[2..22]), "a secret was logged");
        }
    }
}

/// An account of a simulated venue, with its keys.
#[cfg(unix)]
fn simulated_account(dir: &TempDir, venue: &str) -> serde_json::Value {
    let world = Served::start(dir, 5);
    world.endpoints["venues"][venue]["accounts"][0].clone()
}

#[cfg(unix)]
#[test]
fn a_world_that_another_process_serves_is_tested_and_ends_when_told() {
    let dir = state();
    let world = Served::start(&dir, 3);
    let text_of = format!(
        "simulator: {{ endpoints_file: {} }}\n{}",
        world.path.display(),
        config("account: bob", "ETH_USDC_PERP")
    );
    let path = file(&dir, "elsewhere.yaml", &text_of);
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(world.terminate(), Some(0));
}

#[cfg(unix)]
#[test]
fn fault_30_told_to_stop_by_whatever_signal_it_cleans_up() {
    let slow = config("account: alice", "SOL_USDC_PERP")
        .replace("tracking_interval_secs: 1", "tracking_interval_secs: 1\n    price_offset_ticks: 700");
    let mut signals = vec!["-INT", "-TERM"];
    if hangup_is_heard() {
        signals.push("-HUP");
    } else {
        eprintln!("SIGHUP not tried: whoever started these tests told them to ignore it, as nohup does");
    }
    let runs = signals.into_iter().map(|signal| {
        let dir = state();
        let path = file(&dir, "slow.yaml", &slow);
        let state_dir = dir.path().to_str().expect("a plain path").to_owned();
        let child = Command::new(env!("CARGO_BIN_EXE_mm-bot"))
            .args(["--state-dir", &state_dir, "smoke-test", "--config", &path])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program runs");
        (signal, dir, child)
    });
    let runs: Vec<_> = runs.collect();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    for (signal, _dir, child) in runs {
        let told = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(told.success());
        let output = child.wait_with_output().expect("it ends");
        let out = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{signal}: {out}");
        assert!(out.contains("stopping") && out.contains("✓ nothing left behind"), "{signal}: {out}");
        assert!(out.contains("no order of ours is open"), "{signal}: {out}");
    }
}

/// Programs that we start inherit it when SIGHUP is ignored, and then rightly outlive it: the first bit of the mask that
/// Linux shows (proc(5)); elsewhere it is taken to be heard.
#[cfg(unix)]
fn hangup_is_heard() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 0)
}

#[test]
fn every_configuration_that_we_ship_is_valid() {
    let dir = state();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conf");
    for entry in fs::read_dir(folder).expect("conf") {
        let path = entry.expect("an entry").path();
        let output = mm_bot(dir.path(), &["check", path.to_str().expect("a plain path")]);
        assert_eq!(output.status.code(), Some(0), "{}: {}", path.display(), text(&output.stderr));
    }
}

#[test]
fn what_is_listed_as_json_is_what_the_tables_hold() {
    let dir = state();
    let output = mm_bot(dir.path(), &["--json", "list"]);
    let listing: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(listing["strategies"][0]["name"], "smoke_test");
    assert_eq!(listing["connectors"][0]["name"], "backpack");
    assert_eq!(listing["connectors"][1]["name"], "lighter");
    assert_eq!(listing["connectors"][2]["name"], "grvt");
    assert!(listing["connectors"][3].is_null(), "{listing:#}");
    let plain = text(&mm_bot(dir.path(), &["list"]).stdout);
    assert!(plain.contains("tracking_interval_secs") && plain.contains("default 10"), "{plain}");
}
