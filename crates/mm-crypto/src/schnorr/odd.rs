//! Fast sums of many points, in the subgroup of odd order of the curve y^2 = x^3 + 2x^2 + 263z x.
//!
//! A point of ECgFp5 is one of that subgroup plus (0, 0), the point of order two. The subgroup has the plain addition
//! by chords, whose one division all pairs of a level share. A chord needs two points that are neither equal nor
//! opposite nor the neutral: whoever calls [`add_pairs`] says why they are not.

use crate::schnorr::{curve::Point, fp5::Fp5};

/// A point of the subgroup, not the neutral.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Odd {
    pub(crate) x: Fp5,
    pub(crate) y: Fp5,
}

impl zeroize::DefaultIsZeroes for Odd {}

impl From<Odd> for Point {
    fn from(point: Odd) -> Self {
        Self::from_odd(point.x, point.y)
    }
}

impl From<Point> for Odd {
    /// The image of a point that is not the neutral.
    fn from(point: Point) -> Self {
        let (x, y) = point.to_odd();
        Self { x, y }.canonical()
    }
}

impl Odd {
    pub(crate) fn canonical(self) -> Self {
        Self { x: Fp5(self.x.canonical()), y: Fp5(self.y.canonical()) }
    }

    /// The sum, given 1 / (x2 - x1).
    #[inline]
    fn add(&self, b: &Self, inverse: Fp5) -> Self {
        let slope = b.y.sub(self.y).mul(inverse);
        let x = slope.square_sub(self.x.add_base(2), b.x);
        Self { x, y: slope.mul_sub(self.x.sub(x), self.y) }
    }
}

/// Most pairs of one call.
pub(crate) const PAIRS_MAX: usize = 64;

/// Adds neighbours, with one inversion for all (Montgomery's trick), so that half as many points are left: they come
/// to stand first. An even number of points, at most twice [`PAIRS_MAX`].
///
/// No two neighbours may be equal or opposite.
pub(crate) fn add_pairs(points: &mut [Odd]) -> &mut [Odd] {
    let n_pairs = points.len() / 2;
    let mut before = [Fp5::ZERO; PAIRS_MAX];
    let mut product = Fp5::ONE;
    for (pair, before) in points.chunks_exact(2).zip(&mut before) {
        *before = product;
        product = product.mul(pair[1].x.sub(pair[0].x));
    }
    let mut inverse = product.invert();
    for (pair, before) in points.chunks_exact_mut(2).zip(&before[..n_pairs]).rev() {
        let difference = pair[1].x.sub(pair[0].x);
        pair[0] = pair[0].add(&pair[1], inverse.mul(*before));
        inverse = inverse.mul(difference);
    }
    for n in 1..n_pairs {
        points[n] = points[2 * n];
    }
    &mut points[..n_pairs]
}
