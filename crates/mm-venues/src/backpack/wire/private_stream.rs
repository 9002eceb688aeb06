//! Payloads of the private streams, `account.…`. Fields without a value are left out, except `t` of an order update
//! (recorded 2026-09-02). `E` and `T` are microseconds.

use serde::{Deserialize, Serialize};

use super::{OrderEvent, Side, Status, StreamOrderType, Text, TimeInForce, lenient};

/// `account.orderUpdate`, `account.orderUpdate.<symbol>`.
///
/// Witness:
/// `fixtures/backpack/stream_order_accepted.json`,
/// `fixtures/backpack/stream_order_fill.json`,
/// `fixtures/backpack/stream_order_cancelled.json`,
/// `fixtures/backpack/stream_order_expired.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderUpdate<'a> {
    #[serde(borrow, rename = "B", skip_serializing_if = "Option::is_none")]
    pub trigger_by: Option<Text<'a>>,
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(
        default,
        rename = "H",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_number"
    )]
    pub strategy_id: Option<u64>,
    /// Digits; written as a number, because the venue's Rust client cannot read a string here.
    #[serde(
        rename = "I",
        skip_serializing_if = "Option::is_none",
        serialize_with = "lenient::digits_as_number"
    )]
    pub related_order_id: Option<Text<'a>>,
    /// Price of this fill.
    #[serde(rename = "L", skip_serializing_if = "Option::is_none")]
    pub fill_price: Option<Text<'a>>,
    #[serde(rename = "N", skip_serializing_if = "Option::is_none")]
    pub fee_symbol: Option<Text<'a>>,
    /// `USER`, `LIQUIDATION_AUTOCLOSE`, `ADL_AUTOCLOSE`, …
    #[serde(rename = "O", skip_serializing_if = "Option::is_none")]
    pub origin: Option<Text<'a>>,
    #[serde(rename = "P", skip_serializing_if = "Option::is_none")]
    pub trigger_price: Option<Text<'a>>,
    /// Present on limit orders too (price × quantity).
    #[serde(rename = "Q", skip_serializing_if = "Option::is_none")]
    pub quote_quantity: Option<Text<'a>>,
    /// `orderExpired` only. The page prints `PRICE_BAND`, REST has `PascalCase`: compare without case and
    /// underscores.
    #[serde(rename = "R", skip_serializing_if = "Option::is_none")]
    pub expiry_reason: Option<Text<'a>>,
    #[serde(rename = "S")]
    pub side: Side,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(rename = "V", skip_serializing_if = "Option::is_none")]
    pub self_trade_prevention: Option<Text<'a>>,
    #[serde(rename = "X")]
    pub status: Status,
    #[serde(rename = "Y", skip_serializing_if = "Option::is_none")]
    pub trigger_quantity: Option<Text<'a>>,
    /// Cumulative, quote.
    #[serde(rename = "Z", skip_serializing_if = "Option::is_none")]
    pub executed_quote_quantity: Option<Text<'a>>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub take_profit_trigger_price: Option<Text<'a>>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    pub stop_loss_trigger_price: Option<Text<'a>>,
    #[serde(
        default,
        rename = "c",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_number"
    )]
    pub client_id: Option<u64>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub take_profit_trigger_by: Option<Text<'a>>,
    #[serde(rename = "e")]
    pub event: OrderEvent,
    #[serde(rename = "f")]
    pub time_in_force: TimeInForce,
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    pub stop_loss_trigger_by: Option<Text<'a>>,
    #[serde(rename = "i")]
    pub order_id: Text<'a>,
    #[serde(rename = "j", skip_serializing_if = "Option::is_none")]
    pub take_profit_limit_price: Option<Text<'a>>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub stop_loss_limit_price: Option<Text<'a>>,
    /// Size of THIS fill, not what remains.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub fill_quantity: Option<Text<'a>>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub is_maker: Option<bool>,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub fee: Option<Text<'a>>,
    #[serde(rename = "o")]
    pub order_type: StreamOrderType,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub price: Option<Text<'a>>,
    /// Always there on our server, because the venue's Rust client needs it.
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Text<'a>>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub reduce_only: Option<bool>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
    /// Null, not absent, when there is no fill.
    #[serde(default, rename = "t", deserialize_with = "lenient::option_number")]
    pub trade_id: Option<u64>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    pub post_only: Option<bool>,
    /// Cumulative.
    #[serde(rename = "z", skip_serializing_if = "Option::is_none")]
    pub executed_quantity: Option<Text<'a>>,
}

/// `account.positionUpdate`, `account.positionUpdate.<symbol>`. On subscribe each open position is sent without
/// `e`.
///
/// Witness: `fixtures/backpack/stream_position.json`, `fixtures/backpack/stream_position_page.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionUpdate<'a> {
    #[serde(borrow, rename = "B", skip_serializing_if = "Option::is_none")]
    pub entry_price: Option<Text<'a>>,
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "M", skip_serializing_if = "Option::is_none")]
    pub mark_price: Option<Text<'a>>,
    #[serde(rename = "P", skip_serializing_if = "Option::is_none")]
    pub pnl_unrealized: Option<Text<'a>>,
    #[serde(rename = "Q", skip_serializing_if = "Option::is_none")]
    pub net_exposure_quantity: Option<Text<'a>>,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    pub break_even_price: Option<Text<'a>>,
    /// `positionOpened`, `positionAdjusted`, `positionClosed`.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub event: Option<Text<'a>>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    pub imf: Option<Text<'a>>,
    /// A number here, a string over REST.
    #[serde(
        default,
        rename = "i",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_number"
    )]
    pub position_id: Option<u64>,
    /// A placeholder, always `0` since 2025-09-01.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub liquidation_price: Option<Text<'a>>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub mmf: Option<Text<'a>>,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub net_exposure_notional: Option<Text<'a>>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub pnl_realized: Option<Text<'a>>,
    /// Signed: positive is long.
    #[serde(rename = "q")]
    pub net_quantity: Text<'a>,
    #[serde(rename = "s")]
    pub symbol: Text<'a>,
}

/// `account.balanceUpdate`: on no page of the venue, but live (recorded 2026-09-02). Changes only, no snapshot.
///
/// Witness: `fixtures/backpack/stream_balance.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceUpdate<'a> {
    #[serde(borrow, rename = "A")]
    pub available: Text<'a>,
    #[serde(rename = "E", deserialize_with = "lenient::number")]
    pub event_time: u64,
    #[serde(rename = "L")]
    pub locked: Text<'a>,
    #[serde(rename = "S")]
    pub staked: Text<'a>,
    #[serde(rename = "T", deserialize_with = "lenient::number")]
    pub engine_time: u64,
    #[serde(rename = "a")]
    pub asset: Text<'a>,
    /// `balanceUpdate`.
    #[serde(rename = "e")]
    pub event: Text<'a>,
}
