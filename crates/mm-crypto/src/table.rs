//! Multiples of a fixed point, computed once, so that a multiplication is additions and nothing else.
//!
//! A scalar is cut into windows of W bits with digits from -2^(W-1) + 1 to 2^(W-1); the table of each window holds the
//! multiples 0 to 2^(W-1) of the point times the window's weight.

use std::sync::LazyLock;

use crate::{
    curve::{Affine, Point},
    fp5::Fp5,
    goldilocks::P,
    scalar::Scalar,
};

/// Width of the generator's windows, in bits.
const WIDTH_G: u32 = 8;

/// The generator's table: made at the first use, which [`warm_up`] may choose.
static OF_G: LazyLock<Table<WIDTH_G>> = LazyLock::new(|| Table::new(Affine::GENERATOR.into()));

/// The generator's table.
pub(crate) fn of_g() -> &'static Table<WIDTH_G> {
    &OF_G
}

/// Makes the generator's table now (some milliseconds), instead of at the first signature.
pub fn warm_up() {
    LazyLock::force(&OF_G);
}

/// The table of one point with windows of `W` bits.
pub(crate) struct Table<const W: u32> {
    /// Window after window, each with the multiples from 0.
    entries: Box<[Affine]>,
}

impl<const W: u32> Table<W> {
    /// Windows that cover 320 bits. A scalar is below 2^319, so the last one carries nothing out.
    const WINDOWS: usize = 320_usize.div_ceil(W as usize);
    const GREATEST: usize = 1 << (W - 1);
    const ENTRIES: usize = Self::GREATEST + 1;

    pub(crate) fn new(point: Point) -> Self {
        let mut points = Vec::with_capacity(Self::WINDOWS * Self::ENTRIES);
        let mut base = point;
        for _ in 0..Self::WINDOWS {
            let mut multiple = Point::NEUTRAL;
            for _ in 0..Self::GREATEST {
                points.push(multiple);
                multiple = multiple.add(&base);
            }
            points.push(multiple);
            base = multiple.add(&multiple);
        }
        Self { entries: Point::to_affine(&points).into() }
    }

    /// The multiple `scalar` of the point. No branch depends on the scalar; which entries are read does, so that
    /// whoever shares this machine's caches could learn of it.
    pub(crate) fn mul(&self, scalar: &Scalar) -> Point {
        self.add_mul(Point::NEUTRAL, scalar)
    }

    /// `start` and the multiple `scalar` of the point.
    pub(crate) fn add_mul(&self, start: Point, scalar: &Scalar) -> Point {
        let mut carry = 0;
        let mut sum = start;
        for (window, entries) in self.entries.chunks_exact(Self::ENTRIES).enumerate() {
            let (digit, negative, next) = digit::<W>(scalar.limbs(), window, carry);
            carry = next;
            let entry = &entries[digit];
            sum = sum.add_affine(&Affine { x: entry.x, u: negate_if(negative, entry.u) });
        }
        sum
    }
}

/// The absolute value and sign of a digit, and what it carries into the next.
#[inline]
fn digit<const W: u32>(limbs: &[u64; 5], window: usize, carry: u64) -> (usize, bool, u64) {
    let at = window * W as usize;
    let (limb, shift) = (at / 64, at % 64);
    let low = limbs[limb] >> shift;
    let high = limbs.get(limb + 1).map_or(0, |next| (next << 1) << (63 - shift));
    let value = ((low | high) & ((1 << W) - 1)) + carry;
    let negative = u64::from(value > 1 << (W - 1));
    let mask = negative.wrapping_neg();
    // 2^W - value if negative
    let absolute = (value ^ mask).wrapping_add(negative).wrapping_add(mask & (1 << W));
    (absolute as usize, negative == 1, negative)
}

/// -u or u, of canonical limbs; the result may have limbs equal to p.
#[inline]
fn negate_if(negative: bool, u: Fp5) -> Fp5 {
    let mask = u64::from(negative).wrapping_neg();
    Fp5(u.0.map(|limb| limb & !mask | P.wrapping_sub(limb) & mask))
}
