//! Hex text of a fixed number of bytes. An error never repeats a digit, because the text may be a secret.

use std::fmt;

/// Why a text is not so many bytes in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// Nothing, or 0x alone.
    #[error("no hex digits: expected {} of them, with or without 0x before", 2 * .expected)]
    Empty {
        /// How many bytes there should be.
        expected: usize,
    },
    /// An odd number of digits.
    #[error("an odd number of hex digits ({got}): expected {}", 2 * .expected)]
    Odd {
        /// How many digits.
        got: usize,
        /// How many bytes there should be.
        expected: usize,
    },
    /// Another length.
    #[error("{got} bytes in hex, expected {expected} ({} digits)", 2 * .expected)]
    Length {
        /// How many bytes.
        got: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A character that is no hex digit.
    #[error("character {at} is no hex digit")]
    Digit {
        /// Its place in the text after 0x, from 0.
        at: usize,
    },
}

/// Reads `2 * N` digits of either case, with or without `0x` before, into `out`.
pub(crate) fn read<const N: usize>(text: &str, out: &mut [u8; N]) -> Result<(), HexError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.is_empty() {
        return Err(HexError::Empty { expected: N });
    }
    if let Some(at) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
        return Err(HexError::Digit { at });
    }
    if digits.len() % 2 == 1 {
        return Err(HexError::Odd { got: digits.len(), expected: N });
    }
    if digits.len() != 2 * N {
        return Err(HexError::Length { got: digits.len() / 2, expected: N });
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

/// Writes two lower-case digits for each byte, 32 bytes at a time.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for chunk in bytes.chunks(32) {
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(chunk) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(str::from_utf8(&text[..2 * chunk.len()]).expect("hex digits are ASCII"))?;
    }
    Ok(())
}

/// The bytes as lower-case digits without 0x.
pub(crate) struct Digits<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0)
    }
}
