//! Sockets.

use std::future::{Future, poll_fn};

use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use mm_net::{Roots, Socket};
use mm_session::{Link, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::client::{Frame, LinkSpec};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{
    WebSocketStream, accept_async, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::Request as UpgradeRequest,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::{net, servers};

/// Serves one WebSocket.
pub(crate) async fn serve<F: Future<Output = ()> + Send + 'static>(
    then: impl FnOnce(WebSocketStream<TcpStream>) -> F + Send + 'static,
) -> (LinkSpec, JoinHandle<()>) {
    let (listener, address) = servers::listen().await;
    let served = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a client");
        then(accept_async(tcp).await.expect("an upgrade")).await;
    });
    (LinkSpec::new(format!("ws://{address}/stream"), "public"), served)
}

pub(crate) async fn next(socket: &mut Socket) -> LinkMessage {
    poll_fn(|cx| socket.poll_next(cx)).await
}

fn frame(text: &str) -> LinkMessage {
    LinkMessage::Frame(Bytes::copy_from_slice(text.as_bytes()))
}

fn text(text: &str) -> Outgoing {
    Outgoing::Frame(Frame(text.to_owned()))
}

#[tokio::test]
async fn frames_and_pings_both_ways() {
    let (link, served) = serve(|mut server| async move {
        let heard = server.next().await.expect("a frame").expect("whole");
        server.send(heard).await.expect("echoed");
        server.send(Message::Ping(Bytes::from_static(b"61"))).await.expect("sent");
        server.send(Message::Binary(Bytes::from_static(b"\xff"))).await.expect("sent");
        // Our ping is answered by tungstenite as it is read; the pong to its own ping must come as well.
        let mut heard = Vec::new();
        while heard.len() < 2 {
            heard.push(server.next().await.expect("a message").expect("whole"));
        }
        let expected = [Message::Pong(Bytes::from_static(b"61")), Message::Ping(Bytes::new())];
        assert!(expected.iter().all(|message| heard.contains(message)), "{heard:?}");
        server.close(None).await.expect("closed");
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    socket.send(text("hello")).expect("room");
    assert_eq!(next(&mut socket).await, frame("hello"));
    assert_eq!(next(&mut socket).await, LinkMessage::Alive);
    socket.send(Outgoing::Ping).expect("room");
    let binary = LinkMessage::Frame(Bytes::from_static(b"\xff"));
    assert_eq!(next(&mut socket).await, binary, "the codec's to refuse");
    assert_eq!(next(&mut socket).await, LinkMessage::Alive, "the answer to our ping");
    assert!(matches!(next(&mut socket).await, LinkMessage::Closed(_)));
    served.await.expect("served");
}

#[tokio::test]
async fn the_upgrade_request_bears_the_links_fields_and_one_that_is_not_http_goes_nowhere() {
    let (listener, address) = servers::listen().await;
    let served = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a client");
        let mut cookie = None;
        #[expect(clippy::result_large_err, reason = "the library's signature")]
        let look = |request: &UpgradeRequest, response| {
            cookie = request.headers().get("cookie").map(|value| value.as_bytes().to_vec());
            Ok(response)
        };
        accept_hdr_async(tcp, look).await.expect("an upgrade");
        cookie
    });
    let mut link = LinkSpec::new(format!("ws://{address}/ws/full?a=b"), "private");
    link.headers.push("Cookie").push_str("gravity=canary");
    assert!(!format!("{link:?}").contains("canary"), "values are hidden in Debug");
    net(Roots::Public).connect(&link).await.expect("open");
    assert_eq!(served.await.expect("served").as_deref(), Some(&b"gravity=canary"[..]));

    link.headers.push("X-Other").push_str("canary\r\n");
    match net(Roots::Public).connect(&link).await {
        Err(TransportError::NotSent(why)) => {
            assert!(why.contains("X-Other") && !why.contains("canary"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_code_of_a_close_is_told() {
    let (link, served) = serve(|mut server| async move {
        let bye = CloseFrame { code: CloseCode::Away, reason: "deploy\n".into() };
        server.close(Some(bye)).await.expect("closed");
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    let expected = LinkMessage::Closed(r"closed by the other end with code 1001: 'deploy\n'".to_owned());
    assert_eq!(next(&mut socket).await, expected);
    served.await.expect("served");
}

#[tokio::test]
async fn we_say_goodbye() {
    let (link, served) = serve(|mut server| async move {
        assert!(matches!(server.next().await, Some(Ok(Message::Close(_)))));
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    poll_fn(|cx| socket.poll_close(cx)).await;
    served.await.expect("served");
}

#[tokio::test]
async fn a_cut_connection_ends_the_socket() {
    let (link, _served) = serve(|server| async move { drop(server) }).await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    assert!(matches!(next(&mut socket).await, LinkMessage::Closed(_)));
}

#[tokio::test]
async fn fault_72_what_waits_for_a_slow_reader_is_bounded() {
    let (link, served) = serve(|server| async move {
        std::future::pending::<()>().await;
        drop(server);
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    let big = "x".repeat(64 << 10);
    let refused = (0..4096).find_map(|_| {
        let refused = socket.send(text(&big)).err();
        assert!(poll_fn(|cx| socket.poll_next(cx)).now_or_never().is_none(), "nothing comes");
        refused
    });
    let why = refused.expect("256 MiB do not fit anywhere").to_string();
    assert!(why.contains("does not read") && why.len() < 200, "{why}");
    served.abort();
}

#[tokio::test]
async fn fault_79_anything_but_an_upgrade_is_refused() {
    for (status, part) in [("403 Forbidden", "403"), ("302 Found\r\nlocation: ws://127.0.0.1:1/", "302")] {
        let (url, served) = servers::http(vec![vec![servers::reply(status, "canary")]]).await;
        let link = LinkSpec::new(url.replace("http", "ws"), "public");
        match net(Roots::Public).connect(&link).await {
            Err(TransportError::NotSent(why)) => {
                assert!(why.contains(part) && !why.contains("canary"), "{why}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(served.await.expect("served").len(), 1);
    }
}

#[tokio::test]
async fn fault_78_plain_sockets_to_another_machine_are_refused_unsent() {
    for url in ["ws://192.0.2.1", "ws://example.invalid/stream"] {
        let link = LinkSpec::new(url, "public");
        match net(Roots::Public).connect(&link).now_or_never() {
            Some(Err(TransportError::NotSent(why))) => assert!(why.contains("use wss://"), "{why}"),
            other => panic!("{url}: {other:?}"),
        }
    }
}
