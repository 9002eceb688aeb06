//! Keys. A secret is wiped when dropped, never shown and never copied; a simulator's key is another type, so that
//! what may be known (its seed) cannot become a live key or its nonces.

use std::fmt;

use k256::{Scalar, ecdsa::SigningKey};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Address, Digest, Signature, keccak256};
use crate::{
    MARK,
    hex::{self, Digits, HexError},
};

/// Bytes of a secret.
const BYTES: usize = 32;

/// Why a text is no key. Never repeats what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes in hex.
    #[error("the key cannot be read: {0}")]
    Hex(#[from] HexError),
    /// Zero, or not below the group's order: no wallet makes such a key.
    #[error("the key is no number from 1 to the group's order: make a new one")]
    Range,
}

/// A secret scalar. Wiped when dropped; `Debug` prints its address.
pub struct SecretKey {
    key: SigningKey,
    address: Address,
}

impl SecretKey {
    /// Reads 64 hex digits, most significant first, with or without 0x.
    ///
    /// # Errors
    /// [`KeyError`]; it holds nothing of the text.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        hex::read(text, &mut bytes)?;
        Self::from_bytes(&bytes)
    }

    fn from_bytes(bytes: &[u8; BYTES]) -> Result<Self, KeyError> {
        let key = SigningKey::from_slice(bytes).map_err(|_| KeyError::Range)?;
        let address = Address::of(&key.verifying_key().into());
        Ok(Self { key, address })
    }

    /// The address that its signatures are recovered to.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Signs with the nonce that RFC 6979 derives from key and digest: always the same one, and no randomness needed.
    #[must_use]
    pub fn sign(&self, digest: &Digest) -> Signature {
        let (signature, id) = self.key.sign_prehash_recoverable(digest);
        Signature::new(signature.r().to_bytes().into(), signature.s().to_bytes().into(), id.is_y_odd())
    }

    pub(super) fn scalar(&self) -> &Scalar {
        self.key.as_nonzero_scalar().as_ref()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.address)
    }
}

/// What the half of a simulated key behind its mark is derived from, besides seed and label.
const DOMAIN: &[u8] = b"mm-bot ecdsa key";

/// A key that anybody with the simulator's seed can compute. It comes from a seed and a label, or from a text that bears
/// the simulator's mark, and from nothing else, so no real key becomes one.
///
/// The mark is its first 16 bytes, "mm-bot-simulated" in ASCII: the text begins with
/// `0x6d6d2d626f742d73696d756c61746564`. It stays 0x and 64 digits, which any Ethereum library takes as it stands.
pub struct SimulatedKey(SecretKey);

impl SimulatedKey {
    /// The key named `label` of the simulator with that seed.
    ///
    /// # Panics
    /// Never: a marked key is neither zero nor as large as the group's order.
    #[must_use]
    pub fn derive(seed: u64, label: &str) -> Self {
        let mut bytes = keccak256(&[DOMAIN, &seed.to_be_bytes(), label.as_bytes()]);
        bytes[..MARK.len()].copy_from_slice(MARK);
        Self(SecretKey::from_bytes(&bytes).expect("the mark begins with 0x6d"))
    }

    /// A simulated key from its text, 64 hex digits with or without 0x; `None` for every text without the simulator's
    /// mark, so that no real key becomes one.
    #[must_use]
    pub fn from_marked_hex(text: &str) -> Option<Self> {
        let digits = text.trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let mark = Digits(MARK).to_string();
        if !digits.get(..mark.len())?.eq_ignore_ascii_case(&mark) {
            return None;
        }
        SecretKey::from_hex(digits).ok().map(Self)
    }

    /// The address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.0.address
    }

    /// The secret as 0x and 64 hex digits, for the simulator's endpoints file: it is no secret.
    #[must_use]
    pub fn secret_hex(&self) -> String {
        let mut bytes = self.0.key.to_bytes();
        let text = format!("0x{}", Digits(&bytes));
        bytes.zeroize();
        text
    }

    pub(super) fn into_secret(self) -> SecretKey {
        self.0
    }
}

impl fmt::Debug for SimulatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimulatedKey(of {})", self.0.address)
    }
}
