//! One venue's matching engine with its accounts: pure and deterministic. Time is an argument, money is exact,
//! and whatever happens is told as a list of [`Fact`]s in order. No wire, no sockets, no randomness.

mod api;
pub use api::*;
