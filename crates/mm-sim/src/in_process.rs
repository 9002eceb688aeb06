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
    Control, Endpoints, SimConfig, SimError, Truth,
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
    truth: Truth,
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
            let site = Site { rest: url.clone(), ws: url, config: &config };
            host.with_world(|world, _| {
                (row(kind).endpoints)(&mut venues, &site, &world.venues()[n].accounts);
            });
        }
        let control =
            ControlEndpoint { url: format!("{SCHEME}control"), token: keys::control_token(config.seed) };
        let truth = Truth::keep(Arc::clone(&host));
        let paced = Arc::clone(&host);
        let pace = spawner.spawn("simulated world", async move { paced.pace().await });
        let endpoints = Endpoints { version: 1, venues, control };
        Ok(Self { host, venues: config.venues.into(), endpoints, truth, _pace: pace })
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

    /// What really happened, for those who judge a client by it.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.truth.clone()
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
        let mut request = Request::default();
        let (path, query) = target(&link.url);
        request.reset(Method::Get, path);
        request.query.push_str(query);
        request.headers = link.headers.clone();
        async move {
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

/// Path and query of one of this world's URLs.
fn target(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix(SCHEME).unwrap_or_default();
    let target = rest.find('/').map_or("/", |at| &rest[at..]);
    target.split_once('?').unwrap_or((target, ""))
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

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use mm_core::VirtualRuntime;
    use mm_venues::client::Frame;

    use super::*;
    use crate::{
        config::{Latency, OWN_TIME_START},
        faults::{Action, Place, Rule, Schedule},
    };

    /// Subscribes, pings, asks for the time and listens for a while; the log of all that came.
    fn story(config: SimConfig, length: Duration) -> Vec<String> {
        let runtime = VirtualRuntime::new(OWN_TIME_START);
        let clock = runtime.clock();
        let world = InProcess::start(config, clock.clone(), &runtime.spawner()).unwrap();
        let transport = world.transport();
        runtime.block_on(async move {
            let url = world.endpoints().venues.backpack.as_ref().unwrap().ws.clone();
            let mut request = Request::default();
            request.reset(Method::Get, "/api/v1/time");
            let mut log = Vec::new();
            match transport.call(&url, &request).await {
                Ok(reply) => log.push(format!("{} {:?}", clock.now(), reply.body)),
                Err(error) => log.push(format!("{} {error}", clock.now())),
            }
            let mut link = match transport.connect(&LinkSpec::new(url, "all")).await {
                Ok(link) => link,
                Err(error) => return vec![error.to_string()],
            };
            let subscribe =
                r#"{"method":"SUBSCRIBE","params":["depth.SOL_USDC_PERP","trade.BTC_USDC_PERP"]}"#;
            link.send(Outgoing::Frame(Frame(subscribe.to_owned()))).unwrap();
            link.send(Outgoing::Ping).unwrap();
            let end = clock.now() + length;
            while let Some(message) =
                clock.within(end.since(clock.now()), poll_fn(|cx| link.poll_next(cx))).await
            {
                log.push(format!("{} {message:?}", clock.now()));
                if matches!(message, LinkMessage::Closed(_)) {
                    break;
                }
            }
            log
        })
    }

    #[test]
    fn the_same_seed_gives_the_same_log() {
        let config = |seed| SimConfig {
            seed,
            latency: Latency { min: Duration::from_millis(1), max: Duration::from_millis(30) },
            ..SimConfig::default()
        };
        let log = story(config(1), Duration::from_secs(20));
        assert!(log.len() > 150 && log.iter().any(|line| line.contains("Alive")), "{}", log.len());
        assert_eq!(log, story(config(1), Duration::from_secs(20)));
        assert_ne!(log, story(config(2), Duration::from_secs(20)));
    }

    #[test]
    fn cuts_and_silences_are_told_as_sockets_tell_them() {
        let with = |rule: Rule| SimConfig { faults: Schedule::of([rule]), ..SimConfig::default() };
        let cut = Rule::new(Place::Connection, Action::Disconnect).from(Duration::from_secs(2)).times(1);
        let log = story(with(cut), Duration::from_secs(9));
        assert!(log.last().unwrap().ends_with("00:00:02.000 Closed(\"the connection was cut\")"), "{log:?}");
        let refused = Rule::new(Place::Connection, Action::Status { code: 503, body: String::new() });
        assert_eq!(story(with(refused), Duration::ZERO), ["not sent: the upgrade was answered with 503"]);
        let silent = Rule::new(Place::Connection, Action::Drop);
        assert_eq!(story(with(silent), Duration::from_secs(9)).len(), 1, "only the reply");
        let no_reply = Rule::new(Place::Reply, Action::Disconnect);
        let log = story(with(no_reply), Duration::ZERO);
        assert_eq!(log[0], "00:00:00.000 no reply: the connection was cut");
    }

    #[test]
    fn what_belongs_to_loopback_is_refused() {
        let runtime = VirtualRuntime::new(OWN_TIME_START);
        let config = SimConfig { port_base: Some(41_000), ..SimConfig::default() };
        let error = InProcess::start(config, runtime.clock(), &runtime.spawner()).unwrap_err().to_string();
        assert!(error.contains("for the simulator on loopback"), "{error}");
    }
}
