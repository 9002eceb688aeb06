//! A TCP connection, plain or in TLS.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use rustls::ClientConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Host;

use crate::Endpoint;

/// A TCP connection, plain or in TLS.
#[derive(Debug)]
pub(crate) enum Stream {
    /// Only ever to this machine.
    Plain(TcpStream),
    /// Checked against the host's name.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Connects. Nothing of ours but the handshake has been sent when this is done.
    ///
    /// # Errors
    /// Whom it could not reach or trust, and why.
    pub(crate) async fn open(end: &Endpoint, tls: &Arc<ClientConfig>) -> Result<Self, String> {
        let tcp = connect(end).await?;
        // Orders are small: they must not wait for more to send.
        tcp.set_nodelay(true).map_err(|error| format!("cannot set TCP_NODELAY: {error}"))?;
        let Some(name) = &end.tls_name else { return Ok(Self::Plain(tcp)) };
        let connector = TlsConnector::from(Arc::clone(tls));
        match connector.connect(name.clone(), tcp).await {
            Ok(stream) => Ok(Self::Tls(Box::new(stream))),
            Err(error) => Err(format!("no trusted TLS connection to {}: {error}", end.authority)),
        }
    }
}

async fn connect(end: &Endpoint) -> Result<TcpStream, String> {
    let addresses = match &end.host {
        Host::Ipv4(ip) => vec![SocketAddr::new((*ip).into(), end.port)],
        Host::Ipv6(ip) => vec![SocketAddr::new((*ip).into(), end.port)],
        Host::Domain(name) => tokio::net::lookup_host((name.as_str(), end.port))
            .await
            .map_err(|error| format!("cannot look up {name}: {error}"))?
            .collect(),
    };
    let mut last = "its name leads nowhere that may be connected to".to_owned();
    for address in addresses.into_iter().filter(|address| end.admits(*address)) {
        match TcpStream::connect(address).await {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error.to_string(),
        }
    }
    Err(format!("cannot connect to {}: {last}", end.authority))
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Self::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(tcp) => tcp.is_write_vectored(),
            Self::Tls(tls) => tls.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
