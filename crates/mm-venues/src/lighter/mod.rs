//! Lighter: one folder for both halves of its codec. `tx` and `sign` are shared: its L2 transactions and their
//! signatures.

#[cfg(test)]
mod fixtures;
pub mod sign;
pub mod tx;
