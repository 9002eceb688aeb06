//! The risk gate: what every order must pass before it has an id, and before it is signed. Cancels never pass through it.
//!
//! One gate stands before all connectors of a process, so that what is summed over venues is one sum. It keeps one book of
//! all that is or may be live ([`ledger`], a [`row`] for each market, a [`line`] for each order, summed by [`lines`]); an order that passes has
//! its place there before it has an id, and keeps it until its end is proven. Who owns what: an order's own record says how
//! much of it may still be filled ([`OrderRecord::at_risk`](mm_model::OrderRecord::at_risk)), the table of orders tells the
//! book of every change, and the book alone is judged by.
//!
//! The decisions are pure functions ([`check`], [`exposure`], [`pace`], [`profit`]). What the gate does not do: it takes no
//! order off (the driver does, when it hears that the mode is `HALTED`), and it trusts no venue to keep a limit.

mod check;
mod denial;
mod desk;
mod exposure;
mod ledger;
mod limits;
mod line;
mod lines;
mod pace;
mod profit;
mod row;
mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use mm_model::{Money, SignedQty, Timestamp};
use tokio::sync::watch;

use crate::sync::lock;
pub(crate) use check::Sight;
pub use denial::{Denial, code};
pub(crate) use desk::{Desk, Reservation, is_impossible};
pub(crate) use ledger::Change;
use ledger::Ledger;
pub use limits::{ConnectorLimits, Limits, LossLimits, MarketLimits, Repeats};
pub use state::{Closure, Paused, RiskState, SavedMarket, StateError};

/// What may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Everything within the limits.
    #[default]
    Active,
    /// Only what brings a position nearer to flat, whatever becomes of the orders that are open.
    Reducing,
    /// Nothing but cancels; every order of ours is taken off.
    Halted,
}

impl Mode {
    /// The word in logs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Reducing => "REDUCING",
            Self::Halted => "HALTED",
        }
    }
}

/// The gate. Clones share it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mode: watch::Sender<Mode>,
    /// Why it is not `Active`.
    reason: Mutex<String>,
    /// The part of it that outlives the process.
    closure: Mutex<Closure>,
    /// When a person opened the gate of runs that were over.
    resumed_at: Mutex<Timestamp>,
    ledger: Mutex<Ledger>,
}

/// How much one market could come to, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketExposure {
    /// The connector's name.
    pub connector: String,
    /// The market's.
    pub symbol: String,
    /// The position by own fills since the venue last told it while nothing was open.
    pub position: SignedQty,
    /// Orders that are, or may be, live.
    pub open_orders: usize,
    /// What it counts for in the sum over all markets, in units of account.
    pub notional: Money,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A gate that is `Active` and has no limits.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    /// A gate that is `Active`.
    #[must_use]
    pub fn with(limits: Limits) -> Self {
        Self(Arc::new(Inner {
            mode: watch::Sender::new(Mode::Active),
            reason: Mutex::default(),
            closure: Mutex::default(),
            resumed_at: Mutex::default(),
            ledger: Mutex::new(Ledger::new(limits)),
        }))
    }

    /// What orders are held to.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        self.ledger().limits.clone()
    }

    /// What may be sent now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        *self.0.mode.borrow()
    }

    /// Why it is not `Active`; empty while it is.
    #[must_use]
    pub fn reason(&self) -> String {
        lock(&self.0.reason).clone()
    }

    /// Hears changes of the mode.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Mode> {
        self.0.mode.subscribe()
    }

    /// Nothing new, and every order of ours off the books, from now on. Connectors see to it by themselves, also while the
    /// strategy hangs. The first reason stands.
    pub fn halt(&self, why: &str) {
        self.take_up(Closure { mode: Mode::Halted, since: Timestamp::ZERO, why: why.to_owned() });
    }

    /// The same for this process alone: whoever calls it sees to it that the next one does not trade, where that is meant.
    pub fn halt_this_process(&self, why: &str) {
        self.tighten(Mode::Halted, why);
    }

    /// Only orders that reduce, from now on.
    pub fn reduce(&self, why: &str) {
        self.take_up(Closure { mode: Mode::Reducing, since: Timestamp::ZERO, why: why.to_owned() });
    }

    /// Everything within the limits again: for the operator alone. What led here is counted anew; what was lost is not
    /// forgotten, and a loss limit that is still reached closes the gate again at the next price.
    pub fn resume(&self) {
        self.ledger().resume();
        let mut reason = lock(&self.0.reason);
        reason.clear();
        *lock(&self.0.closure) = Closure::default();
        self.0.mode.send_replace(Mode::Active);
    }

    fn tighten(&self, to: Mode, why: &str) {
        let mut reason = lock(&self.0.reason);
        if self.mode() < to {
            tracing::error!(mode = to.as_str(), why, "the risk gate closes");
            why.clone_into(&mut reason);
            self.0.mode.send_replace(to);
        }
    }

    /// What all positions could be worth with every open order of each market's worse side filled, in units of account.
    #[must_use]
    pub fn gross(&self) -> Money {
        self.ledger().gross
    }

    /// What own fills made so far, at mid, fees included, in units of account.
    #[must_use]
    pub fn profit(&self) -> Money {
        self.ledger().profit.equity
    }

    /// Markets with a position or with open orders.
    #[must_use]
    pub fn exposures(&self) -> Vec<MarketExposure> {
        let ledger = self.ledger();
        let rows =
            ledger.accounts.iter().flat_map(|account| account.rows.values().map(|row| (&account.name, row)));
        rows.filter(|(_, row)| !row.lines.is_empty() || !row.own().is_flat())
            .map(|(connector, row)| MarketExposure {
                connector: connector.clone(),
                symbol: row.market.symbol.to_string(),
                position: row.own(),
                open_orders: row.lines.len(),
                notional: row.gross,
            })
            .collect()
    }

    /// A person opened the gates of runs that were over by then: what closed them before that holds no more. To be told before
    /// connectors are made; what was lost is not forgotten.
    pub fn resumed(&self, at: Timestamp) {
        *lock(&self.0.resumed_at) = at;
    }

    /// What closes the gate beyond the end of the process; since when at the latest is noted with the first asking.
    fn closure(&self, now: Timestamp) -> Closure {
        let mut closure = lock(&self.0.closure);
        if closure.mode != Mode::Active && closure.since == Timestamp::ZERO {
            closure.since = now;
        }
        closure.clone()
    }

    /// What of an earlier run's closing still holds.
    fn still_closed(&self, state: &mut RiskState) -> Closure {
        let resumed_at = *lock(&self.0.resumed_at);
        state.paused.retain(|paused| resumed_at < paused.since);
        if state.closure.since <= resumed_at { Closure::default() } else { state.closure.clone() }
    }

    fn take_up(&self, closure: Closure) {
        let (mode, why) = (closure.mode, closure.why.clone());
        {
            let mut known = lock(&self.0.closure);
            if known.mode < mode {
                *known = closure;
            }
        }
        self.tighten(mode, &why);
    }

    /// A connector's place.
    pub(crate) fn desk(&self, connector: &str) -> Desk {
        let account = self.ledger().open_account(connector);
        Desk::new(self.clone(), account)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.0.ledger)
    }
}

#[cfg(test)]
mod tests;
