//! What is going to happen, by time; what is due at the same time happens in the order it was put down.

use std::collections::BTreeMap;

use mm_model::Timestamp;

/// An entry's place.
pub(crate) type Key = (Timestamp, u64);

/// Events by time.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    entries: BTreeMap<Key, T>,
    n_put: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), n_put: 0 }
    }
}

impl<T> Agenda<T> {
    /// Puts an event down.
    pub(crate) fn put(&mut self, at: Timestamp, event: T) -> Key {
        self.n_put += 1;
        let key = (at, self.n_put);
        self.entries.insert(key, event);
        key
    }

    /// Takes an event off; `None` when it has already happened.
    pub(crate) fn take(&mut self, key: Key) -> Option<T> {
        self.entries.remove(&key)
    }

    /// When the next event is due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|(key, _)| key.0)
    }

    /// The next event, if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<T> {
        let entry = self.entries.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}
