//! Faults on demand: rules, and the seeded schedule that decides which message meets one.

mod probability;
mod reading;
mod rule;
mod schedule;

pub(crate) use reading::parse_command;
pub use rule::{Action, GhostOrder, Lie, Match, Place, Rule, Schedule};
pub(crate) use schedule::{Faults, Passing};
pub use schedule::{Strike, Witness};

#[cfg(test)]
mod tests;
