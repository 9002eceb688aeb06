//! Our numbers as the venue's text, and the few quotients it shows. Exact where a decimal can be; where one cannot
//! (an average price), cut after the last digit that fits.

use std::fmt::Display;

use mm_model::{Decimal, Market, Money, Price, Qty, Rate, SignedQty};

use crate::backpack::wire::Text;

/// Anything as text of the wire.
pub(super) fn text(value: impl Display) -> Text<'static> {
    Text::from(value.to_string())
}

/// A price with the places of its market.
pub(super) fn price(market: &Market, price: Price) -> Text<'static> {
    text(market.price_decimal(price))
}

/// A size with the places of its market; nothing is a plain `0`, as recorded.
pub(super) fn qty(market: &Market, qty: Qty) -> Text<'static> {
    if qty.is_zero() { Text::new("0") } else { text(market.qty_decimal(qty)) }
}

/// A signed size with the places of its market; flat is a plain `0`.
pub(super) fn signed_qty(market: &Market, qty: SignedQty) -> Text<'static> {
    if qty.is_flat() { Text::new("0") } else { text(market.signed_decimal(qty)) }
}

/// A rate as a plain fraction.
pub(super) fn rate(rate: Rate) -> Text<'static> {
    text(rate.decimal())
}

/// A rate in basis points.
pub(super) fn basis_points(rate: Rate) -> Text<'static> {
    text(Decimal::new(i128::from(rate.0), 5).normalized())
}

/// `part / whole` as a rate, cut; zero when there is no whole.
pub(super) fn fraction(part: Money, whole: Money) -> Rate {
    // A millionth of a unit is fine enough here, and leaves room for the product.
    let (part, whole) = (part.0 / 1_000_000_000_000, whole.0 / 1_000_000_000_000);
    let units = part.checked_mul(Rate::ONE).and_then(|units| units.checked_div(whole));
    Rate(units.and_then(|units| i64::try_from(units).ok()).unwrap_or(0))
}

/// What one unit of the base asset cost: `cost / net`. `None` when flat.
pub(super) fn average(market: &Market, cost: Money, net: SignedQty) -> Option<Decimal> {
    let lot = market.lot.normalized();
    let base = i128::from(net.0) * lot.mantissa;
    let mantissa = cost.0.checked_div(base)?;
    Some(Decimal::new(mantissa, Money::SCALE.saturating_sub(lot.scale)).normalized())
}
