//! Poseidon2 over Goldilocks, width 12, with Lighter's constants: the permutation, and the sponge on it in overwrite
//! mode without padding. The sponge is Lighter's: it does not separate inputs of different lengths, so whoever
//! hashes must fix the length by what is hashed.

mod constants;

use crate::goldilocks::{add, canonical, mul, reduce_96, reduce_128, square, wide};
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
    pub(crate) fn permute(&mut self) {
        let (before, after) = EXTERNAL.split_at(EXTERNAL.len() / 2);
        external_layer(&mut self.0);
        for constants in before {
            full_round(&mut self.0, constants);
        }
        for constant in INTERNAL {
            partial_round(&mut self.0, constant);
        }
        for constants in after {
            full_round(&mut self.0, constants);
        }
    }
}

/// x^7, a permutation because 7 does not divide p - 1.
#[inline]
fn sbox(x: u64) -> u64 {
    let squared = square(x);
    mul(mul(squared, x), square(squared))
}

#[inline]
fn full_round(state: &mut [u64; WIDTH], constants: &[u64; WIDTH]) {
    for (cell, constant) in state.iter_mut().zip(constants) {
        *cell = sbox(add(*cell, *constant));
    }
    external_layer(state);
}

#[inline]
fn partial_round(state: &mut [u64; WIDTH], constant: u64) {
    state[0] = sbox(add(state[0], constant));
    let sum = state.iter().fold(0_u128, |sum, cell| sum.wrapping_add(u128::from(*cell)));
    for (cell, factor) in state.iter_mut().zip(DIAGONAL) {
        // Every factor is below 2^64 - 12, so that twelve cells more still fit in 128 bits.
        *cell = reduce_128(wide(*cell, factor).wrapping_add(sum));
    }
}

const _: () = {
    let mut n = 0;
    while n < WIDTH {
        assert!(DIAGONAL[n] < u64::MAX - WIDTH as u64, "the sum in partial_round fits");
        n += 1;
    }
};

/// Each block of four times [2 3 1 1 / 1 2 3 1 / 1 1 2 3 / 3 1 1 2], then to each cell the sum of those in its column.
/// The greatest sum is 28 cells, so one small reduction at the end is enough.
#[inline]
fn external_layer(state: &mut [u64; WIDTH]) {
    let cells = state.map(u128::from);
    let mut out = [0_u128; WIDTH];
    for block in (0..WIDTH).step_by(4) {
        let [a, b, c, d] = [cells[block], cells[block + 1], cells[block + 2], cells[block + 3]];
        let sum = a.wrapping_add(b).wrapping_add(c).wrapping_add(d);
        out[block] = sum.wrapping_add(a).wrapping_add(b << 1);
        out[block + 1] = sum.wrapping_add(b).wrapping_add(c << 1);
        out[block + 2] = sum.wrapping_add(c).wrapping_add(d << 1);
        out[block + 3] = sum.wrapping_add(d).wrapping_add(a << 1);
    }
    let columns: [u128; 4] =
        std::array::from_fn(|n| out[n].wrapping_add(out[n + 4]).wrapping_add(out[n + 8]));
    for (n, cell) in state.iter_mut().enumerate() {
        *cell = reduce_96(out[n].wrapping_add(columns[n % 4]));
    }
}
