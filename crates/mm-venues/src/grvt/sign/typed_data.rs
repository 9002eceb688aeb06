//! EIP-712 as far as GRVT's structs need it: a struct is its type's hash and one word of 32 bytes for each field
//! (<https://eips.ethereum.org/EIPS/eip-712>).

use std::fmt;

use mm_crypto::ecdsa::{Address, Digest, keccak256};

/// The chain that a signature is good for: each environment has its own, so that nothing signed for the testnet can be
/// used in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainId(pub u64);

impl ChainId {
    /// Production.
    pub const PRODUCTION: Self = Self(325);
    /// The testnet.
    pub const TESTNET: Self = Self(326);
    /// Staging and development; 328 stands in a table of the official client, which does not sign with it.
    pub const STAGING: Self = Self(327);
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A struct that is signed.
pub trait TypedData {
    /// Its hash: type and fields, without the domain.
    fn struct_hash(&self) -> Digest;
}

/// Name, version and chain, as every signature covers them; hashed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    chain: ChainId,
    separator: Digest,
}

pub(super) const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId)";

impl Domain {
    /// The venue's domain on that chain. There is neither a verifying contract nor a salt.
    #[must_use]
    pub fn new(chain: ChainId) -> Self {
        let words = [text("GRVT Exchange"), text("0"), uint(chain.0)];
        Self { chain, separator: struct_hash(&type_hash(DOMAIN_TYPE), &words) }
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The domain's hash.
    #[must_use]
    pub const fn separator(&self) -> &Digest {
        &self.separator
    }

    /// What is signed of it.
    #[must_use]
    pub fn digest(&self, data: &impl TypedData) -> Digest {
        keccak256(&[b"\x19\x01", &self.separator, &data.struct_hash()])
    }
}

/// The last two fields of every signed struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Makes two requests that are alike otherwise two; the venue ignores a second one with the same.
    pub nonce: u32,
    /// Until when the signature may be used, in nanoseconds of Unix time; of an order also how long it rests.
    pub expiration_ns: i64,
}

impl Validity {
    pub(super) fn words(self) -> [Word; 2] {
        [uint(self.nonce), int(self.expiration_ns)]
    }
}

/// A field as it is hashed: big-endian, 32 bytes.
pub(super) type Word = [u8; 32];

pub(super) fn uint(number: impl Into<u64>) -> Word {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.into().to_be_bytes());
    word
}

/// Two's complement over the whole word.
pub(super) fn int(number: impl Into<i64>) -> Word {
    let number = number.into();
    let mut word = [if number < 0 { 0xff } else { 0 }; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

pub(super) fn flag(flag: bool) -> Word {
    uint(flag)
}

pub(super) fn address(address: &Address) -> Word {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address.as_bytes());
    word
}

fn text(text: &str) -> Word {
    keccak256(&[text.as_bytes()])
}

pub(super) fn type_hash(definition: &str) -> Digest {
    keccak256(&[definition.as_bytes()])
}

pub(super) fn struct_hash(type_hash: &Digest, words: &[Word]) -> Digest {
    keccak256(&[type_hash, words.as_flattened()])
}
