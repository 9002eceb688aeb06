//! A side of a book, from its raw JSON straight into our levels.

use std::{fmt, marker::PhantomData};

use mm_model::{DecodeError, Level, Market};
use serde::{
    Deserializer as _,
    de::{DeserializeSeed, Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    backpack::wire::Text,
    reading::{self, unreadable},
};

/// Reads `[["98.97","22.39"],..]`.
///
/// # Errors
/// When it is anything else, or a number does not lie on the market's tick or lot: the whole message is then void,
/// since a book that lacks a level is a wrong book.
pub(super) fn levels<L: Default + Extend<Level>>(market: &Market, raw: &RawValue) -> Result<L, DecodeError> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_seq(Side(market, PhantomData))
        .map_err(|error| unreadable("depth", format_args!("{}: {error}", market.symbol)))
}

struct Side<'m, L>(&'m Market, PhantomData<L>);

impl<'de, L: Default + Extend<Level>> Visitor<'de> for Side<'_, L> {
    type Value = L;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of [price, size]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<L, A::Error> {
        let mut levels = L::default();
        while let Some(level) = rows.next_element_seed(Row(self.0))? {
            levels.extend([level]);
        }
        Ok(levels)
    }
}

struct Row<'m>(&'m Market);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = Level;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Level, D::Error> {
        let [price, qty] = <[Text<'de>; 2] as serde::Deserialize>::deserialize(from)?;
        reading::level(self.0, &price, &qty).map_err(D::Error::custom)
    }
}
