//! What a client is built from, and why it could not be.

use std::time::Duration;

use mm_crypto::Signer;

use crate::lighter::{
    sign::ApiKey,
    spec::{TRANSACTION_LIFE, TRANSACTION_LIFE_MAX, Tier},
    tx::{ChainId, OutOfBounds},
};

/// Channels of a market, at most.
pub(super) const CHANNELS_PER_MARKET: usize = 4;
/// Channels of the account.
pub(super) const CHANNELS_OF_ACCOUNT: usize = 5;
/// Subscriptions of one connection (the venue's page on limits, July 2026).
const SUBSCRIPTIONS_MAX: usize = 500;
/// A market order that may cost more than this is no bound at all.
const BOUND_MAX_BP: u32 = 5_000;
/// A transaction must outlive the way to the venue, and what two clocks differ.
const LIFE_MIN: Duration = Duration::from_secs(1);

/// The account to trade on. Its keys are lanes beside each other: each has nonces of its own.
#[derive(Debug)]
pub struct Credentials {
    /// The account's index.
    pub account: i64,
    /// The chain to sign for.
    pub chain: ChainId,
    /// One key or several, with their indexes.
    pub keys: Vec<(u8, Signer)>,
}

/// By which way transactions go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrdersBy {
    /// By the socket while it is up: many at a time. Else by HTTP.
    #[default]
    Socket,
    /// One request after another for each key.
    Http,
}

/// What a [`Client`](super::Client) is built from.
#[derive(Debug)]
pub struct Options {
    /// Base of the REST interface, without a trailing slash.
    pub rest_url: String,
    /// The socket.
    pub ws_url: String,
    /// Whose public streams to listen to, as the venue writes them. All markets are listed all the same.
    pub symbols: Vec<String>,
    /// `None`: public data alone; anything else is not sent.
    pub credentials: Option<Credentials>,
    /// By which way transactions go.
    pub orders_by: OrdersBy,
    /// How much may be sent.
    pub tier: Tier,
    /// How long a transaction may take to be executed: at most 10 minutes less a second. An order of which nothing is
    /// heard is not proven absent before it is over.
    pub transaction_life: Duration,
    /// How far from the touch a market order may fill on average, in basis points.
    pub market_bound_bp: u32,
    /// Whether the venue may refuse prices that look like accidents.
    pub price_protection: bool,
}

impl Options {
    /// Public data of `symbols`, and the defaults for all else.
    #[must_use]
    pub fn new(rest_url: impl Into<String>, ws_url: impl Into<String>, symbols: Vec<String>) -> Self {
        Self {
            rest_url: rest_url.into(),
            ws_url: ws_url.into(),
            symbols,
            credentials: None,
            orders_by: OrdersBy::default(),
            tier: Tier::default(),
            transaction_life: TRANSACTION_LIFE,
            market_bound_bp: 100,
            price_protection: true,
        }
    }

    /// Adds the account.
    #[must_use]
    pub fn with_keys(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Whether a client can be built from this.
    pub(super) fn check(&self) -> Result<(), OptionsError> {
        if !(LIFE_MIN..=TRANSACTION_LIFE_MAX).contains(&self.transaction_life) {
            return Err(OptionsError::Life(self.transaction_life));
        }
        if !(1..=BOUND_MAX_BP).contains(&self.market_bound_bp) {
            return Err(OptionsError::Bound(self.market_bound_bp));
        }
        let symbols_max = (SUBSCRIPTIONS_MAX - CHANNELS_OF_ACCOUNT) / CHANNELS_PER_MARKET;
        if self.symbols.len() > symbols_max {
            return Err(OptionsError::Symbols { n: self.symbols.len(), max: symbols_max });
        }
        Ok(())
    }
}

impl Credentials {
    /// The keys, each of which signs for the account alone.
    pub(super) fn into_keys(self) -> Result<Vec<ApiKey>, OptionsError> {
        let Self { account, chain, keys } = self;
        if keys.is_empty() {
            return Err(OptionsError::NoKey);
        }
        let mut ready = Vec::<ApiKey>::with_capacity(keys.len());
        for (index, signer) in keys {
            if ready.iter().any(|key| key.index() == index) {
                return Err(OptionsError::KeyTwice(index));
            }
            ready.push(ApiKey::new(account, index, chain, signer)?);
        }
        Ok(ready)
    }
}

/// Why no client can be built. Never carries a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// An account without keys.
    #[error("the account has no API key: give one or several")]
    NoKey,
    /// Two keys of one index would use the same nonces.
    #[error("API key {0} is given twice: each key once")]
    KeyTwice(u8),
    /// An account or key index that the venue does not have.
    #[error(transparent)]
    Index(#[from] OutOfBounds),
    /// The life of transactions is out of range.
    #[error("transactions live {} ms: give 1000 to 599000", .0.as_millis())]
    Life(Duration),
    /// The bound of market orders is out of range.
    #[error("market orders are bounded at {0} basis points: give 1 to {BOUND_MAX_BP}")]
    Bound(u32),
    /// More streams than a connection carries.
    #[error("{n} symbols: one connection carries the streams of {max}")]
    Symbols {
        /// How many were given.
        n: usize,
        /// How many there may be.
        max: usize,
    },
}
