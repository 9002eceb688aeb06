//! Numbers modulo n, the order of the group (319 bits): what multiplies a point. One product a signature, so this is
//! plain schoolbook arithmetic in Montgomery's form.
//!
//! No step branches on a value or looks one up. A scalar is plain data here; whoever holds a secret one keeps it in
//! [`zeroize::Zeroizing`].

use crate::schnorr::felt::{BYTES, bytes_to_limbs, limbs_to_bytes};

/// The order of the group, least significant limb first.
pub(crate) const N: [u64; 5] = [
    0xE80F_D996_948B_FFE1,
    0xE888_5C39_D724_A09C,
    0x7FFF_FFE6_CFB8_0639,
    0x7FFF_FFF1_0000_0016,
    0x7FFF_FFFD_8000_0007,
];

/// -1 / n mod 2^64, by Newton's iteration: each step doubles the number of right bits.
const N_INVERSE_NEG: u64 = {
    let (mut inverse, mut step) = (1_u64, 0);
    while step < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(N[0].wrapping_mul(inverse)));
        step += 1;
    }
    inverse.wrapping_neg()
};

/// 2^640 mod n: turns a number into Montgomery's form.
const R_SQUARED: Scalar = {
    let (mut power, mut doublings) = (Scalar([1, 0, 0, 0, 0]), 0);
    while doublings < 640 {
        power = power.add(power);
        doublings += 1;
    }
    power
};

/// A number below n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar([u64; 5]);

impl zeroize::DefaultIsZeroes for Scalar {}

impl Scalar {
    pub(crate) const ZERO: Self = Self([0; 5]);

    /// Any 320-bit number mod n.
    pub(crate) const fn reduce(limbs: [u64; 5]) -> Self {
        // 2^320 is below 3n.
        Self(less_n(less_n(limbs)))
    }

    /// A 512-bit number mod n; if it is uniform, so is the result, but for less than 2^-190.
    pub(crate) const fn reduce_wide(limbs: &[u64; 8]) -> Self {
        let [l0, l1, l2, l3, l4, h0, h1, h2] = *limbs;
        // high * 2^320 = high * R^2 / R.
        Self::reduce([l0, l1, l2, l3, l4]).add(Self([h0, h1, h2, 0, 0]).montgomery(&R_SQUARED))
    }

    /// The number itself, if it is below n.
    pub(crate) fn from_canonical(limbs: [u64; 5]) -> Option<Self> {
        (less_n(limbs) == limbs).then_some(Self(limbs))
    }

    /// As [`Scalar::from_canonical`], from bytes.
    pub(crate) fn from_canonical_bytes(bytes: &[u8; BYTES]) -> Option<Self> {
        Self::from_canonical(bytes_to_limbs(bytes))
    }

    pub(crate) const fn limbs(&self) -> &[u64; 5] {
        &self.0
    }

    pub(crate) fn to_bytes(self) -> [u8; BYTES] {
        limbs_to_bytes(&self.0)
    }

    pub(crate) const fn add(self, b: Self) -> Self {
        // Both are below n.
        Self(less_n(add_limbs(&self.0, &b.0)))
    }

    pub(crate) const fn sub(self, b: Self) -> Self {
        let (rest, borrow) = sub_limbs(&self.0, &b.0);
        Self(add_limbs(&rest, &n_if(borrow)))
    }

    /// The digits +1 and -1 of this number, or of this number and n if it is even, for 2^0 to 2^319: a bit for each,
    /// 1 for +1.
    pub(crate) const fn odd_digits(&self) -> OddDigits {
        let odd = add_limbs(&self.0, &n_if(self.0[0] & 1 == 0));
        // With bits b, the digits 2b - 1 sum to 2 * bits - (2^320 - 1): bits = (odd - 1) / 2 + 2^319.
        let [l0, l1, l2, l3, l4] = odd;
        OddDigits([
            l0 >> 1 | l1 << 63,
            l1 >> 1 | l2 << 63,
            l2 >> 1 | l3 << 63,
            l3 >> 1 | l4 << 63,
            l4 >> 1 | 1 << 63,
        ])
    }

    /// a * b / 2^320, Montgomery's product.
    const fn montgomery(self, b: &Self) -> Self {
        let mut t = [0_u64; 6];
        let mut i = 0;
        while i < 5 {
            // t += a_i * b
            let (mut carry, mut j) = (0_u128, 0);
            while j < 5 {
                let wide = self.0[i] as u128 * b.0[j] as u128 + t[j] as u128 + carry;
                t[j] = wide as u64;
                carry = wide >> 64;
                j += 1;
            }
            let top = t[5] as u128 + carry;
            // t = (t + m n) / 2^64, with the m that makes the lowest limb zero
            let m = t[0].wrapping_mul(N_INVERSE_NEG);
            let mut carry = (m as u128 * N[0] as u128 + t[0] as u128) >> 64;
            let mut j = 1;
            while j < 5 {
                let wide = m as u128 * N[j] as u128 + t[j] as u128 + carry;
                t[j - 1] = wide as u64;
                carry = wide >> 64;
                j += 1;
            }
            let wide = top + carry;
            t[4] = wide as u64;
            t[5] = (wide >> 64) as u64;
            i += 1;
        }
        // Below 2n, hence below 2^320: t[5] is zero.
        Self(less_n([t[0], t[1], t[2], t[3], t[4]]))
    }

    /// In Montgomery's form.
    pub(crate) const fn to_factor(self) -> Factor {
        Factor(self.montgomery(&R_SQUARED))
    }

    /// The product with a prepared factor.
    pub(crate) const fn mul(self, b: &Factor) -> Self {
        self.montgomery(&b.0)
    }
}

/// What [`Scalar::odd_digits`] says, the lowest digits first.
#[derive(Clone, Copy, Default)]
pub(crate) struct OddDigits([u64; 5]);

impl zeroize::DefaultIsZeroes for OddDigits {}

impl OddDigits {
    /// The `n` digits from 2^`at` on, the lowest in the lowest bit; `n` is below 64.
    #[inline]
    pub(crate) fn window(&self, at: usize, n: u32) -> u64 {
        let (limb, shift) = (at / 64, at % 64);
        let above = self.0.get(limb + 1).map_or(0, |above| above << 1 << (63 - shift));
        (self.0[limb] >> shift | above) & ((1 << n) - 1)
    }
}

/// A scalar in Montgomery's form, to multiply by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Factor(Scalar);

impl zeroize::DefaultIsZeroes for Factor {}

/// n, or 0.
const fn n_if(wanted: bool) -> [u64; 5] {
    let mask = (wanted as u64).wrapping_neg();
    let [n0, n1, n2, n3, n4] = N;
    [n0 & mask, n1 & mask, n2 & mask, n3 & mask, n4 & mask]
}

/// The sum modulo 2^320.
const fn add_limbs(a: &[u64; 5], b: &[u64; 5]) -> [u64; 5] {
    let (mut out, mut carry, mut i) = ([0; 5], 0, 0);
    while i < 5 {
        let wide = a[i] as u128 + b[i] as u128 + carry;
        out[i] = wide as u64;
        carry = wide >> 64;
        i += 1;
    }
    out
}

const fn sub_limbs(a: &[u64; 5], b: &[u64; 5]) -> ([u64; 5], bool) {
    let (mut out, mut borrow, mut i) = ([0; 5], false, 0);
    while i < 5 {
        let (rest, first) = a[i].overflowing_sub(b[i]);
        let (rest, second) = rest.overflowing_sub(borrow as u64);
        out[i] = rest;
        borrow = first | second;
        i += 1;
    }
    (out, borrow)
}

/// One n less, if that is not negative.
const fn less_n(limbs: [u64; 5]) -> [u64; 5] {
    let (rest, borrow) = sub_limbs(&limbs, &N);
    let keep = (borrow as u64).wrapping_neg();
    let (mut out, mut i) = ([0; 5], 0);
    while i < 5 {
        out[i] = limbs[i] & keep | rest[i] & !keep;
        i += 1;
    }
    out
}
