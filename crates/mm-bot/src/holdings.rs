//! What a venue is believed to hold of ours, told once at the start: for whoever compares it with the venue.

use mm_core::Venue;
use mm_model::{MarketId, SignedQty};
use serde_json::{Map, Value, json};

/// Logs orders, positions and what our own fills come to, of every market that has any.
pub(crate) fn tell(venue: &Venue) {
    let holds = of(venue);
    tracing::info!(venue = venue.name(), %holds, "ready");
}

/// Sizes and prices are plain decimals without needless noughts.
fn of(venue: &Venue) -> Value {
    let markets = venue.markets();
    let market_of = |id: MarketId| markets.iter().find(|market| market.id == id);
    let orders = venue.open_orders().into_iter().filter_map(|record| {
        let market = market_of(record.order().market)?;
        Some(json!({
            "client_id": record.client_id().0,
            "market": &*market.symbol,
            "side": record.order().side.to_string(),
            "price": record.price().map(|price| market.price_decimal(price).normalized().to_string()),
            "left": market.qty_decimal(record.exposed()).normalized().to_string(),
            "state": record.state().as_str(),
        }))
    });
    let signed = |id: MarketId, net: SignedQty| {
        let market = market_of(id).filter(|_| !net.is_flat())?;
        Some((market.symbol.to_string(), Value::from(market.signed_decimal(net).normalized().to_string())))
    };
    let positions: Map<_, _> =
        venue.positions().iter().filter_map(|position| signed(position.market, position.net)).collect();
    let filled: Map<_, _> =
        markets.iter().filter_map(|market| signed(market.id, venue.filled(market.id))).collect();
    json!({ "orders": orders.collect::<Vec<_>>(), "positions": positions, "filled": filled })
}
