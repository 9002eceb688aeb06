//! What the venue says of transactions: the receipt, the nonce, the keys, and what became of one. The transactions
//! themselves are not here.

use serde::{Deserialize, Serialize};

use super::{Text, lenient, rows::List};

/// Form of `POST sendTx`.
///
/// Witness: `fixtures/lighter/send_tx_request.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendTxRequest<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub tx_type: u8,
    /// The transaction's JSON.
    #[serde(borrow)]
    pub tx_info: Text<'a>,
    /// The server's guard against "accidental" prices; on when absent.
    #[serde(default, deserialize_with = "lenient::option_bool", skip_serializing_if = "Option::is_none")]
    pub price_protection: Option<bool>,
}

/// `POST sendTx`: the transaction is queued, which is not yet placed. Only the code and the hash are needed to know
/// that, so nothing else can spoil the answer.
///
/// Witness: `fixtures/lighter/send_tx.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendTx<'a> {
    pub code: u32,
    /// About the volume quota, as JSON text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    /// 80 hexadecimal digits.
    pub tx_hash: Text<'a>,
    #[serde(default)]
    pub predicted_execution_time_ms: i64,
    /// Null for accounts without a quota (lighter-python issue 131).
    #[serde(default)]
    pub volume_quota_remaining: Option<i64>,
}

/// Form of `POST sendTxBatch`.
///
/// Witness: `fixtures/lighter/send_tx_batch_request.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendTxBatchRequest<'a> {
    /// A JSON array of numbers.
    #[serde(borrow)]
    pub tx_types: Text<'a>,
    /// A JSON array of strings, each the JSON of a transaction.
    pub tx_infos: Text<'a>,
}

/// `POST sendTxBatch`: one code for all.
///
/// Witness: `fixtures/lighter/send_tx_batch.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendTxBatch<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub tx_hash: Vec<Text<'a>>,
    #[serde(default)]
    pub predicted_execution_time_ms: i64,
    #[serde(default)]
    pub volume_quota_remaining: Option<i64>,
}

/// `GET nextNonce`.
///
/// Witness: `fixtures/lighter/next_nonce.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextNonce<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub nonce: i64,
}

/// `GET apikeys`.
///
/// Witness: `fixtures/lighter/api_keys.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeys<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub api_keys: List<ApiKey<'a>>,
}

/// A registered key.
///
/// Witness: `fixtures/lighter/api_keys.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey<'a> {
    pub account_index: i64,
    pub api_key_index: u8,
    /// The next one to use.
    pub nonce: i64,
    /// 80 hexadecimal digits without `0x`.
    #[serde(borrow)]
    pub public_key: Text<'a>,
    #[serde(default)]
    pub transaction_time: i64,
}

/// `GET tx`, `GET txFromL1TxHash`.
///
/// Witness: `fixtures/lighter/tx.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrichedTx<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub hash: Text<'a>,
    #[serde(rename = "type")]
    pub kind: u8,
    /// The transaction as JSON text.
    pub info: Text<'a>,
    /// What the engine made of it, as JSON text, or empty: see [`super::event`].
    pub event_info: Text<'a>,
    /// See [`tx_status`].
    pub status: i64,
    pub transaction_index: i64,
    pub l1_address: Text<'a>,
    pub account_index: i64,
    pub nonce: i64,
    pub expire_at: i64,
    pub block_height: i64,
    pub queued_at: i64,
    pub executed_at: i64,
    pub sequence_index: i64,
    pub parent_hash: Text<'a>,
    #[serde(default)]
    pub api_key_index: i64,
    #[serde(default)]
    pub transaction_time: i64,
    #[serde(default)]
    pub committed_at: i64,
    #[serde(default)]
    pub verified_at: i64,
}

/// `GET accountTxs`, `blockTxs`, `txs`.
///
/// Witness: `fixtures/lighter/txs.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Txs<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub txs: List<Tx<'a>>,
}

/// An element of the `account_tx` stream and of [`Txs`]: an [`EnrichedTx`] without its envelope.
///
/// Witness: `fixtures/lighter/stream_account_tx.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tx<'a> {
    #[serde(borrow)]
    pub hash: Text<'a>,
    #[serde(rename = "type")]
    pub kind: u8,
    pub info: Text<'a>,
    pub event_info: Text<'a>,
    pub status: i64,
    pub transaction_index: i64,
    pub l1_address: Text<'a>,
    pub account_index: i64,
    pub nonce: i64,
    pub expire_at: i64,
    pub block_height: i64,
    pub queued_at: i64,
    pub executed_at: i64,
    pub sequence_index: i64,
    pub parent_hash: Text<'a>,
    #[serde(default)]
    pub api_key_index: i64,
    #[serde(default)]
    pub transaction_time: i64,
}

/// The stages of [`EnrichedTx::status`]. The first four are the venue's page, read 2026-11; another client in the
/// field (lighter-ts) counts on from `EXECUTED` with packed (3), committed (4) and verified (5), all of them later
/// than execution.
pub mod tx_status {
    pub const FAILED: i64 = 0;
    pub const PENDING: i64 = 1;
    pub const EXECUTED: i64 = 2;
    pub const PENDING_FINAL: i64 = 3;
}
