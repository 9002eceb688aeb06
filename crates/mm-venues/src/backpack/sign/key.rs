//! Keys. The secret is wiped when dropped and never shown.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// Length of a signature's base64 text.
pub const SIGNATURE_TEXT_LEN: usize = 88;

/// Why text is no key. It never carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base64 of 32 bytes.
    #[error("a key is the standard base64 of 32 bytes")]
    Form,
    /// Not a point of the curve.
    #[error("the key is not an Ed25519 key")]
    Curve,
}

/// An API secret: signs.
///
/// The seed's bytes are wiped here as soon as the key is made; the library keeps the expanded key in memory of its
/// own, which it wipes when this is dropped.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    /// Base64 of the verifying key, as the header wants it.
    api_key: String,
}

impl SigningKey {
    /// From the API secret as the venue gives it out: base64 of the 32-byte seed.
    ///
    /// # Errors
    /// [`KeyError`] when it is anything else.
    pub fn from_base64(secret: &str) -> Result<Self, KeyError> {
        let seed = decode_32(secret)?;
        Self::from_seed(&seed)
    }

    /// From the seed.
    ///
    /// # Errors
    /// [`KeyError::Curve`] if the library refuses it.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Curve)?;
        let api_key = STANDARD.encode(pair.public_key());
        Ok(Self { pair, api_key })
    }

    /// Base64 of the verifying key: the API key that belongs to this secret.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Appends the base64 of the signature of `message`.
    pub fn sign(&self, message: &str, out: &mut String) {
        let signature = self.pair.sign(message.as_bytes());
        let mut text = [0u8; SIGNATURE_TEXT_LEN];
        let len = STANDARD
            .encode_slice(signature.as_ref(), &mut text)
            .expect("88 characters hold the base64 of 64 bytes");
        out.push_str(std::str::from_utf8(&text[..len]).expect("base64 is ASCII"));
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ***)", self.api_key)
    }
}

/// An API key: verifies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// From the API key as it stands in the header.
    ///
    /// # Errors
    /// [`KeyError::Form`] when it is not base64 of 32 bytes.
    pub fn from_base64(api_key: &str) -> Result<Self, KeyError> {
        decode_32(api_key).map(|bytes| Self(*bytes))
    }

    /// Base64, as it stands in the header.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Whether `signature`, in base64, is this key's signature of `message`.
    #[must_use]
    pub fn verify(&self, message: &str, signature: &str) -> bool {
        let mut bytes = [0u8; 66];
        match STANDARD.decode_slice(signature, &mut bytes) {
            Ok(64) => {
                UnparsedPublicKey::new(&ED25519, self.0).verify(message.as_bytes(), &bytes[..64]).is_ok()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.to_base64())
    }
}

/// Whether the text has the form of a signature: base64 of 64 bytes.
pub(super) fn is_signature(text: &str) -> bool {
    text.len() == SIGNATURE_TEXT_LEN && STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 64)
}

fn decode_32(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    // One spare group, because the decoder estimates before it knows of the padding.
    let mut bytes = Zeroizing::new([0u8; 36]);
    match STANDARD.decode_slice(text.trim(), bytes.as_mut_slice()) {
        Ok(32) => {
            let mut key = Zeroizing::new([0u8; 32]);
            key.copy_from_slice(&bytes[..32]);
            Ok(key)
        }
        _ => Err(KeyError::Form),
    }
}
