//! The report at the end: one line for each check, each order's life, what it cost, how long it took, the verdict.

use std::fmt::{self, Write as _};

use mm_model::{Decimal, Money};
use mm_strategy::smoke_test::{OrderLife, Report, VenueReport, Verdict};

use super::{
    progress::verdict,
    style::{BAD, BOLD, DIM, GOOD, paint, since, took},
};

/// The whole report as text.
pub(crate) fn text(report: &Report) -> String {
    let mut out = String::new();
    for venue in &report.connectors {
        write_venue(&mut out, venue).expect("a String takes all");
    }
    write_end(&mut out, report).expect("a String takes all");
    out
}

fn write_venue(out: &mut String, venue: &VenueReport) -> fmt::Result {
    let end = if venue.passed { paint(GOOD, "PASSED") } else { paint(BAD, "FAILED") };
    let what = match &venue.size {
        Some(size) => format!("{} · {} {size}", venue.symbol, venue.side),
        None => venue.symbol.clone(),
    };
    writeln!(out, "\n{} · {what} · {end} in {}", paint(BOLD, &venue.connector), took(venue.took))?;
    writeln!(out, "\n  {}", paint(DIM, "CHECKS"))?;
    let width = venue.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in &venue.checks {
        let (sign, text) = verdict(&check.verdict);
        let time = match check.verdict {
            Verdict::Skipped(_) => String::new(),
            _ => took(check.took),
        };
        writeln!(out, "  {sign} {:<width$}  {}  {text}", check.name, paint(DIM, format_args!("{time:>8}")))?;
    }
    if !venue.orders.is_empty() {
        writeln!(out, "\n  {}", paint(DIM, "ORDERS"))?;
    }
    for order in &venue.orders {
        write_order(out, order)?;
    }
    write_costs(out, venue)?;
    write_times(out, venue)
}

fn write_order(out: &mut String, order: &OrderLife) -> fmt::Result {
    let price = order.price.as_ref().map_or_else(|| "at market".to_owned(), |price| format!("at {price}"));
    let venue_id = order.venue_id.as_deref().unwrap_or("none");
    writeln!(
        out,
        "  {:<7} {} {} {price} · {} {} {}",
        order.leg.as_str(),
        order.side,
        order.qty,
        paint(BOLD, order.state),
        order.filled,
        paint(DIM, format_args!("· #{} · venue's id {venue_id}", order.client_id)),
    )?;
    for step in &order.steps {
        writeln!(
            out,
            "          {}  {:>9}  {:<16} {:<10} {}",
            paint(DIM, step.at),
            since(order.created_at, step.at),
            step.state,
            step.filled,
            paint(DIM, &step.cause),
        )?;
    }
    for fill in &order.fills {
        writeln!(
            out,
            "          {}  trade {} {} at {} as {}, fee {} {}",
            paint(DIM, fill.at),
            fill.trade_id,
            fill.qty,
            fill.price,
            fill.liquidity,
            fill.fee,
            fill.fee_asset,
        )?;
    }
    Ok(())
}

fn write_costs(out: &mut String, venue: &VenueReport) -> fmt::Result {
    if venue.fees.is_empty() && venue.gross.is_none() {
        return Ok(());
    }
    writeln!(out, "\n  {}", paint(DIM, "COSTS"))?;
    for (asset, fee) in &venue.fees {
        writeln!(out, "  fees        {fee} {asset}")?;
    }
    let (Some(gross), Some(quote)) = (&venue.gross, &venue.quote) else { return Ok(()) };
    writeln!(out, "  round trip  {gross} {quote} before fees (sold less bought)")?;
    // The net is told only where all fees were taken in the quote asset.
    let fee = match venue.fees.iter().collect::<Vec<_>>().as_slice() {
        [] => Some(Money::ZERO),
        [(asset, fee)] if *asset == quote => money(fee),
        _ => None,
    };
    match (money(gross), fee) {
        (Some(gross), Some(fee)) => writeln!(out, "  net         {} {quote}", paint(BOLD, gross - fee)),
        _ => Ok(()),
    }
}

fn money(text: &str) -> Option<Money> {
    Money::from_decimal(Decimal::parse(text).ok()?).ok()
}

fn write_times(out: &mut String, venue: &VenueReport) -> fmt::Result {
    writeln!(out, "\n  {}", paint(DIM, "TIMES"))?;
    let mut parts: Vec<String> =
        venue.legs.iter().map(|leg| format!("{} {}", leg.name, took(leg.took))).collect();
    if let Some(rtt) = venue.round_trip {
        parts.push(format!("REST round trip {}", took(rtt)));
    }
    if let (Some(min), Some(max)) = (venue.acks.iter().min(), venue.acks.iter().max()) {
        parts.push(format!("order to first word {} … {}", took(*min), took(*max)));
    }
    if venue.reconnects > 0 {
        parts.push(format!("{} reconnects", venue.reconnects));
    }
    writeln!(out, "  {}", parts.join(" · "))
}

fn write_end(out: &mut String, report: &Report) -> fmt::Result {
    let checks = report.connectors.iter().flat_map(|venue| &venue.checks);
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for check in checks {
        match check.verdict {
            Verdict::Passed(_) => passed += 1,
            Verdict::Failed(_) => failed += 1,
            Verdict::Skipped(_) => skipped += 1,
        }
    }
    let n = report.connectors.len();
    let s = if n == 1 { "" } else { "s" };
    let mut counts = format!("{passed} passed");
    if failed > 0 {
        write!(counts, ", {failed} failed")?;
    }
    if skipped > 0 {
        write!(counts, ", {skipped} skipped")?;
    }
    let end = if report.passed { paint(GOOD, "PASSED") } else { paint(BAD, "FAILED") };
    write!(out, "\n{end} · {n} connector{s} · checks: {counts} · {}", took(report.took))?;
    for reason in report.failures() {
        write!(out, "\n  {} {reason}", paint(BAD, "✗"))?;
    }
    Ok(())
}
