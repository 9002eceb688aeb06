//! What a route answers, before it becomes an HTTP reply.

use bytes::Bytes;
use serde::Serialize;

use super::errors::Refused;
use crate::{
    http::Reply,
    lighter::wire::{Text, error::ApiError},
};

/// A route's answer: a JSON document or the venue's no.
pub(super) type Answered = Result<Bytes, Refused>;

/// A JSON document.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Bytes {
    Bytes::from(serde_json::to_vec(value).expect("wire types have string keys and no values that can fail"))
}

/// The HTTP reply of an answer.
pub(super) fn reply(answered: Answered) -> Reply {
    let (status, body) = match answered {
        Ok(body) => (200, body),
        Err(Refused { status, code, message }) => {
            (status, json(&ApiError { code, message: Some(Text::from(message)) }))
        }
    };
    let mut reply = Reply { status, body, ..Reply::default() };
    reply.headers.push("content-type").push_str("application/json; charset=utf-8");
    reply
}
