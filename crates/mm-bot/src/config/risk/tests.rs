use expect_test::{Expect, expect};
use mm_core::risk::Limits;
use mm_strategy::params::Preset;

use super::{
    super::{Source, load},
    *,
};

const STRATEGY: &str =
    "\nstrategy: { smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }\n";

fn read(risk: &str) -> Result<Limits, String> {
    let source = Source { file: "bot.yaml".into(), text: format!("{risk}{STRATEGY}") };
    load(&source, None, std::iter::empty()).map(|config| config.limits).map_err(|error| error.to_string())
}

/// The limits as `check` prints them, or what is wrong.
fn check(risk: &str, want: Expect) {
    let told = match read(risk) {
        Ok(limits) => crate::output::limits_text(&limits),
        Err(error) => error,
    };
    // An expectation says nothing of where its first line begins.
    want.assert_eq(told.trim_start());
}

#[test]
fn defaults_protect_whoever_says_nothing() {
    check(
        "general: {}",
        expect![[r#"
            limits     gross 25000, daily loss 500, drawdown 1000 in USD = USDC = USDT as one, then HALTED
                backpack  open orders 50, messages 20 a second and 600 a minute, rejects in a row 20 then REDUCING, clock off by 2000 ms
                  each market  order 5000 (size any), position 10000 (size any), collar 0.05, duplicates 200 ms, self-trade denied, executions 200 in 60 s then REDUCING"#]],
    );
}

#[test]
fn the_nearest_key_counts() {
    check(
        "risk:
  collar_bps: 100
  order_notional_max: 300
  connectors:
    backpack:
      order_notional_max: 200
      open_orders_max: 5
      markets:
        SOL_USDC_PERP: { order_size_max: 1.5, collar_bps: 20.5, on_repeats: halt }",
        expect![[r#"
            limits     gross 25000, daily loss 500, drawdown 1000 in USD = USDC = USDT as one, then HALTED
                backpack  open orders 5, messages 20 a second and 600 a minute, rejects in a row 20 then REDUCING, clock off by 2000 ms
                  each market  order 200 (size any), position 10000 (size any), collar 0.01, duplicates 200 ms, self-trade denied, executions 200 in 60 s then REDUCING
                  SOL_USDC_PERP  order 200 (size 1.5), position 10000 (size any), collar 0.00205, duplicates 200 ms, self-trade denied, executions 200 in 60 s then HALTED"#]],
    );
}

#[test]
fn a_list_of_markets_closes_all_others() {
    let limits = read("risk: { allowed_markets: [SOL_USDC_PERP] }").expect("limits");
    let allowed = |symbol| limits.market("backpack", symbol).is_allowed;
    assert!(allowed("SOL_USDC_PERP") && allowed("sol_usdc_perp"));
    assert!(!allowed("BTC_USDC_PERP"));
    let named = "risk: { allowed_markets: [SOL_USDC_PERP], connectors: { backpack: { markets: { BTC_USDC_PERP: { duplicate_ms: 0 } } } } }";
    assert!(
        !read(named).expect("limits").market("backpack", "BTC_USDC_PERP").is_allowed,
        "a limit is no permission"
    );
}

#[test]
fn what_is_misspelt_is_named_with_its_place() {
    check(
        "risk: { colar_bps: 5, order_notional_max: 0, open_orders_max: 2.5 }",
        expect![[r#"
        bot.yaml:1:9: risk.colar_bps: unknown key
          1 | risk: { colar_bps: 5, order_notional_max: 0, open_orders_max: 2.5 }
            |         ^
          = did you mean 'collar_bps'? valid here: quotes, gross_notional_max, daily_loss_max, drawdown_max, on_loss, open_orders_max, messages_per_second_max, messages_per_minute_max, rejects_max, on_rejects, clock_skew_max_ms, allowed_markets, collar_bps, order_size_max, order_notional_max, position_size_max, position_notional_max, duplicate_ms, self_trade, repeats_max, repeats_secs, on_repeats, connectors

        bot.yaml:1:43: risk.order_notional_max: '0' must be a plain decimal above zero, such as 0.25
          1 | risk: { colar_bps: 5, order_notional_max: 0, open_orders_max: 2.5 }
            |                                           ^
          = dollars that one order may be worth

        bot.yaml:1:63: risk.open_orders_max: '2.5' must be a whole number from 1 to 100000
          1 | risk: { colar_bps: 5, order_notional_max: 0, open_orders_max: 2.5 }
            |                                                               ^
          = orders that are, or may be, live at a venue
    "#]],
    );
    check(
        "risk: { connectors: { backpak: { collar_bps: 5 } } }",
        expect![[r#"
        bot.yaml:1:23: risk.connectors.backpak: no such connector
          1 | risk: { connectors: { backpak: { collar_bps: 5 } } }
            |                       ^
          = did you mean 'backpack'? valid here: backpack
    "#]],
    );
    check(
        "risk: { connectors: { backpack: { daily_loss_max: 5 } } }",
        expect![[r#"
        bot.yaml:1:35: risk.connectors.backpack.daily_loss_max: unknown key
          1 | risk: { connectors: { backpack: { daily_loss_max: 5 } } }
            |                                   ^
          = valid here: open_orders_max, messages_per_second_max, messages_per_minute_max, rejects_max, on_rejects, clock_skew_max_ms, allowed_markets, collar_bps, order_size_max, order_notional_max, position_size_max, position_notional_max, duplicate_ms, self_trade, repeats_max, repeats_secs, on_repeats, markets
    "#]],
    );
    check(
        "risk: { gross_notional_max: 999999999999999999999999 }",
        expect![[r#"
        bot.yaml:1:29: risk.gross_notional_max: '999999999999999999999999' has too many digits
          1 | risk: { gross_notional_max: 999999999999999999999999 }
            |                             ^
          = dollars that all positions of all venues may be worth, open orders of the worse side filled
    "#]],
    );
    check(
        "risk: { connectors: { backpack: { markets: { SOL_USDC_PERP: { open_orders_max: 5 } } } } }",
        expect![[r#"
            bot.yaml:1:63: risk.connectors.backpack.markets.SOL_USDC_PERP.open_orders_max: unknown key
              1 | risk: { connectors: { backpack: { markets: { SOL_USDC_PERP: { open_orders_max: 5 } } } } }
                |                                                               ^
              = valid here: collar_bps, order_size_max, order_notional_max, position_size_max, position_notional_max, duplicate_ms, self_trade, repeats_max, repeats_secs, on_repeats
        "#]],
    );
}

#[test]
fn every_default_is_a_value_of_its_kind() {
    for param in [PROCESS, CONNECTOR, MARKET].into_iter().flatten() {
        if let Preset::Is(text) = param.default {
            assert!(param.read(text).is_ok(), "{}", param.name);
        }
    }
}
