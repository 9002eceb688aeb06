//! Lighter: one folder for both halves of its codec. `wire`, `tx` and `sign` are shared: its messages, its L2
//! transactions and their signatures.

#[cfg(test)]
mod fixtures;
pub mod server;
pub mod sign;
#[cfg(test)]
mod spoil;
pub mod tx;
pub mod wire;
