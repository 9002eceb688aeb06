//! What stands around the venues' server halves and the matching engine: a world of venues with a seeded crowd,
//! recorded tapes, faults and latency, served on loopback ([`Simulator`]) or in process under the caller's clock
//! ([`InProcess`]), and its control surface ([`Control`]).
//!
//! One seed decides everything. The world itself has no sockets and no clock: time is an argument. Of the venues'
//! messages it knows only what a row of its table says.

pub mod config;
pub mod control;
mod crowd;
mod endpoints;
pub mod faults;
mod host;
mod in_process;
mod keys;
mod loopback;
pub mod tape;
pub mod truth;
mod venues;
mod world;

pub use config::{SimConfig, SimError, TapeConfig};
pub use control::Control;
pub use endpoints::{
    AccountRow, Backpack, ControlEndpoint, Endpoints, Lighter, LighterAccount, VenueEndpoints,
};
pub use in_process::{InProcess, InProcessTransport};
pub use keys::is_simulated_key;
pub use loopback::Simulator;
pub use truth::Truth;
