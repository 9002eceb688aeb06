//! GRVT: one folder for both halves of its codec. `wire` is shared: its messages in both of their encodings.

pub mod wire;
