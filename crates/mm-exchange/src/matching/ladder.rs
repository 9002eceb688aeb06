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
/// Levels in the largest window: 512 KiB, made only when hundreds of levels lie outside a smaller one.
const WINDOW_MAX: usize = 32_768;

#[derive(Debug, Default)]
pub(super) struct Ladder {
    /// Key of the first level in the window.
    base: i64,
    window: Vec<Queue>,
    /// Which levels of the window have orders.
    marks: Marks,
    far: BTreeMap<i64, Queue>,
}

impl Ladder {
    /// The best key.
    pub(super) fn best(&self) -> Option<i64> {
        self.marks.last().map(|at| self.base + at as i64)
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
                self.marks.set(at);
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
        self.marks.unset(at);
        if !self.far.is_empty()
            && self.best().is_none_or(|best| best < self.base + self.window.len() as i64 / 8)
        {
            self.slide_down();
        }
    }

    /// Keys and queues, best first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &Queue)> {
        let marked = std::iter::successors(self.marks.last(), |&at| self.marks.before(at));
        let near = marked.map(|at| (self.base + at as i64, &self.window[at]));
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
        let marked = self.marks.before(at).map(|at| self.base + at as i64);
        marked.or_else(|| self.far.last_key_value().map(|(&key, _)| key))
    }

    fn near(&self, key: i64) -> Option<usize> {
        let at = key.wrapping_sub(self.base) as u64;
        (at < self.window.len() as u64).then_some(at as usize)
    }

    /// Called for a key outside the window: moves the window when the key is better than it, makes it larger when
    /// much lies below it.
    fn make_room(&mut self, key: i64) {
        if self.window.is_empty() {
            self.resize(WINDOW_MIN);
        }
        if self.marks.last().is_none() {
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
        self.marks.resize(len);
    }

    /// Moves the window to a higher base; what falls out goes to the tree.
    fn slide_up(&mut self, base: i64) {
        let by = usize::try_from(base - self.base).expect("slides up");
        for at in 0..self.window.len() {
            if self.window[at].head == NONE {
                continue;
            }
            let queue = std::mem::replace(&mut self.window[at], EMPTY);
            self.marks.unset(at);
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
                self.marks.unset(at);
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
        self.marks.set(at);
    }
}

/// A set of small numbers in three layers of bits: the highest, and the next below one, in a few steps.
#[derive(Debug, Default)]
struct Marks {
    /// A bit for each number.
    words: Vec<u64>,
    /// A bit for each word that is not zero.
    lines: Vec<u64>,
    /// A bit for each line that is not zero: up to 64 × 64 × 64 numbers.
    page: u64,
}

impl Marks {
    fn resize(&mut self, len: usize) {
        self.words.resize(len / 64, 0);
        self.lines.resize(len.div_ceil(64 * 64), 0);
    }

    fn set(&mut self, at: usize) {
        self.words[at >> 6] |= 1 << (at & 63);
        self.lines[at >> 12] |= 1 << (at >> 6 & 63);
        self.page |= 1 << (at >> 12);
    }

    fn unset(&mut self, at: usize) {
        self.words[at >> 6] &= !(1 << (at & 63));
        if self.words[at >> 6] == 0 {
            self.lines[at >> 12] &= !(1 << (at >> 6 & 63));
            if self.lines[at >> 12] == 0 {
                self.page &= !(1 << (at >> 12));
            }
        }
    }

    fn last(&self) -> Option<usize> {
        let line = highest(self.page)?;
        let word = line << 6 | highest(self.lines[line])?;
        Some(word << 6 | highest(self.words[word])?)
    }

    /// The largest number in the set that is below `at`.
    fn before(&self, at: usize) -> Option<usize> {
        let (word, line) = (at >> 6, at >> 12);
        if let Some(bit) = highest(self.words[word] & below(at & 63)) {
            return Some(word << 6 | bit);
        }
        let word = match highest(self.lines[line] & below(word & 63)) {
            Some(bit) => line << 6 | bit,
            None => {
                let line = highest(self.page & below(line))?;
                line << 6 | highest(self.lines[line])?
            }
        };
        Some(word << 6 | highest(self.words[word])?)
    }
}

/// The place of the highest bit.
const fn highest(bits: u64) -> Option<usize> {
    if bits == 0 { None } else { Some(63 - bits.leading_zeros() as usize) }
}

/// All bits below a place (0..64).
const fn below(place: usize) -> u64 {
    (1 << place) - 1
}
