//! A key that signs, with its nonces: drawn when needed, or ahead of time.

use std::fmt;

use crate::EntropyError;
use crate::schnorr::{
    felt::Digest,
    key::{PublicKey, SecretKey, SimulatedKey},
    nonce::{Nonce, Source},
    signature::{self, Signature},
    table,
};

/// Owns a key and its nonces. Not `Clone`: two owners could use one nonce twice.
///
/// ```
/// use mm_crypto::{Felt, Signer, SimulatedKey, Verifier, hash5};
///
/// let mut signer = Signer::simulated(SimulatedKey::derive(7, "maker"));
/// signer.prepare(1)?; // when there is time
/// let message = hash5(&[Felt::from(304_u64)]);
/// let signature = signer.sign(&message)?;
/// Verifier::new(signer.public())?.verify(&message, &signature)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Signer {
    key: SecretKey,
    public: PublicKey,
    source: Source,
    prepared: Vec<Nonce>,
}

impl Signer {
    /// A signer whose nonces are the operating system's. The first one also makes the generator's table (see
    /// [`crate::warm_up`]).
    #[must_use]
    pub fn live(key: SecretKey) -> Self {
        let source = Source::system(&key);
        Self::new(key, source)
    }

    /// A signer of a simulation: the same seed and the same calls give the same signatures.
    #[must_use]
    pub fn simulated(key: SimulatedKey) -> Self {
        let key = key.into_secret();
        let source = Source::simulated(&key);
        Self::new(key, source)
    }

    fn new(key: SecretKey, source: Source) -> Self {
        table::warm_up();
        let public = key.public();
        Self { key, public, source, prepared: Vec::new() }
    }

    /// The public key.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Draws `n` more nonces and computes their points, each about the work of a signature. The pool has no bound of
    /// its own; an owner with a little time calls `prepare(1)`.
    ///
    /// # Errors
    /// [`EntropyError`]; those drawn before it stay.
    pub fn prepare(&mut self, n: usize) -> Result<(), EntropyError> {
        for _ in 0..n {
            let nonce = self.source.draw(None)?;
            self.prepared.push(nonce);
        }
        Ok(())
    }

    /// How many nonces lie ready.
    #[must_use]
    pub fn prepared(&self) -> usize {
        self.prepared.len()
    }

    /// Signs with a prepared nonce, or draws one.
    ///
    /// # Errors
    /// [`EntropyError`]: nothing was signed.
    pub fn sign(&mut self, message: &Digest) -> Result<Signature, EntropyError> {
        let nonce = match self.prepared.pop() {
            Some(nonce) => nonce,
            None => self.source.draw(Some(message))?,
        };
        Ok(signature::sign(&self.key, nonce, message))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {} nonces ready)", self.public, self.prepared.len())
    }
}
