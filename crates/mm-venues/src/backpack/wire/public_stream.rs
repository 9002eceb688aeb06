//! Payloads of the public streams. Decimals are strings; `E` and `T` are microseconds.

use serde::{Deserialize, Serialize};

use super::{Side, Text, lenient, market_data::LevelText};

/// `depth.<symbol>`, `depth.200ms.<symbol>`, `depth.600ms.…`, `depth.1000ms.…`: absolute sizes, zero removes the
/// level. The first update id of a message is the last one of the message before plus one. `L` as in
/// [`super::market_data::Depth`].
///
/// Witness: `fixtures/backpack/stream_depth.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepthUpdate<'a, L = Vec<LevelText<'a>>> {
    /// When it was sent.
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    /// When the engine did it.
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(rename = "U", deserialize_with = "lenient::number")]
    pub first_update_id: u64,
    #[serde(rename = "a")]
    pub asks: L,
    #[serde(rename = "b")]
    pub bids: L,
    /// `depth`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    #[serde(rename = "u", deserialize_with = "lenient::number")]
    pub last_update_id: u64,
}

/// `bookTicker.<symbol>`: only when the top changes, so `u` skips. It may come before the depth message of the
/// same `u`.
///
/// Witness: `fixtures/backpack/stream_book_ticker.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookTicker<'a> {
    #[serde(rename = "A")]
    pub ask_quantity: Text<'a>,
    #[serde(rename = "B")]
    pub bid_quantity: Text<'a>,
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(rename = "a")]
    pub ask_price: Text<'a>,
    #[serde(rename = "b")]
    pub bid_price: Text<'a>,
    /// `bookTicker`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    /// A number on the wire (recorded); the page prints a string.
    #[serde(rename = "u", deserialize_with = "lenient::number")]
    pub update_id: u64,
}

/// `trade.<symbol>`.
///
/// Witness: `fixtures/backpack/stream_trade.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(borrow, rename = "a")]
    pub seller_order_id: Option<Text<'a>>,
    #[serde(rename = "b")]
    pub buyer_order_id: Option<Text<'a>>,
    /// `trade`.
    #[serde(rename = "e")]
    pub event: Text<'a>,
    /// Whether the buyer was resting: true means that the taker sold.
    #[serde(rename = "m")]
    pub is_buyer_maker: bool,
    #[serde(rename = "p")]
    pub price: Text<'a>,
    #[serde(rename = "q")]
    pub quantity: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    /// Sequential per symbol.
    #[serde(rename = "t", deserialize_with = "lenient::number")]
    pub trade_id: u64,
}

/// `ticker.<symbol>`, once a second; no engine time, no bid or ask.
///
/// Witness: `fixtures/backpack/stream_ticker.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "V")]
    pub quote_volume: Text<'a>,
    #[serde(rename = "c")]
    pub last_price: Text<'a>,
    /// `ticker`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "h")]
    pub high: Text<'a>,
    #[serde(rename = "l")]
    pub low: Text<'a>,
    #[serde(rename = "n", deserialize_with = "lenient::number")]
    pub trades: u64,
    #[serde(rename = "o")]
    pub first_price: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    #[serde(rename = "v")]
    pub volume: Text<'a>,
}

/// `markPrice.<symbol>`, once a second.
///
/// Witness: `fixtures/backpack/stream_mark_price.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkPrice<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    /// `markPrice`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "f")]
    pub funding_rate: Option<Text<'a>>,
    #[serde(rename = "i")]
    pub index_price: Option<Text<'a>>,
    /// MILLIseconds, unlike every other time here (recorded).
    #[serde(default, rename = "n", deserialize_with = "lenient::option_number")]
    pub next_funding: Option<u64>,
    #[serde(rename = "p")]
    pub mark_price: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
}

/// `openInterest.<symbol>`, once a minute.
///
/// Witness: `fixtures/backpack/stream_open_interest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInterest<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    /// `openInterest`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "o")]
    pub open_interest: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
}

/// `kline.<interval>.<symbol>`; prices are null for an interval without trades, and there is no quote volume.
///
/// Witness: `fixtures/backpack/stream_kline.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kline<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    /// End, `2024-09-11T12:00:00`.
    #[serde(borrow, rename = "T")]
    pub end: Text<'a>,
    #[serde(rename = "X")]
    pub is_closed: bool,
    #[serde(rename = "c")]
    pub close: Option<Text<'a>>,
    /// `kline`.
    #[serde(rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "h")]
    pub high: Option<Text<'a>>,
    #[serde(rename = "l")]
    pub low: Option<Text<'a>>,
    #[serde(rename = "n", deserialize_with = "lenient::number")]
    pub trades: u64,
    #[serde(rename = "o")]
    pub open: Option<Text<'a>>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    /// Start.
    #[serde(rename = "t")]
    pub start: Text<'a>,
    #[serde(rename = "v")]
    pub volume: Text<'a>,
}

/// `liquidation`, of all markets.
///
/// Witness: `fixtures/backpack/stream_liquidation.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liquidation<'a> {
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "S")]
    pub side: Side,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    /// `liquidation`.
    #[serde(borrow, rename = "e")]
    pub event: Text<'a>,
    #[serde(rename = "p")]
    pub price: Text<'a>,
    #[serde(rename = "q")]
    pub quantity: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
}
