//! The simulator without sockets: wire bytes between both sides, carried under the caller's clock.

use std::{
    future::Future,
    sync::Arc,
    task::{Context, Poll, ready},
};

use mm_core::{Clock, Spawner, Task};
use mm_session::{Link, LinkError, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::{
    client::LinkSpec,
    http::{Method, Reply, Request},
};

use crate::{
    Control, Endpoints, SimConfig, SimError,
    config::{TimeSource, VenueKind},
    endpoints::{ControlEndpoint, VenueEndpoints},
    host::{Host, HostTime, NotOpened, Opened, ToClient},
    keys,
    venues::{Site, row},
    world::VenueIndex,
};

/// What the URLs of venues in this process begin with.
const SCHEME: &str = "sim://";

/// A simulated world inside this process. Under a virtual clock the same seed gives the same run. Dropping it stops
/// its time; transports that are still held go on to answer what needs no time.
#[derive(Debug)]
pub struct InProcess {
    host: Arc<Host>,
    venues: Arc<[VenueKind]>,
    endpoints: Endpoints,
    /// Lets time pass; dropping it stops the time.
    _pace: Task,
}

impl InProcess {
    /// Builds the world and spawns the task that runs it. Venues stand at `sim://NAME`.
    ///
    /// # Errors
    /// See [`SimError`]. Ports, files and a time of its own are for [`Simulator`](crate::Simulator)s: a
    /// configuration that asks for one is refused.
    pub fn start(config: SimConfig, clock: Clock, spawner: &Spawner) -> Result<Self, SimError> {
        if config.port_base.is_some() || config.endpoints_file.is_some() || config.time == TimeSource::Own {
            return Err(SimError::Config(
                "'port_base', 'endpoints_file' and a time of its own are for the simulator on loopback"
                    .to_owned(),
            ));
        }
        let host = Host::new(&config, HostTime::Clock(clock))?;
        let mut venues = VenueEndpoints::default();
        for (n, &kind) in config.venues.iter().enumerate() {
            let url = format!("{SCHEME}{kind}");
            let site = Site { rest: url.clone(), ws: url };
            host.with_world(|world, _| {
                (row(kind).endpoints)(&mut venues, &site, &world.venues()[n].accounts)
            });
        }
        let control =
            ControlEndpoint { url: format!("{SCHEME}control"), token: keys::control_token(config.seed) };
        let paced = Arc::clone(&host);
        let pace = spawner.spawn("simulated world", async move { paced.pace().await });
        let endpoints = Endpoints { version: 1, venues, control };
        Ok(Self { host, venues: config.venues.into(), endpoints, _pace: pace })
    }

    /// Where everything stands: URLs that only [`InProcess::transport`] understands, and the accounts.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What carries a session's bytes here.
    #[must_use]
    pub fn transport(&self) -> InProcessTransport {
        InProcessTransport { host: Arc::clone(&self.host), venues: Arc::clone(&self.venues) }
    }

    /// The control surface.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.host))
    }
}

/// Carries bytes to an [`InProcess`] world.
#[derive(Clone, Debug)]
pub struct InProcessTransport {
    host: Arc<Host>,
    venues: Arc<[VenueKind]>,
}

impl InProcessTransport {
    fn venue(&self, url: &str) -> Result<VenueIndex, TransportError> {
        let name = url.strip_prefix(SCHEME).map(|rest| rest.split('/').next().unwrap_or_default());
        self.venues
            .iter()
            .position(|kind| Some(kind.as_str()) == name)
            .map(VenueIndex)
            .ok_or_else(|| TransportError::NotSent(format!("'{url}' does not stand in this process")))
    }
}

impl Transport for InProcessTransport {
    type Link = InProcessLink;

    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let venue = self.venue(base_url);
        let (host, request) = (Arc::clone(&self.host), request.clone());
        async move {
            let reply = host.call(venue?, request);
            reply.await.map_err(|_| TransportError::NoReply("the connection was cut".to_owned()))
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<InProcessLink, TransportError>> + Send + 'static {
        let venue = self.venue(&link.url);
        let host = Arc::clone(&self.host);
        async move {
            let mut request = Request::default();
            request.reset(Method::Get, "/");
            match host.open(venue?, request) {
                Ok(opened) => Ok(InProcessLink { host, opened }),
                Err(NotOpened::Refused(reply)) => {
                    Err(TransportError::NotSent(format!("the upgrade was answered with {}", reply.status)))
                }
                Err(NotOpened::Cut) => Err(TransportError::NotSent("the connection was cut".to_owned())),
            }
        }
    }
}

/// A socket to an [`InProcess`] world. Dropping it closes it.
#[derive(Debug)]
pub struct InProcessLink {
    host: Arc<Host>,
    opened: Opened,
}

impl Link for InProcessLink {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        if self.opened.frames.is_closed() && self.opened.frames.is_empty() {
            return Err(LinkError("it is closed".to_owned()));
        }
        match outgoing {
            Outgoing::Frame(frame) => self.host.frame(self.opened.conn, frame.0),
            Outgoing::Ping => self.host.ping(self.opened.conn, bytes::Bytes::new()),
        }
        Ok(())
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        loop {
            return Poll::Ready(match ready!(self.opened.frames.poll_recv(cx)) {
                Some(ToClient::Frame(bytes)) => LinkMessage::Frame(bytes),
                Some(ToClient::Ping) => {
                    self.host.pong(self.opened.conn);
                    LinkMessage::Alive
                }
                Some(ToClient::Pong(_)) => LinkMessage::Alive,
                Some(ToClient::Close(code)) => {
                    LinkMessage::Closed(format!("the venue closed it with {code}"))
                }
                // Nothing more will come, and nothing says so: that is what half open means.
                Some(ToClient::Silence) => continue,
                None => LinkMessage::Closed("the connection was cut".to_owned()),
            });
        }
    }

    fn poll_close(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        self.opened.frames.close();
        self.host.closed(self.opened.conn);
        Poll::Ready(())
    }
}

impl Drop for InProcessLink {
    fn drop(&mut self) {
        self.host.closed(self.opened.conn);
    }
}
