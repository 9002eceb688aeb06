//! Every control at its limit, one below it and one above it; every mode with every action.

mod controls;
mod modes;
mod profit;
mod property;

use std::{sync::Arc, time::Duration};

use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, Market, MarketId, Money, NewOrder, OrderKind, OrderReport,
    Price, Qty, Rate, ReportedStatus, Side, SignedQty, Snapshot, Symbol, Timestamp, TradeId, VenueOrderId,
};

use super::*;
use crate::{
    Orders,
    journal::NoJournal,
    orders::Update,
    testing::{MARKET, limit, market, ms},
};

/// A gate, one connector at it, and its orders. One tick on one lot is a ten-thousandth of a dollar: 100 lots (one coin) at
/// 10,000 ticks are 100 dollars.
pub(super) struct Stand {
    pub(super) gate: Gate,
    pub(super) desk: Desk,
    pub(super) orders: Orders,
    pub(super) sight: Sight,
    pub(super) now: Timestamp,
    n_ids: u64,
    n_trades: u64,
}

pub(super) const BOOK: Sight = Sight { touch: Some((Price(10_000), Price(10_002))), mark: None, sweep: None };

pub(super) fn dollars(n: i128) -> Money {
    Money(n * 10_i128.pow(18))
}

pub(super) fn cents(n: i128) -> Money {
    Money(n * 10_i128.pow(16))
}

/// Limits of the one market, all others as they are by themselves.
pub(super) fn on_market(limits: MarketLimits) -> Limits {
    let other = ConnectorLimits { market: limits, ..ConnectorLimits::default() };
    Limits { other, ..units() }
}

pub(super) fn on_connector(other: ConnectorLimits) -> Limits {
    Limits { other, ..units() }
}

pub(super) fn units() -> Limits {
    Limits { quotes: vec!["USDC".into()], ..Limits::default() }
}

impl Stand {
    pub(super) fn new(limits: Limits) -> Self {
        let gate = Gate::with(limits);
        Self::at(&gate, "fake")
    }

    /// A further connector at the same gate.
    pub(super) fn at(gate: &Gate, name: &str) -> Self {
        let desk = gate.desk(name);
        desk.learn_market(&Arc::new(market()));
        let orders = Orders::guarded(100, Arc::new(NoJournal), desk.clone());
        let now = Timestamp::from_ms(1_700_000_000_000);
        desk.positions(&Snapshot { rows: Vec::new(), scope: None, complete: true }, now);
        Self { gate: gate.clone(), desk, orders, sight: BOOK, now, n_ids: 0, n_trades: 0 }
    }

    /// After a restart, with what the run before left; a person opened the gate at `resumed_at`.
    pub(super) fn after(limits: &Limits, resumed_at: Timestamp, saved: &RiskState) -> Self {
        let gate = Gate::with(limits.clone());
        gate.resumed(resumed_at);
        let now = Timestamp::from_ms(1_700_000_000_000);
        let (stand, desk) = (Self::at(&gate, "fake"), gate.desk("fake"));
        desk.restore(&saved.to_string(), now);
        desk.learn_market(&Arc::new(market()));
        desk.positions(&Snapshot { rows: Vec::new(), scope: None, complete: true }, now);
        let orders = Orders::guarded(100, Arc::new(NoJournal), desk.clone());
        Self { desk, orders, ..stand }
    }

    /// What the next run gets.
    pub(super) fn saved(&self) -> RiskState {
        self.desk.state(self.now)
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.now = self.now + Duration::from_millis(ms);
    }

    /// Places an order as a venue's handle does; the word of the control that says no.
    pub(super) fn place(&mut self, order: NewOrder) -> Result<ClientId, &'static str> {
        let room = self.desk.admit(self.now, &order, &self.sight).map_err(|denial| denial.code)?;
        self.n_ids += 1;
        let id = ClientId(self.n_ids);
        let tracked = self.orders.track_in(id, (order, Some(room)), self.now).expect("a new id");
        drop(tracked);
        self.orders.apply(id, self.now, Update::Sent);
        Ok(id)
    }

    pub(super) fn order_of(&self, id: ClientId) -> NewOrder {
        self.orders.read(id, |tracker| *tracker.record().order()).expect("tracked")
    }

    pub(super) fn report(&self, id: ClientId, status: ReportedStatus, filled: u64) {
        let order = self.order_of(id);
        self.orders.report(
            self.now,
            &OrderReport {
                client_id: Some(id),
                venue_id: VenueOrderId::from_number(id.0),
                market: order.market,
                side: order.side,
                price: order.kind.price(),
                qty: order.qty,
                version: 0,
                filled: Qty(filled),
                status,
                at: Timestamp::ZERO,
            },
        );
        self.desk.enforce();
    }

    pub(super) fn open(&self, id: ClientId) {
        self.report(id, ReportedStatus::Open, 0);
    }

    pub(super) fn cancelled(&self, id: ClientId) {
        self.report(id, ReportedStatus::Cancelled { reason: None }, 0);
    }

    pub(super) fn fill(&mut self, id: ClientId, qty: u64, price: i64) {
        self.fill_for(id, (qty, price), Money::ZERO);
    }

    pub(super) fn fill_for(&mut self, id: ClientId, (qty, price): (u64, i64), fee: Money) {
        let order = self.order_of(id);
        self.n_trades += 1;
        let fill = Fill {
            trade_id: TradeId::from_number(self.n_trades),
            client_id: Some(id),
            venue_id: VenueOrderId::from_number(id.0),
            market: order.market,
            side: order.side,
            price: Price(price),
            qty: Qty(qty),
            fee,
            fee_asset: "USDC".into(),
            liquidity: Liquidity::Taker,
            at: Timestamp::ZERO,
        };
        self.orders.fill(self.now, &fill);
        self.desk.enforce();
    }

    /// Buys or sells so much by an order that is filled at once.
    pub(super) fn trade(&mut self, side: Side, qty: u64, price: i64) -> Result<(), &'static str> {
        let id = self.place(limit(side, qty, price))?;
        self.fill(id, qty, price);
        Ok(())
    }

    pub(super) fn modify(&mut self, id: ClientId, qty: u64, price: i64) -> Result<(), &'static str> {
        let filled = self.orders.read(id, |tracker| tracker.record().filled()).expect("tracked");
        let change = Change { id, price: Price(price), qty: Qty(qty), filled, order: self.order_of(id) };
        self.desk.admit_change(self.now, &change, &self.sight).map_err(|denial| denial.code)?;
        self.orders.apply(id, self.now, Update::ModifySent { price: Price(price), qty: Qty(qty) });
        self.desk.change_sent(MARKET, id);
        Ok(())
    }
}

pub(super) fn reduce_only(order: NewOrder) -> NewOrder {
    NewOrder { exposure: Exposure::ReduceOnly, ..order }
}

pub(super) fn at_market(side: Side, qty: u64) -> NewOrder {
    NewOrder { kind: OrderKind::Market, ..limit(side, qty, 1) }
}
