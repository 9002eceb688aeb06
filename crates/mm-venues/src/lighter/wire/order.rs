//! Orders over REST and in streams.

use serde::{Deserialize, Serialize};

use super::{
    MarketKind, OrderStatus, OrderType, Side, Text, TimeInForce, TriggerStatus,
    rows::{Key, List},
};

/// `GET accountActiveOrders`, `accountInactiveOrders`, `accountOrders`.
///
/// Witness: `fixtures/lighter/orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// Where the next page starts; absent or empty on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Text<'a>>,
    pub orders: List<Order<'a>>,
}

/// An order. Fields in the order of lighter-sdk 1.1.8, the last four of which older answers lack. Its integers are
/// the transaction's own (`base_size`, `base_price`), its decimals the same with the places of the market.
///
/// Witness:
/// `fixtures/lighter/orders.json`,
/// `fixtures/lighter/stream_account_orders.json`,
/// `fixtures/lighter/stream_account_all_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order<'a> {
    /// The venue's id; the client takes it as opaque.
    pub order_index: i64,
    /// 0 for none.
    pub client_order_index: i64,
    /// The two ids again, as text.
    #[serde(borrow)]
    pub order_id: Text<'a>,
    pub client_order_id: Text<'a>,
    pub market_index: u64,
    pub owner_account_index: i64,
    pub initial_base_amount: Text<'a>,
    pub price: Text<'a>,
    /// Of the transaction that made it.
    pub nonce: i64,
    pub remaining_base_amount: Text<'a>,
    pub is_ask: bool,
    pub base_size: i64,
    pub base_price: i64,
    /// Cumulative.
    pub filled_base_amount: Text<'a>,
    /// Cumulative.
    pub filled_quote_amount: Text<'a>,
    #[serde(default)]
    pub side: Side,
    #[serde(rename = "type")]
    pub kind: OrderType,
    pub time_in_force: TimeInForce,
    pub reduce_only: bool,
    /// `0.00` for none.
    pub trigger_price: Text<'a>,
    /// Milliseconds; 0 for none.
    pub order_expiry: i64,
    pub status: OrderStatus,
    pub trigger_status: TriggerStatus,
    pub trigger_time: i64,
    pub parent_order_index: i64,
    pub parent_order_id: Text<'a>,
    pub to_trigger_order_id_0: Text<'a>,
    pub to_trigger_order_id_1: Text<'a>,
    pub to_cancel_order_id_0: Text<'a>,
    pub block_height: i64,
    /// Milliseconds; seconds have been seen. For what follows, 0 is "not said".
    pub timestamp: i64,
    #[serde(default)]
    pub created_at: i64,
    #[serde(default)]
    pub updated_at: i64,
    /// Microseconds.
    #[serde(default)]
    pub transaction_time: i64,
    #[serde(default)]
    pub integrator_fee_collector_index: Text<'a>,
    #[serde(default)]
    pub integrator_maker_fee: Text<'a>,
    #[serde(default)]
    pub integrator_taker_fee: Text<'a>,
    #[serde(default)]
    pub order_flags: i64,
    #[serde(default)]
    pub order_version: i64,
    #[serde(default)]
    pub market_symbol: Text<'a>,
    #[serde(default)]
    pub market_kind: MarketKind,
}

impl Key for Order<'_> {
    fn key(&self) -> u64 {
        self.market_index
    }
}

/// `GET orderBookOrders`: single orders, the best first. No nonce comes with them, so a book cannot be resumed from
/// them.
///
/// Witness: `fixtures/lighter/order_book_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBookOrders<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub total_asks: i64,
    pub asks: List<SimpleOrder<'a>>,
    pub total_bids: i64,
    pub bids: List<SimpleOrder<'a>>,
}

/// An order as everybody may see it.
///
/// Witness: `fixtures/lighter/order_book_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimpleOrder<'a> {
    pub order_index: i64,
    #[serde(borrow)]
    pub order_id: Text<'a>,
    pub owner_account_index: i64,
    pub initial_base_amount: Text<'a>,
    pub remaining_base_amount: Text<'a>,
    pub price: Text<'a>,
    pub order_expiry: i64,
    #[serde(default)]
    pub transaction_time: i64,
}
