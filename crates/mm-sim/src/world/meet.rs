//! What a message that meets a fault is answered with.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use mm_model::Timestamp;
use mm_venues::http::Reply;

use super::travel::Travel;
use crate::{faults::Rubbish, venues::VenueRow};

/// How deep rubbish that opens and opens is: deeper than any parser may follow.
const NESTED: usize = 100_000;

/// An answer of something between client and venue.
pub(super) fn status_reply(code: u16, body: &str) -> Reply {
    let mut reply = Reply { status: code, body: Bytes::copy_from_slice(body.as_bytes()), ..Reply::default() };
    let kind = if body.trim_start().starts_with('<') { "text/html" } else { "text/plain" };
    reply.headers.push("content-type").push_str(kind);
    reply
}

/// An HTTP date so long from now.
pub(super) fn date(now: Timestamp, after_s: u64) -> String {
    let at = now + Duration::from_secs(after_s);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_nanos(at.0))
}

/// Rubbish of a kind.
pub(super) fn rubbish(of: Rubbish, travel: &mut Travel) -> Bytes {
    match of {
        Rubbish::Random => travel.noise(b' '..=b'~'),
        // 0x80 to 0xbf go on with a character that nothing began.
        Rubbish::NotUtf8 => travel.noise(0x80..=0xbf),
        Rubbish::Html => Bytes::from_static(b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
        Rubbish::Nested => Bytes::from("[".repeat(NESTED)),
    }
}

/// The venue's refusal for asking too often; until when, in seconds or as a date.
pub(super) fn rate_limit_reply(row: &VenueRow, retry_after: &str) -> Reply {
    let mut reply = Reply { status: 429, body: (row.rate_limited)(), ..Reply::default() };
    reply.headers.push("content-type").push_str("application/json; charset=utf-8");
    reply.headers.push("retry-after").push_str(retry_after);
    reply
}
