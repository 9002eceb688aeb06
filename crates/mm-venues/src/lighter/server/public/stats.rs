//! Statistics of a day, and the numbers that they are shown in.

use std::fmt::Display;

use mm_exchange::TickerStats;
use mm_model::{Decimal, Money, Rate};

use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        numbers,
    },
    wire::{
        Number, Text,
        error::codes::OK,
        history::{ExchangeStats, OrderBookStats},
    },
};

/// `GET exchangeStats`.
pub(in super::super) fn exchange_stats(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let mut volume = Money::ZERO;
    let mut n_trades = 0;
    let rows: Vec<_> = call
        .exchange
        .listings()
        .iter()
        .map(|listing| {
            let market = &listing.market;
            let day = call.exchange.ticker(call.now, market.id);
            let last = call.exchange.last(market.id).unwrap_or(listing.start);
            volume += day.map_or(Money::ZERO, |day| day.quote_volume);
            n_trades += count(day.as_ref());
            OrderBookStats {
                symbol: Text::new(&market.symbol),
                last_trade_price: number(market.price_decimal(last)),
                daily_trades_count: count(day.as_ref()),
                daily_base_token_volume: number(
                    day.map_or(Decimal::ZERO, |day| market.qty_decimal(day.volume)),
                ),
                daily_quote_token_volume: quote_volume(day.as_ref()),
                daily_price_change: number(change_percent(day.as_ref())),
            }
        })
        .collect();
    Ok(json(&ExchangeStats {
        code: OK,
        message: None,
        total: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        order_book_stats: rows.into(),
        daily_usd_volume: number(numbers::cut(volume, numbers::USDC_PLACES).normalized()),
        daily_trades_count: n_trades,
    }))
}

/// Digits that are written as a bare number.
pub(in super::super) fn number(value: impl Display) -> Number<'static> {
    Number::from(value.to_string())
}

/// Trades of a day.
pub(in super::super) fn count(day: Option<&TickerStats>) -> i64 {
    day.map_or(0, |day| i64::try_from(day.n_trades).unwrap_or(i64::MAX))
}

/// What was traded in a day, in the quote asset.
pub(in super::super) fn quote_volume(day: Option<&TickerStats>) -> Number<'static> {
    let volume = day.map_or(Money::ZERO, |day| day.quote_volume);
    number(numbers::cut(volume, numbers::USDC_PLACES).normalized())
}

/// How far the price moved in a day, in percent.
pub(in super::super) fn change_percent(day: Option<&TickerStats>) -> Decimal {
    let by = day.map_or(0, |day| {
        let change = i128::from(day.last.0) - i128::from(day.first.0);
        change * Rate::ONE / i128::from(day.first.0.max(1))
    });
    Decimal::new(by, 7).normalized()
}

/// A rate in percent with four places, as the venue shows fees and funding.
pub(in super::super) fn percent(rate: Rate) -> Text<'static> {
    numbers::text(Decimal::new(i128::from(rate.0) / 1_000, 4))
}
