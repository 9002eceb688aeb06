//! The second opinion: big integers, polynomials and affine chords and tangents, slow and plain.

use num_bigint::BigUint;

use crate::schnorr::{curve::Point, fp5::Fp5, goldilocks::P, scalar::N};

/// Limbs as one number, the least significant first.
pub(super) fn number(limbs: &[u64]) -> BigUint {
    limbs.iter().rev().fold(BigUint::ZERO, |sum, limb| (sum << 64) + limb)
}

pub(super) fn limbs(number: &BigUint) -> [u64; 5] {
    let digits = number.to_u64_digits();
    std::array::from_fn(|n| digits.get(n).copied().unwrap_or(0))
}

pub(super) fn order() -> BigUint {
    number(&N)
}

/// Modulo p.
pub(super) fn base(n: u128) -> u64 {
    (n % u128::from(P)) as u64
}

/// An element of F_p[z] / (z^5 - 3), limbs below p.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element(pub(super) [u64; 5]);

impl Element {
    pub(super) const ZERO: Self = Self([0; 5]);

    pub(super) fn new(limbs: [u64; 5]) -> Self {
        Self(limbs.map(|limb| base(limb.into())))
    }

    pub(super) fn small(n: u64) -> Self {
        Self([n, 0, 0, 0, 0])
    }

    pub(super) fn add(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| base(u128::from(self.0[i]) + u128::from(b.0[i]))))
    }

    pub(super) fn sub(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| base(u128::from(self.0[i]) + u128::from(P - b.0[i]))))
    }

    /// The product of two polynomials, then z^5 = 3.
    pub(super) fn mul(self, b: Self) -> Self {
        let mut product = [BigUint::ZERO; 9];
        for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
            product[i + j] += BigUint::from(self.0[i]) * b.0[j];
        }
        Self(std::array::from_fn(|i| {
            let wrapped = product.get(i + 5).cloned().unwrap_or_default();
            let limb = (&product[i] + wrapped * 3_u32) % P;
            limb.to_u64_digits().first().copied().unwrap_or(0)
        }))
    }

    pub(super) fn power(self, exponent: &BigUint) -> Self {
        (0..exponent.bits()).rev().fold(Self::small(1), |out, bit| {
            let squared = out.mul(out);
            if exponent.bit(bit) { squared.mul(self) } else { squared }
        })
    }

    /// x^(p^5 - 2).
    pub(super) fn invert(self) -> Self {
        self.power(&(BigUint::from(P).pow(5) - 2_u32))
    }
}

impl From<Fp5> for Element {
    fn from(a: Fp5) -> Self {
        Self(a.canonical())
    }
}

/// A point (x, y) of the whole curve y^2 = x^3 + 2x^2 + 263z x, or none at infinity.
pub(super) type Affine = Option<(Element, Element)>;

/// The plain sum by chord and tangent, with all its cases.
pub(super) fn add(a: Affine, b: Affine) -> Affine {
    let (Some((x1, y1)), Some((x2, y2))) = (a, b) else { return a.or(b) };
    let (two, b) = (Element::small(2), Element([0, 263, 0, 0, 0]));
    let slope = if x1 != x2 {
        y2.sub(y1).mul(x2.sub(x1).invert())
    } else if y1 == y2 && y1 != Element::ZERO {
        let three_x = x1.add(two).add(x1).add(x1).add(two);
        three_x.mul(x1).add(b).mul(two.mul(y1).invert())
    } else {
        return None;
    };
    let x = slope.mul(slope).sub(two).sub(x1).sub(x2);
    Some((x, slope.mul(x1.sub(x)).sub(y1)))
}

/// The sum in the group of double-odd curves: the plain one and the point of order two.
pub(super) fn group_add(a: Affine, b: Affine) -> Affine {
    add(add(a, b), Some((Element::ZERO, Element::ZERO)))
}

/// The encoding y / x of a point of the group; its neutral is (0, 0).
pub(super) fn encode(point: Affine) -> [u64; 5] {
    let (x, y) = point.expect("infinity is no point of the group");
    y.mul(x.invert()).0
}

/// The generator as (x, y): its encoding is 4.
pub(super) fn generator() -> Affine {
    let x = Element([
        12_883_135_586_176_881_569,
        4_356_519_642_755_055_268,
        5_248_930_565_894_896_907,
        2_165_973_894_480_315_022,
        2_448_410_071_095_648_785,
    ]);
    Some((x, x.mul(Element::small(4))))
}

/// A multiple by doubling and adding with the complete addition, from the highest bit on.
pub(super) fn double_and_add(point: &Point, scalar: &BigUint) -> Point {
    (0..scalar.bits()).rev().fold(Point::NEUTRAL, |sum, bit| {
        let doubled = sum.add(&sum);
        if scalar.bit(bit) { doubled.add(point) } else { doubled }
    })
}
