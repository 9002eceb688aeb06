//! What the venue keeps of its clients' doings: orders and fills, made from the facts of the exchange and from what the
//! API took, in the terms of the venue. REST and streams write their rows from these.
//!
//! All lists are bounded; what is older than they reach is gone, as if the venue had archived it.

mod fill;
mod fills;
mod order;
mod orders;

use std::collections::BTreeMap;

use mm_exchange::{AccountId, Exchange, Fact, OrderId, OrderView};
use mm_model::{MarketId, Timestamp};

pub(super) use self::{
    fill::{FillRecord, trade_id},
    fills::Fills,
    order::{OrderRecord, Origin, Stage},
    orders::Orders,
};
use super::{accounts::Accounts, instruments::asset_id};
use crate::grvt::wire::{CancelStatus, OrderRejectReason};

/// Something that a stream has to tell. Copies: what is told is what was true then.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// `v1.order` and `v1.state`: a client's order is now like this.
    Order(OrderRecord),
    /// `v1.fill`.
    Fill(FillRecord),
    /// `v1.position`: a client's position changed.
    Position(AccountId, MarketId),
    /// `v1.cancel`.
    Cancel(CancelNews),
}

/// What became of a cancel by client id that found no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CancelNews {
    pub(super) account: AccountId,
    pub(super) client: u64,
    /// How its time to live went.
    pub(super) status: CancelStatus,
    pub(super) at: Timestamp,
}

/// What is known of an order that the engine was given before its facts come.
#[derive(Debug)]
pub(super) struct Expected {
    /// The order as it was acknowledged.
    pub(super) record: OrderRecord,
    /// How it ends at once, if it does, without having been open.
    pub(super) stillborn: Option<Stage>,
}

/// All records.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) orders: Orders,
    pub(super) fills: Fills,
    expected: BTreeMap<OrderId, Expected>,
    /// Why orders are cancelled whose facts are to come, where it is not for a plain request.
    asked: BTreeMap<OrderId, OrderRejectReason>,
    news: Vec<News>,
    /// When the oldest of the news came.
    since: Option<Timestamp>,
}

impl Records {
    /// Says what an order of the exchange was made from. Its facts come after.
    pub(super) fn expect(&mut self, order: OrderId, expected: Expected) {
        self.expected.insert(order, expected);
    }

    /// Says why an order is being cancelled. The fact comes after.
    pub(super) fn cancelled_for(&mut self, order: OrderId, why: OrderRejectReason) {
        self.asked.insert(order, why);
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
                if !accounts.knows(view.account) {
                    return;
                }
                self.order(exchange, view);
                if let Fact::Executed(_, execution) = fact
                    && let Some(order) = self.orders.of_exchange(view.account, view.id)
                {
                    self.fills.executed(FillRecord::new(exchange, order, execution));
                }
            }
            Fact::Traded { at, .. } => {
                for fill in self.fills.rest() {
                    self.tell(*at, News::Fill(fill));
                }
            }
            Fact::Position(account, position) => {
                if !accounts.knows(*account) {
                    return;
                }
                if let Some(fill) = self.fills.position(exchange, *account, position) {
                    self.tell(position.updated_at, News::Fill(fill));
                }
                self.tell(position.updated_at, News::Position(*account, position.market));
            }
            Fact::Level { .. } | Fact::Funding { .. } | Fact::Balance { .. } => {}
        }
    }

    /// An order is now like this.
    fn order(&mut self, exchange: &Exchange, view: &OrderView) {
        let stillborn = match self.expected.get(&view.id) {
            // The first of its facts says that the engine took it, which nobody is told.
            Some(Expected { stillborn: Some(_), .. }) if !view.status.is_over() => return,
            Some(_) => self.expected.remove(&view.id),
            None => None,
        };
        let known = self.orders.taken(view.account, view.id).cloned();
        let (mut record, stage) = match (known, stillborn) {
            (Some(record), _) => (record, None),
            (None, Some(Expected { mut record, stillborn })) => {
                record.exchange_id = Some(view.id);
                record.order_id = order_id(exchange, view, Some(&record.origin));
                (record, stillborn)
            }
            (None, None) => (OrderRecord::forced(order_id(exchange, view, None), view), None),
        };
        let asked = if view.status.is_over() { self.asked.remove(&view.id) } else { None };
        record.join(view, asked);
        if let Some(stage) = stage {
            record.stage = stage;
        }
        self.orders.put(view.id, record.clone());
        self.tell(view.updated_at, News::Order(record));
    }
}

/// The venue's id of an order, 16 bytes: 01, 01, the three bytes of the instrument's hash from the last one, the last
/// three of the signature's s, and eight that count. So it looks in the two samples there are.
fn order_id(exchange: &Exchange, view: &OrderView, origin: Option<&Origin>) -> u128 {
    let hash = exchange.markets().get(view.order.market).map_or(0, asset_id);
    let [.., a, b, c] = hash.to_be_bytes();
    let s = origin.map_or("", |origin| origin.signature.s.as_str());
    let digits = s.get(s.len().saturating_sub(6)..).unwrap_or_default();
    let [.., d, e, f] = u32::from_str_radix(digits, 16).unwrap_or(0).to_be_bytes();
    let head = u64::from_be_bytes([1, 1, c, b, a, d, e, f]);
    u128::from(head) << 64 | u128::from(view.id.0)
}
