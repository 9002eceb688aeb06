//! Lighter's server half: its REST interface and its streams over an [`Exchange`].
//!
//! Every transaction is read strictly, its signature verified and its nonce held against the key's counter; what
//! the API takes then waits for its turn in a queue, and only there meets the matching engine, so that a 200 means
//! "queued" and no more. Where the venue's behaviour is not known, [`switches`] says which side is taken; what is
//! not carried is listed once, in `routes`. No sockets and no clock here: the host of the server owns both.

mod accounts;
mod answer;
mod call;
mod errors;
mod execute;
mod markets;
mod mischief;
mod numbers;
mod private;
mod public;
mod queue;
mod rate;
mod records;
mod routes;
mod rows;
mod send;
mod state;
mod streams;
pub mod switches;
#[cfg(test)]
mod tests;
mod tokens;

use std::time::Duration;

use mm_crypto::{PointError, PublicKey};
use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::Timestamp;

use self::{
    answer::Answered,
    call::Call,
    errors::Refused,
    state::State,
    streams::{Heard, Streams, World},
};
pub use self::{rate::Tier, streams::SocketLimits, switches::Switches};
use crate::{
    http::{Reply, Request},
    lighter::tx::ChainId,
    server::{ConnId, Mischief, Outbound, VenueServer},
};

/// An account of the venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its account of the exchange.
    pub account: AccountId,
    /// What the endpoints file calls it.
    pub name: String,
    /// The venue's number of it.
    pub index: i64,
    /// The Ethereum address that owns it, with 0x.
    pub l1_address: String,
    /// Who may sign for it.
    pub keys: Vec<ApiKey>,
}

/// A registered key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its place among the account's keys.
    pub index: u8,
    /// The key.
    pub public: PublicKey,
}

/// How the venue behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The chain that transactions must be signed for.
    pub chain: ChainId,
    /// What every account starts as: decides limits and delays.
    pub tier: Tier,
    /// Whether requests and transactions are counted.
    pub rate_limits: bool,
    /// What sockets are limited to, where anything is counted.
    pub sockets: SocketLimits,
    /// Whether accepted transactions wait as long as the tier says before they reach the engine.
    pub delays: bool,
    /// The venue's open questions.
    pub switches: Switches,
}

impl Default for Options {
    /// The main net with its own limits and delays; accounts are premium (the simulator's page).
    fn default() -> Self {
        Self {
            chain: ChainId::MAINNET,
            tier: Tier::Premium,
            rate_limits: true,
            sockets: SocketLimits::default(),
            delays: true,
            switches: Switches::default(),
        }
    }
}

/// Why there is no such venue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// A public key is no key.
    #[error("account {account}, key {index}: {error}")]
    Key {
        /// Whose.
        account: i64,
        /// Which.
        index: u8,
        /// Why not.
        error: PointError,
    },
    /// Two accounts, or two keys of one, have the same number; or the number is none that an account can have.
    #[error("account {account}: its number or that of one of its keys is taken or out of range")]
    Number {
        /// Whose.
        account: i64,
    },
}

/// Lighter as its clients see it.
///
/// Give it every batch of the exchange's facts from the start: orders, trades and streams are made of them.
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

    /// Tells every socket that it will be closed after `within`, as before a restart of the venue, and closes it then.
    pub fn announce_shutdown(&mut self, now: Timestamp, within: Duration, out: &mut Vec<Outbound>) {
        self.streams.shut_down(now, within, out);
    }

    fn answer(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Answered {
        let (route, weight) = routes::route(request.method, &request.path);
        let mut call = Call::new(call::Heard { now, exchange, state: &mut self.state, request }, weight)?;
        match route {
            routes::Route::Answered(answer) => answer(&mut call),
            routes::Route::NotCarried => Err(Refused::not_carried(&request.path)),
            routes::Route::Unknown => Err(Refused::no_route()),
        }
    }
}

impl VenueServer for Server {
    fn request(&mut self, now: Timestamp, exchange: &mut Exchange, request: &Request) -> Reply {
        answer::reply(self.answer(now, exchange, request))
    }

    fn opened(&mut self, now: Timestamp, conn: ConnId, request: &Request, out: &mut Vec<Outbound>) {
        self.streams.opened(now, (conn, &request.query), out);
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
        // What the engine did just now comes as facts in a moment, and what the venue says of it with them. What it
        // refused leaves no facts and is told here.
        let news = self.state.records.take_news();
        let mut world = World { now, exchange, state: &self.state, out };
        self.streams.facts(&mut world, &[], &news);
        self.streams.tick(&mut world);
    }

    fn mischief(&mut self, now: Timestamp, api_key: Option<&str>, what: Mischief) -> bool {
        self.state.trouble(now, api_key, what)
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.state.next_wake().into_iter().chain(self.streams.next_wake()).min()
    }
}
