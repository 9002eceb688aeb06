//! The older frames, on the socket `/ws`: a request has full names and says whether its answer and its feeds are to have
//! them, too (the venue's JavaScript client, `@grvt/client` 1.7.0, waits for a short answer). An error there is an
//! [`super::error::ApiError`].

use serde::{Deserialize, Serialize};

use super::{Encoding, Quoted, Text, lenient};

/// Where they are spoken.
pub const SOCKET_PATH: &str = "/ws";

/// What a client sends.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSSubscribeRequestV1Legacy")]
pub struct LegacyRequest<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub request_id: Option<u32>,
    #[serde(borrow)]
    pub stream: Text<'a>,
    /// The selectors.
    pub feed: Vec<Text<'a>>,
    /// `subscribe` or `unsubscribe`.
    pub method: Text<'a>,
    /// Whether the answer and the feeds are to have full names; they do not if it is left out.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_full: bool,
}

impl LegacyRequest<'_> {
    /// The encoding of the answer and of the feeds.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        if self.is_full { Encoding::Full } else { Encoding::Lite }
    }
}

/// What the venue answers. The last three lists go with `subs`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSSubscribeResponseV1Legacy")]
pub struct LegacyResponse<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub request_id: Option<u32>,
    #[serde(borrow)]
    pub stream: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub subs: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub unsubs: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub num_snapshots: Vec<u32>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub first_sequence_number: Vec<Quoted>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub latest_sequence_number: Vec<Quoted>,
}
