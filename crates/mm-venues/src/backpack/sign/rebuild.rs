//! From what came over the wire back to the signed pairs: what the venue does to check a signature. Numbers keep
//! their text, so `12.00` and `12` are signed differently, as they are sent differently.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::{Instruction, write_instruction};
use crate::query;

/// Why no string could be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// The query cannot be decoded, names a key twice, or stands beside a batch.
    #[error("the query cannot be read")]
    Query,
    /// The body is not JSON, not an object or an array of objects, or names a key twice.
    #[error("the body cannot be read: {0}")]
    Body(String),
    /// A top-level field is an object or an array.
    #[error("field {0} is neither text, number, boolean nor null")]
    Nested(String),
}

/// Appends what a request signs before its timestamp: `instruction=…` and the sorted pairs of the query, then of
/// the body. An array is a batch: `instruction=…` again for each of its orders.
///
/// # Errors
/// [`RebuildError`]; `out` is then of no use.
pub fn rebuild(
    instruction: Instruction,
    query: &str,
    body: &[u8],
    out: &mut String,
) -> Result<(), RebuildError> {
    let text = |error: serde_json::Error| RebuildError::Body(error.to_string());
    if body.trim_ascii_start().first() == Some(&b'[') {
        // Nothing says how a batch would sign a query, and a query that is not signed must not be acted on.
        if !query.is_empty() {
            return Err(RebuildError::Query);
        }
        for order in serde_json::from_slice::<Vec<Fields<'_>>>(body).map_err(text)? {
            write_instruction(instruction, out);
            order.write(out)?;
        }
        return Ok(());
    }
    write_instruction(instruction, out);
    let mut sorted = BTreeMap::new();
    for (key, value) in query::pairs(query).map_err(|_| RebuildError::Query)? {
        if sorted.insert(key, value).is_some() {
            return Err(RebuildError::Query);
        }
    }
    for (key, value) in &sorted {
        write_pair(key, value, out);
    }
    if !body.trim_ascii().is_empty() {
        serde_json::from_slice::<Fields<'_>>(body).map_err(text)?.write(out)?;
    }
    Ok(())
}

fn write_pair(key: &str, value: &str, out: &mut String) {
    out.push('&');
    out.push_str(key);
    out.push('=');
    out.push_str(value);
}

/// The top-level fields of a JSON object, raw and sorted. A key that comes twice is refused: what one side signed
/// and the other acted on could differ.
struct Fields<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl Fields<'_> {
    fn write(&self, out: &mut String) -> Result<(), RebuildError> {
        for (key, raw) in &self.0 {
            let raw = raw.get();
            match raw.as_bytes() {
                [b'"', ..] => {
                    let text: String =
                        serde_json::from_str(raw).map_err(|error| RebuildError::Body(error.to_string()))?;
                    write_pair(key, &text, out);
                }
                [b'{' | b'[', ..] => return Err(RebuildError::Nested(key.chars().take(40).collect())),
                _ => write_pair(key, raw, out),
            }
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> de::Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: de::MapAccess<'de>>(self, mut map: M) -> Result<Fields<'de>, M::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    if let Some(_twice) = fields.insert(key, value) {
                        return Err(de::Error::custom("a key comes twice"));
                    }
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Object)
    }
}
