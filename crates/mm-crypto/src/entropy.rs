//! Random bytes, from the operating system and nowhere else.

use zeroize::Zeroizing;

/// The operating system gave no random bytes. Nothing was signed; do not sign until it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes ({0}): nothing is signed without them")]
pub struct EntropyError(getrandom::Error);

/// A text that nobody can guess: 32 random bytes in hexadecimal.
///
/// # Errors
/// When the operating system gives none.
pub fn random_token() -> Result<Zeroizing<String>, EntropyError> {
    let bytes = draw()?;
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in &bytes[..32] {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("four bits are one digit"));
        }
    }
    Ok(text)
}

/// As many as a scalar needs that shall be uniform after its reduction.
pub(crate) fn draw() -> Result<Zeroizing<[u8; 64]>, EntropyError> {
    let mut bytes = Zeroizing::new([0; 64]);
    getrandom::fill(bytes.as_mut_slice()).map_err(EntropyError)?;
    Ok(bytes)
}
