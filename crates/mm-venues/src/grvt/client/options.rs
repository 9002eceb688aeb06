//! What a client is built from, and why it could not be.

use std::{fmt, time::Duration};

use mm_crypto::ecdsa::Signer;
use zeroize::Zeroizing;

use crate::grvt::{
    sign::ChainId,
    spec::{CANCEL_TTL_MAX, ORDER_LIFE, SIGNATURE_LIFE_MAX},
    wire::{CandleInterval, Encoding},
};

/// The shortest life of an order: it must outlive its way to the venue.
const LIFE_MIN: Duration = Duration::from_secs(1);
/// How much the longest life stays below the venue's bound, since clocks differ.
const LIFE_MARGIN: Duration = Duration::from_secs(3_600);
/// The shortest time that the venue lets a cancel wait (API reference at eed18e5, `ApiCancelOrderRequest`).
const TTL_MIN: Duration = Duration::from_millis(100);
/// The longest that an order may live.
pub(super) const LIFE_MAX: Duration =
    SIGNATURE_LIFE_MAX.checked_sub(LIFE_MARGIN).expect("thirty days are more than an hour");

/// The venue's hosts, without a trailing slash and without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// Where logins are made.
    pub edge: String,
    /// Orders and the account.
    pub trades: String,
    /// Public data.
    pub market_data: String,
    /// The socket of orders and the account.
    pub ws_trades: String,
    /// The socket of public data.
    pub ws_market_data: String,
}

/// The account to trade on: the key that logs in, and the key that signs. They are two different things.
pub struct Credentials {
    api_key: Zeroizing<String>,
    pub(super) sub_account: u64,
    pub(super) signer: Signer,
    pub(super) chain: ChainId,
}

impl Credentials {
    /// `api_key` logs in to the trading account `sub_account`; `signer` signs its orders, on the chain of one environment.
    #[must_use]
    pub fn new(api_key: impl Into<String>, sub_account: u64, signer: Signer, chain: ChainId) -> Self {
        Self { api_key: Zeroizing::new(api_key.into()), sub_account, signer, chain }
    }

    /// The key alone, and what is left.
    pub(super) fn into_parts(self) -> (Zeroizing<String>, u64, Signer, ChainId) {
        (self.api_key, self.sub_account, self.signer, self.chain)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_key: _, sub_account, signer, chain } = self;
        write!(f, "Credentials(***, sub-account {sub_account}, {signer:?}, chain {chain})")
    }
}

/// By which way orders and cancels go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrdersBy {
    /// By the socket while it is up. Else by HTTP.
    #[default]
    Socket,
    /// Each as a request of its own.
    Http,
}

/// What a [`Client`](super::Client) is built from.
#[derive(Debug)]
pub struct Options {
    /// The hosts.
    pub urls: Urls,
    /// Whose public streams to listen to, as the venue writes them. All markets are listed all the same.
    pub symbols: Vec<String>,
    /// `None`: public data alone; anything else is not sent.
    pub credentials: Option<Credentials>,
    /// How names are written. The values are the same.
    pub encoding: Encoding,
    /// Candles of trades to listen for, of every market in `symbols`; `None`: none.
    pub candles: Option<CandleInterval>,
    /// By which way orders and cancels go.
    pub orders_by: OrdersBy,
    /// How long an order may rest: the venue ends it when its signature does. At most 30 days less an hour.
    pub order_life: Duration,
    /// How long a cancel by our id waits for an order that it has overtaken: 100 ms to 5 s.
    pub cancel_ttl: Duration,
}

impl Options {
    /// Public data of `symbols`, and the defaults for all else: lite names, orders by socket.
    #[must_use]
    pub const fn new(urls: Urls, symbols: Vec<String>) -> Self {
        Self {
            urls,
            symbols,
            credentials: None,
            encoding: Encoding::Lite,
            candles: None,
            orders_by: OrdersBy::Socket,
            order_life: ORDER_LIFE,
            cancel_ttl: CANCEL_TTL_MAX,
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
        if !(LIFE_MIN..=LIFE_MAX).contains(&self.order_life) {
            return Err(OptionsError::OrderLife(self.order_life));
        }
        if !(TTL_MIN..=CANCEL_TTL_MAX).contains(&self.cancel_ttl) {
            return Err(OptionsError::CancelTtl(self.cancel_ttl));
        }
        match &self.credentials {
            Some(keys) if keys.api_key.trim().is_empty() => Err(OptionsError::NoApiKey),
            Some(keys) if keys.sub_account == 0 => Err(OptionsError::NoSubAccount),
            _ => Ok(()),
        }
    }
}

/// Why no client can be built. Never carries a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Nothing to log in with.
    #[error("the API key is empty: it is what logs in, beside the private key that signs")]
    NoApiKey,
    /// No trading account.
    #[error("the sub-account id is 0: give the trading account's")]
    NoSubAccount,
    /// The life of orders is out of range.
    #[error("orders live {} s: give 1 to {}, the venue ends them with their signature", .0.as_secs(), LIFE_MAX.as_secs())]
    OrderLife(Duration),
    /// The time that cancels wait is out of range.
    #[error("cancels wait {} ms for their order: give 100 to {}", .0.as_millis(), CANCEL_TTL_MAX.as_millis())]
    CancelTtl(Duration),
}
