//! What came of a run.

use std::{collections::BTreeMap, fmt, time::Duration};

use mm_model::Timestamp;

use crate::Digest;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When.
    pub at: Timestamp,
    /// What kind, as a word that never changes.
    pub code: &'static str,
    /// What was seen.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.at, self.code, self.text)
    }
}

/// What happened, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Virtual time.
    pub took: Duration,
    /// Lives that the bot had.
    pub lives: u64,
    /// How many of them were cut off.
    pub kills: u64,
    /// Orders that an engine admitted.
    pub orders: u64,
    /// Executions of them.
    pub fills: u64,
    /// Faults that struck, by kind.
    pub strikes: BTreeMap<String, u64>,
}

impl Totals {
    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        self.took += other.took;
        self.lives += other.lives;
        self.kills += other.kills;
        self.orders += other.orders;
        self.fills += other.fills;
        for (kind, n) in &other.strikes {
            *self.strikes.entry(kind.clone()).or_default() += n;
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whose.
    pub seed: u64,
    /// The hash of its event log.
    pub digest: Digest,
    /// Lines of that log.
    pub n_lines: u64,
    /// What must never be and was; empty: it passed.
    pub violations: Vec<Violation>,
    /// What happened.
    pub totals: Totals,
    /// The event log, where it was to be kept.
    pub log: Option<String>,
}

impl Verdict {
    /// Whether nothing was lost.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.violations.is_empty()
    }
}
