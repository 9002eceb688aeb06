use proptest::prelude::*;

use super::residue;
use crate::schnorr::{
    felt::{Felt, hash4, hash5},
    goldilocks::{self as gl, P},
    poseidon2::{RATE, State, WIDTH},
};

/// The permutation and the sponge as the reference text says them, one full reduction a step.
mod plain {
    use super::super::model::base;
    use crate::schnorr::poseidon2::constants::{DIAGONAL, EXTERNAL, INTERNAL};

    type Cells = [u64; 12];

    fn sbox(x: u64) -> u64 {
        (0..6).fold(x, |power, _| base(u128::from(power) * u128::from(x)))
    }

    fn external(cells: Cells) -> Cells {
        const M4: [[u128; 4]; 4] = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]];
        let blocks: Cells = std::array::from_fn(|n| {
            base((0..4).map(|k| M4[n % 4][k] * u128::from(cells[n / 4 * 4 + k])).sum())
        });
        std::array::from_fn(|n| {
            base(u128::from(blocks[n]) + (0..3).map(|k| u128::from(blocks[n % 4 + 4 * k])).sum::<u128>())
        })
    }

    fn full(cells: Cells, constants: &Cells) -> Cells {
        external(std::array::from_fn(|n| sbox(base(u128::from(cells[n]) + u128::from(constants[n])))))
    }

    fn partial(mut cells: Cells, constant: u64) -> Cells {
        cells[0] = sbox(base(u128::from(cells[0]) + u128::from(constant)));
        let sum: u128 = cells.iter().map(|cell| u128::from(*cell)).sum();
        std::array::from_fn(|n| base(sum + u128::from(base(u128::from(cells[n]) * u128::from(DIAGONAL[n])))))
    }

    pub(super) fn permute(cells: Cells) -> Cells {
        let cells = EXTERNAL[..4].iter().fold(external(cells), full);
        let cells = INTERNAL.into_iter().fold(cells, partial);
        EXTERNAL[4..].iter().fold(cells, full)
    }

    pub(super) fn hash(input: &[u64]) -> Cells {
        let mut cells = [0; 12];
        for chunk in input.chunks(8) {
            cells[..chunk.len()].copy_from_slice(chunk);
            cells = permute(cells);
        }
        cells
    }
}

proptest! {
    #[test]
    fn the_permutation_is_the_plain_one(cells in prop::array::uniform12(residue())) {
        let mut state = State(cells);
        state.permute();
        prop_assert_eq!(state.0.map(gl::canonical), plain::permute(cells.map(gl::canonical)));
    }

    #[test]
    fn the_sponge_overwrites_and_does_not_pad(input in prop::collection::vec(residue(), 0..=24)) {
        let felts: Vec<_> = input.iter().map(|n| Felt::from(*n)).collect();
        let plain = plain::hash(&felts.iter().map(|felt| felt.as_u64()).collect::<Vec<_>>());
        prop_assert_eq!(hash5(&felts).felts().map(Felt::as_u64).to_vec(), plain[..5].to_vec());
        prop_assert_eq!(hash4(&felts).map(Felt::as_u64).to_vec(), plain[..4].to_vec());
    }

    #[test]
    fn felts_are_canonical(n in residue()) {
        prop_assert_eq!(Felt::from(n).as_u64(), n % P);
        prop_assert_eq!(Felt::from(n as i64), Felt::from(n));
    }
}

#[test]
fn known_permutations() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../fixtures/lighter/vectors.json")).expect("JSON");
    let rows = vectors["poseidon2_permutation_own_model"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    for row in rows {
        let cells = |key: &str| -> [u64; WIDTH] {
            std::array::from_fn(|n| row[key][n].as_str().expect("a cell").parse().expect("a number"))
        };
        let mut state = State(cells("in"));
        state.permute();
        assert_eq!(state.0.map(gl::canonical), cells("out"));
    }
    assert_eq!(hash4(&[]), [Felt::ZERO; 4], "no input, no permutation");
    const { assert!(RATE < WIDTH) };
}
