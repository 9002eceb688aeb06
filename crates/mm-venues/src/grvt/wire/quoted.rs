//! Whole numbers in quotes: times in nanoseconds, sequence numbers.

use mm_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lenient;

/// A whole number that is written in quotes, `"1767198134519661154"`. Reads it without them too.
///
/// Witness: `fixtures/grvt/stream_order.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quoted(pub u64);

impl From<u64> for Quoted {
    fn from(n: u64) -> Self {
        Self(n)
    }
}

/// In nanoseconds.
impl From<Timestamp> for Quoted {
    fn from(at: Timestamp) -> Self {
        Self(at.0)
    }
}

/// From nanoseconds.
impl From<Quoted> for Timestamp {
    fn from(n: Quoted) -> Self {
        Self(n.0)
    }
}

impl Serialize for Quoted {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Quoted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        lenient::number(from).map(Self)
    }
}
