//! What belongs to accounts: transactions sent over REST, and what an account asks about itself.

mod account;
mod history;
mod orders;
mod send;
mod tokens;
mod trades;
mod txs;

use super::{
    rate::WEIGHT_SEND,
    routes::{Row, WEIGHT, WEIGHT_TRADES},
};
use crate::http::Method::{Get, Post};

/// Method, path, weight, answer.
#[rustfmt::skip]
pub(super) const ROUTES: &[Row] = &[
    (Post, "/api/v1/sendTx",                WEIGHT_SEND,   send::send_tx),
    (Post, "/api/v1/sendTxBatch",           WEIGHT_SEND,   send::send_tx_batch),
    (Get,  "/api/v1/nextNonce",             WEIGHT_SEND,   txs::next_nonce),
    (Get,  "/api/v1/apikeys",               150,           txs::api_keys),
    (Get,  "/api/v1/tx",                    WEIGHT,        txs::tx),
    (Get,  "/api/v1/accountTxs",            WEIGHT,        txs::account_txs),
    (Get,  "/api/v1/account",               WEIGHT,        account::account),
    (Get,  "/api/v1/accountsByL1Address",   WEIGHT,        account::by_l1_address),
    (Get,  "/api/v1/accountLimits",         WEIGHT,        account::limits),
    (Post, "/api/v1/changeAccountTier",     3_000,         account::change_tier),
    (Get,  "/api/v1/accountActiveOrders",   WEIGHT,        orders::active),
    (Get,  "/api/v1/accountInactiveOrders", 100,           orders::inactive),
    (Get,  "/api/v1/accountOrders",         WEIGHT,        orders::by_client),
    (Get,  "/api/v1/trades",                WEIGHT_TRADES, trades::trades),
    (Get,  "/api/v1/positionFunding",       WEIGHT,        history::position_funding),
    (Get,  "/api/v1/tokens",                3_000,         tokens::list),
    (Post, "/api/v1/tokens/create",         23_000,        tokens::create),
    (Post, "/api/v1/tokens/revoke",         3_000,         tokens::revoke),
];
