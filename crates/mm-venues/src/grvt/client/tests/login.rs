//! The session: made, renewed, lost, refused.

use mm_model::RefusalKind;

use super::*;

const FIRST_TOKEN: &str = "canary-1";

/// The cookie that a request bears.
fn cookie(out: &Outbox) -> Option<&str> {
    out.request.headers.get("Cookie")
}

#[test]
fn nothing_private_goes_out_before_the_login_and_everything_public_does() {
    let mut client = Client::new(options(Encoding::Lite)).unwrap();
    assert_eq!((client.own_ask(NOW), client.wake()), (None, None), "a cookie ends by the venue's time");
    events(&mut client, &Ask::Time, r#"{"server_time":1795000000000}"#);
    let mut headers = Headers::default();
    for (ask, may) in
        [(Ask::Time, true), (Ask::Markets, true), (Ask::Positions, false), (Ask::FillsSince(NOW), false)]
    {
        assert_eq!(client.may_encode(&ask), may, "{ask:?}");
    }
    assert!(client.upgrade(NOW, MARKET_DATA, &mut headers) && !client.upgrade(NOW, TRADES, &mut headers));
    assert_eq!(client.own_ask(NOW), Some(Ask::Login));
    assert_eq!(client.own_ask(NOW), None, "once is enough");
    let (way, out) = sent(&mut client, 1, &Ask::Login).unwrap();
    assert_eq!((way, &*out.request.path), (Way::Http, "/auth/api_key/login"));
    assert_eq!(out.request.body, br#"{"api_key":"canary-key"}"#);
    assert_eq!((cookie(&out), client.rest_url(&Ask::Login)), (Some("rm=true;"), "http://edge"));
    answer(&mut client, 1, &Ask::Login, &login_reply(FIRST_TOKEN, NOW)).0.unwrap();
    assert!(client.may_encode(&Ask::Positions));
    let (_, out) = sent(&mut client, 2, &Ask::Positions).unwrap();
    assert_eq!(cookie(&out), Some("gravity=canary-1"));
    assert_eq!(out.request.headers.get("X-Grvt-Account-Id"), Some("account-1"));
    assert!(client.upgrade(NOW, TRADES, &mut headers));
    assert_eq!(headers.get("cookie"), Some("gravity=canary-1"));
}

#[test]
fn it_is_renewed_at_four_fifths_of_its_life_and_stays_in_use_until_then() {
    let mut client = connected(Encoding::Lite);
    let due = NOW + DAY / 5 * 4;
    assert_eq!(client.wake(), Some(due));
    assert_eq!(client.own_ask(due - std::time::Duration::from_nanos(1)), None);
    assert_eq!(client.own_ask(due), Some(Ask::Login));
    let failed = CallError::OutcomeUnknown("no reply".into());
    client.failed(due, CallRef(3), &Ask::Login, &failed);
    assert!(client.may_encode(&Ask::Positions), "the old one is still good");
    let again = client.wake().unwrap();
    assert!(due < again && client.own_ask(due).is_none());
    let mut out = Vec::new();
    assert_eq!(client.own_ask(again), Some(Ask::Login));
    let told = login_reply("canary-2", again);
    assert_eq!(client.reply(again, CallRef(4), &Ask::Login, &told, &mut out), Ok(Next::Done));
    let (_, sent) = sent(&mut client, 5, &Ask::Positions).unwrap();
    assert_eq!(cookie(&sent), Some("gravity=canary-2"));
    let order = Ask::Place(placement(&client, ID));
    assert_eq!(super::sent(&mut client, 6, &order).unwrap().0, Way::Socket(TRADES), "no socket is cut");
}

/// Fault 55: what was refused for a login that had worked goes out again under the next one, the order letter by letter.
#[test]
fn an_order_that_was_refused_for_an_old_login_goes_out_again_as_it_was() {
    for encoding in Encoding::ALL {
        for refusal in [no(encoding, 401, 1000), no(encoding, 403, 2004), reply(401, "<html>")] {
            let mut client = client(encoding);
            body(&mut client, 1, &Ask::Positions);
            events(
                &mut client,
                &Ask::Positions,
                encoding.write(&wire::reply::Reply { result: Vec::<u8>::new() }),
            );
            let order = Ask::Place(placement(&client, ID));
            let first = body(&mut client, 2, &order);
            body(&mut client, 3, &Ask::Balances);
            assert_eq!(answer(&mut client, 2, &order, &refusal).0, Ok(Next::Resend));
            assert!(!client.may_encode(&order), "it waits for the login");
            assert_eq!(answer(&mut client, 3, &Ask::Balances, &refusal).0, Ok(Next::Resend), "as do others");
            log_in(&mut client, "canary-2", NOW);
            let mut out = Outbox::default();
            let later = NOW + std::time::Duration::from_secs(3);
            client.encode(later, CallRef(4), &order, &mut out).unwrap();
            assert_eq!(String::from_utf8(out.request.body.clone()).unwrap(), first);
            assert_eq!(cookie(&out), Some("gravity=canary-2"));
            // The login is fresh: now it is the key's fault.
            let (no, _) = answer(&mut client, 4, &order, &refusal);
            assert!(matches!(no, Err(CallError::Refused(no)) if no.kind == RefusalKind::Authentication));
            log_in_later(&mut client);
            assert_ne!(body(&mut client, 5, &order), first, "an order that ended is signed anew");
        }
    }
}

fn log_in_later(client: &mut Client) {
    let at = client.wake().unwrap();
    assert!(NOW < at, "a login that is good for nothing is not asked for again at once");
    log_in(client, "canary-3", at);
}

#[test]
fn an_answer_under_the_login_before_says_nothing_of_this_one() {
    let mut client = client(Encoding::Lite);
    body(&mut client, 1, &Ask::Positions);
    let due = client.wake().unwrap();
    log_in(&mut client, "canary-2", due);
    assert_eq!(answer(&mut client, 1, &Ask::Positions, &no(Encoding::Lite, 401, 1000)).0, Ok(Next::Resend));
    assert!(client.may_encode(&Ask::Positions));
}

#[test]
fn an_address_that_may_not_use_the_key_is_no_old_login() {
    let mut client = client(Encoding::Lite);
    body(&mut client, 1, &Ask::Positions);
    let (no, _) = answer(&mut client, 1, &Ask::Positions, &no(Encoding::Lite, 401, 1008));
    assert!(matches!(no, Err(CallError::Refused(no)) if no.kind == RefusalKind::Authentication));
}

#[test]
fn a_socket_answer_about_the_login_sends_the_order_another_way_and_the_socket_away() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let (first, other) = (Ask::Place(placement(&client, ID)), Ask::Place(placement(&client, ID + 1)));
        let text = by_socket(&mut client, 1, &first);
        let waiting = by_socket(&mut client, 2, &other);
        client.account.as_mut().unwrap().login.worked(client.socket_login.unwrap());
        let request: Request<'_, wire::send::CreateOrder<'_>> = encoding.read(text.as_bytes()).unwrap();
        let error = wire::error::RpcError::from(wire::error::codes::UNAUTHENTICATED);
        let answer = encoding.write(&Response::<()>::new(&request, Err(error.clone())));
        let heard = hear(&mut client, TRADES, &answer);
        assert_eq!(heard.answers[0].result, Ok(Next::Resend));
        assert_eq!(heard.closing, None, "another call waits for its answer on it");
        log_in(&mut client, "canary-2", NOW);
        let sent = body(&mut client, 3, &first);
        let again: wire::send::CreateOrder<'_> = encoding.read(sent.as_bytes()).unwrap();
        assert_eq!(again, request.params, "letter by letter, by the other way");
        let request: Request<'_, wire::send::CreateOrder<'_>> = encoding.read(waiting.as_bytes()).unwrap();
        let answer = encoding.write(&Response::<()>::new(&request, Err(error)));
        assert!(hear(&mut client, TRADES, &answer).closing.is_some());
    }
}

#[test]
fn a_socket_that_cannot_be_opened_twice_in_a_row_wants_another_login() {
    let mut client = client(Encoding::Lite);
    let mut headers = Headers::default();
    client.upgrade(NOW, TRADES, &mut headers);
    client.closed(NOW, TRADES);
    assert_eq!(client.own_ask(NOW), None, "once may be anything");
    client.closed(NOW, MARKET_DATA);
    client.upgrade(NOW, TRADES, &mut headers);
    client.closed(NOW, TRADES);
    assert!(client.may_encode(&Ask::Positions), "what is there stays in use");
    log_in(&mut client, "canary-2", NOW);
    open(&mut client, TRADES);
    client.closed(NOW, TRADES);
    client.closed(NOW, TRADES);
    assert_eq!(client.own_ask(NOW), None, "it had been open");
}

#[test]
fn a_key_that_opens_nothing_is_refused_and_what_waits_is_told() {
    let wrong_account = {
        let mut reply = login_reply(FIRST_TOKEN, NOW);
        reply.body = r#"{"status":"success","sub_account_id":"12"}"#.into();
        reply
    };
    for refusal in
        [no(Encoding::Full, 401, 1000), reply(403, ""), wrong_account, reply(200, r#"{"status":"failure"}"#)]
    {
        let mut client = stranger(options(Encoding::Lite));
        assert_eq!(client.own_ask(NOW), Some(Ask::Login));
        let (told, _) = answer(&mut client, 1, &Ask::Login, &refusal);
        assert!(matches!(told, Err(CallError::Refused(no)) if no.kind == RefusalKind::Authentication));
        assert!(client.may_encode(&Ask::Positions));
        assert!(matches!(sent(&mut client, 2, &Ask::Positions), Err(CallError::NotSent(_))));
        log_in_later(&mut client);
        assert!(sent(&mut client, 3, &Ask::Positions).is_ok());
    }
}

#[test]
fn a_login_that_fails_for_another_reason_is_tried_again_later_and_later() {
    let no_cookie = reply(200, r#"{"status":"success"}"#);
    for trouble in [reply(502, "<html>"), no_cookie, reply(200, "{"), no(Encoding::Full, 500, 1002)] {
        let mut client = stranger(options(Encoding::Lite));
        let (mut now, mut pauses) = (NOW, Vec::new());
        for n in 0..7 {
            assert_eq!(client.own_ask(now), Some(Ask::Login));
            let told = client.reply(now, CallRef(n), &Ask::Login, &trouble, &mut Vec::new());
            assert!(matches!(told, Err(CallError::OutcomeUnknown(_))), "{told:?}");
            assert!(!client.may_encode(&Ask::Positions), "it waits");
            pauses.push(client.wake().unwrap().since(now).as_secs());
            now = client.wake().unwrap();
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
    }
}

#[test]
fn secrets_are_shown_nowhere() {
    let mut client = connected(Encoding::Full);
    let options = options(Encoding::Full);
    let (_, out) = sent(&mut client, 1, &Ask::Positions).unwrap();
    let shown = format!("{client:?} {options:?} {:?}", out.request.headers);
    assert!(!shown.contains("canary"), "{shown}");
}
