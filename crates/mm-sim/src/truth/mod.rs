//! What really happened, for those who judge a bot by it: every order that an engine admitted, every execution, every
//! placement that arrived on a wire, positions, balances, and the top of each book now and a while ago.
//!
//! Typed, and cheap enough to be asked at every step. Looking changes nothing: no time passes, nothing is delivered, so a
//! run that is watched is the run that is not. What a venue *says* is not here; that is the wire's business.

mod ledger;
mod top;

use std::sync::Arc;

use mm_exchange::{AccountId, Exchange};
pub use mm_exchange::{BalanceView, Expiry};
use mm_model::{Market, Side, SignedQty, Symbol, Timestamp};

pub(crate) use self::ledger::Ledger;
pub use self::{
    ledger::{Arrival, Fate, TrueExecution, TrueOrder},
    top::{TOPS_KEPT, TopHistory, TrueTop},
};
use crate::{
    config::VenueKind,
    host::Host,
    world::{VenueWorld, World},
};

/// A handle on the truth of a running world. Clones share it. It is kept from the start of an
/// [`InProcess`](crate::InProcess) world and grows with what its clients do: a run has an end.
#[derive(Clone, Debug)]
pub struct Truth {
    host: Arc<Host>,
}

impl Truth {
    /// Keeps the truth of this world from now on.
    pub(crate) fn keep(host: Arc<Host>) -> Self {
        host.with_world(|world, _| world.keep_truth());
        Self { host }
    }

    /// The world's time: up to when everything that is told here has happened.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.host.peek(World::now)
    }

    /// The venues that stand, in the order of the configuration.
    #[must_use]
    pub fn venues(&self) -> Vec<VenueKind> {
        self.host.peek(|world| world.venues().iter().map(|venue| venue.row.kind).collect())
    }

    /// Looks at a venue. The world stands still meanwhile: take what you need and be done.
    ///
    /// # Panics
    /// When that venue does not stand in this world.
    pub fn venue<T>(&self, kind: VenueKind, look: impl FnOnce(&VenueTruth<'_>) -> T) -> T {
        self.host.peek(|world| {
            let here = world.venues().iter().find(|venue| venue.row.kind == kind);
            look(&VenueTruth { here: here.expect("only venues that stand are looked at") })
        })
    }

    /// Looks at an account of a venue.
    ///
    /// # Panics
    /// When the venue or the account does not stand in this world; accounts are [`ACCOUNTS`](crate::config::ACCOUNTS).
    pub fn account<T>(&self, kind: VenueKind, account: &str, look: impl FnOnce(&AccountTruth<'_>) -> T) -> T {
        self.venue(kind, |venue| look(&venue.account(account)))
    }
}

/// What is so at a venue.
#[derive(Clone, Copy, Debug)]
pub struct VenueTruth<'a> {
    here: &'a VenueWorld,
}

impl<'a> VenueTruth<'a> {
    /// A market as the venue lists it; its tick and lot say what prices and sizes here count.
    #[must_use]
    pub fn market(&self, symbol: &str) -> Option<&'a Market> {
        self.here.exchange.markets().by_symbol(symbol)
    }

    /// The top of a public book, our own orders included.
    #[must_use]
    pub fn top(&self, symbol: &str) -> TrueTop {
        let Some(market) = self.market(symbol) else { return TrueTop::default() };
        let best = |side| self.here.exchange.best(market.id, side);
        TrueTop { bid: best(Side::Buy), ask: best(Side::Sell) }
    }

    /// What the top of a public book was, as far back as [`TOPS_KEPT`].
    #[must_use]
    pub fn tops(&self, symbol: &str) -> Option<&'a TopHistory> {
        let market = self.market(symbol)?;
        self.ledger().tops(market.id)
    }

    /// An account.
    ///
    /// # Panics
    /// When it does not stand here.
    #[must_use]
    pub fn account(&self, name: &str) -> AccountTruth<'a> {
        let account = self.here.accounts.iter().find(|account| account.name == name);
        let id = account.expect("only accounts that stand are looked at").id;
        AccountTruth { exchange: &self.here.exchange, ledger: self.ledger(), id }
    }

    fn ledger(&self) -> &'a Ledger {
        self.here.ledger.as_deref().expect("whoever holds a `Truth` keeps it")
    }
}

/// What is so of an account at a venue.
#[derive(Clone, Copy, Debug)]
pub struct AccountTruth<'a> {
    exchange: &'a Exchange,
    ledger: &'a Ledger,
    id: AccountId,
}

impl<'a> AccountTruth<'a> {
    /// Every order that the engine ever admitted, in the order in which it did.
    #[must_use]
    pub fn orders(&self) -> &'a [TrueOrder] {
        &self.ledger.book_of(self.id).orders
    }

    /// Those of them that bear this id: more than one and an order was doubled.
    pub fn orders_of(&self, client_id: mm_model::ClientId) -> impl Iterator<Item = &'a TrueOrder> {
        let book = self.ledger.book_of(self.id);
        book.by_client_id.get(&client_id).into_iter().flatten().map(|&n| &book.orders[n])
    }

    /// Places in [`AccountTruth::orders`] of orders as they were admitted or changed, oldest change first. It only grows:
    /// whoever remembers how long it was looks at what is new and no more.
    #[must_use]
    pub fn changes(&self) -> &'a [usize] {
        &self.ledger.book_of(self.id).changes
    }

    /// Places in [`AccountTruth::orders`] of the orders that live now.
    pub fn live(&self) -> impl Iterator<Item = usize> + 'a {
        self.ledger.book_of(self.id).live.iter().copied()
    }

    /// The orders that live now, on the book or asleep, oldest first.
    pub fn open_orders(&self) -> impl Iterator<Item = &'a TrueOrder> {
        let book = self.ledger.book_of(self.id);
        book.live.iter().map(|&n| &book.orders[n])
    }

    /// Every execution, oldest first.
    #[must_use]
    pub fn executions(&self) -> &'a [TrueExecution] {
        &self.ledger.book_of(self.id).executions
    }

    /// Every placement that reached the venue's wire, whatever the venue made of it, oldest first.
    #[must_use]
    pub fn arrivals(&self) -> &'a [Arrival] {
        &self.ledger.book_of(self.id).arrivals
    }

    /// The position in a market; zero when flat.
    #[must_use]
    pub fn net(&self, symbol: &str) -> SignedQty {
        let market = self.exchange.markets().by_symbol(symbol);
        let position = market.and_then(|market| self.exchange.position(self.id, market.id));
        position.map_or(SignedQty(0), |position| position.net)
    }

    /// All positions that are not flat.
    #[must_use]
    pub fn positions(&self) -> Vec<(Symbol, SignedQty)> {
        let symbol = |market| {
            self.exchange.markets().get(market).expect("positions are in listed markets").symbol.clone()
        };
        let positions = self.exchange.positions(self.id).into_iter();
        positions.map(|position| (symbol(position.market), position.net)).collect()
    }

    /// What it holds of each asset.
    #[must_use]
    pub fn balances(&self) -> Vec<BalanceView> {
        self.exchange.balances(self.id)
    }
}

#[cfg(test)]
mod tests;
