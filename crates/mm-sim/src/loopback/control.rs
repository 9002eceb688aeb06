//! The control surface as HTTP. What is only looked at is open to anyone on this machine; whatever changes state wants the
//! bearer token. Host and Origin are checked, so that a web page cannot reach it through a name that points here.

use std::{
    convert::Infallible,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request as HyperRequest, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, ORIGIN},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use mm_venues::http::{Method, Request};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::listener;
use crate::{
    Control,
    control::{ClockCommand, ControlError, CounterOrder, CrowdCommand},
    faults::{Schedule, parse_command},
};

/// What requests here are answered from.
pub(super) struct Surface {
    control: Control,
    token: String,
    address: Option<SocketAddr>,
}

/// An answer: a status and a JSON body.
type Answer = (StatusCode, Value);

impl Surface {
    pub(super) fn new(control: Control, token: String, listener: &TcpListener) -> Self {
        Self { control, token, address: listener.local_addr().ok() }
    }

    /// Only our own address and `localhost` are this host; a page of any other origin is a stranger.
    fn is_addressed(&self, headers: &HeaderMap) -> bool {
        let Some(address) = self.address else { return false };
        let names = [address.to_string(), format!("localhost:{}", address.port())];
        let says =
            |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned());
        let host_fits = says(HOST).is_some_and(|host| names.contains(&host));
        let origin_fits = says(ORIGIN).is_none_or(|origin| {
            names.iter().any(|name| origin.strip_prefix("http://") == Some(name.as_str()))
        });
        host_fits && origin_fits
    }

    /// Compared without regard to where they differ: the time it takes tells nothing of the token.
    fn is_authorised(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let Some(token) = value.strip_prefix("Bearer ") else { return false };
        let differing = token.bytes().zip(self.token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        token.len() == self.token.len() && differing == 0
    }

    fn answer(&self, headers: &HeaderMap, request: &Request) -> Answer {
        if !self.is_addressed(headers) {
            return refused(
                StatusCode::FORBIDDEN,
                "this is the simulator's control surface on loopback; address it as such",
            );
        }
        let path = request.path.as_str();
        let is_known = matches!(path, "/state" | "/admitted" | "/faults" | "/crowd" | "/orders" | "/clock");
        let is_read =
            matches!(path, "/state" | "/admitted") || (path, request.method) == ("/faults", Method::Get);
        let wanted = if is_read { Method::Get } else { Method::Post };
        if !is_known {
            return refused(
                StatusCode::NOT_FOUND,
                "there are GET /state, /admitted, GET and POST /faults, POST /crowd, /orders, /clock",
            );
        }
        if request.method != wanted {
            return refused(StatusCode::METHOD_NOT_ALLOWED, &format!("{path} takes {}", wanted.as_str()));
        }
        if wanted == Method::Post && !self.is_authorised(headers) {
            return refused(
                StatusCode::UNAUTHORIZED,
                "'Authorization: Bearer TOKEN' with the token of the endpoints file is needed",
            );
        }
        let body = &request.body;
        let done = match path {
            "/state" => Ok(json!(self.control.state())),
            "/admitted" => self.control.admitted().map(to_json),
            "/faults" if is_read => Ok(json!({ "struck": self.control.strikes() })),
            "/faults" => parse_faults(body).and_then(|it| self.control.set_faults(it)).map(|()| json!({})),
            "/crowd" => {
                parse::<CrowdCommand>(body).and_then(|it| self.control.crowd(&it)).map(|()| json!({}))
            }
            "/orders" => parse::<CounterOrder>(body).and_then(|it| self.control.order(&it)).map(to_json),
            _ => parse::<ClockCommand>(body)
                .and_then(|it| self.control.advance_ms(it.advance_ms))
                .map(|()| json!({"time_ns": self.control.state().time_ns})),
        };
        match done {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => refused(status_of(&error), &error.to_string()),
        }
    }
}

/// Serves one connection to its end.
pub(super) async fn serve(surface: Arc<Surface>, stream: TcpStream) {
    let service = service_fn(|request| respond(&surface, request));
    let served = http1::Builder::new()
        .max_buf_size(listener::HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a control connection ended badly");
    }
}

async fn respond(
    surface: &Surface,
    request: HyperRequest<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let (status, body) = match listener::read(&parts, body).await {
        Ok(request) => surface.answer(&parts.headers, &request),
        Err(response) => refused(response.status(), "the request cannot be read"),
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, "application/json".parse().expect("a constant that is a header value"));
    Ok(response)
}

/// Reads a body.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    parse_command(body).map_err(|error| ControlError::BadRequest(format!("the body cannot be read: {error}")))
}

fn parse_faults(body: &[u8]) -> Result<Schedule, ControlError> {
    Schedule::parse(body).map_err(|why| ControlError::BadRequest(format!("faults: {why}")))
}

fn to_json(value: impl Serialize) -> Value {
    json!(value)
}

fn refused(status: StatusCode, why: &str) -> Answer {
    (status, json!({ "error": why }))
}

const fn status_of(error: &ControlError) -> StatusCode {
    match error {
        ControlError::BadRequest(_) => StatusCode::BAD_REQUEST,
        ControlError::NotFound(_) => StatusCode::NOT_FOUND,
        ControlError::Conflict(_) => StatusCode::CONFLICT,
    }
}
