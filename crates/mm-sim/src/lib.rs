//! What stands around the venues' server halves and the matching engine: a world of venues with a seeded crowd,
//! faults and latency ([`World`](world::World)), served on loopback ([`Simulator`]) or in process under virtual time
//! ([`InProcess`]), and its control surface ([`Control`]).
//!
//! One seed decides everything. The world itself has no sockets and no clock: time is an argument. It knows no
//! venue's messages either, but for the rows of [`venues`].

pub mod config;
pub mod control;
mod endpoints;
pub mod faults;
mod in_process;
mod keys;
mod loopback;

pub use config::{SimConfig, SimError, TapeConfig};
pub use control::Control;
pub use endpoints::{AccountRow, Backpack, ControlEndpoint, Endpoints, VenueEndpoints};
pub use in_process::{InProcess, InProcessTransport};
pub use keys::is_simulated_key;
pub use loopback::Simulator;
