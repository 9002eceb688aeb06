//! Cancels by client id that came before their orders: each waits for a while, and an order that comes meanwhile dies at
//! birth.

use std::collections::BTreeMap;

use mm_exchange::AccountId;
use mm_model::Timestamp;

/// One that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Timed {
    pub(in super::super) account: AccountId,
    pub(in super::super) client: u64,
    pub(in super::super) until: Timestamp,
}

/// All of them. Bounded by their time to live, which is five seconds at most.
#[derive(Debug, Default)]
pub(in super::super) struct ArmedCancels {
    until: BTreeMap<(AccountId, u64), Timestamp>,
}

impl ArmedCancels {
    /// Lets a cancel wait; `false` when one for the same order waits already.
    pub(in super::super) fn arm(&mut self, now: Timestamp, cancel: Timed) -> bool {
        let key = (cancel.account, cancel.client);
        if self.until.get(&key).is_some_and(|until| now < *until) {
            return false;
        }
        self.until.insert(key, cancel.until);
        true
    }

    /// An order came: whether a cancel waits for it, which is used up by that.
    pub(super) fn meets(&mut self, now: Timestamp, account: AccountId, client: u64) -> bool {
        let key = (account, client);
        let waits = self.until.get(&key).is_some_and(|until| now < *until);
        if waits {
            self.until.remove(&key);
        }
        waits
    }

    /// Takes those out whose time is over.
    pub(super) fn ended(&mut self, now: Timestamp) -> Vec<Timed> {
        let timed = |(&(account, client), &until)| Timed { account, client, until };
        let over = self.until.iter().filter(|(_, until)| **until <= now).map(timed).collect();
        self.until.retain(|_, until| now < *until);
        over
    }

    /// When the next one's time is over.
    pub(in super::super) fn next_due(&self) -> Option<Timestamp> {
        self.until.values().min().copied()
    }
}
