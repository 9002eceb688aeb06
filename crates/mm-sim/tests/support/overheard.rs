//! A transport that lets somebody listen, in the order in which things are handed to the wire.

use std::{
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use mm_session::{Link, LinkError, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Reply, Request},
};

/// Who listens.
pub(crate) trait Tap: Send + 'static {
    /// A request leaves.
    fn request(&mut self, request: &Request);
    /// The reply to a request to this path has come.
    fn reply(&mut self, path: &str, reply: &Reply);
    /// A frame leaves.
    fn sent(&mut self, frame: &str);
    /// A frame has come.
    fn heard(&mut self, frame: &[u8]);
}

/// Another transport, overheard.
pub(crate) struct Overheard<T, W> {
    pub(crate) inner: T,
    pub(crate) wire: Arc<Mutex<W>>,
}

/// Another socket, overheard.
pub(crate) struct OverheardLink<L, W> {
    inner: L,
    wire: Arc<Mutex<W>>,
}

impl<T: Transport, W: Tap> Transport for Overheard<T, W> {
    type Link = OverheardLink<T::Link, W>;

    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        self.wire.lock().expect("one thread").request(request);
        let (reply, wire) = (self.inner.call(base_url, request), Arc::clone(&self.wire));
        let path = request.path.clone();
        async move {
            let reply = reply.await?;
            wire.lock().expect("one thread").reply(&path, &reply);
            Ok(reply)
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Self::Link, TransportError>> + Send + 'static {
        let (link, wire) = (self.inner.connect(link), Arc::clone(&self.wire));
        async move { Ok(OverheardLink { inner: link.await?, wire }) }
    }
}

impl<L: Link, W: Tap> Link for OverheardLink<L, W> {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        if let Outgoing::Frame(Frame(text)) = &outgoing {
            self.wire.lock().expect("one thread").sent(text);
        }
        self.inner.send(outgoing)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        let message = self.inner.poll_next(cx);
        if let Poll::Ready(LinkMessage::Frame(frame)) = &message {
            self.wire.lock().expect("one thread").heard(frame);
        }
        message
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.poll_close(cx)
    }
}
