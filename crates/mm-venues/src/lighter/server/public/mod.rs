//! What everybody may ask: the venue itself, its markets, books, trades, candles and funding.

mod book;
mod candles;
mod funding;
mod markets;
mod stats;
mod venue;

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::{Exchange, Fact};
use mm_model::{MarketId, Timestamp};

pub(super) use self::{
    book::{order_book_orders, recent_trades},
    candles::{CandleRows, candles, candlesticks, mark_price_candles, mark_row, row},
    funding::{CLAMP, INTEREST, funding_rates, fundings},
    markets::{asset_details, order_book_details, order_books},
    stats::{change_percent, exchange_stats, number, percent, quote_volume},
    venue::{announcement, current_height, info, status},
};
use crate::server::candles::{Bar, Interval, Intervals, MarketCandles};

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

/// How often the mark price is looked at, at most. Chosen.
const MARK_EVERY: Duration = Duration::from_secs(1);

/// What is kept for public answers besides what the exchange keeps itself.
#[derive(Debug)]
pub(super) struct Public {
    /// Of what traded.
    pub(super) candles: MarketCandles,
    /// Of the mark price.
    pub(super) marks: MarketCandles,
    /// When each mark price was last looked at.
    marked_at: BTreeMap<MarketId, Timestamp>,
}

impl Default for Public {
    fn default() -> Self {
        Self {
            candles: MarketCandles::new(RESOLUTIONS),
            marks: MarketCandles::new(RESOLUTIONS),
            marked_at: BTreeMap::new(),
        }
    }
}

impl Public {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        self.candles.fact(exchange, fact);
        // The mark is made of the book and of trades, so it moves with these and not between them.
        if let Fact::Level { market, at, .. } | Fact::Traded { market, at, .. } = *fact {
            let due = self.marked_at.get(&market).is_none_or(|last| at >= *last + MARK_EVERY);
            if due && let Some(mark) = exchange.mark(market) {
                self.marked_at.insert(market, at);
                self.marks.add(market, at, Bar::sample(mark));
            }
        }
    }
}
