//! Months: the one candle whose length depends on the calendar.

use std::time::Duration;

use mm_model::Timestamp;
use time::UtcDateTime;

/// The first moment of the month that `at` lies in.
pub(crate) fn month_start(at: Timestamp) -> Timestamp {
    let moment = UtcDateTime::from_unix_timestamp_nanos(i128::from(at.0))
        .expect("every u64 of nanoseconds lies before the year 2600");
    let first = moment.date().replace_day(1).expect("every month has a first day").midnight().assume_utc();
    Timestamp(u64::try_from(first.unix_timestamp_nanos()).unwrap_or(0))
}

/// The first moment of the month after the one that `at` lies in.
pub(crate) fn next_month(at: Timestamp) -> Timestamp {
    // No month is longer than 31 days, and the 32nd day from its first lies in the next one.
    month_start(month_start(at) + Duration::from_secs(32 * 86_400))
}
