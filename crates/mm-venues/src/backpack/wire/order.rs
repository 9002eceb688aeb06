//! Orders over REST: `/api/v1/order` and `/api/v1/orders`.

use serde::{Deserialize, Serialize};

use super::{OrderType, SelfTradePrevention, Side, Status, Text, TimeInForce, lenient};

/// Body of `POST /api/v1/order`, and an element of the array of `POST /api/v1/orders`. Only fields that are set are
/// sent. Declared in the byte order of the keys: see the module above.
///
/// Witness: `fixtures/backpack/order_request.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_borrow: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_borrow_repay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_lend: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_lend_redeem: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub broker_id: Option<u16>,
    /// 0..=4294967295; sent as a number, read from a number or its digits in quotes.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub client_id: Option<u32>,
    pub order_type: OrderType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_only: Option<bool>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub price: Option<Text<'a>>,
    /// Base asset; all orders but market orders by `quote_quantity` and conditional orders need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Text<'a>>,
    /// Quote asset; market orders only, instead of `quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_quantity: Option<Text<'a>>,
    /// Futures only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduce_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_trade_prevention: Option<SelfTradePrevention>,
    pub side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slippage_tolerance: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slippage_tolerance_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_loss_limit_price: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_loss_trigger_by: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_loss_trigger_price: Option<Text<'a>>,
    pub symbol: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_profit_limit_price: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_profit_trigger_by: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_profit_trigger_price: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_in_force: Option<TimeInForce>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_by: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_price: Option<Text<'a>>,
    /// A decimal or a percentage such as `50%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_quantity: Option<Text<'a>>,
}

impl<'a> OrderRequest<'a> {
    /// A request with only what every order has.
    #[must_use]
    pub const fn new(symbol: Text<'a>, side: Side, order_type: OrderType) -> Self {
        Self {
            auto_borrow: None,
            auto_borrow_repay: None,
            auto_lend: None,
            auto_lend_redeem: None,
            broker_id: None,
            client_id: None,
            order_type,
            post_only: None,
            price: None,
            quantity: None,
            quote_quantity: None,
            reduce_only: None,
            self_trade_prevention: None,
            side,
            slippage_tolerance: None,
            slippage_tolerance_type: None,
            stop_loss_limit_price: None,
            stop_loss_trigger_by: None,
            stop_loss_trigger_price: None,
            symbol,
            take_profit_limit_price: None,
            take_profit_trigger_by: None,
            take_profit_trigger_price: None,
            time_in_force: None,
            trigger_by: None,
            trigger_price: None,
            trigger_quantity: None,
        }
    }
}

/// Query of `GET /api/v1/order` and body of `DELETE /api/v1/order`: exactly one of the two ids.
///
/// Witness: `fixtures/backpack/order_selector.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderSelector<'a> {
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_number")]
    pub client_id: Option<u32>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    pub symbol: Text<'a>,
}

/// Query of `GET /api/v1/orders`.
///
/// Witness: `fixtures/backpack/open_orders_query.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenOrdersQuery<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub market_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Text<'a>>,
}

/// Body of `DELETE /api/v1/orders`.
///
/// Witness: `fixtures/backpack/cancel_all_request.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelAllRequest<'a> {
    /// `RestingLimitOrder` or `ConditionalOrder`; both when absent.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub order_type: Option<Text<'a>>,
    pub symbol: Text<'a>,
}

/// An order as REST answers it. Fields of one kind of order only are left out on the other; all the rest are there,
/// with null for nothing (recorded 2026-09-01).
///
/// Witness:
/// `fixtures/backpack/order.json`,
/// `fixtures/backpack/order_cancelled.json`,
/// `fixtures/backpack/open_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order<'a> {
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub client_id: Option<u64>,
    /// Milliseconds.
    #[serde(deserialize_with = "lenient::number")]
    pub created_at: u64,
    #[serde(borrow)]
    pub executed_quantity: Text<'a>,
    pub executed_quote_quantity: Text<'a>,
    pub id: Text<'a>,
    pub order_type: OrderType,
    /// Limit orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_only: Option<bool>,
    /// Limit orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Text<'a>>,
    /// Market orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_quantity: Option<Text<'a>>,
    pub reduce_only: Option<bool>,
    pub related_order_id: Option<Text<'a>>,
    pub self_trade_prevention: Option<Text<'a>>,
    pub side: Side,
    /// Market orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slippage_tolerance: Option<Text<'a>>,
    /// Market orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slippage_tolerance_type: Option<Text<'a>>,
    pub status: Status,
    pub stop_loss_limit_price: Option<Text<'a>>,
    pub stop_loss_trigger_by: Option<Text<'a>>,
    pub stop_loss_trigger_price: Option<Text<'a>>,
    pub strategy_id: Option<Text<'a>>,
    pub symbol: Text<'a>,
    pub take_profit_limit_price: Option<Text<'a>>,
    pub take_profit_trigger_by: Option<Text<'a>>,
    pub take_profit_trigger_price: Option<Text<'a>>,
    pub time_in_force: TimeInForce,
    pub trigger_by: Option<Text<'a>>,
    pub trigger_price: Option<Text<'a>>,
    pub trigger_quantity: Option<Text<'a>>,
    pub triggered_at: Option<Text<'a>>,
}

/// An element of the answer to a batch: the word, then either an order's fields or an error's beside it. Read it in
/// two steps, because serde's flattening would make floats of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchOperation {
    Ok,
    Err,
}

/// The word of a batch element; the same JSON is then read as [`Order`] or [`super::error::ApiError`].
///
/// Witness: `fixtures/backpack/batch.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchElement {
    pub operation: BatchOperation,
}

/// A batch element as the server writes it.
///
/// Witness: `fixtures/backpack/batch.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "operation")]
#[expect(clippy::large_enum_variant, reason = "written at once and dropped; a box would only cost")]
pub enum BatchAnswer<'a> {
    Ok(Order<'a>),
    Err(super::error::ApiError<'a>),
}
