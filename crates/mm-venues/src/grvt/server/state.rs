//! Everything that the venue is besides its sockets and the exchange itself.

use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::Timestamp;

use super::{
    Account, Options, SetupError,
    accounts::Accounts,
    desk::{ArmedCancels, DeadMen, Queue},
    mischief::Mischiefs,
    public::Public,
    rate::Allowances,
    records::{OrderRecord, Records},
    replays::Replays,
    sessions::Sessions,
};
use crate::grvt::sign::{ChainId, Domain};

/// The venue.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) domain: Domain,
    pub(super) accounts: Accounts,
    pub(super) sessions: Sessions,
    pub(super) records: Records,
    /// What is kept of everybody's trades and prices.
    pub(super) public: Public,
    pub(super) allowances: Allowances,
    pub(super) replays: Replays,
    /// Orders that were acknowledged and have not been matched.
    pub(super) queue: Queue,
    /// Cancels that wait for their orders.
    pub(super) armed: ArmedCancels,
    pub(super) dead_men: DeadMen,
    pub(super) mischief: Mischiefs,
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
            domain: Domain::new(ChainId(options.chain_id.into())),
            accounts: known,
            sessions: Sessions::new(options.seed),
            records: Records::default(),
            public: Public::default(),
            allowances: Allowances::new(options.rate_limits),
            replays: Replays::default(),
            queue: Queue::default(),
            armed: ArmedCancels::default(),
            dead_men: DeadMen::default(),
            mischief: Mischiefs::default(),
            options,
        })
    }

    /// Takes note of what happened in the exchange.
    pub(super) fn facts(&mut self, exchange: &Exchange, facts: &[Fact]) {
        for fact in facts {
            self.records.fact(&self.accounts, exchange, fact);
            self.public.fact(exchange, fact);
        }
    }

    /// When there is something to carry out, or to tell.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let due = [
            self.queue.next_due(),
            self.armed.next_due(),
            self.dead_men.next_due(),
            self.records.news_since(),
        ];
        due.into_iter().flatten().min()
    }

    /// An order by its client's id: the live one, or one that waits to be matched, or else the last that ended.
    pub(super) fn by_client(&self, account: AccountId, client: u64) -> Option<&OrderRecord> {
        let known = self.records.orders.by_client(account, client);
        let waiting = || self.queue.of(account).find(|record| record.client == client);
        known.filter(|record| !record.stage.is_over()).or_else(waiting).or(known)
    }
}
