//! Keccak-256: the hash of Ethereum, which is SHA-3 with the padding of before it was a standard.

use sha3::{Digest as _, Keccak256};

/// 32 bytes of [`keccak256`]: what is signed, and what EIP-712 hashes and hashes again.
pub type Digest = [u8; 32];

/// The hash of these parts, one after another.
#[must_use]
pub fn keccak256(parts: &[&[u8]]) -> Digest {
    let mut hasher = Keccak256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
