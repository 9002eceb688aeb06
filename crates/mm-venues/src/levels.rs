//! A side of a book, from its JSON straight into our levels: books are the most of what venues send.

use std::{fmt, marker::PhantomData};

use mm_model::{Level, Market};
use serde::{
    Deserialize,
    de::{Error, SeqAccess, Visitor},
};

use crate::reading;

/// A level as a venue writes it.
pub(crate) trait Row {
    /// Its price and its size.
    fn price_and_size(&self) -> (&str, &str);
}

/// Reads a list of rows `R` into levels; null, where the deserializer lets it come so far, into none.
///
/// It is an error when a number does not lie on the market's tick or lot: the whole message is then void, since a book
/// that lacks a level is a wrong book.
pub(crate) struct Side<'m, R, L> {
    market: &'m Market,
    what: PhantomData<(R, L)>,
}

impl<'m, R, L> Side<'m, R, L> {
    pub(crate) const fn of(market: &'m Market) -> Self {
        Self { market, what: PhantomData }
    }
}

impl<'de, R: Row + Deserialize<'de>, L: Default + Extend<Level>> Visitor<'de> for Side<'_, R, L> {
    type Value = L;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of price and size")
    }

    fn visit_unit<E: Error>(self) -> Result<L, E> {
        Ok(L::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<L, A::Error> {
        let mut levels = L::default();
        while let Some(row) = rows.next_element::<R>()? {
            let (price, size) = row.price_and_size();
            levels.extend([reading::level(self.market, price, size).map_err(A::Error::custom)?]);
        }
        Ok(levels)
    }
}
