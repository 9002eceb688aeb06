//! The lite encoding: the same values under short field names. Every wire type is declared once with its full names,
//! and two adapters over any serde format translate the keys of structs by one table ([`names`]), which is a copy of
//! the venue's and follows no rule. Values are never translated: neither words nor names of streams.
//!
//! A struct finds its row by its serde name, so types bear the names of the venue's reference there
//! (`#[serde(rename = "..")]`). Flattened fields and untagged enums lose that name, so GRVT's types have neither. A
//! struct without a row cannot be read or written: an error says so, and a test holds all of them against the table.
//!
//! Raw JSON ([`serde_json::value::RawValue`]) passes as it is: it is to be read in the encoding that it came in.

mod names;
mod read;
mod write;

#[cfg(test)]
pub(super) use names::TABLE;

pub(super) use read::Expanding;
pub(super) use write::Shortening;
