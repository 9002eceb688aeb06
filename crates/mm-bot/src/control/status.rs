//! What a bot says of itself: one value for the command line, and for whatever shows it later. Everything that can grow old
//! carries its age.

use std::time::Duration;

use mm_core::{Venue, risk::Gate};
use mm_model::{Market, MarketId, OrderRecord, Timestamp};
use serde_json::{Value, json};

use super::Pulse;

/// Who speaks.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The configuration's file.
    pub(crate) file: String,
    /// The strategy's name.
    pub(crate) strategy: &'static str,
    /// Whether real money is at stake.
    pub(crate) live: bool,
    /// When it was started.
    pub(crate) started_at: Timestamp,
}

/// Where a bot stands.
pub(super) fn of(
    identity: &Identity,
    now: Timestamp,
    (gate, pulse): (&Gate, &Pulse),
    venues: &[Venue],
) -> Value {
    let reason = gate.reason();
    json!({
        "pid": std::process::id(),
        "at": super::stamp(now),
        "configuration": identity.file,
        "strategy": identity.strategy,
        "live": identity.live,
        "uptime_ms": ms(now.since(identity.started_at)),
        "mode": gate.mode().as_str(),
        "reason": (!reason.is_empty()).then_some(reason),
        "strategy_silent_ms": ms(pulse.silent_for()),
        "profit": gate.profit().to_string(),
        "gross": gate.gross().to_string(),
        "venues": venues.iter().map(|venue| (venue.name().to_owned(), venue_row(venue, now)))
            .collect::<serde_json::Map<_, _>>(),
    })
}

fn venue_row(venue: &Venue, now: Timestamp) -> Value {
    let status = venue.status();
    let age = |at: Timestamp| (at != Timestamp::ZERO).then(|| ms(now.since(at)));
    let markets = venue.markets();
    let market = |id: MarketId| markets.iter().find(|market| market.id == id);
    let positions = venue.positions();
    let positions = positions.iter().filter_map(|row| {
        let market = market(row.market)?;
        Some(json!({
            "market": market.symbol.to_string(),
            "net": market.signed_decimal(row.net).to_string(),
            "entry": row.entry.map(|price| market.price_decimal(price).to_string()),
        }))
    });
    json!({
        "ready": status.ready,
        "reason": status.reason,
        "heard_ms_ago": age(status.heard_at),
        "driver_ms_ago": age(status.alive_at),
        "round_trip_ms": status.round_trip.map(ms),
        "reconnects": status.reconnects,
        "unanswered": status.unanswered,
        "in_flight": status.in_flight,
        "unknown_orders": status.unknown_orders,
        "external_orders": venue.external_orders().iter().filter(|order| !order.is_over()).count(),
        "anomalies": status.anomalies,
        "clock_offset_ms": status.clock_offset_ns / 1_000_000,
        "open_orders": venue.open_orders().iter().filter_map(|order| order_row(order, market(order.order().market)?, now))
            .collect::<Vec<_>>(),
        "positions": positions.collect::<Vec<_>>(),
    })
}

fn order_row(record: &OrderRecord, market: &Market, now: Timestamp) -> Option<Value> {
    Some(json!({
        "client_id": record.client_id().0,
        "venue_id": record.venue_id().map(|id| id.to_string()),
        "market": market.symbol.to_string(),
        "side": record.order().side.to_string(),
        "price": record.price().map(|price| market.price_decimal(price).to_string()),
        "qty": market.qty_decimal(record.qty()).to_string(),
        "filled": market.qty_decimal(record.filled()).to_string(),
        "state": record.state().as_str(),
        "unknown": record.is_unknown(),
        "age_ms": ms(now.since(record.created_at())),
    }))
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
