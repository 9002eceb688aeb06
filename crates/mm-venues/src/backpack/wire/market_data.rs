//! Public market data over REST.

use serde::{Deserialize, Serialize};

use super::{Text, account::MarginFunction, lenient};

/// `GET /api/v1/status`.
///
/// Witness: `fixtures/backpack/status.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemStatus<'a> {
    #[serde(borrow)]
    pub message: Option<Text<'a>>,
    /// `Ok` or `Maintenance`.
    pub status: Text<'a>,
}

/// An element of `GET /api/v1/markets`, and `GET /api/v1/market`. Kind and state stay text: a list must not become
/// unreadable because the venue lists something new.
///
/// Witness:
/// `fixtures/backpack/market.json`,
/// `fixtures/backpack/markets.json`,
/// `fixtures/backpack/markets_perpetual.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Market<'a> {
    #[serde(borrow)]
    pub base_symbol: Text<'a>,
    pub created_at: Option<Text<'a>>,
    pub filters: MarketFilters<'a>,
    /// Milliseconds.
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub funding_interval: Option<u64>,
    /// Basis points.
    pub funding_rate_lower_bound: Option<Text<'a>>,
    /// Basis points.
    pub funding_rate_upper_bound: Option<Text<'a>>,
    pub imf_function: Option<MarginFunction<'a>>,
    /// `SPOT`, `PERP`, `IPERP`, `DATED`, `PREDICTION`, `RFQ`, and more to come.
    pub market_type: Text<'a>,
    pub mmf_function: Option<MarginFunction<'a>>,
    pub open_interest_limit: Option<Text<'a>>,
    /// `Open`, `Closed`, `CancelOnly`, `LimitOnly`, `PostOnly`.
    pub order_book_state: Text<'a>,
    pub position_limit_weight: Option<Text<'a>>,
    pub quote_symbol: Text<'a>,
    pub rwa_market_type: Option<Text<'a>>,
    pub symbol: Text<'a>,
    pub visible: Option<bool>,
}

/// The rules of a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketFilters<'a> {
    #[serde(borrow)]
    pub price: PriceFilter<'a>,
    pub quantity: QuantityFilter<'a>,
}

/// Rules of the price. `tick_size` is not always a power of ten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceFilter<'a> {
    #[serde(borrow)]
    pub borrow_entry_fee_max_multiplier: Option<Text<'a>>,
    pub borrow_entry_fee_min_multiplier: Option<Text<'a>>,
    pub discovery_bound_band: Option<Band<'a>>,
    pub max_impact_multiplier: Option<Text<'a>>,
    pub max_multiplier: Option<Text<'a>>,
    pub max_price: Option<Text<'a>>,
    pub max_price_update_multiplier: Option<Text<'a>>,
    pub mean_mark_price_band: Option<Band<'a>>,
    pub mean_premium_band: Option<PremiumBand<'a>>,
    pub min_impact_multiplier: Option<Text<'a>>,
    pub min_multiplier: Option<Text<'a>>,
    pub min_price: Option<Text<'a>>,
    pub min_price_update_multiplier: Option<Text<'a>>,
    pub tick_size: Text<'a>,
}

/// Rules of the size. `step_size` may be above one; there is no minimum notional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuantityFilter<'a> {
    #[serde(borrow)]
    pub max_quantity: Option<Text<'a>>,
    pub min_quantity: Text<'a>,
    pub step_size: Text<'a>,
}

/// A band of prices around the mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Band<'a> {
    #[serde(borrow)]
    pub max_multiplier: Text<'a>,
    pub min_multiplier: Text<'a>,
}

/// A band of prices around the mean premium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PremiumBand<'a> {
    #[serde(borrow)]
    pub tolerance_pct: Text<'a>,
}

/// `GET /api/v1/ticker`, `/tickers`. Cached by the venue for about 20 s: never a price to trade on.
///
/// Witness: `fixtures/backpack/ticker.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticker<'a> {
    #[serde(borrow)]
    pub first_price: Text<'a>,
    pub high: Text<'a>,
    pub last_price: Text<'a>,
    pub low: Text<'a>,
    pub price_change: Text<'a>,
    /// A fraction: `-0.0158` is −1.58 %.
    pub price_change_percent: Text<'a>,
    pub quote_volume: Text<'a>,
    pub symbol: Text<'a>,
    pub trades: Text<'a>,
    pub volume: Text<'a>,
}

/// Price and size of a level.
pub type LevelText<'a> = [Text<'a>; 2];

/// `GET /api/v1/depth`. BOTH sides ascend by price: the best bid is the last one. `L` is how a side is held: rows,
/// or the raw text that the client reads straight into its own levels.
///
/// Witness: `fixtures/backpack/depth.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Depth<'a, L = Vec<LevelText<'a>>> {
    pub asks: L,
    pub bids: L,
    /// Digits in quotes.
    #[serde(borrow)]
    pub last_update_id: Text<'a>,
    /// Microseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub timestamp: u64,
}

/// An element of `GET /api/v1/trades` and `/trades/history`.
///
/// Witness: `fixtures/backpack/trades.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trade<'a> {
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub id: Option<u64>,
    pub is_buyer_maker: bool,
    #[serde(borrow)]
    pub price: Text<'a>,
    pub quantity: Text<'a>,
    pub quote_quantity: Text<'a>,
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub timestamp: u64,
}

/// An element of `GET /api/v1/klines`; prices are null for an interval without trades.
///
/// Witness: `fixtures/backpack/klines.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kline<'a> {
    #[serde(borrow)]
    pub close: Option<Text<'a>>,
    /// `2026-09-01 17:24:00`.
    pub end: Text<'a>,
    pub high: Option<Text<'a>>,
    pub low: Option<Text<'a>>,
    pub open: Option<Text<'a>>,
    pub quote_volume: Text<'a>,
    pub start: Text<'a>,
    pub trades: Text<'a>,
    pub volume: Text<'a>,
}

/// An element of `GET /api/v1/markPrices`.
///
/// Witness: `fixtures/backpack/mark_prices.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarkPrice<'a> {
    #[serde(borrow)]
    pub funding_rate: Text<'a>,
    pub index_price: Text<'a>,
    pub mark_price: Text<'a>,
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub next_funding_timestamp: u64,
    pub symbol: Text<'a>,
}

/// An element of `GET /api/v1/openInterest`.
///
/// Witness: `fixtures/backpack/open_interest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterest<'a> {
    #[serde(borrow)]
    pub open_interest: Option<Text<'a>>,
    pub symbol: Text<'a>,
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub timestamp: u64,
}

/// An element of `GET /api/v1/fundingRates`.
///
/// Witness: `fixtures/backpack/funding_rates.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingRate<'a> {
    #[serde(borrow)]
    pub funding_rate: Text<'a>,
    /// `2025-07-22T00:00:00`.
    pub interval_end_timestamp: Text<'a>,
    pub symbol: Text<'a>,
}

/// An element of `GET /api/v1/assets`.
///
/// Witness: `fixtures/backpack/assets.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset<'a> {
    #[serde(borrow)]
    pub coingecko_id: Option<Text<'a>>,
    pub display_name: Option<Text<'a>>,
    pub symbol: Text<'a>,
    pub tokens: Vec<AssetToken<'a>>,
}

/// One chain on which an [`Asset`] lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetToken<'a> {
    #[serde(borrow)]
    pub blockchain: Text<'a>,
    pub contract_address: Option<Text<'a>>,
    pub deposit_enabled: bool,
    pub display_name: Option<Text<'a>>,
    pub maximum_withdrawal: Option<Text<'a>>,
    pub minimum_deposit: Text<'a>,
    pub minimum_withdrawal: Text<'a>,
    pub native_decimals: Option<u32>,
    pub withdraw_enabled: bool,
    pub withdrawal_fee: Text<'a>,
}
