//! What happened on the exchange, over REST: candles, funding, statistics.

use serde::{Deserialize, Serialize};

use super::{Direction, Number, Text, rows::List};

/// `GET candles`. The list may be null.
///
/// Witness: `fixtures/lighter/candles.json`, `fixtures/lighter/candles_null.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candles<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// The resolution: `1m`.
    #[serde(rename = "r")]
    pub resolution: Text<'a>,
    #[serde(rename = "c")]
    pub candles: List<Candle<'a>>,
}

/// A candle, whose fields the venue leaves out when they are zero. The `raw` fields of the models came in no answer.
///
/// Witness: `fixtures/lighter/candles.json`, `fixtures/lighter/stream_candle.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle<'a> {
    /// When it opened, in milliseconds.
    #[serde(rename = "t")]
    pub open_time: i64,
    #[serde(borrow, rename = "o", default = "zero")]
    pub open: Number<'a>,
    #[serde(rename = "h", default = "zero")]
    pub high: Number<'a>,
    #[serde(rename = "l", default = "zero")]
    pub low: Number<'a>,
    #[serde(rename = "c", default = "zero")]
    pub close: Number<'a>,
    /// Base asset.
    #[serde(rename = "v", default = "zero")]
    pub volume: Number<'a>,
    #[serde(rename = "V", default = "zero")]
    pub quote_volume: Number<'a>,
    #[serde(rename = "i", default)]
    pub last_trade_id: i64,
}

const fn zero() -> Number<'static> {
    Number::new("0")
}

/// `GET markPriceCandles`.
///
/// Witness: `fixtures/lighter/mark_price_candles.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkPriceCandles<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    #[serde(rename = "r")]
    pub resolution: Text<'a>,
    #[serde(rename = "c")]
    pub candles: List<MarkPriceCandle<'a>>,
}

/// A candle of the mark price.
///
/// Witness: `fixtures/lighter/mark_price_candles.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkPriceCandle<'a> {
    #[serde(rename = "t")]
    pub open_time: i64,
    #[serde(borrow, rename = "o", default = "zero")]
    pub open: Number<'a>,
    #[serde(rename = "h", default = "zero")]
    pub high: Number<'a>,
    #[serde(rename = "l", default = "zero")]
    pub low: Number<'a>,
    #[serde(rename = "c", default = "zero")]
    pub close: Number<'a>,
    #[serde(rename = "sc", default)]
    pub sample_count: i64,
}

/// `GET fundings`.
///
/// Witness: `fixtures/lighter/fundings.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fundings<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// `1h` or `1d`.
    pub resolution: Text<'a>,
    pub fundings: List<Funding<'a>>,
}

/// A funding.
///
/// Witness: `fixtures/lighter/fundings.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funding<'a> {
    /// Seconds.
    pub timestamp: i64,
    /// Quote asset for one unit of the base asset.
    #[serde(borrow)]
    pub value: Text<'a>,
    /// A percentage for the hour, without a sign.
    pub rate: Text<'a>,
    /// Who pays.
    pub direction: Direction,
}

/// `GET funding-rates`: rates for eight hours as fractions, of other exchanges too.
///
/// Witness: `fixtures/lighter/funding_rates.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingRates<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub funding_rates: List<FundingRate<'a>>,
}

/// An exchange's rate.
///
/// Witness: `fixtures/lighter/funding_rates.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingRate<'a> {
    pub market_id: u64,
    /// `lighter` for its own.
    #[serde(borrow)]
    pub exchange: Text<'a>,
    pub symbol: Text<'a>,
    pub rate: Number<'a>,
}

/// `GET exchangeStats`.
///
/// Witness: `fixtures/lighter/exchange_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeStats<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub total: i64,
    pub order_book_stats: List<OrderBookStats<'a>>,
    pub daily_usd_volume: Number<'a>,
    pub daily_trades_count: i64,
}

/// A market's day.
///
/// Witness: `fixtures/lighter/exchange_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBookStats<'a> {
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub last_trade_price: Number<'a>,
    pub daily_trades_count: i64,
    pub daily_base_token_volume: Number<'a>,
    pub daily_quote_token_volume: Number<'a>,
    pub daily_price_change: Number<'a>,
}

/// `GET candlesticks`: the older name of [`Candles`], which lighter-sdk 0.1.4 still asks for.
///
/// Witness: `fixtures/lighter/candlesticks.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candlesticks<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub resolution: Text<'a>,
    pub candlesticks: List<Candlestick<'a>>,
}

/// A candle with long names.
///
/// Witness: `fixtures/lighter/candlesticks.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candlestick<'a> {
    /// When it opened, in milliseconds.
    pub timestamp: i64,
    #[serde(borrow)]
    pub open: Number<'a>,
    pub high: Number<'a>,
    pub low: Number<'a>,
    pub close: Number<'a>,
    /// Base asset.
    pub volume0: Number<'a>,
    /// Quote asset.
    pub volume1: Number<'a>,
    pub last_trade_id: i64,
}
