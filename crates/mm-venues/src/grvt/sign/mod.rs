//! GRVT's signatures, from both ends: EIP-712 typed data under secp256k1. The arithmetic is mm-crypto's; nonces, time,
//! accounts and instruments are the callers'. Knows no wire type: its inputs are plain structs, of integers for the
//! client ([`OrderTerms`]) and of the message's texts for the server ([`OrderTexts`], [`SignatureTexts`]).
//!
//! **Client.** A [`Scale`] of the market turns ticks and lots into the signed integers, a [`TradingKey`] signs:
//! ```
//! use mm_crypto::ecdsa::{Signer, SimulatedKey};
//! use mm_venues::grvt::sign::{Asset, ChainId, Domain, Leg, OrderTerms, TimeInForce, TradingKey, Validity};
//!
//! let signer = Signer::simulated(SimulatedKey::derive(7, "grvt/alice"));
//! let mut key = TradingKey::new(Domain::new(ChainId::TESTNET), signer);
//! key.prepare(1)?; // when there is time
//! let leg = Leg {
//!     asset: Asset::parse("0x030501")?,
//!     contract_size: 1_013_000_000, // `Scale::contract_size`
//!     limit_price: 68_900_500_000_000, // `Scale::limit_price`
//!     is_buying: true,
//! };
//! let order = OrderTerms {
//!     sub_account: 8_289_849_667_772_468,
//!     is_market: false,
//!     time_in_force: TimeInForce::GoodTillTime,
//!     post_only: true,
//!     reduce_only: false,
//!     legs: &[leg],
//!     builder: None,
//!     validity: Validity { nonce: 828_700_936, expiration_ns: 1_893_456_000_000_000_000 },
//! };
//! let signature = key.sign(&order);
//! let json = format!(r#"{{"r":"{}","s":"{}","v":{}}}"#, signature.r(), signature.s(), signature.v());
//! # assert!(json.starts_with(r#"{"r":"0x"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Server.** [`authenticate_order`] and [`authenticate_login`] rebuild what was signed from the texts and the venue's
//! own instruments, recover the signer and say whose order it is, or refuse with the venue's code
//! ([`Refusal::code`]). [`authenticate`] does it for every other [`TypedData`].

mod account;
mod authenticate;
mod key;
mod order;
mod scale;
mod texts;
mod typed_data;

pub use account::{
    AuthorizeBuilder, Currency, SetDeriskToMaintenanceMarginRatio, SetSubAccountPositionMarginConfig,
    Transfer, WalletLogin, Withdrawal,
};
pub use authenticate::{
    Authentic, Gate, Refusal, SignatureTexts, authenticate, authenticate_login, authenticate_order,
};
pub use key::{Signable, TradingKey};
pub use order::{Asset, AssetError, Builder, Leg, OrderTerms, TimeInForce};
pub use scale::{Scale, ScaleError, scaled};
pub use texts::{Instrument, LegTexts, OrderTexts, TextError};
pub use typed_data::{ChainId, Domain, TypedData, Validity};

#[cfg(test)]
pub(crate) mod tamper;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vectors;
