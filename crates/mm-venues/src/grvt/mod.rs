//! GRVT: one folder for both halves of its codec. `wire` is shared: its messages in both of their encodings. `server` is the simulated
//! venue's half.

pub mod server;
pub mod wire;
