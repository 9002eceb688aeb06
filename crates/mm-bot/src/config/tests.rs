use expect_test::{Expect, expect};

use super::{Config, ConfigError, Source, load};

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let source = Source { file: "bot.yaml".into(), text: text.into() };
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(&source, None, variables.into_iter())
}

/// What the first connector of the smoke test is told, or what is wrong.
fn check(text: &str, variables: &[(&str, &str)], want: Expect) {
    let got = match read(text, variables) {
        Err(error) => error.to_string(),
        Ok(config) => {
            let plan = mm_strategy::smoke_test::Config::from_settings(&config.settings).expect("checked");
            let (name, plan) = plan.connectors.first_key_value().expect("one");
            let connector = &config.connectors[name];
            format!(
                "{name} on {}, {}: {} {} every {:?}\nnotes: {}\noverrides: {}\n",
                connector.venue.name,
                if connector.is_live() { "live" } else { "simulated" },
                plan.side,
                plan.symbol,
                plan.tracking_interval,
                config.notes.join("; "),
                config.overrides.join(", "),
            )
        }
    };
    want.assert_eq(&got);
}

#[test]
fn the_originals_own_file_is_taken() {
    let text = r#"
general:
  log_config: mm_bot/conf/logging.yaml
  symbol: BTC_USDC_PERP
connectors:
  backpack:
    base_url: https://api.backpack.exchange
    ws_url: wss://ws.backpack.exchange
    keys_file: Backpack_key.txt
    broker_id: "1500"
strategy:
  name: smoke_test
  smoke_test:
    pause_between_tests_secs: 1.0
    connectors:
      backpack:
        symbol: BTC_USDC_PERP
        side: sell
        tracking_timeout_secs: 120.0
        tracking_interval_secs: 10.0
        settle_timeout_secs: 5.0
        market_timeout_secs: 30.0
        price_offset_ticks: 1
        cancel_wait_secs: 2.0
"#;
    check(
        text,
        &[],
        expect![[r#"
        backpack on backpack, simulated: sell BTC_USDC_PERP every 10s
        notes: general.log_config belongs to the original and is not used; see log_level; connectors.backpack.base_url is not used: the environment is simulated; connectors.backpack.ws_url is not used: the environment is simulated; connectors.backpack.keys_file is not used: the environment is simulated
        overrides: 
    "#]],
    );
}

#[test]
fn the_strategy_section_has_three_shapes() {
    let blocks = "connectors: { backpack: { symbol: SOL_USDC_PERP, direction: short } }";
    check(
        &format!("strategy: {{ name: smoke_test, smoke_test: {{ {blocks} }} }}"),
        &[],
        expect![[r#"
        backpack on backpack, simulated: sell SOL_USDC_PERP every 10s
        notes: 
        overrides: 
    "#]],
    );
    check(
        &format!("strategy: {{ name: smoke_test, {blocks} }}"),
        &[],
        expect![[r#"
        backpack on backpack, simulated: sell SOL_USDC_PERP every 10s
        notes: 
        overrides: 
    "#]],
    );
    check(
        &format!("strategy: {{ smoke_test: {{ {blocks} }} }}"),
        &[],
        expect![[r#"
        backpack on backpack, simulated: sell SOL_USDC_PERP every 10s
        notes: 
        overrides: 
    "#]],
    );
}

#[test]
fn defaults_of_all_blocks_and_of_the_whole_file() {
    check(
        "general: { symbol: ETH_USDC_PERP }\nstrategy:\n  smoke_test:\n    tracking_interval_secs: 2.5\n    connectors:\n      backpack:",
        &[],
        expect![[r#"
            backpack on backpack, simulated: buy ETH_USDC_PERP every 2.5s
            notes: 
            overrides: 
        "#]],
    );
}

#[test]
fn the_legacy_section_and_two_connectors_of_one_venue() {
    check(
        "connector: { backpack_window_ms: 3000, stale_after_secs: 2 }\nstrategy: { smoke_test: { connectors: { backpack1: { symbol: X } } } }",
        &[],
        expect![[r#"
            backpack1 on backpack, simulated: buy X every 10s
            notes: 
            overrides: 
        "#]],
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place() {
    let text = "generall:\n  debug: true\ngeneral:\n  tick_size: fast\n  debug: yes\nconnectors:\n  backpack:\n    enviroment: live\n    window_ms: 70000\nstrategy:\n  name: smoke_test\n  connectors:\n    backpack:\n      symbl: SOL_USDC_PERP\n      tracking_interval_secs: .nan\n      cancel_wait_secs: 1e5\n      size: -1\n      price_offset_ticks: 1.5\n    backpak2:\n      symbol: [a]\n";
    check(
        text,
        &[],
        expect![[r#"
            bot.yaml:1:1: generall: unknown key
              1 | generall:
                | ^
              = did you mean 'general'? valid here: general, connectors, connector, simulator, strategy, risk, control, watchdog

            bot.yaml:4:14: general.tick_size: 'fast' must be seconds from 0.001 to 3600
              4 |   tick_size: fast
                |              ^
              = seconds between the core's ticks

            bot.yaml:5:10: general.debug: 'yes' must be true or false
              5 |   debug: yes
                |          ^
              = logs everything our own crates have to say, on the console too

            bot.yaml:8:5: connectors.backpack.enviroment: unknown key
              8 |     enviroment: live
                |     ^
              = did you mean 'environment'? valid here: venue, environment, account, keys_file, base_url, ws_url, symbols, rpm, recovery, journal_sync, on_mismatch, stale_after_secs, call_timeout_secs, idle_timeout_secs, window_ms, broker_id

            bot.yaml:9:16: connectors.backpack.window_ms: '70000' must be a whole number from 1 to 60000
              9 |     window_ms: 70000
                |                ^
              = how long a signed request stays valid

            bot.yaml:14:7: strategy.connectors.backpack.symbl: unknown key
              14 |       symbl: SOL_USDC_PERP
                 |       ^
              = did you mean 'symbol'? valid here: symbol, side, direction, is_ask, size, size_multiple, tracking_interval_secs, tracking_timeout_secs, market_timeout_secs, settle_timeout_secs, price_offset_ticks, cancel_wait_secs, post_only

            bot.yaml:14:7: strategy.connectors.backpack: 'symbol' must be given
              14 |       symbl: SOL_USDC_PERP
                 |       ^
              = market to test on, by the venue's own name (default: general.symbol)

            bot.yaml:15:31: strategy.connectors.backpack.tracking_interval_secs: '.nan' must be seconds from 0.05 to 3600
              15 |       tracking_interval_secs: .nan
                 |                               ^
              = how long an entry order rests before its price is looked at again

            bot.yaml:16:25: strategy.connectors.backpack.cancel_wait_secs: '1e5' must be seconds from 0.05 to 3600
              16 |       cancel_wait_secs: 1e5
                 |                         ^
              = how long a cancelled order may take to its end before the test stops

            bot.yaml:17:13: strategy.connectors.backpack.size: '-1' must be a plain decimal above zero, such as 0.25
              17 |       size: -1
                 |             ^
              = size in the base asset, rounded down to whole lots; refused below the market's minimum

            bot.yaml:18:27: strategy.connectors.backpack.price_offset_ticks: '1.5' must be a whole number from -1000 to 1000
              18 |       price_offset_ticks: 1.5
                 |                           ^
              = ticks away from the touch; negative crosses into the market

            bot.yaml:19:5: connectors.backpak2: no venue begins the name 'backpak2' and no `venue` is given
              19 |     backpak2:
                 |     ^
              = did you mean 'backpack'? valid here: backpack, lighter, grvt

            bot.yaml:20:15: strategy.connectors.backpak2.symbol: must be text, is a list
              20 |       symbol: [a]
                 |               ^
              = market to test on, by the venue's own name (default: general.symbol)
        "#]],
    );
}

#[test]
fn keys_that_do_not_fit_together_are_pointed_at() {
    check(
        "strategy:\n  smoke_test:\n    connectors:\n      backpack:\n        symbol: X\n        side: buy\n        is_ask: true\n",
        &[],
        expect![[r#"
            bot.yaml:7:17: strategy.smoke_test.connectors.backpack.is_ask: says sell while side says buy
              7 |         is_ask: true
                |                 ^
              = keep one of the two
        "#]],
    );
}

#[test]
fn live_needs_a_key_file_and_the_venues_own_address() {
    check(
        "connectors:\n  backpack:\n    environment: live\n    base_url: https://api.backpack.exchange.evil.example\nstrategy: { smoke_test: { connectors: { backpack: { symbol: X } } } }",
        &[],
        expect![[r#"
            bot.yaml:3:18: connectors.backpack.environment: mainnet needs keys_file
              3 |     environment: live
                |                  ^
              = name a file with api_key and api_secret that only you can read (chmod 600)

            bot.yaml:4:15: connectors.backpack.base_url: 'https://api.backpack.exchange.evil.example' is not the venue's own address
              4 |     base_url: https://api.backpack.exchange.evil.example
                |               ^
              = the venue is at https://api.backpack.exchange; for a simulator that runs elsewhere set simulator.endpoints_file
        "#]],
    );
}

#[test]
fn the_environment_overrides_and_is_checked_alike() {
    let text = "strategy: { smoke_test: { connectors: { backpack: { symbol: X } } } }";
    check(
        text,
        &[
            ("MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SYMBOL", "ETH_USDC"),
            ("HOME", "/x"),
            ("MM_BOT_CONFIG", "y"),
        ],
        expect![[r#"
            backpack on backpack, simulated: buy ETH_USDC every 10s
            notes: 
            overrides: MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SYMBOL
        "#]],
    );
    check(
        text,
        &[("MM_BOT__GENERAL__DEBUG", "maybe"), ("MM_BOT__GENRAL__DEBUG", "true")],
        expect![[r#"
            environment variable MM_BOT__GENERAL__DEBUG: general.debug: 'maybe' must be true or false
              = logs everything our own crates have to say, on the console too

            environment variable MM_BOT__GENRAL__DEBUG: stands for no section and key
              = write MM_BOT__SECTION__KEY; did you mean 'general'? valid here: general, connectors, connector, simulator, strategy, risk, control, watchdog
        "#]],
    );
}

#[test]
fn a_file_that_says_nothing_or_is_no_yaml() {
    check(
        "",
        &[],
        expect![[r#"
            bot.yaml: strategy: says no strategy
              = write `name:` below `strategy:`; valid here: smoke_test, kill_drill, load_test
        "#]],
    );
    check(
        "strategy: [1",
        &[],
        expect![[r#"
            bot.yaml:1:11: unclosed bracket '['
              1 | strategy: [1
                |           ^
              = the file must be YAML: sections of `key: value` lines
        "#]],
    );
    check(
        "- a\n- b\n",
        &[],
        expect![[r#"
            bot.yaml:1:1: must be a section of keys, is a list
              1 | - a
                | ^
              = write `key: value` lines below it
        "#]],
    );
    check(
        "strategy: { name: smok_test }",
        &[],
        expect![[r#"
            bot.yaml:1:19: strategy.name: no strategy 'smok_test'
              1 | strategy: { name: smok_test }
                |                   ^
              = did you mean 'smoke_test'? valid here: smoke_test, kill_drill, load_test
        "#]],
    );
}
