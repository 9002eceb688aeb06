//! What a route answers, before it becomes an HTTP reply.

use bytes::Bytes;
use serde::Serialize;

use super::errors::Refused;
use crate::{
    backpack::wire::{Text, error::ApiError},
    http::Reply,
};

/// A route's answer: a success or the venue's no.
pub(super) type Answered = Result<Answer, Refused>;

/// A successful answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    status: u16,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    page: Option<Page>,
}

/// Which part of a list an answer holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) total: usize,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

const JSON: &str = "application/json; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

impl Answer {
    /// A JSON document.
    pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let body =
            serde_json::to_vec(value).expect("wire types have string keys and no values that can fail");
        Self { status: 200, content_type: Some(JSON), body, page: None }
    }

    /// Plain text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { status: 200, content_type: Some(PLAIN), body: text.into().into_bytes(), page: None }
    }

    /// Nothing but a status.
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, content_type: None, body: Vec::new(), page: None }
    }

    /// The same with the headers of a page.
    pub(super) const fn paged(mut self, page: Page) -> Self {
        self.page = Some(page);
        self
    }
}

/// The HTTP reply of an answer.
pub(super) fn reply(answered: Answered) -> Reply {
    let answer = answered.unwrap_or_else(|refused| {
        let code = Text::new(refused.code);
        Answer {
            status: refused.status,
            ..Answer::json(&ApiError { code, message: Text::from(refused.message) })
        }
    });
    let mut reply = Reply { status: answer.status, body: Bytes::from(answer.body), ..Reply::default() };
    if let Some(kind) = answer.content_type {
        reply.headers.push("content-type").push_str(kind);
    }
    if let Some(Page { total, limit, offset }) = answer.page {
        let limit = limit.max(1);
        let numbers = [
            ("x-page-count", total.div_ceil(limit)),
            ("x-current-page", offset / limit + 1),
            ("x-page-size", limit),
            ("x-total", total),
        ];
        for (name, number) in numbers {
            reply.headers.push(name).push_str(&number.to_string());
        }
        reply.headers.push("cache-control").push_str("no-store");
    }
    reply
}
