//! Poseidon2 over Goldilocks, width 12, with Lighter's constants: the permutation, and the sponge on it in overwrite
//! mode without padding. The sponge is Lighter's: it does not separate inputs of different lengths, so whoever
//! hashes must fix the length by what is hashed.

pub(crate) mod constants;

use crate::schnorr::goldilocks::{add, canonical, mul, reduce_96, reduce_128, square, wide};
use constants::{DIAGONAL, EXTERNAL, INTERNAL};

/// Cells of the state.
pub(crate) const WIDTH: usize = 12;
/// Cells that take input and give output; the others are the capacity.
pub(crate) const RATE: usize = 8;

/// The cells between two permutations, as residues.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State(pub(crate) [u64; WIDTH]);

impl zeroize::DefaultIsZeroes for State {}

impl State {
    /// Overwrites the first cells with each chunk of the input and permutes. A short last chunk leaves the rest of
    /// the rate as it is; no input, no permutation.
    #[inline]
    pub(crate) fn absorb(&mut self, input: impl ExactSizeIterator<Item = u64>) {
        let n_inputs = input.len();
        for (n, value) in input.enumerate() {
            self.0[n % RATE] = value;
            if n % RATE == RATE - 1 || n + 1 == n_inputs {
                self.permute();
            }
        }
    }

    /// The first `N` cells, canonical.
    #[inline]
    pub(crate) fn output<const N: usize>(&self) -> [u64; N] {
        const { assert!(N <= RATE, "the capacity is never shown") };
        std::array::from_fn(|n| canonical(self.0[n]))
    }

    /// The permutation: 4 full rounds, 22 partial ones, 4 full ones.
    ///
    /// A round's constants are added where the round before it sums its cells anyway. Not inlined, and on a copy: the
    /// compiler keeps more of it in registers.
    #[inline(never)]
    pub(crate) fn permute(&mut self) {
        let mut cells = self.0;
        external_layer(&mut cells, &BEFORE[0]);
        for next in &BEFORE[1..] {
            full_round(&mut cells, next);
        }
        for next in &INTERNAL[1..] {
            partial_round(&mut cells, *next);
        }
        partial_round(&mut cells, 0);
        for (cell, constant) in cells.iter_mut().zip(&EXTERNAL[HALF]) {
            *cell = add(*cell, *constant);
        }
        for next in &AFTER {
            full_round(&mut cells, next);
        }
        self.0 = cells;
    }
}

/// Full rounds before the partial ones, and as many after them.
const HALF: usize = EXTERNAL.len() / 2;
/// What the first layer and each of the first full rounds add for the next round.
const BEFORE: [[u64; WIDTH]; HALF + 1] = {
    let [e0, e1, e2, e3, ..] = EXTERNAL;
    let mut partial = [0; WIDTH];
    partial[0] = INTERNAL[0];
    [e0, e1, e2, e3, partial]
};
/// What each of the last full rounds adds for the next.
const AFTER: [[u64; WIDTH]; HALF] = {
    let [.., e5, e6, e7] = EXTERNAL;
    [e5, e6, e7, [0; WIDTH]]
};

/// x^7, a permutation because 7 does not divide p - 1.
#[inline]
fn sbox(x: u64) -> u64 {
    let squared = square(x);
    mul(mul(squared, x), square(squared))
}

/// The S-box for each cell, then the external layer.
#[inline(always)]
fn full_round(cells: &mut [u64; WIDTH], next: &[u64; WIDTH]) {
    for cell in &mut *cells {
        *cell = sbox(*cell);
    }
    external_layer(cells, next);
}

/// The S-box for the first cell, then the sum of all and its own multiple to each.
#[inline(always)]
fn partial_round(cells: &mut [u64; WIDTH], next: u64) {
    let rest = cells[1..].iter().fold(0_u128, |sum, cell| sum.wrapping_add(u128::from(*cell)));
    let first = sbox(cells[0]);
    let sum = rest.wrapping_add(u128::from(first));
    // Every factor is below 2^64 - 13, so that thirteen cells more still fit in 128 bits.
    cells[0] = reduce_128(wide(first, DIAGONAL[0]).wrapping_add(sum).wrapping_add(u128::from(next)));
    for n in 1..WIDTH {
        cells[n] = reduce_128(wide(cells[n], DIAGONAL[n]).wrapping_add(sum));
    }
}

const _: () = {
    let mut n = 0;
    while n < WIDTH {
        assert!(DIAGONAL[n] < u64::MAX - 1 - WIDTH as u64, "the sum in partial_round fits");
        n += 1;
    }
};

/// Each block of four times [2 3 1 1 / 1 2 3 1 / 1 1 2 3 / 3 1 1 2], then to each cell the sum of those in its column
/// and the next round's constant. That is 29 cells at most, so one small reduction at the end is enough.
#[inline(always)]
fn external_layer(state: &mut [u64; WIDTH], next: &[u64; WIDTH]) {
    let cells = state.map(u128::from);
    let mut out = [0_u128; WIDTH];
    for block in (0..WIDTH).step_by(4) {
        let [a, b, c, d] = [cells[block], cells[block + 1], cells[block + 2], cells[block + 3]];
        let (first, last) = (a.wrapping_add(b), c.wrapping_add(d));
        let sum = first.wrapping_add(last);
        out[block] = sum.wrapping_add(first).wrapping_add(b);
        out[block + 1] = sum.wrapping_add(b).wrapping_add(c << 1);
        out[block + 2] = sum.wrapping_add(last).wrapping_add(d);
        out[block + 3] = sum.wrapping_add(d).wrapping_add(a << 1);
    }
    let columns: [u128; 4] =
        std::array::from_fn(|n| out[n].wrapping_add(out[n + 4]).wrapping_add(out[n + 8]));
    for (n, cell) in state.iter_mut().enumerate() {
        *cell = reduce_96(out[n].wrapping_add(columns[n % 4]).wrapping_add(u128::from(next[n])));
    }
}
