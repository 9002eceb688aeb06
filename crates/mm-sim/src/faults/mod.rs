//! Faults on demand: rules, and the seeded schedule that decides which message meets one.

mod rule;

pub use rule::{Action, GhostOrder, Lie, Match, Place, Rule, Schedule};

/// How actions are written: `"drop"`, or `{"delay": {"ms": 250}}`.
mod action_words {
    use serde::{Deserializer, Serializer};

    use super::Action;

    pub(super) fn serialize<S: Serializer>(_action: &Action, _to: S) -> Result<S::Ok, S::Error> {
        todo!()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(_from: D) -> Result<Action, D::Error> {
        todo!()
    }
}

/// How probabilities are written: a JSON number from 0 to 1, kept in millionths.
mod probability {
    use serde::{Deserializer, Serializer};

    pub(super) const fn always() -> u32 {
        1_000_000
    }

    pub(super) fn serialize<S: Serializer>(_ppm: &u32, _to: S) -> Result<S::Ok, S::Error> {
        todo!()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(_from: D) -> Result<u32, D::Error> {
        todo!()
    }
}
