//! Backpack's signatures: Ed25519 over a string of `key=value` pairs. Both halves build that string here: the client
//! from its typed requests ([`write_pairs`]), the server from what came over the wire ([`rebuild`],
//! [`authenticate`]).
//!
//! ```text
//! instruction=orderExecute&price=141.50&quantity=12.00&side=Bid&symbol=SOL_USDC_PERP&timestamp=1750793021519&window=5000
//! ```
//!
//! The pairs are the query's or the body's own fields sorted by key in byte order, values as they are written but
//! without quotes and never percent-encoded; a batch repeats `instruction=…` for each order. Source: the venue's
//! OpenAPI text (August 2026), and 55 requests of its clients in `fixtures/backpack/vectors.json`.

mod authenticate;
mod instruction;
mod key;
mod pairs;
mod rebuild;
#[cfg(test)]
pub(crate) mod tamper;
#[cfg(test)]
mod tests;

pub use authenticate::{AHEAD_MAX_MS, AuthError, Signed, authenticate, authenticate_subscribe};
pub use instruction::{ENDPOINTS, Instruction, instruction_of};
pub use key::{KeyError, SIGNATURE_TEXT_LEN, SigningKey, VerifyingKey};
pub use pairs::{PairsError, write_pairs};
pub use rebuild::{RebuildError, rebuild};

use std::fmt::Write as _;

/// The window that counts when none is sent, in ms.
pub const WINDOW_DEFAULT_MS: u32 = 5_000;

/// The longest window that is taken, in ms.
pub const WINDOW_MAX_MS: u32 = 60_000;

/// Starts a signing string, or goes on with the next order of a batch: `instruction=…`.
pub fn write_instruction(instruction: Instruction, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str("instruction=");
    out.push_str(instruction.as_str());
}

/// Ends a signing string: `&timestamp=…&window=…`, both in ms.
pub fn write_end(timestamp_ms: u64, window_ms: u32, out: &mut String) {
    write!(out, "&timestamp={timestamp_ms}&window={window_ms}").expect("writing to a string cannot fail");
}
