//! Tickers, books, trades, candles and funding rates: the same over REST and in streams.

use serde::{Deserialize, Serialize};

use super::{CandleInterval, CandleType, FundingAggregation, Quoted, Text, Venue, lenient};
use crate::levels::Row;

/// The best of a book and the reference prices. In a change (`v1.mini.d`) a field that is `None` is unchanged, an empty
/// one has no value any more, and only the first two are always there.
///
/// Witness:
/// `fixtures/grvt/stream_mini_ticker.json`,
/// `fixtures/grvt/stream_mini_ticker_change.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiniTicker<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<Quoted>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_bid_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_bid_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_ask_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_ask_size: Option<Text<'a>>,
}

/// A [`MiniTicker`] and the figures of a day. The same holds for changes (`v1.ticker.d`). Rates are percent of one
/// funding interval; `8h` ones are on their way out.
///
/// Witness:
/// `fixtures/grvt/ticker.json`,
/// `fixtures/grvt/stream_ticker.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<Quoted>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mid_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_bid_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_bid_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_ask_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_ask_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_rate_8h_curr: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_rate_8h_avg: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest_rate: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buy_volume_24h_b: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sell_volume_24h_b: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buy_volume_24h_q: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sell_volume_24h_q: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_price: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_interest: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_short_ratio: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding_rate: Option<Text<'a>>,
    /// In real tickers; not in the specification.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub funding_interval_hours: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_funding_time: Option<Quoted>,
}

/// `book`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiOrderbookLevelsRequest")]
pub struct BookRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    /// 10, 50, 100 or 500 levels a side.
    #[serde(deserialize_with = "lenient::number")]
    pub depth: u32,
}

/// A book, or in `v1.book.d` after the first frame what changed in it: absolute sizes, zero removes the level. Hot: `L`
/// may be `&RawValue`, to be read straight into levels of one's own.
///
/// Witness:
/// `fixtures/grvt/book.json`,
/// `fixtures/grvt/stream_book.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "OrderbookLevels", bound(deserialize = "'de: 'a, L: Deserialize<'de>"))]
pub struct Book<'a, L = Vec<Level<'a>>> {
    /// Nanoseconds.
    pub event_time: Quoted,
    pub instrument: Text<'a>,
    /// The best first.
    pub bids: L,
    /// The best first.
    pub asks: L,
}

/// A level of a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "OrderbookLevel")]
pub struct Level<'a> {
    #[serde(borrow)]
    pub price: Text<'a>,
    pub size: Text<'a>,
    #[serde(default, deserialize_with = "lenient::number")]
    pub num_orders: u32,
}

/// So that a side can be read straight into our levels: [`Encoding::visit_list`](super::Encoding::visit_list).
impl Row for Level<'_> {
    fn price_and_size(&self) -> (&str, &str) {
        (&self.price, &self.size)
    }
}

/// `trade`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiTradeRequest")]
pub struct TradesRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    /// At most 1000.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
}

/// `trade_history`. Times in nanoseconds.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiTradeHistoryRequest")]
pub struct TradeHistoryRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Text<'a>>,
}

/// A trade as everybody may see it.
///
/// Witness:
/// `fixtures/grvt/trade_history.json`,
/// `fixtures/grvt/stream_trade.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade<'a> {
    /// Nanoseconds.
    pub event_time: Quoted,
    #[serde(borrow)]
    pub instrument: Text<'a>,
    pub is_taker_buyer: bool,
    pub size: Text<'a>,
    pub price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub mark_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub index_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub interest_rate: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub forward_price: Text<'a>,
    /// The execution and a count within it, `73808524-19`.
    pub trade_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub venue: Venue,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_rpi: bool,
}

/// `kline`. Times in nanoseconds.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiCandlestickRequest")]
pub struct CandlesRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    pub interval: CandleInterval,
    #[serde(rename = "type")]
    pub kind: CandleType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Text<'a>>,
}

/// A candle. Times in nanoseconds.
///
/// Witness:
/// `fixtures/grvt/candles.json`,
/// `fixtures/grvt/stream_candle.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Candlestick")]
pub struct Candle<'a> {
    pub open_time: Quoted,
    pub close_time: Quoted,
    #[serde(borrow)]
    pub open: Text<'a>,
    pub close: Text<'a>,
    pub high: Text<'a>,
    pub low: Text<'a>,
    pub volume_b: Text<'a>,
    pub volume_q: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub trades: u64,
    pub instrument: Text<'a>,
}

/// `funding`. Times in nanoseconds.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiFundingRateRequest")]
pub struct FundingRatesRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agg_type: Option<FundingAggregation>,
}

/// A funding rate. Time in nanoseconds, rates in percent.
///
/// Witness: `fixtures/grvt/funding.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiFundingRate")]
pub struct FundingRate<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    pub funding_rate: Text<'a>,
    pub funding_time: Quoted,
    pub mark_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub funding_rate_8_h_avg: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub funding_interval_hours: Option<u32>,
}

/// The answer to `GET /time`, which has no lite encoding.
///
/// Witness: `fixtures/grvt/server_time.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTime {
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub server_time: u64,
}
