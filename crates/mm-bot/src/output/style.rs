//! Colours and small forms. Colours are left out by the stream itself where they do not belong.

use std::{fmt::Display, time::Duration};

use anstyle::{AnsiColor, Style};
use mm_model::Timestamp;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();
/// Real money: cannot be overlooked.
pub(crate) const LIVE: Style = AnsiColor::Red.on_default().bold().invert();
/// No real money.
pub(crate) const SIMULATED: Style = AnsiColor::Cyan.on_default().bold().invert();

/// `text` in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A duration as a trader reads it: three digits and the unit that fits.
pub(crate) fn took(d: Duration) -> String {
    let us = d.as_micros();
    let (n, scale, unit) = match us {
        0..1_000 => return format!("{us} µs"),
        1_000..1_000_000 => (us, 1_000, "ms"),
        _ => (us, 1_000_000, "s"),
    };
    let (whole, rest) = (n / scale, n % scale);
    match whole {
        0..10 => format!("{whole}.{:02} {unit}", rest * 100 / scale),
        10..100 => format!("{whole}.{} {unit}", rest * 10 / scale),
        _ => format!("{whole} {unit}"),
    }
}

/// `+598 ms` since `start`.
pub(crate) fn since(start: Timestamp, at: Timestamp) -> String {
    format!("+{}", took(at.since(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let check = |us, want: &str| assert_eq!(took(Duration::from_micros(us)), want);
        check(7, "7 µs");
        check(1_234, "1.23 ms");
        check(12_345, "12.3 ms");
        check(123_456, "123 ms");
        check(2_345_678, "2.34 s");
        check(120_000_000, "120 s");
    }
}
