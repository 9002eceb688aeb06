//! Our numbers as the venue's text: without needless zeros, but for one behind the point (`0.0`, `60000.0`).

use std::fmt::Display;

use mm_model::{Decimal, Market, Money, Price, Qty, Rate, SignedQty};

use crate::text::Text;

/// Places of money that is not exact: profits, averages.
pub(super) const PLACES: u8 = 9;

/// Anything as text of the wire.
pub(super) fn text(value: impl Display) -> Text<'static> {
    Text::from(value.to_string())
}

/// A number with at least one place.
pub(super) fn decimal(value: Decimal) -> Text<'static> {
    let value = value.normalized();
    let value = if value.scale == 0 { Decimal::new(value.mantissa * 10, 1) } else { value };
    text(value)
}

/// Zero.
pub(super) fn zero() -> Text<'static> {
    Text::new("0.0")
}

/// A price.
pub(super) fn price(market: &Market, price: Price) -> Text<'static> {
    decimal(market.price_decimal(price))
}

/// The middle of two prices, which may lie between two ticks (so in ccxt 4.5.90's sample of a ticker: 92682.95).
pub(super) fn middle(market: &Market, low: Price, high: Price) -> Text<'static> {
    let twice = market.price_decimal(Price(low.0 + high.0));
    decimal(Decimal::new(twice.mantissa * 5, twice.scale + 1))
}

/// A size.
pub(super) fn qty(market: &Market, qty: Qty) -> Text<'static> {
    decimal(market.qty_decimal(qty))
}

/// A size with its sign.
pub(super) fn signed_qty(market: &Market, qty: SignedQty) -> Text<'static> {
    decimal(market.signed_decimal(qty))
}

/// An amount of money, cut after nine places.
pub(super) fn money(amount: Money) -> Text<'static> {
    decimal(Decimal::new(amount.0 / 10_i128.pow(u32::from(Money::SCALE - PLACES)), PLACES))
}

/// A rate as a percentage.
pub(super) fn percent(rate: Rate) -> Text<'static> {
    decimal(Decimal::new(i128::from(rate.0), 7))
}

/// What one unit of the base asset cost, cut after nine places; zero for no size.
pub(super) fn average(cost: Money, size: Decimal) -> Text<'static> {
    let size = size.normalized();
    // Cost in units of 10^-18 by size in units of 10^-scale makes units of 10^-(18 - scale).
    let scale = Money::SCALE.saturating_sub(size.scale);
    let value = cost.0.checked_div(size.mantissa).unwrap_or(0);
    decimal(match scale.checked_sub(PLACES) {
        Some(more) => Decimal::new(value / 10_i128.pow(more.into()), PLACES),
        None => Decimal::new(value, scale),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &Text<'_>, expected: &str) {
        assert_eq!(text.as_str(), expected);
    }

    #[test]
    fn numbers_have_a_place_and_no_needless_zeros() {
        let number = |text| decimal(Decimal::parse(text).expect("a decimal"));
        check(&number("0"), "0.0");
        check(&number("60000.000"), "60000.0");
        check(&number("-0.0120"), "-0.012");
        check(&percent(Rate(100_000)), "0.01");
        check(&percent(Rate(-5_000_000)), "-0.5");
        check(&money(Money(1_234_567_891_999_999_999)), "1.234567891");
        check(&money(Money(-1)), "0.0");
    }

    #[test]
    fn averages_are_of_any_scale() {
        let of = |cost: i128, size| average(Money(cost), Decimal::parse(size).expect("a decimal"));
        check(&of(100_000_000_000_000_000_000, "3"), "33.333333333");
        check(&of(-68_900_500_000_000_000, "-0.001"), "68.9005");
        check(&of(1, "0"), "0.0");
        check(&of(7_000, "0.000000000000001"), "7.0");
    }
}
