//! HTTP served to this machine alone: the control surfaces of the bot and of the simulator, and whatever an operator looks
//! at. It checks who may ask (see [`Door`]), bounds what is read, and leaves what is answered to a [`Surface`].

mod door;

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request as HyperRequest, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use mm_core::Clock;
use mm_venues::http::{Method, Request};
use tokio::{net::TcpStream, task::JoinSet};

pub use door::Door;

/// The largest head of a request.
pub const HEAD_MAX: usize = 64 << 10;
/// How long a request may take to be here, head and body each: a client that dawdles must not keep a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is served.
pub trait Surface: Send + Sync + 'static {
    /// What it is called where a request is refused, as in "the simulator's control surface".
    const NAME: &'static str;
    /// All that can be asked for, for whoever asks for something else.
    const ENDPOINTS: &'static str;
    /// Where the token is.
    const TOKEN_IN: &'static str;
    /// The largest body of a request.
    const BODY_MAX: usize;

    /// The methods that a path takes; none where there is nothing. All but `GET` want the token.
    fn methods(&self, path: &str) -> &'static [Method];

    /// Answers a request that may be made: method, token and size are right.
    fn answer(&self, request: Request) -> impl Future<Output = Answer> + Send;
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// Listens on loopback; on a free port for zero. Non-blocking, because a runtime takes it over.
///
/// # Errors
/// When the port is taken.
pub fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Accepts connections for ever, `connections_max` at a time, and owns their tasks: when this is dropped, they end.
pub async fn accept<F>(listener: TcpListener, connections_max: usize, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "a listener could not be taken over by the runtime"),
    };
    let clock = Clock::system();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < connections_max => match accepted {
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

/// Serves one connection to its end.
pub async fn serve<S: Surface>(door: Arc<Door>, surface: Arc<S>, stream: TcpStream) {
    let service = service_fn(|request| respond(&door, &*surface, request));
    let served = http1::Builder::new()
        .max_buf_size(HEAD_MAX)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to {} ended badly", S::NAME);
    }
}

async fn respond<S: Surface>(
    door: &Door,
    surface: &S,
    request: HyperRequest<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match admitted(door, surface, request).await {
        Ok(request) => {
            let Answer { status, body } = surface.answer(request).await;
            (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
        }
        // The texts are ours: nothing in them needs escaping.
        Err((status, why)) => (status, format!(r#"{{"error":"{why}"}}"#)),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The request, if it may be made.
async fn admitted<S: Surface>(
    door: &Door,
    surface: &S,
    request: HyperRequest<Incoming>,
) -> Result<Request, (StatusCode, String)> {
    let (parts, body) = request.into_parts();
    if !door.is_addressed(&parts.headers) {
        let why = format!("this is {} on loopback; address it as such", S::NAME);
        return Err((StatusCode::FORBIDDEN, why));
    }
    let path = parts.uri.path();
    let methods = surface.methods(path);
    if methods.is_empty() {
        return Err((StatusCode::NOT_FOUND, format!("there are {}", S::ENDPOINTS)));
    }
    let Some(method) = methods.iter().copied().find(|method| method.as_str() == parts.method.as_str()) else {
        let words: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
        return Err((StatusCode::METHOD_NOT_ALLOWED, format!("{path} takes {}", words.join(" and "))));
    };
    if method != Method::Get && !door.is_authorised(&parts.headers) {
        let why = format!("'Authorization: Bearer TOKEN' with the token of {} is needed", S::TOKEN_IN);
        return Err((StatusCode::UNAUTHORIZED, why));
    }
    let mut admitted = Request::default();
    admitted.reset(method, path);
    admitted.query.push_str(parts.uri.query().unwrap_or_default());
    let body = Clock::system().within(PATIENCE, Limited::new(body, S::BODY_MAX).collect()).await;
    match body {
        Some(Ok(body)) => admitted.body.extend_from_slice(&body.to_bytes()),
        Some(Err(_)) => {
            let why = format!("the body is longer than {} bytes, or broke off", S::BODY_MAX);
            return Err((StatusCode::PAYLOAD_TOO_LARGE, why));
        }
        None => return Err((StatusCode::REQUEST_TIMEOUT, "the body did not come".to_owned())),
    }
    Ok(admitted)
}
