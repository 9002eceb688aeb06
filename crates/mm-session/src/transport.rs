//! What carries bytes: real sockets (mm-net), or the in-process link to the simulator (mm-sim).
use std::future::Future;
use bytes::Bytes;
use mm_venues::{client::{Frame, LinkSpec}, http::{Reply, Request}};

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

/// Something that came on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMessage { /// A text frame.
    Frame(Bytes), /// A ping or pong: a sign of life.
    Alive, /// The other end closed, or the socket broke.
    Closed(String) }

/// An open socket: two bounded queues.
#[derive(Debug)]
pub struct Connected { /// Frames to send; dropping it closes the socket.
    pub outgoing: tokio::sync::mpsc::Sender<Frame>, /// What came.
    pub incoming: tokio::sync::mpsc::Receiver<LinkMessage> }

/// What carries bytes. Timeouts are the caller's.
pub trait Transport: Send + 'static {
    /// Sends a request and waits for the whole reply. Dropping the future after it was polled leaves the outcome unknown.
    fn call(&self, base_url: &str, request: &Request) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static;
    /// Opens a socket.
    fn connect(&self, link: &LinkSpec) -> impl Future<Output = Result<Connected, TransportError>> + Send + 'static;
}
