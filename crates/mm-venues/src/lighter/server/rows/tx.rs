//! A transaction as the venue shows it: what was sent, and what became of it.

use crate::lighter::{
    server::{
        accounts::Accounts,
        markets::{height, ms, us},
        numbers::text,
        records::{TxRecord, TxStatus},
    },
    wire::{
        Text,
        error::codes::OK,
        tx::{EnrichedTx, Tx, tx_status},
    },
};

/// The row of a list or a stream.
pub(in super::super) fn tx_row(accounts: &Accounts, tx: &TxRecord) -> Tx<'static> {
    let done_at = tx.executed_at.unwrap_or_default();
    let status = match tx.status {
        TxStatus::Failed => tx_status::FAILED,
        TxStatus::Pending => tx_status::PENDING,
        TxStatus::Executed => tx_status::EXECUTED,
    };
    let owner = accounts.get(tx.account_index);
    Tx {
        hash: text(tx.hash),
        kind: tx.kind.code(),
        info: Text::from(tx.info.clone()),
        event_info: Text::from(tx.event.clone()),
        status,
        transaction_index: 0,
        l1_address: Text::from(owner.map_or_else(String::new, |owner| owner.l1_address.clone())),
        account_index: tx.account_index,
        nonce: tx.nonce,
        expire_at: tx.expired_at,
        block_height: tx.executed_at.map_or(0, height),
        queued_at: ms(tx.queued_at),
        executed_at: ms(done_at),
        sequence_index: tx.sequence,
        parent_hash: Text::new(""),
        api_key_index: tx.api_key.into(),
        transaction_time: us(tx.queued_at),
    }
}

/// The answer to who asks for one.
pub(in super::super) fn enriched_tx(accounts: &Accounts, tx: &TxRecord) -> EnrichedTx<'static> {
    let row = tx_row(accounts, tx);
    EnrichedTx {
        code: OK,
        message: None,
        hash: row.hash,
        kind: row.kind,
        info: row.info,
        event_info: row.event_info,
        status: row.status,
        transaction_index: row.transaction_index,
        l1_address: row.l1_address,
        account_index: row.account_index,
        nonce: row.nonce,
        expire_at: row.expire_at,
        block_height: row.block_height,
        queued_at: row.queued_at,
        executed_at: row.executed_at,
        sequence_index: row.sequence_index,
        parent_hash: row.parent_hash,
        api_key_index: row.api_key_index,
        transaction_time: row.transaction_time,
        committed_at: 0,
        verified_at: 0,
    }
}
