//! Servers that do as they are told.

use std::{future::Future, net::SocketAddr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A listener on a free port of this machine.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    (listener, address)
}

/// Serves one list of replies for each connection and closes it after the last; an empty reply only closes. Returns
/// the base URL and, once all connections are served, the requests as they came.
pub(crate) async fn http(script: Vec<Vec<String>>) -> (String, JoinHandle<Vec<String>>) {
    let (listener, address) = listen().await;
    let served = tokio::spawn(async move {
        let mut requests = Vec::new();
        for replies in script {
            let (mut stream, _) = listener.accept().await.expect("a client");
            answer(&mut stream, replies, &mut requests).await;
        }
        requests
    });
    (format!("http://{address}"), served)
}

pub(crate) async fn answer(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    replies: Vec<String>,
    seen: &mut Vec<String>,
) {
    for reply in replies {
        seen.push(request(stream).await);
        if stream.write_all(reply.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return; // The client had enough.
        }
    }
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut buf = [0; 4096];
        let n = stream.read(&mut buf).await.expect("readable");
        assert!(n > 0, "closed in the middle of: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buf[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let len =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() >= len {
            return text.into_owned();
        }
    }
}

/// `HTTP/1.1 <status>` with a body.
pub(crate) fn reply(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A certificate for a host, with its key, and the authority that stands for it.
pub(crate) struct Certificate {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    pub(crate) authority: Arc<RootCertStore>,
}

/// For `host`, good until the end of `until_year`.
pub(crate) fn certificate(host: &str, until_year: i32) -> Certificate {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().expect("a key");
    let ca = params.self_signed(&ca_key).expect("signed");
    let issuer = Issuer::new(params, ca_key);

    let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
    params.not_before = rcgen::date_time_ymd(2019, 1, 1);
    params.not_after = rcgen::date_time_ymd(until_year, 12, 31);
    let key = KeyPair::generate().expect("a key");
    let leaf = params.signed_by(&key, &issuer).expect("signed");

    let mut authority = RootCertStore::empty();
    authority.add(ca.der().clone()).expect("an authority");
    Certificate {
        chain: vec![leaf.der().clone()],
        key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        authority: Arc::new(authority),
    }
}

/// Serves one TLS connection.
pub(crate) async fn tls<F: Future<Output = ()> + Send + 'static>(
    certificate: Certificate,
    serve: impl FnOnce(TlsStream<TcpStream>) -> F + Send + 'static,
) -> (SocketAddr, Arc<RootCertStore>, JoinHandle<()>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("known versions")
        .with_no_client_auth()
        .with_single_cert(certificate.chain, certificate.key)
        .expect("key and certificate match");
    let (listener, address) = listen().await;
    let served = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.expect("a client");
        // A client that does not trust us ends the handshake: then nothing is served.
        if let Ok(stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
            serve(stream).await;
        }
    });
    (address, certificate.authority, served)
}
