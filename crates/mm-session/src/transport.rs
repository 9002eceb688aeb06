//! What carries bytes: real sockets (mm-net), or the in-process link to the simulator (mm-sim).
//!
//! A transport knows nothing of venues, retries or timeouts: the session decides when to connect, when to ping and
//! when to give up. Both halves are polled by the session's own task, so that nothing needs a task of its own.

use std::{
    future::Future,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Reply, Request},
};
use tokio::sync::mpsc;

/// Why bytes could not be carried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing left this machine.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The request left, whole or in part, and no whole reply came.
    #[error("no reply: {0}")]
    NoReply(String),
}

/// Something to put on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text frame.
    Frame(Frame),
    /// A protocol ping. The other end must answer it with [`LinkMessage::Alive`] unless it is gone, and not before
    /// it has read every frame that was sent earlier.
    Ping,
}

/// Something that came on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMessage {
    /// A text frame.
    Frame(Bytes),
    /// A ping or pong: a sign of life.
    Alive,
    /// The other end closed, or the socket broke. Nothing comes after it.
    Closed(String),
}

/// Why something could not be put on a socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot send on the socket: {0}")]
pub struct LinkError(pub String);

/// An open socket. Dropping it cuts the connection; [`Link::poll_close`] says goodbye first.
pub trait Link: Send + Unpin + 'static {
    /// Queues something to be sent; [`Link::poll_next`] writes it.
    ///
    /// # Errors
    /// When the bounded queue is full (the other end does not read) or the socket is closed.
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError>;

    /// Writes what is queued and reads what comes next.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage>;

    /// Says goodbye as the protocol wants it. Ready when the other end has heard it, or is gone.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// An open socket as two bounded queues: what a transport without real sockets hands out.
#[derive(Debug)]
pub struct Connected {
    /// What we send; dropping it closes the socket.
    pub outgoing: mpsc::Sender<Outgoing>,
    /// What came.
    pub incoming: mpsc::Receiver<LinkMessage>,
}

impl Link for Connected {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        self.outgoing.try_send(outgoing).map_err(|error| {
            LinkError(match error {
                mpsc::error::TrySendError::Full(_) => "its queue is full".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "it is closed".to_owned(),
            })
        })
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        let message = ready!(self.incoming.poll_recv(cx));
        Poll::Ready(message.unwrap_or_else(|| LinkMessage::Closed("the other end is gone".to_owned())))
    }

    fn poll_close(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        self.incoming.close();
        Poll::Ready(())
    }
}

/// What carries bytes.
pub trait Transport: Send + 'static {
    /// An open socket. In-process transports use [`Connected`].
    type Link: Link;

    /// Sends a request and waits for the whole reply. Timeouts are the caller's: dropping the future after it was
    /// polled leaves the outcome unknown.
    ///
    /// # Errors
    /// [`TransportError::NotSent`] only when it is certain that the other end cannot act on the request.
    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static;

    /// Opens a socket.
    ///
    /// # Errors
    /// [`TransportError::NotSent`] with the reason.
    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Self::Link, TransportError>> + Send + 'static;
}
