//! `status` for a person: a few lines for each bot. What was not heard lately is shown with its age.

use std::{fmt::Write as _, time::Duration};

use serde_json::Value;

use super::style::{BAD, BOLD, DIM, GOOD, LIVE, SIMULATED, WARN, paint, took};

/// Older than this is worth a colour.
const STALE_MS: u64 = 10_000;

/// One bot.
pub(crate) fn text(bot: &Value) -> String {
    let words = |key: &str| bot[key].as_str().unwrap_or_default().to_owned();
    let mode = match bot["mode"].as_str() {
        Some("ACTIVE") => paint(GOOD, "ACTIVE"),
        mode => paint(BAD, mode.unwrap_or("?")),
    };
    let live = if bot["live"] == true { paint(LIVE, " LIVE ") } else { paint(SIMULATED, " SIMULATED ") };
    let mut out = format!(
        "{live} {} · {mode} · process {} · up {} · {}",
        paint(BOLD, words("strategy")),
        bot["pid"],
        age(&bot["uptime_ms"]),
        words("configuration")
    );
    if let Some(reason) = bot["reason"].as_str() {
        let _ = write!(out, "\n  {reason}");
    }
    let silent = bot["strategy_silent_ms"].as_u64().unwrap_or(0);
    if STALE_MS <= silent {
        let _ = write!(
            out,
            "\n  {}",
            paint(BAD, format_args!("the strategy has not yielded for {}", ms(silent)))
        );
    }
    for (name, venue) in bot["venues"].as_object().into_iter().flatten() {
        out.push_str(&venue_lines(name, venue));
    }
    out
}

fn venue_lines(name: &str, venue: &Value) -> String {
    let state = match (venue["ready"].as_bool(), venue["reason"].as_str()) {
        (Some(true), _) => paint(GOOD, "ready"),
        (_, reason) => paint(BAD, reason.unwrap_or("not ready")),
    };
    let heard = match venue["heard_ms_ago"].as_u64() {
        None => paint(WARN, "never heard"),
        Some(at) if STALE_MS <= at => paint(WARN, format_args!("heard {} ago", ms(at))),
        Some(at) => paint(DIM, format_args!("heard {} ago", ms(at))),
    };
    let orders = venue["open_orders"].as_array().map_or(&[][..], Vec::as_slice);
    let mut out = format!("\n  {} {state} · {heard} · {} open", paint(BOLD, name), orders.len());
    for (key, what) in
        [("unknown_orders", "unknown"), ("external_orders", "not ours"), ("anomalies", "anomalies")]
    {
        if let Some(n) = venue[key].as_u64().filter(|n| 0 < *n) {
            let _ = write!(out, " · {}", paint(WARN, format_args!("{n} {what}")));
        }
    }
    let word = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    for row in venue["positions"].as_array().into_iter().flatten() {
        let _ = write!(out, "\n    {} {}", word(row, "market"), paint(BOLD, word(row, "net")));
    }
    for row in orders {
        let _ = write!(
            out,
            "\n    {} {} {} at {} · {} filled · {} · {}",
            word(row, "market"),
            word(row, "side"),
            word(row, "qty"),
            word(row, "price"),
            word(row, "filled"),
            word(row, "state"),
            age(&row["age_ms"])
        );
    }
    out
}

fn age(value: &Value) -> String {
    ms(value.as_u64().unwrap_or(0))
}

fn ms(ms: u64) -> String {
    took(Duration::from_millis(ms))
}
