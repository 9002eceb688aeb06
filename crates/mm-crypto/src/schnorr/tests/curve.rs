use num_bigint::BigUint;
use proptest::prelude::*;

use super::{model, residues};
use crate::schnorr::{
    curve::Point,
    scalar::Scalar,
    table::{self, Table},
};

fn scalar_of(number: &BigUint) -> Scalar {
    Scalar::reduce(model::limbs(number))
}

/// A point of the group as (x, y), by decoding its encoding.
fn affine(point: &Point) -> model::Affine {
    let (x, y) = point.to_odd();
    // Back from the subgroup of odd order by the point of order two.
    let zero = model::Element::ZERO;
    model::add(Some((x.into(), y.into())), Some((zero, zero)))
}

fn multiple(limbs: [u64; 5]) -> Point {
    table::of_g().mul(&Scalar::reduce(limbs))
}

fn same(a: &Point, b: &Point) {
    assert_eq!(a.encode(), b.encode());
}

#[test]
fn small_multiples_by_chord_and_tangent() {
    let (mut sum, mut plain) = (Point::NEUTRAL, Some((model::Element::ZERO, model::Element::ZERO)));
    for k in 1_u32..=40 {
        sum = sum.add(&Point::GENERATOR);
        plain = model::group_add(plain, model::generator());
        assert_eq!(sum.encode(), model::encode(plain), "{k}");
        same(&table::of_g().mul(&scalar_of(&k.into())), &sum);
    }
}

#[test]
fn edges_of_the_order() {
    let n = model::order();
    let one = Point::GENERATOR;
    for (k, expected) in [
        (BigUint::ZERO, [0; 5]),
        (n.clone(), [0; 5]),
        (BigUint::from(1_u32), [4, 0, 0, 0, 0]),
        (&n + 1_u32, [4, 0, 0, 0, 0]),
        (&n - 1_u32, [crate::schnorr::goldilocks::P - 4, 0, 0, 0, 0]),
    ] {
        assert_eq!(model::double_and_add(&one, &k).encode(), expected, "{k}");
        assert_eq!(table::of_g().mul(&scalar_of(&k)).encode(), expected, "{k}");
    }
}

#[test]
fn powers_of_two_and_their_neighbours() {
    let mut power = Point::GENERATOR;
    for bit in 0..319_u32 {
        let k = BigUint::from(1_u32) << bit;
        same(&table::of_g().mul(&scalar_of(&k)), &power);
        same(&table::of_g().mul(&scalar_of(&(&k + 1_u32))), &power.add(&Point::GENERATOR));
        power = power.add(&power);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A window that was wrong for one scalar in 32 would survive this with less than 10^-40.
    #[test]
    fn tables_are_double_and_add(scalars in prop::collection::vec(residues(), 64)) {
        for limbs in scalars {
            let k = model::number(&limbs) % model::order();
            same(&multiple(limbs), &model::double_and_add(&Point::GENERATOR, &k));
        }
    }

    #[test]
    fn tables_of_other_points(point in residues(), on_point in residues(), on_g in residues()) {
        let point = multiple(point);
        prop_assume!(!point.is_neutral());
        let (a, b) = (Scalar::reduce(on_point), Scalar::reduce(on_g));
        let expected = model::double_and_add(&point, &model::number(a.limbs()))
            .add(&model::double_and_add(&Point::GENERATOR, &model::number(b.limbs())));
        same(&Table::new(point).mul_add_g(&a, &b), &expected);
    }

    #[test]
    fn the_addition_is_complete(a in residues(), b in residues(), c in residues()) {
        let (p, q, r) = (multiple(a), multiple(b), multiple(c));
        same(&p.add(&q), &q.add(&p));
        same(&p.add(&q).add(&r), &p.add(&q.add(&r)));
        same(&p.add(&Point::NEUTRAL), &p);
        let opposite = table::of_g().mul(&Scalar::ZERO.sub(Scalar::reduce(a)));
        prop_assert!(p.add(&opposite).is_neutral());
        same(&p.add(&p).add(&opposite), &p);
    }

    #[test]
    fn the_addition_is_chord_and_tangent(a in residues(), b in residues()) {
        let (p, q) = (multiple(a), multiple(b));
        prop_assume!(!p.is_neutral() && !q.is_neutral());
        prop_assert_eq!(p.add(&p).encode(), model::encode(model::group_add(affine(&p), affine(&p))));
        prop_assert_eq!(p.add(&q).encode(), model::encode(model::group_add(affine(&p), affine(&q))));
    }

    #[test]
    fn decoding_undoes_encoding(a in residues(), other in residues()) {
        let point = multiple(a);
        let decoded = Point::decode(point.encode()).expect("a point");
        same(&decoded, &point);
        same(&decoded.add(&point), &point.add(&point));
        // About half of all elements encode a point; each that does is its own encoding.
        let other = other.map(crate::schnorr::goldilocks::canonical);
        if let Some(point) = Point::decode(other) {
            prop_assert_eq!(point.encode(), other);
            prop_assert!(model::double_and_add(&point, &model::order()).is_neutral());
        }
    }
}
