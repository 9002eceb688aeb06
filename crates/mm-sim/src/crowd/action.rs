//! What a crowd can be told.

use serde::{Deserialize, Serialize};

/// What a crowd can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CrowdAction {
    /// Stands still: its orders stay, nothing new comes.
    Pause,
    /// Goes on; also ends `never_fill` and `part_fill`.
    Resume,
    /// Moves its fair price.
    Move {
        /// By how much, in basis points.
        bps: i64,
        /// Over how many milliseconds, evenly.
        over_ms: u64,
    },
    /// Goes on, but never fills a resting order of a client: its takers take only what is better priced than the
    /// clients' best, its makers settle behind it. Where clients hold both sides of a market one tick apart, the
    /// crowd cannot trade at all.
    NeverFill,
    /// Goes on, and its takers take a part of the client's order that is first at the touch, seldom all of it.
    PartFill,
}
