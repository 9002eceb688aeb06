//! The transactions that the API took, and what became of them.

use std::collections::{BTreeMap, VecDeque};

use mm_crypto::Digest;
use mm_exchange::AccountId;
use mm_model::Timestamp;

use crate::lighter::tx::TxType;

/// How many transactions are kept.
const KEPT: usize = 16_384;

/// How far a transaction got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum TxStatus {
    /// In the queue.
    Pending,
    /// Carried out.
    Executed,
    /// The engine refused it.
    Failed,
}

/// A transaction.
#[derive(Clone, Debug)]
pub(in super::super) struct TxRecord {
    pub(in super::super) hash: Digest,
    pub(in super::super) kind: TxType,
    pub(in super::super) account: AccountId,
    pub(in super::super) account_index: i64,
    pub(in super::super) api_key: u8,
    pub(in super::super) nonce: i64,
    pub(in super::super) expired_at: i64,
    /// As it was sent.
    pub(in super::super) info: String,
    /// What the engine made of it, JSON in text; empty while it waits.
    pub(in super::super) event: String,
    pub(in super::super) status: TxStatus,
    /// Counted over all.
    pub(in super::super) sequence: i64,
    pub(in super::super) queued_at: Timestamp,
    /// When it was carried out or refused.
    pub(in super::super) executed_at: Option<Timestamp>,
}

/// All transactions.
#[derive(Debug, Default)]
pub(in super::super) struct Txs {
    kept: VecDeque<TxRecord>,
    by_hash: BTreeMap<Digest, i64>,
    /// How many there were.
    counted: i64,
}

impl Txs {
    /// Keeps a transaction, and numbers it.
    pub(in super::super) fn add(&mut self, mut tx: TxRecord) -> &TxRecord {
        self.counted += 1;
        tx.sequence = self.counted;
        self.by_hash.insert(tx.hash, tx.sequence);
        if self.kept.len() == KEPT
            && let Some(oldest) = self.kept.pop_front()
        {
            self.by_hash.remove(&oldest.hash);
        }
        self.kept.push_back(tx);
        self.kept.back().expect("one was added just now")
    }

    /// Says what became of one; returns it as it is now.
    pub(in super::super) fn end(
        &mut self,
        hash: Digest,
        at: Timestamp,
        what: (TxStatus, String),
    ) -> Option<&TxRecord> {
        let sequence = *self.by_hash.get(&hash)?;
        let place = self.place(sequence)?;
        let tx = self.kept.get_mut(place)?;
        (tx.status, tx.event) = what;
        tx.executed_at = Some(at);
        Some(tx)
    }

    /// The transaction of a hash.
    pub(in super::super) fn by_hash(&self, hash: &Digest) -> Option<&TxRecord> {
        self.by_sequence(*self.by_hash.get(hash)?)
    }

    /// The transaction of a number.
    pub(in super::super) fn by_sequence(&self, sequence: i64) -> Option<&TxRecord> {
        self.kept.get(self.place(sequence)?)
    }

    /// The transactions of an account, the newest last.
    pub(in super::super) fn of_account(
        &self,
        account: AccountId,
    ) -> impl DoubleEndedIterator<Item = &TxRecord> {
        self.kept.iter().filter(move |tx| tx.account == account)
    }

    fn place(&self, sequence: i64) -> Option<usize> {
        let first = self.kept.front()?.sequence;
        usize::try_from(sequence - first).ok()
    }
}
