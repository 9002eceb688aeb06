//! GRVT's messages as they are on the wire, once, for both halves and both encodings. Types and their serde forms only:
//! what a message means is the client's or the server's business, and what is signed is the signatures'.
//!
//! # How to read and write
//! Everything goes through [`Encoding`]: `encoding.read::<Reply<Order>>(body)`, `encoding.write(&CreateOrder { .. })`.
//! A type is declared with the venue's full names; the [`lite`] encoding is two adapters and one table of names, and no
//! type knows of it. Each type's serde name is that of the venue's specification, by which it is found in the table.
//!
//! * REST: [`paths::Endpoint`] gives the path, [`send`], [`market`], [`market_data`], [`account`], [`settings`] and
//!   [`history`] the bodies; most replies are a [`reply::Reply`] or a [`reply::Page`]. A refusal is an
//!   [`error::ApiError`].
//! * Sockets: [`rpc::Request`] and [`rpc::Response`] for subscriptions and calls, [`stream::Feed`] for data.
//!   [`stream::Head`] tells frames apart, [`selector::Topic`] reads and writes selectors. The old socket has frames of
//!   its own, [`legacy`].
//! * Sessions: [`login`], which has no lite encoding.
//!
//! # Tolerance
//! Reading is tolerant: fields that we do not know are skipped; a field that some version of the venue leaves out has a
//! default, unless a decision hangs on it; null is as good as left out; numbers come bare or in quotes. Writing is
//! complete: whatever is no `Option` is always written, which is all that grvt-pysdk's raw client demands. In a change
//! of a ticker `None` is "unchanged" and an empty text "no value any more".
//!
//! Words come from open sets: a word that is on no page is kept as `Unknown`, and the codec must decide. Decimals stay
//! text, in natural units and unrounded; nothing here makes a float. Whole numbers that the venue puts in quotes, all
//! of its times (nanoseconds) and its sequence numbers, are [`Quoted`]. Ids stay text: a server refuses a wrong one by
//! its own code.
//!
//! Field names are the venue's. Sources are named in each fixture under `fixtures/grvt/`.
#![expect(missing_docs, reason = "most fields bear the venue's own names, and its page says what they are")]

pub mod account;
mod encoding;
pub mod error;
pub mod history;
pub mod legacy;
mod lite;
pub mod login;
pub mod market;
pub mod market_data;
pub mod order;
pub mod paths;
mod per_leg;
mod quoted;
pub mod reply;
pub mod rpc;
pub mod selector;
pub mod send;
pub mod settings;
pub mod stream;
mod words;

#[cfg(test)]
mod tests;

pub use crate::text::{Text, lenient};
pub use encoding::Encoding;
pub use per_leg::PerLeg;
pub use quoted::Quoted;
pub use words::{
    BrokerTag, CancelStatus, CandleInterval, CandleType, FundingAggregation, Kind, MarginType,
    OrderRejectReason, OrderStatus, PositionMarginType, SettlementPeriod, SubAccountMode, TimeInForce,
    TransferType, TriggerBy, TriggerType, Venue,
};
