//! Answers of Lighter that say something that is not so.

use bytes::Bytes;
use mm_venues::http::Reply;
use serde_json::{Value, json};

use crate::faults::{GhostOrder, Lie};

/// Changes a reply so that it tells the lie; a reply about something else stays as it is.
pub(super) fn falsify(lie: &Lie, ask: &'static str, reply: &mut Reply) {
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return };
    match ask {
        "positions" => {
            let positions = body.pointer_mut("/accounts/0/positions").and_then(Value::as_array_mut);
            let Some(positions) = positions else { return };
            for (symbol, net) in &lie.positions {
                lie_about_position(positions, symbol, net);
            }
        }
        "open_orders" => match &lie.open_orders {
            Some(ghosts) => body["orders"] = ghosts.iter().map(ghost_row).collect(),
            None => return,
        },
        _ => return,
    }
    if let Ok(body) = serde_json::to_vec(&body) {
        reply.body = Bytes::from(body);
    }
}

/// Changes the size of a position, invents one, or hides it.
fn lie_about_position(rows: &mut Vec<Value>, symbol: &str, net: &str) {
    let known = rows.iter().position(|row| row.get("symbol").and_then(Value::as_str) == Some(symbol));
    let size = net.trim_start_matches('-');
    if size.chars().all(|c| matches!(c, '0' | '.')) {
        if let Some(n) = known {
            rows.remove(n);
        }
        return;
    }
    let sign = if net.starts_with('-') { -1 } else { 1 };
    match known {
        Some(n) => {
            rows[n]["position"] = json!(size);
            rows[n]["sign"] = json!(sign);
        }
        None => rows.push(json!({
            "market_id": market_index(symbol), "symbol": symbol, "initial_margin_fraction": "5.00",
            "open_order_count": 0, "pending_order_count": 0, "position_tied_order_count": 0,
            "sign": sign, "position": size, "avg_entry_price": "0", "position_value": "0",
            "unrealized_pnl": "0", "realized_pnl": "0", "liquidation_price": "0", "margin_mode": 0,
            "allocated_margin": "0", "total_discount": "0",
        })),
    }
}

/// An open order that does not exist, with every field of the reference.
fn ghost_row(ghost: &GhostOrder) -> Value {
    let client_id = ghost.client_id.unwrap_or(0);
    let venue_id: u64 = ghost.venue_id.parse().unwrap_or(1 << 48);
    json!({
        "order_index": venue_id, "client_order_index": client_id, "order_id": venue_id.to_string(),
        "client_order_id": client_id.to_string(), "market_index": market_index(&ghost.market),
        "owner_account_index": 0, "initial_base_amount": ghost.size, "price": ghost.price, "nonce": 0,
        "remaining_base_amount": ghost.size, "is_ask": ghost.side == "sell", "base_size": 0, "base_price": 0,
        "filled_base_amount": "0", "filled_quote_amount": "0", "side": ghost.side, "type": "limit",
        "time_in_force": "good-till-time", "reduce_only": false, "trigger_price": "0", "order_expiry": 0,
        "status": "open", "trigger_status": "na", "trigger_time": 0, "parent_order_index": 0,
        "parent_order_id": "0", "to_trigger_order_id_0": "0", "to_trigger_order_id_1": "0",
        "to_cancel_order_id_0": "0", "block_height": 0, "timestamp": 0, "created_at": 0, "updated_at": 0,
        "transaction_time": 0, "integrator_fee_collector_index": "0", "integrator_maker_fee": "0",
        "integrator_taker_fee": "0", "order_flags": 0, "order_version": 0, "market_symbol": ghost.market,
        "market_kind": "perps",
    })
}

/// The venue's number of a market: perpetuals count from 0, spot markets from 2048, as they are listed.
fn market_index(symbol: &str) -> usize {
    let spot_first = 2048;
    let of_kind = |is_spot: bool| super::MARKETS.iter().filter(move |line| line.is_spot() == is_spot);
    of_kind(false)
        .position(|line| line.symbol == symbol)
        .or_else(|| of_kind(true).position(|line| line.symbol == symbol).map(|n| spot_first + n))
        .unwrap_or(usize::from(u8::MAX))
}
