//! Who listens to what.

use std::collections::{BTreeMap, BTreeSet};

use super::ConnId;

/// The sockets by stream and the streams by socket. `T` is how the venue names a stream.
#[derive(Clone, Debug)]
pub(crate) struct Subscriptions<T> {
    by_topic: BTreeMap<T, BTreeSet<ConnId>>,
}

impl<T> Default for Subscriptions<T> {
    fn default() -> Self {
        Self { by_topic: BTreeMap::new() }
    }
}

impl<T: Ord + Copy> Subscriptions<T> {
    /// Adds a listener; whether it is new.
    pub(crate) fn add(&mut self, topic: T, conn: ConnId) -> bool {
        self.by_topic.entry(topic).or_default().insert(conn)
    }

    /// Removes a listener; whether it listened.
    pub(crate) fn remove(&mut self, topic: T, conn: ConnId) -> bool {
        let listened = self.listens(topic, conn);
        self.retain(|known, listener| *known != topic || listener != conn);
        listened
    }

    /// Removes a socket.
    pub(crate) fn gone(&mut self, conn: ConnId) {
        self.retain(|_, listener| listener != conn);
    }

    /// Whether a socket listens to a stream.
    pub(crate) fn listens(&self, topic: T, conn: ConnId) -> bool {
        self.by_topic.get(&topic).is_some_and(|listeners| listeners.contains(&conn))
    }

    /// Who listens to a stream.
    pub(crate) fn listeners(&self, topic: &T) -> impl Iterator<Item = ConnId> + '_ {
        self.by_topic.get(topic).into_iter().flatten().copied()
    }

    /// Whether anybody listens to it.
    pub(crate) fn wanted(&self, topic: &T) -> bool {
        self.by_topic.contains_key(topic)
    }

    /// All streams that somebody listens to.
    pub(crate) fn topics(&self) -> impl Iterator<Item = T> + '_ {
        self.by_topic.keys().copied()
    }

    /// What a socket listens to.
    pub(crate) fn of(&self, conn: ConnId) -> impl Iterator<Item = T> + '_ {
        self.by_topic.iter().filter(move |(_, listeners)| listeners.contains(&conn)).map(|(topic, _)| *topic)
    }

    /// Removes all that `keep` does not want.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T, ConnId) -> bool) {
        self.by_topic.retain(|topic, listeners| {
            listeners.retain(|conn| keep(topic, *conn));
            !listeners.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_left_nothing_wanted() {
        let mut subscriptions = Subscriptions::default();
        let (a, b) = (ConnId(1), ConnId(2));
        assert!(subscriptions.add("x", a) && subscriptions.add("x", b) && !subscriptions.add("x", b));
        assert!(subscriptions.add("y", a));
        assert_eq!(subscriptions.of(a).collect::<Vec<_>>(), ["x", "y"]);
        assert!(subscriptions.remove("x", a) && !subscriptions.remove("x", a));
        assert_eq!(subscriptions.listeners(&"x").collect::<Vec<_>>(), [b]);
        subscriptions.gone(b);
        assert!(!subscriptions.wanted(&"x") && subscriptions.wanted(&"y"));
    }
}
