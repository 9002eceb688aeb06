//! Backpack's client half: our asks to its requests, its words to our events. No sockets, no clock, no retries.
//!
//! What the venue does not tell in one place is followed up with [`Next::Ask`]: an order that is not live is looked
//! for in the history, and fills come page by page. Funds that are lent out do not show among the balances
//! (`GET /api/v1/capital` leaves them out), so what [`Ask::Balances`] tells is what can be used at once.

mod depth;
mod encode;
mod frame;
mod levels;
mod market;
mod refusal;
mod reply;
mod report;
mod signer;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use bytes::Bytes;
use mm_model::{Ask, CallError, DecodeError, Event, Markets, Symbol, Timestamp};

use self::reply::Answer;
use super::{
    sign::{KeyError, SigningKey, WINDOW_DEFAULT_MS, WINDOW_MAX_MS},
    spec,
};
use crate::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::Reply,
};

/// The account to trade on.
#[derive(Debug)]
pub struct Credentials {
    /// Base64 of the verifying key, as the venue shows it.
    pub api_key: String,
    /// The secret that belongs to it.
    pub secret: SigningKey,
}

/// What a [`Client`] is built from.
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
    /// How long a signed request stays valid, in ms; at most 60,000.
    pub window_ms: u32,
    /// Sent as `X-Broker-Id`, not signed.
    pub broker_id: Option<u16>,
}

impl Options {
    /// Public data of `symbols` with the venue's default window.
    #[must_use]
    pub fn new(rest_url: impl Into<String>, ws_url: impl Into<String>, symbols: Vec<String>) -> Self {
        Self {
            rest_url: rest_url.into(),
            ws_url: ws_url.into(),
            symbols,
            credentials: None,
            window_ms: WINDOW_DEFAULT_MS,
            broker_id: None,
        }
    }

    /// Adds the account, both as base64.
    ///
    /// # Errors
    /// [`OptionsError::Secret`] when the secret is no key.
    pub fn with_keys(mut self, api_key: &str, api_secret: &str) -> Result<Self, OptionsError> {
        let secret = SigningKey::from_base64(api_secret).map_err(OptionsError::Secret)?;
        self.credentials = Some(Credentials { api_key: api_key.trim().to_owned(), secret });
        Ok(self)
    }
}

/// Why no client can be built. Never carries a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// The secret is no key.
    #[error("api_secret: {0}")]
    Secret(KeyError),
    /// The two keys do not belong together.
    #[error("api_key is not the public half of api_secret: check that both come from the same key pair")]
    KeyPair,
    /// The window is out of range.
    #[error("window_ms is {0}: give 1 to 60000")]
    Window(u32),
}

/// The client half of the codec for one account.
///
/// `now` is what requests are signed with: the session passes its own clock corrected by the venue's
/// ([`Event::ServerTime`]).
#[derive(Debug)]
pub struct Client {
    rest_url: String,
    ws_url: String,
    symbols: Vec<Symbol>,
    credentials: Option<Credentials>,
    window_ms: u32,
    broker_id: Option<u16>,
    markets: Markets,
    /// Names of assets, shared.
    assets: BTreeSet<Symbol>,
    scratch: Scratch,
}

/// Memory that encoding reuses.
#[derive(Debug, Default)]
struct Scratch {
    price: String,
    qty: String,
    message: String,
}

impl Client {
    /// Builds a client that has heard nothing yet: ask for [`Ask::Markets`] first.
    ///
    /// # Errors
    /// [`OptionsError`].
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        let Options { rest_url, ws_url, symbols, credentials, window_ms, broker_id } = options;
        if !(1..=WINDOW_MAX_MS).contains(&window_ms) {
            return Err(OptionsError::Window(window_ms));
        }
        if credentials.as_ref().is_some_and(|keys| keys.api_key != keys.secret.api_key()) {
            return Err(OptionsError::KeyPair);
        }
        Ok(Self {
            rest_url: rest_url.trim_end_matches('/').to_owned(),
            ws_url,
            symbols: symbols.into_iter().map(Symbol::from).collect(),
            credentials,
            window_ms,
            broker_id,
            markets: Markets::default(),
            assets: BTreeSet::new(),
            scratch: Scratch::default(),
        })
    }

    /// The markets heard of so far. The ids in asks and events are this table's.
    #[must_use]
    pub const fn markets(&self) -> &Markets {
        &self.markets
    }
}

impl Protocol for Client {
    fn rest_url(&self, _ask: &Ask) -> &str {
        &self.rest_url
    }

    /// One socket carries public and private streams.
    fn links(&self) -> Vec<LinkSpec> {
        vec![LinkSpec::new(self.ws_url.clone(), "streams")]
    }

    fn allowances(&self) -> Vec<Allowance> {
        vec![spec::ALLOWANCE]
    }

    /// Every request counts once, a batch too.
    fn weight(&self, _ask: &Ask) -> Weight {
        Weight::new(1)
    }

    fn encode(&mut self, now: Timestamp, _: CallRef, ask: &Ask, out: &mut Outbox) -> Result<Way, CallError> {
        self.encode_ask(now, ask, &mut out.request)?;
        Ok(Way::Http)
    }

    fn reply(
        &mut self,
        now: Timestamp,
        _: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        self.read_reply(Answer { now, ask, reply }, out)
    }

    fn opened(&mut self, now: Timestamp, _link: LinkId, out: &mut Vec<Frame>) {
        self.subscribe(now, out);
    }

    fn frame(
        &mut self,
        _now: Timestamp,
        _link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        self.read_frame(frame, &mut out.events)?;
        if let Some(why) = frame::too_late(&mut out.events) {
            out.closing = Some(why);
        }
        Ok(())
    }
}
