//! A signature: two numbers of 32 bytes and a parity, from which the signer follows.

use std::fmt;

use k256::ecdsa::{RecoveryId, VerifyingKey};

use super::{Address, Digest};
use crate::hex::{self, Digits};

/// Half of the group's order, rounded down: the largest s that counts as low. n is in SEC 2, section 2.4.1.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d,
    0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// What v is when y is even: Ethereum's, from Bitcoin's first client.
const V_EVEN: u8 = 27;

/// r, s and v. s is in the lower half; whether anybody made it is [`Signature::signer`]'s to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    r: [u8; 32],
    s: [u8; 32],
    y_is_odd: bool,
}

/// Why texts are no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// v says neither that y is even nor that it is odd.
    #[error("v is {0}: it is 27 or 28")]
    V(u64),
    /// r or s is not written as 0x and 64 hex digits.
    #[error("r and s are 0x and 64 hex digits each")]
    Form,
    /// s is in the upper half: somebody may have mirrored a good signature.
    #[error("s is in the upper half of the group's order: sign with low s")]
    HighS,
}

/// The signature is nobody's: there is no point with that r, or the numbers are out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is nobody's: no key has made it")]
pub struct NoSigner;

impl Signature {
    pub(super) const fn new(r: [u8; 32], s: [u8; 32], y_is_odd: bool) -> Self {
        Self { r, s, y_is_odd }
    }

    /// Reads a signature as it stands in JSON: r and s as 0x and 64 hex digits, v as 27 or 28.
    ///
    /// # Errors
    /// [`SignatureError`], v first.
    pub fn parse(r: &str, s: &str, v: u64) -> Result<Self, SignatureError> {
        let y_is_odd = match v {
            27 => false,
            28 => true,
            other => return Err(SignatureError::V(other)),
        };
        let (r, s) = (word(r)?, word(s)?);
        if HALF_ORDER < s {
            return Err(SignatureError::HighS);
        }
        Ok(Self { r, s, y_is_odd })
    }

    /// r, shown as 0x and 64 hex digits.
    #[must_use]
    pub const fn r(&self) -> Half<'_> {
        Half(&self.r)
    }

    /// s, shown as 0x and 64 hex digits.
    #[must_use]
    pub const fn s(&self) -> Half<'_> {
        Half(&self.s)
    }

    /// v: 27 for an even y, 28 for an odd one.
    #[must_use]
    pub const fn v(&self) -> u8 {
        V_EVEN + self.y_is_odd as u8
    }

    /// Whose signature of this digest it is. Every digest has *some* signer for most signatures: only a comparison
    /// with who it should be says anything.
    ///
    /// # Errors
    /// [`NoSigner`].
    pub fn signer(&self, digest: &Digest) -> Result<Address, NoSigner> {
        let signature = k256::ecdsa::Signature::from_scalars(self.r, self.s).map_err(|_| NoSigner)?;
        // Ethereum's v has no word for a point whose x is n or more, which one in 2^127 has.
        let id = RecoveryId::new(self.y_is_odd, false);
        let key = VerifyingKey::recover_from_prehash(digest, &signature, id).map_err(|_| NoSigner)?;
        Ok(Address::of(&key.into()))
    }
}

fn word(text: &str) -> Result<[u8; 32], SignatureError> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64).ok_or(SignatureError::Form)?;
    let mut bytes = [0; 32];
    hex::read(digits, &mut bytes).map_err(|_| SignatureError::Form)?;
    Ok(bytes)
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}, {}, {})", self.r(), self.s(), self.v())
    }
}

/// r or s of a signature. `Display` is how JSON has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Half<'a>(&'a [u8; 32]);

impl Half<'_> {
    /// Most significant byte first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0
    }
}

impl fmt::Display for Half<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", Digits(self.0))
    }
}

impl fmt::Debug for Half<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
