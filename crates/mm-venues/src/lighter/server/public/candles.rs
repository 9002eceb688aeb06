//! Candles of trades and of the mark price, in the words of both generations of the SDK.
//!
//! An interval without trades is a candle at the price of the one before it. Times may be sent in milliseconds or in
//! seconds, as the examples of the older SDK do: before the year 5138 no number is both.

use mm_model::{Decimal, Market, MarketId, Timestamp};

use super::{RESOLUTIONS, number};
use crate::{
    lighter::{
        server::{
            answer::{Answered, json},
            call::Call,
            errors::Refused,
            markets::{self, ms, time},
            numbers,
        },
        wire::{
            Text,
            error::codes::{INVALID_RESOLUTION, INVALID_TIMESTAMP, INVALID_TIMESTAMPS, OK},
            history::{Candle, Candles, Candlestick, Candlesticks, MarkPriceCandle, MarkPriceCandles},
        },
    },
    server::candles::{Bar, Interval},
};

/// The most that one answer has (the venue's page, July 2026).
const ROWS_MAX: usize = 500;
/// The end of the year 2286, in seconds: the last with ten digits.
const LAST_SECOND: i64 = 9_999_999_999;
/// Numbers below this are seconds.
const FIRST_MS: i64 = 100_000_000_000;

/// What was asked for.
pub(super) struct Range {
    pub(super) market: MarketId,
    pub(super) word: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// So many, counted back from the end.
    pub(super) last: usize,
}

impl Range {
    /// Reads the parameters that candles and fundings share.
    pub(super) fn read(call: &mut Call<'_>) -> Result<Self, Refused> {
        let query = &mut call.query;
        let index = query.required_number("market_id")?;
        let (from, to) = (query.required_number("start_timestamp")?, query.required_number("end_timestamp")?);
        let last: usize = query.required_number("count_back")?;
        let word = query.required("resolution")?;
        let (from, to) = (moment(from)?, moment(to)?);
        if to <= from {
            return Err(INVALID_TIMESTAMPS.into());
        }
        let market = markets::listing(call.exchange, index)?.market.id;
        // Nought means no cap.
        let last = if last == 0 { ROWS_MAX } else { last.min(ROWS_MAX) };
        Ok(Self { market, word, from, to: to.min(call.now), last })
    }
}

fn moment(number: i64) -> Result<Timestamp, Refused> {
    match number {
        1..=LAST_SECOND => Ok(time(number * 1_000)),
        FIRST_MS..=9_999_999_999_999 => Ok(time(number)),
        _ => Err(INVALID_TIMESTAMP.into()),
    }
}

/// `GET candles`.
pub(in super::super) fn candles(call: &mut Call<'_>) -> Answered {
    let (rows, word) = traded(call)?;
    Ok(json(&Candles { code: OK, message: None, resolution: Text::from(word), candles: rows.into() }))
}

/// `GET candlesticks`: the same in the words of the older SDK.
pub(in super::super) fn candlesticks(call: &mut Call<'_>) -> Answered {
    let (rows, word) = traded(call)?;
    let rows = rows.into_iter().map(|row| Candlestick {
        timestamp: row.open_time,
        open: row.open,
        high: row.high,
        low: row.low,
        close: row.close,
        volume0: row.volume,
        volume1: row.quote_volume,
        last_trade_id: row.last_trade_id,
    });
    Ok(json(&Candlesticks {
        code: OK,
        message: None,
        resolution: Text::from(word),
        candlesticks: rows.collect::<Vec<_>>().into(),
    }))
}

fn traded(call: &mut Call<'_>) -> Result<(Vec<Candle<'static>>, String), Refused> {
    let range = Range::read(call)?;
    let times_are_ends = call.query.flag("set_timestamp_to_end")?.unwrap_or(false);
    // Nothing of the mark price is mixed in: it has a route of its own.
    call.query.flag("merge_mark_price")?;
    call.finish()?;
    let interval = resolution(&range.word)?;
    let all = call.state.public.traded(range.market, interval);
    let market = &markets::market(call.exchange, range.market)?;
    let rows = all.newest((range.from, range.to), range.last).into_iter().rev().map(|(candle, bar)| {
        let at = if times_are_ends { candle.end } else { candle.start };
        row(market, at, &bar)
    });
    Ok((rows.collect(), range.word))
}

/// `GET markPriceCandles`.
pub(in super::super) fn mark_price_candles(call: &mut Call<'_>) -> Answered {
    let range = Range::read(call)?;
    call.finish()?;
    let interval = resolution(&range.word)?;
    let all = call.state.public.marked(range.market, interval);
    let market = &markets::market(call.exchange, range.market)?;
    let rows = all.newest((range.from, range.to), range.last).into_iter().rev();
    let rows: Vec<_> = rows.map(|(candle, bar)| mark_row(market, candle.start, &bar)).collect();
    Ok(json(&MarkPriceCandles {
        code: OK,
        message: None,
        resolution: Text::from(range.word),
        candles: rows.into(),
    }))
}

/// The interval of a word.
fn resolution(word: &str) -> Result<Interval, Refused> {
    Interval::parse(RESOLUTIONS, word).ok_or_else(|| INVALID_RESOLUTION.into())
}

/// The row of a candle.
pub(in super::super) fn row(market: &Market, at: Timestamp, bar: &Bar) -> Candle<'static> {
    let price = |price| number(market.price_decimal(price));
    Candle {
        open_time: ms(at),
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: number(market.qty_decimal(bar.volume)),
        quote_volume: number(quote(bar)),
        last_trade_id: i64::try_from(bar.last.0).unwrap_or(i64::MAX),
    }
}

/// The row of a candle of the mark price.
pub(in super::super) fn mark_row(market: &Market, at: Timestamp, bar: &Bar) -> MarkPriceCandle<'static> {
    let price = |price| number(market.price_decimal(price));
    MarkPriceCandle {
        open_time: ms(at),
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        sample_count: i64::try_from(bar.count).unwrap_or(i64::MAX),
    }
}

fn quote(bar: &Bar) -> Decimal {
    numbers::cut(bar.quote_volume, numbers::USDC_PLACES)
}
