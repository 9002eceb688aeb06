//! Strategies, one file or folder each, and the table of them.
//!
//! A strategy is a story over venue handles: it names no venue's type, reads no file and prints nothing. What it
//! wants to know comes as [`params::Settings`], what it has to tell goes to an [`Observer`].

pub mod kill_drill;
pub mod load;
pub mod params;
mod registry;
pub mod smoke_test;

pub use registry::{Build, Observer, STRATEGIES, StrategySpec, strategy};
