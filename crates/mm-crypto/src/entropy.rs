//! Random bytes, from the operating system and nowhere else.

use zeroize::Zeroizing;

/// The operating system gave no random bytes. Nothing was signed; do not sign until it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes ({0}): nothing is signed without them")]
pub struct EntropyError(getrandom::Error);

/// As many as a scalar needs that shall be uniform after its reduction.
pub(crate) fn draw() -> Result<Zeroizing<[u8; 64]>, EntropyError> {
    let mut bytes = Zeroizing::new([0; 64]);
    getrandom::fill(bytes.as_mut_slice()).map_err(EntropyError)?;
    Ok(bytes)
}
