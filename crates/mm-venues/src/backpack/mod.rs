//! Backpack Exchange, spot and perpetual futures: one folder for both halves of its codec. `wire` and `sign` are
//! shared; `client` turns our asks into its requests and its words into our events; `server` is the same protocol
//! seen from the venue.

pub mod server;
pub mod sign;
pub mod wire;
