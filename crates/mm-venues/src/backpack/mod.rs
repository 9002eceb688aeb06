//! Backpack Exchange: spot and perpetual futures.

pub mod server;
