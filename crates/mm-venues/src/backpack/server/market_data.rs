//! Routes that tell what is going on in the markets.

use mm_exchange::{Exchange, Listing, TickerStats, Trade as Print};
use mm_model::{Decimal, Market, MarketKind, Rate, Side, Timestamp};

use super::{
    answer::{Answer, Answered, Page},
    call::Call,
    errors::Refused,
    intervals, numbers,
};
use crate::{
    backpack::wire::{
        Text,
        market_data::{Depth, FundingRate, Kline, LevelText, MarkPrice, OpenInterest, Ticker, Trade},
        time,
    },
    server::candles::{Bar, Candle},
};

/// The limits that the venue's enumeration has.
const DEPTHS: [&str; 7] = ["5", "10", "20", "50", "100", "500", "1000"];

/// Offset and limit of old trades together (bbgo's comment).
const TRADES_REACH: usize = 10_000;

pub(super) fn ticker(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    day_only(call)?;
    call.finish()?;
    let row =
        call.exchange.ticker(call.now, listing.market.id).map(|stats| ticker_row(&listing.market, &stats));
    Ok(row.map_or(Answer::empty(204), |row| Answer::json(&row)))
}

pub(super) fn tickers(call: &mut Call<'_>) -> Answered {
    day_only(call)?;
    call.finish()?;
    let rows: Vec<_> = call
        .exchange
        .listings()
        .iter()
        .filter_map(|listing| {
            let stats = call.exchange.ticker(call.now, listing.market.id)?;
            Some(ticker_row(&listing.market, &stats))
        })
        .collect();
    Ok(Answer::json(&rows))
}

pub(super) fn depth(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    let limit = match call.query.optional("limit") {
        None => 1_000,
        Some(word) if DEPTHS.contains(&word.as_str()) => {
            word.parse().map_err(|_| Refused::parameter("limit", "not a number"))?
        }
        Some(_) => return Err(Refused::parameter("limit", "must be one of 5, 10, 20, 50, 100, 500, 1000")),
    };
    call.finish()?;
    let market = &listing.market;
    let book = call.exchange.book(market.id, limit);
    let level = |level: &mm_model::Level| -> LevelText<'_> {
        [numbers::price(market, level.price), numbers::qty(market, level.qty)]
    };
    Ok(Answer::json(&Depth {
        asks: book.asks.iter().map(level).collect::<Vec<_>>(),
        // Ascending like the asks, so the best bid is the last one.
        bids: book.bids.iter().rev().map(level).collect::<Vec<_>>(),
        last_update_id: numbers::text(book.seq),
        timestamp: call.now.us(),
    }))
}

pub(super) fn trades(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    let limit = call.limit(1_000)?;
    call.finish()?;
    Ok(prints(call.exchange, &listing.market, 0, limit))
}

pub(super) fn trades_history(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    let (limit, offset) = (call.limit(1_000)?, call.offset()?);
    call.finish()?;
    if limit.saturating_add(offset) > TRADES_REACH {
        return Err(Refused::new(400, "INVALID_RANGE", "limit and offset reach too far back")); // words chosen
    }
    Ok(prints(call.exchange, &listing.market, offset, limit))
}

/// Newest first.
fn prints(exchange: &Exchange, market: &Market, offset: usize, limit: usize) -> Answer {
    let row = |print: &Print| Trade {
        id: Some(print.trade.0),
        is_buyer_maker: print.taker == Side::Sell,
        price: numbers::price(market, print.price),
        quantity: numbers::qty(market, print.qty),
        quote_quantity: numbers::text(market.notional(print.price, print.qty)),
        timestamp: print.at.ms(),
    };
    Answer::json(&exchange.trades(market.id).rev().skip(offset).take(limit).map(row).collect::<Vec<_>>())
}

pub(super) fn klines(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    let interval = intervals::parse(&call.query.required("interval")?)
        .ok_or_else(|| Refused::parameter("interval", "no such interval"))?;
    let from: u64 =
        call.query.number("startTime")?.ok_or_else(|| Refused::parameter("startTime", "required"))?;
    let to: Option<u64> = call.query.number("endTime")?;
    let kind = call.query.optional("priceType");
    call.finish()?;
    match kind.as_deref() {
        None | Some("Last") => {}
        Some("Index" | "Mark") => return Err(Refused::not_implemented("candles of index and mark prices")),
        Some(_) => return Err(Refused::parameter("priceType", "must be one of Last, Index, Mark")),
    }
    let seconds = |s: u64| Timestamp(s.saturating_mul(1_000_000_000));
    let to = to.map_or(call.now, seconds).min(call.now);
    let candles = call.records.candles.between(listing.market.id, interval, (seconds(from), to));
    Ok(Answer::json(&candles.iter().map(|candle| kline_row(&listing.market, candle)).collect::<Vec<_>>()))
}

pub(super) fn mark_prices(call: &mut Call<'_>) -> Answered {
    let (symbol, kinds) = (call.symbol_filter()?, call.kinds()?);
    call.finish()?;
    let rows: Vec<_> = perpetuals(call.exchange)
        .filter(|listing| symbol.is_none_or(|id| id == listing.market.id) && kinds.has(&listing.market))
        .filter_map(|listing| {
            let market = &listing.market;
            let mark = call.exchange.mark(market.id)?;
            Some(MarkPrice {
                funding_rate: numbers::rate(call.exchange.funding_estimate(market.id)?),
                index_price: numbers::price(market, call.exchange.index(market.id).unwrap_or(mark)),
                mark_price: numbers::price(market, mark),
                next_funding_timestamp: call.exchange.next_funding(market.id)?.ms(),
                symbol: Text::new(&market.symbol),
            })
        })
        .collect();
    Ok(Answer::json(&rows))
}

pub(super) fn open_interest(call: &mut Call<'_>) -> Answered {
    let symbol = call.symbol_filter()?;
    call.finish()?;
    let rows: Vec<_> = perpetuals(call.exchange)
        .filter(|listing| symbol.is_none_or(|id| id == listing.market.id))
        .map(|listing| OpenInterest {
            open_interest: Some(numbers::qty(
                &listing.market,
                call.exchange.open_interest(listing.market.id),
            )),
            symbol: Text::new(&listing.market.symbol),
            timestamp: call.now.ms(),
        })
        .collect();
    Ok(Answer::json(&rows))
}

pub(super) fn funding_rates(call: &mut Call<'_>) -> Answered {
    let listing = call.symbol()?;
    let (limit, offset) = (call.limit(10_000)?, call.offset()?);
    call.finish()?;
    let rates = || call.exchange.funding_rates(listing.market.id).rev();
    let rows: Vec<_> = rates()
        .skip(offset)
        .take(limit)
        .map(|settled| FundingRate {
            funding_rate: numbers::rate(settled.rate),
            interval_end_timestamp: Text::from(time::seconds(settled.at)),
            symbol: Text::new(&listing.market.symbol),
        })
        .collect();
    Ok(Answer::json(&rows).paged(Page { total: rates().count(), limit, offset }))
}

/// The exchange keeps one day of statistics.
fn day_only(call: &mut Call<'_>) -> Result<(), Refused> {
    match call.query.optional("interval").as_deref() {
        None | Some("1d") => Ok(()),
        Some("1w") => Err(Refused::not_implemented("tickers of a week")),
        Some(_) => Err(Refused::parameter("interval", "must be one of 1d, 1w")),
    }
}

fn perpetuals(exchange: &Exchange) -> impl Iterator<Item = &Listing> {
    exchange.listings().iter().filter(|listing| listing.market.kind == MarketKind::Perpetual)
}

fn ticker_row<'a>(market: &'a Market, stats: &TickerStats) -> Ticker<'a> {
    let change = stats.last.0.saturating_sub(stats.first.0);
    let by = i128::from(change) * Rate::ONE / i128::from(stats.first.0.max(1));
    Ticker {
        first_price: numbers::price(market, stats.first),
        high: numbers::price(market, stats.high),
        last_price: numbers::price(market, stats.last),
        low: numbers::price(market, stats.low),
        price_change: numbers::price(market, mm_model::Price(change)),
        price_change_percent: numbers::text(Decimal::new(by, 9).normalized()),
        quote_volume: numbers::text(stats.quote_volume),
        symbol: Text::new(&market.symbol),
        trades: numbers::text(stats.n_trades),
        volume: numbers::qty(market, stats.volume),
    }
}

fn kline_row(market: &Market, candle: &Candle) -> Kline<'static> {
    let price =
        |of: fn(&Bar) -> mm_model::Price| candle.bar.as_ref().map(|bar| numbers::price(market, of(bar)));
    Kline {
        close: price(|bar| bar.close),
        end: Text::from(time::seconds_spaced(candle.end)),
        high: price(|bar| bar.high),
        low: price(|bar| bar.low),
        open: price(|bar| bar.open),
        quote_volume: candle.bar.map_or(Text::new("0"), |bar| numbers::text(bar.quote_volume)),
        start: Text::from(time::seconds_spaced(candle.start)),
        trades: numbers::text(candle.bar.map_or(0, |bar| bar.count)),
        volume: candle.bar.map_or(Text::new("0"), |bar| numbers::qty(market, bar.volume)),
    }
}
