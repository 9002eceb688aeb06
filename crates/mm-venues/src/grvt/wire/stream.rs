//! What the streams bring: the envelope, the feeds that are of no REST call, and the way to tell frames apart.

use serde::{Deserialize, Serialize};

use super::{
    CancelStatus, Encoding, OrderRejectReason, Quoted, Text,
    error::RpcError,
    lenient,
    order::{OrderState, Signature},
};
use crate::{scan::Scan, words::words};

words! {
    /// The streams. `.s` brings the whole every time, `.d` first the whole and then what changed.
    Stream {
        MiniTickerSnap = "v1.mini.s",
        MiniTickerDelta = "v1.mini.d",
        TickerSnap = "v1.ticker.s",
        TickerDelta = "v1.ticker.d",
        BookSnap = "v1.book.s",
        BookDelta = "v1.book.d",
        Trade = "v1.trade",
        Candle = "v1.candle",
        Order = "v1.order",
        State = "v1.state",
        Position = "v1.position",
        Fill = "v1.fill",
        Cancel = "v1.cancel",
        Transfer = "v1.transfer",
        Deposit = "v1.deposit",
        Withdrawal = "v1.withdrawal",
    }
}

/// The envelope of all streams. By stream, `F` is: [`super::market_data::MiniTicker`],
/// [`super::market_data::Ticker`], [`super::market_data::Book`], [`super::market_data::Trade`],
/// [`super::market_data::Candle`], [`super::order::Order`], [`OrderStateFeed`], [`super::account::Position`],
/// [`super::history::Fill`], [`CancelStatusFeed`], [`TransferFeed`], [`DepositFeed`], [`WithdrawalFeed`].
///
/// A snapshot has the sequence number 0, a change one more than the change before.
///
/// Witness: `fixtures/grvt/stream_order.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'a, F: Deserialize<'de>"))]
pub struct Feed<'a, F> {
    pub stream: Text<'a>,
    /// As it was subscribed, letter by letter.
    pub selector: Text<'a>,
    pub sequence_number: Quoted,
    pub feed: F,
    #[serde(default)]
    pub prev_sequence_number: Quoted,
}

/// The part of any frame from the venue that says what the rest is: a [`Feed`] has a stream, all else is an answer.
///
/// Witness:
/// `fixtures/grvt/stream_order.json`,
/// `fixtures/grvt/subscribed.json`,
/// `fixtures/grvt/rpc_error.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Head<'a> {
    #[serde(borrow, default)]
    pub stream: Option<Text<'a>>,
    #[serde(default)]
    pub selector: Option<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub id: Option<u32>,
    #[serde(default)]
    pub method: Option<Text<'a>>,
    #[serde(default)]
    pub error: Option<RpcError<'a>>,
}

impl<'a> Head<'a> {
    /// The stream and the selector of a feed that is written as the venue writes it, with these two first and without
    /// spaces; `None` for any other form, which is then to be read as a [`Head`].
    ///
    /// Saves reading a frame twice. The frame must still be read as one whole JSON value.
    #[must_use]
    pub fn split(encoding: Encoding, frame: &'a str) -> Option<(&'a str, &'a str)> {
        let (stream, selector) = match encoding {
            Encoding::Full => ("{\"stream\":\"", "\",\"selector\":\""),
            Encoding::Lite => ("{\"s\":\"", "\",\"s1\":\""),
        };
        let mut text = Scan::new(frame);
        text.skip(stream)?;
        let stream = text.until_quote()?;
        text.skip(selector)?;
        let selector = text.until_quote()?;
        text.skip("\",\"")?;
        let plain = |text: &str| !text.contains('\\');
        (plain(stream) && plain(selector)).then_some((stream, selector))
    }
}

/// `v1.state`: how far an order came, without the order.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStateFeed<'a> {
    #[serde(borrow)]
    pub order_id: Text<'a>,
    pub client_order_id: Text<'a>,
    pub order_state: OrderState<'a>,
}

/// `v1.cancel`: a cancel that waited for its order in vain.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelStatusFeed<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub client_order_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub order_id: Text<'a>,
    pub reason: OrderRejectReason,
    /// Nanoseconds.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub update_time: Quoted,
    pub cancel_status: CancelStatus,
}

/// `v1.transfer`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "TransferHistory")]
pub struct TransferFeed<'a> {
    #[serde(borrow)]
    pub tx_id: Text<'a>,
    pub from_account_id: Text<'a>,
    pub from_sub_account_id: Text<'a>,
    pub to_account_id: Text<'a>,
    pub to_sub_account_id: Text<'a>,
    pub currency: Text<'a>,
    pub num_tokens: Text<'a>,
    pub signature: Signature<'a>,
    pub event_time: Quoted,
    pub transfer_type: super::TransferType,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub transfer_metadata: Text<'a>,
}

/// `v1.deposit`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Deposit")]
pub struct DepositFeed<'a> {
    #[serde(borrow)]
    pub tx_hash: Text<'a>,
    pub to_account_id: Text<'a>,
    pub currency: Text<'a>,
    pub num_tokens: Text<'a>,
}

/// `v1.withdrawal`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Withdrawal")]
pub struct WithdrawalFeed<'a> {
    #[serde(borrow)]
    pub from_account_id: Text<'a>,
    pub to_eth_address: Text<'a>,
    pub currency: Text<'a>,
    pub num_tokens: Text<'a>,
    pub signature: Signature<'a>,
}
