//! The life of a connection: the generic session loop over any venue's codec and any transport, and the throttle.

mod session;
mod throttle;
mod transport;

pub use session::{Limits, SessionConfig, SessionError, run};
pub use throttle::{Lane, Permit, Throttle, ThrottleError};
pub use transport::{Connected, Link, LinkError, LinkMessage, Outgoing, Transport, TransportError};
