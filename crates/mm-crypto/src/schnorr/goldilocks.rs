//! Arithmetic modulo p = 2^64 - 2^32 + 1 on *residues*: any `u64` stands for its class, so that no step pays for a
//! full reduction. Only [`canonical`] makes the one form below p, at the edges where bytes are written or compared.
//!
//! No step here looks a value up, and none branches on one, but for [`rare`] and where a function says so. What the
//! compiler makes of that is not checked.

/// The prime.
pub(crate) const P: u64 = 0xFFFF_FFFF_0000_0001;
/// 2^64 mod p.
const EPSILON: u64 = 0xFFFF_FFFF;
/// 7 generates the multiplicative group; this power of it has order 2^32.
const ROOT_OF_UNITY: u64 = power(7, 0xFFFF_FFFF);
/// p - 1 = 2^32 * (2^32 - 1).
const TWO_ADICITY: u32 = 32;

/// The representative below p.
#[inline]
pub(crate) const fn canonical(a: u64) -> u64 {
    let (less, borrow) = a.overflowing_sub(P);
    // p is above 2^63, so one subtraction is enough.
    if borrow { a } else { less }
}

/// 2^64 mod p if something was carried out of 64 bits, else 0.
#[inline]
const fn fold(carry: bool) -> u64 {
    0_u32.wrapping_sub(carry as u32) as u64
}

/// A second carry or borrow in a row. It comes about once in 2^27 steps or more seldom when values are spread evenly,
/// as those made from secrets are; a branch that is never taken saves a fifth of the permutation's time.
#[cold]
#[inline(never)]
const fn rare(a: u64, correction: u64) -> u64 {
    a.wrapping_add(correction)
}

#[inline]
pub(crate) const fn add(a: u64, b: u64) -> u64 {
    let (sum, carry) = a.overflowing_add(b);
    let (sum, carry) = sum.overflowing_add(fold(carry));
    // Carried twice, the sum is below 2^32, and the third addition cannot carry.
    if carry { rare(sum, EPSILON) } else { sum }
}

#[inline]
pub(crate) const fn sub(a: u64, b: u64) -> u64 {
    let (rest, borrow) = a.overflowing_sub(b);
    let (rest, borrow) = rest.overflowing_sub(fold(borrow));
    if borrow { rare(rest, EPSILON.wrapping_neg()) } else { rest }
}

/// The whole product.
#[inline]
pub(crate) const fn wide(a: u64, b: u64) -> u128 {
    (a as u128).wrapping_mul(b as u128)
}

/// The residue of a sum that is below 2^96: 2^64 = 2^32 - 1.
#[inline]
pub(crate) const fn reduce_96(x: u128) -> u64 {
    let high = (x >> 64) as u64;
    let (sum, carry) = (x as u64).overflowing_add((high << 32).wrapping_sub(high));
    sum.wrapping_add(fold(carry))
}

/// The residue of any product: 2^64 = 2^32 - 1 and 2^96 = -1.
#[inline]
pub(crate) const fn reduce_128(x: u128) -> u64 {
    reduce_160(x, 0)
}

/// The residue of `low` + `high` * 2^128, with `high` below 2^31.
#[inline]
pub(crate) const fn reduce_160(low: u128, high: u64) -> u64 {
    let middle = (low >> 64) as u64;
    let above_96 = (middle >> 32) | (high << 32);
    let below_96 = middle & EPSILON;
    let (rest, borrow) = (low as u64).overflowing_sub(above_96);
    let rest = if borrow { rare(rest, EPSILON.wrapping_neg()) } else { rest };
    let (sum, carry) = rest.overflowing_add((below_96 << 32).wrapping_sub(below_96));
    sum.wrapping_add(fold(carry))
}

#[inline]
pub(crate) const fn mul(a: u64, b: u64) -> u64 {
    reduce_128(wide(a, b))
}

#[inline]
pub(crate) const fn square(a: u64) -> u64 {
    mul(a, a)
}

/// `a` squared `n` times.
pub(crate) const fn square_times(a: u64, n: u32) -> u64 {
    let (mut out, mut done) = (a, 0);
    while done < n {
        out = square(out);
        done += 1;
    }
    out
}

/// `a` to the power of a public exponent.
pub(crate) const fn power(a: u64, exponent: u64) -> u64 {
    let (mut out, mut base, mut rest) = (1, a, exponent);
    while rest != 0 {
        if rest & 1 == 1 {
            out = mul(out, base);
        }
        base = square(base);
        rest >>= 1;
    }
    out
}

/// 1 / `a`, and 0 for 0: a^(p - 2), where p - 2 is 31 ones, a zero and 32 ones in binary.
pub(crate) const fn invert(a: u64) -> u64 {
    let ones_2 = mul(square(a), a);
    let ones_3 = mul(square(ones_2), a);
    let ones_6 = mul(square_times(ones_3, 3), ones_3);
    let ones_12 = mul(square_times(ones_6, 6), ones_6);
    let ones_24 = mul(square_times(ones_12, 12), ones_12);
    let ones_30 = mul(square_times(ones_24, 6), ones_6);
    let ones_31 = mul(square(ones_30), a);
    let ones_32 = mul(square(ones_31), a);
    mul(square_times(ones_31, 33), ones_32)
}

/// Whether a square root exists. 0 is a square.
pub(crate) const fn is_square(a: u64) -> bool {
    canonical(power(a, (P - 1) / 2)) <= 1
}

/// A square root, if there is one. Its time depends on the value: for public values only (Tonelli and Shanks).
pub(crate) fn sqrt(a: u64) -> Option<u64> {
    if !is_square(a) {
        return None;
    }
    // With q = 2^32 - 1 odd: root^2 = a * rest, where the order of rest is a power of two; make it 1.
    let (mut root, mut rest) = (power(a, 1 << 31), power(a, EPSILON));
    let mut unity = ROOT_OF_UNITY;
    let mut order_log = TWO_ADICITY;
    while canonical(rest) > 1 {
        let mut log = 0;
        let mut power_of_rest = rest;
        while canonical(power_of_rest) != 1 {
            power_of_rest = square(power_of_rest);
            log += 1;
        }
        let step = square_times(unity, order_log - log - 1);
        root = mul(root, step);
        unity = square(step);
        rest = mul(rest, unity);
        order_log = log;
    }
    Some(root)
}
