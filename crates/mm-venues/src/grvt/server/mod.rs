//! GRVT's server half: its REST interface, its RPC and its streams over an [`Exchange`].
//!
//! What the venue has on three hosts (edge, market data, trades) stands on one, since their paths never collide. An
//! order is checked by the API, its signature recovered, and acknowledged before it is matched: a reply says "taken
//! note of" and no more, and what became of it is told by the streams. Where the venue's behaviour is not known,
//! [`switches`] says which side is taken; what is not carried is listed once, in `routes`. No sockets and no clock here:
//! the host of the server owns both.

mod accounts;
mod answer;
mod call;
mod decimals;
mod desk;
mod errors;
mod filter;
mod instruments;
mod login;
mod mischief;
mod numbers;
mod paging;
mod private;
mod public;
mod rate;
mod records;
mod replays;
mod routes;
mod rows;
mod sessions;
mod state;
mod streams;
pub mod switches;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, time::Duration};

use mm_crypto::ecdsa::Address;
use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::Timestamp;

pub use self::switches::Switches;
use self::{
    state::State,
    streams::{Heard, Streams, World},
};
use crate::{
    http::{Reply, Request},
    server::{ConnId, Mischief, Outbound, VenueServer},
};

/// A trading account (the venue's "sub-account") with the main account that owns it.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its account of the exchange.
    pub account: AccountId,
    /// What the endpoints file calls it.
    pub name: String,
    /// What logs in for it.
    pub api_key: String,
    /// Whose signatures may trade for it. The main account's own always may.
    pub signers: Vec<Address>,
    /// The address of the main account: the wallet that owns it. Accounts may share one.
    pub main_account: Address,
    /// The venue's number of it.
    pub sub_account: u64,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("account", &self.account)
            .field("name", &self.name)
            .field("signers", &self.signers)
            .field("main_account", &self.main_account)
            .field("sub_account", &self.sub_account)
            .finish_non_exhaustive()
    }
}

/// How the venue behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The chain that signatures must be made for.
    pub chain_id: u32,
    /// Makes the tokens of sessions differ from one world to the next.
    pub seed: u64,
    /// Whether requests are counted.
    pub rate_limits: bool,
    /// How long an order that is not post-only waits before it is matched; zero: not at all.
    pub speed_bump: Duration,
    /// How long a login lasts.
    pub session_life: Duration,
    /// Markets whose sizes are signed with another number of places than nine.
    pub base_decimals: BTreeMap<String, u8>,
    /// The venue's open questions.
    pub switches: Switches,
}

impl Default for Options {
    /// The main net with its own limits, delays and lifetimes: logins last a day, the speed bump is 25 ms.
    fn default() -> Self {
        Self {
            chain_id: 325,
            seed: 0,
            rate_limits: true,
            speed_bump: Duration::from_millis(25),
            session_life: Duration::from_secs(24 * 3600),
            base_decimals: BTreeMap::new(),
            switches: Switches::default(),
        }
    }
}

/// Why there is no such venue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Two accounts have the same number.
    #[error("sub-account {0} is there twice, or its account of the exchange is")]
    Number(u64),
    /// Two accounts have the same API key.
    #[error("sub-account {0}: its API key logs another account in")]
    ApiKey(u64),
}

/// GRVT as its clients see it.
///
/// Give it every batch of the exchange's facts from the start: orders, fills and streams are made of them.
#[derive(Debug)]
pub struct Server {
    state: State,
    streams: Streams,
}

impl Server {
    /// A venue with these accounts.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(accounts: impl IntoIterator<Item = Account>, options: Options) -> Result<Self, SetupError> {
        let streams = Streams::new(&options);
        Ok(Self { state: State::new(accounts, options)?, streams })
    }
}

impl VenueServer for Server {
    fn request(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Reply {
        answer::reply(routes::answer(&mut self.state, (now, exchange), request))
    }

    fn opened(&mut self, now: Timestamp, conn: ConnId, request: &Request, out: &mut Vec<Outbound>) {
        self.streams.opened((now, &self.state), (conn, request), out);
    }

    fn frame(
        &mut self,
        now: Timestamp,
        exchange: &mut Exchange,
        conn: ConnId,
        text: &str,
        out: &mut Vec<Outbound>,
    ) {
        self.streams.frame(Heard { now, exchange, state: &mut self.state, conn }, text, out);
    }

    fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.streams.pong(now, conn);
    }

    fn closed(&mut self, conn: ConnId) {
        self.streams.closed(conn);
    }

    fn facts(&mut self, now: Timestamp, exchange: &Exchange, facts: &[Fact], out: &mut Vec<Outbound>) {
        self.state.facts(exchange, facts);
        let news = self.state.records.take_news();
        let mut world = World { now, exchange, state: &self.state, out };
        self.streams.facts(&mut world, facts, &news);
    }

    fn tick(&mut self, now: Timestamp, exchange: &mut Exchange, out: &mut Vec<Outbound>) {
        self.state.run(now, exchange);
        // What the engine did just now comes as facts in a moment, and what the venue says of it with them. What leaves
        // no facts (the end of a cancel's time to live) is told here.
        let news = self.state.records.take_news();
        let mut world = World { now, exchange, state: &self.state, out };
        self.streams.facts(&mut world, &[], &news);
        self.streams.tick(&mut world);
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.state.next_wake().into_iter().chain(self.streams.next_wake()).min()
    }

    fn mischief(&mut self, _now: Timestamp, api_key: Option<&str>, what: Mischief) -> bool {
        self.state.trouble(api_key, what)
    }
}
