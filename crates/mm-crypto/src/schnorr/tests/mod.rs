//! Every layer against algebra of another kind: num-bigint, chords and tangents on the plain curve, double-and-add.

mod curve;
mod field;
mod model;
mod scalar;
mod schnorr;
mod sponge;

use proptest::prelude::*;

use crate::schnorr::goldilocks::P;

/// Any residue, and often one at an edge: near 0, 2^32, p, 2^63 or 2^64.
fn residue() -> impl Strategy<Value = u64> {
    let edge = prop_oneof![Just(0), Just(1 << 32), Just(P), Just(1 << 63), Just(u64::MAX)];
    prop_oneof![
        3 => any::<u64>(),
        1 => (edge, -3_i64..=3).prop_map(|(edge, off)| edge.wrapping_add_signed(off)),
        1 => (0_u32..64, any::<u64>()).prop_map(|(shift, n)| n >> shift),
    ]
}

/// Five of them.
fn residues() -> impl Strategy<Value = [u64; 5]> {
    prop::array::uniform5(residue())
}
