//! The bench harness: one program, named rows, each a ratio between our code and a reference from the same run.
//!
//! Single-threaded parts are timed by the thread's CPU clock, which other load on the machine does not disturb;
//! latencies by the wall clock, as histograms. A and B run alternately, so that a change of the machine's speed
//! hits both. A row whose spread is above 30 % is called noisy, never passed.

pub mod bot;
pub mod connected;
pub mod harness;
pub mod limits;
pub mod lives;
pub mod requests;
pub mod rig;
pub mod rows;
pub mod stub;
pub mod wires;
