//! Whom we trust.

use futures_util::{SinkExt, StreamExt};
use mm_net::Roots;
use mm_session::{Link, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Method, Request},
};
use tokio_tungstenite::accept_async;

use crate::{
    net,
    servers::{Certificate, answer, certificate, reply, tls},
    web_socket::next,
};

fn request() -> Request {
    let mut request = Request::default();
    request.reset(Method::Get, "/api/v1/time");
    request
}

#[tokio::test]
async fn the_right_authority_is_trusted() {
    let (address, authority, served) = tls(certificate("localhost", 2120), |mut stream| async move {
        answer(&mut stream, vec![reply("200 OK", "1"), reply("200 OK", "2")], &mut Vec::new()).await;
    })
    .await;
    let net = net(Roots::Only(authority));
    for body in ["1", "2"] {
        let url = format!("https://localhost:{}", address.port());
        assert_eq!(&net.call(&url, &request()).await.expect("answered").body[..], body.as_bytes());
    }
    served.await.expect("served");
}

#[tokio::test]
async fn sockets_too() {
    let (address, authority, served) = tls(certificate("localhost", 2120), |stream| async move {
        let mut server = accept_async(stream).await.expect("an upgrade");
        let heard = server.next().await.expect("a frame").expect("whole");
        server.send(heard).await.expect("echoed");
    })
    .await;
    let link = LinkSpec::new(format!("wss://localhost:{}", address.port()), "private");
    let mut socket = net(Roots::Only(authority)).connect(&link).await.expect("open");
    socket.send(Outgoing::Frame(Frame("hello".to_owned()))).expect("room");
    assert_eq!(next(&mut socket).await, LinkMessage::Frame("hello".into()));
    served.await.expect("served");
}

/// Connects to `localhost` with `roots` (`None`: the right ones) and expects no trust, by call and by socket.
async fn refused(certificate: impl Fn() -> Certificate, roots: Option<Roots>, part: &str) {
    for socket in [false, true] {
        let (address, authority, served) = tls(certificate(), |_| async { panic!("trusted") }).await;
        let net = net(roots.clone().unwrap_or(Roots::Only(authority)));
        let error = if socket {
            let link = LinkSpec::new(format!("wss://localhost:{}", address.port()), "private");
            net.connect(&link).await.map(|_| ()).expect_err("no trust")
        } else {
            let url = format!("https://localhost:{}", address.port());
            net.call(&url, &request()).await.map(|_| ()).expect_err("no trust")
        };
        match error {
            TransportError::NotSent(why) => assert!(why.contains(part), "{why}"),
            other @ TransportError::NoReply(_) => panic!("{other}"),
        }
        served.await.expect("nothing was served");
    }
}

#[tokio::test]
async fn fault_78_nobody_else_is() {
    let good = || certificate("localhost", 2120);
    refused(good, Some(Roots::Public), "UnknownIssuer").await;
    refused(good, Some(Roots::Only(good().authority)), "BadSignature").await;
    refused(|| certificate("other.example", 2120), None, "not valid for name").await;
    refused(|| certificate("localhost", 2020), None, "expired").await;
}
