//! Many tasks trade through one connector to the simulated GRVT at once, by both ways and in both encodings: whatever goes
//! wrong on the way or at the venue, no order is lost, doubled or invented, and every one of them ends in what the venue
//! says.

mod logins;
mod property;
mod single;
#[path = "../support/mod.rs"]
mod support;
mod troubles;
mod venue;
mod wire;
mod world;
