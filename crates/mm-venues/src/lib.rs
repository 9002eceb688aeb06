//! The venues' codecs, sans-IO: one folder a venue, each with a client half (our asks to its requests, its words
//! to our events) and a server half (its requests to the exchange's commands, the exchange's facts to its words),
//! over the same wire types. No sockets, no clock, no randomness: time is an argument.

pub mod backpack;
pub mod client;
#[cfg(test)]
mod fixtures;
pub mod grvt;
#[cfg(test)]
mod hostile;
pub mod http;
mod levels;
pub mod lighter;
mod pages;
pub mod query;
mod reading;
mod said;
mod scan;
pub mod server;
pub mod spec;
pub mod text;
mod words;
