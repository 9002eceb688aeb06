//! Lighter's signatures over its transactions and auth tokens, from both ends: an [`ApiKey`] signs, [`authenticate`]
//! checks as the venue does. The arithmetic is mm-crypto's; nonces of transactions, time and state are the callers'.

mod api_key;
mod authenticate;
#[cfg(test)]
pub(crate) mod tamper;
#[cfg(test)]
mod tests;
mod token;

pub use api_key::{ApiKey, SignError};
pub use authenticate::{Authentic, Refusal, authenticate};
pub use token::{AuthToken, ReadOnlyToken, Scope, SignedToken, TOKEN_LIFE_MAX_S, TokenError};
