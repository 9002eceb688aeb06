//! Lighter: one folder for both halves of its codec. `wire`, `tx` and `sign` are shared: its messages, its L2
//! transactions and their signatures.

mod client;
#[cfg(test)]
mod fixtures;
pub mod server;
pub mod sign;
mod spec;
#[cfg(test)]
mod spoil;
pub mod tx;
pub mod wire;

pub use client::{Client, Credentials, Options, OptionsError, OrdersBy};
pub use spec::{SPEC, TRANSACTION_LIFE, TRANSACTION_LIFE_MAX, Tier};
