//! Faults on demand: rules, and the seeded schedule that decides which message meets one.

mod probability;
mod rule;
mod schedule;

pub use rule::{Action, GhostOrder, Lie, Match, Place, Rule, Schedule};
pub(crate) use schedule::{Faults, Passing};

#[cfg(test)]
mod tests;
