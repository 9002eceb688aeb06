//! What every socket message has in common, what a client may send, and the answers that are no data.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Text, lenient};

/// The words of `type` that are not `subscribed/<family>` or `update/<family>`.
pub mod kind {
    pub const CONNECTED: &str = "connected";
    pub const PING: &str = "ping";
    pub const PONG: &str = "pong";
    pub const SHUTDOWN: &str = "shutdown";
    pub const SUBSCRIBE: &str = "subscribe";
    pub const UNSUBSCRIBE: &str = "unsubscribe";
    pub const UNSUBSCRIBED: &str = "unsubscribed";
    pub const ERROR: &str = "error";
    pub const SEND_TX: &str = "jsonapi/sendtx";
    pub const SEND_TX_BATCH: &str = "jsonapi/sendtxbatch";
}

/// The part of any frame from the venue that says what the rest is. An error comes in two forms: nested, without a
/// type, and flat, with the type `error`.
///
/// Witness:
/// `fixtures/lighter/stream_order_book_update.json`,
/// `fixtures/lighter/stream_error.json`,
/// `fixtures/lighter/stream_error_flat.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Head<'a> {
    #[serde(borrow, rename = "type", default)]
    pub kind: Option<Text<'a>>,
    #[serde(default)]
    pub channel: Option<Text<'a>>,
    #[serde(default)]
    pub error: Option<StreamError<'a>>,
}

impl<'a> Head<'a> {
    /// The type and the channel of a data frame that is written as the venue writes most of them,
    /// `{"channel":"..",..,"type":".."}` without spaces; `None` for any other form, which is then to be read as a
    /// [`Head`].
    ///
    /// Saves reading a frame twice. The frame must still be read as one whole JSON value.
    #[must_use]
    pub fn split(frame: &'a [u8]) -> Option<(&'a str, &'a str)> {
        const BEFORE_KIND: &[u8] = b",\"type\":\"";
        let plain = |byte: &u8| matches!(byte, b'"' | b'\\');
        let inner = frame.strip_prefix(b"{\"channel\":\"")?.strip_suffix(b"\"}")?;
        let channel = inner.get(..inner.iter().position(plain)?)?;
        let kind_len = inner.iter().rev().position(plain)?;
        let (rest, kind) = inner.split_at_checked(inner.len().checked_sub(kind_len)?)?;
        rest.strip_suffix(BEFORE_KIND)?.get(channel.len()..)?.starts_with(b"\"").then_some(())?;
        Some((std::str::from_utf8(kind).ok()?, std::str::from_utf8(channel).ok()?))
    }
}

/// What a refused command is told.
///
/// Witness: `fixtures/lighter/stream_error.json`, `fixtures/lighter/stream_error_flat.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamError<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub code: u32,
    #[serde(borrow, default)]
    pub message: Text<'a>,
}

/// An error frame as the server writes it: the form that clients have met. Says nothing of the command it answers.
///
/// Witness: `fixtures/lighter/stream_error.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorFrame<'a> {
    #[serde(borrow)]
    pub error: StreamError<'a>,
}

/// The first frame of a socket.
///
/// Witness: `fixtures/lighter/stream_connected.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected<'a> {
    #[serde(borrow)]
    pub session_id: Text<'a>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `ping` and `pong`, both ways.
///
/// Witness: `fixtures/lighter/stream_ping.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
}

/// The server will close.
///
/// Witness: `fixtures/lighter/stream_shutdown.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shutdown<'a> {
    /// Milliseconds.
    #[serde(default)]
    pub close_in_ms: u64,
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
}

/// A channel is no longer sent.
///
/// Witness: `fixtures/lighter/stream_unsubscribed.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribed<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// What a client sends. Which of the fields are there depends on `kind`: a channel with (un)subscribe, data with
/// transactions ([`super::send`]), neither with a beat.
///
/// Witness: `fixtures/lighter/stream_subscribe.json`, `fixtures/lighter/stream_send_tx.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Command<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AuthToken<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a RawValue>,
}

/// A token that opens an account's data. Prints as `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthToken<'a>(#[serde(borrow)] pub Text<'a>);

impl fmt::Debug for AuthToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
