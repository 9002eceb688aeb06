//! Instruments, what margin they need, and currencies.

use mm_exchange::{Exchange, Listing};
use mm_model::{Decimal, MarketKind, Money, Rate, TradingState};

use super::about;
use crate::grvt::{
    server::{
        Options,
        answer::Answered,
        call::Call,
        filter::{Filter, kind},
        instruments::Instrument as Numbers,
        numbers::{self, decimal, percent, text},
    },
    wire::{
        Quoted, SettlementPeriod, Text, Venue,
        error::codes,
        market::{
            AllInstrumentsRequest, Currency, Instrument, InstrumentRequest, InstrumentsRequest, MarginRules,
            RiskBracket, SupportedAsset,
        },
    },
};

/// When a simulated instrument says that it was listed: 2026-01-01. The exchange does not know, and nothing depends on
/// it.
const LISTED_AT: Quoted = Quoted(1_767_225_600_000_000_000);
/// The most that the rate of a funding interval can be, either way (the exchange's own bound).
const FUNDING_CAP: Rate = Rate(5_000_000);
/// How many instruments an answer has, if nothing was asked for, and at most (the specification).
const LIMIT: u32 = 500;
const LIMIT_MAX: u32 = 100_000;

/// The currencies, as signed transfers number them (grvt-pysdk @ bb77839), and their places. USD has none of its own.
const CURRENCIES: [(u32, &str, u8); 5] =
    [(1, "USD", 6), (2, "USDC", 6), (3, "USDT", 6), (4, "ETH", 9), (5, "BTC", 9)];

/// `instrument`.
pub(super) fn instrument(call: &mut Call<'_>) -> Answered {
    let request: InstrumentRequest<'_> = call.read()?;
    let listing = about(call, &request.instrument)?;
    call.result(row(listing, &call.state.options))
}

/// `all_instruments`.
pub(super) fn all_instruments(call: &mut Call<'_>) -> Answered {
    let request: AllInstrumentsRequest = call.read()?;
    let all = call.exchange.listings().iter().filter(|it| is_wanted(it, request.is_active));
    call.result(all.map(|listing| row(listing, &call.state.options)).collect::<Vec<_>>())
}

/// `instruments`.
pub(super) fn instruments(call: &mut Call<'_>) -> Answered {
    let request: InstrumentsRequest<'_> = call.read()?;
    let limit = request.limit.filter(|limit| *limit > 0).unwrap_or(LIMIT);
    if limit > LIMIT_MAX {
        return Err(codes::LIMIT_OUT_OF_RANGE.into());
    }
    let filter = Filter { kind: request.kind, base: request.base, quote: request.quote };
    let all = call.exchange.listings().iter();
    let wanted = all.filter(|it| is_wanted(it, request.is_active) && filter.takes(&it.market));
    call.result(
        wanted.take(limit as usize).map(|listing| row(listing, &call.state.options)).collect::<Vec<_>>(),
    )
}

/// `currency`: those that are traded or paid with here, besides the dollar that everything is counted in.
pub(super) fn currency(call: &mut Call<'_>) -> Answered {
    let known = CURRENCIES.into_iter().filter(|(_, symbol, _)| is_used(call.exchange, symbol));
    let rows = known.map(|(id, symbol, places)| Currency {
        id,
        symbol: Text::new(symbol),
        balance_decimals: places,
        quantity_multiplier: text(10_u64.pow(places.into())),
    });
    call.result(rows.collect::<Vec<_>>())
}

/// `supported_assets`: the same currencies, as what can be held.
pub(super) fn supported_assets(call: &mut Call<'_>) -> Answered {
    let known = CURRENCIES.into_iter().filter(|(_, symbol, _)| is_used(call.exchange, symbol));
    let rows = known.map(|(asset_id, symbol, places)| SupportedAsset {
        asset_id,
        asset_code: Text::new(symbol),
        balance_decimals: places,
    });
    call.result(rows.collect::<Vec<_>>())
}

fn is_used(exchange: &Exchange, symbol: &str) -> bool {
    let markets = exchange.markets();
    symbol == "USD" || markets.iter().any(|market| [&*market.base, &*market.quote].contains(&symbol))
}

/// `margin_rules`: one bracket without end.
pub(super) fn margin_rules(call: &mut Call<'_>) -> Answered {
    let request: InstrumentRequest<'_> = call.read()?;
    let listing = call.listing(&request.instrument)?;
    let leverage = Rate::ONE / i128::from(listing.initial_margin.0.max(1));
    let bracket = RiskBracket {
        tier: 1,
        notional_floor: numbers::zero(),
        notional_cap: None,
        maintenance_margin_rate: fraction(listing.maintenance_margin),
        initial_margin_rate: fraction(listing.initial_margin),
        max_leverage: u32::try_from(leverage).unwrap_or(u32::MAX),
        cumulative_maintenance_amount: numbers::zero(),
    };
    call.write(&MarginRules {
        instrument: Text::new(&listing.market.symbol),
        max_position_size: max_position_size(listing),
        risk_brackets: vec![bracket],
    })
}

/// The row of an instrument.
fn row<'a>(listing: &'a Listing, options: &Options) -> Instrument<'a> {
    let market = &listing.market;
    let known = Numbers::of(market, options);
    let is_perpetual = market.kind == MarketKind::Perpetual;
    let hours = u32::try_from(listing.funding_interval.as_secs() / 3_600).unwrap_or(0);
    Instrument {
        instrument: Text::new(&market.symbol),
        instrument_hash: text(known.hash()),
        base: Text::new(&market.base),
        quote: Text::new(&market.quote),
        kind: kind(market.kind),
        venues: vec![Venue::Orderbook],
        settlement_period: is_perpetual.then_some(SettlementPeriod::Perpetual),
        base_decimals: known.base_decimals,
        quote_decimals: known.quote_decimals,
        tick_size: decimal(market.tick),
        min_size: numbers::qty(market, market.min_qty),
        create_time: LISTED_AT,
        max_position_size: Some(max_position_size(listing)),
        funding_interval_hours: is_perpetual.then_some(hours),
        adjusted_funding_rate_cap: is_perpetual.then(|| percent(FUNDING_CAP)),
        adjusted_funding_rate_floor: is_perpetual.then(|| percent(Rate(-FUNDING_CAP.0))),
        min_notional: Some(numbers::money(market.min_notional.unwrap_or(Money::ZERO))),
    }
}

/// `is_active` true asks for instruments that take orders; otherwise everything is told.
fn is_wanted(listing: &Listing, is_active: Option<bool>) -> bool {
    let trades = !matches!(listing.market.trading, TradingState::Closed | TradingState::CancelOnly);
    is_active != Some(true) || trades
}

/// The largest order, since nothing else bounds a position here; where there is none, what can be counted with.
fn max_position_size(listing: &Listing) -> Text<'static> {
    let market = &listing.market;
    numbers::qty(market, market.max_qty.unwrap_or(mm_model::Qty(1 << 53)))
}

fn fraction(rate: Rate) -> Text<'static> {
    decimal(Decimal::new(i128::from(rate.0), 9))
}
