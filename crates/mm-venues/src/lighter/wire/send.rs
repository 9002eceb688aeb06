//! Transactions over the socket, both ways.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

use super::{Text, error::codes};

/// `data` of a `jsonapi/sendtx`.
///
/// Witness: `fixtures/lighter/stream_send_tx.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendTxData<'a> {
    /// Anything; given back as it is.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a RawValue>,
    pub tx_type: u8,
    /// The transaction, as an object; some clients send it as text.
    #[serde(borrow)]
    pub tx_info: &'a RawValue,
}

/// `data` of a `jsonapi/sendtxbatch`.
///
/// Witness: `fixtures/lighter/stream_send_tx_batch.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendTxBatchData<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a RawValue>,
    /// A JSON array of numbers, as text.
    #[serde(borrow)]
    pub tx_types: Embedded<'a>,
    /// A JSON array of texts, each the JSON of a transaction, as text.
    #[serde(borrow)]
    pub tx_infos: Embedded<'a>,
}

/// JSON within a JSON string. Reads the JSON itself, too (an older page shows it so); always written as a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded<'a>(pub Cow<'a, str>);

impl Serialize for Embedded<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Embedded<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(from)?.get();
        if raw.starts_with('"') {
            serde_json::from_str::<String>(raw).map(|text| Self(text.into())).map_err(D::Error::custom)
        } else {
            Ok(Self(raw.into()))
        }
    }
}

/// The answer to a transaction over the socket. No page gives its shape; clients in the field read it at the top,
/// within `data`, or in both, so our server writes both and our client reads both ([`Self::outcome`]). A refusal
/// has another code, or comes as a bare [`super::stream::ErrorFrame`].
///
/// Witness:
/// `fixtures/lighter/stream_send_tx_answer.json`,
/// `fixtures/lighter/stream_send_tx_answer_nested.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SendTxAnswer<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_hash: Option<Hashes<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_execution_time_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_quota_remaining: Option<i64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub data: Option<SendTxAnswerData<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<super::stream::StreamError<'a>>,
}

/// The same again, within.
///
/// Witness: `fixtures/lighter/stream_send_tx_answer_nested.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SendTxAnswerData<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_hash: Option<Hashes<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted_execution_time_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_quota_remaining: Option<i64>,
}

/// What a [`SendTxAnswer`] says, wherever it says it.
///
/// Witness: `fixtures/lighter/stream_send_tx_answer_nested.json`.
#[derive(Clone, Copy, Debug)]
pub struct SendTxOutcome<'m> {
    /// As it was sent, quotes and all.
    pub id: Option<&'m str>,
    /// `None` when the frame has no code at all: then nothing is known.
    pub code: Option<u32>,
    pub message: Option<&'m str>,
    /// Empty when the frame names none.
    pub hashes: &'m [Text<'m>],
    pub volume_quota_remaining: Option<i64>,
}

impl SendTxAnswer<'_> {
    /// What it says: the error's code and text before all, then the outer fields, then the inner ones.
    #[must_use]
    pub fn outcome(&self) -> SendTxOutcome<'_> {
        let inner = self.data.as_ref();
        let error = self.error.as_ref();
        let message = self.message.as_deref().or_else(|| inner?.message.as_deref());
        let codes = [error.map(|error| error.code), self.code, inner.and_then(|data| data.code)];
        // An outer success must not hide an inner refusal.
        let said = || codes.iter().flatten().copied();
        let code = said().find(|code| *code != codes::OK).or_else(|| said().next());
        SendTxOutcome {
            id: self.id.or_else(|| inner?.id).map(RawValue::get),
            code,
            message: error.map(|error| error.message.as_str()).or(message),
            hashes: self.tx_hash.as_ref().or_else(|| inner?.tx_hash.as_ref()).map_or(&[], Hashes::as_slice),
            volume_quota_remaining: self.volume_quota_remaining.or_else(|| inner?.volume_quota_remaining),
        }
    }
}

/// A transaction's hash, or a list of them for a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hashes<'a> {
    One(Text<'a>),
    Many(Vec<Text<'a>>),
}

impl<'a> Hashes<'a> {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Text<'a>] {
        match self {
            Self::One(hash) => std::slice::from_ref(hash),
            Self::Many(hashes) => hashes,
        }
    }
}

impl Serialize for Hashes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(hash) => hash.serialize(to),
            Self::Many(hashes) => hashes.serialize(to),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Hashes<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(from)?.get();
        let hashes = if raw.starts_with('[') {
            serde_json::from_str(raw).map(Self::Many)
        } else {
            serde_json::from_str(raw).map(Self::One)
        };
        hashes.map_err(D::Error::custom)
    }
}
