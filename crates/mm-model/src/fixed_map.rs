//! Hot lookups. The one place that uses the standard hash table: with a hasher of fixed seed, and without any way to
//! iterate, so that no order of a hash table can ever leak into what the bot does.
//!
//! The hash folds a 128-bit product, the mixing step of wyhash and of rustc's own table hasher. It does not resist an attacker
//! who chooses keys: ours are our own counters, and ids that a venue's engine gives out.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A map for lookups only: it cannot be iterated.
#[derive(Clone, Debug)]
pub struct FixedMap<K, V>(Table<K, V>);

#[expect(
    clippy::disallowed_types,
    reason = "this is the one home of the standard hash table: never iterated, fixed hasher"
)]
type Table<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<FoldHasher>>;

impl<K, V> Default for FixedMap<K, V> {
    fn default() -> Self {
        Self(Table::default())
    }
}

impl<K: Hash + Eq, V: Copy> FixedMap<K, V> {
    /// Sets the value of a key; returns the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// The value of a key.
    #[must_use]
    pub fn of(&self, key: &K) -> Option<V> {
        self.0.get(key).copied()
    }

    /// Removes a key; returns its value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key)
    }
}

/// Any odd constant with its bits well spread does; this is 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
struct FoldHasher(u64);

impl FoldHasher {
    const fn fold(&mut self, word: u64) {
        let product = ((self.0 ^ word).wrapping_add(SPREAD) as u128)
            .wrapping_mul((SPREAD ^ word.rotate_left(32)) as u128);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for FoldHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word));
        }
        self.fold(bytes.len() as u64);
    }

    fn write_u32(&mut self, word: u32) {
        self.fold(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.fold(word);
    }

    fn write_u128(&mut self, word: u128) {
        self.fold(word as u64);
        self.fold((word >> 64) as u64);
    }
}

/// 128 bits that stand for a list of texts: two of these are equal only when the texts are, for all that can happen in a
/// computer's life (with a million kept, the chance of a mix-up is 10^-27).
#[must_use]
pub fn fingerprint(texts: &[&str]) -> u128 {
    let half = |seed| {
        let mut hasher = FoldHasher(seed);
        texts.iter().for_each(|text| hasher.write(text.as_bytes()));
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn neighbours_do_not_collide() {
        let seen: BTreeSet<u128> = (0..100_000u32).map(|n| fingerprint(&["12", &n.to_string()])).collect();
        assert_eq!(seen.len(), 100_000);
        let halves: BTreeSet<u64> = (0..100_000u64)
            .map(|n| {
                let mut hasher = FoldHasher::default();
                hasher.write_u64(n);
                hasher.finish()
            })
            .collect();
        assert_eq!(halves.len(), 100_000);
    }

    #[test]
    fn where_one_text_ends_matters() {
        assert_ne!(fingerprint(&["1", "23"]), fingerprint(&["12", "3"]));
    }
}
