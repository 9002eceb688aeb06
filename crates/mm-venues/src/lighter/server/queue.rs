//! Transactions that the API took and the engine has not heard of yet. The venue holds takers up longer than makers
//! and cancels, so what was sent later may be carried out earlier.

use std::{collections::BTreeMap, time::Duration};

use mm_crypto::Digest;
use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::Tier;
use crate::lighter::tx::Tx;

/// How fast a transaction may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// An order that matches on arrival.
    Taker,
    /// Anything else.
    Maker,
}

impl Tier {
    /// How long a transaction waits (the venue's page of latencies, July 2026; premium takers: without staking).
    pub(super) const fn delay(self, pace: Pace) -> Duration {
        Duration::from_millis(match (self, pace) {
            (Self::Standard, Pace::Taker) => 300,
            (Self::Standard, Pace::Maker) | (Self::Premium | Self::Plus, Pace::Taker) => 200,
            (Self::Premium | Self::Plus, Pace::Maker) => 0,
        })
    }
}

/// A transaction that waits.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) hash: Digest,
    pub(super) tx: Tx,
    pub(super) account: AccountId,
}

/// All that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<(Timestamp, u64), Queued>,
    /// How many there were: those due at the same time go in the order in which they came.
    counted: u64,
}

impl Queue {
    /// Puts a transaction in.
    pub(super) fn push(&mut self, due: Timestamp, queued: Queued) {
        self.counted += 1;
        self.waiting.insert((due, self.counted), queued);
    }

    /// The next one that is due.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Queued> {
        let first = self.waiting.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    /// What an account has waiting.
    pub(super) fn of_account(&self, account: AccountId) -> impl Iterator<Item = &Tx> {
        self.waiting.values().filter(move |queued| queued.account == account).map(|queued| &queued.tx)
    }
}
