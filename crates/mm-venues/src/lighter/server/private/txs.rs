//! Routes about transactions: the next nonce, the registered keys, and what became of one.

use crate::lighter::{
    server::{
        accounts::{Key, Member},
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        markets::us,
        numbers::text,
        rows::{enriched_tx, tx_row},
    },
    wire::{
        error::codes,
        tx::{ApiKey, ApiKeys, NextNonce},
    },
};
use mm_crypto::Digest;
use mm_model::Timestamp;

/// What stands for all keys.
const ALL_KEYS: u8 = 255;
/// The most transactions in one answer.
const LIMIT_MAX: usize = 100;

/// `GET nextNonce`.
pub(in super::super) fn next_nonce(call: &mut Call<'_>) -> Answered {
    let (index, key) =
        (call.query.required_number("account_index")?, call.query.required_number("api_key_index")?);
    call.finish()?;
    let member = call.member(index)?;
    if !member.keys.contains_key(&key) {
        return Err(codes::API_KEY_NOT_FOUND.into());
    }
    Ok(json(&NextNonce { code: codes::OK, message: None, nonce: shown_nonce(member, key, call.now) }))
}

fn shown_nonce(member: &Member, key: u8, now: Timestamp) -> i64 {
    member.counters.get(&key).map_or(0, |counter| counter.shown(now))
}

/// `GET apikeys`.
pub(in super::super) fn api_keys(call: &mut Call<'_>) -> Answered {
    let index = call.query.required_number("account_index")?;
    let wanted = call.query.number("api_key_index")?.unwrap_or(ALL_KEYS);
    call.finish()?;
    let member = call.member(index)?;
    let row = |(place, key): (&u8, &Key)| ApiKey {
        account_index: index,
        api_key_index: *place,
        nonce: shown_nonce(member, *place, call.now),
        public_key: text(key.verifier.key()),
        transaction_time: us(key.registered_at),
    };
    let keys = member.keys.iter().filter(|(place, _)| wanted == ALL_KEYS || wanted == **place);
    let api_keys: Vec<_> = keys.map(row).collect();
    if api_keys.is_empty() {
        return Err(codes::API_KEY_NOT_FOUND.into());
    }
    Ok(json(&ApiKeys { code: codes::OK, message: None, api_keys: api_keys.into() }))
}

/// `GET tx`: by its hash, or by its number. Anybody may ask: a ledger is public.
pub(in super::super) fn tx(call: &mut Call<'_>) -> Answered {
    let (by, value) = (call.query.required("by")?, call.query.required("value")?);
    call.finish()?;
    let txs = &call.state.records.txs;
    let found = match by.as_str() {
        "hash" => digest(&value).and_then(|hash| txs.by_hash(&hash)),
        "sequence_index" => value.parse().ok().and_then(|number| txs.by_sequence(number)),
        _ => return Err(Refused::parameter("by", "must be hash or sequence_index")),
    };
    let found = found.ok_or_else(|| Refused::new(codes::TX_NOT_FOUND))?;
    Ok(json(&enriched_tx(&call.state.accounts, found)))
}

/// `GET accountTxs`: an account's transactions, the last one first.
pub(in super::super) fn account_txs(call: &mut Call<'_>) -> Answered {
    let limit = call.limit(LIMIT_MAX)?;
    let (by, value) = (call.query.required("by")?, call.query.required("value")?);
    if by != "account_index" {
        return Err(Refused::parameter("by", "must be account_index"));
    }
    let before: Option<i64> = call.query.number("index")?;
    let types = call.query.optional("types");
    call.finish()?;
    let (account, _) = call.opened(crate::server::params::number("value", &value)?)?;
    let types: Option<Vec<u8>> =
        types.map(|types| types.split(',').filter_map(|it| it.parse().ok()).collect());
    let rows = call.state.records.txs.of_account(account).rev();
    let rows = rows.filter(|tx| before.is_none_or(|before| tx.sequence < before));
    let rows = rows.filter(|tx| types.as_ref().is_none_or(|types| types.contains(&tx.kind.code())));
    let txs: Vec<_> = rows.take(limit).map(|tx| tx_row(&call.state.accounts, tx)).collect();
    Ok(json(&crate::lighter::wire::tx::Txs { code: codes::OK, message: None, txs: txs.into() }))
}

/// 80 hex digits.
fn digest(text: &str) -> Option<Digest> {
    let mut bytes = [0u8; 40];
    if text.len() != 80 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Digest::from_le_bytes(&bytes).ok()
}
