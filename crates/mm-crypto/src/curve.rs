//! The group ECgFp5: points of y^2 = x (x^2 + 2x + 263z) over F_{p^5}, a group of prime order n under the addition of
//! double-odd curves. A point is kept as x = X/Z and u = x/y = U/T.
//!
//! There is one addition, and it is complete: it holds for the neutral, for equal and for opposite points. There is
//! no doubling and so none that could be wrong somewhere; tables make them superfluous where speed matters.
//! Curve, encoding and addition are T. Pornin's ("EcGFp5", 2022, and github.com/pornin/ecgfp5, MIT, read 2026-11).

use crate::fp5::Fp5;

/// The constant b of the curve is `B` * z.
const B: u32 = 263;

/// A point in fractions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    x: Fp5,
    z: Fp5,
    u: Fp5,
    t: Fp5,
}

/// A point with Z = T = 1, limbs canonical.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Affine {
    pub(crate) x: Fp5,
    pub(crate) u: Fp5,
}

impl Affine {
    /// The generator: its u is 1/4.
    pub(crate) const GENERATOR: Self = Self {
        x: Fp5([
            0xB2CA_178E_CF44_53A1,
            0x3C75_7788_836D_3EA4,
            0x48D7_F28A_26DA_FD0B,
            0x1E0F_15C7_FD44_C28E,
            0x21FA_7FFC_C825_2211,
        ]),
        u: Fp5::from_base(0xBFFF_FFFF_4000_0001),
    };
}

impl From<Affine> for Point {
    fn from(point: Affine) -> Self {
        Self { x: point.x, z: Fp5::ONE, u: point.u, t: Fp5::ONE }
    }
}

impl Point {
    pub(crate) const NEUTRAL: Self = Self { x: Fp5::ZERO, z: Fp5::ONE, u: Fp5::ZERO, t: Fp5::ONE };

    /// The sum, for any two points: ten multiplications.
    pub(crate) fn add(&self, b: &Self) -> Self {
        let xx = self.x.mul(b.x);
        let zz = self.z.mul(b.z);
        let uu = self.u.mul(b.u);
        let tt = self.t.mul(b.t);
        let xz = self.x.add(self.z).mul(b.x.add(b.z)).sub(xx).sub(zz);
        let ut = self.u.add(self.t).mul(b.u.add(b.t)).sub(uu).sub(tt);
        Self::combine(Products { xx, bzz: zz.times_z(B), xz, uu, tt, ut })
    }

    /// The sum with an affine point, for any two points: eight multiplications.
    #[inline]
    pub(crate) fn add_affine(&self, b: &Affine) -> Self {
        let xx = self.x.mul(b.x);
        let uu = self.u.mul(b.u);
        let xz = self.z.mul(b.x).add(self.x);
        let ut = self.t.mul(b.u).add(self.u);
        Self::combine(Products { xx, bzz: self.z.times_z(B), xz, uu, tt: self.t, ut })
    }

    #[inline]
    fn combine(Products { xx, bzz, xz, uu, tt, ut }: Products) -> Self {
        let sum = xx.add(bzz);
        let first = tt.mul(sum);
        let second = uu.mul(xz.times_z(B).add(sum).double());
        let third = tt.add(uu.double()).mul(xz.add(sum));
        Self {
            x: third.sub(first).times_z(B),
            z: first.sub(second),
            u: ut.mul(bzz.sub(xx)),
            t: first.add(second),
        }
    }

    /// The encoding w = y/x = T/U, 0 for the neutral: canonical limbs.
    pub(crate) fn encode(&self) -> [u64; 5] {
        self.t.mul(self.u.invert()).canonical()
    }

    /// The point of an encoding, if it has one. For public values only: its time depends on them.
    pub(crate) fn decode(w: [u64; 5]) -> Option<Self> {
        let w = Fp5(w);
        if w.is_zero() {
            return Some(Self::NEUTRAL);
        }
        // x solves x^2 - (w^2 - 2) x + 263z = 0; of its two roots one is a square, the point has the other.
        let sum = w.square().sub(Fp5::from_base(2));
        let root = sum.square().sub(Fp5::from_base(4).times_z(B)).sqrt()?;
        let half = Fp5::from_base(2).invert();
        let candidates = [sum.add(root).mul(half), sum.sub(root).mul(half)];
        let x = candidates.into_iter().find(|x| !x.is_square())?;
        Some(Self { x, z: Fp5::ONE, u: Fp5::ONE, t: w })
    }

    pub(crate) fn is_neutral(&self) -> bool {
        self.u.is_zero()
    }

    /// All points with Z = T = 1, by one inversion (Montgomery's trick).
    pub(crate) fn to_affine(points: &[Self]) -> Vec<Affine> {
        // Z and T of a point of the group are never 0.
        let mut product = Fp5::ONE;
        let before: Vec<_> = points
            .iter()
            .map(|point| {
                let next = product.mul(point.z).mul(point.t);
                std::mem::replace(&mut product, next)
            })
            .collect();
        let mut inverse = product.invert();
        let mut out: Vec<_> = points
            .iter()
            .zip(before)
            .rev()
            .map(|(point, before)| {
                let of_both = inverse.mul(before);
                inverse = inverse.mul(point.z).mul(point.t);
                let canonical = |value: Fp5| Fp5(value.canonical());
                Affine {
                    x: canonical(point.x.mul(of_both).mul(point.t)),
                    u: canonical(point.u.mul(of_both).mul(point.z)),
                }
            })
            .collect();
        out.reverse();
        out
    }
}

/// What a sum is combined from; `bzz` is 263z * Z1 * Z2.
struct Products {
    xx: Fp5,
    bzz: Fp5,
    xz: Fp5,
    uu: Fp5,
    tt: Fp5,
    ut: Fp5,
}
