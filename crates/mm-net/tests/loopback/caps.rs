//! Each cap at its boundary: what is just as long is taken, one byte more is not; and frames that are no text.

use bytes::Bytes;
use futures_util::SinkExt;
use mm_net::{
    Roots,
    caps::{BODY_LEN_MAX, FIELDS_MAX, HEAD_LEN_MAX, MESSAGE_LEN_MAX},
};
use mm_session::{LinkMessage, Transport, TransportError};
use mm_venues::http::{Method, Reply, Request};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::{net, servers, web_socket};

async fn answered_with(reply: String) -> Result<Reply, TransportError> {
    let (url, _served) = servers::http(vec![vec![reply]]).await;
    let mut request = Request::default();
    request.reset(Method::Get, "/api/v1/depth");
    net(Roots::Public).call(&url, &request).await
}

fn refused(result: Result<Reply, TransportError>, part: &str) {
    match result {
        Err(TransportError::NoReply(why)) => assert!(why.contains(part) && why.len() < 200, "{why}"),
        other => panic!("{:?} instead of no reply", other.map(|reply| reply.status)),
    }
}

#[tokio::test]
async fn fault_72_a_body_is_taken_up_to_its_cap() {
    for len in [BODY_LEN_MAX - 1, BODY_LEN_MAX] {
        let reply = answered_with(servers::reply("200 OK", &"x".repeat(len))).await.expect("within the cap");
        assert_eq!(reply.body.len(), len);
    }
    let long = "x".repeat(BODY_LEN_MAX + 1);
    refused(answered_with(servers::reply("200 OK", &long)).await, "longer than 8 MiB");
    refused(answered_with(format!("HTTP/1.1 200 OK\r\n\r\n{long}")).await, "longer than 8 MiB");
    let chunk = format!("{:x}\r\n{long}\r\n0\r\n\r\n", long.len());
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}");
    refused(answered_with(chunked).await, "longer than 8 MiB");
}

#[tokio::test]
async fn fault_72_a_head_is_taken_up_to_its_cap() {
    let head = |len: usize| {
        let fixed = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-long: \r\n\r\n";
        fixed.replace("x-long: ", &format!("x-long: {}", "x".repeat(len - fixed.len())))
    };
    for len in [HEAD_LEN_MAX - 2, HEAD_LEN_MAX - 1] {
        assert_eq!(answered_with(head(len)).await.expect("within the cap").status, 200, "{len}");
    }
    refused(answered_with(head(HEAD_LEN_MAX + 1)).await, "too large");
    let fields = |n: usize| {
        let fields: String = (1..n).map(|n| format!("x-{n}: y\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{fields}\r\n")
    };
    for n in [FIELDS_MAX - 1, FIELDS_MAX] {
        assert_eq!(answered_with(fields(n)).await.expect("within the cap").status, 200, "{n}");
    }
    refused(answered_with(fields(FIELDS_MAX + 1)).await, "too large");
}

/// What a socket says when the server sends these frames, one after the other.
async fn heard(frames: Vec<Frame>) -> LinkMessage {
    let (link, _served) = web_socket::serve(|mut server| async move {
        for frame in frames {
            let _cut_off = server.send(Message::Frame(frame)).await;
        }
        std::future::pending::<()>().await;
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    web_socket::next(&mut socket).await
}

fn text(bytes: impl Into<Bytes>, is_last: bool) -> Frame {
    Frame::message(bytes, OpCode::Data(Data::Text), is_last)
}

fn rest(bytes: impl Into<Bytes>, is_last: bool) -> Frame {
    Frame::message(bytes, OpCode::Data(Data::Continue), is_last)
}

#[tokio::test]
async fn fault_72_a_message_is_taken_up_to_its_cap() {
    let long = |len: usize| "x".repeat(len);
    for len in [MESSAGE_LEN_MAX - 1, MESSAGE_LEN_MAX] {
        match heard(vec![text(long(len), true)]).await {
            LinkMessage::Frame(frame) => assert_eq!(frame.len(), len),
            other => panic!("{other:?}"),
        }
    }
    let half = MESSAGE_LEN_MAX / 2;
    for frames in [
        vec![text(long(MESSAGE_LEN_MAX + 1), true)],
        vec![text(long(half), false), rest(long(half), false), rest("x", true)],
    ] {
        match heard(frames).await {
            LinkMessage::Closed(why) => assert!(why.contains("too long") && why.len() < 200, "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn fault_74_a_frame_that_is_no_text_is_the_codecs_to_refuse_or_ends_the_socket() {
    let binary = Frame::message(Bytes::from_static(b"\xff\x00"), OpCode::Data(Data::Binary), true);
    assert_eq!(heard(vec![binary]).await, LinkMessage::Frame(Bytes::from_static(b"\xff\x00")));
    for bad in [&b"\xff\xfe"[..], b"\xc0\x80", b"\xed\xa0\x80"] {
        match heard(vec![text(Bytes::from_static(bad), true)]).await {
            LinkMessage::Closed(why) => assert!(why.contains("UTF-8"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    // A continuation of nothing.
    assert!(matches!(heard(vec![rest("x", true)]).await, LinkMessage::Closed(_)));
}

#[tokio::test]
async fn fault_74_a_frame_that_is_cut_off_ends_the_socket() {
    let (link, _served) = web_socket::serve(|server| async move {
        // A text frame of 100 bytes, of which two come.
        let mut stream = server.into_inner();
        stream.write_all(b"\x81\x64{\"").await.expect("sent");
    })
    .await;
    let mut socket = net(Roots::Public).connect(&link).await.expect("open");
    assert!(matches!(web_socket::next(&mut socket).await, LinkMessage::Closed(_)));
}
