//! Keys. A secret is wiped when dropped, never shown and never copied; a simulator's key is another type, so that
//! what may be known (its seed) cannot become a live key or its nonces.

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::schnorr::{
    felt::{BYTES, NotCanonical, bytes_to_limbs, canonical_limbs, limbs_to_bytes},
    poseidon2::State,
    scalar::{Factor, Scalar},
    table,
};
use crate::{
    MARK,
    hex::{self, Digits, HexError},
};

/// Why a text or bytes are no key. Never repeats what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 40 bytes in hex.
    #[error("the key cannot be read: {0}")]
    Hex(#[from] HexError),
    /// A public key whose bytes are not canonical.
    #[error("the public key cannot be read: {0}")]
    NotCanonical(#[from] NotCanonical),
    /// A secret that is 0 mod n: everybody could sign for it.
    #[error("the secret key is zero modulo the group's order: make a new one")]
    Zero,
}

/// A secret scalar. Wiped when dropped; `Debug` prints `***`.
pub struct SecretKey {
    scalar: Zeroizing<Scalar>,
    factor: Zeroizing<Factor>,
}

impl SecretKey {
    /// Reads 40 bytes, least significant first. A number at or above the group's order n is reduced, as the official
    /// signer does it.
    ///
    /// # Errors
    /// [`KeyError::Zero`].
    pub fn from_le_bytes(bytes: &[u8; BYTES]) -> Result<Self, KeyError> {
        Self::from_scalar(Zeroizing::new(Scalar::reduce(bytes_to_limbs(bytes))))
    }

    /// Reads 80 hex digits, with or without 0x.
    ///
    /// # Errors
    /// [`KeyError`]; it holds nothing of the text.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        hex::read(text, &mut bytes)?;
        Self::from_le_bytes(&bytes)
    }

    fn from_scalar(scalar: Zeroizing<Scalar>) -> Result<Self, KeyError> {
        if *scalar == Scalar::ZERO {
            return Err(KeyError::Zero);
        }
        let factor = Zeroizing::new(scalar.to_factor());
        Ok(Self { scalar, factor })
    }

    /// The public key: the secret times the generator.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { limbs: table::of_g().mul(&self.scalar).encode() }
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    /// The secret as a factor.
    pub(crate) fn factor(&self) -> &Factor {
        &self.factor
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// The encoding of a point, canonical. Whether there is such a point is [`crate::Verifier::new`]'s question, so that
/// what a venue shows for "no key" (all zeros) can be read and compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    limbs: [u64; 5],
}

impl PublicKey {
    /// Reads 40 bytes.
    ///
    /// # Errors
    /// [`NotCanonical`].
    pub fn from_bytes(bytes: &[u8; BYTES]) -> Result<Self, NotCanonical> {
        Ok(Self { limbs: canonical_limbs(bytes)? })
    }

    /// Reads 80 hex digits, with or without 0x.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; BYTES];
        hex::read(text, &mut bytes)?;
        Ok(Self::from_bytes(&bytes)?)
    }

    /// The 40 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        limbs_to_bytes(&self.limbs)
    }

    pub(crate) const fn limbs(&self) -> [u64; 5] {
        self.limbs
    }
}

impl fmt::Display for PublicKey {
    /// 80 lower-case hex digits without 0x, as the venue's REST answers have them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.to_bytes())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// First element of what a simulated key is derived from: "simkey" in ASCII.
const DOMAIN: u64 = 0x7369_6D6B_6579;
/// Bytes of a label that one element holds, safely below p.
const LABEL_CHUNK: usize = 7;

/// A key whose low bytes are the simulator's mark, that anybody with the simulator's seed can compute. It comes from a seed and a label, or from a text that bears
/// the simulator's mark, and from nothing else, so no real key becomes one; its signer draws nonces from the same seed.
pub struct SimulatedKey(SecretKey);

impl SimulatedKey {
    /// The key named `label` of the simulator with that seed.
    ///
    /// # Panics
    /// Never: a marked key is not zero.
    #[must_use]
    pub fn derive(seed: u64, label: &str) -> Self {
        let mut input = vec![DOMAIN, seed >> 32, seed & 0xFFFF_FFFF, label.len() as u64];
        input.extend(
            label
                .as_bytes()
                .chunks(LABEL_CHUNK)
                .map(|chunk| chunk.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte))),
        );
        let mut state = State::default();
        state.absorb(input.into_iter());
        let mut wide = state.output();
        let mut bytes = Scalar::reduce_wide(&wide).to_bytes();
        wide.zeroize();
        bytes[..MARK.len()].copy_from_slice(MARK);
        Self(SecretKey::from_le_bytes(&bytes).expect("the mark is not zero"))
    }

    /// A simulated key from its text, 80 hex digits with or without 0x; `None` for every text without the simulator's
    /// mark, so that no real key becomes one.
    #[must_use]
    pub fn from_marked_hex(text: &str) -> Option<Self> {
        let digits = text.trim().trim_start_matches("0x");
        let mark = Digits(MARK).to_string();
        if !digits.get(..mark.len())?.eq_ignore_ascii_case(&mark) {
            return None;
        }
        SecretKey::from_hex(digits).ok().map(Self)
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// The secret in 80 hex digits without 0x, for the simulator's endpoints file: it is no secret.
    #[must_use]
    pub fn secret_hex(&self) -> String {
        Digits(&self.0.scalar().to_bytes()).to_string()
    }

    pub(crate) fn into_secret(self) -> SecretKey {
        self.0
    }
}

impl fmt::Debug for SimulatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimulatedKey({})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_keys_bear_a_mark_and_nothing_else_becomes_one() {
        let key = SimulatedKey::derive(7, "lighter/alice");
        let text = key.secret_hex();
        let again = SimulatedKey::from_marked_hex(&format!("0x{text}")).expect("it bears the mark");
        assert_eq!(again.public(), key.public());
        assert_ne!(SimulatedKey::derive(8, "lighter/alice").public(), key.public());
        assert_ne!(SimulatedKey::derive(7, "lighter/bob").public(), key.public());
        let last_of_the_mark =
            text.replacen("6d6d2d626f742d73696d756c61746564", "6d6d2d626f742d73696d756c61746565", 1);
        for other in ["", "0x", "6d6d", &last_of_the_mark, &text[..78], &"ab".repeat(40)] {
            assert!(SimulatedKey::from_marked_hex(other).is_none(), "{other}");
        }
    }
}
