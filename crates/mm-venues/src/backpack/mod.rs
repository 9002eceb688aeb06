//! Backpack Exchange: one folder for both halves of its codec. `wire` and `sign` are shared; `client` turns our
//! asks into its requests and its words into our events; `server` is the same protocol seen from the venue.

mod client;
#[cfg(test)]
mod fixtures;
pub mod server;
pub mod sign;
mod spec;
pub mod wire;

pub use client::{Client, Credentials, Options, OptionsError};
pub use spec::{ALLOWANCE, SPEC};
