//! The exchange: accounts and money around the matching books. This file sets it up; the commands and questions
//! are in the files beside it.

mod admit;
mod appetite;
mod cancel;
mod clock;
mod group;
mod liquidate;
mod margin;
mod modify;
mod outside;
mod place;
mod query;
mod settle;
mod shrink;
mod sleep;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mm_model::{
    ClientId, MarketId, MarketKind, Markets, Money, Price, Rate, Side, Symbol, Timestamp, TradingState,
    fixed_map::FixedMap,
};

use self::group::Groups;
use crate::{
    AccountId, Deposit, Fact, Listing, OrderId, OrderView,
    ledger::Account,
    market::{MarketState, Units},
};

/// The matching engine of one venue with its accounts. Every method is a pure function of the state and its
/// arguments: the same calls make the same exchange, fact by fact.
///
/// ```
/// # use std::time::Duration;
/// # use mm_exchange::{Deposit, Exchange, Listing, PlaceOrder, Reject, Status};
/// # use mm_model::{Decimal, Market, MarketId, MarketKind, Money, Price, Qty, Rate, Side};
/// # use mm_model::{Timestamp, TradingState};
/// let mut exchange = Exchange::new();
/// let market = exchange.list(Listing {
///     market: Market {
///         id: MarketId(0),
///         symbol: "SOL_USDC_PERP".into(),
///         base: "SOL".into(),
///         quote: "USDC".into(),
///         kind: MarketKind::Perpetual,
///         trading: TradingState::Open,
///         tick: Decimal::new(1, 2),
///         lot: Decimal::new(1, 2),
///         min_qty: Qty(1),
///         max_qty: None,
///         min_notional: None,
///     },
///     start: Price(15_000),
///     maker_fee: Rate(200_000),
///     taker_fee: Rate(500_000),
///     initial_margin: Rate(50_000_000),
///     maintenance_margin: Rate(30_000_000),
///     band: None,
///     funding_interval: Duration::from_secs(8 * 3600),
/// });
/// let now = Timestamp::from_ms(1);
/// let order = |side, qty| PlaceOrder::limit(market, side, Price(15_000), Qty(qty));
/// for name in ["alice", "bob"] {
///     let account = exchange.open_account(name);
///     let amount = Money(1_000 * 10_i128.pow(18));
///     exchange.deposit(now, Deposit { account, asset: "USDC", amount });
/// }
/// let alice = exchange.account_by_name("alice").expect("opened above");
/// let bob = exchange.account_by_name("bob").expect("opened above");
/// assert_eq!(exchange.place(now, alice, order(Side::Sell, 5))?.status, Status::New);
/// assert_eq!(exchange.place(now, bob, order(Side::Buy, 8))?.filled, Qty(5));
/// assert_eq!(exchange.position(bob, market).map(|position| position.net.0), Some(5));
/// assert_eq!(exchange.place(now, bob, order(Side::Buy, 1_000_000)), Err(Reject::Margin));
/// # Ok::<(), Reject>(())
/// ```
#[derive(Debug)]
pub struct Exchange {
    markets: Markets,
    /// By market id, as `states`.
    listings: Vec<Listing>,
    states: Vec<MarketState>,
    /// By account id.
    accounts: Vec<Account>,
    names: BTreeMap<String, AccountId>,
    /// By asset number, as `fees`.
    assets: Vec<Symbol>,
    fees: Vec<Money>,
    /// Live orders by their client's id.
    client_ids: FixedMap<ClientKey, (MarketId, OrderId)>,
    groups: Groups,
    facts: Facts,
    /// How many orders have arrived, in all markets.
    arrivals: u64,
}

/// A client id is unique among an account's live orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ClientKey(AccountId, ClientId);

/// What happened since somebody last asked.
#[derive(Debug, Default)]
struct Facts {
    off: bool,
    list: Vec<Fact>,
}

impl Facts {
    /// Notes a fact; it is only built when facts are kept.
    fn push(&mut self, fact: impl FnOnce() -> Fact) {
        if !self.off {
            self.list.push(fact());
        }
    }
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

impl Exchange {
    /// An exchange with no markets and no accounts but [`AccountId::HOUSE`] and [`AccountId::OUTSIDE`].
    #[must_use]
    pub fn new() -> Self {
        let mut exchange = Self {
            markets: Markets::default(),
            listings: Vec::new(),
            states: Vec::new(),
            accounts: Vec::new(),
            names: BTreeMap::new(),
            assets: Vec::new(),
            fees: Vec::new(),
            client_ids: FixedMap::default(),
            groups: Groups::default(),
            facts: Facts::default(),
            arrivals: 0,
        };
        assert_eq!(exchange.open_account("house"), AccountId::HOUSE);
        assert_eq!(exchange.open_account("outside"), AccountId::OUTSIDE);
        exchange
    }

    /// Lists a market; returns its id.
    ///
    /// # Panics
    /// When the market's numbers are not exact ([`mm_model::Market::is_exact`]), its symbol is listed already, or
    /// its start price, fees, margins or funding interval make no sense.
    pub fn list(&mut self, mut listing: Listing) -> MarketId {
        let symbol = listing.market.symbol.clone();
        assert!(listing.market.is_exact(), "{symbol}: tick × lot must be a whole number of money units");
        assert!(self.markets.by_symbol(&symbol).is_none(), "{symbol} is listed already");
        assert!(listing.start >= Price(1), "{symbol}: the start price must be positive");
        for rate in [listing.maker_fee, listing.taker_fee, listing.initial_margin, listing.maintenance_margin]
        {
            assert!(
                i128::from(rate.0).abs() < Rate::ONE,
                "{symbol}: fees and margins are fractions below one"
            );
        }
        assert!(
            listing.maker_fee.0 + listing.taker_fee.0 >= 0,
            "{symbol}: the house must not pay for trades"
        );
        let perpetual = listing.market.kind == MarketKind::Perpetual;
        assert!(!perpetual || !listing.funding_interval.is_zero(), "{symbol}: a funding interval is needed");
        let id = self.markets.put(listing.market.clone());
        listing.market.id = id;
        let (base, quote) =
            (self.asset_number(&listing.market.base), self.asset_number(&listing.market.quote));
        let units = Units::new(&listing, base, quote);
        self.states.push(MarketState::new(&listing, units));
        self.listings.push(listing);
        id
    }

    /// Which orders a market takes from now on. Markets that do not exist are ignored.
    pub fn set_trading(&mut self, market: MarketId, trading: TradingState) {
        if let Some(listing) = self.listings.get_mut(market.0 as usize) {
            listing.market.trading = trading;
            self.markets.put(listing.market.clone());
        }
    }

    /// Says which account is the master of another ([`SameTrader::Master`](crate::SameTrader::Master)); each is its own
    /// until then. Accounts that do not exist are ignored.
    pub fn set_master(&mut self, account: AccountId, master: AccountId) {
        if let Some(account) = self.accounts.get_mut(account.0 as usize) {
            account.master = master;
        }
    }

    /// Opens an account, or finds the one of that name.
    pub fn open_account(&mut self, name: &str) -> AccountId {
        if let Some(&id) = self.names.get(name) {
            return id;
        }
        let id = AccountId(u32::try_from(self.accounts.len()).expect("fewer than 2^32 accounts"));
        self.accounts.push(Account::new(name, id));
        self.names.insert(name.to_owned(), id);
        id
    }

    /// Puts money into an account (or takes it out). Accounts that do not exist are ignored.
    pub fn deposit(&mut self, now: Timestamp, deposit: Deposit<'_>) {
        if self.accounts.get(deposit.account.0 as usize).is_none() {
            return;
        }
        let asset = self.asset_number(deposit.asset);
        self.accounts[deposit.account.0 as usize].cash_mut(asset).available += deposit.amount;
        self.tell_balance(now, deposit.account, asset);
    }

    /// Moves all facts since the last call to the end of `out`, in order. Call it after every command: facts are
    /// kept until they are taken.
    pub fn take_facts(&mut self, out: &mut Vec<Fact>) {
        if out.is_empty() {
            std::mem::swap(out, &mut self.facts.list);
        } else {
            out.append(&mut self.facts.list);
        }
    }

    /// Whether facts are kept at all (they are, unless switched off, for instance in a benchmark).
    pub fn keep_facts(&mut self, keep: bool) {
        self.facts.off = !keep;
    }

    /// The number of an asset, which it is given when it is first heard of.
    fn asset_number(&mut self, name: &str) -> usize {
        if let Some(number) = self.asset(name) {
            return number;
        }
        self.assets.push(Symbol::from(name));
        self.fees.push(Money::ZERO);
        self.assets.len() - 1
    }

    fn asset(&self, name: &str) -> Option<usize> {
        self.assets.iter().position(|asset| &**asset == name)
    }

    /// A market that is known to exist.
    fn state(&self, market: MarketId) -> &MarketState {
        &self.states[market.0 as usize]
    }

    fn state_mut(&mut self, market: MarketId) -> &mut MarketState {
        &mut self.states[market.0 as usize]
    }

    /// An account that is known to exist.
    fn account(&self, id: AccountId) -> &Account {
        &self.accounts[id.0 as usize]
    }

    fn account_mut(&mut self, id: AccountId) -> &mut Account {
        &mut self.accounts[id.0 as usize]
    }

    /// Numbers and tells the present size of a level.
    fn tell_level(&mut self, now: Timestamp, market: MarketId, at: (Side, Price)) {
        let (side, price) = at;
        let state = &mut self.states[market.0 as usize];
        state.seq += 1;
        let (seq, book) = (state.seq, &state.book);
        self.facts.push(|| Fact::Level { market, seq, side, price, qty: book.level(side, price), at: now });
    }

    fn tell_balance(&mut self, now: Timestamp, account: AccountId, asset: usize) {
        if account.is_system() {
            return;
        }
        let cash = self.accounts[account.0 as usize].cash(asset);
        let assets = &self.assets;
        self.facts.push(|| Fact::Balance {
            account,
            asset: assets[asset].clone(),
            available: cash.available,
            locked: cash.locked,
            at: now,
        });
    }

    fn tell_position(&mut self, account: AccountId, market: MarketId) {
        if account.is_system() {
            return;
        }
        if let Some(holding) = self.accounts[account.0 as usize].holding(market) {
            self.facts.push(|| Fact::Position(account, holding.view(market)));
        }
    }

    /// The record of a live order.
    fn record(&self, market: MarketId, id: OrderId) -> Option<&OrderView> {
        let record = self.states.get(market.0 as usize)?.records.get(id.slot())?.as_ref()?;
        (record.id == id).then_some(record)
    }

    /// An order as it is now, live or over.
    fn present(&self, view: OrderView) -> OrderView {
        let over = || self.account(view.account).orders.iter().rev().find(|old| old.id == view.id);
        self.record(view.order.market, view.id).or_else(over).copied().unwrap_or(view)
    }
}
