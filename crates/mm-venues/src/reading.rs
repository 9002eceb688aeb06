//! How client halves read what venues say: numbers, errors, and the texts of other people.

use std::{
    fmt::Display,
    time::{Duration, UNIX_EPOCH},
};

use mm_model::{Decimal, DecodeError, Level, Market, Money, NumberError, Price, Rate, Timestamp, printable};
use serde::Deserialize;

/// The most characters of a venue's text that we keep: errors must not carry a megabyte of somebody's text.
const TEXT_MAX: usize = 200;

/// Something of a venue's that means nothing to us.
pub(crate) fn unreadable(what: &'static str, why: impl Display) -> DecodeError {
    DecodeError { what, why: cut(&why.to_string()) }
}

/// Reads JSON.
pub(crate) fn json<'a, T: Deserialize<'a>>(what: &'static str, text: &'a [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(text).map_err(|error| unreadable(what, error))
}

/// A venue's text at a sane length, fit to be read (fault 82).
pub(crate) fn cut(text: &str) -> String {
    printable(text, TEXT_MAX)
}

/// `Retry-After` in whole seconds or as an HTTP date (RFC 9110 §10.2.3).
pub(crate) fn retry_after(now: Timestamp, text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let at = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(at.saturating_sub(Duration::from_nanos(now.0)))
}

/// A decimal without what lies beyond 10^-18: averages, rates and profits come with more places (28 were recorded), and
/// ours has 18. Prices and sizes of orders and fills are never read this way.
pub(crate) fn decimal(text: &str) -> Result<Decimal, NumberError> {
    let places = usize::from(Money::SCALE);
    match text.split_once('.') {
        Some((whole, places_told))
            if places_told.len() > places && places_told.bytes().all(|c| c.is_ascii_digit()) =>
        {
            Decimal::parse(&text[..whole.len() + 1 + places])
        }
        _ => Decimal::parse(text),
    }
}

/// An amount, to 10^-18.
pub(crate) fn money(text: &str) -> Result<Money, NumberError> {
    decimal(text).and_then(Money::from_decimal)
}

/// A rate rounded towards zero to our unit of 10^-9; venues write estimates with more places.
pub(crate) fn rate(text: &str) -> Option<Rate> {
    units_of_rate(text, 9)
}

/// A rate that is written as a percentage, as [`rate`].
pub(crate) fn percent(text: &str) -> Option<Rate> {
    units_of_rate(text, 7)
}

fn units_of_rate(text: &str, places: u8) -> Option<Rate> {
    let value = decimal(text).ok()?;
    let units = match value.scale.checked_sub(places) {
        Some(more @ 1..) => value.mantissa / 10i128.checked_pow(more.into())?,
        _ => value.at_scale(places)?,
    };
    i64::try_from(units).ok().map(Rate)
}

/// The nearest price on a tick, for averages and marks, which have more places than the tick.
pub(crate) fn price_near(market: &Market, text: &str) -> Result<Price, NumberError> {
    let value = decimal(text)?;
    let below = market.price_down(value);
    // Above the middle between two ticks: 2 × (value − below) ≥ tick, all in units of 10^-18.
    let fine = |x: Decimal| x.at_scale(Money::SCALE);
    let above_middle = || {
        let rest = fine(value)?.checked_sub(fine(market.price_decimal(below))?)?;
        Some(rest.checked_mul(2)? >= fine(market.tick)?)
    };
    Ok(if above_middle() == Some(true) { below.offset(1) } else { below })
}

/// A level of a book.
pub(crate) fn level(market: &Market, price: &str, qty: &str) -> Result<Level, NumberError> {
    Ok(Level { price: market.price(price)?, qty: market.qty(qty)? })
}
