//! What no codec may tell, whatever it was told.

use mm_model::{CallError, Event, Market, OrderReport, Price, Qty, Refusal, ReportedStatus, SignedQty};

/// The most characters of a venue's text in anything that is told: errors must not carry a megabyte.
const TEXT_MAX: usize = 1_000;

/// Checks what a codec told.
///
/// # Panics
/// When it is impossible.
pub(crate) fn check(event: &Event) {
    match event {
        Event::Markets(markets) => markets.iter().for_each(market),
        Event::Order(report) => order(report),
        Event::OpenOrders(list) => list.rows.iter().for_each(order),
        Event::Fill(fill) => named(&fill.fee_asset),
        Event::Fills(list) => list.rows.iter().for_each(|fill| named(&fill.fee_asset)),
        Event::Refused { refusal, .. } => refused(refusal),
        Event::FeedRefused { reason } => short(reason),
        Event::Balances(list) => list.rows.iter().for_each(|row| named(&row.asset)),
        Event::Balance(row) => named(&row.asset),
        _ => {}
    }
}

/// Checks what a call ended in.
///
/// # Panics
/// When the text is longer than anybody reads, or can do harm to a terminal.
pub(crate) fn check_error(error: &CallError) {
    match error {
        CallError::Refused(refusal) => refused(refusal),
        CallError::NotSent(why) | CallError::OutcomeUnknown(why) => short(why),
    }
}

/// Checks a text that quotes a venue.
///
/// # Panics
/// As [`check_error`].
pub(crate) fn short(text: &str) {
    assert!(text.chars().count() <= TEXT_MAX, "a text of {} bytes", text.len());
    let harm = text.chars().find(|c| c.is_control());
    assert_eq!(harm, None, "a text for people with a control character: {}", text.escape_debug());
}

fn refused(refusal: &Refusal) {
    short(&refusal.code);
    short(&refusal.message);
}

fn order(report: &OrderReport) {
    assert!(!report.venue_id.as_str().is_empty());
    match &report.status {
        ReportedStatus::Cancelled { reason: Some(reason) } | ReportedStatus::Rejected { reason } => {
            short(reason);
        }
        _ => {}
    }
}

fn named(name: &str) {
    assert!(!name.is_empty(), "an asset without a name");
    short(name);
}

/// A market that a codec lets in must bear all arithmetic that is done with it.
fn market(market: &Market) {
    assert!(market.is_exact(), "{market:?}");
    named(&market.symbol);
    for n in [i64::MIN, -1, 0, 1, i64::MAX] {
        let (price, qty) = (Price(n), Qty(n.unsigned_abs()));
        let decimal = market.price_decimal(price);
        assert_eq!(market.price_down(decimal), price, "{market:?}");
        let _ = market.price_up(decimal);
        let _ = (market.qty_decimal(qty), market.signed_decimal(SignedQty(n)));
        let _ = (market.notional(price, qty), market.signed_notional(price, SignedQty(n)));
    }
}
