//! JSON-RPC on the sockets `/ws/full` and `/ws/lite`: subscriptions, and the REST calls by the name of
//! [`super::paths::Endpoint::method`].

use serde::{Deserialize, Serialize};

use super::{Quoted, Text, error::RpcError, lenient};

/// `2.0`.
pub const VERSION: &str = "2.0";

/// The methods that are no REST calls.
pub mod method {
    pub const SUBSCRIBE: &str = "subscribe";
    pub const UNSUBSCRIBE: &str = "unsubscribe";
    pub const UNSUBSCRIBE_ALL: &str = "unsubscribe_all";
    pub const LIST_STREAMS: &str = "list_streams";
}

/// What a client sends. A server reads it with `Option<&RawValue>` for `P`, and `P` by the method, in the same
/// encoding.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "JSONRPCRequest")]
pub struct Request<'a, P> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub jsonrpc: Text<'a>,
    pub method: Text<'a>,
    pub params: P,
    /// Comes back with the response; without it none does.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub id: Option<u32>,
}

impl<'a, P> Request<'a, P> {
    /// A request with an id.
    #[must_use]
    pub fn new(method: &'a str, params: P, id: u32) -> Self {
        Self { jsonrpc: VERSION.into(), method: method.into(), params, id: Some(id) }
    }
}

/// What the venue answers. For a REST call `R` is that call's whole body, so there is a result in the result; a client
/// reads it with `&RawValue` and then by what it asked, in the same encoding.
///
/// Witness:
/// `fixtures/grvt/subscribed.json`,
/// `fixtures/grvt/rpc_create_order.json`,
/// `fixtures/grvt/rpc_error.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "JSONRPCResponse", bound(deserialize = "'de: 'a, R: Deserialize<'de>"))]
pub struct Response<'a, R> {
    /// `2.0`, but empty ones have been seen.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub jsonrpc: Text<'a>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub result: Option<R>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RpcError<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub id: Option<u32>,
    /// The request's, but `subscribe` for `unsubscribe` in the specification's examples.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub method: Text<'a>,
}

impl<'a, R> Response<'a, R> {
    /// The answer to a request.
    #[must_use]
    pub fn new<P>(request: &Request<'a, P>, outcome: Result<R, RpcError<'a>>) -> Self {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: VERSION.into(), result, error, id: request.id, method: request.method.clone() }
    }
}

fn none<T>() -> Option<T> {
    None
}

/// The parameters of `subscribe` and `unsubscribe`. Selectors: [`super::selector::Topic`].
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSSubscribeParams")]
pub struct SubscribeParams<'a> {
    #[serde(borrow)]
    pub stream: Text<'a>,
    pub selectors: Vec<Text<'a>>,
    /// Sequence numbers that mean the same on all connections. Not on the pages; in the specification's source and the
    /// venue's Python client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_global_sequence_number: Option<bool>,
}

/// The result of `subscribe`. The last three lists go with `subs`.
///
/// Witness: `fixtures/grvt/subscribed.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSSubscribeResult")]
pub struct Subscribed<'a> {
    #[serde(borrow)]
    pub stream: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub subs: Vec<Text<'a>>,
    /// Also those that a new secondary part replaced.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub unsubs: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub num_snapshots: Vec<u32>,
    /// Of the first change after the snapshots.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub first_sequence_number: Vec<Quoted>,
    /// Of the last change before them. Not on the pages; in real answers.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub latest_sequence_number: Vec<Quoted>,
}

/// The result of `unsubscribe`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSUnsubscribeResult")]
pub struct Unsubscribed<'a> {
    #[serde(borrow)]
    pub stream: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub unsubs: Vec<Text<'a>>,
}

/// The result of `list_streams` and of `unsubscribe_all`.
///
/// Witness: `fixtures/grvt/list_streams.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "WSListStreamsResult")]
pub struct Streams<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub stream_reference: Vec<StreamReference<'a>>,
}

/// A stream and what is subscribed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamReference<'a> {
    #[serde(borrow)]
    pub stream: Text<'a>,
    pub selectors: Vec<Text<'a>>,
}
