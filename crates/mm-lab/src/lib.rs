//! The laboratory: the whole bot (strategy, core, sessions, codecs of all venues) and the simulated venues in one process
//! under virtual time, wire bytes between them, one seed deciding everything; and checkers that compare what the bot
//! believes with what the matching engines know.
//!
//! It prints nothing, reads no file and knows no real clock: the program around it does. What it deliberately does not do:
//! sockets, threads inside a run (a run is one thread; many runs may go side by side) and real disks.

pub mod checks;
pub mod connect;
mod event_log;
pub mod faults;
mod judge;
mod life;
mod memory;
mod mortal;
mod panics;
mod plan;
mod run;
mod trader;
mod verdict;
mod wire;

pub use event_log::{Digest, EventLog};
pub use plan::{Case, Load};
pub use run::run;
pub use verdict::{Totals, Verdict, Violation};
