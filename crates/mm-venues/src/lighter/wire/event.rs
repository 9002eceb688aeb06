//! `event_info` of a transaction: what the engine made of it, as JSON in a string. Field names of one or two letters
//! and integers only, in units of the market (venue's page of data structures, read 2026-11).

use serde::{Deserialize, Serialize};

use super::Text;

/// What all events have in common: the engine's refusal after the API had taken the transaction. Empty or absent
/// when there is none.
///
/// Witness: `fixtures/lighter/event_cancel.json`, `fixtures/lighter/event_execution.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError<'a> {
    #[serde(borrow, rename = "ae", default)]
    pub error: Text<'a>,
}

/// Of a transaction that made an order or a trade.
///
/// Witness: `fixtures/lighter/event_execution.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution<'a> {
    #[serde(rename = "m", default)]
    pub market_id: u64,
    #[serde(rename = "t", default)]
    pub trade: Option<EventTrade>,
    #[serde(rename = "mo", default)]
    pub maker_order: Option<EventOrder>,
    #[serde(rename = "to", default)]
    pub taker_order: Option<EventOrder>,
    #[serde(borrow, rename = "ae", default)]
    pub error: Text<'a>,
}

/// Of a cancel.
///
/// Witness: `fixtures/lighter/event_cancel.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel<'a> {
    #[serde(rename = "a")]
    pub account_id: i64,
    #[serde(rename = "i")]
    pub order_index: i64,
    #[serde(rename = "u")]
    pub client_order_index: i64,
    #[serde(borrow, rename = "ae", default)]
    pub error: Text<'a>,
}

/// Of a modify.
///
/// Witness: `fixtures/lighter/event_modify.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modify<'a> {
    #[serde(rename = "m", default)]
    pub market_id: u64,
    #[serde(rename = "oo", default)]
    pub old_order: Option<EventOrder>,
    #[serde(rename = "no", default)]
    pub new_order: Option<EventOrder>,
    #[serde(borrow, rename = "ae", default)]
    pub error: Text<'a>,
}

/// An order within an event.
///
/// Witness: `fixtures/lighter/event_execution.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventOrder {
    #[serde(rename = "i")]
    pub order_index: i64,
    #[serde(rename = "u")]
    pub client_order_index: i64,
    #[serde(rename = "a")]
    pub owner_account_id: i64,
    #[serde(rename = "is")]
    pub initial_base_amount: i64,
    #[serde(rename = "p")]
    pub price: u32,
    #[serde(rename = "rs")]
    pub remaining_base_amount: i64,
    #[serde(rename = "ia")]
    pub is_ask: u8,
    #[serde(rename = "ot")]
    pub kind: u8,
    #[serde(rename = "f")]
    pub time_in_force: u8,
    #[serde(rename = "ro")]
    pub reduce_only: u8,
    #[serde(rename = "tp")]
    pub trigger_price: u32,
    #[serde(rename = "e")]
    pub expiry: i64,
    /// The place of the word in [`super::OrderStatus::KNOWN`].
    #[serde(rename = "st")]
    pub status: u8,
    #[serde(rename = "ts")]
    pub trigger_status: u8,
    #[serde(rename = "t0")]
    pub to_trigger_order_index_0: i64,
    #[serde(rename = "t1")]
    pub to_trigger_order_index_1: i64,
    #[serde(rename = "c0")]
    pub to_cancel_order_index_0: i64,
    /// The last three are not in the older text of the page.
    #[serde(rename = "ifci", default)]
    pub integrator_fee_collector_index: i64,
    #[serde(rename = "itf", default)]
    pub integrator_taker_fee: u32,
    #[serde(rename = "imf", default)]
    pub integrator_maker_fee: u32,
}

/// A trade within an event.
///
/// Witness: `fixtures/lighter/event_execution.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTrade {
    #[serde(rename = "p")]
    pub price: u32,
    #[serde(rename = "s")]
    pub size: i64,
    /// Millionths.
    #[serde(rename = "tf", default)]
    pub taker_fee: i32,
    #[serde(rename = "mf", default)]
    pub maker_fee: i32,
}
