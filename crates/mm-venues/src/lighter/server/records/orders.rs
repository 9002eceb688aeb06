//! All orders of all clients: live ones by both ids, ended ones as far back as is kept.

use std::collections::{BTreeMap, VecDeque};

use mm_exchange::{AccountId, Exchange, OrderView};

use super::{OrderIndex, OrderRecord, Origin, is_order_index};
use crate::lighter::server::markets::{index_of, raw_price};

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
    live: BTreeMap<OrderIndex, OrderRecord>,
    /// Live orders by the client's ids.
    clients: BTreeMap<i64, OrderIndex>,
    /// In the order in which they ended.
    ended: VecDeque<OrderRecord>,
    /// How many more ended before those.
    dropped: u64,
}

impl Orders {
    /// Takes over what the exchange says of an order; returns it as it is now.
    pub(super) fn update(
        &mut self,
        exchange: &Exchange,
        view: &OrderView,
        origin: Option<Origin>,
    ) -> OrderRecord {
        let index = index(exchange, view);
        let own = self.accounts.entry(view.account).or_default();
        let mut record = own.live.get(&index).copied().unwrap_or_else(|| {
            let raw = view.order.limit.zip(exchange.markets().get(view.order.market));
            let raw = raw.map_or(0, |(price, market)| raw_price(market, price));
            OrderRecord::new(exchange, view, origin.unwrap_or_else(|| Origin::of(raw, view)))
        });
        if i64::from(view.version) > record.version {
            record.repriced(exchange, view);
        }
        record.join(view);
        own.put(record);
        record
    }

    /// The record of an order of the exchange.
    pub(super) fn by_exchange(&self, exchange: &Exchange, view: &OrderView) -> Option<&OrderRecord> {
        let own = self.accounts.get(&view.account)?;
        let index = index(exchange, view);
        own.live.get(&index).or_else(|| own.ended.iter().rev().find(|record| record.index == index))
    }

    /// A live order by either id.
    pub(in super::super) fn live(&self, account: AccountId, number: i64) -> Option<&OrderRecord> {
        let own = self.accounts.get(&account)?;
        let index = if is_order_index(number) { OrderIndex(number) } else { *own.clients.get(&number)? };
        own.live.get(&index)
    }

    /// All live orders of an account, in the order of their ids.
    pub(in super::super) fn all_live(&self, account: AccountId) -> impl Iterator<Item = &OrderRecord> {
        self.accounts.get(&account).into_iter().flat_map(|own| own.live.values())
    }

    /// The ended orders of an account that are kept, the last one last, each with its place among all that ended.
    pub(in super::super) fn ended(
        &self,
        account: AccountId,
    ) -> impl DoubleEndedIterator<Item = (u64, &OrderRecord)> {
        let own = self.accounts.get(&account);
        own.into_iter()
            .flat_map(|own| own.ended.iter().enumerate().map(|(n, order)| (own.dropped + n as u64, order)))
    }
}

impl Own {
    /// Puts a record in its place: among the live ones, or at the end of the ended ones.
    fn put(&mut self, record: OrderRecord) {
        if !record.stage.is_over() {
            self.live.insert(record.index, record);
            if record.client != 0 {
                self.clients.insert(record.client, record.index);
            }
            return;
        }
        self.live.remove(&record.index);
        if self.clients.get(&record.client) == Some(&record.index) {
            self.clients.remove(&record.client);
        }
        if self.ended.len() == KEPT {
            self.ended.pop_front();
            self.dropped += 1;
        }
        self.ended.push_back(record);
    }
}

fn index(exchange: &Exchange, view: &OrderView) -> OrderIndex {
    OrderIndex::of(index_of(exchange, view.order.market), view.order.side, view.id)
}
