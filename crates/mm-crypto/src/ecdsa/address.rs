//! An Ethereum address: the last 20 bytes of the hash of a public key.

use std::{fmt, str::FromStr};

use k256::{PublicKey, elliptic_curve::sec1::ToSec1Point as _};

use super::keccak256;
use crate::hex::{self, Digits};

/// 20 bytes that stand for a key. Shown in lower case, as GRVT echoes it; [`Address::checksummed`] has the mixed case
/// of EIP-55.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 20]);

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not 0x and 40 hex digits.
    #[error("an address is 0x and 40 hex digits")]
    Form,
    /// Upper and lower case are mixed in another way than EIP-55 would: a digit is wrong somewhere.
    #[error("the address's checksum (its upper and lower case) is wrong: copy it again")]
    Checksum,
}

impl Address {
    /// The address of nobody: 20 zero bytes.
    pub const ZERO: Self = Self([0; 20]);

    /// From its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Reads 0x and 40 digits: all of one case, or mixed as EIP-55 mixes them.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let digits = text.strip_prefix("0x").ok_or(AddressError::Form)?;
        let mut bytes = [0; 20];
        // `read` itself would take a second 0x.
        if digits.len() != 40 {
            return Err(AddressError::Form);
        }
        hex::read(digits, &mut bytes).map_err(|_| AddressError::Form)?;
        let address = Self(bytes);
        let has = |case: fn(&u8) -> bool| digits.bytes().any(|digit| case(&digit));
        let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        if mixed && address.checksummed() != text {
            return Err(AddressError::Checksum);
        }
        Ok(address)
    }

    /// In the mixed case of EIP-55: a letter is upper case where the same digit of the lower-case text's hash is 8 or
    /// more (<https://eips.ethereum.org/EIPS/eip-55>).
    #[must_use]
    pub fn checksummed(&self) -> String {
        let lower = Digits(&self.0).to_string();
        let hash = keccak256(&[lower.as_bytes()]);
        let digit = |(at, letter): (usize, char)| {
            let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 15;
            if 8 <= nibble { letter.to_ascii_uppercase() } else { letter }
        };
        ['0', 'x'].into_iter().chain(lower.chars().enumerate().map(digit)).collect()
    }

    /// The address of a public key.
    pub(super) fn of(key: &PublicKey) -> Self {
        let point = key.to_sec1_point(false);
        // The first byte says "uncompressed" and is not hashed.
        let hash = keccak256(&[&point.as_bytes()[1..]]);
        let mut bytes = [0; 20];
        bytes.copy_from_slice(&hash[12..]);
        Self(bytes)
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", Digits(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}
