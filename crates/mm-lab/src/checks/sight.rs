//! What is read at one look: the engine's facts, and the bot's belief. Plain data.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use mm_core::Venue;
use mm_model::{ClientId, Level, MarketId, Money, OrderRecord, SignedQty, Symbol};
use mm_sim::truth::{Arrival, TopHistory, TrueExecution, TrueOrder, VenueTruth};

use super::books;

/// Finds the history of the top of a market's book by its symbol.
pub type Tops<'a> = Box<dyn Fn(&str) -> Option<&'a TopHistory> + 'a>;

/// What an engine knows of an account. Borrowed for one look.
pub struct Facts<'a> {
    /// Every order that was ever admitted.
    pub orders: &'a [TrueOrder],
    /// Places of orders as they changed, oldest first.
    pub changes: &'a [usize],
    /// Every execution.
    pub executions: &'a [TrueExecution],
    /// Every placement that reached the wire.
    pub arrivals: &'a [Arrival],
    /// Places of the orders that live.
    pub live: Vec<usize>,
    /// Positions that are not flat.
    pub nets: BTreeMap<Symbol, SignedQty>,
    /// What is owned of each asset, free and held.
    pub totals: BTreeMap<Symbol, Money>,
    /// The history of a market's top.
    pub tops: Tops<'a>,
}

impl<'a> Facts<'a> {
    /// Of an account of a venue.
    #[must_use]
    pub fn of(venue: &VenueTruth<'a>, account: &str) -> Self {
        let (venue, account) = (*venue, venue.account(account));
        Self {
            orders: account.orders(),
            changes: account.changes(),
            executions: account.executions(),
            arrivals: account.arrivals(),
            live: account.live().collect(),
            nets: account.positions().into_iter().collect(),
            totals: account
                .balances()
                .into_iter()
                .map(|balance| (balance.asset, balance.available + balance.locked))
                .collect(),
            tops: Box::new(move |symbol| venue.tops(symbol)),
        }
    }

    /// The orders that live.
    pub fn live_orders(&self) -> impl Iterator<Item = &'a TrueOrder> + '_ {
        self.live.iter().map(|&n| &self.orders[n])
    }

    /// A position; zero when flat.
    #[must_use]
    pub fn net(&self, symbol: &str) -> SignedQty {
        self.nets.get(symbol).copied().unwrap_or_default()
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("orders", &self.orders).finish_non_exhaustive()
    }
}

/// What a bot believes of a venue.
#[derive(Clone, Debug, Default)]
pub struct Belief {
    /// Fit to trade.
    pub ready: bool,
    /// Why not.
    pub reason: Option<String>,
    /// What earlier runs left is not taken up yet: it may not know of it.
    pub recovering: bool,
    /// Things that the venue said and that cannot be true, as far as they were counted.
    pub anomalies: u64,
    /// The markets' symbols.
    pub markets: BTreeMap<MarketId, Symbol>,
    /// Markets that have no book to price from now.
    pub bookless: BTreeSet<MarketId>,
    /// Books that are believed, bids and asks, the levels nearest the touch; only where they were looked at.
    pub books: BTreeMap<MarketId, [Vec<Level>; 2]>,
    /// All orders believed live, and those that were asked for.
    pub orders: BTreeMap<ClientId, OrderRecord>,
    /// What own orders filled.
    pub filled: BTreeMap<Symbol, SignedQty>,
    /// Positions that are not flat, as the venue told them.
    pub positions: BTreeMap<Symbol, SignedQty>,
    /// What is owned of each asset, free and held.
    pub totals: BTreeMap<Symbol, Money>,
}

impl Belief {
    /// What stands behind a handle, with these orders beside those that are believed live.
    #[must_use]
    pub fn of(bot: &Venue, ids: BTreeSet<ClientId>) -> Self {
        let status = bot.status();
        let mut orders: BTreeMap<ClientId, OrderRecord> =
            bot.open_orders().into_iter().map(|record| (record.client_id(), record)).collect();
        for id in ids {
            if !orders.contains_key(&id)
                && let Some(order) = bot.order(id)
            {
                orders.insert(id, order.snapshot());
            }
        }
        let markets: BTreeMap<MarketId, Symbol> =
            bot.markets().iter().map(|market| (market.id, market.symbol.clone())).collect();
        Self {
            ready: status.ready,
            reason: status.reason,
            recovering: bot.is_recovering(),
            anomalies: status.anomalies,
            bookless: markets.keys().copied().filter(|id| bot.top(*id).is_err()).collect(),
            markets,
            orders,
            ..Self::default()
        }
    }

    /// With the books.
    #[must_use]
    pub fn with_books(mut self, bot: &Venue) -> Self {
        let books = self.markets.keys().filter_map(|id| Some((*id, books::of(bot, *id)?)));
        self.books = books.collect();
        self
    }

    /// With what is believed of the account.
    #[must_use]
    pub fn with_account(mut self, bot: &Venue) -> Self {
        let nets = self.markets.iter().map(|(id, symbol)| (symbol.clone(), bot.filled(*id)));
        self.filled = nets.filter(|(_, net)| !net.is_flat()).collect();
        let positions = bot.positions().into_iter();
        self.positions = positions.map(|row| (self.symbol(row.market).into(), row.net)).collect();
        let balances = bot.balances().into_iter();
        self.totals = balances.map(|row| (row.asset, row.available + row.locked)).collect();
        self
    }

    /// A market's symbol.
    #[must_use]
    pub fn symbol(&self, market: MarketId) -> &str {
        self.markets.get(&market).map_or("?", |symbol| &**symbol)
    }
}
