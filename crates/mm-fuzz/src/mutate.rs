//! Spoils bytes at random. The same seed spoils the same bytes in the same way on every machine.

use crate::hostile::{VALUES, WORDS};

/// The longest input that mutations make; the hand-made ones may be longer.
const LEN_MAX: usize = 1 << 16;
/// The most changes made to one input.
const CHANGES_MAX: usize = 6;

/// A source of numbers: SplitMix64 (Steele, Lea and Flood, 2014). Good enough to spoil bytes with, and the same for ever.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`; zero when that is zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).expect("below a usize")
    }

    pub(crate) fn of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// One of the seeds, changed in some places.
pub(crate) fn mutated(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    bytes.truncate(LEN_MAX);
    for _ in 0..=chance.below(CHANGES_MAX) {
        change(chance, &mut bytes, seeds);
        bytes.truncate(LEN_MAX);
    }
    bytes
}

fn change(chance: &mut Chance, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = chance.below(bytes.len() + 1);
    let len = chance.below(16).min(bytes.len() - at);
    let byte = chance.next().to_le_bytes()[0];
    match chance.below(12) {
        0 if at < bytes.len() => bytes[at] ^= 1 << (byte & 7),
        1 if at < bytes.len() => bytes[at] = byte,
        2 => drop(bytes.splice(at..at, [byte])),
        3 => drop(bytes.drain(at..at + len)),
        4 => bytes.truncate(at),
        // A piece again, up to 40 times.
        5 => {
            let piece = bytes[at..at + len].repeat(chance.below(40));
            drop(bytes.splice(at..at, piece));
        }
        // A piece of another seed.
        6 => {
            let other = &seeds[chance.below(seeds.len())];
            let from = chance.below(other.len() + 1);
            let to = from + chance.below(200).min(other.len() - from);
            drop(bytes.splice(at..at + len, other[from..to].iter().copied()));
        }
        7 => drop(bytes.splice(at..at, chance.of(WORDS).bytes())),
        _ => replace_value(chance, bytes),
    }
}

/// Puts something hostile where a value of a JSON text stands.
fn replace_value(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|at| matches!(bytes[*at], b':' | b'[' | b',') && bytes.len() > at + 1)
        .map(|at| at + 1)
        .collect();
    if starts.is_empty() {
        return;
    }
    let start = starts[chance.below(starts.len())];
    let end = start + value_len(&bytes[start..]);
    drop(bytes.splice(start..end, chance.of(VALUES).bytes()));
}

/// How long the value is that a JSON text begins with, near enough: strings and brackets are matched, all else ends at
/// the next separator.
fn value_len(text: &[u8]) -> usize {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (n, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 0 => return n,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => return n,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_spoils_in_the_same_way() {
        let seeds = [br#"{"a":[1,"x"],"b":{"c":null}}"#.to_vec(), b"other".to_vec()];
        let run = |seed| {
            let mut chance = Chance::new(seed);
            (0..200).map(|_| mutated(&mut chance, &seeds)).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let different: std::collections::BTreeSet<_> = run(3).into_iter().collect();
        assert!(150 < different.len(), "{}", different.len());
    }

    #[test]
    fn values_are_found_whole() {
        for (text, len) in [(r#""a,]\"",1"#, 7), ("12.5,", 4), ("[1,[2]],3", 7), ("}", 0), (r#"{"a":1}]"#, 7)]
        {
            assert_eq!(value_len(text.as_bytes()), len, "{text}");
        }
    }
}
