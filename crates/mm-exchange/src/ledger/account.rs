//! One account: its balances by asset, its positions by market, and what it did lately.

use std::collections::BTreeMap;

use mm_model::{MarketId, Money, Rate, Side, Timestamp};

use super::position::Position;
use crate::{AccountId, Execution, FundingPayment, OrderId, OrderView, PositionView, ring::Ring};

/// How many finished orders, executions and funding payments an account remembers of each.
const KEPT: usize = 4096;

/// The leverage limit of a new account: what 5 % initial margin allows (shared world of the simulator).
const LEVERAGE: u32 = 20;

/// What is held of one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cash {
    pub(crate) available: Money,
    pub(crate) locked: Money,
}

/// What an account has going on in one market.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holding {
    pub(crate) position: Position,
    pub(crate) realized: Money,
    pub(crate) funding: Money,
    pub(crate) updated_at: Timestamp,
    /// Lots of open orders that may raise the position, by side.
    pub(crate) open_buys: i64,
    pub(crate) open_sells: i64,
    /// Initial margin as its owner set it for this market; `None`: as the account's leverage says.
    pub(crate) initial_margin: Option<Rate>,
    /// Live reduce-only orders.
    pub(crate) reduce_only: Vec<OrderId>,
}

impl Holding {
    pub(crate) const fn open_mut(&mut self, side: Side) -> &mut i64 {
        match side {
            Side::Buy => &mut self.open_buys,
            Side::Sell => &mut self.open_sells,
        }
    }

    /// How many lots an order of this side can take off the position.
    pub(crate) fn reducible(&self, side: Side) -> u64 {
        if self.position.net.signum() * side.sign() < 0 { self.position.net.unsigned_abs() } else { 0 }
    }

    /// The largest size that the position can get by its open orders alone.
    pub(crate) fn worst(&self) -> i128 {
        let net = i128::from(self.position.net);
        (net + i128::from(self.open_buys)).abs().max((net - i128::from(self.open_sells)).abs())
    }

    pub(crate) const fn view(&self, market: MarketId) -> PositionView {
        PositionView {
            market,
            net: self.position.size(),
            cost: Money(self.position.cost),
            realized: self.realized,
            funding: self.funding,
            updated_at: self.updated_at,
        }
    }
}

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Whose orders count as its own, when an order says so.
    pub(crate) master: AccountId,
    pub(crate) leverage: u32,
    /// By asset number; assets it never touched may be missing at the end.
    cash: Vec<Cash>,
    pub(crate) holdings: BTreeMap<MarketId, Holding>,
    /// How many of its orders are live.
    pub(crate) n_open: u32,
    pub(crate) orders: Ring<OrderView, KEPT>,
    pub(crate) executions: Ring<Execution, KEPT>,
    pub(crate) funding: Ring<FundingPayment, KEPT>,
}

impl Account {
    pub(crate) fn new(name: &str, master: AccountId) -> Self {
        Self {
            name: name.to_owned(),
            master,
            leverage: LEVERAGE,
            cash: Vec::new(),
            holdings: BTreeMap::new(),
            n_open: 0,
            orders: Ring::default(),
            executions: Ring::default(),
            funding: Ring::default(),
        }
    }

    /// What it holds of an asset.
    pub(crate) fn cash(&self, asset: usize) -> Cash {
        self.cash.get(asset).copied().unwrap_or_default()
    }

    pub(crate) fn cash_mut(&mut self, asset: usize) -> &mut Cash {
        if self.cash.len() <= asset {
            self.cash.resize(asset + 1, Cash::default());
        }
        &mut self.cash[asset]
    }

    /// All it holds, by asset number.
    pub(crate) fn all_cash(&self) -> impl Iterator<Item = (usize, Cash)> {
        self.cash.iter().copied().enumerate()
    }

    pub(crate) fn holding(&self, market: MarketId) -> Option<&Holding> {
        self.holdings.get(&market)
    }

    pub(crate) fn holding_mut(&mut self, market: MarketId) -> &mut Holding {
        self.holdings.entry(market).or_default()
    }
}
