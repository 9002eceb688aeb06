//! The venue's no, in our words; and the answers that are no answer.
//!
//! What is recognised as neither yes nor no is an unknown outcome, never a refusal.

use std::time::Duration;

use mm_model::{Refusal, RefusalKind, Timestamp};

pub(super) use crate::said::Said;
use crate::{
    http::Reply,
    lighter::wire::error::{ApiError, Code, codes},
    reading::{cut, retry_after},
};

/// HTTP's word for "too many requests".
const TOO_MANY_REQUESTS: u16 = 429;
/// What the firewall in front of the venue says to an address that it has blocked, for about a minute (df-lighter-core,
/// `limit.rs`).
const BLOCKED: u16 = 405;
const BLOCKED_FOR: Duration = Duration::from_secs(60);
/// HTTP's words for a login that is not taken.
const NOT_LET_IN: [u16; 2] = [401, 403];

/// What an HTTP reply says. Every body of the venue has a code.
pub(super) fn said(now: Timestamp, reply: &Reply) -> Said {
    let body = serde_json::from_slice::<ApiError<'_>>(&reply.body).ok();
    let told = body.as_ref().map(|body| (body.code, body.message.as_deref().unwrap_or_default()));
    let pause = match reply.status {
        TOO_MANY_REQUESTS => reply.headers.get("Retry-After").and_then(|text| retry_after(now, text)),
        BLOCKED => Some(BLOCKED_FOR),
        _ => None,
    };
    if [TOO_MANY_REQUESTS, BLOCKED].contains(&reply.status) {
        let http = format!("HTTP {}", reply.status);
        let (code, message) = told.unwrap_or((0, &http));
        let refusal = Refusal {
            kind: RefusalKind::RateLimited,
            code: if code == 0 { reply.status.to_string() } else { code.to_string() },
            message: cut(message),
            retry_after: pause,
        };
        return Said::No { code, refusal };
    }
    let Some((code, message)) = told else {
        return Said::Nothing(format!("HTTP {} without the venue's own body", reply.status));
    };
    let success = (200..300).contains(&reply.status);
    if success && code == codes::OK {
        return Said::Yes;
    }
    let said = no(code, message);
    match said {
        Said::No { code, refusal } if NOT_LET_IN.contains(&reply.status) => {
            Said::No { code, refusal: Refusal { kind: RefusalKind::Authentication, ..refusal } }
        }
        Said::No { .. } if success || (400..500).contains(&reply.status) => said,
        _ => Said::Nothing(format!("HTTP {}: {code}: {}", reply.status, cut(message))),
    }
}

/// A code that is not success. Some say that the venue itself does not know what became of the request.
pub(super) fn no(code: u32, message: &str) -> Said {
    match kind(code, &message.to_ascii_lowercase()) {
        Some(kind) => {
            let refusal = Refusal { kind, code: code.to_string(), message: cut(message), retry_after: None };
            Said::No { code, refusal }
        }
        None => Said::Nothing(format!("{code}: {}", cut(message))),
    }
}

/// The engine's no in words alone, as a transaction's event tells it: the table's text, or a code in front of it.
pub(super) fn engine_no(text: &str) -> Refusal {
    let told = serde_json::from_str::<ApiError<'_>>(text).ok();
    let by_text = || codes::ALL.iter().find(|code| code.text.eq_ignore_ascii_case(text.trim()));
    let code = told.as_ref().map(|told| told.code).or_else(|| by_text().map(|code| code.number));
    let message = told.as_ref().and_then(|told| told.message.as_deref()).unwrap_or(text);
    let number = code.unwrap_or(0);
    // Said of a transaction that is over: even "internal error" is an end here.
    let kind = kind(number, &message.to_ascii_lowercase()).unwrap_or(RefusalKind::Other);
    Refusal { kind, code: number.to_string(), message: cut(message), retry_after: None }
}

/// Whether a code says that the nonce was not the one whose turn it was.
pub(super) fn is_out_of_turn(code: u32) -> bool {
    [codes::INVALID_NONCE, codes::NON_INCREASING_NONCE].iter().any(|known| is(code, known))
}

/// Whether a code refuses a batch before any of it is looked at. Any other one may be about the third of five.
pub(super) fn is_of_whole_batch(code: u32) -> bool {
    const WHOLE: [Code; 5] = [
        codes::BATCH_MULTIPLE_OWNERS,
        codes::BATCH_LENGTH_MISMATCH,
        codes::BATCH_TOO_LONG,
        codes::TOO_MANY_REQUESTS,
        codes::INVALID_PARAM,
    ];
    code == 0 || WHOLE.iter().any(|known| is(code, known))
}

pub(super) fn is(code: u32, known: &Code) -> bool {
    code == known.number
}

/// Whether a no is about who we are.
pub(super) fn is_about_token(code: u32, message: &str) -> bool {
    kind(code, &message.to_ascii_lowercase()) == Some(RefusalKind::Authentication)
}

/// `text` in lower case. The numbers are the venue's table (`fixtures/lighter/error-codes.tsv`).
fn kind(code: u32, text: &str) -> Option<RefusalKind> {
    Some(match code {
        29_500 | 29_501 => return None,
        21_728 => RefusalKind::DuplicateClientId,
        21_111 | 21_301 | 21_304 | 21_305 | 21_507 | 21_508 | 21_723 | 21_739 => RefusalKind::Funds,
        21_500 | 21_600 | 21_614 | 21_700 | 21_707..=21_709 | 21_715 | 29_404 => RefusalKind::NotFound,
        21_732 | 21_738 => RefusalKind::NotReducing,
        21_100..=21_103 | 21_107..=21_110 | 21_120 | 21_136 => RefusalKind::Authentication,
        21_506 | 23_000..=23_004 | 30_009 | 30_010 => RefusalKind::RateLimited,
        21_112 | 21_122 | 21_601 | 21_605 | 21_712 | 21_717..=21_722 => RefusalKind::Unavailable,
        // "Invalid param" is also what a token is refused with: the table has no code for that.
        20_001 if text.contains("auth") => RefusalKind::Authentication,
        20_001
        | 21_113
        | 21_300
        | 21_501
        | 21_602
        | 21_603
        | 21_613
        | 21_615
        | 21_618
        | 21_621
        | 21_701..=21_706
        | 21_710
        | 21_711
        | 21_713
        | 21_714
        | 21_727
        | 21_729
        | 21_733..=21_737
        | 21_740..=21_744 => RefusalKind::InvalidOrder,
        _ if ["auth", "signature", "token"].iter().any(|word| text.contains(word)) => {
            RefusalKind::Authentication
        }
        _ => RefusalKind::Other,
    })
}
