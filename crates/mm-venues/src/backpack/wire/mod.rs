//! Backpack's messages as they are on the wire, once, for both halves. Types and their serde forms only: what a
//! message means is the client's or the server's business.
//!
//! Two rules. Requests are strict (`deny_unknown_fields`, the venue's own refusal of fields it does not know) and
//! declare their fields in the byte order of their keys, because that is the order in which they are signed
//! ([`crate::backpack::sign::write_pairs`]). Answers are tolerant: fields that we do not know are skipped, and
//! words that no decision hangs on stay [`Text`]. A word that a decision does hang on (side, status, event) is an
//! enum, so a new one is a decode error and never a default.
//!
//! Numbers that are money stay text; nothing here ever makes a float. Field names are the venue's; the sources of
//! the shapes are the venue's OpenAPI text of August 2026 and traffic recorded on 2026-09-01, see
//! `fixtures/backpack/`.
#![expect(missing_docs, reason = "most fields bear the venue's own names, and its page says what they are")]

pub mod account;
pub mod error;
pub mod history;
pub mod market_data;
pub mod order;
pub mod private_stream;
pub mod public_stream;

pub mod stream;
pub mod time;
mod words;

#[cfg(test)]
mod tests;

pub use crate::text::{Text, lenient};
pub use words::{OrderEvent, OrderType, SelfTradePrevention, Side, Status, StreamOrderType, TimeInForce};
