//! What is over: `/wapi/v1/history/...`. Times are naive UTC text; see [`super::time`].

use serde::{Deserialize, Serialize};

use super::{OrderType, Side, Status, Text, TimeInForce, lenient};

/// Query of `GET /wapi/v1/history/orders`. There is no filter by time or client id.
///
/// Witness: `fixtures/backpack/order_history_query.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderHistoryQuery<'a> {
    /// Default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub limit: Option<u64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub market_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Text<'a>>,
}

/// Query of `GET /wapi/v1/history/fills`.
///
/// Witness: `fixtures/backpack/fill_history_query.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FillHistoryQuery<'a> {
    /// `User` leaves out liquidations and the like; absent: everything.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub fill_type: Option<Text<'a>>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub from: Option<u64>,
    /// Default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Text<'a>>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub to: Option<u64>,
}

/// Query of the other histories (funding, settlement, position).
///
/// Witness: `fixtures/backpack/order_history_query.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryQuery<'a> {
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub limit: Option<u64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub market_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub subaccount_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Text<'a>>,
}

/// Newest first is the venue's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortDirection {
    Asc,
    #[default]
    Desc,
}

/// A row of `GET /wapi/v1/history/orders`. Unlike a live order it has no `reduceOnly`, its time is text, and limit
/// orders carry `quoteQuantity` too (recorded 2026-09-01).
///
/// Witness: `fixtures/backpack/order_history.json`, `fixtures/backpack/order_history_expired.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoricOrder<'a> {
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub client_id: Option<u64>,
    #[serde(borrow)]
    pub created_at: Text<'a>,
    pub executed_quantity: Option<Text<'a>>,
    pub executed_quote_quantity: Option<Text<'a>>,
    /// Why it ended by itself, for instance `ImmediateOrCancel` or `PostOnlyTaker`.
    pub expiry_reason: Option<Text<'a>>,
    pub id: Text<'a>,
    pub order_type: OrderType,
    pub post_only: Option<bool>,
    pub price: Option<Text<'a>>,
    pub quantity: Option<Text<'a>>,
    pub quote_quantity: Option<Text<'a>>,
    pub self_trade_prevention: Option<Text<'a>>,
    pub side: Side,
    pub slippage_tolerance: Option<Text<'a>>,
    pub slippage_tolerance_type: Option<Text<'a>>,
    pub status: Status,
    pub stop_loss_limit_price: Option<Text<'a>>,
    pub stop_loss_trigger_by: Option<Text<'a>>,
    pub stop_loss_trigger_price: Option<Text<'a>>,
    pub strategy_id: Option<Text<'a>>,
    pub symbol: Text<'a>,
    pub system_order_type: Option<Text<'a>>,
    pub take_profit_limit_price: Option<Text<'a>>,
    pub take_profit_trigger_by: Option<Text<'a>>,
    pub take_profit_trigger_price: Option<Text<'a>>,
    pub time_in_force: TimeInForce,
    pub trigger_by: Option<Text<'a>>,
    pub trigger_price: Option<Text<'a>>,
    pub trigger_quantity: Option<Text<'a>>,
}

/// A row of `GET /wapi/v1/history/fills`.
///
/// Witness: `fixtures/backpack/fills.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoricFill<'a> {
    /// A string here, a number everywhere else.
    #[serde(borrow)]
    pub client_id: Option<Text<'a>>,
    pub fee: Text<'a>,
    pub fee_symbol: Text<'a>,
    pub is_maker: bool,
    pub order_id: Text<'a>,
    pub price: Text<'a>,
    pub quantity: Text<'a>,
    pub side: Side,
    pub symbol: Text<'a>,
    pub system_order_type: Option<Text<'a>>,
    pub timestamp: Text<'a>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub trade_id: Option<u64>,
}

/// A row of `GET /wapi/v1/history/funding`.
///
/// Witness: `fixtures/backpack/funding_history.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoricFunding<'a> {
    #[serde(borrow)]
    pub funding_rate: Text<'a>,
    pub interval_end_timestamp: Text<'a>,
    /// Positive: received.
    pub quantity: Text<'a>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub subaccount_id: Option<u64>,
    pub symbol: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub user_id: u64,
}
