//! Everything that the venue is besides its sockets and the exchange itself.

use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

use super::{
    Account, Options, SetupError, accounts::Accounts, public::Public, records::Records, sessions::Sessions,
};
use crate::server::Mischief;

/// The venue.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) accounts: Accounts,
    pub(super) sessions: Sessions,
    pub(super) records: Records,
    /// What is kept of everybody's trades and prices.
    pub(super) public: Public,
}

impl State {
    pub(super) fn new(
        accounts: impl IntoIterator<Item = Account>,
        options: Options,
    ) -> Result<Self, SetupError> {
        let mut known = Accounts::default();
        for account in accounts {
            known.add(account)?;
        }
        Ok(Self {
            options,
            accounts: known,
            sessions: Sessions::default(),
            records: Records::default(),
            public: Public::default(),
        })
    }

    /// Takes note of what happened in the exchange.
    pub(super) fn facts(&mut self, exchange: &Exchange, facts: &[Fact]) {
        for fact in facts {
            self.records.fact(&self.accounts, exchange, fact);
            self.public.fact(exchange, fact);
        }
    }

    /// Carries out what is due by the clock.
    pub(super) fn run(&mut self, _now: Timestamp, _exchange: &mut Exchange) {}

    /// When there is something to carry out, or to tell.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        None
    }

    /// Makes trouble for an account (by its API key) or for everybody; `false` when nobody is meant.
    pub(super) fn trouble(&mut self, _api_key: Option<&str>, _what: Mischief) -> bool {
        false
    }
}
