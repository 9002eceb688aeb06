//! Configurations that cannot be meant, as `check` shows them to the person who wrote them: the place, the value,
//! the nearest valid key, what to do. All of it at once, exit code 2, and nothing started.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use expect_test::{Expect, expect};
use tempfile::TempDir;

/// A whole strategy; what is wrong stands before it.
const STRATEGY: &str = "strategy: { smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }\n";

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

/// The error of a file with this text, without the first line that counts the problems.
fn check_in(dir: &TempDir, text: &str, want: &Expect) {
    fs::write(dir.path().join("bot.yaml"), text).expect("a file");
    let output = mm_bot(dir.path(), &["check", "bot.yaml"]);
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{text}\n{error}");
    assert!(output.stdout.is_empty(), "{text}");
    let told = error.split_once("\n\n").map_or(error.as_str(), |(_, told)| told);
    want.assert_eq(&format!("{}\n", told.trim_end()));
    assert!(!dir.path().join("state").exists(), "a check starts nothing");
}

/// The whole text.
fn check(text: &str, want: Expect) {
    check_in(&folder(), text, &want);
}

/// A line before a whole strategy.
fn before(line: &str, want: Expect) {
    check_in(&folder(), &format!("{line}\n{STRATEGY}"), &want);
}

/// A key of the connector's block.
fn key(line: &str, want: Expect) {
    let blocks =
        "strategy:\n  smoke_test:\n    connectors:\n      backpack:\n        symbol: SOL_USDC_PERP\n";
    check_in(&folder(), &format!("{blocks}        {line}\n"), &want);
}

#[test]
fn no_configuration_at_all() {
    check(
        "",
        expect![[r#"
        bot.yaml: strategy: says no strategy
          = write `name:` below `strategy:`; valid here: smoke_test
    "#]],
    );
    check(
        "# only words\n",
        expect![[r#"
        bot.yaml: strategy: says no strategy
          = write `name:` below `strategy:`; valid here: smoke_test
    "#]],
    );
    check(
        "hello\n",
        expect![[r#"
        bot.yaml:1:1: must be a section of keys, is a single value
          1 | hello
            | ^
          = write `key: value` lines below it
    "#]],
    );
    check(
        "- a\n- b\n",
        expect![[r#"
        bot.yaml:1:1: must be a section of keys, is a list
          1 | - a
            | ^
          = write `key: value` lines below it
    "#]],
    );
    check(
        "{ this is: [ no yaml\n",
        expect![[r#"
        bot.yaml:1:12: unclosed bracket '['
          1 | { this is: [ no yaml
            |            ^
          = the file must be YAML: sections of `key: value` lines
    "#]],
    );
    check(
        "general:\n\tdebug: true\n",
        expect![[r#"
        bot.yaml:2:2: a tab where spaces belong
          2 | 	debug: true
            |  ^
          = indent with spaces
    "#]],
    );
    check(
        "general: { debug: true\nstrategy: {}\n",
        expect![[r#"
        bot.yaml:2:9: while parsing a flow mapping, did not find expected ',' or '}'
          2 | strategy: {}
            |         ^
          = the file must be YAML: sections of `key: value` lines
    "#]],
    );
    check(
        &format!("{STRATEGY}---\n{STRATEGY}"),
        expect![[r#"
        bot.yaml:3:1: a second document begins here
          3 | strategy: { smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }
            | ^
          = keep one, without the `---` between them
    "#]],
    );
    check(
        "a: &x { debug: true }\ngeneral:\n  <<: *x\n",
        expect![[r#"
        bot.yaml:3:3: merge keys (<<) are not read
          3 |   <<: *x
            |   ^
          = write the keys out where they are meant
    "#]],
    );
}

#[test]
fn keys_that_nobody_reads() {
    before(
        "genral: { debug: true }",
        expect![[r#"
        bot.yaml:1:1: genral: unknown key
          1 | genral: { debug: true }
            | ^
          = did you mean 'general'? valid here: general, connectors, connector, simulator, strategy
    "#]],
    );
    before(
        "risk: { max: 1 }",
        expect![[r#"
        bot.yaml:1:1: risk: unknown key
          1 | risk: { max: 1 }
            | ^
          = valid here: general, connectors, connector, simulator, strategy
    "#]],
    );
    before(
        "general: yes",
        expect![[r#"
        bot.yaml:1:10: general: must be a section of keys, is a single value
          1 | general: yes
            |          ^
          = write `key: value` lines below it
    "#]],
    );
    key(
        "wibble: 3",
        expect![[r#"
        bot.yaml:6:9: strategy.smoke_test.connectors.backpack.wibble: unknown key
          6 |         wibble: 3
            |         ^
          = valid here: symbol, side, direction, is_ask, size, size_multiple, tracking_interval_secs, tracking_timeout_secs, market_timeout_secs, settle_timeout_secs, price_offset_ticks, cancel_wait_secs, post_only
    "#]],
    );
    key(
        "tracking_intervall_secs: 3",
        expect![[r#"
        bot.yaml:6:9: strategy.smoke_test.connectors.backpack.tracking_intervall_secs: unknown key
          6 |         tracking_intervall_secs: 3
            |         ^
          = did you mean 'tracking_interval_secs'? valid here: symbol, side, direction, is_ask, size, size_multiple, tracking_interval_secs, tracking_timeout_secs, market_timeout_secs, settle_timeout_secs, price_offset_ticks, cancel_wait_secs, post_only
    "#]],
    );
    key(
        "Side: buy",
        expect![[r#"
        bot.yaml:6:9: strategy.smoke_test.connectors.backpack.Side: unknown key
          6 |         Side: buy
            |         ^
          = did you mean 'side'? valid here: symbol, side, direction, is_ask, size, size_multiple, tracking_interval_secs, tracking_timeout_secs, market_timeout_secs, settle_timeout_secs, price_offset_ticks, cancel_wait_secs, post_only
    "#]],
    );
    key(
        "symbol: ETH_USDC_PERP",
        expect![[r#"
        bot.yaml:6:9: 'symbol' is given twice in this section
          6 |         symbol: ETH_USDC_PERP
            |         ^
          = keep one of them
    "#]],
    );
    before(
        "connectors: { backpack: { acount: bob } }",
        expect![[r#"
        bot.yaml:1:27: connectors.backpack.acount: unknown key
          1 | connectors: { backpack: { acount: bob } }
            |                           ^
          = did you mean 'account'? valid here: venue, environment, account, keys_file, base_url, ws_url, symbols, rpm, stale_after_secs, call_timeout_secs, idle_timeout_secs, window_ms, broker_id
    "#]],
    );
    before(
        "connectors: { backpak: { account: bob } }",
        expect![[r#"
        bot.yaml:1:15: connectors.backpak: the strategy names no such connector
          1 | connectors: { backpak: { account: bob } }
            |               ^
          = did you mean 'backpack', which has no block?
    "#]],
    );
}

#[test]
fn values_that_cannot_be_meant() {
    key(
        "side: [buy, sell]",
        expect![[r#"
        bot.yaml:6:15: strategy.smoke_test.connectors.backpack.side: must be one of buy, sell, is a list
          6 |         side: [buy, sell]
            |               ^
          = side of the entry, buy when nothing is said; say it as side, direction or is_ask
    "#]],
    );
    key(
        "side: hold",
        expect![[r#"
        bot.yaml:6:15: strategy.smoke_test.connectors.backpack.side: 'hold' must be one of buy, sell
          6 |         side: hold
            |               ^
          = side of the entry, buy when nothing is said; say it as side, direction or is_ask
    "#]],
    );
    key(
        "tracking_timeout_secs: soon",
        expect![[r#"
        bot.yaml:6:32: strategy.smoke_test.connectors.backpack.tracking_timeout_secs: 'soon' must be seconds from 0.1 to 3600
          6 |         tracking_timeout_secs: soon
            |                                ^
          = when to give the entry up
    "#]],
    );
    key(
        "tracking_interval_secs: 0",
        expect![[r#"
        bot.yaml:6:33: strategy.smoke_test.connectors.backpack.tracking_interval_secs: '0' must be seconds from 0.05 to 3600
          6 |         tracking_interval_secs: 0
            |                                 ^
          = how long an entry order rests before its price is looked at again
    "#]],
    );
    key(
        "tracking_interval_secs: .nan",
        expect![[r#"
        bot.yaml:6:33: strategy.smoke_test.connectors.backpack.tracking_interval_secs: '.nan' must be seconds from 0.05 to 3600
          6 |         tracking_interval_secs: .nan
            |                                 ^
          = how long an entry order rests before its price is looked at again
    "#]],
    );
    key(
        "size: -1",
        expect![[r#"
        bot.yaml:6:15: strategy.smoke_test.connectors.backpack.size: '-1' must be a plain decimal above zero, such as 0.25
          6 |         size: -1
            |               ^
          = size in the base asset, rounded down to whole lots; refused below the market's minimum
    "#]],
    );
    key(
        "size: 1e5",
        expect![[r#"
        bot.yaml:6:15: strategy.smoke_test.connectors.backpack.size: '1e5' must be a plain decimal above zero, such as 0.25
          6 |         size: 1e5
            |               ^
          = size in the base asset, rounded down to whole lots; refused below the market's minimum
    "#]],
    );
    key(
        "price_offset_ticks: 1.5",
        expect![[r#"
        bot.yaml:6:29: strategy.smoke_test.connectors.backpack.price_offset_ticks: '1.5' must be a whole number from -1000 to 1000
          6 |         price_offset_ticks: 1.5
            |                             ^
          = ticks away from the touch; negative crosses into the market
    "#]],
    );
    key(
        "post_only: maybe",
        expect![[r#"
        bot.yaml:6:20: strategy.smoke_test.connectors.backpack.post_only: 'maybe' must be true or false
          6 |         post_only: maybe
            |                    ^
          = whether the entry is refused rather than take
    "#]],
    );
    before(
        "simulator: { seed: 99999999999999999999 }",
        expect![[r#"
        bot.yaml:1:20: simulator.seed: '99999999999999999999' must be a whole number from 0 to 9223372036854775807
          1 | simulator: { seed: 99999999999999999999 }
            |                    ^
          = decides every random choice of the simulated world
    "#]],
    );
    before(
        "general: { log_level: loudly }",
        expect![[r#"
        bot.yaml:1:23: general.log_level: 'loudly' is no level
          1 | general: { log_level: loudly }
            |                       ^
          = write error, warn, info, debug, trace or off, or MODULE=LEVEL for a module of ours such as mm_session=debug, with commas between several
    "#]],
    );
}

#[test]
fn values_that_do_not_fit_each_other() {
    key(
        "{ is_ask: true, side: buy }",
        expect![[r#"
        bot.yaml:6:9: simple key expected ':'
          6 |         { is_ask: true, side: buy }
            |         ^
          = the file must be YAML: sections of `key: value` lines
    "#]],
    );
    key(
        "is_ask: true\n        side: buy",
        expect![[r#"
        bot.yaml:6:17: strategy.smoke_test.connectors.backpack.is_ask: says sell while side says buy
          6 |         is_ask: true
            |                 ^
          = keep one of the two
    "#]],
    );
    key(
        "price_offset_ticks: -1\n        post_only: true",
        expect![[r#"
        bot.yaml:6:29: strategy.smoke_test.connectors.backpack.price_offset_ticks: a negative offset crosses into the market, which post_only refuses
          6 |         price_offset_ticks: -1
            |                             ^
          = use zero or more, or set post_only: false
    "#]],
    );
    key(
        "tracking_interval_secs: 100\n        tracking_timeout_secs: 10",
        expect![[r#"
        bot.yaml:7:32: strategy.smoke_test.connectors.backpack.tracking_timeout_secs: shorter than tracking_interval_secs: no order would be re-posted even once
          7 |         tracking_timeout_secs: 10
            |                                ^
          = make the timeout several intervals long
    "#]],
    );
}

#[test]
fn strategies_connectors_and_markets_that_do_not_exist() {
    check(
        "general: { debug: true }\n",
        expect![[r#"
        bot.yaml: strategy: says no strategy
          = write `name:` below `strategy:`; valid here: smoke_test
    "#]],
    );
    check(
        "strategy:\n",
        expect![[r#"
        bot.yaml:1:9: strategy: says no strategy
          1 | strategy:
            |         ^
          = write `name:` below `strategy:`; valid here: smoke_test
    "#]],
    );
    check(
        "strategy: { name: smoke_tset }\n",
        expect![[r#"
        bot.yaml:1:19: strategy.name: no strategy 'smoke_tset'
          1 | strategy: { name: smoke_tset }
            |                   ^
          = did you mean 'smoke_test'? valid here: smoke_test
    "#]],
    );
    check(
        "strategy: { smoke_test: {} }\n",
        expect![[r#"
        bot.yaml:1:25: strategy.smoke_test.connectors: no connector to test
          1 | strategy: { smoke_test: {} }
            |                         ^
          = add a block under connectors, such as backpack: { symbol: SOL_USDC_PERP }
    "#]],
    );
    check(
        "strategy: { smoke_test: { connectors: { backpack: {} } } }\n",
        expect![[r#"
        bot.yaml:1:51: strategy.smoke_test.connectors.backpack: 'symbol' must be given
          1 | strategy: { smoke_test: { connectors: { backpack: {} } } }
            |                                                   ^
          = market to test on, by the venue's own name (default: general.symbol)
    "#]],
    );
    check(
        "strategy: { smoke_test: { connectors: { binance: { symbol: A } } } }\n",
        expect![[r#"
        bot.yaml:1:41: connectors.binance: no venue begins the name 'binance' and no `venue` is given
          1 | strategy: { smoke_test: { connectors: { binance: { symbol: A } } } }
            |                                         ^
          = valid here: backpack
    "#]],
    );
    before(
        "connectors: { backpack: { environment: testnet } }",
        expect![[r#"
        bot.yaml:1:40: connectors.backpack.environment: 'testnet' must be one of simulated, live, mainnet
          1 | connectors: { backpack: { environment: testnet } }
            |                                        ^
          = simulated, or live with real money (needs --live and a key file)
    "#]],
    );
    before(
        "connectors: { backpack: { account: alcie } }",
        expect![[r#"
        bot.yaml:1:36: connectors.backpack.account: the simulated backpack has no account 'alcie'
          1 | connectors: { backpack: { account: alcie } }
            |                                    ^
          = did you mean 'alice'? valid here: alice, bob
    "#]],
    );
}

#[test]
fn a_simulated_world_that_cannot_be_made() {
    before(
        "simulator: { tape: nowhere.gz, tape_market: 'backpack:BTC_USDC_PERP' }",
        expect![[r#"
        bot.yaml:1:20: simulator.tape: cannot read 'nowhere.gz': No such file or directory (os error 2)
          1 | simulator: { tape: nowhere.gz, tape_market: 'backpack:BTC_USDC_PERP' }
            |                    ^
          = name a gz file of recorded traffic, absolute or from the folder you start in
    "#]],
    );
    before(
        "simulator: { tape: nowhere.gz }",
        expect![[r#"
            bot.yaml:1:20: simulator.tape: a tape without a market to play into
              1 | simulator: { tape: nowhere.gz }
                |                    ^
              = add tape_market
        "#]],
    );
    before(
        "simulator: { tape_market: 'backpack:BTC_USDC_PERP' }",
        expect![[r#"
            bot.yaml:1:27: simulator.tape_market: a market without a tape
              1 | simulator: { tape_market: 'backpack:BTC_USDC_PERP' }
                |                           ^
              = add tape, or remove this
        "#]],
    );
    before(
        "simulator: { tape: bot.yaml, tape_market: BTC_USDC_PERP }",
        expect![[r#"
        bot.yaml:1:43: simulator.tape_market: 'BTC_USDC_PERP' is no market
          1 | simulator: { tape: bot.yaml, tape_market: BTC_USDC_PERP }
            |                                           ^
          = write VENUE:SYMBOL, such as backpack:BTC_USDC_PERP
    "#]],
    );
    before(
        "simulator: { tape: bot.yaml, tape_market: 'backpak:BTC_USDC_PERP' }",
        expect![[r#"
        bot.yaml:1:43: simulator.tape_market: no simulated venue 'backpak'
          1 | simulator: { tape: bot.yaml, tape_market: 'backpak:BTC_USDC_PERP' }
            |                                           ^
          = did you mean 'backpack'? valid here: backpack
    "#]],
    );
    before(
        "simulator: { tape: bot.yaml, tape_market: 'backpack:BTC_USD_PERP' }",
        expect![[r#"
        bot.yaml:1:43: simulator.tape_market: backpack has no market 'BTC_USD_PERP'
          1 | simulator: { tape: bot.yaml, tape_market: 'backpack:BTC_USD_PERP' }
            |                                           ^
          = did you mean 'BTC_USDC_PERP'? valid here: SOL_USDC_PERP, BTC_USDC_PERP, ETH_USDC_PERP, BONK_USDC_PERP, SOL_USDC, ETH_USDC
    "#]],
    );
    before(
        "simulator: { crowd: shy }",
        expect![[r#"
        bot.yaml:1:21: simulator.crowd: 'shy' must be one of trading, paused, never_fill
          1 | simulator: { crowd: shy }
            |                     ^
          = what the crowd does: trades, stands still, or trades but never fills a resting order of ours
    "#]],
    );
    before(
        "simulator: { faults: nowhere.json }",
        expect![[r#"
        bot.yaml:1:22: simulator.faults: cannot read the faults file 'nowhere.json': No such file or directory (os error 2)
          1 | simulator: { faults: nowhere.json }
            |                      ^
          = write a JSON list of rules as POST /faults takes them
    "#]],
    );
    let dir = folder();
    let rules = r#"[{"where": "reply", "match": {"ask": "plaice"}, "do": "drop"}]"#;
    fs::write(dir.path().join("faults.json"), rules).expect("a file");
    check_in(
        &dir,
        &format!("simulator: {{ faults: faults.json }}\n{STRATEGY}"),
        &expect![[r#"
        bot.yaml:1:22: simulator.faults: faults file 'faults.json': rule 1: no ask 'plaice'; there are place, batch, cancel, cancel_all, order, open_orders, history, fills, positions, balances, account, book, trades, markets, time, other
          1 | simulator: { faults: faults.json }
            |                      ^
          = write a JSON list of rules as POST /faults takes them
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn key_files_that_cannot_be_trusted() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = folder();
    let text = format!("connectors: {{ backpack: {{ environment: live, keys_file: keys }} }}\n{STRATEGY}");
    check_in(
        &dir,
        &text,
        &expect![[r#"
        error: cannot read key file keys: No such file or directory (os error 2)
    "#]],
    );
    let keys = dir.path().join("keys");
    let mode = |mode| fs::set_permissions(&keys, fs::Permissions::from_mode(mode)).expect("a mode");
    fs::write(&keys, "just one line\n").expect("a file");
    mode(0o600);
    check_in(
        &dir,
        &text,
        &expect![[r#"
        error: key file keys: write two lines, `api_key: …` and `api_secret: …` (base64, from the venue's page of keys)
    "#]],
    );
    fs::write(&keys, "api_key: YQ==\napi_secret: Yg==\n").expect("a file");
    mode(0o644);
    check_in(
        &dir,
        &text,
        &expect![[r#"
        error: key file keys is open to others (mode 0644): run: chmod 600 keys, and replace the key if others could read it
    "#]],
    );
    mode(0o600);
    fs::rename(&keys, dir.path().join("elsewhere")).expect("renamed");
    symlink("elsewhere", &keys).expect("a link");
    check_in(
        &dir,
        &text,
        &expect![[r#"
        error: key file keys is a symbolic link: name the file itself
    "#]],
    );
    let live = "connectors: { backpack: { environment: live } }";
    before(
        live,
        expect![[r#"
        bot.yaml:1:40: connectors.backpack.environment: live needs keys_file
          1 | connectors: { backpack: { environment: live } }
            |                                        ^
          = name a file with api_key and api_secret that only you can read (chmod 600)
    "#]],
    );
    let elsewhere =
        "connectors: { backpack: { environment: live, keys_file: k, base_url: 'https://evil.example' } }";
    before(
        elsewhere,
        expect![[r#"
        bot.yaml:1:70: connectors.backpack.base_url: 'https://evil.example' is not the venue's own address
          1 | connectors: { backpack: { environment: live, keys_file: k, base_url: 'https://evil.example' } }
            |                                                                      ^
          = the venue is at https://api.backpack.exchange; for a simulator that runs elsewhere set simulator.endpoints_file
    "#]],
    );
}

#[test]
fn from_the_environment_too() {
    let dir = folder();
    fs::write(dir.path().join("bot.yaml"), STRATEGY).expect("a file");
    let run = |name: &str, value: &str, want: Expect| {
        let output = Command::new(env!("CARGO_BIN_EXE_mm-bot"))
            .current_dir(dir.path())
            .args(["check", "bot.yaml"])
            .env(name, value)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{name}");
        let error = String::from_utf8(output.stderr).expect("text");
        want.assert_eq(error.split_once("\n\n").map_or(error.as_str(), |(_, told)| told));
    };
    run(
        "MM_BOT__GENRAL__DEBUG",
        "true",
        expect![[r#"
        environment variable MM_BOT__GENRAL__DEBUG: stands for no section and key
          = write MM_BOT__SECTION__KEY; did you mean 'general'? valid here: general, connectors, connector, simulator, strategy

    "#]],
    );
    run(
        "MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SIZE",
        "1e5",
        expect![[r#"
        environment variable MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SIZE: strategy.smoke_test.connectors.backpack.size: '1e5' must be a plain decimal above zero, such as 0.25
          = size in the base asset, rounded down to whole lots; refused below the market's minimum

    "#]],
    );
    run(
        "MM_BOT__SIMULATOR",
        "x",
        expect![[r#"
        environment variable MM_BOT__SIMULATOR: stands for no section and key
          = write MM_BOT__SECTION__KEY; did you mean 'simulator'? valid here: general, connectors, connector, simulator, strategy

    "#]],
    );
}
