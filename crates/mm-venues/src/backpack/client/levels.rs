//! A side of a book, from its raw JSON straight into our levels.

use mm_model::{DecodeError, Level, Market};
use serde::Deserializer as _;
use serde_json::value::RawValue;

use crate::{
    backpack::wire::Text,
    levels::{Row, Side},
    reading::unreadable,
};

/// Reads `[["98.97","22.39"],..]`.
///
/// # Errors
/// When it is anything else, or a number does not lie on the market's tick or lot.
pub(super) fn levels<L: Default + Extend<Level>>(market: &Market, raw: &RawValue) -> Result<L, DecodeError> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_seq(Side::<[Text<'_>; 2], L>::of(market))
        .map_err(|error| unreadable("depth", format_args!("{}: {error}", market.symbol)))
}

impl Row for [Text<'_>; 2] {
    fn price_and_size(&self) -> (&str, &str) {
        let [price, size] = self;
        (price, size)
    }
}
