//! The frame around every stream message, and what a client may send.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Text;

/// Any frame from the venue: data of a stream, or an error. The payload stays raw until the stream's name, which
/// comes behind it, has been read. A successful subscribe is answered by silence.
///
/// Witness: `fixtures/backpack/stream_depth.json`, `fixtures/backpack/stream_error.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow)]
    pub stream: Option<Text<'a>>,
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub error: Option<StreamError<'a>>,
}

impl<'a> Envelope<'a> {
    /// The name and the payload of a data frame written as the venue writes it, `{"data":…,"stream":"…"}` without
    /// spaces (recorded 2026-09-01); `None` for any other form, which is then to be read as an [`Envelope`].
    ///
    /// Saves reading the payload twice. The payload must still be read as one whole JSON value: if it is none, the
    /// frame was none.
    #[must_use]
    pub fn split(frame: &'a [u8]) -> Option<(&'a str, &'a [u8])> {
        const BEFORE_NAME: &[u8] = b",\"stream\":\"";
        let inner = frame.strip_prefix(b"{\"data\":")?.strip_suffix(b"\"}")?;
        let name_len = inner.iter().rev().position(|byte| matches!(byte, b'"' | b'\\'))?;
        let (data, name) = inner.split_at(inner.len() - name_len);
        Some((std::str::from_utf8(name).ok()?, data.strip_suffix(BEFORE_NAME)?))
    }
}

/// Data of a stream as the server writes it, keys in the venue's order.
///
/// Witness: `fixtures/backpack/stream_depth.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamFrame<'a, T> {
    pub data: T,
    pub stream: &'a str,
}

/// What a refused command is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamError<'a> {
    /// 4006 `Invalid stream`, 4003 `Invalid signature`.
    pub code: i64,
    #[serde(borrow, default)]
    pub message: Text<'a>,
}

/// An error frame as the server writes it: `{"id":null,"error":{..}}`.
///
/// Witness: `fixtures/backpack/stream_error.json`.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorFrame<'a> {
    /// The command's, given back.
    pub id: Option<&'a RawValue>,
    pub error: StreamError<'a>,
}

/// What a client sends.
///
/// Witness: `fixtures/backpack/stream_command.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command<'a> {
    /// In no document, but clients send one and are tolerated.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a RawValue>,
    pub method: CommandMethod,
    pub params: Vec<Text<'a>>,
    /// Verifying key, signature, timestamp in ms, window in ms: four strings over
    /// `instruction=subscribe&timestamp=..&window=..`. Needed when a name starts with `account.`. Clients that send
    /// the last two as numbers are understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<[Text<'a>; 4]>,
}

/// The commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CommandMethod {
    Subscribe,
    Unsubscribe,
}
