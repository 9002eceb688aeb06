//! All orders of all clients: live ones by both ids, ended ones as far back as is kept.

use std::collections::{BTreeMap, VecDeque};

use mm_exchange::{AccountId, OrderId};

use super::OrderRecord;

/// How many ended orders of an account are kept.
const KEPT: usize = 4096;

/// The orders of everybody.
#[derive(Debug, Default)]
pub(in super::super) struct Orders {
    accounts: BTreeMap<AccountId, Own>,
}

/// The orders of one account.
#[derive(Debug, Default)]
struct Own {
    live: BTreeMap<OrderId, OrderRecord>,
    /// In the order in which they ended.
    ended: VecDeque<OrderRecord>,
    /// How many more ended before those.
    dropped: u64,
}

impl Orders {
    /// The live order with this id of the exchange's.
    pub(in super::super) fn taken(&self, account: AccountId, id: OrderId) -> Option<&OrderRecord> {
        self.accounts.get(&account)?.live.get(&id)
    }

    /// The order with this id of the exchange's, live or just ended.
    pub(super) fn of_exchange(&self, account: AccountId, id: OrderId) -> Option<&OrderRecord> {
        let own = self.accounts.get(&account)?;
        let ended = || own.ended.iter().rev().find(|record| record.exchange_id == Some(id));
        own.live.get(&id).or_else(ended)
    }

    /// Puts a record in its place: among the live ones, or at the end of the ended ones.
    pub(super) fn put(&mut self, id: OrderId, record: OrderRecord) {
        let own = self.accounts.entry(record.account).or_default();
        if !record.stage.is_over() {
            own.live.insert(id, record);
            return;
        }
        own.live.remove(&id);
        if own.ended.len() == KEPT {
            own.ended.pop_front();
            own.dropped += 1;
        }
        own.ended.push_back(record);
    }

    /// An order by the venue's id.
    pub(in super::super) fn by_id(&self, account: AccountId, order_id: u128) -> Option<&OrderRecord> {
        self.all(account).find(|record| record.order_id == order_id)
    }

    /// An order by its client's id: the live one, or else the last that ended.
    pub(in super::super) fn by_client(&self, account: AccountId, client: u64) -> Option<&OrderRecord> {
        self.all(account).find(|record| record.client == client)
    }

    /// Live orders, then ended ones, the last one first.
    fn all(&self, account: AccountId) -> impl Iterator<Item = &OrderRecord> {
        let own = self.accounts.get(&account).into_iter();
        own.flat_map(|own| own.live.values().chain(own.ended.iter().rev()))
    }

    /// How many orders of an account are live.
    pub(in super::super) fn n_live(&self, account: AccountId) -> usize {
        self.accounts.get(&account).map_or(0, |own| own.live.len())
    }

    /// All live orders of an account, in the order in which the engine took them.
    pub(in super::super) fn live(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &OrderRecord> {
        self.accounts.get(&account).into_iter().flat_map(|own| own.live.values())
    }

    /// The ended orders of an account that are kept, the last one last, each with its place among all that ended.
    pub(in super::super) fn ended(
        &self,
        account: AccountId,
    ) -> impl DoubleEndedIterator<Item = (u64, &OrderRecord)> {
        let own = self.accounts.get(&account).into_iter();
        own.flat_map(|own| own.ended.iter().enumerate().map(|(n, record)| (own.dropped + n as u64, record)))
    }
}
