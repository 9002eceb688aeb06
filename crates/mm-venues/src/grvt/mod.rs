//! GRVT: one folder for both halves of its codec. `wire` is shared: its messages in both of their encodings, and `sign`,
//! its signatures. `server` is the simulated venue's half.

mod client;
pub mod server;
pub mod sign;
mod spec;
pub mod wire;

pub use client::{Client, Credentials, Options, OptionsError, OrdersBy, Urls};
pub use spec::{CANCEL_TTL_MAX, ORDER_LIFE, SIGNATURE_LIFE_MAX, SPEC};
