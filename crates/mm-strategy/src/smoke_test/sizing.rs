//! How much the smoke test trades: as little as the market allows.

use mm_model::{Market, MarketKind, Money, Price, Qty, TradingState};

use super::VenuePlan;

/// On spot the exit sells what was bought less a fee taken in the base asset; twice the minimum leaves an order.
const SPOT_MULTIPLE: u64 = 2;

/// Resolves the size of the entry at `price`.
///
/// Without a configured size it is the smallest order that meets both the minimum size and the minimum notional
/// (with a tenth on top of the latter, so that it holds when the price falls before the exit), times the plan's
/// multiple, twice that on spot. A configured size is rounded down to whole lots, never up; below the minimum it
/// is refused.
///
/// # Errors
/// Says why no such order can be placed here.
pub fn resolve(market: &Market, plan: &VenuePlan, price: Price) -> Result<Qty, String> {
    if !matches!(market.trading, TradingState::Open) {
        return Err(format!("{} takes no market orders now ({:?})", market.symbol, market.trading));
    }
    if price.0 <= 0 {
        return Err(format!("price {} is not above zero", market.price_decimal(price)));
    }
    let minimum = minimum(market, price)?;
    let qty = match plan.size {
        Some(size) => {
            let qty = market.qty_down(size);
            if qty < minimum {
                return Err(format!(
                    "size {size} is below the smallest order, {} {}: raise it or leave it out",
                    market.qty_decimal(minimum),
                    market.base
                ));
            }
            qty
        }
        None => {
            let spot = if market.kind == MarketKind::Spot { SPOT_MULTIPLE } else { 1 };
            Qty(minimum
                .0
                .checked_mul(plan.size_multiple)
                .and_then(|lots| lots.checked_mul(spot))
                .ok_or_else(|| format!("size_multiple {} is too large", plan.size_multiple))?)
        }
    };
    match market.max_qty {
        Some(max) if qty > max => Err(format!(
            "size {} is above the largest order, {} {}",
            market.qty_decimal(qty),
            market.qty_decimal(max),
            market.base
        )),
        _ => Ok(qty),
    }
}

/// The smallest order worth the minimum notional and a tenth, and not below the minimum size.
///
/// # Errors
/// Says why there is none.
pub fn minimum(market: &Market, price: Price) -> Result<Qty, String> {
    let least = market.min_qty.max(Qty(1));
    let Some(notional) = market.min_notional else { return Ok(least) };
    let wanted = Money(notional.0 + notional.0 / 10);
    let per_lot = market.notional(price, Qty(1)).0;
    if per_lot <= 0 {
        return Err(format!("one lot of {} is worth nothing at {price:?}", market.symbol));
    }
    let lots = (wanted.0 + per_lot - 1) / per_lot;
    u64::try_from(lots)
        .map(|lots| least.max(Qty(lots)))
        .map_err(|_| format!("the minimum notional of {} cannot be met", market.symbol))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mm_model::{Decimal, MarketId, Side};

    use super::*;

    fn market(kind: MarketKind, lot: &str, min_lots: u64, min_notional: Option<&str>) -> Market {
        Market {
            id: MarketId(0),
            symbol: "SOL_USDC_PERP".into(),
            base: "SOL".into(),
            quote: "USDC".into(),
            kind,
            trading: TradingState::Open,
            tick: Decimal::new(1, 2),
            lot: Decimal::parse(lot).expect("a lot"),
            min_qty: Qty(min_lots),
            max_qty: Some(Qty(1000)),
            min_notional: min_notional
                .map(|n| Money::from_decimal(Decimal::parse(n).expect("a notional")).expect("fits")),
        }
    }

    fn plan(size: Option<&str>, size_multiple: u64) -> VenuePlan {
        let second = Duration::from_secs(1);
        VenuePlan {
            symbol: "SOL_USDC_PERP".into(),
            side: Side::Buy,
            size: size.map(|s| Decimal::parse(s).expect("a size")),
            size_multiple,
            tracking_interval: second,
            tracking_timeout: second,
            market_timeout: second,
            settle_timeout: second,
            price_offset_ticks: 0,
            cancel_wait: second,
            post_only: false,
        }
    }

    /// At a price of 150.00.
    fn check(market: &Market, plan: &VenuePlan, want: Option<u64>) {
        assert_eq!(resolve(market, plan, Price(15_000)).ok(), want.map(Qty), "{plan:?}");
    }

    #[test]
    fn the_smallest_order_that_the_market_takes() {
        let perp = market(MarketKind::Perpetual, "0.01", 5, None);
        check(&perp, &plan(None, 1), Some(5));
        check(&perp, &plan(None, 3), Some(15));
        check(&market(MarketKind::Spot, "0.01", 5, None), &plan(None, 1), Some(10));
        // 10 USDC and a tenth at 150 is 0.0733 SOL: eight lots.
        check(&market(MarketKind::Perpetual, "0.01", 5, Some("10")), &plan(None, 1), Some(8));
        check(&market(MarketKind::Perpetual, "100", 1, Some("10")), &plan(None, 1), Some(1));
    }

    #[test]
    fn fault_66_a_configured_size_is_rounded_down_and_refused_below_the_minimum() {
        let perp = market(MarketKind::Perpetual, "0.01", 5, None);
        check(&perp, &plan(Some("0.0799"), 1), Some(7));
        check(&perp, &plan(Some("0.049"), 1), None);
        check(&perp, &plan(Some("10.01"), 1), None);
    }

    #[test]
    fn a_market_that_is_not_open_is_not_tested() {
        let mut perp = market(MarketKind::Perpetual, "0.01", 5, None);
        perp.trading = TradingState::CancelOnly;
        check(&perp, &plan(None, 1), None);
    }
}
