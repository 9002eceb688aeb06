//! Live progress: one line for each step, with its time.

use std::sync::Arc;

use mm_model::{Timestamp, printable};
use mm_strategy::{
    Observer,
    smoke_test::{Check, Leg, Progress, Report, Verdict},
};

use super::{
    Screen,
    style::{BAD, BOLD, DIM, GOOD, WARN, paint, took},
};

/// Prints what a strategy does and keeps its report.
pub(crate) struct Watcher {
    screen: Arc<Screen>,
    width: usize,
    report: std::sync::Mutex<Option<Report>>,
}

impl Watcher {
    /// `connectors` are those that will tell something.
    pub(crate) fn new<'a>(screen: Arc<Screen>, connectors: impl Iterator<Item = &'a str>) -> Self {
        let width = connectors.map(|name| name.chars().count()).max().unwrap_or(0);
        Self { screen, width, report: std::sync::Mutex::new(None) }
    }

    /// The report, once there is one.
    pub(crate) fn report(&self) -> Option<Report> {
        self.report.lock().expect("no panic while holding it").clone()
    }
}

impl Observer for Watcher {
    fn progress(&self, at: Timestamp, connector: &str, event: &Progress) {
        let time = paint(DIM, at);
        self.screen.line(format!("{time}  {connector:<width$}  {}", line(event), width = self.width));
    }

    fn report(&self, report: &Report) {
        *self.report.lock().expect("no panic while holding it") = Some(report.clone());
    }
}

/// One step in words.
fn line(event: &Progress) -> String {
    match event {
        Progress::Started { symbol } => format!("{} round trip on {}", paint(BOLD, "▶"), paint(BOLD, symbol)),
        Progress::Sized { side, size, bid, ask } => format!("  {side} {size}, book {bid} / {ask}"),
        Progress::Posted { client_id, price, qty, attempt } => {
            let again = if *attempt > 1 { format!("  (order {attempt})") } else { String::new() };
            format!("{} {qty} posted at {}  {}{again}", paint(BOLD, "→"), paint(BOLD, price), id(*client_id))
        }
        Progress::PartlyFilled { leg, client_id, filled, qty } => {
            format!("{} {} {filled}/{qty} filled  {}", paint(GOOD, "◐"), leg.as_str(), id(*client_id))
        }
        Progress::Filled { leg, client_id, qty, price } => {
            let at = price.as_ref().map(|price| format!(" at {}", paint(BOLD, price))).unwrap_or_default();
            format!("{} {} {qty} filled{at}  {}", paint(GOOD, "●"), leg.as_str(), id(*client_id))
        }
        Progress::Ended { leg, client_id, state, filled } => {
            let filled = if filled.trim_matches(['0', '.']).is_empty() {
                String::new()
            } else {
                format!(" after {filled}")
            };
            format!(
                "{} {} {}{filled}  {}",
                paint(DIM, "○"),
                leg.as_str(),
                state.to_ascii_lowercase(),
                id(*client_id)
            )
        }
        Progress::Exiting { leg, side, qty } => {
            let what = match leg {
                Leg::Entry | Leg::Exit => "market exit",
                Leg::Cleanup => "flattening",
            };
            format!("{} {what}: {side} {qty}", paint(BOLD, "←"))
        }
        Progress::Checked(check) => checked(check),
        Progress::CleaningUp { round, orders, open } => {
            let s = if *orders == 1 { "" } else { "s" };
            format!(
                "{} cleaning up, round {round}: {orders} order{s} not over, fills leave {open}",
                paint(WARN, "↺")
            )
        }
        Progress::Done { passed: true } => paint(GOOD, "■ passed"),
        Progress::Done { passed: false } => paint(BAD, "■ failed"),
    }
}

fn id(client_id: u64) -> String {
    paint(DIM, format_args!("#{client_id}"))
}

/// A check in one line: sign, name, what was seen, how long it took when that can be felt.
fn checked(check: &Check) -> String {
    let (sign, text) = verdict(&check.verdict);
    let time = if check.took.as_millis() > 0 {
        paint(DIM, format_args!("  {}", took(check.took)))
    } else {
        String::new()
    };
    format!("{sign} {}: {text}{time}", check.name)
}

/// Sign and text of a verdict.
pub(super) fn verdict(verdict: &Verdict) -> (String, String) {
    match verdict {
        Verdict::Passed(seen) => (paint(GOOD, "✓"), fit(seen)),
        Verdict::Failed(reason) => (paint(BAD, "✗"), paint(BAD, fit(reason))),
        Verdict::Skipped(reason) => (paint(DIM, "–"), paint(DIM, fit(reason))),
    }
}

/// A text that may quote a venue, fit for a terminal (fault 82).
fn fit(text: &str) -> String {
    const SHOWN_MAX: usize = 2_000;
    printable(text, SHOWN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_82_a_venues_words_do_not_talk_to_the_terminal() {
        let evil = format!("refused: a\nb\u{1b}[2J{}", "x".repeat(1 << 20));
        for said in [Verdict::Passed(evil.clone()), Verdict::Failed(evil.clone()), Verdict::Skipped(evil)] {
            // Our own colours aside.
            let shown = anstream::adapter::strip_str(&verdict(&said).1).to_string();
            assert!(
                shown.starts_with("refused: a\\nb\\u{1b}[2Jx") && shown.chars().count() <= 2_000,
                "{}",
                shown.len()
            );
        }
    }
}
