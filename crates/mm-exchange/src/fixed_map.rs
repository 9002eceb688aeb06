//! A small hash map for hot lookups: open addressing, a fixed hash, no iteration. So nothing depends on the
//! process, and nothing is allocated while the number of entries stays below what it once was.

/// A key that hashes to 64 well-mixed bits, the same in every process.
pub(crate) trait FixedHash: Copy + Eq {
    /// The hash.
    fn fixed_hash(self) -> u64;
}

/// Mixes 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
pub(crate) const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Keys to values. At most half full.
#[derive(Debug)]
pub(crate) struct FixedMap<K, V> {
    slots: Vec<Option<(K, V)>>,
    len: usize,
}

impl<K, V> Default for FixedMap<K, V> {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0 }
    }
}

impl<K: FixedHash, V: Copy> FixedMap<K, V> {
    /// The value of a key.
    pub(crate) fn find(&self, key: K) -> Option<V> {
        self.place(key).and_then(|at| self.slots[at]).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if let Some(at) = self.place(key) {
            self.slots[at] = Some((key, value));
            return;
        }
        if (self.len + 1) * 2 > self.slots.len() {
            self.grow();
        }
        self.put(key, value);
        self.len += 1;
    }

    /// Removes a key; later entries of its run move up, so that no tombstones pile up.
    pub(crate) fn remove(&mut self, key: K) {
        let Some(mut hole) = self.place(key) else { return };
        let mask = self.slots.len() - 1;
        self.slots[hole] = None;
        self.len -= 1;
        let mut at = (hole + 1) & mask;
        while let Some((key, _)) = self.slots[at] {
            let home = key.fixed_hash() as usize & mask;
            // It may move into the hole if its home does not lie behind the hole.
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = self.slots[at].take();
                hole = at;
            }
            at = (at + 1) & mask;
        }
    }

    fn place(&self, key: K) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = key.fixed_hash() as usize & mask;
        while let Some((other, _)) = &self.slots[at] {
            if *other == key {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
        None
    }

    fn put(&mut self, key: K, value: V) {
        let mask = self.slots.len() - 1;
        let mut at = key.fixed_hash() as usize & mask;
        while self.slots[at].is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = Some((key, value));
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![None; len]);
        for (key, value) in old.into_iter().flatten() {
            self.put(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Few hashes, so that runs are long and wrap around.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Poor(u8);

    impl FixedHash for Poor {
        fn fixed_hash(self) -> u64 {
            u64::from(self.0 % 5) * 7
        }
    }

    proptest! {
        #[test]
        fn is_a_map(ops in prop::collection::vec((any::<bool>(), 0_u8..40, any::<u16>()), 0..300)) {
            let (mut ours, mut theirs) = (FixedMap::default(), BTreeMap::new());
            for (insert, key, value) in ops {
                if insert {
                    ours.insert(Poor(key), value);
                    theirs.insert(key, value);
                } else {
                    ours.remove(Poor(key));
                    theirs.remove(&key);
                }
                for key in 0..40 {
                    prop_assert_eq!(ours.find(Poor(key)), theirs.get(&key).copied());
                }
            }
        }
    }
}
