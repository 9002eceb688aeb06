//! Each check catches a violation made by hand, and is silent about what is right.

mod end;
mod safety;

use std::collections::BTreeMap;

use mm_model::{
    ClientId, Exposure, Fill, Level, Liquidity, MarketId, Money, NewOrder, OrderKind, OrderRecord,
    OrderReport, Price, Qty, ReportedStatus, Side, SignedQty, Symbol, TimeInForce, Timestamp, TradeId,
    VenueOrderId,
};
use mm_sim::{
    config::VenueKind,
    truth::{Arrival, Fate, TopHistory, TrueExecution, TrueOrder},
};

use super::*;

const KIND: VenueKind = VenueKind::Backpack;
const SOL: &str = "SOL";
const HERE: MarketId = MarketId(3);

fn at(secs: u64) -> Timestamp {
    Timestamp::from_ms(secs * 1000)
}

/// A venue and a bot that can be bent: at first both know of one order, `7`, ten lots to buy at 100, live and unfilled.
struct Scene {
    checker: Checker,
    now: u64,
    orders: Vec<TrueOrder>,
    changes: Vec<usize>,
    executions: Vec<TrueExecution>,
    arrivals: Vec<Arrival>,
    net: i64,
    total: i128,
    tops: TopHistory,
    belief: Belief,
}

impl Scene {
    fn new(rules: Rules) -> Self {
        let level = |price| Level { price: Price(price), qty: Qty(50) };
        let belief = Belief {
            ready: true,
            markets: BTreeMap::from([(HERE, Symbol::from(SOL))]),
            totals: BTreeMap::from([("USDC".into(), Money(5))]),
            ..Belief::default()
        };
        let mut scene = Self {
            checker: Checker::new("alice", rules),
            now: 1,
            orders: Vec::new(),
            changes: Vec::new(),
            executions: Vec::new(),
            arrivals: Vec::new(),
            net: 0,
            total: 5,
            tops: TopHistory::new(at(0), &[level(100)], &[level(102)]),
            belief,
        };
        assert_eq!(scene.step(), [], "nothing has happened");
        scene.make(7, limit(10, 100));
        scene.admit(7);
        scene.open(7);
        assert_eq!(scene.step(), [], "all is right");
        scene
    }

    fn plain() -> Self {
        Self::new(Rules::default())
    }

    /// The bot makes an order.
    fn make(&mut self, id: u64, order: NewOrder) -> &mut OrderRecord {
        let mut record = OrderRecord::new(ClientId(id), order, at(self.now));
        record.submitting();
        self.belief.orders.entry(ClientId(id)).insert_entry(record).into_mut()
    }

    /// The engine takes an order that the bot made.
    fn admit(&mut self, id: u64) -> &mut TrueOrder {
        let order = *self.record(id).order();
        let terms = format!("{order:?}");
        self.arrivals.push(Arrival { at: at(self.now), client_id: ClientId(id), terms });
        self.orders.push(TrueOrder {
            number: self.orders.len() as u64,
            client_id: Some(ClientId(id)),
            market: SOL.into(),
            side: order.side,
            asked: order.qty,
            qty: order.qty,
            filled: Qty::ZERO,
            price: order.kind.price(),
            exposure: order.exposure,
            was_modified: false,
            admitted_at: at(self.now),
            changed_at: at(self.now),
            fate: Fate::Live,
        });
        self.changes.push(self.orders.len() - 1);
        self.orders.last_mut().unwrap()
    }

    /// The engine fills some of the `n`-th order.
    fn fill(&mut self, n: usize, qty: u64) {
        let order = &mut self.orders[n];
        order.filled = order.filled.plus(Qty(qty));
        if order.filled == order.qty {
            order.fate = Fate::Filled;
        }
        self.net += i64::try_from(qty).unwrap() * order.side.sign();
        self.executions.push(TrueExecution {
            trade: self.executions.len() as u64,
            order: order.number,
            client_id: order.client_id,
            market: SOL.into(),
            side: order.side,
            price: order.price.unwrap(),
            qty: Qty(qty),
            fee: Money::ZERO,
            liquidity: Liquidity::Maker,
            at: at(self.now),
        });
        self.changes.push(n);
    }

    fn end(&mut self, n: usize, fate: Fate) {
        self.orders[n].fate = fate;
        self.changes.push(n);
    }

    fn record(&mut self, id: u64) -> &mut OrderRecord {
        self.belief.orders.get_mut(&ClientId(id)).unwrap()
    }

    /// The bot hears that an order is live.
    fn open(&mut self, id: u64) {
        self.report(id, (0, ReportedStatus::Open));
    }

    fn report(&mut self, id: u64, (filled, status): (u64, ReportedStatus)) {
        let record = self.record(id);
        let order = *record.order();
        record.report(&OrderReport {
            client_id: Some(ClientId(id)),
            venue_id: VenueOrderId::from_number(id),
            market: order.market,
            side: order.side,
            price: order.kind.price(),
            qty: order.qty,
            version: 0,
            filled: Qty(filled),
            status,
            at: Timestamp::ZERO,
        });
    }

    /// The bot hears of a fill.
    fn hear_fill(&mut self, id: u64, (trade, qty): (u64, u64)) {
        let record = self.record(id);
        let order = *record.order();
        record.fill(&Fill {
            trade_id: TradeId::from_number(trade),
            client_id: Some(ClientId(id)),
            venue_id: VenueOrderId::from_number(id),
            market: order.market,
            side: order.side,
            price: order.kind.price().unwrap(),
            qty: Qty(qty),
            fee: Money::ZERO,
            fee_asset: "USDC".into(),
            liquidity: Liquidity::Maker,
            at: Timestamp::ZERO,
        });
        let signed = SignedQty(i64::try_from(qty).unwrap() * order.side.sign());
        let net = self.belief.filled.entry(SOL.into()).or_default();
        *net = *net + signed;
        self.belief.positions.insert(SOL.into(), *net);
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            orders: &self.orders,
            changes: &self.changes,
            executions: &self.executions,
            arrivals: &self.arrivals,
            live: (0..self.orders.len()).filter(|&n| self.orders[n].is_live()).collect(),
            nets: [(SOL.into(), SignedQty(self.net))].into_iter().filter(|(_, net)| !net.is_flat()).collect(),
            totals: BTreeMap::from([("USDC".into(), Money(self.total))]),
            tops: Box::new(|symbol| (symbol == SOL).then_some(&self.tops)),
        }
    }

    /// What a look finds, a second later.
    fn step(&mut self) -> Vec<Check> {
        self.now += 1;
        let mut checker = std::mem::replace(&mut self.checker, Checker::new("", Rules::default()));
        let found = checker.step(at(self.now), (KIND, &self.facts()), Some(&self.belief));
        self.checker = checker;
        checks(&found)
    }

    /// The same without a bot.
    fn step_alone(&mut self) -> Vec<Check> {
        let mut checker = std::mem::replace(&mut self.checker, Checker::new("", Rules::default()));
        let found = checker.step(at(self.now), (KIND, &self.facts()), None);
        self.checker = checker;
        checks(&found)
    }

    /// What the last look finds.
    fn settled(&mut self) -> Vec<Check> {
        let mut checker = std::mem::replace(&mut self.checker, Checker::new("", Rules::default()));
        let found = checker.unsettled(at(self.now), (KIND, &self.facts()), &self.belief);
        self.checker = checker;
        checks(&found)
    }
}

fn checks(found: &[Finding]) -> Vec<Check> {
    assert!(found.iter().all(|finding| !finding.to_string().is_empty()));
    found.iter().map(|finding| finding.check).collect()
}

/// So many lots to buy at a price.
fn limit(qty: u64, price: i64) -> NewOrder {
    let kind = OrderKind::Limit { price: Price(price), time_in_force: TimeInForce::Gtc };
    NewOrder { market: HERE, side: Side::Buy, qty: Qty(qty), kind, exposure: Exposure::Any }
}
