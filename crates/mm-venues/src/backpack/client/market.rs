//! The venue's listings as our markets.

use mm_model::{Decimal, Market, MarketId, MarketKind, Qty, Symbol, TradingState};

use crate::{
    backpack::wire::{self, Text},
    reading::unreadable,
};

/// The largest tick or lot we believe, in its own digits: keeps price × size × fee within exact arithmetic. The
/// largest seen is 10,000 (BONK_USDC, 2026-09).
const STEP_DIGITS_MAX: i128 = 1_000_000_000;

/// A listing as a market; `None` for kinds of market that we do not trade (dated, prediction, requests for quotes,
/// and whatever comes next) and for rules that exact arithmetic does not hold.
///
/// # Errors
/// When a market of a kind that we trade has rules that cannot be read.
pub(super) fn market(
    listing: &wire::market_data::Market<'_>,
) -> Result<Option<Market>, mm_model::DecodeError> {
    let kind = match listing.market_type.as_str() {
        "SPOT" => MarketKind::Spot,
        "PERP" => MarketKind::Perpetual,
        _ => return Ok(None),
    };
    let number = |text: &Text<'_>| {
        Decimal::parse(text).map_err(|error| unreadable("market", format!("{}: {error}", listing.symbol)))
    };
    let mut market = Market {
        id: MarketId(0),
        symbol: Symbol::from(listing.symbol.as_str()),
        base: Symbol::from(listing.base_symbol.as_str()),
        quote: Symbol::from(listing.quote_symbol.as_str()),
        kind,
        trading: trading(listing),
        tick: number(&listing.filters.price.tick_size)?,
        lot: number(&listing.filters.quantity.step_size)?,
        min_qty: Qty::ZERO,
        max_qty: None,
        min_notional: None,
    };
    if [market.tick, market.lot].iter().any(|step| step.mantissa > STEP_DIGITS_MAX) || !market.is_exact() {
        return Ok(None);
    }
    let min = number(&listing.filters.quantity.min_quantity)?;
    let min_down = market.qty_down(min);
    market.min_qty = if market.qty_decimal(min_down) == min { min_down } else { min_down.plus(Qty(1)) };
    let max = listing.filters.quantity.max_quantity.as_ref();
    market.max_qty = max.map(number).transpose()?.map(|max| market.qty_down(max));
    Ok(Some(market))
}

/// A state that we do not know, and a market that the venue hides, take no orders of ours.
fn trading(listing: &wire::market_data::Market<'_>) -> TradingState {
    if listing.visible == Some(false) {
        return TradingState::Closed;
    }
    match listing.order_book_state.as_str() {
        "Open" => TradingState::Open,
        "PostOnly" => TradingState::PostOnly,
        "LimitOnly" => TradingState::LimitOnly,
        "CancelOnly" => TradingState::CancelOnly,
        _ => TradingState::Closed,
    }
}
