//! Orders: as they are sent, as they come back, and their signatures.

use serde::{Deserialize, Serialize};

use super::{
    BrokerTag, OrderRejectReason, OrderStatus, PerLeg, Quoted, Text, TimeInForce, TriggerBy, TriggerType,
    lenient,
};

/// An order as a client sends it. What the venue fills is an `Option`, so that a server can refuse it by its own code.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Order")]
pub struct NewOrder<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_market: bool,
    pub time_in_force: TimeInForce,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub post_only: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub reduce_only: bool,
    /// Exactly one on the order book.
    pub legs: PerLeg<OrderLeg<'a>>,
    pub signature: Signature<'a>,
    pub metadata: OrderMetadata<'a>,
    /// Must not be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    /// Must not be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<OrderState<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<Text<'a>>,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder_fee: Option<Text<'a>>,
}

/// An order as the venue tells of it, over REST and in `v1.order`.
///
/// Witness:
/// `fixtures/grvt/create_order.json`,
/// `fixtures/grvt/rpc_create_order.json`,
/// `fixtures/grvt/stream_order.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order<'a> {
    /// `0x00` while the engine has not taken it: [`is_assigned`].
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub order_id: Text<'a>,
    pub sub_account_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_market: bool,
    pub time_in_force: TimeInForce,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub post_only: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub reduce_only: bool,
    pub legs: PerLeg<OrderLeg<'a>>,
    pub signature: Signature<'a>,
    pub metadata: OrderMetadata<'a>,
    pub state: OrderState<'a>,
    /// `0x00` for none.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub builder: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub builder_fee: Text<'a>,
}

/// What stands for an order id that is not there yet, in acknowledgements.
pub const UNASSIGNED: &str = "0x00";

/// Whether this is the id of an order that the engine has taken, and not one of the ways to say that there is none.
#[must_use]
pub fn is_assigned(order_id: &str) -> bool {
    order_id.strip_prefix("0x").unwrap_or(order_id).bytes().any(|digit| digit != b'0')
}

/// One instrument of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLeg<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    /// In the base currency.
    pub size: Text<'a>,
    /// In the quote currency. For a market order `None` or any zero; the venue says `0.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_price: Option<Text<'a>>,
    pub is_buying_asset: bool,
}

/// What is not signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMetadata<'a> {
    /// A `u64` in digits; unique among the active orders of the sub-account. Empty for none, which a server refuses.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub client_order_id: Text<'a>,
    /// Nanoseconds. The venue fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<BrokerTag>,
    /// Seen in answers; not in the specification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_position_transfer: Option<bool>,
    /// Seen in answers; not in the specification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_crossing: Option<bool>,
}

/// What an order waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "TriggerOrderMetadata")]
pub struct Trigger<'a> {
    pub trigger_type: TriggerType,
    #[serde(borrow)]
    pub tpsl: Tpsl<'a>,
}

/// The condition of a take-profit or stop-loss order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "TPSLOrderMetadata")]
pub struct Tpsl<'a> {
    pub trigger_by: TriggerBy,
    #[serde(borrow)]
    pub trigger_price: Text<'a>,
    pub close_position: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_split_position: bool,
}

/// How far an order came. The lists have an entry for each leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderState<'a> {
    pub status: OrderStatus,
    pub reject_reason: OrderRejectReason,
    /// Still resting.
    #[serde(borrow)]
    pub book_size: PerLeg<Text<'a>>,
    /// Cumulative.
    pub traded_size: PerLeg<Text<'a>>,
    /// Nanoseconds.
    pub update_time: Quoted,
    /// `0.0` before the first fill.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub avg_fill_price: PerLeg<Text<'a>>,
}

/// A signature over a struct of the venue (EIP-712).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature<'a> {
    /// An address, in any case of letters.
    #[serde(borrow)]
    pub signer: Text<'a>,
    /// `0x` and 64 hexadecimal digits.
    pub r: Text<'a>,
    /// `0x` and 64 hexadecimal digits; in the lower half of the curve's order.
    pub s: Text<'a>,
    /// 27 or 28.
    #[serde(deserialize_with = "lenient::number")]
    pub v: u32,
    /// Nanoseconds; also the end of the order's life.
    pub expiration: Quoted,
    #[serde(deserialize_with = "lenient::number")]
    pub nonce: u32,
    /// Left out by the venue's Python client; the venue then says `0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<Text<'a>>,
}
