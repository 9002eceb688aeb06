//! Trades over REST and in streams.

use serde::{Deserialize, Serialize};

use super::{
    MarketKind, Text, TradeType,
    rows::{Key, List},
};

/// `GET trades`, `GET recentTrades`. The list is null, or not there, when there is none.
///
/// Witness: `fixtures/lighter/recent_trades.json`, `fixtures/lighter/recent_trades_null.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trades<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// Where the next page starts; absent or empty on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Text<'a>>,
    #[serde(default)]
    pub trades: List<Trade<'a>>,
}

/// A trade. Fees are in millionths of the notional and are left out when zero, as are the profits for anybody but
/// the two owners. The `_before` fields, which are left out when empty, are always written, because lighter-sdk 0.1.4
/// demands them.
///
/// Witness: `fixtures/lighter/recent_trades.json`, `fixtures/lighter/stream_trade.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade<'a> {
    pub trade_id: i64,
    #[serde(borrow)]
    pub tx_hash: Text<'a>,
    #[serde(rename = "type")]
    pub kind: TradeType,
    pub market_id: u64,
    pub size: Text<'a>,
    pub price: Text<'a>,
    pub usd_amount: Text<'a>,
    pub ask_id: i64,
    pub bid_id: i64,
    pub ask_account_id: i64,
    pub bid_account_id: i64,
    /// Whether the seller was resting: true means that the taker bought.
    pub is_maker_ask: bool,
    pub block_height: i64,
    /// Milliseconds; the venue's page also prints seconds.
    pub timestamp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker_fee: Option<i64>,
    #[serde(default)]
    pub taker_position_size_before: Text<'a>,
    #[serde(default)]
    pub taker_entry_quote_before: Text<'a>,
    #[serde(default)]
    pub taker_initial_margin_fraction_before: i64,
    #[serde(default)]
    pub taker_position_sign_changed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker_fee: Option<i64>,
    #[serde(default)]
    pub maker_position_size_before: Text<'a>,
    #[serde(default)]
    pub maker_entry_quote_before: Text<'a>,
    #[serde(default)]
    pub maker_initial_margin_fraction_before: i64,
    #[serde(default)]
    pub maker_position_sign_changed: bool,
    /// Microseconds; 0 is "not said".
    #[serde(default)]
    pub transaction_time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid_account_pnl: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_account_pnl: Option<Text<'a>>,
    /// The client's own ids; 0 for none, and not there at all before 2026.
    #[serde(default)]
    pub ask_client_id: i64,
    #[serde(default)]
    pub bid_client_id: i64,
    /// The five ids again, as text: clients match fills by these.
    #[serde(default)]
    pub ask_client_id_str: Text<'a>,
    #[serde(default)]
    pub bid_client_id_str: Text<'a>,
    #[serde(default)]
    pub ask_id_str: Text<'a>,
    #[serde(default)]
    pub bid_id_str: Text<'a>,
    #[serde(default)]
    pub trade_id_str: Text<'a>,
    #[serde(default)]
    pub integrator_maker_fee: i64,
    #[serde(default)]
    pub integrator_maker_fee_collector_index: i64,
    #[serde(default)]
    pub integrator_taker_fee: i64,
    #[serde(default)]
    pub integrator_taker_fee_collector_index: i64,
    #[serde(default)]
    pub taker_allocated_margin_usdc_before: i64,
    #[serde(default)]
    pub taker_allocated_margin_usdc_after: i64,
    #[serde(default)]
    pub maker_allocated_margin_usdc_before: i64,
    #[serde(default)]
    pub maker_allocated_margin_usdc_after: i64,
    #[serde(default)]
    pub bid_order_version: i64,
    #[serde(default)]
    pub ask_order_version: i64,
    #[serde(default)]
    pub market_symbol: Text<'a>,
    #[serde(default)]
    pub market_kind: MarketKind,
}

impl Key for Trade<'_> {
    fn key(&self) -> u64 {
        self.market_id
    }
}
