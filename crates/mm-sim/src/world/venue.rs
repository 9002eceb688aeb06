//! One venue of the world: its exchange, its server half, its accounts, and who else trades there.

use mm_exchange::{AccountId, Deposit, Exchange, Fact};
use mm_model::{MarketId, Money, Timestamp};
use mm_venues::{
    http::Request,
    server::{Mischief, Outbound, VenueServer},
};

use crate::{
    config::{ACCOUNTS, SimConfig, SimError, VenueKind},
    crowd::{Crowd, Seat},
    tape::Player,
    truth::Ledger,
    venues::{Account, Asked, VenueRow, row},
};

/// What each is funded with, in the quote asset.
const FUNDS: i128 = 1_000_000;
/// One whole unit of an asset.
const WHOLE: i128 = 10i128.pow(Money::SCALE as u32);

/// One venue.
pub(crate) struct VenueWorld {
    pub(crate) row: &'static VenueRow,
    pub(crate) exchange: Exchange,
    pub(crate) server: Box<dyn VenueServer>,
    pub(crate) accounts: Vec<Account>,
    crowds: Vec<Crowd>,
    players: Vec<Player>,
    /// What really happened, where somebody asks.
    pub(crate) ledger: Option<Box<Ledger>>,
    /// Room for facts on their way to the server half, kept from call to call.
    facts: Vec<Fact>,
}

impl VenueWorld {
    pub(super) fn new(config: &SimConfig, kind: VenueKind, now: Timestamp) -> Result<Self, SimError> {
        let row = row(kind);
        let mut exchange = Exchange::new();
        let markets: Vec<MarketId> =
            (row.listings)(config).into_iter().map(|listing| exchange.list(listing)).collect();
        let mut n_accounts = 0;
        let accounts = ACCOUNTS.map(|name| {
            let key = (row.key)(config.seed, name, n_accounts);
            n_accounts += 1;
            let id = exchange.open_account(name);
            let amount = Money(FUNDS * WHOLE);
            exchange.deposit(now, Deposit { account: id, asset: row.quote, amount });
            Account { name, id, key }
        });
        exchange.advance(now);
        let server = (row.server)(&accounts, config);
        let mut players = Vec::new();
        for tape in config.tapes.iter().filter(|tape| tape.venue == kind) {
            let Some(market) = exchange.markets().by_symbol(&tape.symbol) else {
                return Err(SimError::Config(format!("tape: {kind} has no market '{}'", tape.symbol)));
            };
            let market = market.clone();
            if players.iter().any(|player: &Player| player.market() == market.id) {
                return Err(SimError::Config(format!("two tapes for {kind} {market}")));
            }
            players.push(Player::open(&tape.path, market, now)?);
        }
        let clients: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        let crowds = markets
            .into_iter()
            .filter(|market| players.iter().all(|player| player.market() != *market))
            .map(|market| {
                let seat = Seat { seed: config.seed, venue: kind, market, clients: clients.clone() };
                Crowd::new(now, &mut exchange, seat)
            })
            .collect();
        let mut venue = Self {
            row,
            exchange,
            server,
            accounts: accounts.into(),
            crowds,
            players,
            ledger: None,
            facts: Vec::new(),
        };
        // The first books stand before the first client comes; nobody has subscribed, so nothing is said.
        venue.wake(now, &mut Vec::new());
        for crowd in &mut venue.crowds {
            config.crowd.into_iter().for_each(|action| crowd.command(now, action));
        }
        Ok(venue)
    }

    /// When something happens here next by itself.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let crowds = self.crowds.iter().filter_map(Crowd::next_wake);
        let players = self.players.iter().map(Player::next_wake);
        crowds.chain(players).chain(self.server.next_wake()).chain(self.exchange.next_wake()).min()
    }

    /// Does what is due at `now`, in a fixed order.
    pub(super) fn wake(&mut self, now: Timestamp, said: &mut Vec<Outbound>) {
        for player in self.players.iter_mut().filter(|player| player.next_wake() <= now) {
            player.step(now, &mut self.exchange);
        }
        for crowd in self.crowds.iter_mut().filter(|crowd| crowd.next_wake().is_some_and(|at| at <= now)) {
            crowd.step(now, &mut self.exchange);
        }
        if self.exchange.next_wake().is_some_and(|at| at <= now) {
            self.exchange.advance(now);
        }
        self.tell(now, said);
        if self.server.next_wake().is_some_and(|at| at <= now) {
            self.server.tick(now, &mut self.exchange, said);
            self.tell(now, said);
        }
    }

    /// Tells the server half what happened in the exchange.
    pub(super) fn tell(&mut self, now: Timestamp, said: &mut Vec<Outbound>) {
        self.exchange.take_facts(&mut self.facts);
        if !self.facts.is_empty() {
            if let Some(ledger) = &mut self.ledger {
                ledger.facts(now, &self.facts);
            }
            self.server.facts(now, &self.exchange, &self.facts, said);
            self.facts.clear();
        }
    }

    /// The crowd of a market; `None` where a tape plays.
    pub(crate) fn crowd_mut(&mut self, market: MarketId) -> Option<&mut Crowd> {
        self.crowds.iter_mut().find(|crowd| crowd.market() == market)
    }

    /// The account that a request speaks for, whether or not its signature is good.
    pub(super) fn account_of(&self, request: &Request) -> Option<&'static str> {
        self.account_by_key(&(self.row.request_key)(request)?)
    }

    /// Notes the orders that a message asks for, whatever becomes of them.
    pub(super) fn note_request(&mut self, now: Timestamp, request: &Request) {
        if self.ledger.is_some() {
            self.note(now, (self.row.request_key)(request), (self.row.request_orders)(request));
        }
    }

    /// As [`VenueWorld::note_request`], of a client's frame.
    pub(super) fn note_frame(&mut self, now: Timestamp, text: &str) {
        if self.ledger.is_some() {
            self.note(now, (self.row.frame_key)(text), (self.row.frame_orders)(text));
        }
    }

    fn note(&mut self, now: Timestamp, api_key: Option<String>, asked: Vec<Asked>) {
        let account = self.accounts.iter().find(|account| Some(&account.key.api_key) == api_key.as_ref());
        if let (Some(account), Some(ledger)) = (account, &mut self.ledger) {
            ledger.arrived(now, account.id, asked);
        }
    }

    /// Something goes wrong at the venue for whoever bears this key, or for all. A venue that knows no such trouble says so
    /// in the log, and that nothing happened.
    pub(super) fn trouble(&mut self, now: Timestamp, api_key: Option<String>, what: Mischief) -> bool {
        let is_known = self.server.mischief(now, api_key.as_deref(), what);
        if !is_known {
            tracing::warn!(venue = %self.row.kind, ?what, "this venue knows no such trouble: nothing happens");
        }
        is_known
    }

    pub(super) fn account_by_key(&self, api_key: &str) -> Option<&'static str> {
        self.accounts.iter().find(|account| account.key.api_key == api_key).map(|account| account.name)
    }
}

impl std::fmt::Debug for VenueWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VenueWorld").field("kind", &self.row.kind).finish_non_exhaustive()
    }
}
