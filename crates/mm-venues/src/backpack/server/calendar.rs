//! The venue's four spellings of a point in time. All are UTC and none says so.

use mm_model::Timestamp;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");
const MICROS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
const SPACED: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// `2024-09-11T12:00:00`: candles of the stream, ends of funding intervals.
pub(super) fn seconds(at: Timestamp) -> String {
    written(at, SECONDS)
}

/// `2026-09-01T17:54:04.094`: history rows.
pub(super) fn millis(at: Timestamp) -> String {
    written(at, MILLIS)
}

/// `2024-01-01T00:00:00.000000`: when a market was listed.
pub(super) fn micros(at: Timestamp) -> String {
    written(at, MICROS)
}

/// `2026-09-01 17:23:00`: candles over REST.
pub(super) fn spaced(at: Timestamp) -> String {
    written(at, SPACED)
}

/// The first moment of the month that `at` lies in.
pub(super) fn month_start(at: Timestamp) -> Timestamp {
    let first = moment(at).date().replace_day(1).expect("every month has a first day").midnight().assume_utc();
    Timestamp(u64::try_from(first.unix_timestamp_nanos()).unwrap_or(0))
}

/// The first moment of the month after the one that `at` lies in.
pub(super) fn next_month(at: Timestamp) -> Timestamp {
    // No month is longer than 31 days, and the 32nd day from its first lies in the next one.
    month_start(month_start(at) + std::time::Duration::from_secs(32 * 86_400))
}

fn written(at: Timestamp, format: &[BorrowedFormatItem<'_>]) -> String {
    moment(at).format(format).expect("the format names only parts that every moment has")
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0)).expect("64 bits of nanoseconds end in 2554")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let at = Timestamp::from_us(1_788_285_244_094_123);
        assert_eq!(seconds(at), "2026-09-01T17:54:04");
        assert_eq!(millis(at), "2026-09-01T17:54:04.094");
        assert_eq!(micros(at), "2026-09-01T17:54:04.094123");
        assert_eq!(spaced(at), "2026-09-01 17:54:04");
        assert_eq!(millis(month_start(at)), "2026-09-01T00:00:00.000");
        assert_eq!(seconds(next_month(at)), "2026-10-01T00:00:00");
        assert_eq!(seconds(Timestamp(u64::MAX)), "2554-07-21T23:34:33");
    }
}
