//! The venue's two encodings, and the one way in and out of both.

use mm_model::DecodeError;
use serde::{Deserialize, Deserializer as _, Serialize, de::Visitor};

use super::lite::{Expanding, Shortening};
use crate::reading::unreadable;

/// How field names are written. The values are the same; the lite encoding saves bytes.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `{"order_id":".."}`, under `/full/..` and `/ws/full`.
    #[default]
    Full,
    /// `{"oi":".."}`, under `/lite/..` and `/ws/lite`.
    Lite,
}

impl Encoding {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::Lite];

    /// The first segment of REST paths, and the last of the JSON-RPC socket's: `full` or `lite`.
    #[must_use]
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Lite => "lite",
        }
    }

    /// The path of the JSON-RPC socket.
    #[must_use]
    pub const fn socket_path(self) -> &'static str {
        match self {
            Self::Full => "/ws/full",
            Self::Lite => "/ws/lite",
        }
    }

    /// The encoding of the socket with this path; `None` for the legacy socket, `/ws`, and any other.
    #[must_use]
    pub fn of_socket(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.socket_path() == path)
    }

    /// Reads one whole JSON value; borrows from it where the type does.
    ///
    /// # Errors
    /// When it is no JSON, not of this type, or followed by more.
    pub fn read<'a, T: Deserialize<'a>>(self, json: &'a [u8]) -> serde_json::Result<T> {
        match self {
            Self::Full => serde_json::from_slice(json),
            Self::Lite => {
                let mut from = serde_json::Deserializer::from_slice(json);
                let value = Expanding::read(&mut from)?;
                from.end()?;
                Ok(value)
            }
        }
    }

    /// Reads one whole list by a visitor of one's own, without making the list.
    ///
    /// # Errors
    /// When it is no list, or as the visitor says.
    pub(crate) fn visit_list<'a, V: Visitor<'a>>(
        self,
        json: &'a [u8],
        visitor: V,
    ) -> serde_json::Result<V::Value> {
        let mut from = serde_json::Deserializer::from_slice(json);
        let value = match self {
            Self::Full => from.deserialize_seq(visitor),
            Self::Lite => Expanding(&mut from).deserialize_seq(visitor),
        }?;
        from.end()?;
        Ok(value)
    }

    /// Reads for the client half; `what` says what was to be read.
    ///
    /// # Errors
    /// As [`Encoding::read`].
    pub fn decode<'a, T: Deserialize<'a>>(
        self,
        what: &'static str,
        json: &'a [u8],
    ) -> Result<T, DecodeError> {
        self.read(json).map_err(|error| unreadable(what, error))
    }

    /// Writes.
    ///
    /// # Panics
    /// When the type is none of GRVT's wire types.
    #[must_use]
    pub fn write<T: Serialize + ?Sized>(self, value: &T) -> String {
        let mut json = Vec::new();
        self.append(value, &mut json);
        String::from_utf8(json).expect("serde_json writes UTF-8")
    }

    /// Writes behind what is there.
    ///
    /// # Panics
    /// When the type is none of GRVT's wire types.
    pub fn append<T: Serialize + ?Sized>(self, value: &T, to: &mut Vec<u8>) {
        let mut to = serde_json::Serializer::new(to);
        match self {
            Self::Full => value.serialize(&mut to),
            Self::Lite => value.serialize(Shortening(&mut to)),
        }
        .expect("every wire type has string keys and a row in the table of short names, by test");
    }
}
