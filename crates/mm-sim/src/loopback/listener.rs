//! What every HTTP connection to a venue has in common: caps, and requests and replies as plain data.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Response, StatusCode, body::Incoming, http::request::Parts};
use mm_venues::http::{Method, Reply, Request};

/// The largest body of a request (fault 72). A batch of 50 orders is under 32 KiB.
pub(super) const BODY_MAX: usize = 1 << 20;
/// Connections at once; one more waits in the kernel's queue until another ends.
pub(super) const CONNECTIONS_MAX: usize = 1_024;

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
