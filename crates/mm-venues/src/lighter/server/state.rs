//! Everything that the venue is besides its sockets and the exchange itself.

use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

use super::{Account, Options, SetupError, accounts::Accounts, public::Public, records::Records};

/// The venue.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) accounts: Accounts,
    pub(super) records: Records,
    pub(super) public: Public,
}

impl State {
    pub(super) fn new(
        accounts: impl IntoIterator<Item = Account>,
        options: Options,
    ) -> Result<Self, SetupError> {
        let mut known = Accounts::default();
        for account in accounts {
            known.add(account, options.tier)?;
        }
        Ok(Self { options, accounts: known, records: Records::default(), public: Public::default() })
    }

    /// Takes note of what happened in the exchange.
    pub(super) fn facts(&mut self, exchange: &Exchange, facts: &[Fact]) {
        for fact in facts {
            self.records.fact(&self.accounts, exchange, fact);
            self.public.fact(exchange, fact);
        }
    }

    /// Carries out what is due.
    pub(super) fn run(&mut self, now: Timestamp, exchange: &mut Exchange) {
        let _ = (now, exchange);
    }

    /// When there is something to carry out, or to tell.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.records.news_since()
    }
}
