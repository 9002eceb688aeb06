//! The one book behind the gate: all markets of all connectors. What passes is entered before it is let through, under one
//! lock, so that two orders never take the same room.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mm_model::{
    ClientId, Fill, Market, MarketId, Money, NewOrder, OrderKind, OrderRecord, Price, Qty, SignedQty,
    TimeInForce, Timestamp,
};

use super::{
    Mode,
    check::{self, Asked, Sight},
    denial::{Denial, code},
    exposure::Standing,
    limits::{ConnectorLimits, Limits},
    line::{Line, Wish},
    pace::Messages,
    profit::{Profit, Share, day_of},
    row::Row,
    state::{Closure, Paused, RiskState, SavedMarket},
};

/// A mode that something calls for, and why.
pub(super) type Call = (Mode, String);

/// One connector's part.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    limits: ConnectorLimits,
    pub(super) rows: BTreeMap<MarketId, Row>,
    /// Orders that are, or may be, live.
    n_open: usize,
    messages: Messages,
    rejects: u32,
    skew: Duration,
    pub(super) share: Share,
    /// A fill moved it since that was last asked.
    pub(super) is_moved: bool,
    /// What earlier runs left of markets that are not known yet.
    pub(super) saved: Vec<SavedMarket>,
    pub(super) paused: Vec<Paused>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) limits: Arc<Limits>,
    pub(super) accounts: Vec<Account>,
    pub(super) gross: Money,
    /// Places given out so far.
    n_places: u64,
    pub(super) profit: Profit,
    /// What is to become of the mode.
    pub(super) call: Option<Call>,
}

/// A market of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) account: usize,
    pub(super) market: MarketId,
}

/// Where the process stands, and what the moment is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) mode: Mode,
    pub(super) why: &'a str,
    pub(super) now: Timestamp,
    pub(super) sight: &'a Sight,
}

/// What became of an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct News<'a> {
    pub(super) now: Timestamp,
    /// By so much its fills moved the position.
    pub(super) moved: SignedQty,
    /// The fill, where it was one that nobody had told before.
    pub(super) fill: Option<&'a Fill>,
}

/// A change that is asked for of a live order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) id: ClientId,
    pub(crate) price: Price,
    /// Of the whole order.
    pub(crate) qty: Qty,
    /// Filled so far.
    pub(crate) filled: Qty,
    /// As it was placed.
    pub(crate) order: NewOrder,
}

impl Ledger {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits: Arc::new(limits),
            accounts: Vec::new(),
            gross: Money::ZERO,
            n_places: 0,
            profit: Profit::default(),
            call: None,
        }
    }

    pub(super) fn open_account(&mut self, name: &str) -> usize {
        let limits = self.limits.connector(name).clone();
        let messages = Messages::new(&limits);
        let account = Account {
            name: name.to_owned(),
            limits,
            rows: BTreeMap::new(),
            n_open: 0,
            messages,
            rejects: 0,
            skew: Duration::ZERO,
            share: Share::default(),
            is_moved: false,
            saved: Vec::new(),
            paused: Vec::new(),
        };
        self.accounts.push(account);
        self.accounts.len() - 1
    }

    /// A market is known, or known anew.
    pub(super) fn learn_market(&mut self, place: Place, market: &Arc<Market>) {
        let account = &mut self.accounts[place.account];
        if let Some(row) = account.rows.get_mut(&place.market) {
            row.market = market.clone();
            return;
        }
        let limits = self.limits.market(&account.name, &market.symbol).clone();
        let has_unit = self.limits.quotes.iter().any(|quote| **quote == *market.quote);
        let mut row = Row::new(market.clone(), limits, has_unit);
        if let Some(at) = account.saved.iter().position(|saved| *saved.symbol == *market.symbol) {
            account.saved.swap_remove(at).put_back(&mut row);
        }
        if let Some(at) = account.paused.iter().position(|paused| *paused.symbol == *market.symbol) {
            let Paused { since, why, .. } = account.paused.swap_remove(at);
            row.halted = Some((why, since));
        }
        account.rows.insert(place.market, row);
    }

    /// An order that passes all controls has its place from now on.
    pub(super) fn admit(
        &mut self,
        place: Place,
        order: &NewOrder,
        moment: &Moment<'_>,
    ) -> Result<u64, Denial> {
        let asked = Asked::from(order);
        let before = self.row(place)?.standing();
        self.judge(place, (&asked, before), moment)?;
        let account = &mut self.accounts[place.account];
        if let Some(max) = account.limits.open_orders_max {
            let open = account.n_open;
            if open >= max as usize {
                let text =
                    format!("'{}' has {open} live orders, {max} are allowed (open_orders_max)", account.name);
                return Err(Denial::new(code::OPEN_ORDERS, text));
            }
        }
        account.messages.count(moment.now);
        self.n_places += 1;
        let key = self.n_places;
        self.change(place, |row| row.reserve(key, order, (moment.now, moment.sight)));
        Ok(key)
    }

    /// A modification that passes all controls counts from now on. One that only shrinks the order always passes, but for a
    /// halt.
    pub(super) fn admit_change(
        &mut self,
        place: Place,
        change: &Change,
        moment: &Moment<'_>,
    ) -> Result<(), Denial> {
        let row = self.row(place)?;
        let line = row.lines.of(change.id);
        let left = change.qty.minus(change.filled);
        let (had, at) = line.map_or((Qty::ZERO, None), |line| (line.lots, line.limit));
        if moment.mode != Mode::Halted && left <= had && at == Some(change.price) {
            return Ok(());
        }
        let kind = match change.order.kind {
            OrderKind::PostOnly { .. } => OrderKind::PostOnly { price: change.price },
            OrderKind::StopLoss { trigger, .. } => OrderKind::StopLoss { trigger, limit: Some(change.price) },
            OrderKind::TakeProfit { trigger, .. } => {
                OrderKind::TakeProfit { trigger, limit: Some(change.price) }
            }
            OrderKind::Limit { .. } | OrderKind::Market => {
                OrderKind::Limit { price: change.price, time_in_force: TimeInForce::Gtc }
            }
        };
        let order = NewOrder { kind, qty: change.qty, ..change.order };
        let asked = Asked { more: left, ..Asked::from(&order) };
        let standing = row.standing();
        let before = line.map_or(standing, |line| standing.without(line));
        self.judge(place, (&asked, before), moment)?;
        self.accounts[place.account].messages.count(moment.now);
        let wish = Wish { price: change.price, qty: change.qty, sent: false };
        self.change(place, |row| row.wish(change.id, wish, left));
        Ok(())
    }

    fn judge(
        &self,
        place: Place,
        (asked, before): (&Asked, Standing),
        moment: &Moment<'_>,
    ) -> Result<(), Denial> {
        let Moment { now, sight, .. } = *moment;
        let account = &self.accounts[place.account];
        let row = self.row(place)?;
        row.is_open_to(asked, &before, moment)?;
        if let Some(max) = account.limits.clock_skew_max.filter(|max| account.skew > *max) {
            let [skew, max] = [account.skew, max].map(|apart| apart.as_millis());
            let text = format!(
                "our clock is {skew} ms off '{}', {max} ms are allowed (clock_skew_max_ms)",
                account.name
            );
            return Err(Denial::new(code::CLOCK_SKEW, text));
        }
        row.is_in_bounds(asked, sight)?;
        if !row.limits.may_self_trade {
            check::self_trade(&row.market, asked, sight, self.own_lines(place))?;
        }
        row.is_no_duplicate(now, asked)?;
        account.messages.check(now, &account.name)?;
        let after = row.has_room(asked, before, sight)?;
        if self.limits.gross_notional_max.is_some() && !asked.reduces {
            row.in_units(Money::ZERO)?;
            let price = row.price.max(asked.worth_price(sight)).unwrap_or_default();
            let rest = self.gross - row.gross;
            check::gross(self.gross, rest + after.gross(&row.market, price), self.limits.gross_notional_max)?;
        }
        Ok(())
    }

    /// Orders in the same market by the same account, through whichever connector.
    fn own_lines(&self, place: Place) -> impl Iterator<Item = &Line> {
        let own = &self.accounts[place.account];
        let symbol = own.rows.get(&place.market).map(|row| &row.market.symbol);
        let is_shared = !own.limits.account.is_empty();
        let others = self.accounts.iter().enumerate().filter(move |(at, other)| {
            *at != place.account && is_shared && other.limits.account == own.limits.account
        });
        let theirs = others.flat_map(move |(_, other)| {
            other
                .rows
                .values()
                .filter(move |row| Some(&row.market.symbol) == symbol)
                .flat_map(|row| row.lines.iter())
        });
        own.rows.get(&place.market).into_iter().flat_map(|row| row.lines.iter()).chain(theirs)
    }

    fn row(&self, place: Place) -> Result<&Row, Denial> {
        self.accounts[place.account].rows.get(&place.market).ok_or_else(|| {
            Denial::new(
                code::MARKET_NOT_ALLOWED,
                format!("no market {:?} is known to the gate", place.market),
            )
        })
    }

    /// Changes a market's row, and counts anew what it is for among all.
    pub(super) fn change<T>(&mut self, place: Place, change: impl FnOnce(&mut Row) -> T) -> Option<T> {
        let account = &mut self.accounts[place.account];
        let row = account.rows.get_mut(&place.market)?;
        let n_before = row.lines.len();
        let done = change(row);
        account.n_open = account.n_open + row.lines.len() - n_before;
        let gross = row.gross_now();
        self.gross = self.gross - row.gross + gross;
        row.gross = gross;
        Some(done)
    }

    /// An order of ours changed.
    pub(super) fn follow(&mut self, place: Place, record: &OrderRecord, News { now, moved, fill }: News<'_>) {
        let executed = self.change(place, |row| {
            let executed = row.follow(record);
            if !moved.is_flat() {
                row.moved(now, moved);
            }
            executed
        });
        if let Some(fill) = fill {
            self.take_fill(place, now, fill);
        }
        if executed == Some(true) {
            self.count_execution(place, now);
        }
    }

    /// A fill that nobody had told before, priced.
    pub(super) fn take_fill(&mut self, place: Place, now: Timestamp, fill: &Fill) {
        self.change(place, |row| {
            row.takings.fill(&row.market, fill);
            row.price = row.price.or(Some(fill.price));
        });
        self.accounts[place.account].is_moved = true;
        self.take_stock(place, now);
    }

    fn count_execution(&mut self, place: Place, now: Timestamp) {
        let Some(row) = self.accounts[place.account].rows.get_mut(&place.market) else { return };
        let Some(limit) = row.limits.repeats else { return };
        if row.executions.count(now, limit) {
            let text = format!(
                "{}: {} orders on {} were executed within {} s (repeats_max)",
                code::REPEATED_EXECUTION,
                limit.executions,
                row.market,
                limit.within.as_secs()
            );
            self.call_for(limit.then, text);
        }
    }

    /// What a lot of the market is worth now.
    pub(super) fn mark(&mut self, place: Place, now: Timestamp, price: Price) {
        self.change(place, |row| row.price = Some(price));
        self.take_stock(place, now);
    }

    fn take_stock(&mut self, place: Place, now: Timestamp) {
        let account = &mut self.accounts[place.account];
        let Some(row) = account.rows.get_mut(&place.market).filter(|row| row.has_unit) else { return };
        let equity = row.takings.at(&row.market, row.price.unwrap_or_default());
        let gained = equity - row.takings.equity;
        row.takings.equity = equity;
        if self.profit.begins_day(now) {
            self.accounts.iter_mut().for_each(|account| account.share.day_began = account.share.equity);
        }
        self.accounts[place.account].share.equity += gained;
        if self.profit.set(self.profit.equity + gained) {
            self.accounts.iter_mut().for_each(|account| account.share.at_peak = account.share.equity);
        }
        if let Some((code, text)) = self.profit.reached(&self.limits.losses) {
            self.call_for(self.limits.losses.then, format!("{code}: {text}"));
        }
    }

    /// The venue refused an order, or took one.
    pub(super) fn answered(&mut self, account: usize, refused: bool) {
        let account = &mut self.accounts[account];
        account.rejects = if refused { account.rejects.saturating_add(1) } else { 0 };
        let Some(max) = account.limits.rejects_max.filter(|max| account.rejects >= *max) else { return };
        account.rejects = 0;
        let then = account.limits.then;
        let text = format!(
            "{}: '{}' refused {max} orders in a row (rejects_max)",
            code::CONSECUTIVE_REJECTS,
            account.name
        );
        self.call_for(then, text);
    }

    pub(super) fn set_skew(&mut self, account: usize, skew: Duration) {
        self.accounts[account].skew = skew;
    }

    /// The stricter of two calls stands.
    fn call_for(&mut self, mode: Mode, why: String) {
        if self.call.as_ref().is_none_or(|(called, _)| *called < mode) {
            self.call = Some((mode, why));
        }
    }

    /// Somebody looked: what led to a mode begins anew.
    pub(super) fn resume(&mut self) {
        self.call = None;
        for account in &mut self.accounts {
            account.rejects = 0;
            account.paused.clear();
            for row in account.rows.values_mut() {
                row.halted = None;
                row.executions.clear();
            }
        }
    }

    pub(super) fn state(&self, account: usize, closure: Closure) -> RiskState {
        RiskState::of(&self.accounts[account], self.profit.day, closure)
    }

    /// Markets find theirs when they are known; until then they stand at what they came to last. Limits are held against it
    /// with the first price: the other connectors' parts may still be missing.
    pub(super) fn restore(&mut self, account: usize, state: RiskState, now: Timestamp) {
        let equity = state.markets.iter().filter_map(SavedMarket::equity).sum();
        let share = Share { equity, day_began: state.day_began, at_peak: state.peak };
        let share = share.restored(state.day, now);
        self.profit.join(&share, state.day.max(day_of(now)));
        let account = &mut self.accounts[account];
        (account.share, account.saved, account.paused) = (share, state.markets, state.paused);
    }
}
