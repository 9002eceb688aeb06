//! Orders that were acknowledged and have not been matched.

use std::collections::VecDeque;

use mm_exchange::{AccountId, PlaceOrder};
use mm_model::Timestamp;

use crate::grvt::server::records::{OrderRecord, Stage};

/// An order on its way to the engine.
#[derive(Clone, Debug)]
pub(in super::super) struct Waiting {
    /// As it was acknowledged.
    pub(in super::super) record: OrderRecord,
    pub(in super::super) place: PlaceOrder,
    /// How it ends without having been open, if that is certain already: a cancel has come for it.
    pub(in super::super) doom: Option<Stage>,
}

/// All of them, the first that is due first: each waits equally long.
#[derive(Debug, Default)]
pub(in super::super) struct Queue {
    waiting: VecDeque<(Timestamp, Waiting)>,
}

impl Queue {
    /// Lets an order wait.
    pub(super) fn push(&mut self, due: Timestamp, waiting: Waiting) {
        self.waiting.push_back((due, waiting));
    }

    /// The next order whose time has come.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Waiting> {
        let is_due = self.next_due().is_some_and(|due| due <= now);
        if is_due { self.waiting.pop_front().map(|(_, waiting)| waiting) } else { None }
    }

    /// When the next order is due.
    pub(in super::super) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.front().map(|(due, _)| *due)
    }

    /// The orders of an account, the last one first.
    pub(in super::super) fn of(&self, account: AccountId) -> impl Iterator<Item = &OrderRecord> {
        let all = self.waiting.iter().rev().map(|(_, waiting)| &waiting.record);
        all.filter(move |record| record.account == account)
    }

    /// Ends an order when its time comes; `false` when no such order waits.
    pub(in super::super) fn doom(&mut self, (account, client): (AccountId, u64), end: &Stage) -> bool {
        let mut found = false;
        for (_, waiting) in &mut self.waiting {
            if (waiting.record.account, waiting.record.client) == (account, client) {
                waiting.doom.get_or_insert_with(|| end.clone());
                found = true;
            }
        }
        found
    }
}
