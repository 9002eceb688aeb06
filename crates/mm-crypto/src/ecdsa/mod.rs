//! ECDSA over secp256k1 with Keccak-256, as Ethereum has it and GRVT with it: signatures from which the signer's
//! [`Address`] is recovered. Curve and scalars are `k256`'s, which computes on secrets in constant time.
//!
//! **Nonces.** A [`Signer`] signs with a nonce that was prepared ahead, if there is one; else with the nonce that RFC
//! 6979 derives from key and message. A [`PreparedNonce`] holds the inverse of k and its product with the key, so that
//! one multiplication of scalars remains; it is made by a key, signs for that key alone, and is consumed by it.
//!
//! **One form.** s is in the lower half, always: made so, and refused otherwise ([`SignatureError::HighS`]).

mod address;
mod keccak;
mod key;
mod nonce;
mod signature;
mod signer;

pub use address::{Address, AddressError};
pub use keccak::{Digest, keccak256};
pub use key::{KeyError, SecretKey, SimulatedKey};
pub use nonce::PreparedNonce;
pub use signature::{Half, NoSigner, Signature, SignatureError};
pub use signer::Signer;

#[cfg(test)]
mod tests;
