//! Signed orders that were taken, each once: the same signature again is the same order, and is ignored.

use std::collections::{BTreeMap, BTreeSet};

use mm_crypto::ecdsa::Digest;
use mm_exchange::AccountId;
use mm_model::Timestamp;

/// What is signed says everything but whose account of the exchange it is.
type Key = (AccountId, Digest);

/// The most that are remembered; beyond them the one that ends first is forgotten. A signature may live for 30 days.
/// Chosen.
const KEPT: usize = 262_144;

/// Until each one's signature ends by itself.
#[derive(Debug, Default)]
pub(super) struct Replays {
    /// With the client's id that it was taken under.
    taken: BTreeMap<Key, u64>,
    ends: BTreeSet<(Timestamp, Key)>,
}

impl Replays {
    /// The client's id under which the same was taken before.
    pub(super) fn find(&self, account: AccountId, digest: &Digest) -> Option<u64> {
        self.taken.get(&(account, *digest)).copied()
    }

    /// Remembers an order that is taken.
    pub(super) fn note(&mut self, now: Timestamp, key: Key, (client, ends): (u64, Timestamp)) {
        while let Some(&(at, over)) = self.ends.first()
            && (at <= now || self.ends.len() >= KEPT)
        {
            self.ends.pop_first();
            self.taken.remove(&over);
        }
        self.taken.insert(key, client);
        self.ends.insert((ends, key));
    }
}
