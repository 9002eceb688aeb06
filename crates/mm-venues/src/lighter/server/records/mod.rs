//! What the venue keeps of its clients' doings: orders, trades and transactions, made from the facts of the exchange
//! and from what the API took, in the terms of the venue. REST and streams write their rows from these.
//!
//! All lists are bounded; what is older than they reach is gone, as if the venue had archived it.

mod order;
mod order_index;
mod orders;
mod trade;
mod trades;
mod txs;

use std::collections::BTreeMap;

use mm_exchange::{AccountId, Exchange, Fact, OrderId, PositionView};
use mm_model::{MarketId, Timestamp};

pub(super) use self::{
    order::{Links, OrderRecord, Origin, Stage, Trigger, Why},
    order_index::{OrderIndex, is_order_index},
    orders::Orders,
    trade::{Half, TradeRecord},
    trades::Trades,
    txs::{TxRecord, TxStatus, Txs},
};
use super::accounts::Accounts;

/// Something that a stream may have to tell. Copies: what is told is what was true then.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A client's order is now like this.
    Order(OrderRecord),
    /// Somebody traded.
    Trade(TradeRecord),
    /// A client's position changed.
    Position(AccountId, MarketId),
    /// A client's balances changed.
    Balance(AccountId),
    /// Something else about a client's account changed (leverage, schedule, mode).
    Account(AccountId),
    /// A client's transaction got this far.
    Tx(TxRecord),
}

/// All records.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) orders: Orders,
    pub(super) trades: Trades,
    pub(super) txs: Txs,
    /// What the orders that were just placed are made of, until their facts come.
    origins: BTreeMap<OrderId, Origin>,
    /// Positions as the facts left them.
    held: BTreeMap<(AccountId, MarketId), PositionView>,
    news: Vec<News>,
    /// When the oldest of the news came.
    since: Option<Timestamp>,
}

impl Records {
    /// Says what an order of the exchange was made from. Its facts come after.
    pub(super) fn expect(&mut self, order: OrderId, origin: Origin) {
        self.origins.insert(order, origin);
    }

    /// Notes something for the streams.
    pub(super) fn tell(&mut self, now: Timestamp, news: News) {
        self.since.get_or_insert(now);
        self.news.push(news);
    }

    /// What there is to tell; it is told once.
    pub(super) fn take_news(&mut self) -> Vec<News> {
        self.since = None;
        std::mem::take(&mut self.news)
    }

    /// Since when there is something to tell.
    pub(super) const fn news_since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The client's position before what is being told now.
    pub(super) fn held(&self, account: AccountId, market: MarketId) -> Option<&PositionView> {
        self.held.get(&(account, market))
    }

    /// Takes note of a fact.
    pub(super) fn fact(&mut self, accounts: &Accounts, exchange: &Exchange, fact: &Fact) {
        match fact {
            Fact::Accepted(view)
            | Fact::Cancelled(view)
            | Fact::Expired(view)
            | Fact::Shrunk(view)
            | Fact::Modified(view)
            | Fact::Armed(view)
            | Fact::Triggered(view)
            | Fact::Executed(view, _) => {
                if accounts.knows(view.account) {
                    let origin = self.origins.remove(&view.id);
                    let record = self.orders.update(exchange, view, origin);
                    self.tell(view.updated_at, News::Order(record));
                }
                if let Fact::Executed(_, execution) = fact {
                    let order = self.orders.by_exchange(exchange, view);
                    let before = self.held.get(&(view.account, view.order.market)).copied();
                    let index = accounts.index_of(view.account);
                    self.trades.half(Half::new(exchange, (view, execution), (index, order, before)));
                }
            }
            Fact::Traded { .. } => {
                if let Some(trade) = self.trades.traded(accounts, exchange, fact) {
                    self.tell(trade.at, News::Trade(trade));
                }
            }
            Fact::Position(account, position) => {
                self.trades.position(*account, position);
                self.held.insert((*account, position.market), *position);
                if accounts.knows(*account) {
                    self.tell(position.updated_at, News::Position(*account, position.market));
                }
            }
            Fact::Balance { account, at, .. } => {
                if accounts.knows(*account) {
                    self.tell(*at, News::Balance(*account));
                }
            }
            Fact::Level { .. } | Fact::Funding { .. } => {}
        }
    }
}
