//! GRVT: one folder for both halves of its codec. `wire` is shared: its messages in both of their encodings. `server` is
//! the simulated venue's half.

pub mod server;
mod spec;
pub mod wire;

pub use spec::{CANCEL_TTL_MAX, ORDER_LIFE, SIGNATURE_LIFE_MAX, SPEC};
