//! Hex text of 40 bytes. An error never repeats a digit, because the text may be a secret.

use std::fmt;

use crate::felt::BYTES;

/// Why a text is not 40 bytes in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// Nothing, or 0x alone.
    #[error("no hex digits: expected 80 of them, with or without 0x before")]
    Empty,
    /// An odd number of digits.
    #[error("an odd number of hex digits ({got}): expected 80")]
    Odd {
        /// How many digits.
        got: usize,
    },
    /// Another length.
    #[error("{got} bytes in hex, expected 40 (80 digits)")]
    Length {
        /// How many bytes.
        got: usize,
    },
    /// A character that is no hex digit.
    #[error("character {at} is no hex digit")]
    Digit {
        /// Its place in the text after 0x, from 0.
        at: usize,
    },
}

/// Reads 80 digits of either case, with or without `0x` before, into `out`.
pub(crate) fn read(text: &str, out: &mut [u8; BYTES]) -> Result<(), HexError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.is_empty() {
        return Err(HexError::Empty);
    }
    if let Some(at) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
        return Err(HexError::Digit { at });
    }
    if digits.len() % 2 == 1 {
        return Err(HexError::Odd { got: digits.len() });
    }
    if digits.len() != 2 * BYTES {
        return Err(HexError::Length { got: digits.len() / 2 });
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0]) << 4 | value(pair[1]);
    }
    Ok(())
}

/// The value of a hex digit.
const fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        // The bit that lower case has more than upper case.
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// Writes two lower-case digits for each byte.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
