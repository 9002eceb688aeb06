//! Dead man's switches: a client that says nothing in time loses its orders.

use std::collections::BTreeMap;

use mm_exchange::AccountId;
use mm_model::Timestamp;

/// When each strikes.
#[derive(Debug, Default)]
pub(in super::super) struct DeadMen {
    at: BTreeMap<AccountId, Timestamp>,
}

impl DeadMen {
    /// Says when an account's orders are cancelled unless that is said again; `None`: they are not.
    pub(in super::super) fn set(&mut self, account: AccountId, at: Option<Timestamp>) {
        match at {
            Some(at) => self.at.insert(account, at),
            None => self.at.remove(&account),
        };
    }

    /// The accounts whose time is over. Each strikes once.
    pub(super) fn struck(&mut self, now: Timestamp) -> Vec<AccountId> {
        let struck: Vec<_> =
            self.at.iter().filter(|(_, at)| **at <= now).map(|(account, _)| *account).collect();
        self.at.retain(|_, at| now < *at);
        struck
    }

    /// When the next one strikes.
    pub(in super::super) fn next_due(&self) -> Option<Timestamp> {
        self.at.values().min().copied()
    }
}
