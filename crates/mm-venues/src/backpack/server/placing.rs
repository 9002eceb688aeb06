//! An order as a client sends it to an order as the exchange takes it: the checks that the venue makes before its
//! engine sees the order.

use mm_exchange::{Amount, PlaceOrder, Terms};
use mm_model::{ClientId, Decimal, Exposure, Market, MarketKind, Money, Price, Qty};

use super::{Switches, errors::Refused};
use crate::backpack::wire::{OrderType, order::OrderRequest};

/// Reads an order.
///
/// # Errors
/// The venue's no, in its words.
pub(super) fn placing(
    market: &Market,
    request: &OrderRequest<'_>,
    switches: &Switches,
) -> Result<PlaceOrder, Refused> {
    not_simulated(request, switches)?;
    let post_only = request.post_only.unwrap_or(false);
    let (amount, limit) = match request.order_type {
        OrderType::Limit => (limit_amount(market, request)?, Some(limit_price(market, request)?)),
        OrderType::Market if request.price.is_some() || post_only => {
            return Err(Refused::order("Invalid order: a market order has no price and is never post-only")); // chosen
        }
        OrderType::Market => (market_amount(market, request)?, None),
    };
    let reduce_only = request.reduce_only.unwrap_or(false);
    if reduce_only && market.kind == MarketKind::Spot {
        return Err(Refused::order("Invalid order: a position can only be reduced on a futures market")); // words chosen
    }
    Ok(PlaceOrder {
        market: market.id,
        side: request.side.into(),
        amount,
        limit,
        time_in_force: request.time_in_force.unwrap_or_default().into(),
        post_only,
        exposure: if reduce_only { Exposure::ReduceOnly } else { Exposure::Any },
        self_trade: request.self_trade_prevention.unwrap_or_default().into(),
        client_id: request.client_id.map(|id| ClientId(u64::from(id))),
        terms: Terms::default(),
    })
}

/// Refuses what the simulated venue does not have. An order is never placed without a condition that it came with.
fn not_simulated(request: &OrderRequest<'_>, switches: &Switches) -> Result<(), Refused> {
    if request.trigger_price.is_some() != request.trigger_quantity.is_some() {
        return Err(Refused::client("triggerPrice and triggerQuantity must be given together")); // words chosen
    }
    let conditions = [&request.trigger_price, &request.trigger_quantity, &request.trigger_by];
    let attached = [
        &request.stop_loss_limit_price,
        &request.stop_loss_trigger_by,
        &request.stop_loss_trigger_price,
        &request.take_profit_limit_price,
        &request.take_profit_trigger_by,
        &request.take_profit_trigger_price,
    ];
    if conditions.into_iter().chain(attached).any(Option::is_some) {
        return Err(Refused::order_not_simulated("conditional orders"));
    }
    if request.slippage_tolerance.is_some() || request.slippage_tolerance_type.is_some() {
        return Err(Refused::order_not_simulated("slippage tolerance"));
    }
    let lending =
        [request.auto_borrow, request.auto_borrow_repay, request.auto_lend, request.auto_lend_redeem];
    if !switches.lending_flags_are_ignored && lending.contains(&Some(true)) {
        return Err(Refused::order_not_simulated("borrowing and lending"));
    }
    Ok(())
}

fn limit_price(market: &Market, request: &OrderRequest<'_>) -> Result<Price, Refused> {
    let Some(text) = request.price.as_deref() else {
        return Err(Refused::order("Invalid order: a limit order needs a price")); // words chosen
    };
    let value = decimal("price", text)?;
    if value.normalized().scale > market.price_decimals() {
        return Err(Refused::client("Price decimal too long"));
    }
    // Words chosen: between two ticks, too large, or not above zero.
    market.price(text).ok().filter(|price| price.0 > 0).ok_or_else(|| {
        Refused::new(400, "INVALID_PRICE", "Price is not a positive multiple of the tick size")
    })
}

fn limit_amount(market: &Market, request: &OrderRequest<'_>) -> Result<Amount, Refused> {
    match (request.quantity.as_deref(), request.quote_quantity.as_deref()) {
        (Some(text), None) => Ok(Amount::Base(quantity(market, text)?)),
        _ => Err(Refused::order("Invalid order: a limit order needs a quantity and no quoteQuantity")), // chosen
    }
}

fn market_amount(market: &Market, request: &OrderRequest<'_>) -> Result<Amount, Refused> {
    match (request.quantity.as_deref(), request.quote_quantity.as_deref()) {
        (Some(text), None) => Ok(Amount::Base(quantity(market, text)?)),
        (None, Some(text)) => Money::from_decimal(decimal("quoteQuantity", text)?)
            .ok()
            .filter(|money| *money > Money::ZERO)
            .map(Amount::Quote)
            .ok_or_else(|| Refused::new(400, "INVALID_QUANTITY", "Quote quantity is out of range")), // words chosen
        _ => Err(Refused::order("Invalid order: a market order needs one of quantity and quoteQuantity")), // chosen
    }
}

fn quantity(market: &Market, text: &str) -> Result<Qty, Refused> {
    let value = decimal("quantity", text)?;
    if value.normalized().scale > market.size_decimals() {
        return Err(Refused::client("Quantity decimal too long"));
    }
    let invalid = |message| Refused::new(400, "INVALID_QUANTITY", message);
    if value.mantissa < 0 {
        return Err(invalid("Quantity is below the minimum allowed value"));
    }
    let Ok(qty) = market.qty(text) else {
        return Err(invalid("Quantity is not a multiple of the step size")); // words chosen
    };
    if market.max_qty.is_some_and(|max| qty > max) {
        return Err(invalid("Quantity is above the maximum allowed value")); // words chosen
    }
    // The minimum is the exchange's to check: a position may be closed by less.
    Ok(qty)
}

fn decimal(field: &str, text: &str) -> Result<Decimal, Refused> {
    Decimal::parse(text).map_err(|error| Refused::payload(format_args!("{field}: {error}")))
}
