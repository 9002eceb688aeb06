//! [`Transport`](mm_session::Transport) over real sockets: HTTP/1.1 on kept-alive connections, WebSocket, TLS.
//!
//! Everything is polled by the caller: no connection has a task of its own, so that a reply or a frame reaches the
//! session without a hop. Redirects are never followed, there is no proxy, and without TLS only this machine is
//! reached. The one thing it serves is HTTP on this machine, for control surfaces ([`local`]). It deliberately knows no venue, no retry and no timeout but the one for making a connection; and its
//! errors never carry a header or a body.

pub mod caps;
mod connection;
mod endpoint;
mod http;
pub mod local;
mod net;
mod socket;
mod stream;

pub use endpoint::{Endpoint, EndpointError};
pub use net::{Net, NetConfig, NetError, Roots};
pub use socket::Socket;
