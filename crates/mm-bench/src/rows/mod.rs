//! The rows of the bench, by what they measure. Each takes how much work a round does, so that the tests can run
//! all of them in a moment.

pub mod book;
pub mod journal;
pub mod lite;
pub mod matching;
pub mod memory;
pub mod orders;
pub mod rest;
pub mod sign;
pub mod start;
pub mod t2t;
pub mod wire;

use crate::harness::Report;

/// How much work a round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Enough for figures that can be trusted.
    Full,
    /// Just to see that the row runs.
    Smoke,
}

impl Size {
    /// `full` operations, or a few.
    #[must_use]
    pub const fn ops(self, full: u64) -> u64 {
        match self {
            Self::Full => full,
            Self::Smoke => 50,
        }
    }
}

/// A group of rows with the word that selects it.
pub type Group = (&'static str, fn(Size) -> Report);

/// All groups, in the order in which they run.
pub const GROUPS: &[Group] = &[
    ("mem", memory::rows),
    ("book", book::rows),
    ("lite", lite::rows),
    ("orders", orders::rows),
    ("journal", journal::rows),
    ("t2t", t2t::rows),
    ("match", matching::rows),
    ("sign", sign::rows),
    ("wire", wire::rows),
    ("rest", rest::rows),
    ("start", start::rows),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_runs() {
        for (name, rows) in GROUPS {
            let report = rows(Size::Smoke);
            assert!(!report.rows.is_empty() || !report.notes.is_empty(), "{name} says something");
        }
    }
}
