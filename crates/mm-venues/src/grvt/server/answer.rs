//! What a call answers, before it becomes an HTTP reply or a frame of a socket.

use bytes::Bytes;

use super::errors::Refused;
use crate::{grvt::wire::Encoding, http::Reply};

/// A call's answer: a whole JSON document in the encoding that was asked for, or the venue's no.
pub(super) type Answered = Result<Bytes, Refused>;

/// An answer on its way out by HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) encoding: Encoding,
    pub(super) answered: Answered,
    /// Names and values of header fields besides the content type.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Outgoing {
    /// An answer that needs no header fields of its own.
    pub(super) const fn plain(encoding: Encoding, answered: Answered) -> Self {
        Self { encoding, answered, headers: Vec::new() }
    }
}

/// The HTTP reply of an answer.
pub(super) fn reply(answer: Outgoing) -> Reply {
    let (status, body) = match answer.answered {
        Ok(body) => (200, body),
        Err(refused) => (refused.status, refused.body(answer.encoding)),
    };
    let mut reply = Reply { status, body, ..Reply::default() };
    reply.headers.push("Content-Type").push_str("application/json");
    for (name, value) in answer.headers {
        reply.headers.push(name).push_str(&value);
    }
    reply
}
