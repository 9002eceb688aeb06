//! The lengths of candles in the venue's words.

use crate::server::candles::{Interval, Intervals};

/// In the order of the venue's documentation.
pub(super) const INTERVALS: Intervals = &[
    ("1s", Interval::seconds(1)),
    ("1m", Interval::seconds(60)),
    ("3m", Interval::seconds(180)),
    ("5m", Interval::seconds(300)),
    ("15m", Interval::seconds(900)),
    ("30m", Interval::seconds(1_800)),
    ("1h", Interval::seconds(3_600)),
    ("2h", Interval::seconds(7_200)),
    ("4h", Interval::seconds(14_400)),
    ("6h", Interval::seconds(21_600)),
    ("8h", Interval::seconds(28_800)),
    ("12h", Interval::seconds(43_200)),
    ("1d", Interval::days(1)),
    ("3d", Interval::days(3)),
    ("1w", Interval::WEEK),
    ("1month", Interval::Month),
];

/// From the venue's word.
pub(super) fn parse(word: &str) -> Option<Interval> {
    Interval::parse(INTERVALS, word)
}
