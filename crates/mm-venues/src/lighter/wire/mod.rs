//! Lighter's messages as they are on the wire, once, for both halves. Types and their serde forms only: what a
//! message means is the client's or the server's business. Transactions are not here: they have hashes and
//! signatures, and live beside this module.
//!
//! Reading is tolerant: fields that we do not know are skipped; a field that some version of the venue, or one of
//! its two official SDK generations, leaves out has a default, unless a decision hangs on it; lists come as arrays,
//! as maps by market, or as null ([`rows`]). Writing is complete: a type writes every field that lighter-sdk 1.1.8
//! and 0.1.4 demand, so a server that forgets one does not compile. Where a field is an `Option` that is left out
//! when `None`, the venue itself leaves it out.
//!
//! Words come from open sets: a word that is on no page is kept as `Unknown`, and the codec must decide. Decimals
//! stay text, and what the venue sends as a JSON float keeps its digits ([`Number`]); nothing here makes a float.
//! Ids and nonces are 64-bit integers and never pass through one.
//!
//! Field names are the venue's. Times are in milliseconds, but `transaction_time` and `last_updated_at` are in
//! microseconds. Sources are named in each fixture under `fixtures/lighter/`.
#![expect(missing_docs, reason = "most fields bear the venue's own names, and its page says what they are")]

pub mod account;
pub mod channel;
pub mod error;
pub mod event;
pub mod history;
pub mod info;
pub mod market;
pub mod order;
pub mod private_stream;
pub mod public_stream;
pub mod rows;
pub mod send;
pub mod stream;
pub mod trade;
pub mod tx;
mod words;

#[cfg(test)]
pub(crate) mod tests;

pub use crate::text::{Number, Text, lenient};
pub use words::{
    Direction, MarginMode, MarketKind, MarketStatus, MarketType, OrderStatus, OrderType, Side, TimeInForce,
    TradeType, TriggerStatus,
};
