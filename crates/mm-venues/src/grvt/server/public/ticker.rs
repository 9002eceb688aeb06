//! Tickers, whole and as changes.

use mm_exchange::{Exchange, Listing};
use mm_model::{MarketKind, Rate, Side, Timestamp};

use super::{about, funding::in_eight_hours};
use crate::grvt::{
    server::{
        answer::Answered,
        call::Call,
        numbers::{self, percent},
        state::State,
    },
    wire::{
        Text,
        market::InstrumentRequest,
        market_data::{MiniTicker, Ticker},
    },
};

/// Interest that a funding rate includes, for eight hours (the exchange's own).
const INTEREST: Rate = Rate(100_000);
const EIGHT_HOURS_S: i64 = 8 * 3_600;

/// `mini`.
pub(super) fn mini(call: &mut Call<'_>) -> Answered {
    let request: InstrumentRequest<'_> = call.read()?;
    let listing = about(call, &request.instrument)?;
    call.result(mini_row(call.now, (call.exchange, call.state), listing))
}

/// `ticker`.
pub(super) fn ticker(call: &mut Call<'_>) -> Answered {
    let request: InstrumentRequest<'_> = call.read()?;
    let listing = about(call, &request.instrument)?;
    call.result(ticker_row(call.now, (call.exchange, call.state), listing))
}

/// A whole mini ticker. An empty text is no value: a side of the book with nobody on it.
pub(in super::super) fn mini_row(
    now: Timestamp,
    (exchange, state): (&Exchange, &State),
    listing: &Listing,
) -> MiniTicker<'static> {
    let market = &listing.market;
    let price = |price| Some(numbers::price(market, price));
    let no_value = || Some(Text::default());
    let best = |side| exchange.best(market.id, side);
    let (bid, ask) = (best(Side::Buy), best(Side::Sell));
    let last = state.public.trades.of(market.id).next_back();
    MiniTicker {
        event_time: Some(now.into()),
        instrument: Some(Text::from(market.symbol.to_string())),
        mark_price: price(exchange.mark(market.id).unwrap_or(listing.start)),
        index_price: price(exchange.index(market.id).unwrap_or(listing.start)),
        last_price: price(last.map_or(listing.start, |trade| trade.price)),
        last_size: Some(last.map_or_else(numbers::zero, |trade| numbers::qty(market, trade.qty))),
        mid_price: bid
            .zip(ask)
            .map_or_else(no_value, |(bid, ask)| Some(numbers::middle(market, bid.price, ask.price))),
        best_bid_price: bid.map_or_else(no_value, |level| price(level.price)),
        best_bid_size: bid.map_or_else(no_value, |level| Some(numbers::qty(market, level.qty))),
        best_ask_price: ask.map_or_else(no_value, |level| price(level.price)),
        best_ask_size: ask.map_or_else(no_value, |level| Some(numbers::qty(market, level.qty))),
    }
}

/// A whole ticker.
pub(in super::super) fn ticker_row(
    now: Timestamp,
    (exchange, state): (&Exchange, &State),
    listing: &Listing,
) -> Ticker<'static> {
    let market = &listing.market;
    let mini = mini_row(now, (exchange, state), listing);
    let day = exchange.ticker(now, market.id);
    let price = |price| Some(numbers::price(market, price));
    let taken = |side| state.public.candles.taken(now, market.id, side);
    let (bought, sold) = (taken(Side::Buy), taken(Side::Sell));
    let interval = listing.funding_interval;
    let interval_ns = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
    let is_perpetual = market.kind == MarketKind::Perpetual;
    let estimate = exchange.funding_estimate(market.id).unwrap_or_default();
    let settled = exchange.funding_rates(market.id).next_back().map_or(estimate, |settled| settled.rate);
    let interest = Rate(INTEREST.0 * i64::try_from(interval.as_secs()).unwrap_or(0) / EIGHT_HOURS_S);
    let open_interest = exchange.open_interest(market.id);
    // By size there is always as much long as short; of nothing there is no ratio.
    let long_short = if open_interest.is_zero() { Text::default() } else { Text::new("1.0") };
    Ticker {
        event_time: mini.event_time,
        instrument: mini.instrument,
        mark_price: mini.mark_price,
        index_price: mini.index_price,
        last_price: mini.last_price,
        last_size: mini.last_size,
        mid_price: mini.mid_price,
        best_bid_price: mini.best_bid_price,
        best_bid_size: mini.best_bid_size,
        best_ask_price: mini.best_ask_price,
        best_ask_size: mini.best_ask_size,
        funding_rate_8h_curr: Some(percent(in_eight_hours(estimate, interval_ns))),
        funding_rate_8h_avg: Some(percent(in_eight_hours(settled, interval_ns))),
        interest_rate: Some(percent(interest)),
        forward_price: Some(numbers::zero()),
        buy_volume_24h_b: Some(numbers::qty(market, bought.0)),
        sell_volume_24h_b: Some(numbers::qty(market, sold.0)),
        buy_volume_24h_q: Some(numbers::money(bought.1)),
        sell_volume_24h_q: Some(numbers::money(sold.1)),
        high_price: price(day.map_or(listing.start, |day| day.high)),
        low_price: price(day.map_or(listing.start, |day| day.low)),
        open_price: price(day.map_or(listing.start, |day| day.first)),
        open_interest: Some(numbers::qty(market, open_interest)),
        long_short_ratio: Some(long_short),
        funding_rate: Some(percent(estimate)),
        funding_interval_hours: is_perpetual.then(|| u32::try_from(interval.as_secs() / 3_600).unwrap_or(0)),
        next_funding_time: Some(exchange.next_funding(market.id).unwrap_or_default().into()),
    }
}

/// Defines what changed from one ticker to the next: the fields that differ, with time and instrument; `None` when
/// nothing but the time did.
macro_rules! changed {
    ($(#[$doc:meta])* $name:ident $ticker:ident { $($field:ident)+ }) => {
        $(#[$doc])*
        pub(in super::super) fn $name<'a>(
            before: &$ticker<'_>,
            now: &$ticker<'a>,
        ) -> Option<$ticker<'a>> {
            if true $(&& now.$field == before.$field)+ {
                return None;
            }
            let $ticker { event_time, instrument, .. } = now.clone();
            $(let $field = now.$field.clone().filter(|now| before.$field.as_ref() != Some(now));)+
            Some($ticker { event_time, instrument, $($field),+ })
        }
    };
}

changed! {
    /// What changed of a mini ticker.
    changed_mini MiniTicker {
        mark_price index_price last_price last_size mid_price best_bid_price best_bid_size best_ask_price
        best_ask_size
    }
}

changed! {
    /// What changed of a ticker.
    changed_ticker Ticker {
        mark_price index_price last_price last_size mid_price best_bid_price best_bid_size best_ask_price
        best_ask_size funding_rate_8h_curr funding_rate_8h_avg interest_rate forward_price buy_volume_24h_b
        sell_volume_24h_b buy_volume_24h_q sell_volume_24h_q high_price low_price open_price open_interest
        long_short_ratio funding_rate funding_interval_hours next_funding_time
    }
}
