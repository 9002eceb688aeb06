//! The session's cookie, and what of a login must not be told.

use mm_model::Timestamp;
use proptest::prelude::*;

use crate::grvt::wire::login::{ApiKeyLogin, CookieError, SessionCookie, token_of};

/// `Mon, 23 Nov 2026 23:00:00 GMT`.
const UNTIL: Timestamp = Timestamp(1_795_474_800_000_000_000);

#[test]
fn the_header_is_as_the_venues_client_parses_it() {
    let cookie = SessionCookie { token: "abc.DEF==", expires: UNTIL };
    let header = cookie.header();
    assert_eq!(header, "gravity=abc.DEF==; Expires=Mon, 23 Nov 2026 23:00:00 GMT; Path=/; HttpOnly");
    assert_eq!(SessionCookie::parse(&header), Ok(cookie.clone()));
    assert_eq!(cookie.request_header(), "gravity=abc.DEF==");
}

#[test]
fn other_attributes_and_other_orders_are_taken() {
    let expected = Ok(SessionCookie { token: "x", expires: UNTIL });
    for header in [
        "gravity=x; Path=/; Domain=grvt.io; Max-Age=86400; HttpOnly; Secure; SameSite=None; Expires=Mon, 23 Nov 2026 23:00:00 GMT",
        "gravity=x;expires=Mon, 23 Nov 2026 23:00:00 GMT",
        " gravity = x ; EXPIRES = Mon, 23 Nov 2026 23:00:00 GMT ; ; =; x=y=z",
    ] {
        assert_eq!(SessionCookie::parse(header), expected, "{header}");
    }
}

#[test]
fn what_is_no_session_is_refused() {
    let date = "Expires=Mon, 23 Nov 2026 23:00:00 GMT";
    let check = |header: &str, error| assert_eq!(SessionCookie::parse(header), Err(error), "{header}");
    check("", CookieError::NotOurs);
    check(&format!("rm=true; {date}"), CookieError::NotOurs);
    check(&format!("xgravity=x; {date}"), CookieError::NotOurs);
    check(&format!("gravity; {date}"), CookieError::NotOurs);
    check(&format!("gravity=; {date}"), CookieError::Empty);
    check("gravity=x", CookieError::Expires);
    check("gravity=x; Expires=", CookieError::Expires);
    check("gravity=x; Expires=Mon, 23-Nov-2026 23:00:00 GMT", CookieError::Expires);
    check("gravity=x; Expires=Tue, 23 Nov 2026 23:00:00 GMT", CookieError::Expires);
    check("gravity=x; Expires=Mon, 23 Nov 2026 23:00:00 UTC", CookieError::Expires);
    check("gravity=x; Expires=Monday, 23-Nov-26 23:00:00 GMT", CookieError::Expires);
    check("gravity=x; Expires=Mon Nov 23 23:00:00 2026", CookieError::Expires);
    check("gravity=x; Expires=2026-11-23T23:00:00Z", CookieError::Expires);
}

#[test]
fn the_token_is_found_among_other_cookies() {
    assert_eq!(token_of("gravity=x"), Some("x"));
    assert_eq!(token_of("rm=true; gravity=x=y ; a=b"), Some("x=y"));
    assert_eq!(token_of("rm=true; gravityx=x; xgravity=y"), None);
    assert_eq!(token_of(""), None);
}

#[test]
fn secrets_are_not_shown() {
    let login = ApiKeyLogin { api_key: "2sEcReT".into() };
    let cookie = SessionCookie { token: "2sEcReT", expires: UNTIL };
    for shown in [format!("{login:?}"), format!("{cookie:?}")] {
        assert!(!shown.contains("2sEcReT") && shown.contains("***"), "{shown}");
    }
}

proptest! {
    #[test]
    fn any_end_comes_back_to_the_second(seconds in 0..10_000_000_000u64, nanos in 0..1_000_000_000u64, token in "[!#-+--:<-~]{1,99}") {
        let expires = Timestamp(seconds * 1_000_000_000 + nanos);
        let header = SessionCookie { token: &token, expires }.header();
        let whole = Timestamp(seconds * 1_000_000_000);
        prop_assert_eq!(SessionCookie::parse(&header), Ok(SessionCookie { token: &token, expires: whole }));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,99}") {
        let _ = (SessionCookie::parse(&text), token_of(&text));
    }
}
