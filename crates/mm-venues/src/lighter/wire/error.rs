//! The body of every refusal, and the codes that our code knows by name.

use serde::{Deserialize, Serialize};

use super::{Text, lenient};

/// `{"code": .., "message": ..}`: with HTTP 400 for a refusal. Every success begins with the same two fields, with
/// [`codes::OK`] and mostly without a message, so that any answer can be read as this first.
///
/// Witness: `fixtures/lighter/error.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub code: i64,
    #[serde(borrow, default)]
    pub message: Option<Text<'a>>,
}

/// The codes that a decision hangs on or that our server sends, with the venue's own text
/// (`fixtures/lighter/error-codes.tsv`, which a test compares with these).
pub mod codes {
    /// Success.
    pub const OK: i64 = 200;
}
