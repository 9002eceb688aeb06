//! The secret number k of a signature, with all that can be computed before the message is known. Whoever learns one
//! k, or sees two signatures made with the same k, has the key; so a nonce is consumed by value and cannot be cloned.

use std::fmt;

use k256::{
    ProjectivePoint, Scalar, U256, WideBytes,
    elliptic_curve::{
        PrimeField as _,
        ops::{Reduce as _, ReduceNonZero as _},
        point::AffineCoordinates as _,
        scalar::IsHigh as _,
    },
};
use zeroize::Zeroizing;

use super::{Digest, SecretKey, Signature, keccak256};
use crate::entropy::{self, EntropyError};

/// A nonce of one key: r, and for s = (digest + r * key) / k both factors that the digest is not in. The key is part
/// of it, so it can sign for no other. Wiped when dropped.
pub struct PreparedNonce {
    r: [u8; 32],
    y_is_odd: bool,
    /// 1 / k.
    slope: Zeroizing<Scalar>,
    /// r * key / k.
    offset: Zeroizing<Scalar>,
}

impl PreparedNonce {
    /// 64 uniform bytes, mod n - 1, plus 1.
    fn new(key: &SecretKey, bytes: &Zeroizing<[u8; 64]>) -> Self {
        let bytes = Zeroizing::new(WideBytes::from(**bytes));
        let k = Zeroizing::new(Scalar::reduce_nonzero(&*bytes));
        let point = ProjectivePoint::mul_by_generator(&k).to_affine();
        let r = Scalar::reduce(&point.x());
        let slope = Zeroizing::new(k.invert().expect("1 was added, so it is not zero"));
        let offset = Zeroizing::new(*slope * r * key.scalar());
        Self { r: r.to_repr().into(), y_is_odd: point.y_is_odd().into(), slope, offset }
    }

    /// Signs, and is no more. `None` for the one digest in 2^256 that no signature with this nonce exists for.
    #[must_use]
    pub fn sign(self, digest: &Digest) -> Option<Signature> {
        let digest = Scalar::reduce(&U256::from_be_slice(digest));
        let s = *self.slope * digest + *self.offset;
        if bool::from(s.is_zero()) {
            return None;
        }
        // The signature with -s is the one of the mirrored point, whose y has the other parity.
        let is_high = bool::from(s.is_high());
        let s = if is_high { -s } else { s };
        Some(Signature::new(self.r, s.to_repr().into(), self.y_is_odd ^ is_high))
    }
}

impl fmt::Debug for PreparedNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreparedNonce(***)")
    }
}

/// What a simulated nonce's two halves are derived from, besides the key and a count.
const DOMAINS: [&[u8]; 2] = [b"mm-bot simulated nonce 0", b"mm-bot simulated nonce 1"];

/// Where the prepared nonces of one key come from.
pub(super) enum Source {
    /// The operating system's generator.
    System,
    /// A stream that follows from a simulated key alone.
    Simulated { drawn: u64 },
}

impl Source {
    pub(super) fn draw(&mut self, key: &SecretKey) -> Result<PreparedNonce, EntropyError> {
        let bytes = match self {
            Self::System => entropy::draw()?,
            Self::Simulated { drawn } => {
                *drawn += 1;
                let secret = Zeroizing::new(<[u8; 32]>::from(key.scalar().to_repr()));
                let mut bytes = Zeroizing::new([0; 64]);
                for (half, domain) in bytes.chunks_exact_mut(32).zip(DOMAINS) {
                    half.copy_from_slice(&keccak256(&[domain, &secret[..], &drawn.to_be_bytes()]));
                }
                bytes
            }
        };
        Ok(PreparedNonce::new(key, &bytes))
    }
}
