//! A list that keeps its last entries.

use std::collections::VecDeque;

/// The last `N` values, newest last.
#[derive(Clone, Debug)]
pub(crate) struct Ring<T, const N: usize>(VecDeque<T>);

impl<T, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T, const N: usize> Ring<T, N> {
    /// Adds a value; the oldest goes when there are `N` already.
    pub(crate) fn push(&mut self, value: T) {
        if self.0.len() == N {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    pub(crate) fn iter(&self) -> std::collections::vec_deque::Iter<'_, T> {
        self.0.iter()
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        self.0.back_mut()
    }
}
