//! The rows of market statistics.

use mm_exchange::{Exchange, Listing, TickerStats};
use mm_model::{Decimal, Market, Price, Qty, Side};

use super::World;
use crate::lighter::{
    server::{
        markets::{index_of, ms},
        numbers,
        public::{CLAMP, INTEREST, change_percent, number, percent, quote_volume},
    },
    wire::{
        Number, Text,
        public_stream::{MarketStats, SpotMarketStats},
    },
};

/// What a perpetual's open interest may be: as the venue says "any" (recorded: 2^56).
const OPEN_INTEREST_LIMIT: Text<'_> = Text::new("72057594037927936.000000");

/// Prices of a book; empty where there is none.
struct Prices {
    bid: Text<'static>,
    ask: Text<'static>,
    mid: Text<'static>,
    last: Text<'static>,
}

/// Figures of a day.
struct Day {
    base: Number<'static>,
    quote: Number<'static>,
    low: Number<'static>,
    high: Number<'static>,
    change: Number<'static>,
}

/// A perpetual's row.
pub(super) fn perpetual_stats<'a>(world: &World<'a>, listing: &'a Listing) -> MarketStats<'a> {
    let (exchange, market) = (world.exchange, &listing.market);
    let (prices, day) = (prices(exchange, listing), day(exchange.ticker(world.now, market.id), listing));
    let mark = exchange.mark(market.id).unwrap_or(listing.start);
    let last_funding = exchange.funding_rates(market.id).next_back().copied();
    let interest = market.notional(mark, exchange.open_interest(market.id));
    MarketStats {
        symbol: Text::new(&market.symbol),
        market_id: index_of(exchange, market.id).into(),
        index_price: numbers::price(market, exchange.index(market.id).unwrap_or(mark)),
        mark_price: numbers::price(market, mark),
        mid_price: prices.mid,
        best_ask_price: prices.ask,
        best_bid_price: prices.bid,
        open_interest: numbers::usdc(interest),
        open_interest_limit: OPEN_INTEREST_LIMIT,
        funding_clamp_small: percent(CLAMP),
        funding_clamp_big: percent(CLAMP),
        base_interest_rate: percent(INTEREST),
        last_trade_price: prices.last,
        current_funding_rate: percent(exchange.funding_estimate(market.id).unwrap_or_default()),
        funding_rate: percent(last_funding.map(|settled| settled.rate).unwrap_or_default()),
        funding_timestamp: last_funding.map_or(0, |settled| ms(settled.at)),
        daily_base_token_volume: day.base,
        daily_quote_token_volume: day.quote,
        daily_price_low: day.low,
        daily_price_high: day.high,
        daily_price_change: day.change,
    }
}

/// A spot market's row.
pub(super) fn spot_stats<'a>(world: &World<'a>, listing: &'a Listing) -> SpotMarketStats<'a> {
    let (exchange, market) = (world.exchange, &listing.market);
    let (prices, day) = (prices(exchange, listing), day(exchange.ticker(world.now, market.id), listing));
    SpotMarketStats {
        symbol: Text::new(&market.symbol),
        market_id: index_of(exchange, market.id).into(),
        index_price: numbers::price(market, exchange.index(market.id).unwrap_or(listing.start)),
        mid_price: prices.mid,
        best_ask_price: prices.ask,
        best_bid_price: prices.bid,
        last_trade_price: prices.last,
        daily_base_token_volume: day.base,
        daily_quote_token_volume: day.quote,
        daily_price_low: day.low,
        daily_price_high: day.high,
        daily_price_change: day.change,
    }
}

fn prices(exchange: &Exchange, listing: &Listing) -> Prices {
    let market = &listing.market;
    let best = |side| exchange.best(market.id, side).map(|level| level.price);
    let (bid, ask) = (best(Side::Buy), best(Side::Sell));
    let price = |at: Option<Price>| at.map(|at| numbers::price(market, at)).unwrap_or_default();
    // Halves of a tick are cut: the row has the places of the market.
    let mid = exchange.mid(market.id);
    let last = exchange.last(market.id).or(Some(listing.start));
    Prices { bid: price(bid), ask: price(ask), mid: price(mid), last: price(last) }
}

fn day(stats: Option<TickerStats>, listing: &Listing) -> Day {
    let market: &Market = &listing.market;
    let price = |price: Price| number(market.price_decimal(price));
    let volume: Decimal = market.qty_decimal(stats.map_or(Qty::ZERO, |day| day.volume));
    Day {
        base: number(volume),
        quote: quote_volume(stats.as_ref()),
        low: price(stats.map_or(listing.start, |day| day.low)),
        high: price(stats.map_or(listing.start, |day| day.high)),
        change: number(change_percent(stats.as_ref())),
    }
}
