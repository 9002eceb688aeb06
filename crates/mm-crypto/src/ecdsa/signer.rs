//! A key that signs, with nonces prepared ahead of time.

use std::fmt;

use super::{Address, Digest, PreparedNonce, SecretKey, Signature, SimulatedKey, nonce::Source};
use crate::EntropyError;

/// Owns a key and its prepared nonces. Not `Clone`: two owners could use one nonce twice.
///
/// ```
/// use mm_crypto::ecdsa::{Signer, SimulatedKey, keccak256};
///
/// let mut signer = Signer::simulated(SimulatedKey::derive(7, "maker"));
/// signer.prepare(1)?; // when there is time
/// let digest = keccak256(&[b"an order"]);
/// let signature = signer.sign(&digest);
/// assert_eq!(signature.signer(&digest)?, signer.address());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Signer {
    key: SecretKey,
    source: Source,
    prepared: Vec<PreparedNonce>,
}

impl Signer {
    /// A signer whose prepared nonces are the operating system's.
    #[must_use]
    pub const fn live(key: SecretKey) -> Self {
        Self { key, source: Source::System, prepared: Vec::new() }
    }

    /// A signer of a simulation: the same seed and the same calls give the same signatures.
    #[must_use]
    pub fn simulated(key: SimulatedKey) -> Self {
        Self { key: key.into_secret(), source: Source::Simulated { drawn: 0 }, prepared: Vec::new() }
    }

    /// The address that its signatures are recovered to.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.key.address()
    }

    /// Draws `n` more nonces and computes all of their signatures that no digest is needed for, each about the work of
    /// a signature. The pool has no bound of its own; an owner with a little time calls `prepare(1)`.
    ///
    /// # Errors
    /// [`EntropyError`]; those drawn before it stay.
    pub fn prepare(&mut self, n: usize) -> Result<(), EntropyError> {
        for _ in 0..n {
            let nonce = self.source.draw(&self.key)?;
            self.prepared.push(nonce);
        }
        Ok(())
    }

    /// How many nonces lie ready.
    #[must_use]
    pub fn prepared(&self) -> usize {
        self.prepared.len()
    }

    /// Signs with a prepared nonce, or with the one of RFC 6979, which needs no randomness: it cannot fail.
    #[must_use]
    pub fn sign(&mut self, digest: &Digest) -> Signature {
        self.prepared.pop().and_then(|nonce| nonce.sign(digest)).unwrap_or_else(|| self.key.sign(digest))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {} nonces ready)", self.address(), self.prepared.len())
    }
}
