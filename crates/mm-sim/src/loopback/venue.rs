//! A venue's port: HTTP requests go to the world, and an upgrade turns the connection into a socket of the world.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request as HyperRequest, Response, StatusCode,
    body::Incoming,
    header::{
        CONNECTION, HeaderMap, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
        UPGRADE,
    },
    server::conn::http1,
    service::service_fn,
    upgrade::OnUpgrade,
};
use hyper_util::rt::TokioIo;
use mm_venues::http::Method;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{listener, socket};
use crate::{
    host::{Host, NotOpened, Opened},
    world::VenueIndex,
};

/// The connection is to be cut without an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut by a fault")]
struct Cut;

/// An upgrade that was granted, for the connection's task to go on with.
type Granted = Arc<Mutex<Option<(OnUpgrade, Opened)>>>;

/// Serves one connection to its end.
pub(super) async fn serve(host: Arc<Host>, venue: VenueIndex, stream: TcpStream) {
    let granted = Granted::default();
    let service = service_fn(|request| answer(&host, venue, &granted, request));
    let served = http1::Builder::new()
        .max_buf_size(mm_net::local::HEAD_MAX)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended badly");
    }
    let upgraded = granted.lock().expect("nothing panics while holding it").take();
    if let Some((upgrade, opened)) = upgraded {
        let conn = opened.conn;
        match upgrade.await {
            Ok(stream) => socket::serve(&host, TokioIo::new(stream), opened).await,
            Err(error) => tracing::debug!(%error, "an upgrade broke off"),
        }
        host.closed(conn);
    }
}

async fn answer(
    host: &Arc<Host>,
    venue: VenueIndex,
    granted: &Granted,
    request: HyperRequest<Incoming>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let is_upgrade = request
        .headers()
        .get(UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if is_upgrade {
        return upgrade(host, venue, granted, request);
    }
    let (parts, body) = request.into_parts();
    let request = match listener::read(&parts, body).await {
        Ok(request) => request,
        Err(refused) => return Ok(refused),
    };
    let reply = host.call(venue, request).await.map_err(|_| Cut)?;
    Ok(listener::write(reply))
}

/// RFC 6455 §4.2: checks the handshake, and opens a socket in the world before it answers.
fn upgrade(
    host: &Arc<Host>,
    venue: VenueIndex,
    granted: &Granted,
    mut request: HyperRequest<Incoming>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let Some(accept) = handshake(request.headers()) else {
        return Ok(listener::plain(StatusCode::BAD_REQUEST, "not a WebSocket handshake of version 13"));
    };
    let on_upgrade = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    match host.open(venue, listener::head(&parts, Method::Get)) {
        Ok(opened) => {
            *granted.lock().expect("nothing panics while holding it") = Some((on_upgrade, opened));
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let headers: [(HeaderName, String); 3] = [
                (CONNECTION, "Upgrade".into()),
                (UPGRADE, "websocket".into()),
                (SEC_WEBSOCKET_ACCEPT, accept),
            ];
            for (name, value) in headers {
                response
                    .headers_mut()
                    .insert(name, value.parse().expect("base64 and words are header values"));
            }
            Ok(response)
        }
        Err(NotOpened::Refused(reply)) => Ok(listener::write(reply)),
        Err(NotOpened::Cut) => Err(Cut),
    }
}

/// The `Sec-WebSocket-Accept` of a proper handshake.
fn handshake(headers: &HeaderMap) -> Option<String> {
    let says = |name: HeaderName, word: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    };
    let proper = says(CONNECTION, "upgrade") && says(SEC_WEBSOCKET_VERSION, "13");
    proper.then(|| headers.get(SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes())))?
}
