//! Every code of the venue's list, as a refusal or as nothing.

use mm_model::RefusalKind;
use wire::error::codes;

use super::*;
use crate::{
    grvt::client::refusal::{engine_no, error_says, said},
    said::Said,
};

/// What a code comes to over HTTP: the kind of the no, or nothing.
fn kind(encoding: Encoding, status: u16, code: u32) -> Option<RefusalKind> {
    match said(NOW, encoding, &no(encoding, status, code)) {
        Said::No { refusal, .. } => Some(refusal.kind),
        Said::Nothing(_) => None,
        Said::Yes => panic!("{status} {code} is no yes"),
    }
}

#[test]
fn codes_are_refusals_of_their_kinds() {
    use RefusalKind::{
        Authentication, Clock, DuplicateClientId, Funds, InvalidOrder, NotFound, NotReducing, Other,
        RateLimited, Unavailable,
    };
    for (status, code, expected) in [
        (401, 1000, Some(Authentication)),
        (403, 1001, Some(Authentication)),
        (500, 1002, None),
        (400, 1003, Some(InvalidOrder)),
        (404, 1004, Some(NotFound)),
        (500, 1005, None),
        (429, 1006, Some(RateLimited)),
        (401, 1008, Some(Authentication)),
        (503, 1009, Some(Unavailable)),
        (403, 1400, Some(Authentication)),
        (403, 2001, Some(Clock)),
        (403, 2002, Some(Authentication)),
        (403, 2008, Some(Clock)),
        (400, 2012, Some(DuplicateClientId)),
        (400, 2064, Some(InvalidOrder)),
        (400, 2080, Some(Funds)),
        (429, 2090, Some(RateLimited)),
        (400, 2400, Some(NotReducing)),
        (400, 2450, Some(Other)),
        (400, 3000, Some(Unavailable)),
        (500, 3004, None),
        (400, 7304, Some(Unavailable)),
        // On no page.
        (400, 9999, None),
        (418, 2064, Some(InvalidOrder)),
        (502, 2064, None),
    ] {
        for encoding in Encoding::ALL {
            assert_eq!(kind(encoding, status, code), expected, "{status} {code}");
        }
    }
}

/// By socket there is no status: the code alone says the same.
#[test]
fn every_code_that_has_a_name_says_the_same_both_ways() {
    for code in codes::ALL {
        let by_http = kind(Encoding::Full, code.status, code.number);
        let by_socket = match error_says(&wire::error::RpcError::from(*code)) {
            Said::No { refusal, .. } => Some(refusal.kind),
            _ => None,
        };
        assert_eq!(by_http, by_socket, "{code:?}");
        assert_eq!(by_http.is_none(), [1002, 1005].contains(&code.number), "{code:?}");
    }
}

#[test]
fn bodies_that_are_not_the_venues_say_nothing_but_too_many_and_not_logged_in() {
    let check = |status, body: &'static str| said(NOW, Encoding::Lite, &reply(status, body));
    for (status, body) in [(400, "<html>"), (404, ""), (502, "{}"), (302, ""), (403, "{\"c\":\"x\"}")] {
        assert!(matches!(check(status, body), Said::Nothing(_)), "{status} {body}");
    }
    let mut limited = reply(429, "slow down");
    limited.headers.push("retry-after").push('2');
    let Said::No { refusal, .. } = said(NOW, Encoding::Lite, &limited) else { panic!() };
    assert_eq!(refusal.retry_after, Some(std::time::Duration::from_secs(2)));
    assert!(matches!(check(401, "<html>"), Said::No { code: 1000, .. }));
    // What stands in front of the venue writes full names.
    let full = no(Encoding::Full, 400, 2064);
    assert!(matches!(said(NOW, Encoding::Lite, &full), Said::No { code: 2064, .. }));
}

#[test]
fn the_engines_words_have_kinds() {
    for (word, expected) in [
        ("FAIL_POST_ONLY", RefusalKind::WouldMatch),
        ("BELOW_MARGIN", RefusalKind::Funds),
        ("OVERLAPPING_CLIENT_ORDER_ID", RefusalKind::DuplicateClientId),
        ("FAIL_REDUCE_ONLY", RefusalKind::NotReducing),
        ("IOC_CANCEL", RefusalKind::NoLiquidity),
        ("NO_TRADE_PERMISSION", RefusalKind::Authentication),
        ("EXCEED_MAX_SIGNATURE_EXPIRATION", RefusalKind::Clock),
        ("INSTRUMENT_DEACTIVATED", RefusalKind::Unavailable),
        ("INVALID_ORDER_TYPE", RefusalKind::InvalidOrder),
        ("CLIENT_CANCEL", RefusalKind::Other),
        ("SOMETHING_NEW", RefusalKind::Other),
    ] {
        let refusal = engine_no(&word.into());
        assert_eq!((refusal.kind, &*refusal.code), (expected, word));
    }
}
