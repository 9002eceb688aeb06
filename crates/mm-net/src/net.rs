//! The transport: which connection carries which call.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use mm_core::Clock;
use mm_model::Timestamp;
use mm_session::{Transport, TransportError};
use mm_venues::{
    client::LinkSpec,
    http::{Reply, Request},
};
use rustls::{ClientConfig, RootCertStore};

use crate::{
    Endpoint, EndpointError, Socket,
    connection::{Connection, Failed},
    http, socket,
    stream::Stream,
};

/// Idle connections kept for one base URL: as many calls may go out at once without a handshake.
const IDLE_MAX: usize = 8;

/// Whom we trust.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The public roots that Mozilla trusts, compiled in.
    #[default]
    Public,
    /// These and no others: a simulator's own.
    Only(Arc<RootCertStore>),
}

/// Bounds of the transport.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// How long making a connection for a call may take, TLS included.
    pub connect_timeout: Duration,
    /// A connection that was idle for longer is not used again: something on the way may have forgotten it.
    pub idle_timeout: Duration,
    /// Whom we trust.
    pub roots: Roots,
}

impl Default for NetConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(60),
            roots: Roots::default(),
        }
    }
}

/// Why there is no transport.
#[derive(Clone, Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct NetError(#[from] rustls::Error);

/// Real sockets. Clones share their idle connections.
#[derive(Clone)]
pub struct Net {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    config: NetConfig,
    tls: Arc<ClientConfig>,
    hosts: Mutex<BTreeMap<String, Arc<Host>>>,
}

/// A base URL with its idle connections, the latest used last.
struct Host {
    end: Endpoint,
    idle: Mutex<Vec<(Timestamp, Connection)>>,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net").field("config", &self.shared.config).finish_non_exhaustive()
    }
}

impl Net {
    /// Real sockets under these bounds. Connects to nobody yet.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(clock: Clock, config: NetConfig) -> Result<Self, NetError> {
        let roots = match &config.roots {
            Roots::Public => {
                Arc::new(RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()))
            }
            Roots::Only(roots) => Arc::clone(roots),
        };
        // Named, not taken from the process: what another library installs must not decide what we speak.
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let shared = Shared { clock, config, tls: Arc::new(tls), hosts: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }
}

impl Transport for Net {
    type Link = Socket;

    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        let prepared = shared.host(base_url).map_err(|error| error.to_string()).and_then(|host| {
            let request = http::outgoing(&host.end, request)?;
            Ok((host, request))
        });
        async move {
            let (host, request) = prepared.map_err(TransportError::NotSent)?;
            shared.call(&host, request).await
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Socket, TransportError>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        let prepared = Endpoint::web_socket(&link.url)
            .map_err(|error| error.to_string())
            .and_then(|end| Ok((end, socket::upgrade_request(link)?)));
        async move {
            let (end, request) = prepared.map_err(TransportError::NotSent)?;
            let stream = Stream::open(&end, &shared.tls).await.map_err(TransportError::NotSent)?;
            Socket::open(request, stream).await.map_err(TransportError::NotSent)
        }
    }
}

impl Shared {
    async fn call(
        &self,
        host: &Host,
        mut request: hyper::Request<Full<Bytes>>,
    ) -> Result<Reply, TransportError> {
        // Idle connections first. One that gives the request back untouched is no loss: the next is tried.
        while let Some(mut connection) = host.idle(self.clock.now(), self.config.idle_timeout) {
            if !connection.is_usable().await {
                continue;
            }
            match connection.exchange(request).await {
                Ok(reply) => return Ok(self.keep(host, connection, reply)),
                Err(Failed::Unsent(back, _)) => request = *back,
                Err(Failed::Sent(why)) => return Err(TransportError::NoReply(why)),
            }
        }
        let fresh = async { Connection::new(Stream::open(&host.end, &self.tls).await?).await };
        let mut connection = self
            .clock
            .within(self.config.connect_timeout, fresh)
            .await
            .unwrap_or_else(|| Err(format!("no connection to {} in time", host.end.authority)))
            .map_err(TransportError::NotSent)?;
        match connection.exchange(request).await {
            Ok(reply) => Ok(self.keep(host, connection, reply)),
            Err(Failed::Unsent(_, why)) => Err(TransportError::NotSent(why)),
            Err(Failed::Sent(why)) => Err(TransportError::NoReply(why)),
        }
    }

    fn keep(&self, host: &Host, connection: Connection, reply: hyper::Response<Bytes>) -> Reply {
        let mut idle = host.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push((self.clock.now(), connection));
        }
        drop(idle);
        http::incoming(reply)
    }

    /// The host of a base URL, parsed the first time. (Base URLs come from configuration: there are few.)
    fn host(&self, base_url: &str) -> Result<Arc<Host>, EndpointError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(base_url) {
            return Ok(Arc::clone(host));
        }
        let host = Arc::new(Host { end: Endpoint::http(base_url)?, idle: Mutex::default() });
        hosts.insert(base_url.to_owned(), Arc::clone(&host));
        Ok(host)
    }
}

impl Host {
    /// The idle connection that was used last; those that were idle too long are dropped.
    fn idle(&self, now: Timestamp, idle_timeout: Duration) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| now.since(*since) < idle_timeout);
        idle.pop().map(|(_, connection)| connection)
    }
}
