//! Frames of the public streams. Keys in the venue's order, with `channel` first and `type` last
//! ([`super::stream::Head::split`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

use super::{
    Number, Text,
    history::{Candle, MarkPriceCandle},
    lenient,
    rows::{Key, List},
    trade::Trade,
};

/// `order_book/{m}`: first the whole book (`begin_nonce` 0), then what changed, about every 50 ms. Hot: `L` may be
/// `&RawValue`, to be read straight into levels of one's own.
///
/// Witness:
/// `fixtures/lighter/stream_order_book.json`,
/// `fixtures/lighter/stream_order_book_update.json`,
/// `fixtures/lighter/stream_order_book_page.json`,
/// `fixtures/lighter/stream_order_book_empty.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBookFrame<'a, L = List<Level<'a>>> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    /// Microseconds.
    #[serde(default)]
    pub last_updated_at: i64,
    #[serde(default)]
    pub offset: i64,
    pub order_book: OrderBookBody<L>,
    /// Milliseconds; not on the older page.
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// The book of an [`OrderBookFrame`]. It joins what we have if and only if `begin_nonce` is the `nonce` of the frame
/// before; `offset` is the sending server's own and no test of that. Both nonces must be there: a frame without
/// them cannot be placed.
///
/// Witness: `fixtures/lighter/stream_order_book_update.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBookBody<L> {
    #[serde(default)]
    pub code: u32,
    /// In no order. Absolute sizes; zero removes the level.
    pub asks: L,
    pub bids: L,
    #[serde(default)]
    pub offset: i64,
    pub nonce: u64,
    /// Microseconds.
    #[serde(default)]
    pub last_updated_at: i64,
    pub begin_nonce: u64,
}

/// A price and the size at it. Both empty where a [`Ticker`] has no such side.
///
/// Witness: `fixtures/lighter/stream_order_book.json`, `fixtures/lighter/stream_ticker_empty.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level<'a> {
    #[serde(borrow)]
    pub price: Text<'a>,
    pub size: Text<'a>,
}

/// `ticker/{m}`: the best of both sides.
///
/// Witness: `fixtures/lighter/stream_ticker.json`, `fixtures/lighter/stream_ticker_empty.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickerFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    /// Microseconds. Left out when there was no update yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_at: Option<i64>,
    pub nonce: u64,
    pub ticker: Ticker<'a>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// The payload of a [`TickerFrame`].
///
/// Witness: `fixtures/lighter/stream_ticker.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticker<'a> {
    /// The market's symbol.
    #[serde(borrow, rename = "s")]
    pub symbol: Text<'a>,
    #[serde(rename = "a")]
    pub ask: Level<'a>,
    #[serde(rename = "b")]
    pub bid: Level<'a>,
    /// Microseconds.
    #[serde(default)]
    pub last_updated_at: i64,
}

/// `trade/{m}`. The first frame tells of recent trades again.
///
/// Witness: `fixtures/lighter/stream_trade.json`, `fixtures/lighter/stream_trade_subscribed.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub liquidation_trades: List<Trade<'a>>,
    #[serde(default)]
    pub nonce: u64,
    #[serde(default)]
    pub trades: List<Trade<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `market_stats/{m}`, `market_stats/all`.
///
/// Witness:
/// `fixtures/lighter/stream_market_stats.json`,
/// `fixtures/lighter/stream_market_stats_page.json`,
/// `fixtures/lighter/stream_market_stats_all.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketStatsFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(borrow)]
    pub market_stats: Stats<MarketStats<'a>>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// One market's statistics, or those of all by market.
///
/// Witness:
/// `fixtures/lighter/stream_market_stats.json`,
/// `fixtures/lighter/stream_market_stats_all.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stats<T> {
    One(Box<T>),
    All(BTreeMap<u64, T>),
}

impl<T: Key> Stats<T> {
    /// Every market's.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let (one, all) = match self {
            Self::One(one) => (Some(&**one), None),
            Self::All(all) => (None, Some(all)),
        };
        one.into_iter().chain(all.into_iter().flat_map(BTreeMap::values))
    }
}

impl<T: Serialize> Serialize for Stats<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(one) => one.serialize(to),
            Self::All(all) => all.serialize(to),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Stats<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(from)?.get();
        // A market's number, in quotes, or the name of a field.
        let first_key = raw.trim_start_matches(['{', ' ', '\n', '\r', '\t', '"']).bytes().next();
        let stats = match first_key {
            Some(b'0'..=b'9' | b'}') => serde_json::from_str(raw).map(Self::All),
            _ => serde_json::from_str(raw).map(|one| Self::One(Box::new(one))),
        };
        stats.map_err(D::Error::custom)
    }
}

/// A perpetual's statistics. Prices and rates come as text, the day's figures as numbers, and each may come as the
/// other. Only the market must be there; a price that is not there is empty, as on a side of the book that is.
///
/// Witness: `fixtures/lighter/stream_market_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketStats<'a> {
    #[serde(borrow, default)]
    pub symbol: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub market_id: u64,
    #[serde(default)]
    pub index_price: Text<'a>,
    #[serde(default)]
    pub mark_price: Text<'a>,
    #[serde(default)]
    pub mid_price: Text<'a>,
    #[serde(default)]
    pub best_ask_price: Text<'a>,
    #[serde(default)]
    pub best_bid_price: Text<'a>,
    #[serde(default)]
    pub open_interest: Text<'a>,
    #[serde(default)]
    pub open_interest_limit: Text<'a>,
    #[serde(default)]
    pub funding_clamp_small: Text<'a>,
    #[serde(default)]
    pub funding_clamp_big: Text<'a>,
    #[serde(default)]
    pub base_interest_rate: Text<'a>,
    #[serde(default)]
    pub last_trade_price: Text<'a>,
    /// Expected at the end of this hour. Whether this and the next are percentages, no source says.
    #[serde(default)]
    pub current_funding_rate: Text<'a>,
    /// Of the last funding.
    #[serde(default)]
    pub funding_rate: Text<'a>,
    #[serde(default, deserialize_with = "lenient::number")]
    pub funding_timestamp: i64,
    #[serde(default)]
    pub daily_base_token_volume: Number<'a>,
    #[serde(default)]
    pub daily_quote_token_volume: Number<'a>,
    #[serde(default)]
    pub daily_price_low: Number<'a>,
    #[serde(default)]
    pub daily_price_high: Number<'a>,
    #[serde(default)]
    pub daily_price_change: Number<'a>,
}

impl Key for MarketStats<'_> {
    fn key(&self) -> u64 {
        self.market_id
    }
}

/// `spot_market_stats/{m}`, `spot_market_stats/all`.
///
/// Witness:
/// `fixtures/lighter/stream_spot_market_stats.json`,
/// `fixtures/lighter/stream_spot_market_stats_all.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotMarketStatsFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(borrow)]
    pub spot_market_stats: Stats<SpotMarketStats<'a>>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// A spot market's statistics, as tolerant as [`MarketStats`].
///
/// Witness: `fixtures/lighter/stream_spot_market_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotMarketStats<'a> {
    #[serde(borrow, default)]
    pub symbol: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub market_id: u64,
    #[serde(default)]
    pub index_price: Text<'a>,
    #[serde(default)]
    pub mid_price: Text<'a>,
    #[serde(default)]
    pub best_ask_price: Text<'a>,
    #[serde(default)]
    pub best_bid_price: Text<'a>,
    #[serde(default)]
    pub last_trade_price: Text<'a>,
    #[serde(default)]
    pub daily_base_token_volume: Number<'a>,
    #[serde(default)]
    pub daily_quote_token_volume: Number<'a>,
    #[serde(default)]
    pub daily_price_low: Number<'a>,
    #[serde(default)]
    pub daily_price_high: Number<'a>,
    #[serde(default)]
    pub daily_price_change: Number<'a>,
}

impl Key for SpotMarketStats<'_> {
    fn key(&self) -> u64 {
        self.market_id
    }
}

/// `height`.
///
/// Witness: `fixtures/lighter/stream_height.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeightFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    pub height: i64,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `candle/{m}/{resolution}`: the open candle, about every 500 ms.
///
/// Witness: `fixtures/lighter/stream_candle.json`, `fixtures/lighter/stream_candle_update.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandleFrame<'a> {
    pub candles: List<Candle<'a>>,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `mark_price_candle/{m}/{resolution}`: as [`CandleFrame`], of the mark price.
///
/// Witness: `fixtures/lighter/stream_mark_price_candle.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkPriceCandleFrame<'a> {
    pub candles: List<MarkPriceCandle<'a>>,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}
