//! Signed integers against arithmetic without bounds, and both ways to them against each other.

use mm_model::{Decimal, Market, MarketId, MarketKind, Price, Qty, TradingState};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::super::{Scale, ScaleError, scaled};

#[test]
fn decimals_as_clients_write_them() {
    let check =
        |text: &str, decimals, expected: u64| assert_eq!(scaled(text, decimals), Ok(expected), "{text}");
    check("1.013", 9, 1_013_000_000);
    check("60000.000000000", 9, 60_000_000_000_000);
    check("0.010000000", 9, 10_000_000);
    check("0E-9", 9, 0);
    check("1.00E-7", 9, 100);
    check("1.99E-9", 9, 1);
    check("1e3", 0, 1000);
    check("1E+3", 0, 1000);
    check("1500", 0, 1500);
    check("1.1231231239", 9, 1_123_123_123);
    check("-0.0", 9, 0);
    check("0e999999999", 18, 0);
    check("1e-999999999", 18, 0);
    check("18446744073.709551615", 9, u64::MAX);
    check("18446744073709551615", 0, u64::MAX);
    check("0.00000000000000000000000000000000000000000000000000000000000001", 9, 0);
}

#[test]
fn decimals_that_have_no_signed_form() {
    let check = |text: &str, decimals, why: fn(&ScaleError) -> bool| {
        let error = scaled(text, decimals).expect_err(text);
        assert!(why(&error), "{text}: {error}");
    };
    for text in [
        "",
        "-",
        "+1",
        ".",
        "1.",
        ".5",
        "1.2.3",
        "1,5",
        " 1",
        "1 ",
        "0x1",
        "1_0",
        "e5",
        "1e",
        "1e+",
        "1e1.5",
        "1ee1",
        "--1",
        "1e--1",
        "NaN",
        "Infinity",
        "１",
        "1e1000000000",
        &"1".repeat(81),
        "-é",
    ] {
        check(text, 9, |error| matches!(error, ScaleError::Syntax(_)));
    }
    for text in ["-1", "-0.000000000000001", "-1e-99"] {
        check(text, 9, |error| matches!(error, ScaleError::Negative(_)));
    }
    for text in ["18446744073.709551616", "1e999999999", "99999999999999999999"] {
        check(text, 9, |error| matches!(error, ScaleError::Overflow { .. }));
    }
    check("1", 255, |error| matches!(error, ScaleError::Overflow { .. }));
}

/// The number times 10^decimals, rounded toward zero.
fn exactly(mantissa: u128, places: u32, exponent: i32, decimals: u8) -> BigInt {
    let shift = i64::from(exponent) - i64::from(places) + i64::from(decimals);
    let power = |n: i64| BigInt::from(10).pow(u32::try_from(n).expect("small"));
    if shift < 0 { BigInt::from(mantissa) / power(-shift) } else { BigInt::from(mantissa) * power(shift) }
}

/// A number as text, with that many places behind the dot.
fn written(mantissa: u128, places: u32, exponent: Option<i32>) -> String {
    let digits = format!("{mantissa:0width$}", width = places as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places as usize);
    let dot = if fraction.is_empty() { "" } else { "." };
    let exponent = exponent.map(|exponent| format!("E{exponent}")).unwrap_or_default();
    format!("{whole}{dot}{fraction}{exponent}")
}

fn market(tick: Decimal, lot: Decimal) -> Market {
    Market {
        id: MarketId(0),
        symbol: "BTC_USDT_Perp".into(),
        base: "BTC".into(),
        quote: "USDT".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick,
        lot,
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

proptest! {
    #[test]
    fn texts_scale_as_unbounded_arithmetic_does(
        mantissa in prop_oneof![any::<u128>(), 0_u128..1 << 64, 0_u128..1_000_000],
        places in 0_u32..30,
        exponent in prop::option::of(-45_i32..45),
        decimals in 0_u8..=18,
    ) {
        let text = written(mantissa, places, exponent);
        let expected = exactly(mantissa, places, exponent.unwrap_or(0), decimals);
        match scaled(&text, decimals) {
            Ok(units) => prop_assert_eq!(BigInt::from(units), expected, "{}", text),
            Err(ScaleError::Overflow { .. }) => prop_assert!(BigInt::from(u64::MAX) < expected, "{}", text),
            Err(error) => prop_assert!(false, "{}: {}", text, error),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9.eE]{0,12}|.{0,20}", decimals: u8) {
        let _ = scaled(&text, decimals);
    }

    #[test]
    fn ticks_and_lots_scale_as_their_texts_do(
        (tick, tick_places) in (1_i128..1_000_000, 0_u8..=9),
        (lot, base_decimals, lot_places) in (1_i128..1_000_000, 0_u8..=18)
            .prop_flat_map(|(lot, decimals)| (Just(lot), Just(decimals), 0..=decimals)),
        price in prop_oneof![any::<i64>(), -10_i64..10_000_000],
        qty in prop_oneof![any::<u64>(), 0_u64..10_000_000],
    ) {
        let market = market(Decimal::new(tick, tick_places), Decimal::new(lot, lot_places));
        let scale = match Scale::of(&market, base_decimals) {
            Ok(scale) => scale,
            Err(error) => {
                let one = scaled(&market.lot.to_string(), base_decimals);
                prop_assert!(matches!(one, Err(ScaleError::Overflow { .. })), "{}", error);
                return Ok(());
            }
        };
        let kind = |error: ScaleError| std::mem::discriminant(&error);
        let (mut price_text, mut qty_text) = (String::new(), String::new());
        market.write_price(Price(price), &mut price_text);
        market.write_qty(Qty(qty), &mut qty_text);
        prop_assert_eq!(scale.limit_price(Price(price)).map_err(kind), scaled(&price_text, 9).map_err(kind));
        prop_assert_eq!(
            scale.contract_size(Qty(qty)).map_err(kind),
            scaled(&qty_text, base_decimals).map_err(kind)
        );
    }
}

#[test]
fn instruments_that_cannot_be_signed() {
    let check = |tick: &str, lot: &str, base_decimals, expected: &str| {
        let decimal = |text| Decimal::parse(text).expect("a decimal");
        let scale = Scale::of(&market(decimal(tick), decimal(lot)), base_decimals);
        assert_eq!(scale.map(|_| ()).map_err(|error| error.to_string()), Err(expected.to_owned()));
    };
    let fine = "is finer than the";
    check(
        "0.0000000001",
        "1",
        9,
        &format!("a step of 0.0000000001 {fine} 9 decimals that are signed: check the instrument"),
    );
    check(
        "0.1",
        "0.001",
        2,
        &format!("a step of 0.001 {fine} 2 decimals that are signed: check the instrument"),
    );
    check("0.1", "0", 9, "0 is negative: it cannot be signed");
    check("0.1", "1", 19, "1 with 19 decimals is too large to be signed");
    check("0.1", "100", 18, "100 with 18 decimals is too large to be signed");
}
