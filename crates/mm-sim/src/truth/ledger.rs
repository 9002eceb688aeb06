//! One venue's facts, folded into what became of every order, and what arrived on its wire.

use std::collections::{BTreeMap, BTreeSet};

use mm_exchange::{AccountId, Exchange, Execution, Expiry, Fact, OrderId, OrderView, Status};
use mm_model::{ClientId, Exposure, Level, Liquidity, MarketId, Money, Price, Qty, Side, Symbol, Timestamp};

use super::TopHistory;
use crate::venues::{Account, Asked};

/// How an order stands with the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It can be filled, now or when it wakes.
    Live,
    /// It was filled in full.
    Filled,
    /// Its owner took it off.
    Cancelled,
    /// The venue took it off.
    Expired(Expiry),
}

/// An order that the engine admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueOrder {
    /// The engine's number of it. (What a venue's wire calls it is the venue's own business.)
    pub number: u64,
    /// Whose id it bears.
    pub client_id: Option<ClientId>,
    /// Symbol.
    pub market: Symbol,
    /// Buy or sell.
    pub side: Side,
    /// Size that was asked for, in lots; since its owner modified it, what was asked for then.
    pub asked: Qty,
    /// Its size now: less than asked when the venue shrank it.
    pub qty: Qty,
    /// Filled so far.
    pub filled: Qty,
    /// Limit; `None` for a market order.
    pub price: Option<Price>,
    /// Whether it may open a position.
    pub exposure: Exposure,
    /// Whether its owner ever changed its price or size.
    pub was_modified: bool,
    /// When the engine took it.
    pub admitted_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// How it stands.
    pub fate: Fate,
}

impl TrueOrder {
    /// Whether it can still be filled.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.fate == Fate::Live
    }

    /// What can still be filled of it.
    #[must_use]
    pub fn live(&self) -> Qty {
        if self.is_live() { self.qty.minus(self.filled) } else { Qty::ZERO }
    }

    /// What it may come to, all in all: filled and still live.
    #[must_use]
    pub fn at_most(&self) -> Qty {
        self.filled.plus(self.live())
    }
}

/// Our side of a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueExecution {
    /// The engine's number of the trade, unique within its market. (A venue's wire may write it otherwise.)
    pub trade: u64,
    /// The engine's number of the order: [`TrueOrder::number`].
    pub order: u64,
    /// The order's client id.
    pub client_id: Option<ClientId>,
    /// Symbol.
    pub market: Symbol,
    /// Our side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// What it cost; negative is a rebate.
    pub fee: Money,
    /// Whether our order rested.
    pub liquidity: Liquidity,
    /// When.
    pub at: Timestamp,
}

/// A placement as it reached the venue's wire. One that is sent again arrives again, with the same terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: Timestamp,
    /// Which id it bears.
    pub client_id: ClientId,
    /// What it asks for, in the venue's words, without what changes when the same order is signed again.
    pub terms: String,
}

/// What one account did.
#[derive(Debug, Default)]
pub(super) struct AccountBook {
    pub(super) orders: Vec<TrueOrder>,
    pub(super) by_client_id: BTreeMap<ClientId, Vec<usize>>,
    by_number: BTreeMap<OrderId, usize>,
    pub(super) live: BTreeSet<usize>,
    pub(super) changes: Vec<usize>,
    pub(super) executions: Vec<TrueExecution>,
    pub(super) arrivals: Vec<Arrival>,
}

/// A venue's truth, as far as its exchange itself does not keep it.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// By account, of the clients' alone.
    accounts: BTreeMap<AccountId, AccountBook>,
    symbols: Vec<Symbol>,
    tops: Vec<TopHistory>,
}

impl Ledger {
    /// Of a venue where no client has traded yet.
    pub(crate) fn new(now: Timestamp, exchange: &Exchange, accounts: &[Account]) -> Self {
        let listings = exchange.listings();
        Self {
            accounts: accounts.iter().map(|account| (account.id, AccountBook::default())).collect(),
            symbols: listings.iter().map(|listing| listing.market.symbol.clone()).collect(),
            tops: listings
                .iter()
                .map(|listing| exchange.book(listing.market.id, usize::MAX))
                .map(|book| TopHistory::new(now, &book.bids, &book.asks))
                .collect(),
        }
    }

    /// Joins what happened.
    pub(crate) fn facts(&mut self, now: Timestamp, facts: &[Fact]) {
        for fact in facts {
            match fact {
                Fact::Accepted(view) => self.order(now, view, |_| {}),
                Fact::Modified(view) => self.order(now, view, |order| {
                    order.asked = order.qty;
                    order.was_modified = true;
                }),
                Fact::Executed(view, execution) => {
                    self.order(now, view, |_| {});
                    self.execution(execution);
                }
                Fact::Cancelled(view)
                | Fact::Expired(view)
                | Fact::Shrunk(view)
                | Fact::Armed(view)
                | Fact::Triggered(view) => self.order(now, view, |_| {}),
                // Not the time in it, which is the venue's clock: that may be off for a while, or for one request.
                &Fact::Level { market, side, price, qty, .. } => {
                    if let Some(tops) = self.tops.get_mut(market.0 as usize) {
                        tops.set(now, side, Level { price, qty });
                    }
                }
                Fact::Traded { .. } | Fact::Position(..) | Fact::Balance { .. } | Fact::Funding { .. } => {}
            }
        }
    }

    /// A message of an account arrived that asks for these orders.
    pub(crate) fn arrived(&mut self, now: Timestamp, account: AccountId, asked: Vec<Asked>) {
        let Some(book) = self.accounts.get_mut(&account) else { return };
        let arrival = |Asked { client_id, terms }| Arrival { at: now, client_id, terms };
        book.arrivals.extend(asked.into_iter().map(arrival));
    }

    pub(super) fn tops(&self, market: MarketId) -> Option<&TopHistory> {
        self.tops.get(market.0 as usize)
    }

    /// Every order of a client's account that the engine admitted.
    pub(crate) fn orders_of(&self, account: AccountId) -> &[TrueOrder] {
        &self.book_of(account).orders
    }

    /// What a client's account did.
    pub(super) fn book_of(&self, account: AccountId) -> &AccountBook {
        self.accounts.get(&account).expect("every client's account has a book from the start")
    }

    /// The present state of an order, which `also` may complete. Nobody's business but the clients' is kept.
    fn order(&mut self, now: Timestamp, view: &OrderView, also: impl FnOnce(&mut TrueOrder)) {
        let Some(book) = self.accounts.get_mut(&view.account) else { return };
        let n = *book.by_number.entry(view.id).or_insert_with(|| {
            let n = book.orders.len();
            book.orders.push(admitted(self.symbols[view.order.market.0 as usize].clone(), view));
            if let Some(client_id) = view.order.client_id {
                book.by_client_id.entry(client_id).or_default().push(n);
            }
            n
        });
        let order = &mut book.orders[n];
        order.qty = view.qty;
        order.filled = view.filled;
        order.price = view.order.limit;
        order.changed_at = now;
        order.fate = fate(view.status);
        also(order);
        if order.is_live() {
            book.live.insert(n);
        } else {
            book.live.remove(&n);
        }
        book.changes.push(n);
    }

    fn execution(&mut self, execution: &Execution) {
        let Some(book) = self.accounts.get_mut(&execution.account) else { return };
        book.executions.push(TrueExecution {
            trade: execution.trade.0,
            order: execution.order.0,
            client_id: execution.client_id,
            market: self.symbols[execution.market.0 as usize].clone(),
            side: execution.side,
            price: execution.price,
            qty: execution.qty,
            fee: execution.fee,
            liquidity: execution.liquidity,
            at: execution.at,
        });
    }
}

fn admitted(market: Symbol, view: &OrderView) -> TrueOrder {
    TrueOrder {
        number: view.id.0,
        client_id: view.order.client_id,
        market,
        side: view.order.side,
        asked: view.qty,
        qty: view.qty,
        filled: view.filled,
        price: view.order.limit,
        exposure: view.order.exposure,
        was_modified: false,
        admitted_at: view.created_at,
        changed_at: view.created_at,
        fate: fate(view.status),
    }
}

const fn fate(status: Status) -> Fate {
    match status {
        Status::Pending(_) | Status::New | Status::PartiallyFilled => Fate::Live,
        Status::Filled => Fate::Filled,
        Status::Cancelled => Fate::Cancelled,
        Status::Expired(why) => Fate::Expired(why),
    }
}
