use num_bigint::BigUint;
use proptest::prelude::*;

use super::{
    model::{limbs, number, order},
    residues,
};
use crate::schnorr::scalar::{N, Scalar};

fn of(scalar: Scalar) -> BigUint {
    number(scalar.limbs())
}

proptest! {
    #[test]
    fn arithmetic_mod_n(a in residues(), b in residues(), wide in prop::array::uniform8(any::<u64>())) {
        let (x, y) = (Scalar::reduce(a), Scalar::reduce(b));
        let (p, q, n) = (number(&a) % order(), number(&b) % order(), order());
        prop_assert_eq!(of(x), p.clone());
        prop_assert_eq!(of(x.add(y)), (&p + &q) % &n);
        prop_assert_eq!(of(x.sub(y)), (&p + &n - &q) % &n);
        prop_assert_eq!(of(x.mul(&y.to_factor())), (&p * &q) % &n);
        prop_assert_eq!(of(Scalar::reduce_wide(&wide)), number(&wide) % &n);
        prop_assert_eq!(Scalar::from_canonical(a).is_some(), number(&a) < n);
    }

    #[test]
    fn odd_digits_sum_to_the_number(a in residues(), width in 1_u32..=16) {
        let scalar = Scalar::reduce(a);
        let digits = scalar.odd_digits();
        // Windows from the top: sum = sum * 2^W + 2 * bits - (2^W - 1), kept positive by adding n.
        let n_windows = 320_u32.div_ceil(width);
        let sum = (0..n_windows).rev().fold(BigUint::ZERO, |sum, window| {
            let at = window * width;
            let bits = width.min(320 - at);
            let digit = BigUint::from(2 * digits.window(at as usize, bits)) + order() - ((1_u64 << bits) - 1);
            ((sum << bits) + digit) % order()
        });
        prop_assert_eq!(sum, of(scalar));
    }
}

#[test]
fn edges_of_n() {
    let n = order();
    for (number, reduced) in [
        (BigUint::ZERO, BigUint::ZERO),
        (&n - 1_u32, &n - 1_u32),
        (n.clone(), BigUint::ZERO),
        (&n + 1_u32, BigUint::from(1_u32)),
        (&n * 2_u32 - 1_u32, &n - 1_u32),
        (&n * 2_u32, BigUint::ZERO),
    ] {
        assert_eq!(of(Scalar::reduce(limbs(&number))), reduced, "{number}");
        assert_eq!(Scalar::from_canonical(limbs(&number)).is_some(), number < n, "{number}");
    }
    assert_eq!(of(Scalar::reduce([u64::MAX; 5])), ((BigUint::from(1_u32) << 320) - 1_u32) % &n);
    assert_eq!(Scalar::from_canonical(N), None);
}
