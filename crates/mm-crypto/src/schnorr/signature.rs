//! Schnorr over ECgFp5 as Lighter has it: s = k - e * secret and e = H(encode(kG), message), forty bytes each.

use std::fmt;

use crate::hex;
use crate::schnorr::{
    curve::Point,
    felt::{BYTES, Digest},
    key::{PublicKey, SecretKey},
    nonce::Nonce,
    poseidon2::State,
    scalar::Scalar,
    table::{Table, WIDTH_KEY},
};

/// A signature's 80 bytes: s, then e, each least significant byte first. Any bytes can be held; whether they are a
/// signature is [`Verifier::verify`]'s to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 2 * BYTES]);

impl Signature {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 2 * BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 2 * BYTES] {
        self.0
    }

    fn new(s: Scalar, e: Scalar) -> Self {
        let mut bytes = [0; 2 * BYTES];
        bytes[..BYTES].copy_from_slice(&s.to_bytes());
        bytes[BYTES..].copy_from_slice(&e.to_bytes());
        Self(bytes)
    }

    /// Both halves, if both are below n.
    fn halves(&self) -> Option<(Scalar, Scalar)> {
        let half = |at: usize| Scalar::from_canonical_bytes(&std::array::from_fn(|n| self.0[at + n]));
        Some((half(0)?, half(BYTES)?))
    }
}

impl fmt::Display for Signature {
    /// 160 lower-case hex digits without 0x, as in an auth token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

/// The hash of a nonce's point and a message as a scalar.
fn challenge(point: &[u64; 5], message: &Digest) -> Scalar {
    let mut state = State::default();
    let [r0, r1, r2, r3, r4] = *point;
    let [m0, m1, m2, m3, m4] = message.limbs();
    state.absorb([r0, r1, r2, r3, r4, m0, m1, m2, m3, m4].into_iter());
    Scalar::reduce(state.output())
}

/// Signs, and ends the nonce.
pub(crate) fn sign(key: &SecretKey, nonce: Nonce, message: &Digest) -> Signature {
    let e = challenge(&nonce.point, message);
    Signature::new(nonce.k.sub(e.mul(key.factor())), e)
}

/// Why bytes are no public key that could sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// No point of the group has this encoding.
    #[error("the public key is no point of the group")]
    NotInGroup,
    /// The neutral point: everybody could sign for it.
    #[error("the public key is the neutral point, for which everybody could sign")]
    Neutral,
}

/// Why a signature is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// s or e is not below the group's order: a second text of what may be a good signature.
    #[error("a half of the signature is not below the group's order")]
    Range,
    /// It is not the key's signature of this message.
    #[error("the signature does not fit")]
    Mismatch,
}

/// Checks the signatures of one public key, with a table of its multiples: make it once a key. Everything here is
/// public, so nothing is constant-time.
pub struct Verifier {
    key: PublicKey,
    table: Table<WIDTH_KEY>,
}

impl Verifier {
    /// Decodes the key and makes its table.
    ///
    /// # Errors
    /// [`PointError`].
    pub fn new(key: &PublicKey) -> Result<Self, PointError> {
        let point = Point::decode(key.limbs()).ok_or(PointError::NotInGroup)?;
        if point.is_neutral() {
            return Err(PointError::Neutral);
        }
        Ok(Self { key: *key, table: Table::new(point) })
    }

    /// Whose signatures these are.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether the signature is the key's signature of the message.
    ///
    /// # Errors
    /// [`VerifyError`]: the message is not the key owner's.
    pub fn verify(&self, message: &Digest, signature: &Signature) -> Result<(), VerifyError> {
        let (s, e) = signature.halves().ok_or(VerifyError::Range)?;
        let point = self.table.mul_add_g(&e, &s);
        if challenge(&point.encode(), message) == e { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({})", self.key)
    }
}
