//! A transport between the bot and its venues that writes down every message, and that a dead bot sends nothing by.

use std::{
    future::Future,
    task::{Context, Poll},
};

use mm_session::{Link, LinkError, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Reply, Request},
};

use crate::{event_log::EventLog, mortal::Mortal};

/// A transport under observation.
pub(crate) struct Wiretap<T> {
    pub(crate) inner: T,
    /// The connector's name.
    pub(crate) venue: &'static str,
    pub(crate) log: EventLog,
    pub(crate) life: Mortal,
}

/// One of its sockets.
pub(crate) struct WiretapLink<L> {
    inner: L,
    venue: &'static str,
    name: &'static str,
    log: EventLog,
    life: Mortal,
}

impl<T: Transport> Transport for Wiretap<T> {
    type Link = WiretapLink<T::Link>;

    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let (venue, log, life) = (self.venue, self.log.clone(), self.life.clone());
        let (path, query) = (request.path.clone(), request.query.clone());
        let (method, body) = (request.method, request.body.clone());
        let reply = self.inner.call(base_url, request);
        async move {
            if !life.does() {
                return std::future::pending().await;
            }
            log.message(format_args!("{venue} > {method:?} {path}?{query}"), &body);
            let reply = reply.await;
            match &reply {
                Ok(reply) => log.message(format_args!("{venue} < {path} {}", reply.status), &reply.body),
                Err(error) => log.say(format_args!("{venue} < {path} {error}")),
            }
            reply
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Self::Link, TransportError>> + Send + 'static {
        let (venue, log, life) = (self.venue, self.log.clone(), self.life.clone());
        let name = link.name;
        let inner = self.inner.connect(link);
        async move {
            if !life.does() {
                return std::future::pending().await;
            }
            log.say(format_args!("{venue} > connect {name}"));
            match inner.await {
                Ok(inner) => Ok(WiretapLink { inner, venue, name, log, life }),
                Err(error) => {
                    log.say(format_args!("{venue} < connect {name} {error}"));
                    Err(error)
                }
            }
        }
    }
}

impl<L: Link> Link for WiretapLink<L> {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        if !self.life.does() {
            return Ok(()); // Nobody is left to be told.
        }
        let Self { venue, name, .. } = self;
        match &outgoing {
            Outgoing::Frame(Frame(text)) => {
                self.log.message(format_args!("{venue} > {name}"), text.as_bytes());
            }
            Outgoing::Ping => self.log.say(format_args!("{venue} > {name} ping")),
        }
        self.inner.send(outgoing)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        let message = self.inner.poll_next(cx);
        let Self { venue, name, .. } = self;
        match &message {
            Poll::Ready(LinkMessage::Frame(frame)) => {
                self.log.message(format_args!("{venue} < {name}"), frame);
            }
            Poll::Ready(LinkMessage::Alive) => self.log.say(format_args!("{venue} < {name} alive")),
            Poll::Ready(LinkMessage::Closed(why)) => {
                self.log.say(format_args!("{venue} < {name} closed: {why}"));
            }
            Poll::Pending => {}
        }
        message
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.poll_close(cx)
    }
}
