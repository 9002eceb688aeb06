//! Our numbers as the venue's text: padded to the places of the market, or to the six places of its dollars.

use std::fmt::Display;

use mm_model::{Decimal, Market, Money, Price, Qty, Rate, SignedQty};

use crate::lighter::wire::Text;

/// Places of an amount of USDC.
pub(super) const USDC_PLACES: u8 = 6;

/// Anything as text of the wire.
pub(super) fn text(value: impl Display) -> Text<'static> {
    Text::from(value.to_string())
}

/// A price with the places of its market.
pub(super) fn price(market: &Market, price: Price) -> Text<'static> {
    text(padded(market.price_decimal(price), market.price_decimals()))
}

/// A size with the places of its market.
pub(super) fn qty(market: &Market, qty: Qty) -> Text<'static> {
    text(padded(market.qty_decimal(qty), market.size_decimals()))
}

/// A signed size with the places of its market.
pub(super) fn signed_qty(market: &Market, qty: SignedQty) -> Text<'static> {
    text(padded(market.signed_decimal(qty), market.size_decimals()))
}

/// An amount of USDC, cut after its last place.
pub(super) fn usdc(amount: Money) -> Text<'static> {
    text(cut(amount, USDC_PLACES))
}

/// An amount of an asset with eight places, as the venue keeps all but USDC; cut.
pub(super) fn asset(asset: &str, amount: Money) -> Text<'static> {
    text(cut(amount, if asset == super::markets::USDC { USDC_PLACES } else { 8 }))
}

/// A rate as a percentage with two places.
pub(super) fn percent(rate: Rate) -> Text<'static> {
    text(Decimal::new(i128::from(rate.0) / 100_000, 2))
}

/// What one unit of the base asset cost: `cost / net`, with the places of the price, cut. Zero when flat.
pub(super) fn average(market: &Market, cost: Money, net: SignedQty) -> Text<'static> {
    let (lot, places) = (market.lot.normalized(), market.price_decimals());
    let base = i128::from(net.0) * lot.mantissa;
    let value = cost.0.checked_div(base).unwrap_or(0);
    let scale = Money::SCALE.saturating_sub(lot.scale);
    let by = 10_i128.pow(u32::from(scale.saturating_sub(places)));
    text(padded(Decimal::new(value / by, scale.min(places)), places))
}

/// An amount cut to so many places, towards zero.
pub(super) fn cut(amount: Money, places: u8) -> Decimal {
    Decimal::new(amount.0 / 10_i128.pow(u32::from(Money::SCALE - places)), places)
}

/// The same number with at least so many places.
fn padded(value: Decimal, places: u8) -> Decimal {
    let normal = value.normalized();
    match normal.at_scale(places) {
        Some(mantissa) => Decimal::new(mantissa, places),
        None => normal,
    }
}
