//! Signatures against what the venue's SDK and a general library made (`fixtures/grvt/`), and against arithmetic of
//! another kind.

mod refusals;
mod scaling;
mod vectors;

/// 0x and hex digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
