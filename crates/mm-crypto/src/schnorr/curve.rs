//! The group ECgFp5: points of y^2 = x (x^2 + 2x + 263z) over F_{p^5}, a group of prime order n under the addition of
//! double-odd curves. A point is kept as x = X/Z and u = x/y = U/T.
//!
//! The addition here is complete: it holds for the neutral, for equal and for opposite points. There is no doubling
//! formula and so none that could be wrong somewhere; tables make doublings superfluous where speed matters.
//! Curve, encoding and addition are T. Pornin's ("EcGFp5", 2022, and github.com/pornin/ecgfp5, MIT, read 2026-11).

use crate::schnorr::fp5::Fp5;

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

impl Point {
    pub(crate) const NEUTRAL: Self = Self { x: Fp5::ZERO, z: Fp5::ONE, u: Fp5::ZERO, t: Fp5::ONE };

    /// The generator: its encoding is 4.
    pub(crate) const GENERATOR: Self = Self {
        x: Fp5([
            0xB2CA_178E_CF44_53A1,
            0x3C75_7788_836D_3EA4,
            0x48D7_F28A_26DA_FD0B,
            0x1E0F_15C7_FD44_C28E,
            0x21FA_7FFC_C825_2211,
        ]),
        z: Fp5::ONE,
        u: Fp5::ONE,
        t: Fp5::from_base(4),
    };

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

    /// The point whose image in the subgroup of odd order is (x, y): see [`crate::schnorr::odd`].
    pub(crate) fn from_odd(x: Fp5, y: Fp5) -> Self {
        Self { x: Fp5::ONE.times_z(B), z: x, u: Fp5::ZERO.sub(x), t: y }
    }

    /// The image (x, y) in the subgroup of odd order, as the fractions x = 263z * Z/X and y = -x * T/U.
    pub(crate) fn to_odd(self) -> (Fp5, Fp5) {
        let inverse = self.x.mul(self.u).invert();
        let x = self.z.times_z(B).mul(self.u.mul(inverse));
        (x, Fp5::ZERO.sub(x).mul(self.t).mul(self.x.mul(inverse)))
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
