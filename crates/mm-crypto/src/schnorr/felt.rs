//! What is hashed and what a hash is: elements of Goldilocks and five of them, always canonical.

use std::fmt;

use crate::hex;
use crate::schnorr::{
    goldilocks::{P, canonical},
    poseidon2::State,
};

/// Length of a digest, of a key and of each half of a signature, in bytes.
pub(crate) const BYTES: usize = 40;

/// An element of the Goldilocks field, below p = 2^64 - 2^32 + 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Felt(u64);

impl Felt {
    /// 0.
    pub const ZERO: Self = Self(0);
    /// p, the first number that is no element.
    pub const ORDER: u64 = P;

    /// The residue of `n` mod p.
    #[must_use]
    pub const fn new(n: u64) -> Self {
        Self(canonical(n))
    }

    /// The number below p.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl From<u64> for Felt {
    fn from(n: u64) -> Self {
        Self::new(n)
    }
}

impl From<u32> for Felt {
    fn from(n: u32) -> Self {
        Self::new(u64::from(n))
    }
}

impl From<i64> for Felt {
    /// The 64 bits of `n` as an unsigned number, mod p: that is how the official signer reads its signed fields, and
    /// it is not the field's own -n.
    fn from(n: i64) -> Self {
        Self::new(n as u64)
    }
}

impl fmt::Display for Felt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A limb of 40 bytes is not below p: the bytes are nobody's canonical encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limb {limb} of the 40 bytes is not below p, so they are no canonical encoding")]
pub struct NotCanonical {
    /// Which of the five, from 0.
    pub limb: usize,
}

/// Five elements: the hash of a transaction, what a signature signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub(crate) [Felt; 5]);

impl Digest {
    /// The elements, in the order of the bytes.
    #[must_use]
    pub const fn felts(&self) -> [Felt; 5] {
        self.0
    }

    /// Five times eight bytes, the least significant first.
    #[must_use]
    pub fn to_le_bytes(&self) -> [u8; BYTES] {
        limbs_to_bytes(&self.limbs())
    }

    /// Reads what [`Digest::to_le_bytes`] wrote.
    ///
    /// # Errors
    /// [`NotCanonical`] when a limb is not below p.
    pub fn from_le_bytes(bytes: &[u8; BYTES]) -> Result<Self, NotCanonical> {
        Ok(Self(canonical_limbs(bytes)?.map(Felt)))
    }

    pub(crate) fn limbs(&self) -> [u64; 5] {
        self.0.map(Felt::as_u64)
    }
}

impl fmt::Display for Digest {
    /// 80 lower-case hex digits without 0x.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.to_le_bytes())
    }
}

/// The hash with five elements of output (`HashToQuinticExtension` of the official signer).
#[must_use]
pub fn hash5(input: &[Felt]) -> Digest {
    Digest(hash(input))
}

/// The hash with four elements of output (`HashNToHashNoPad` of the official signer).
#[must_use]
pub fn hash4(input: &[Felt]) -> [Felt; 4] {
    hash(input)
}

fn hash<const N: usize>(input: &[Felt]) -> [Felt; N] {
    let mut state = State::default();
    state.absorb(input.iter().map(|felt| felt.0));
    state.output().map(Felt)
}

/// Five limbs as 40 bytes.
pub(crate) fn limbs_to_bytes(limbs: &[u64; 5]) -> [u8; BYTES] {
    let mut out = [0; BYTES];
    for (bytes, limb) in out.chunks_exact_mut(8).zip(limbs) {
        bytes.copy_from_slice(&limb.to_le_bytes());
    }
    out
}

/// 40 bytes as five limbs of any value.
pub(crate) fn bytes_to_limbs(bytes: &[u8; BYTES]) -> [u64; 5] {
    std::array::from_fn(|n| u64::from_le_bytes(std::array::from_fn(|k| bytes[8 * n + k])))
}

/// 40 bytes as five limbs below p.
pub(crate) fn canonical_limbs(bytes: &[u8; BYTES]) -> Result<[u64; 5], NotCanonical> {
    let limbs = bytes_to_limbs(bytes);
    match limbs.iter().position(|limb| *limb >= P) {
        None => Ok(limbs),
        Some(limb) => Err(NotCanonical { limb }),
    }
}
