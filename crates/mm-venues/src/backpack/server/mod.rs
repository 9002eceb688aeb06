//! Backpack's server half: its REST interface and its streams over an [`Exchange`].
//!
//! Requests are decoded strictly, signatures verified, and every refusal has the venue's own code and words. What
//! is not simulated (deposits, lending, conditional orders, requests for quotes) says so with `NOT_IMPLEMENTED`
//! instead of inventing an answer. Where the venue's behaviour is not known, [`switches`] says which side is
//! taken. No sockets and no clock here: the host of the server owns both.

mod account;
mod answer;
mod auth;
mod call;
mod errors;
mod history;
mod intervals;
mod market_data;
mod numbers;
mod order_rows;
mod orders;
mod placing;
mod position_rows;
mod public;
mod rate;
mod routes;
mod streams;
pub mod switches;
#[cfg(test)]
mod tests;
mod topics;

use std::collections::BTreeMap;

use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::Timestamp;

use self::{
    answer::Answered,
    call::{Call, Records},
    errors::Refused,
    rate::Allowances,
    routes::Route,
    streams::{Streams, World},
};
pub use self::{rate::RateLimits, switches::Switches};
pub use crate::server::PerMinute;
use crate::{
    backpack::sign::{KeyError, VerifyingKey, authenticate, instruction_of},
    http::{Reply, Request},
    server::{ConnId, Outbound, VenueServer, params::Params},
};

/// An account of the venue: who may sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Base64 of the Ed25519 verifying key.
    pub api_key: String,
    /// Its account of the exchange.
    pub account: AccountId,
    /// What the endpoints file calls it.
    pub name: String,
    /// The venue's number of its user.
    pub user_id: u64,
}

/// How the venue behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `None`: as many requests as anybody likes.
    pub rate_limits: Option<RateLimits>,
    /// The venue's open questions.
    pub switches: Switches,
}

impl Default for Options {
    /// The venue's own limits.
    fn default() -> Self {
        Self { rate_limits: Some(RateLimits::default()), switches: Switches::default() }
    }
}

/// Backpack as its clients see it.
///
/// Give it every batch of the exchange's facts from the start: candles and streams are made of them.
#[derive(Debug)]
pub struct Server {
    accounts: Accounts,
    allowances: Allowances,
    records: Records,
    streams: Streams,
}

/// Accounts by their keys.
type Accounts = BTreeMap<VerifyingKey, Account>;

impl Server {
    /// A venue with these accounts.
    ///
    /// # Errors
    /// When an account's key is no key.
    pub fn new(accounts: impl IntoIterator<Item = Account>, options: Options) -> Result<Self, KeyError> {
        let keyed = accounts.into_iter().map(|it| Ok((VerifyingKey::from_base64(&it.api_key)?, it)));
        Ok(Self {
            accounts: keyed.collect::<Result<_, _>>()?,
            allowances: Allowances::new(options.rate_limits),
            streams: Streams::new(options.switches.clone()),
            records: Records::new(options.switches),
        })
    }

    fn answer(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Answered {
        let query = |request: &Request| Params::parse(&request.query);
        let route = routes::route(request.method, &request.path);
        match route {
            Route::Public(open) | Route::Historical(open) => {
                self.allowances.anybody(now, matches!(route, Route::Historical(_)))?;
                let query = query(request)?;
                open(&mut Call { now, exchange, records: &mut self.records, query, body: &request.body })
            }
            Route::Account(signed) => {
                let account = signer(&self.accounts, now, request)?;
                self.allowances.account(now, account.account)?;
                let query = query(request)?;
                let mut call = Call { now, exchange, records: &mut self.records, query, body: &request.body };
                signed(&mut call, account)
            }
            Route::NotSimulated => {
                signer(&self.accounts, now, request)?;
                Err(Refused::not_implemented(&request.path))
            }
            Route::Unknown => Err(Refused::not_found()),
        }
    }
}

/// Whose request it is.
fn signer<'a>(accounts: &'a Accounts, now: Timestamp, request: &Request) -> Result<&'a Account, Refused> {
    let instruction = instruction_of(request.method, &request.path).ok_or_else(Refused::not_found)?;
    let key = authenticate(now, instruction, request)?;
    accounts.get(&key).ok_or_else(Refused::unknown_key)
}

impl VenueServer for Server {
    fn request(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Reply {
        answer::reply(self.answer(now, exchange, request))
    }

    fn opened(&mut self, now: Timestamp, conn: ConnId, _request: &Request, _out: &mut Vec<Outbound>) {
        self.streams.opened(now, conn);
    }

    fn frame(
        &mut self,
        now: Timestamp,
        exchange: &mut Exchange,
        conn: ConnId,
        text: &str,
        out: &mut Vec<Outbound>,
    ) {
        self.streams.command(streams::Heard { now, exchange, accounts: &self.accounts, conn }, text, out);
    }

    fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.streams.pong(now, conn);
    }

    fn closed(&mut self, conn: ConnId) {
        self.streams.closed(conn);
    }

    fn facts(&mut self, now: Timestamp, exchange: &Exchange, facts: &[Fact], out: &mut Vec<Outbound>) {
        for fact in facts {
            self.records.candles.fact(exchange, fact);
        }
        self.streams.facts(&mut World { now, exchange, candles: &self.records.candles, out }, facts);
    }

    fn tick(&mut self, now: Timestamp, exchange: &mut Exchange, out: &mut Vec<Outbound>) {
        self.streams.tick(&mut World { now, exchange, candles: &self.records.candles, out });
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.streams.next_wake()
    }
}
