//! One side of a book: queues by price. Near the touch they lie in an array with a bitmap over it, so that the best
//! level, a level's queue, and the next level are found without a search; the rest is in a tree.
//!
//! Prices are turned into keys for which more is better (asks are negated), so that one ladder serves both sides.
//! Invariant: while the ladder holds anything, the best level is inside the window; hence everything in the tree
//! lies below the window.

use std::collections::BTreeMap;

use super::slab::NONE;

/// Orders at one price, first in, first out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Queue {
    pub(super) head: u32,
    pub(super) tail: u32,
    /// Lots of all its orders.
    pub(super) total: u64,
}

const EMPTY: Queue = Queue { head: NONE, tail: NONE, total: 0 };

/// Levels in a new window: 8 KiB.
const WINDOW_MIN: usize = 512;
/// Levels in the largest window: as many as 64 words of 64 bits tell apart, 64 KiB.
const WINDOW_MAX: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Ladder {
    /// Key of the first level in the window.
    base: i64,
    window: Vec<Queue>,
    /// A bit for each level in the window that has orders.
    words: Vec<u64>,
    /// A bit for each word that is not zero.
    summary: u64,
    far: BTreeMap<i64, Queue>,
}

impl Ladder {
    /// The best key.
    pub(super) fn best(&self) -> Option<i64> {
        if self.summary == 0 {
            return None;
        }
        let word = 63 - self.summary.leading_zeros() as usize;
        let bit = 63 - self.words[word].leading_zeros() as usize;
        Some(self.base + (word * 64 + bit) as i64)
    }

    /// The queue at a key, if there is one.
    pub(super) fn queue(&self, key: i64) -> Option<&Queue> {
        match self.near(key) {
            Some(at) => self.window.get(at).filter(|queue| queue.head != NONE),
            None => self.far.get(&key),
        }
    }

    /// The queue at a key that has one.
    pub(super) fn queue_mut(&mut self, key: i64) -> &mut Queue {
        match self.near(key) {
            Some(at) => &mut self.window[at],
            None => self.far.get_mut(&key).expect("the caller holds an order of this level"),
        }
    }

    /// The queue at a key, made if there is none; the caller puts an order into it.
    pub(super) fn open(&mut self, key: i64) -> &mut Queue {
        if self.near(key).is_none() {
            self.make_room(key);
        }
        match self.near(key) {
            Some(at) => {
                self.words[at / 64] |= 1 << (at % 64);
                self.summary |= 1 << (at / 64);
                &mut self.window[at]
            }
            None => self.far.entry(key).or_insert(EMPTY),
        }
    }

    /// Drops the level at a key: its last order is gone.
    pub(super) fn close(&mut self, key: i64) {
        let Some(at) = self.near(key) else {
            self.far.remove(&key);
            return;
        };
        self.window[at] = EMPTY;
        self.unmark(at);
        if !self.far.is_empty()
            && self.best().is_none_or(|best| best < self.base + self.window.len() as i64 / 8)
        {
            self.slide_down();
        }
    }

    /// Keys and queues, best first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &Queue)> {
        let near = self.words.iter().enumerate().rev().flat_map(move |(n, &word)| {
            Bits(word).map(move |bit| {
                let at = n * 64 + bit;
                (self.base + at as i64, &self.window[at])
            })
        });
        near.chain(self.far.iter().rev().map(|(&key, queue)| (key, queue)))
    }

    /// The next key below this one.
    pub(super) fn below(&self, key: i64) -> Option<i64> {
        let Some(at) = self.near(key) else {
            if key >= self.base {
                return self.best(); // better than the whole window, hence than all there is
            }
            return self.far.range(..key).next_back().map(|(&key, _)| key);
        };
        let word = at / 64;
        let rest = self.words[word] & ((1 << (at % 64)) - 1);
        if rest != 0 {
            return Some(self.base + (word * 64 + 63 - rest.leading_zeros() as usize) as i64);
        }
        let words = self.summary & ((1 << word) - 1);
        if words != 0 {
            let word = 63 - words.leading_zeros() as usize;
            return Some(self.base + (word * 64 + 63 - self.words[word].leading_zeros() as usize) as i64);
        }
        self.far.last_key_value().map(|(&key, _)| key)
    }

    fn near(&self, key: i64) -> Option<usize> {
        let at = key.wrapping_sub(self.base) as u64;
        (at < self.window.len() as u64).then_some(at as usize)
    }

    fn unmark(&mut self, at: usize) {
        let word = &mut self.words[at / 64];
        *word &= !(1 << (at % 64));
        if *word == 0 {
            self.summary &= !(1 << (at / 64));
        }
    }

    /// Called for a key outside the window: moves the window when the key is better than it, makes it larger when
    /// much lies below it.
    fn make_room(&mut self, key: i64) {
        if self.window.is_empty() {
            self.resize(WINDOW_MIN);
        }
        if self.summary == 0 {
            self.base = self.base_for(key);
        } else if key >= self.base {
            self.slide_up(self.base_for(key));
        } else if self.far.len() >= self.window.len() / 8 && self.window.len() < WINDOW_MAX {
            self.resize(self.window.len() * 2);
            self.slide_down();
        }
    }

    /// Where the window begins so that `best` has a quarter of it above and the rest below.
    fn base_for(&self, best: i64) -> i64 {
        best - self.window.len() as i64 * 3 / 4
    }

    fn resize(&mut self, len: usize) {
        self.window.resize(len, EMPTY);
        self.words.resize(len / 64, 0);
    }

    /// Moves the window to a higher base; what falls out goes to the tree.
    fn slide_up(&mut self, base: i64) {
        let by = usize::try_from(base - self.base).expect("slides up");
        for at in 0..self.window.len() {
            if self.window[at].head == NONE {
                continue;
            }
            let queue = std::mem::replace(&mut self.window[at], EMPTY);
            self.unmark(at);
            match at.checked_sub(by) {
                Some(to) => self.put(to, queue),
                None => drop(self.far.insert(self.base + at as i64, queue)),
            }
        }
        self.base = base;
    }

    /// Moves the window down to where the best level has its place again, and fills it from the tree.
    fn slide_down(&mut self) {
        let Some(best) = self.best().or_else(|| self.far.last_key_value().map(|(&key, _)| key)) else {
            return;
        };
        let base = self.base_for(best).min(self.base);
        let by = usize::try_from(self.base - base).unwrap_or(usize::MAX);
        for at in (0..self.window.len()).rev() {
            if self.window[at].head != NONE {
                let queue = std::mem::replace(&mut self.window[at], EMPTY);
                self.unmark(at);
                self.put(at + by, queue); // never above the best level, whose new place is inside
            }
        }
        self.base = base;
        while let Some((&key, _)) = self.far.last_key_value() {
            let Some(at) = self.near(key) else { break };
            let queue = self.far.remove(&key).expect("it was just seen");
            self.put(at, queue);
        }
    }

    fn put(&mut self, at: usize, queue: Queue) {
        self.window[at] = queue;
        self.words[at / 64] |= 1 << (at % 64);
        self.summary |= 1 << (at / 64);
    }
}

/// The places of the bits that are set, highest first.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        let bit = 63_usize.checked_sub(self.0.leading_zeros() as usize)?;
        self.0 &= !(1 << bit);
        Some(bit)
    }
}
