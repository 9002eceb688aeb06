//! Everything that the venue is besides its sockets and the exchange itself.

use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

use super::{
    Account, Options, SetupError, accounts::Accounts, mischief::Mischiefs, public::Public, queue::Queue,
    rate::Allowances, records::Records, tokens::Tokens,
};

/// The venue.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) accounts: Accounts,
    pub(super) records: Records,
    pub(super) public: Public,
    pub(super) tokens: Tokens,
    pub(super) allowances: Allowances,
    pub(super) queue: Queue,
    pub(super) mischief: Mischiefs,
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
        Ok(Self {
            options,
            accounts: known,
            records: Records::default(),
            public: Public::default(),
            tokens: Tokens::default(),
            allowances: Allowances::default(),
            queue: Queue::default(),
            mischief: Mischiefs::default(),
        })
    }

    /// Takes note of what happened in the exchange.
    pub(super) fn facts(&mut self, exchange: &Exchange, facts: &[Fact]) {
        for fact in facts {
            self.records.fact(&self.accounts, exchange, fact);
            self.public.fact(exchange, fact);
            if let Fact::Executed(view, execution) = fact
                && let Some(market) = exchange.markets().get(execution.market)
                && let Some(member) = self.accounts.of_mut(view.account)
            {
                member.quota.traded(market.notional(execution.price, execution.qty));
            }
        }
    }

    /// When there is something to carry out, or to tell.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let schedules = self.accounts.iter().filter_map(|member| member.cancel_all_at);
        schedules.chain(self.queue.next_due()).chain(self.records.news_since()).min()
    }
}
