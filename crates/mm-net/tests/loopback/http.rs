//! Calls.

use std::time::Duration;

use futures_util::FutureExt;
use mm_core::Clock;
use mm_net::Roots;
use mm_session::{Transport, TransportError};
use mm_venues::http::{Method, Reply, Request};

use crate::{
    net,
    servers::{self, reply},
};

fn request() -> Request {
    let mut request = Request::default();
    request.reset(Method::Post, "/api/v1/order");
    request.headers.push("X-Signature").push_str("canary");
    request.body.extend_from_slice(br#"{"symbol":"SOL_USDC_PERP"}"#);
    request
}

fn no_reply(result: Result<Reply, TransportError>, part: &str) {
    match result {
        Err(TransportError::NoReply(why)) => {
            assert!(why.contains(part) && !why.contains("canary") && !why.contains("SOL"), "{why}");
        }
        other => panic!("{other:?} instead of no reply"),
    }
}

#[tokio::test]
async fn a_call_and_the_next_on_the_same_connection() {
    let (url, served) = servers::http(vec![vec![
        "HTTP/1.1 202 Accepted\r\nRetry-After: 3\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n".to_owned(),
    ]])
    .await;
    let net = net(Roots::Public);
    let first = net.call(&url, &request()).await.expect("answered");
    assert_eq!(
        (first.status, &first.body[..], first.headers.get("retry-after")),
        (202, &b"{}"[..], Some("3"))
    );
    let mut query = Request::default();
    query.reset(Method::Get, "/api/v1/depth");
    query.query.push_str("symbol=SOL_USDC");
    let second = net.call(&url, &query).await.expect("answered");
    assert_eq!((second.status, &second.body[..]), (200, &b"onetwo"[..]));

    let seen = served.await.expect("served");
    let host = url.strip_prefix("http://").expect("plain");
    let expected = format!(
        "POST /api/v1/order HTTP/1.1\r\nhost: {host}\r\nx-signature: canary\r\ncontent-length: 26\r\n\r\n\
         {{\"symbol\":\"SOL_USDC_PERP\"}}"
    );
    assert_eq!(seen[0], expected);
    assert!(seen[1].starts_with("GET /api/v1/depth?symbol=SOL_USDC HTTP/1.1\r\n"), "{}", seen[1]);
}

/// The server may close an idle connection at any time; a request must not be lost, nor sent twice, for that.
#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced() {
    let one = || vec![reply("200 OK", "ok")];
    let (url, served) = servers::http(vec![one(), one(), one()]).await;
    let net = net(Roots::Public);
    for _ in 0..3 {
        assert_eq!(net.call(&url, &request()).await.expect("answered").status, 200);
        Clock::system().sleep(Duration::from_millis(50)).await; // Until the close has travelled.
    }
    assert_eq!(served.await.expect("served").len(), 3);
}

#[tokio::test]
async fn a_request_that_was_read_is_never_sent_again() {
    let (url, served) = servers::http(vec![vec![reply("200 OK", ""), String::new()], vec![]]).await;
    let net = net(Roots::Public);
    net.call(&url, &request()).await.expect("answered");
    no_reply(net.call(&url, &request()).await, "connection");
    drop(
        tokio::net::TcpStream::connect(url.strip_prefix("http://").expect("plain"))
            .await
            .expect("ends the server"),
    );
    assert_eq!(served.await.expect("served").len(), 2);
}

#[tokio::test]
async fn half_a_reply_is_no_reply() {
    for half in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"id\"",
        "HTTP/1.1 200",
        "",
        "<html>canary</html>\r\n\r\n",
    ] {
        let (url, _served) = servers::http(vec![vec![half.to_owned()]]).await;
        no_reply(net(Roots::Public).call(&url, &request()).await, "");
    }
}

#[tokio::test]
async fn nobody_there_is_not_sent() {
    let (listener, address) = servers::listen().await;
    drop(listener);
    let result = net(Roots::Public).call(&format!("http://{address}"), &request()).await;
    assert!(matches!(result, Err(TransportError::NotSent(_))), "{result:?}");
}

/// Our signature is for nobody else: whoever stands where a redirect leads is not even connected to.
#[tokio::test]
async fn fault_79_a_redirect_is_an_answer_like_any_other() {
    let (other, address) = servers::listen().await;
    for (status, to) in [
        ("301 Moved Permanently", format!("http://{address}/")),
        ("302 Found", format!("http://{address}/")),
        ("303 See Other", format!("http://{address}/")),
        ("307 Temporary Redirect", "/other".to_owned()),
        ("308 Permanent Redirect", format!("//{address}/")),
    ] {
        let elsewhere = format!("HTTP/1.1 {status}\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        let (url, served) = servers::http(vec![vec![elsewhere]]).await;
        let answer = net(Roots::Public).call(&url, &request()).await.expect("answered");
        assert_eq!(
            (answer.status, answer.headers.get("location")),
            (status[..3].parse().unwrap(), Some(&*to))
        );
        assert_eq!(served.await.expect("served").len(), 1);
    }
    assert!(other.accept().now_or_never().is_none(), "nobody came");
}

/// Refused at the first poll, before anything could have been looked up or connected.
#[tokio::test]
async fn fault_78_plain_http_to_another_machine_is_refused_unsent() {
    for url in ["http://192.0.2.1", "http://example.invalid", "http://localhost.example.invalid:80"] {
        match net(Roots::Public).call(url, &request()).now_or_never() {
            Some(Err(TransportError::NotSent(why))) => assert!(why.contains("use https://"), "{why}"),
            other => panic!("{url}: {other:?}"),
        }
    }
}
