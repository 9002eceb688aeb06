//! Faults on demand: rules, and the seeded schedule that decides which message meets one.

mod action;
mod check;
mod probability;
mod reading;
mod rule;
mod schedule;
mod venue;

pub use action::{Action, AtRestart, Direction, GhostOrder, Lie, Rubbish};
pub(crate) use reading::parse_command;
pub use rule::{Feed, Match, Place, Rule, Schedule};
pub(crate) use schedule::{Faults, Passing};
pub use schedule::{Strike, Witness};

#[cfg(test)]
mod tests;
