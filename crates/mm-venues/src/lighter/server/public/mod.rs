//! What everybody may ask: the venue itself, its markets, books, trades, candles and funding.

mod book;
mod candles;
mod funding;
mod markets;
mod stats;
mod venue;

use mm_exchange::{Exchange, Fact};
use mm_model::MarketId;

pub(super) use self::{
    book::{order_book_orders, recent_trades},
    candles::{candles, candlesticks, mark_price_candles, mark_row, row},
    funding::{CLAMP, INTEREST, funding_rates, fundings},
    markets::{asset_details, order_book_details, order_books},
    stats::{change_percent, exchange_stats, number, percent, quote_volume},
    venue::{announcement, current_height, info, status},
};
use crate::server::{
    candle_rows::{CandleRows, Sampler},
    candles::{Bar, Interval, Intervals, MarketCandles},
};

/// The lengths of candles in the venue's words (lighter-sdk 1.1.8).
pub(super) const RESOLUTIONS: Intervals = &[
    ("1m", Interval::seconds(60)),
    ("5m", Interval::seconds(300)),
    ("15m", Interval::seconds(900)),
    ("30m", Interval::seconds(1_800)),
    ("1h", Interval::seconds(3_600)),
    ("4h", Interval::seconds(14_400)),
    ("12h", Interval::seconds(43_200)),
    ("1d", Interval::days(1)),
    ("1w", Interval::WEEK),
];

/// What is kept for public answers besides what the exchange keeps itself.
#[derive(Debug)]
pub(super) struct Public {
    /// Of what traded.
    candles: MarketCandles,
    /// Of the mark price.
    marks: MarketCandles,
    sampler: Sampler,
}

impl Default for Public {
    fn default() -> Self {
        Self {
            candles: MarketCandles::new(RESOLUTIONS),
            marks: MarketCandles::new(RESOLUTIONS),
            sampler: Sampler::default(),
        }
    }
}

impl Public {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        self.candles.fact(exchange, fact);
        if let Some((market, at)) = self.sampler.due(fact)
            && let Some(mark) = exchange.mark(market)
        {
            self.marks.add(market, at, Bar::sample(mark));
        }
    }

    /// Candles of what traded.
    pub(super) const fn traded(&self, market: MarketId, interval: Interval) -> CandleRows<'_> {
        CandleRows::new(&self.candles, market, interval)
    }

    /// Candles of the mark price.
    pub(super) const fn marked(&self, market: MarketId, interval: Interval) -> CandleRows<'_> {
        CandleRows::new(&self.marks, market, interval)
    }
}
