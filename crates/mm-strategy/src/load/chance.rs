//! The load's chance: a small generator of its own, so that one seed decides every action of every hand, here as in a
//! simulation. It is no source of secrets.

/// A generator of numbers from a seed, for a load and whoever drives one. Sebastiano Vigna's SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>, public domain).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// From this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for whoever bears this name.
    pub(super) fn of(seed: u64, name: &[&str], n: u64) -> Self {
        // FNV-1a: the name only has to tell hands apart.
        let bytes = name.iter().flat_map(|part| part.bytes().chain([0]));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut mixed = Self::new(seed ^ hash);
        Self::new(mixed.next().wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when that is 0. (The bias of the remainder is below 2⁻³² for every bound here.)
    pub const fn below(&mut self, bound: u64) -> u64 {
        let drawn = self.next();
        if bound == 0 { 0 } else { drawn % bound }
    }

    /// One of these, if there are any.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len() as u64);
        from.get(usize::try_from(at).ok()?)
    }

    /// One of these by its weight.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> Option<T> {
        let sum: u64 = from.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(sum);
        from.iter().find_map(|(it, weight)| match left.checked_sub(u64::from(*weight)) {
            Some(rest) => {
                left = rest;
                None
            }
            None => Some(*it),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_other_implementations() {
        // splitmix64.c from seed 1234567, as on Rosetta Code.
        let mut chance = Chance::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn names_and_numbers_tell_hands_apart() {
        let first = |name: &[&str], n| Chance::of(7, name, n).next();
        assert_eq!(first(&["a", "b"], 0), first(&["a", "b"], 0));
        let all =
            [first(&["a", "b"], 0), first(&["a", "b"], 1), first(&["ab", ""], 0), first(&["b", "a"], 0)];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[..n].contains(one), "{all:?}");
        }
    }

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::new(3);
        let mut counts = [0_u32; 3];
        for _ in 0..6_000 {
            counts[chance.weighted(&[(0_usize, 1), (1, 0), (2, 2)]).expect("weights")] += 1;
        }
        assert!((1_800..2_200).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
        assert_eq!(chance.weighted::<u8>(&[]), None);
        assert_eq!(chance.pick::<u8>(&[]), None);
    }
}
