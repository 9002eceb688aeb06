//! Hostile input for every decoder: one [`Target`] each, the bytes it begins with (its seeds), and a [`Campaign`] that
//! spoils them at random, always in the same way for the same seed.
//!
//! A target takes any bytes and panics when a promise is broken: that nothing panics, that what is read can be written
//! and read again, that nothing impossible is told. The campaign adds that no input takes more memory or time than its
//! length explains. It runs on stable Rust among the tests; `fuzz/` hands the same targets to libFuzzer.
//!
//! What it deliberately does not do: it knows no frame's meaning (the tests beside each codec do), and it drives no
//! whole bot (the simulation does).

mod campaign;
mod clients;
mod conversation;
mod hostile;
mod mutate;
mod plausible;
mod seeds;
mod targets;

pub use campaign::{Campaign, Cost, Failure, Limits};
pub use targets::{TARGETS, Target, target};
