//! What a client asks of its orders: the bodies of requests, and the replies that are of their own form.

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    Kind, Text, lenient,
    order::{NewOrder, Order},
};

/// `create_order`. The reply is an [`Order`], acknowledged before it is matched.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiCreateOrderRequest")]
pub struct CreateOrder<'a> {
    #[serde(borrow)]
    pub order: NewOrder<'a>,
}

/// `cancel_order`, by either id. The reply is an [`Ack`], which says only that the request was taken.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiCancelOrderRequest")]
pub struct CancelOrder<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<Text<'a>>,
    /// Milliseconds, 100 if left out: how long a cancel by client id waits for its order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_live_ms: Option<Text<'a>>,
}

/// `order`, by either id. The reply is an [`Order`].
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetOrderRequest")]
pub struct GetOrder<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<Text<'a>>,
}

/// `cancel_all_orders`, `open_orders` and `positions`: a sub-account, and what to keep to. `None` is everything.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiCancelAllOrdersRequest")]
pub struct Filtered<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Vec<Kind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Vec<Text<'a>>>,
}

/// `bulk_orders`, version 2: up to a hundred new orders, cancels or replacements for one instrument.
///
/// The specification spells the lists of ids as written here; its prose says `order_ids` and `client_order_ids`. Both
/// are read.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiBulkOrdersRequest")]
pub struct BulkOrders<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub orders: Vec<NewOrder<'a>>,
    #[serde(default, alias = "order_ids", deserialize_with = "ids")]
    pub order_i_ds: Vec<Text<'a>>,
    #[serde(default, alias = "client_order_ids", deserialize_with = "ids")]
    pub client_order_i_ds: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_live_ms: Option<Text<'a>>,
}

/// A list of ids, without nulls: the specification's own examples have `[null]` for none.
fn ids<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<Vec<Text<'a>>, D::Error> {
    let ids = Option::<Vec<Option<Text<'a>>>>::deserialize(from)?;
    Ok(ids.unwrap_or_default().into_iter().flatten().collect())
}

/// The reply to [`BulkOrders`].
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiBulkOrdersResponse")]
pub struct BulkOrdersReply<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub orders: Vec<Order<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cancel_acks: Vec<Ack>,
}

/// A request was taken; what it asked for may still come or not.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    #[serde(deserialize_with = "lenient::bool")]
    pub ack: bool,
}
