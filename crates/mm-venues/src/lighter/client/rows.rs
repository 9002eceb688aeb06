//! The rows of a list one by one, in all the forms in which the venue sends lists (`wire::rows`), without a list of our
//! own: an order's news is read without allocating.

use std::{fmt, marker::PhantomData};

use mm_model::DecodeError;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use crate::reading::unreadable;

/// Calls `read` with each row, whichever of them it cannot read; tells the first failure. A row that is none ends it:
/// those before it were read.
pub(super) fn each<'a, T: Deserialize<'a>>(
    what: &'static str,
    raw: &'a RawValue,
    mut read: impl FnMut(T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut result = Ok(());
    let mut keep = |row| {
        let read = read(row);
        if result.is_ok() {
            result = read;
        }
    };
    let mut json = serde_json::Deserializer::from_str(raw.get());
    let walked = Rows { read: &mut keep, may_be_grouped: true, row: PhantomData }.deserialize(&mut json);
    walked.map_err(|error| unreadable(what, error)).and(result)
}

/// An array or null; a map by market, too, where that is not within one already: then a map is a row.
struct Rows<'r, F, T> {
    read: &'r mut F,
    may_be_grouped: bool,
    row: PhantomData<T>,
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> DeserializeSeed<'de> for Rows<'_, F, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> Visitor<'de> for Rows<'_, F, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, a map of rows or of lists, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(row) = from.next_element()? {
            (self.read)(row);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        if !self.may_be_grouped {
            (self.read)(T::deserialize(MapAccessDeserializer::new(from))?);
            return Ok(());
        }
        while from.next_key::<IgnoredAny>()?.is_some() {
            from.next_value_seed(Rows { read: self.read, may_be_grouped: false, row: PhantomData })?;
        }
        Ok(())
    }
}
