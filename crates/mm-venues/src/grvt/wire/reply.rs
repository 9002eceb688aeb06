//! The forms that most replies share.

use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

use super::{Text, lenient};

/// `{"result": ..}`: what most calls are answered with.
///
/// Witness: `fixtures/grvt/create_order.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply<T> {
    pub result: T,
}

/// One page of a list, the newest first, and where the next page starts; empty on the last.
///
/// Witness: `fixtures/grvt/trade_history.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'a, T: Deserialize<'de>"))]
pub struct Page<'a, T> {
    #[serde(deserialize_with = "lenient::or_default")]
    pub result: Vec<T>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub next: Text<'a>,
}

/// `{}`: the body of a request without fields. Reads anything, also null, as clients send it.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename = "EmptyRequest")]
pub struct Empty {}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(from).map(|_| Self {})
    }
}
