//! Markets over REST: their rules, and a day's statistics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{MarketStatus, MarketType, Number, Text, rows::List};

/// `GET orderBooks`.
///
/// Witness: `fixtures/lighter/order_books.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBooks<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub order_books: List<OrderBook<'a>>,
}

/// A market. Fees are percentages. What the older SDK (0.1.4) and answers of May 2026 lack has a default.
///
/// Witness: `fixtures/lighter/order_books.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBook<'a> {
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub market_id: u64,
    #[serde(default)]
    pub market_type: MarketType,
    #[serde(default)]
    pub base_asset_id: u32,
    #[serde(default)]
    pub quote_asset_id: u32,
    pub status: MarketStatus,
    pub taker_fee: Text<'a>,
    pub maker_fee: Text<'a>,
    pub liquidation_fee: Text<'a>,
    pub min_base_amount: Text<'a>,
    pub min_quote_amount: Text<'a>,
    pub supported_size_decimals: u8,
    pub supported_price_decimals: u8,
    pub supported_quote_decimals: u8,
    #[serde(default)]
    pub order_quote_limit: Text<'a>,
    #[serde(default)]
    pub is_maker_fee_enabled: bool,
    #[serde(default)]
    pub is_taker_fee_enabled: bool,
    #[serde(default)]
    pub created_at: Text<'a>,
    #[serde(default)]
    pub multiplier: Text<'a>,
    #[serde(default)]
    pub start_timestamp: i64,
    #[serde(default)]
    pub end_timestamp: i64,
    #[serde(default)]
    pub settlement_type: i64,
    #[serde(default)]
    pub settlement_price: i64,
    #[serde(default)]
    pub settlement_cap: i64,
    #[serde(default)]
    pub outcome: i64,
    #[serde(default)]
    pub default_price: i64,
    #[serde(default)]
    pub operator_account_index: i64,
    #[serde(default)]
    pub is_frozen: bool,
    #[serde(default)]
    pub open_interest: Text<'a>,
}

/// `GET orderBookDetails`.
///
/// Witness: `fixtures/lighter/order_book_details.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBookDetails<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub order_book_details: List<PerpsOrderBookDetail<'a>>,
    /// Not in answers to the older SDK.
    #[serde(default)]
    pub spot_order_book_details: List<SpotOrderBookDetail<'a>>,
}

/// A perpetual. Margin fractions are in 1e-4.
///
/// Witness: `fixtures/lighter/order_book_details.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerpsOrderBookDetail<'a> {
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub market_id: u64,
    #[serde(default)]
    pub market_type: MarketType,
    #[serde(default)]
    pub base_asset_id: u32,
    #[serde(default)]
    pub quote_asset_id: u32,
    pub status: MarketStatus,
    pub taker_fee: Text<'a>,
    pub maker_fee: Text<'a>,
    pub liquidation_fee: Text<'a>,
    pub min_base_amount: Text<'a>,
    pub min_quote_amount: Text<'a>,
    pub supported_size_decimals: u8,
    pub supported_price_decimals: u8,
    pub supported_quote_decimals: u8,
    #[serde(default)]
    pub order_quote_limit: Text<'a>,
    pub size_decimals: u8,
    pub price_decimals: u8,
    pub quote_multiplier: i64,
    pub default_initial_margin_fraction: i64,
    pub min_initial_margin_fraction: i64,
    pub maintenance_margin_fraction: i64,
    pub closeout_margin_fraction: i64,
    #[serde(default)]
    pub last_trade_price: Number<'a>,
    #[serde(default)]
    pub daily_trades_count: i64,
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
    #[serde(default)]
    pub open_interest: Number<'a>,
    #[serde(default)]
    pub daily_chart: BTreeMap<String, Number<'a>>,
    #[serde(default)]
    pub market_config: MarketConfig<'a>,
    #[serde(default)]
    pub strategy_index: i64,
    #[serde(default)]
    pub is_maker_fee_enabled: bool,
    #[serde(default)]
    pub is_taker_fee_enabled: bool,
    #[serde(default)]
    pub funding_clamp_small: Text<'a>,
    #[serde(default)]
    pub funding_clamp_big: Text<'a>,
    #[serde(default)]
    pub base_interest_rate: Text<'a>,
    #[serde(default)]
    pub created_at: Text<'a>,
    #[serde(default)]
    pub mark_price: Text<'a>,
    #[serde(default)]
    pub index_price: Text<'a>,
    #[serde(default)]
    pub multiplier: Text<'a>,
    #[serde(default)]
    pub market_flags: i64,
    #[serde(default)]
    pub funding_premium_multiplier: i64,
    #[serde(default)]
    pub start_timestamp: i64,
    #[serde(default)]
    pub end_timestamp: i64,
    #[serde(default)]
    pub settlement_type: i64,
    #[serde(default)]
    pub settlement_price: i64,
    #[serde(default)]
    pub settlement_cap: i64,
    #[serde(default)]
    pub outcome: i64,
    #[serde(default)]
    pub default_price: i64,
    #[serde(default)]
    pub operator_account_index: i64,
    #[serde(default)]
    pub is_frozen: bool,
}

/// How a perpetual is run.
///
/// Witness: `fixtures/lighter/order_book_details.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketConfig<'a> {
    /// 0 cross and isolated; the other values are on no page.
    #[serde(default)]
    pub market_margin_mode: i64,
    #[serde(default)]
    pub insurance_fund_account_index: i64,
    #[serde(default)]
    pub liquidation_mode: i64,
    #[serde(default)]
    pub force_reduce_only: bool,
    #[serde(default)]
    pub funding_fee_discounts_enabled: bool,
    #[serde(borrow, default)]
    pub trading_hours: Text<'a>,
    #[serde(default)]
    pub hidden: bool,
    #[serde(default)]
    pub rfq_enabled: bool,
}

/// A spot market.
///
/// Witness: `fixtures/lighter/order_book_details_spot.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotOrderBookDetail<'a> {
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub market_id: u64,
    #[serde(default)]
    pub market_type: MarketType,
    #[serde(default)]
    pub base_asset_id: u32,
    #[serde(default)]
    pub quote_asset_id: u32,
    pub status: MarketStatus,
    pub taker_fee: Text<'a>,
    pub maker_fee: Text<'a>,
    pub liquidation_fee: Text<'a>,
    pub min_base_amount: Text<'a>,
    pub min_quote_amount: Text<'a>,
    #[serde(default)]
    pub order_quote_limit: Text<'a>,
    pub supported_size_decimals: u8,
    pub supported_price_decimals: u8,
    pub supported_quote_decimals: u8,
    pub size_decimals: u8,
    pub price_decimals: u8,
    #[serde(default)]
    pub last_trade_price: Number<'a>,
    #[serde(default)]
    pub daily_trades_count: i64,
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
    #[serde(default)]
    pub daily_chart: BTreeMap<String, Number<'a>>,
    #[serde(default)]
    pub is_maker_fee_enabled: bool,
    #[serde(default)]
    pub is_taker_fee_enabled: bool,
    #[serde(default)]
    pub created_at: Text<'a>,
    #[serde(default)]
    pub multiplier: Text<'a>,
    #[serde(default)]
    pub start_timestamp: i64,
    #[serde(default)]
    pub end_timestamp: i64,
    #[serde(default)]
    pub settlement_type: i64,
    #[serde(default)]
    pub settlement_price: i64,
    #[serde(default)]
    pub settlement_cap: i64,
    #[serde(default)]
    pub outcome: i64,
    #[serde(default)]
    pub default_price: i64,
    #[serde(default)]
    pub operator_account_index: i64,
    #[serde(default)]
    pub is_frozen: bool,
    /// Text here, a number for a perpetual.
    #[serde(default)]
    pub open_interest: Text<'a>,
}
