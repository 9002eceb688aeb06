//! The accept loop, and what every HTTP connection here has in common: caps, and requests and replies as plain data.

use std::{future::Future, net::TcpListener, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Response, StatusCode, body::Incoming, http::request::Parts};
use mm_venues::http::{Method, Reply, Request};
use tokio::{net::TcpStream, task::JoinSet};

/// The largest body of a request.
const BODY_MAX: usize = 1 << 20;
/// The largest head of a request.
pub(super) const HEAD_MAX: usize = 64 << 10;
/// Connections at once; one more waits in the kernel's queue until another ends.
const CONNECTIONS_MAX: usize = 1_024;

/// Accepts connections for ever and owns their tasks: when this is dropped, they end.
pub(super) async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "a listener could not be taken over by the runtime"),
    };
    let clock = mm_core::Clock::system();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "no TCP_NODELAY");
                    }
                    connections.spawn(serve(stream));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: others must end first.
                    tracing::warn!(%error, "cannot accept a connection");
                    clock.sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

/// Reads a whole request; `Err` is the answer to one that is too large or breaks off.
pub(super) async fn read(parts: &Parts, body: Incoming) -> Result<Request, Response<Full<Bytes>>> {
    let Some(method) = Method::parse(parts.method.as_str()) else {
        return Err(plain(StatusCode::METHOD_NOT_ALLOWED, "no such method here"));
    };
    let body = match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or broke off")),
    };
    let mut request = head(parts, method);
    request.body.extend_from_slice(&body);
    Ok(request)
}

/// A request without its body.
pub(super) fn head(parts: &Parts, method: Method) -> Request {
    let mut request = Request::default();
    request.reset(method, parts.uri.path());
    request.query.push_str(parts.uri.query().unwrap_or_default());
    for (name, value) in &parts.headers {
        // A value that is not text can mean nothing to any venue.
        if let Ok(value) = value.to_str() {
            request.headers.push(name.as_str().to_owned()).push_str(value);
        }
    }
    request
}

/// A reply on its way out.
pub(super) fn write(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers.iter() {
        response = response.header(name, value);
    }
    response.body(Full::new(reply.body)).unwrap_or_else(|error| {
        tracing::error!(%error, "a server half's reply is no HTTP");
        plain(StatusCode::INTERNAL_SERVER_ERROR, "the reply is no HTTP")
    })
}

/// A short answer in plain text.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
