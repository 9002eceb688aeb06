//! One HTTP/1.1 connection, driven by whoever waits for its reply.
//!
//! hyper splits a connection into a sender and a future that moves the bytes. The usual way gives that future a task;
//! here the call polls both, which saves two wake-ups on every order. An idle connection is polled by nobody; whether
//! the server closed it meanwhile is seen when it is picked up again.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Request, Response, client::conn::http1};
use hyper_util::rt::TokioIo;

use crate::{
    caps::{BODY_LEN_MAX, HEAD_LEN_MAX},
    stream::Stream,
};

/// Why there is no reply.
pub(crate) enum Failed {
    /// The connection ended before it took the request: given back, certainly unsent.
    Unsent(Box<Request<Full<Bytes>>>, String),
    /// The request left, whole or in part.
    Sent(String),
}

/// One HTTP/1.1 connection.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    /// Moves the bytes; `None` once that has ended.
    bytes: Option<Bytewise>,
}

type Bytewise = Pin<Box<http1::Connection<TokioIo<Stream>, Full<Bytes>>>>;

impl Connection {
    /// Speaks HTTP on a fresh stream. Sends nothing yet.
    ///
    /// # Errors
    /// hyper's words.
    pub(crate) async fn new(stream: Stream) -> Result<Self, String> {
        let mut builder = http1::Builder::new();
        builder.max_header_size(HEAD_LEN_MAX);
        let (sender, bytes) =
            builder.handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        Ok(Self { sender, bytes: Some(Box::pin(bytes)) })
    }

    /// Whether an idle connection can take a request now: looks for a close that came meanwhile.
    pub(crate) async fn is_usable(&mut self) -> bool {
        poll_fn(|cx| {
            let alive = move_bytes(&mut self.bytes, cx);
            Poll::Ready(alive && matches!(self.sender.poll_ready(cx), Poll::Ready(Ok(()))))
        })
        .await
    }

    /// Sends a request and reads the whole reply.
    ///
    /// # Errors
    /// [`Failed::Unsent`] only when no byte of the request left.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Failed> {
        let reply = self.sender.try_send_request(request);
        let whole = async {
            let reply = reply.await.map_err(|mut error| match error.take_message() {
                Some(request) => Failed::Unsent(Box::new(request), error.error().to_string()),
                None => Failed::Sent(error.error().to_string()),
            })?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, BODY_LEN_MAX).collect().await.map_err(|error| {
                Failed::Sent(if error.is::<LengthLimitError>() {
                    format!("the reply is longer than {} MiB", BODY_LEN_MAX >> 20)
                } else {
                    error.to_string()
                })
            })?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        let mut whole = pin!(whole);
        let bytes = &mut self.bytes;
        poll_fn(|cx| {
            if let Poll::Ready(reply) = whole.as_mut().poll(cx) {
                return Poll::Ready(reply);
            }
            let alive = move_bytes(bytes, cx);
            // What was moved may be what is waited for: look again without waiting to be woken.
            let reply = whole.as_mut().poll(cx);
            if reply.is_pending() && !alive {
                return Poll::Ready(Err(Failed::Sent("the connection ended before the reply".to_owned())));
            }
            reply
        })
        .await
    }
}

/// Moves what can be moved now; whether there will be more. A connection that ended is dropped at once: hyper then
/// gives a request back that it never took.
fn move_bytes(bytes: &mut Option<Bytewise>, cx: &mut Context<'_>) -> bool {
    if bytes.as_mut().is_some_and(|bytes| bytes.as_mut().poll(cx).is_ready()) {
        *bytes = None;
    }
    bytes.is_some()
}
