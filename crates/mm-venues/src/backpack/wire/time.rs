//! The venue's calendar times: naive UTC text such as `2026-09-01T17:54:04.094`, without a zone.

use mm_model::Timestamp;
use time::{
    PrimitiveDateTime, UtcDateTime, format_description::BorrowedFormatItem, macros::format_description,
};

const READ: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");
const WRITE_MS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");
const WRITE_S: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const WRITE_SPACED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Reads `2026-09-01T17:54:04`, with or without a fraction. `None` for anything else, or before 1970.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let at = PrimitiveDateTime::parse(text, READ).ok()?.assume_utc();
    u64::try_from(at.unix_timestamp_nanos()).ok().map(Timestamp)
}

/// `2026-09-01T17:54:04.094`: history rows.
#[must_use]
pub fn millis(at: Timestamp) -> String {
    write(at, WRITE_MS)
}

/// `2026-09-01T17:54:04`: stream candles and funding intervals.
#[must_use]
pub fn seconds(at: Timestamp) -> String {
    write(at, WRITE_S)
}

/// `2026-09-01 17:54:04`: REST candles.
#[must_use]
pub fn seconds_spaced(at: Timestamp) -> String {
    write(at, WRITE_SPACED)
}

fn write(at: Timestamp, format: &[BorrowedFormatItem<'_>]) -> String {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(at.0))
        .expect("every u64 of nanoseconds lies before the year 2600")
        .format(format)
        .expect("the format has calendar parts only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_times_are_read_and_written_as_the_venue_does() {
        let at = parse("2026-09-01T17:54:04.094").unwrap();
        // The same order's `createdAt` over REST, recorded 2026-09-01.
        assert_eq!(at.ms(), 1_788_285_244_094);
        assert_eq!(millis(at), "2026-09-01T17:54:04.094");
        assert_eq!(seconds(at), "2026-09-01T17:54:04");
        assert_eq!(seconds_spaced(at), "2026-09-01 17:54:04");
        assert_eq!(parse("2025-07-22T00:00:00").map(|t| t.ms()), Some(1_753_142_400_000));
        assert_eq!(parse("2025-01-21T06:34:54.691858").map(|t| t.us()), Some(1_737_441_294_691_858));
        assert_eq!(millis(Timestamp(u64::MAX)), "2554-07-21T23:34:33.709");
        for bad in ["", "2026-09-01", "2026-13-01T00:00:00", "1969-12-31T23:59:59", "2026-09-01T17:54:04Z"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
