//! The rows of a frame's list one by one, in all the forms in which the venue sends lists (`wire::rows`), without a list
//! of our own: news of an order is read without allocating. The frame must be one whole JSON object all the same.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mm_model::DecodeError;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::reading::unreadable;

/// Calls `read` with each row of the list `name` in `frame`, whichever of them it cannot read; tells the first failure.
///
/// # Errors
/// The outer one when the frame is none, or lacks the list: what was read of it until then is not to be believed. The
/// inner one is `read`'s.
pub(super) fn each<'a, T: Deserialize<'a>>(
    name: &'static str,
    frame: &'a [u8],
    mut read: impl FnMut(T) -> Result<(), DecodeError>,
) -> Result<Result<(), DecodeError>, DecodeError> {
    let mut result = Ok(());
    let mut keep = |row| {
        let read = read(row);
        if result.is_ok() {
            result = read;
        }
    };
    let mut json = serde_json::Deserializer::from_slice(frame);
    let walk = Frame { name, read: &mut keep, row: PhantomData };
    let walked = json.deserialize_map(walk).and_then(|()| json.end());
    walked.map_err(|error| unreadable(name, error))?;
    Ok(result)
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The object with the list in it.
struct Frame<'r, F, T> {
    name: &'static str,
    read: &'r mut F,
    row: PhantomData<T>,
}

impl<'de, F: FnMut(T), T: Deserialize<'de>> Visitor<'de> for Frame<'_, F, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a frame with {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(Key(key)) = from.next_key::<Key<'de>>()? {
            if key != self.name {
                from.next_value::<IgnoredAny>()?;
                continue;
            }
            if is_there {
                return Err(A::Error::duplicate_field(self.name));
            }
            is_there = true;
            from.next_value_seed(Rows { read: self.read, may_be_grouped: true, row: PhantomData })?;
        }
        if is_there { Ok(()) } else { Err(A::Error::missing_field(self.name)) }
    }
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
