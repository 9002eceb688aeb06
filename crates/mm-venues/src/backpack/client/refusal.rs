//! The venue's no, in our words; and the answers that are no answer.
//!
//! The venue's documents and its behaviour disagree on codes, above all for signatures, so a refusal is recognised
//! by its code *and* its text. What is recognised as neither yes nor no is an unknown outcome, never a refusal.

use mm_model::{CallError, Refusal, RefusalKind, Timestamp};

use crate::{
    backpack::wire::error::{ApiError, codes},
    http::Reply,
    reading::{cut, retry_after},
};

/// What an answer that is no success means.
pub(super) fn failure(now: Timestamp, reply: &Reply) -> CallError {
    let error = serde_json::from_slice::<ApiError<'_>>(&reply.body).ok();
    if reply.status == 429 {
        return CallError::Refused(rate_limited(now, reply, error.as_ref()));
    }
    let Some(error) = error else {
        return CallError::OutcomeUnknown(format!(
            "HTTP {} without the venue's own error body",
            reply.status
        ));
    };
    // The one 5xx that is a no: order entry is closed for maintenance (OpenAPI text, August 2026).
    let closed =
        reply.status == 503 && [codes::MAINTENANCE, codes::TRADING_PAUSED].contains(&error.code.as_str());
    match refusal(&error) {
        Some(refusal) if closed || (400..500).contains(&reply.status) => CallError::Refused(refusal),
        _ => CallError::OutcomeUnknown(format!(
            "HTTP {}: {}: {}",
            reply.status,
            cut(&error.code),
            cut(&error.message)
        )),
    }
}

/// A refusal from its body; `None` when the venue says itself that it does not know what became of the request.
pub(super) fn refusal(error: &ApiError<'_>) -> Option<Refusal> {
    let kind = kind(&error.code, &error.message.to_ascii_lowercase())?;
    Some(Refusal { kind, code: cut(&error.code), message: cut(&error.message), retry_after: None })
}

/// `text` in lower case.
fn kind(code: &str, text: &str) -> Option<RefusalKind> {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // Texts first: they are more exact than the codes they come with.
    if says(&["immediately match"]) {
        return Some(RefusalKind::WouldMatch);
    }
    if says(&["request has expired", "invalid timestamp", "x-timestamp"]) {
        return Some(RefusalKind::Clock);
    }
    if says(&["signature", "x-api-key"]) {
        return Some(RefusalKind::Authentication);
    }
    if says(&["no liquidity"]) {
        return Some(RefusalKind::NoLiquidity);
    }
    if says(&["reduce only", "reduce-only", "reduceonly"]) {
        return Some(RefusalKind::NotReducing);
    }
    if says(&["duplicate client", "client id already", "clientid already"]) {
        return Some(RefusalKind::DuplicateClientId);
    }
    Some(match code {
        codes::SERVER_ERROR | codes::TIMEOUT | codes::SERVICE_UNAVAILABLE => return None,
        codes::INSUFFICIENT_FUNDS
        | codes::INSUFFICIENT_MARGIN
        | codes::INSUFFICIENT_SUPPLY
        | codes::BORROW_LIMIT
        | codes::BORROW_REQUIRES_LEND_REDEEM
        | codes::MAX_LEVERAGE_REACHED
        | codes::POSITION_LIMIT => RefusalKind::Funds,
        codes::RESOURCE_NOT_FOUND => RefusalKind::NotFound,
        codes::INVALID_CLIENT_REQUEST
        | codes::INVALID_ORDER
        | codes::INVALID_PRICE
        | codes::INVALID_QUANTITY
        | codes::INVALID_MARKET
        | codes::INVALID_SYMBOL
        | codes::INVALID_ASSET
        | codes::INVALID_RANGE => RefusalKind::InvalidOrder,
        codes::INVALID_SIGNATURE | codes::UNAUTHORIZED | codes::FORBIDDEN | codes::ACCOUNT_DEACTIVATED => {
            RefusalKind::Authentication
        }
        codes::TOO_MANY_REQUESTS => RefusalKind::RateLimited,
        codes::MAINTENANCE
        | codes::TRADING_PAUSED
        | codes::TOO_EARLY
        | codes::ACCOUNT_LIQUIDATING
        | codes::ORDER_LIMIT
        | codes::NOT_IMPLEMENTED => RefusalKind::Unavailable,
        _ => RefusalKind::Other,
    })
}

fn rate_limited(now: Timestamp, reply: &Reply, error: Option<&ApiError<'_>>) -> Refusal {
    Refusal {
        kind: RefusalKind::RateLimited,
        code: error.map_or_else(|| codes::TOO_MANY_REQUESTS.to_owned(), |e| cut(&e.code)),
        message: error.map_or_else(|| "HTTP 429".to_owned(), |e| cut(&e.message)),
        retry_after: reply.headers.get("Retry-After").and_then(|text| retry_after(now, text)),
    }
}
