//! What the venue keeps of its clients' doings: orders and fills, in the terms of the venue. REST and streams write
//! their rows from these. All lists are bounded; what is older than they reach is gone, as if the venue had archived it.

mod fill;
mod order;

use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::{MarketId, Timestamp};

pub(super) use self::{
    fill::FillRecord,
    order::{OrderRecord, Reason, Stage},
};
use super::accounts::Accounts;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CancelNews {
    pub(super) account: AccountId,
    pub(super) client: u64,
    pub(super) end: CancelEnd,
    pub(super) at: Timestamp,
}

/// How a cancel's time to live went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CancelEnd {
    /// It ended and no order had come.
    Expired,
    /// Another one was waiting for the same order.
    DroppedDuplicate,
}

/// All records.
#[derive(Debug, Default)]
pub(super) struct Records {
    news: Vec<News>,
}

impl Records {
    /// What there is to tell; it is told once.
    pub(super) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Takes note of a fact.
    pub(super) fn fact(&mut self, _accounts: &Accounts, _exchange: &Exchange, _fact: &Fact) {}
}
