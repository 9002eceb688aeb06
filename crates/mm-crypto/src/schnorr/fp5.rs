//! The field F_p[z] / (z^5 - 3), five residues an element, lowest power first. Products are summed in 160 bits and
//! reduced once for each limb.
//!
//! Arithmetic does not branch on values; [`Fp5::sqrt`] does and is for public values only.

use crate::schnorr::goldilocks::{self as gl, reduce_96, reduce_160, wide};

/// An element. Its limbs are residues, so two equal elements may differ in their limbs: compare with
/// [`Fp5::is_equal`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fp5(pub(crate) [u64; 5]);

/// p, to subtract from.
const P_WIDE: u128 = gl::P as u128;

/// A fifth root of unity in F_p: z^p = z * 3^((p - 1) / 5).
const Z_TO_P: u64 = gl::power(3, (gl::P - 1) / 5);

/// The factors of the limbs under x -> x^(p^n).
const fn frobenius_factors(n: u64) -> [u64; 5] {
    let root = gl::power(Z_TO_P, n);
    [1, root, gl::power(root, 2), gl::power(root, 3), gl::power(root, 4)]
}
const FROBENIUS_1: [u64; 5] = frobenius_factors(1);
const FROBENIUS_2: [u64; 5] = frobenius_factors(2);

/// A sum of products, not reduced: `low` + `high` * 2^64. The carries go into `high` as they come, because counting
/// them apart makes the compiler gather the bits in vector registers.
#[derive(Clone, Copy)]
struct Sum {
    low: u64,
    high: u128,
}

impl Sum {
    #[inline]
    const fn new(a: u64, b: u64) -> Self {
        Self::from(wide(a, b))
    }

    #[inline]
    const fn from(n: u128) -> Self {
        Self { low: n as u64, high: n >> 64 }
    }

    #[inline]
    const fn plus(self, a: u64, b: u64) -> Self {
        // The greatest product leaves room for `low`.
        let sum = wide(a, b).wrapping_add(self.low as u128);
        Self { low: sum as u64, high: self.high.wrapping_add(sum >> 64) }
    }

    #[inline]
    const fn reduce(self) -> u64 {
        reduce_160(self.low as u128 | self.high << 64, (self.high >> 64) as u64)
    }
}

impl zeroize::DefaultIsZeroes for Fp5 {}

impl Fp5 {
    pub(crate) const ZERO: Self = Self([0; 5]);
    pub(crate) const ONE: Self = Self::from_base(1);

    /// An element of F_p.
    pub(crate) const fn from_base(a: u64) -> Self {
        Self([a, 0, 0, 0, 0])
    }

    /// All limbs below p.
    pub(crate) fn canonical(self) -> [u64; 5] {
        self.0.map(gl::canonical)
    }

    pub(crate) fn is_equal(self, other: Self) -> bool {
        self.canonical() == other.canonical()
    }

    pub(crate) fn is_zero(self) -> bool {
        self.is_equal(Self::ZERO)
    }

    #[inline]
    pub(crate) fn add(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| gl::add(self.0[i], b.0[i])))
    }

    #[inline]
    pub(crate) fn sub(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| gl::sub(self.0[i], b.0[i])))
    }

    /// -a if `mask` is all ones, a if it is zero; for canonical limbs. A limb of the result may be p.
    #[inline]
    pub(crate) fn negate_if(self, mask: u64) -> Self {
        Self(self.0.map(|limb| limb & !mask | gl::P.wrapping_sub(limb) & mask))
    }

    /// Plus an element of F_p.
    #[inline]
    pub(crate) fn add_base(self, b: u64) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        Self([gl::add(a0, b), a1, a2, a3, a4])
    }

    /// Twice.
    #[inline]
    pub(crate) fn double(self) -> Self {
        self.times(2)
    }

    /// Times a small number, below 2^32.
    #[inline]
    pub(crate) fn times(self, n: u32) -> Self {
        Self(self.0.map(|limb| reduce_96(wide(limb, u64::from(n)))))
    }

    /// Times n * z.
    #[inline]
    pub(crate) fn times_z(self, n: u32) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        let Self([_, b1, b2, b3, b4]) = Self([0, a0, a1, a2, a3]).times(n);
        Self([reduce_96(wide(a4, 3 * u64::from(n))), b1, b2, b3, b4])
    }

    #[inline]
    pub(crate) fn mul(self, b: Self) -> Self {
        self.mul_plus(b, [0; 5])
    }

    /// a * b - c.
    #[inline]
    pub(crate) fn mul_sub(self, b: Self, c: Self) -> Self {
        self.mul_plus(b, c.0.map(|c| 2 * P_WIDE - u128::from(c)))
    }

    /// a * b and numbers below 2^96.
    #[inline]
    fn mul_plus(self, b: Self, plus: [u128; 5]) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        let [b0, b1, b2, b3, b4] = b.0;
        let [n0, n1, n2, n3, n4] = plus.map(Sum::from);
        // z^5 = 3: what wraps round is multiplied by 3 before, not after.
        let [_, c1, c2, c3, c4] = b.times(3).0;
        Self([
            n0.plus(a0, b0).plus(a1, c4).plus(a2, c3).plus(a3, c2).plus(a4, c1).reduce(),
            n1.plus(a0, b1).plus(a1, b0).plus(a2, c4).plus(a3, c3).plus(a4, c2).reduce(),
            n2.plus(a0, b2).plus(a1, b1).plus(a2, b0).plus(a3, c4).plus(a4, c3).reduce(),
            n3.plus(a0, b3).plus(a1, b2).plus(a2, b1).plus(a3, b0).plus(a4, c4).reduce(),
            n4.plus(a0, b4).plus(a1, b3).plus(a2, b2).plus(a3, b1).plus(a4, b0).reduce(),
        ])
    }

    #[inline]
    pub(crate) fn square(self) -> Self {
        self.square_plus([0; 5])
    }

    /// a^2 - b - c.
    #[inline]
    pub(crate) fn square_sub(self, b: Self, c: Self) -> Self {
        let less = |i: usize| 4 * P_WIDE - u128::from(b.0[i]) - u128::from(c.0[i]);
        self.square_plus(std::array::from_fn(less))
    }

    /// a^2 and numbers below 2^96.
    #[inline]
    fn square_plus(self, plus: [u128; 5]) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        let [n0, n1, n2, n3, n4] = plus.map(Sum::from);
        let [d0, d1, ..] = self.double().0;
        let [_, _, _, t3, t4] = self.times(3).0;
        let [_, _, _, s3, s4] = self.times(6).0;
        Self([
            n0.plus(a0, a0).plus(a1, s4).plus(a2, s3).reduce(),
            n1.plus(d0, a1).plus(a2, s4).plus(a3, t3).reduce(),
            n2.plus(d0, a2).plus(a1, a1).plus(a3, s4).reduce(),
            n3.plus(d0, a3).plus(d1, a2).plus(a4, t4).reduce(),
            n4.plus(d0, a4).plus(d1, a3).plus(a2, a2).reduce(),
        ])
    }

    fn square_times(self, n: u32) -> Self {
        (0..n).fold(self, |out, _| out.square())
    }

    /// Times an element of F_p.
    fn scale(self, b: u64) -> Self {
        Self(self.0.map(|limb| gl::mul(limb, b)))
    }

    fn frobenius(self, factors: &[u64; 5]) -> Self {
        Self(std::array::from_fn(|i| gl::mul(self.0[i], factors[i])))
    }

    /// x^(p + p^2 + p^3 + p^4), and the norm x^(1 + p + p^2 + p^3 + p^4), which lies in F_p (Itoh and Tsujii).
    fn conjugates_and_norm(self) -> (Self, u64) {
        let two = self.frobenius(&FROBENIUS_1).mul(self.frobenius(&FROBENIUS_2));
        let conjugates = two.mul(two.frobenius(&FROBENIUS_2));
        (conjugates, self.low_of_product(conjugates))
    }

    /// The lowest limb of a product: all of it if the product lies in F_p.
    fn low_of_product(self, b: Self) -> u64 {
        let [a0, a1, a2, a3, a4] = self.0;
        let [_, c1, c2, c3, c4] = b.times(3).0;
        Sum::new(a0, b.0[0]).plus(a1, c4).plus(a2, c3).plus(a3, c2).plus(a4, c1).reduce()
    }

    /// 1 / x, and 0 for 0.
    pub(crate) fn invert(self) -> Self {
        let (conjugates, norm) = self.conjugates_and_norm();
        conjugates.scale(gl::invert(norm))
    }

    /// Whether a square root exists. 0 is a square.
    pub(crate) fn is_square(self) -> bool {
        gl::is_square(self.conjugates_and_norm().1)
    }

    /// A square root, if there is one. Its time depends on the value.
    pub(crate) fn sqrt(self) -> Option<Self> {
        // With r = 1 + p + p^2 + p^3 + p^4, the root is sqrt(x^r) / x^((r - 1) / 2), and
        // (r - 1) / 2 = p (1 + p^2) (p + 1) / 2, where (p + 1) / 2 = 2^63 + 1 - 2^31.
        let low = self.square_times(31);
        let half = low.square_times(32).mul(self).mul(low.invert());
        let divisor = half.mul(half.frobenius(&FROBENIUS_2)).frobenius(&FROBENIUS_1);
        let norm = self.low_of_product(divisor.square());
        Some(divisor.invert().scale(gl::sqrt(norm)?))
    }
}
