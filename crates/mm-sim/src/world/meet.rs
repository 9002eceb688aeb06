//! What a message that meets a fault is answered with.

use bytes::Bytes;
use mm_venues::http::Reply;

use crate::venues::VenueRow;

/// An answer of something between client and venue.
pub(super) fn status_reply(code: u16, body: &str) -> Reply {
    let mut reply = Reply { status: code, body: Bytes::copy_from_slice(body.as_bytes()), ..Reply::default() };
    let kind = if body.trim_start().starts_with('<') { "text/html" } else { "text/plain" };
    reply.headers.push("content-type").push_str(kind);
    reply
}

/// The venue's refusal for asking too often, with the time to wait.
pub(super) fn rate_limit_reply(row: &VenueRow, retry_after_s: u64) -> Reply {
    let mut reply = Reply { status: 429, body: (row.rate_limited)(), ..Reply::default() };
    reply.headers.push("content-type").push_str("application/json; charset=utf-8");
    *reply.headers.push("retry-after") = retry_after_s.to_string();
    reply
}
