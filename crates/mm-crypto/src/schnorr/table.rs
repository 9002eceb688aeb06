//! Multiples of a fixed point, computed once, so that a multiplication is additions and nothing else.
//!
//! An odd scalar below 2^320 is written with digits from -(2^W - 1) to 2^W - 1, all odd, one for each window of W
//! bits; an even one is made odd by adding the group's order. So no digit is zero, and the sum of neighbouring windows
//! is an odd multiple of the lowest one's weight. That is why chords suffice until few sums are left: for windows
//! that cover m bits, a sum a and the sum b of the windows above them, a = b * 2^m and a = -b * 2^m are impossible
//! modulo n while everything is below n, since a is odd. The last sums use the complete addition.

use std::sync::LazyLock;

use zeroize::{Zeroize as _, Zeroizing};

use crate::schnorr::{
    curve::Point,
    odd::{Odd, add_pairs},
    scalar::Scalar,
};

/// Width of the generator's windows, in bits.
const WIDTH_G: u32 = 10;
/// Width of the windows of any other point, in bits.
pub(crate) const WIDTH_KEY: u32 = 5;
/// Sums that are left for the complete addition: each then covers at most 80 bits.
const LAST: usize = 4;

/// The generator's table.
static OF_G: LazyLock<Table<WIDTH_G>> = LazyLock::new(|| Table::new(Point::GENERATOR));

/// The generator's table: made at the first use, which [`warm_up`] may choose.
pub(crate) fn of_g() -> &'static Table<WIDTH_G> {
    &OF_G
}

/// Makes the generator's table now (some milliseconds), instead of at the first signature.
pub fn warm_up() {
    LazyLock::force(&OF_G);
}

/// The table of one point with windows of `W` bits.
pub(crate) struct Table<const W: u32> {
    /// Window after window, each with the odd multiples 1, 3, 5, … of its weight.
    entries: Box<[Odd]>,
}

impl<const W: u32> Table<W> {
    const WINDOWS: usize = {
        assert!(320 % W == 0, "windows cover 320 bits");
        320 / W as usize
    };
    const ENTRIES: usize = 1 << (W - 1);

    /// The table of a point that is not the neutral.
    pub(crate) fn new(point: Point) -> Self {
        let (mut multiples, mut twice) = (Vec::new(), Vec::new());
        let mut weight = point;
        for _ in 0..Self::WINDOWS {
            multiples.push(Odd::from(weight));
            let doubled = weight.add(&weight);
            twice.push(Odd::from(doubled));
            weight = (1..W).fold(doubled, |weight, _| weight.add(&weight));
        }
        let mut entries = vec![Odd::default(); Self::WINDOWS * Self::ENTRIES];
        for entry in 0..Self::ENTRIES {
            for (window, multiple) in multiples.iter().enumerate() {
                entries[window * Self::ENTRIES + entry] = multiple.canonical();
            }
            // 1 + 2, 3 + 2, …: never equal nor opposite, and far from n.
            let mut pairs: Vec<_> = multiples.iter().zip(&twice).flat_map(|(a, b)| [*a, *b]).collect();
            multiples.copy_from_slice(add_pairs(&mut pairs));
        }
        Self { entries: entries.into() }
    }

    /// One point for each window, whose sum is the multiple `scalar`.
    ///
    /// No branch depends on the scalar; which entries are read does, so that whoever shares this machine's caches
    /// could learn of it. All are read before anything is computed, so that misses of the cache overlap.
    fn gather(&self, scalar: &Scalar, out: &mut [Odd]) {
        let digits = Zeroizing::new(scalar.odd_digits());
        let windows = self.entries.chunks_exact(Self::ENTRIES);
        for (window, (out, entries)) in out.iter_mut().zip(windows).enumerate() {
            // A digit is 2 * bits - (2^W - 1): negative if the highest bit is 0.
            let bits = digits.window(window * W as usize, W) as usize;
            let negative = (bits >> (W - 1)).wrapping_sub(1);
            let entry = &entries[(bits ^ negative) & (Self::ENTRIES - 1)];
            *out = Odd { x: entry.x, y: entry.y.negate_if(negative as u64) };
        }
    }
}

impl Table<WIDTH_G> {
    /// The multiple `scalar` of the point, in constant time but for the caches: see [`Table::gather`].
    pub(crate) fn mul(&self, scalar: &Scalar) -> Point {
        let mut points = [Odd::default(); Self::WINDOWS];
        self.gather(scalar, &mut points);
        let sum = sum(&mut points);
        points.zeroize();
        sum
    }
}

impl Table<WIDTH_KEY> {
    /// The multiple `scalar` of the point and the multiple `of_g` of the generator: for public values.
    pub(crate) fn mul_add_g(&self, scalar: &Scalar, of_g: &Scalar) -> Point {
        let mut points = [Odd::default(); Self::WINDOWS];
        self.gather(scalar, &mut points);
        OF_G.mul(of_g).add(&sum(&mut points))
    }
}

/// The sum of one point from each window, the lowest window first.
fn sum(mut points: &mut [Odd]) -> Point {
    while points.len() > LAST && points.len().is_multiple_of(2) {
        points = add_pairs(points);
    }
    let points = points.iter().map(|point| Point::from(*point));
    points.reduce(|sum, point| sum.add(&point)).unwrap_or(Point::NEUTRAL)
}
