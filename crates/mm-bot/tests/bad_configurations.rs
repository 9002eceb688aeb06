//! Configurations that cannot be meant, as `check` shows them to the person who wrote them: the place, the value,
//! the nearest valid key, what to do. All of it at once, exit code 2, and nothing started.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use expect_test::expect_file;
use tempfile::TempDir;

/// A whole strategy; what is wrong stands before it.
const STRATEGY: &str = "strategy: { smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }\n";
/// The same on Lighter.
const LIGHTER: &str = "strategy: { smoke_test: { connectors: { lighter: { symbol: ETH } } } }\n";
const GRVT: &str = "strategy: { smoke_test: { connectors: { grvt: { symbol: BTC_USDT_Perp } } } }\n";

/// Runs the program in `folder`, so that messages name files without their folder.
fn mm_bot(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mm-bot"));
    command.current_dir(folder).args(["--state-dir", "state"]).args(args);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MM_BOT")) {
        command.env_remove(name);
    }
    command.output().expect("the program runs")
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("mm-bot-bad").tempdir().expect("a directory")
}

/// What every case of one table is told, as it stands in `bad_configurations/NAME.txt`.
struct Told {
    name: &'static str,
    text: String,
}

impl Told {
    const fn new(name: &'static str) -> Self {
        Self { name, text: String::new() }
    }

    /// The error of a file with this text, without the first line that counts the problems.
    fn check_in(&mut self, dir: &TempDir, text: &str) {
        fs::write(dir.path().join("bot.yaml"), text).expect("a file");
        let output = mm_bot(dir.path(), &["check", "bot.yaml"]);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{text}\n{error}");
        assert!(output.stdout.is_empty(), "{text}");
        let told = error.split_once("\n\n").map_or(error.as_str(), |(_, told)| told);
        self.text += &format!("{}\n\n", told.trim_end());
        assert!(!dir.path().join("state").exists(), "a check starts nothing");
    }

    /// The whole text.
    fn check(&mut self, text: &str) {
        self.check_in(&folder(), text);
    }

    /// A line before a whole strategy.
    fn before(&mut self, line: &str) {
        self.check(&format!("{line}\n{STRATEGY}"));
    }

    /// A key of the connector's block.
    fn key(&mut self, line: &str) {
        let blocks =
            "strategy:\n  smoke_test:\n    connectors:\n      backpack:\n        symbol: SOL_USDC_PERP\n";
        self.check(&format!("{blocks}        {line}\n"));
    }

    fn assert(self) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bad_configurations");
        expect_file![format!("{folder}/{}.txt", self.name)].assert_eq(&self.text);
    }
}

#[test]
fn no_configuration_at_all() {
    let mut told = Told::new("no_configuration_at_all");
    told.check("");
    told.check("# only words\n");
    told.check("hello\n");
    told.check("- a\n- b\n");
    told.check("{ this is: [ no yaml\n");
    told.check("general:\n\tdebug: true\n");
    told.check("general: { debug: true\nstrategy: {}\n");
    told.check(&format!("{STRATEGY}---\n{STRATEGY}"));
    told.check("a: &x { debug: true }\ngeneral:\n  <<: *x\n");
    told.assert();
}

#[test]
fn fault_64_keys_that_nobody_reads() {
    let mut told = Told::new("fault_64_keys_that_nobody_reads");
    told.before("genral: { debug: true }");
    told.before("risk: { max: 1 }");
    told.before("general: yes");
    told.key("wibble: 3");
    told.key("tracking_intervall_secs: 3");
    told.key("Side: buy");
    told.key("symbol: ETH_USDC_PERP");
    told.before("connectors: { backpack: { acount: bob } }");
    told.before("connectors: { backpak: { account: bob } }");
    told.assert();
}

#[test]
fn fault_64_65_values_that_cannot_be_meant() {
    let mut told = Told::new("fault_64_65_values_that_cannot_be_meant");
    told.key("side: [buy, sell]");
    told.key("side: hold");
    told.key("tracking_timeout_secs: soon");
    told.key("tracking_interval_secs: 0");
    told.key("tracking_interval_secs: .nan");
    told.key("size: -1");
    told.key("size: 1e5");
    told.key("price_offset_ticks: 1.5");
    for line in ["tier: gold", "orders_by: fix", "window_ms: 600000", "market_bound_bp: 0"] {
        told.check(&format!("connectors: {{ lighter: {{ {line} }} }}\n{LIGHTER}"));
    }
    told.key("post_only: maybe");
    told.before("simulator: { seed: 99999999999999999999 }");
    told.before("general: { log_level: loudly }");
    told.assert();
}

#[test]
fn values_that_do_not_fit_each_other() {
    let mut told = Told::new("values_that_do_not_fit_each_other");
    told.key("{ is_ask: true, side: buy }");
    told.key("is_ask: true\n        side: buy");
    told.key("price_offset_ticks: -1\n        post_only: true");
    told.key("tracking_interval_secs: 100\n        tracking_timeout_secs: 10");
    told.assert();
}

#[test]
fn strategies_connectors_and_markets_that_do_not_exist() {
    let mut told = Told::new("strategies_connectors_and_markets_that_do_not_exist");
    told.check("general: { debug: true }\n");
    told.check("strategy:\n");
    told.check("strategy: { name: smoke_tset }\n");
    told.check("strategy: { smoke_test: {} }\n");
    told.check("strategy: { smoke_test: { connectors: { backpack: {} } } }\n");
    told.check("strategy: { smoke_test: { connectors: { binance: { symbol: A } } } }\n");
    told.before("connectors: { backpack: { environment: testnet } }");
    told.before("connectors: { backpack: { account: alcie } }");
    told.assert();
}

#[test]
fn a_simulated_world_that_cannot_be_made() {
    let mut told = Told::new("a_simulated_world_that_cannot_be_made");
    told.before("simulator: { tape: nowhere.gz, tape_market: 'backpack:BTC_USDC_PERP' }");
    told.before("simulator: { tape: nowhere.gz }");
    told.before("simulator: { tape_market: 'backpack:BTC_USDC_PERP' }");
    told.before("simulator: { tape: bot.yaml, tape_market: BTC_USDC_PERP }");
    told.before("simulator: { tape: bot.yaml, tape_market: 'backpak:BTC_USDC_PERP' }");
    told.before("simulator: { tape: bot.yaml, tape_market: 'backpack:BTC_USD_PERP' }");
    told.before("simulator: { crowd: shy }");
    told.before("simulator: { faults: nowhere.json }");
    let dir = folder();
    let rules = r#"[{"where": "reply", "match": {"ask": "plaice"}, "do": "drop"}]"#;
    fs::write(dir.path().join("faults.json"), rules).expect("a file");
    told.check_in(&dir, &format!("simulator: {{ faults: faults.json }}\n{STRATEGY}"));
    told.assert();
}

#[cfg(unix)]
#[test]
fn key_files_that_cannot_be_trusted() {
    let mut told = Told::new("key_files_that_cannot_be_trusted");
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = folder();
    let text = format!("connectors: {{ backpack: {{ environment: live, keys_file: keys }} }}\n{STRATEGY}");
    told.check_in(&dir, &text);
    let keys = dir.path().join("keys");
    let mode = |mode| fs::set_permissions(&keys, fs::Permissions::from_mode(mode)).expect("a mode");
    fs::write(&keys, "just one line\n").expect("a file");
    mode(0o600);
    told.check_in(&dir, &text);
    fs::write(&keys, "api_key: YQ==\napi_secret: Yg==\n").expect("a file");
    mode(0o644);
    told.check_in(&dir, &text);
    mode(0o600);
    fs::rename(&keys, dir.path().join("elsewhere")).expect("renamed");
    symlink("elsewhere", &keys).expect("a link");
    told.check_in(&dir, &text);
    let live = "connectors: { backpack: { environment: live } }";
    told.before(live);
    let elsewhere =
        "connectors: { backpack: { environment: live, keys_file: k, base_url: 'https://evil.example' } }";
    told.before(elsewhere);
    told.assert();
}

#[cfg(unix)]
#[test]
fn key_files_of_lighter() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut told = Told::new("key_files_of_lighter");
    let dir = folder();
    told.check(&format!("connectors: {{ lighter: {{ environment: live }} }}\n{LIGHTER}"));
    let text = format!("connectors: {{ lighter: {{ environment: live, keys_file: keys }} }}\n{LIGHTER}");
    let keys = dir.path().join("keys");
    let secret = "c0ffee".repeat(13) + "c0";
    for lines in [
        format!("account_index: 65\napi_key_private_key: {secret}\n"),
        format!("api_key: {secret}\napi_secret: {secret}\n"),
        format!("account_index: 65\napi_key_index: 4\napi_key_private_key: {secret}\nmore: 5:{secret}\n"),
    ] {
        fs::write(&keys, lines).expect("a file");
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).expect("a mode");
        told.check_in(&dir, &text);
    }
    assert!(!told.text.contains("c0ffee"), "{}", told.text);
    told.assert();
}

#[cfg(unix)]
#[test]
fn key_files_and_environments_of_grvt() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut told = Told::new("key_files_and_environments_of_grvt");
    let dir = folder();
    for environment in ["live", "testnet"] {
        told.check(&format!("connectors: {{ grvt: {{ environment: {environment} }} }}\n{GRVT}"));
    }
    let elsewhere = "environment: testnet, keys_file: k, base_url: 'https://trades.testnet.grvt.io', edge_url: 'https://edge.grvt.io'";
    told.check(&format!("connectors: {{ grvt: {{ {elsewhere} }} }}\n{GRVT}"));
    for values in ["encoding: short", "order_life_secs: 2588401", "dead_man_secs: 301", "orders_by: mail"] {
        told.check(&format!("connectors: {{ grvt: {{ {values} }} }}\n{GRVT}"));
    }
    let text = format!("connectors: {{ grvt: {{ environment: live, keys_file: keys }} }}\n{GRVT}");
    let keys = dir.path().join("keys");
    let secret = "c0ffee".repeat(10) + "c0ff";
    for lines in [
        format!("api_key: {secret}\nprivate_key: 0x{secret}\n"),
        format!("api_key: {secret}\nsub_account_id: 7\nprivate_key: 0x{secret}\nmore: {secret}\n"),
    ] {
        fs::write(&keys, lines).expect("a file");
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).expect("a mode");
        told.check_in(&dir, &text);
    }
    assert!(!told.text.contains("c0ffee"), "{}", told.text);
    told.assert();
}

/// Another environment is other hosts, and another chain to sign for.
#[test]
fn fault_57_a_mistyped_environment_of_grvt_is_no_other_one() {
    let mut told = Told::new("fault_57_a_mistyped_environment_of_grvt_is_no_other_one");
    for environment in ["prodd", "mainnet", "test", "''"] {
        told.check(&format!("connectors: {{ grvt: {{ environment: {environment} }} }}\n{GRVT}"));
    }
    told.assert();
}

#[test]
fn from_the_environment_too() {
    let dir = folder();
    fs::write(dir.path().join("bot.yaml"), STRATEGY).expect("a file");
    let mut told = Told::new("from_the_environment_too");
    let mut run = |name: &str, value: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_mm-bot"))
            .current_dir(dir.path())
            .args(["check", "bot.yaml"])
            .env(name, value)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{name}");
        let error = String::from_utf8(output.stderr).expect("text");
        told.text += error.split_once("\n\n").map_or(error.as_str(), |(_, told)| told);
    };
    run("MM_BOT__GENRAL__DEBUG", "true");
    run("MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SIZE", "1e5");
    run("MM_BOT__SIMULATOR", "x");
    told.assert();
}
