use num_bigint::BigUint;
use proptest::prelude::*;

use super::{
    model::{Element, base},
    residue, residues,
};
use crate::schnorr::{fp5::Fp5, goldilocks as gl};

fn same(a: Fp5, b: Fp5) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.canonical(), b.canonical());
    Ok(())
}

proptest! {
    #[test]
    fn goldilocks_is_arithmetic_mod_p(a in residue(), b in residue(), high in 0_u64..1 << 31, n in any::<u128>()) {
        let (wide_a, wide_b) = (u128::from(a), u128::from(b));
        prop_assert_eq!(gl::canonical(a), base(wide_a));
        prop_assert_eq!(gl::canonical(gl::add(a, b)), base(wide_a + wide_b));
        prop_assert_eq!(gl::canonical(gl::add(gl::sub(a, b), b)), base(wide_a));
        prop_assert_eq!(gl::canonical(gl::mul(a, b)), base(wide_a * wide_b));
        prop_assert_eq!(gl::canonical(gl::reduce_128(n)), base(n));
        prop_assert_eq!(gl::canonical(gl::reduce_96(n >> 32)), base(n >> 32));
        let whole = (BigUint::from(high) << 128_u32) + n;
        prop_assert_eq!(BigUint::from(gl::canonical(gl::reduce_160(n, high))), whole % gl::P);
    }

    #[test]
    fn goldilocks_inverses_and_roots(a in residue()) {
        let product = gl::canonical(gl::mul(a, gl::invert(a)));
        prop_assert_eq!(product, u64::from(gl::canonical(a) != 0));
        let square = gl::square(a);
        let root = gl::sqrt(square).expect("a square has a root");
        prop_assert!([gl::canonical(a), gl::canonical(gl::sub(0, a))].contains(&gl::canonical(root)));
        // 7 is no square, so 7a^2 is none unless it is 0.
        prop_assert_eq!(gl::sqrt(gl::mul(7, square)).is_some(), gl::canonical(a) == 0);
    }

    #[test]
    fn quintic_is_polynomials(a in residues(), b in residues(), c in residues(), n in any::<u16>()) {
        let (x, y, z) = (Fp5(a), Fp5(b), Fp5(c));
        let (p, q, r) = (Element::new(a), Element::new(b), Element::new(c));
        let small = Element::small(n.into());
        prop_assert_eq!(Element::from(x.add(y)), p.add(q));
        prop_assert_eq!(Element::from(x.sub(y)), p.sub(q));
        prop_assert_eq!(Element::from(x.mul(y)), p.mul(q));
        prop_assert_eq!(Element::from(x.square()), p.mul(p));
        prop_assert_eq!(Element::from(x.mul_sub(y, z)), p.mul(q).sub(r));
        prop_assert_eq!(Element::from(x.square_sub(y, z)), p.mul(p).sub(q).sub(r));
        prop_assert_eq!(Element::from(x.double()), p.add(p));
        prop_assert_eq!(Element::from(x.times(n.into())), p.mul(small));
        prop_assert_eq!(Element::from(x.add_base(n.into())), p.add(small));
        prop_assert_eq!(Element::from(x.times_z(n.into())), p.mul(Element([0, n.into(), 0, 0, 0])));
        let canonical = Fp5(x.canonical());
        prop_assert_eq!(Element::from(canonical.negate_if(u64::MAX)), Element::ZERO.sub(p));
        prop_assert_eq!(Element::from(canonical.negate_if(0)), p);
    }

    #[test]
    fn quintic_is_a_field(a in residues(), b in residues(), c in residues()) {
        let (a, b, c) = (Fp5(a), Fp5(b), Fp5(c));
        same(a.mul(b), b.mul(a))?;
        same(a.mul(b).mul(c), a.mul(b.mul(c)))?;
        same(a.add(b).add(c), a.add(b.add(c)))?;
        same(a.mul(b.add(c)), a.mul(b).add(a.mul(c)))?;
        same(a.mul(a.invert()), if a.is_zero() { Fp5::ZERO } else { Fp5::ONE })?;
    }

    #[test]
    fn quintic_roots(a in residues()) {
        let a = Fp5(a);
        let square = a.square();
        prop_assert!(square.is_square());
        let root = square.sqrt().expect("a square has a root");
        same(root.square(), square)?;
        // The extension has odd degree, so 7 is no square in it either.
        let other = square.times(7);
        prop_assert_eq!(other.is_square(), a.is_zero());
        prop_assert_eq!(other.sqrt().is_some(), a.is_zero());
    }
}

#[test]
fn the_inverse_is_fermats() {
    for limbs in [[1, 2, 3, 4, 5], [u64::MAX; 5], [0, 0, 0, 0, 1], [7, 0, 0, 0, 0]] {
        assert_eq!(Element::from(Fp5(limbs).invert()), Element::new(limbs).invert());
    }
}

/// Second carries and borrows come once in 2^32 random steps: here they come by design, in all pairs of edges.
#[test]
fn carries_that_chance_would_not_find() {
    let powers = (0..64).flat_map(|n| [1 << n, (1_u64 << n).wrapping_sub(1), (1_u64 << n).wrapping_neg()]);
    let near_p = (0..4).flat_map(|n| [gl::P - n, gl::P + n, u64::MAX - n]);
    let edges: Vec<u64> = powers.chain(near_p).collect();
    for (a, b) in edges.iter().flat_map(|a| edges.iter().map(|b| (*a, *b))) {
        let (wide_a, wide_b) = (u128::from(a), u128::from(b));
        assert_eq!(gl::canonical(gl::add(a, b)), base(wide_a + wide_b), "{a} + {b}");
        let difference = base(wide_a + 2 * u128::from(gl::P) - wide_b);
        assert_eq!(gl::canonical(gl::sub(a, b)), difference, "{a} - {b}");
        assert_eq!(gl::canonical(gl::mul(a, b)), base(wide_a * wide_b), "{a} * {b}");
        assert_eq!(gl::canonical(gl::reduce_128(wide_a << 64 | wide_b)), base(wide_a << 64 | wide_b));
        for high in [1, 13, (1 << 31) - 1] {
            // 2^128 = -2^32
            let expected = base(u128::from(base(wide_a << 64 | wide_b)) + u128::from(gl::P - (high << 32)));
            assert_eq!(
                gl::canonical(gl::reduce_160(wide_a << 64 | wide_b, high)),
                expected,
                "{a} {b} {high}"
            );
        }
    }
}
