//! The venue's no, in our words; and the answers that are no answer.

use mm_model::{Refusal, RefusalKind, Timestamp};

use crate::{
    grvt::wire::{
        Encoding, OrderRejectReason,
        error::{ApiError, RpcError, codes},
    },
    http::Reply,
    reading::{cut, retry_after},
    said::Said,
};

/// HTTP's word for "too many requests".
const TOO_MANY_REQUESTS: u16 = 429;
/// HTTP's word for "log in first".
const NOT_LOGGED_IN: u16 = 401;

/// What an HTTP reply says. Its body has a code only when it is a no.
pub(super) fn said(now: Timestamp, encoding: Encoding, reply: &Reply) -> Said {
    if (200..300).contains(&reply.status) {
        return Said::Yes;
    }
    // What stands in front of the venue's own interface knows nothing of encodings.
    let body = [encoding, Encoding::Full]
        .into_iter()
        .find_map(|encoding| encoding.read::<ApiError<'_>>(&reply.body).ok());
    let told = body.as_ref().map(|body| (body.code, body.message.as_str()));
    match (reply.status, told) {
        (TOO_MANY_REQUESTS, told) => {
            let pause = reply.headers.get("Retry-After").and_then(|text| retry_after(now, text));
            let (code, message) = told.unwrap_or((0, "HTTP 429"));
            let said = refuse(RefusalKind::RateLimited, code, message);
            match said {
                Said::No { code, refusal } => {
                    Said::No { code, refusal: Refusal { retry_after: pause, ..refusal } }
                }
                said => said,
            }
        }
        (NOT_LOGGED_IN, told) => {
            let (code, message) = told.unwrap_or((codes::UNAUTHENTICATED.number, "HTTP 401"));
            refuse(RefusalKind::Authentication, code, message)
        }
        (400..500, Some((code, message))) => no(code, message),
        (503, Some((code, message))) if code == codes::SWITCHED_OFF.number => no(code, message),
        (status, Some((code, message))) => Said::Nothing(format!("HTTP {status}: {code}: {}", cut(message))),
        (status, None) => Said::Nothing(format!("HTTP {status} without the venue's own body")),
    }
}

/// What an error on a socket says.
pub(super) fn error_says(error: &RpcError<'_>) -> Said {
    no(error.code, &error.message)
}

/// Whether a no is about the login, so that another one may help.
pub(super) fn is_about_login(said: &Said) -> bool {
    matches!(said, Said::No { code, .. }
        if [codes::UNAUTHENTICATED, codes::SESSION_KEY_EXPIRED].iter().any(|known| known.number == *code))
}

/// Whether a code refuses a bulk request before any of its orders is looked at. Any other one may be about the third of
/// five.
pub(super) fn is_of_whole_bulk(code: u32) -> bool {
    matches!(code, 0 | 1000..=1012 | 1400 | 2233..=2237 | 2413 | 3020)
}

fn no(code: u32, message: &str) -> Said {
    match kind(code) {
        Some(kind) => refuse(kind, code, message),
        None => Said::Nothing(format!("{code}: {}", cut(message))),
    }
}

fn refuse(kind: RefusalKind, code: u32, message: &str) -> Said {
    let refusal = Refusal { kind, code: code.to_string(), message: cut(message), retry_after: None };
    Said::No { code, refusal }
}

/// The venue's codes (API reference at eed18e5; those from 7201 on are ccxt's). `None` for those by which the venue says
/// that it does not know itself, and for those that are on no page.
fn kind(code: u32) -> Option<RefusalKind> {
    Some(match code {
        1000 | 1001 | 1008 | 1012 | 1400 | 2000 | 2002..=2007 => RefusalKind::Authentication,
        2001 | 2008 => RefusalKind::Clock,
        1004 => RefusalKind::NotFound,
        1006 | 2090 => RefusalKind::RateLimited,
        1009 | 2060 | 2061 | 3000 | 7304 => RefusalKind::Unavailable,
        2012 => RefusalKind::DuplicateClientId,
        2080..=2084 => RefusalKind::Funds,
        2400..=2402 => RefusalKind::NotReducing,
        1003
        | 1101..=1103
        | 2010
        | 2011
        | 2020
        | 2021
        | 2030..=2032
        | 2040..=2042
        | 2050
        | 2051
        | 2062..=2067
        | 2100..=2105
        | 2107
        | 2108
        | 2110..=2117
        | 2233..=2237
        | 2300
        | 2301
        | 2413
        | 3001
        | 3011
        | 3013
        | 3020
        | 3021
        | 3030
        | 3031
        | 3040..=3042
        | 6000
        | 7201 => RefusalKind::InvalidOrder,
        // Listed for orders without a word on what they mean.
        2070 | 2222 | 2232 | 2238..=2246 | 2450..=2453 | 7500..=7504 => RefusalKind::Other,
        _ => return None,
    })
}

/// Why the engine threw an order out.
pub(super) fn engine_no(reason: &OrderRejectReason) -> Refusal {
    use OrderRejectReason as R;
    let kind = match reason {
        R::FailPostOnly => RefusalKind::WouldMatch,
        R::BelowMargin
        | R::BelowMarginWithPenaltyDeviation
        | R::InsufficientBalance
        | R::ExceedMaxPositionSize => RefusalKind::Funds,
        R::OverlappingClientOrderId => RefusalKind::DuplicateClientId,
        R::FailReduceOnly | R::ReduceOnlyLimit => RefusalKind::NotReducing,
        R::IocCancel | R::FokCancel | R::AonCancel | R::MarketCancel => RefusalKind::NoLiquidity,
        R::Unauthorised
        | R::SessionKeyExpired
        | R::SubAccountNotFound
        | R::NoTradePermission
        | R::InvalidChainId => RefusalKind::Authentication,
        R::ExceedMaxSignatureExpiration | R::Expired => RefusalKind::Clock,
        R::InstrumentInvalid | R::InstrumentDeactivated | R::SystemFailover | R::Liquidation => {
            RefusalKind::Unavailable
        }
        R::TooManyMakerOrders => RefusalKind::RateLimited,
        R::UnsupportedTimeInForce
        | R::MultiLeggedOrder
        | R::MarketOrderWithLimitPrice
        | R::InvalidOrderType
        | R::CurrencyNotDefined
        | R::TradePriceWorseThanBankruptcyPrice
        | R::SpotOrderNotSupported
        | R::ReduceOnlyNotSupportedForSpotOrder
        | R::TpslNotSupportedForSpotOrder => RefusalKind::InvalidOrder,
        _ => RefusalKind::Other,
    };
    let word = cut(reason.as_str());
    Refusal { kind, code: word.clone(), message: word, retry_after: None }
}
