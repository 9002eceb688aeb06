//! What has been: fills, past orders, funding payments. Lists come as [`super::reply::Page`].

use serde::{Deserialize, Serialize};

use super::{BrokerTag, Kind, Quoted, Text, Venue, lenient};

/// `fill_history` and `order_history`: what [`super::send::Filtered`] asks, in a time. Times in nanoseconds. A cursor
/// goes on where a page ended.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiFillHistoryRequest")]
pub struct HistoryRequest<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Vec<Kind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Quoted>,
    /// 500 if left out, at most 1000.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Text<'a>>,
}

/// `funding_payment_history`. As [`HistoryRequest`], and perhaps of one instrument.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiFundingPaymentHistoryRequest")]
pub struct FundingPaymentsRequest<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Quoted>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Vec<Kind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Vec<Text<'a>>>,
}

/// A trade of our own, over REST and in `v1.fill`.
///
/// Witness:
/// `fixtures/grvt/fill_history.json`,
/// `fixtures/grvt/stream_fill.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill<'a> {
    /// Nanoseconds.
    pub event_time: Quoted,
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub instrument: Text<'a>,
    pub is_buyer: bool,
    pub is_taker: bool,
    pub size: Text<'a>,
    pub price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub mark_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub index_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub interest_rate: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub forward_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub realized_pnl: Text<'a>,
    /// In `fee_currency`; negative when it was paid to us.
    pub fee: Text<'a>,
    /// Percent.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub fee_rate: Text<'a>,
    /// That of the public trade.
    pub trade_id: Text<'a>,
    pub order_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub venue: Venue,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_liquidation: bool,
    pub client_order_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub signer: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<BrokerTag>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_rpi: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub builder: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub builder_fee_rate: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub builder_fee: Text<'a>,
    /// Empty in older answers: the quote currency.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub fee_currency: Text<'a>,
}

/// A funding payment. Positive: we paid.
///
/// Witness: `fixtures/grvt/funding_payment_history.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingPayment<'a> {
    /// Nanoseconds.
    pub event_time: Quoted,
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub instrument: Text<'a>,
    pub currency: Text<'a>,
    pub amount: Text<'a>,
    pub tx_id: Text<'a>,
}
