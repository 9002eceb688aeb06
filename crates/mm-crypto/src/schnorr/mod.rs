//! Lighter's signatures: Goldilocks, its quintic extension, Poseidon2, the group ECgFp5 and Schnorr.
//!
//! **Encodings are canonical everywhere**: bytes are read strictly (a limb below p, a signature's halves below n) and
//! written in their one form. The exception is a secret key at or above the group's order, which is reduced as the
//! official signer does it.
//!
//! **Constant time.** Arithmetic on secrets (field, scalars, additions of points, hash) has no branch and no look-up
//! that depends on a value in the source; what the compiler makes of it was not audited. *Not* constant-time, and on
//! secrets: which entries of the generator's table are read when a nonce's point or a public key is computed. That
//! shows to whoever shares the processor's caches, so a live key belongs on a machine of its own. Decoding and
//! verification handle public values only and take the time they like.

mod curve;
mod felt;
mod fp5;
mod goldilocks;
mod key;
mod nonce;
mod odd;
mod poseidon2;
mod scalar;
mod signature;
mod signer;
mod table;

pub use felt::{Digest, Felt, NotCanonical, hash4, hash5};
pub use key::{KeyError, PublicKey, SecretKey, SimulatedKey};
pub use signature::{PointError, Signature, Verifier, VerifyError};
pub use signer::Signer;
pub use table::warm_up;

#[cfg(test)]
mod tests;
