//! Routes that tell what the venue is: its clock, its markets, its assets.

use std::collections::BTreeSet;

use mm_exchange::Listing;
use mm_model::{Decimal, MarketKind, Rate, TradingState};

use super::{
    answer::{Answer, Answered},
    call::Call,
    numbers,
};
use crate::backpack::wire::{
    Text,
    account::{CollateralParameters, MarginFunction},
    market_data::{Asset, Band, Market, MarketFilters, PriceFilter, QuantityFilter, SystemStatus},
};

/// When a simulated market says that it was listed. The exchange does not know, and nothing depends on it.
const LISTED_AT: Text<'_> = Text::new("2026-01-01T00:00:00.000000");

/// Assets count as collateral at their full value here: the exchange has no haircuts.
const NO_HAIRCUT: &str = r#"{"weight":"1","kind":{"type":"identity"}}"#;

pub(super) fn status(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(Answer::json(&SystemStatus { message: None, status: Text::new("Ok") }))
}

pub(super) fn ping(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(Answer::text("pong"))
}

pub(super) fn time(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(Answer::text(call.now.ms().to_string()))
}

pub(super) fn markets(call: &mut Call<'_>) -> Answered {
    let kinds = call.kinds()?;
    call.finish()?;
    let listings = call.exchange.listings().iter().filter(|listing| kinds.has(&listing.market));
    Ok(Answer::json(&listings.map(market_row).collect::<Vec<_>>()))
}

pub(super) fn market(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    call.finish()?;
    Ok(Answer::json(&market_row(&listing)))
}

/// Stocks and the like: there are none.
pub(super) fn securities(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(Answer::json::<[(); 0]>(&[]))
}

pub(super) fn assets(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let names: BTreeSet<&str> = call
        .exchange
        .listings()
        .iter()
        .flat_map(|listing| [&*listing.market.base, &*listing.market.quote])
        .collect();
    let rows: Vec<_> = names
        .into_iter()
        .map(|name| Asset {
            coingecko_id: None,
            display_name: Some(Text::new(name)),
            symbol: Text::new(name),
            // No chains: nothing is deposited or withdrawn here.
            tokens: Vec::new(),
        })
        .collect();
    Ok(Answer::json(&rows))
}

pub(super) fn collateral(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let no_haircut = serde_json::value::RawValue::from_string(NO_HAIRCUT.to_owned())
        .expect("the constant is a JSON document");
    let perpetuals =
        call.exchange.listings().iter().filter(|listing| listing.market.kind == MarketKind::Perpetual);
    let mut seen = BTreeSet::new();
    let rows: Vec<_> = perpetuals
        .filter(|listing| seen.insert(listing.market.quote.clone()))
        .map(|listing| CollateralParameters {
            haircut_function: &no_haircut,
            imf_function: margin_function(listing.initial_margin),
            mmf_function: margin_function(listing.maintenance_margin),
            symbol: Text::new(&listing.market.quote),
        })
        .collect();
    Ok(Answer::json(&rows))
}

/// A margin that does not grow with the position.
pub(super) fn margin_function(rate: Rate) -> MarginFunction<'static> {
    MarginFunction { base: numbers::rate(rate), factor: Text::new("0"), kind: Text::new("sqrt") }
}

fn market_row(listing: &Listing) -> Market<'_> {
    let market = &listing.market;
    let perpetual = market.kind == MarketKind::Perpetual;
    Market {
        base_symbol: Text::new(&market.base),
        created_at: Some(LISTED_AT),
        filters: filters(listing),
        funding_interval: perpetual
            .then(|| u64::try_from(listing.funding_interval.as_millis()).unwrap_or(u64::MAX)),
        funding_rate_lower_bound: None,
        funding_rate_upper_bound: None,
        imf_function: perpetual.then(|| margin_function(listing.initial_margin)),
        market_type: Text::new(market_type(market.kind)),
        mmf_function: perpetual.then(|| margin_function(listing.maintenance_margin)),
        open_interest_limit: None,
        order_book_state: Text::new(book_state(market.trading)),
        position_limit_weight: None,
        quote_symbol: Text::new(&market.quote),
        rwa_market_type: None,
        symbol: Text::new(&market.symbol),
        visible: Some(true),
    }
}

fn filters(listing: &Listing) -> MarketFilters<'_> {
    let market = &listing.market;
    let band = listing
        .band
        .map(|band| Band { max_multiplier: multiplier(band.0), min_multiplier: multiplier(-band.0) });
    let tick = market.tick.normalized();
    MarketFilters {
        price: PriceFilter {
            mean_mark_price_band: band,
            min_price: Some(numbers::text(tick)),
            tick_size: numbers::text(tick),
            ..PriceFilter::default()
        },
        quantity: QuantityFilter {
            max_quantity: market.max_qty.map(|qty| numbers::qty(market, qty)),
            min_quantity: numbers::qty(market, market.min_qty),
            step_size: numbers::text(market.lot.normalized()),
        },
    }
}

/// One plus a rate.
fn multiplier(rate: i64) -> Text<'static> {
    numbers::text(Decimal::new(Rate::ONE + i128::from(rate), 9).normalized())
}

/// The venue's word for a kind of market.
pub(super) const fn market_type(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::Spot => "SPOT",
        MarketKind::Perpetual => "PERP",
    }
}

const fn book_state(trading: TradingState) -> &'static str {
    match trading {
        TradingState::Open => "Open",
        TradingState::PostOnly => "PostOnly",
        TradingState::LimitOnly => "LimitOnly",
        TradingState::CancelOnly => "CancelOnly",
        TradingState::Closed => "Closed",
    }
}
