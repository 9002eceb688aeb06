//! The signatures of Lighter and GRVT. Knows no transactions, no JSON, no clock; what is hashed is the caller's
//! business.
//!
//! Lighter's are Schnorr over a curve of its own, in pure Rust, here; their types stand at the root of the crate.
//! GRVT's are Ethereum's: [`ecdsa`], on the arithmetic of `k256`.
//!
//! **Secrets** (keys, nonces, the random bytes and keyed hash states they come from, the table entries they select)
//! are wiped when dropped. Not wiped: what sums, hashes and the compiler leave on the stack in between.

pub mod ecdsa;
mod entropy;
mod hex;
mod schnorr;

pub use entropy::{EntropyError, random_token};
pub use hex::HexError;
pub use schnorr::{
    Digest, Felt, KeyError, NotCanonical, PointError, PublicKey, SecretKey, Signature, Signer, SimulatedKey,
    Verifier, VerifyError, hash4, hash5, warm_up,
};

/// What every simulated secret bears in it, so that no live environment takes one and nothing else becomes one.
const MARK: &[u8; 16] = b"mm-bot-simulated";
