//! What is true at the fake venue.

use std::collections::BTreeMap;

use mm_model::{
    BookSnapshot, ClientId, Event, Fill, Level, Liquidity, Mode, Modification, Money, OrderKind, OrderReport,
    Placement, Position, Price, Qty, ReportedStatus, Side, SignedQty, Snapshot, TimeInForce, Timestamp,
    TradeId, VenueOrderId,
};

use super::MARKET;

#[derive(Clone, Debug)]
pub(super) struct TrueOrder {
    pub(super) placement: Placement,
    pub(super) venue_id: VenueOrderId,
    pub(super) version: u32,
    pub(super) filled: Qty,
    pub(super) status: ReportedStatus,
}

#[derive(Debug)]
pub(super) struct Truth {
    pub(super) orders: BTreeMap<ClientId, TrueOrder>,
    pub(super) fills: Vec<Fill>,
    pub(super) net: SignedQty,
    pub(super) book: Option<(i64, i64)>,
    pub(super) seq: u64,
    /// The most that was ever live or filled at once, signed by nothing: one side is traded in a test.
    pub(super) committed_max: Qty,
}

impl Truth {
    pub(super) fn new() -> Self {
        Self {
            orders: BTreeMap::new(),
            fills: Vec::new(),
            net: SignedQty::ZERO,
            book: Some((100, 102)),
            seq: 1,
            committed_max: Qty::ZERO,
        }
    }

    pub(super) fn accept(&mut self, placement: Placement) {
        let venue_id = VenueOrderId::from_number(1_000 + placement.client_id.0);
        let status = ReportedStatus::Open;
        let order = TrueOrder { placement, venue_id, version: 0, filled: Qty::ZERO, status };
        let before = self.orders.insert(placement.client_id, order);
        assert!(before.is_none(), "client id {} was used twice", placement.client_id);
        self.committed_max = self.committed_max.max(self.committed());
    }

    /// All that is filled and all that may still be.
    fn committed(&self) -> Qty {
        self.orders.values().fold(Qty::ZERO, |sum, order| {
            let live = order.status == ReportedStatus::Open;
            sum.plus(if live { order.placement.order.qty } else { order.filled })
        })
    }

    pub(super) fn live(&self) -> Vec<ClientId> {
        self.orders
            .iter()
            .filter(|(_, order)| order.status == ReportedStatus::Open)
            .map(|(id, _)| *id)
            .collect()
    }

    /// Fills up to `lots`; the events that tell it.
    pub(super) fn fill(&mut self, now: Timestamp, id: ClientId, lots: u64) -> Vec<Event> {
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        let wanted = order.placement.order;
        let lots = lots.min(wanted.qty.minus(order.filled).0);
        if order.status != ReportedStatus::Open || lots == 0 {
            return Vec::new();
        }
        order.filled = order.filled.plus(Qty(lots));
        if order.filled == wanted.qty {
            order.status = ReportedStatus::Filled;
        }
        self.net = self.net + SignedQty(wanted.side.sign() * i64::try_from(lots).expect("small"));
        let fill = Fill {
            trade_id: TradeId::from_number(self.fills.len() as u64 + 1),
            client_id: Some(id),
            venue_id: order.venue_id,
            market: MARKET,
            side: wanted.side,
            price: wanted.kind.price().unwrap_or(Price(101)),
            qty: Qty(lots),
            fee: Money(1),
            fee_asset: "USDC".into(),
            liquidity: Liquidity::Maker,
            at: now,
        };
        self.fills.push(fill.clone());
        vec![Event::Fill(fill), Event::Order(self.report(now, id)), Event::Position(self.position(now))]
    }

    /// A trade of the account's that no order of ours made.
    pub(super) fn trade_by_hand(&mut self, now: Timestamp, side: Side, lots: u64) -> Fill {
        self.net = self.net + SignedQty(side.sign() * i64::try_from(lots).expect("small"));
        let n = self.fills.len() as u64 + 1;
        let fill = Fill {
            trade_id: TradeId::from_number(n),
            client_id: None,
            venue_id: VenueOrderId::from_number(900_000 + n),
            market: MARKET,
            side,
            price: Price(101),
            qty: Qty(lots),
            fee: Money(1),
            fee_asset: "USDC".into(),
            liquidity: Liquidity::Taker,
            at: now,
        };
        self.fills.push(fill.clone());
        fill
    }

    pub(super) fn end(&mut self, id: ClientId, status: ReportedStatus) -> bool {
        let Some(order) = self.orders.get_mut(&id) else { return false };
        let live = order.status == ReportedStatus::Open;
        if live {
            order.status = status;
        }
        live
    }

    /// Changes a live order in place; whether there is one.
    pub(super) fn modify(&mut self, modification: &Modification) -> bool {
        let live = |order: &&mut TrueOrder| order.status == ReportedStatus::Open;
        let id = modification.target.client_id;
        let Some(order) = id.and_then(|id| self.orders.get_mut(&id)).filter(live) else { return false };
        order.version += 1;
        order.placement.order.qty = modification.qty;
        let time_in_force = TimeInForce::Gtc;
        order.placement.order.kind = OrderKind::Limit { price: modification.price, time_in_force };
        self.committed_max = self.committed_max.max(self.committed());
        true
    }

    pub(super) fn report(&self, now: Timestamp, id: ClientId) -> OrderReport {
        let order = &self.orders[&id];
        let wanted = order.placement.order;
        OrderReport {
            version: order.version,
            client_id: Some(id),
            venue_id: order.venue_id,
            market: MARKET,
            side: wanted.side,
            price: wanted.kind.price(),
            qty: wanted.qty,
            filled: order.filled,
            status: order.status.clone(),
            at: now,
        }
    }

    /// Live orders first, then the history.
    pub(super) fn look_up(&self, now: Timestamp, client_id: ClientId, mode: Mode) -> Vec<Event> {
        let lacking = |mode| Event::NoSuchOrder { client_id, mode, complete: true };
        let order = self.orders.get(&client_id);
        let is_live = order.is_some_and(|order| order.status == ReportedStatus::Open);
        match (order, mode) {
            (Some(_), Mode::Live) if is_live => vec![Event::Order(self.report(now, client_id))],
            (Some(_), Mode::Live) => vec![lacking(Mode::Live), Event::Order(self.report(now, client_id))],
            (Some(_), Mode::History) if !is_live => vec![Event::Order(self.report(now, client_id))],
            (None, Mode::Live) => vec![lacking(Mode::Live), lacking(Mode::History)],
            (_, Mode::History) => vec![lacking(Mode::History)],
        }
    }

    pub(super) fn open_orders(&self, now: Timestamp) -> Snapshot<OrderReport> {
        let rows = self.live().into_iter().map(|id| self.report(now, id)).collect();
        Snapshot { rows, scope: None, complete: true }
    }

    pub(super) const fn position(&self, at: Timestamp) -> Position {
        Position { market: MARKET, net: self.net, entry: None, unrealized: None, at }
    }

    pub(super) fn snapshot(&self, at: Timestamp) -> BookSnapshot {
        let side = |side: Side| {
            let level = |price| Level { price: Price(price), qty: Qty(1_000) };
            let touch = self.book.map(|(bid, ask)| if side == Side::Buy { bid } else { ask });
            touch.into_iter().flat_map(|touch| [level(touch), level(touch - 10 * side.sign())]).collect()
        };
        BookSnapshot { market: MARKET, seq: self.seq, bids: side(Side::Buy), asks: side(Side::Sell), at }
    }
}
