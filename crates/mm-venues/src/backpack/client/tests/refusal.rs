//! The venue's no, and what is neither yes nor no.

use std::time::Duration;

use mm_model::{CancelTarget, RefusalKind};

use super::*;

fn placed(status: u16, body: &str) -> CallError {
    let mut client = client();
    let ask = Ask::Place(placement(&client));
    let (next, out) = answer(&mut client, &ask, &reply(status, body.to_owned()));
    assert_eq!(out, []);
    next.unwrap_err()
}

fn refused(status: u16, code: &str, message: &str) -> Option<RefusalKind> {
    match placed(status, &format!(r#"{{"code":"{code}","message":"{message}"}}"#)) {
        CallError::Refused(refusal) => Some(refusal.kind),
        CallError::OutcomeUnknown(_) => None,
        CallError::NotSent(why) => panic!("{why}"),
    }
}

#[test]
fn every_known_refusal_has_its_kind() {
    use RefusalKind::*;
    let known = [
        (400, "INVALID_ORDER", "Order would immediately match and take", WouldMatch),
        (400, "INVALID_CLIENT_REQUEST", "Request has expired", Clock),
        (
            400,
            "INVALID_CLIENT_REQUEST",
            "Invalid timestamp: must be within 10 minutes of current time",
            Clock,
        ),
        (400, "INVALID_CLIENT_REQUEST", "Invalid signature", Authentication),
        (400, "INVALID_CLIENT_REQUEST", "Invalid X-Signature header", Authentication),
        (401, "INVALID_SIGNATURE", "", Authentication),
        (401, "UNAUTHORIZED", "Unauthorized", Authentication),
        (400, "INVALID_CLIENT_REQUEST", "Quantity decimal too long", InvalidOrder),
        (400, "INVALID_CLIENT_REQUEST", "parse request payload error: x", InvalidOrder),
        (400, "INVALID_ORDER", "Invalid order", InvalidOrder),
        (400, "INVALID_PRICE", "Price is too far from the last active price", InvalidOrder),
        (400, "INVALID_ORDER", "No liquidity for market order", NoLiquidity),
        (400, "INVALID_ORDER", "Reduce only order would not reduce", NotReducing),
        (400, "INSUFFICIENT_FUNDS", "Insufficient funds", Funds),
        (400, "INSUFFICIENT_MARGIN", "", Funds),
        (404, "RESOURCE_NOT_FOUND", "Not Found", NotFound),
        (400, "TRADING_PAUSED", "", Unavailable),
        (503, "MAINTENANCE", "", Unavailable),
        (400, "SOMETHING_NEW", "of next year", Other),
    ];
    for (status, code, message, kind) in known {
        assert_eq!(refused(status, code, message), Some(kind), "{status} {code} {message}");
    }
}

#[test]
fn fault_03_an_unknown_outcome_is_never_a_refusal() {
    assert_eq!(
        refused(503, "SERVICE_UNAVAILABLE", "Unknown error, please check your request or try again later."),
        None
    );
    assert_eq!(refused(500, "SERVER_ERROR", ""), None);
    assert_eq!(refused(500, "INVALID_ORDER", "Invalid order"), None);
    assert_eq!(refused(400, "TIMEOUT", ""), None);
    assert_eq!(refused(502, "INSUFFICIENT_FUNDS", ""), None);
    for (status, body) in
        [(502, "<html>Bad Gateway</html>"), (504, ""), (403, "<html>blocked</html>"), (301, "")]
    {
        assert!(matches!(placed(status, body), CallError::OutcomeUnknown(_)), "{status}");
    }
    for body in ["", "{}", "null", "[]", "<html>", r#"{"id":"1"}"#, "\u{0}"] {
        assert!(matches!(placed(200, body), CallError::OutcomeUnknown(_)), "200 {body}");
    }
}

#[test]
fn fault_34_a_failed_read_is_never_an_empty_list() {
    for ask in
        [Ask::Positions, Ask::Balances, Ask::OpenOrders(None), Ask::FillsSince(NOW), Ask::Markets, Ask::Time]
    {
        for (status, body) in [(500, "[]"), (200, ""), (200, "<html>"), (204, ""), (200, "{\"a\":1}x")] {
            let (next, out) = answer(&mut client(), &ask, &reply(status, body));
            assert!(matches!(next, Err(CallError::OutcomeUnknown(_))), "{ask:?} {status} {body}: {next:?}");
            assert!(out.is_empty());
        }
    }
}

#[test]
fn fault_45_too_many_requests_say_when_to_try_again() {
    let limited = |header: Option<&str>| {
        let mut reply = reply(429, r#"{"code":"TOO_MANY_REQUESTS","message":"slow down"}"#);
        if let Some(value) = header {
            reply.headers.push("retry-after").push_str(value);
        }
        match answer(&mut client(), &Ask::Positions, &reply).0 {
            Err(CallError::Refused(refusal)) if refusal.kind == RefusalKind::RateLimited => {
                refusal.retry_after
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limited(None), None);
    assert_eq!(limited(Some("7")), Some(Duration::from_secs(7)));
    // NOW is Tue, 24 Jun 2025 19:23:41.519 GMT.
    assert_eq!(limited(Some("Tue, 24 Jun 2025 19:23:45 GMT")), Some(Duration::from_millis(3_481)));
    assert_eq!(limited(Some("Tue, 24 Jun 2025 19:23:00 GMT")), Some(Duration::ZERO));
    assert_eq!(limited(Some("soon")), None);
    let html = answer(&mut client(), &Ask::Positions, &reply(429, "<html>")).0;
    assert!(matches!(html, Err(CallError::Refused(refusal)) if refusal.kind == RefusalKind::RateLimited));
}

#[test]
fn a_cancel_of_an_order_that_is_over_is_refused_as_not_found() {
    let mut client = client();
    let ask = Ask::Cancel(CancelTarget {
        market: market(&client, "SOL_USDC_PERP"),
        client_id: Some(ClientId(7)),
        venue_id: None,
    });
    let gone = reply(404, r#"{"code":"RESOURCE_NOT_FOUND","message":"Not Found"}"#);
    let (next, _) = answer(&mut client, &ask, &gone);
    assert!(matches!(next, Err(CallError::Refused(refusal)) if refusal.kind == RefusalKind::NotFound));
}

#[test]
fn the_venues_text_is_cut_to_a_sane_length() {
    let CallError::Refused(refusal) =
        placed(400, &format!(r#"{{"code":"X","message":"{}"}}"#, "y".repeat(100_000)))
    else {
        panic!()
    };
    assert_eq!(refusal.message.len(), 200);
}
