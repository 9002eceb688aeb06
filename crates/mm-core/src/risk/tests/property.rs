//! Whatever is heard of orders, late, twice, out of turn or never: what is held at the venue and what may still be filled
//! there is never more than the limit, on either side.

use std::collections::BTreeMap;

use mm_model::Unsure;
use proptest::prelude::*;

use super::*;

const MAX: i64 = 40;

#[derive(Clone, Copy, Debug)]
enum Happens {
    /// Placed, if the gate lets it; and lost on its way, or not.
    Place { side: Side, qty: u64, is_lost: bool },
    /// The n-th live order at the venue is filled by so much.
    Fill(usize, u64),
    /// It is cancelled there.
    Cancel(usize),
    /// It is to be of this size from now on, if the gate lets it; the venue does it, or forgets it.
    Modify { nth: usize, qty: u64, is_done: bool },
    /// The n-th message on its way arrives; it may arrive once more.
    Deliver { nth: usize, again: bool },
    /// It never does.
    Lose(usize),
    /// We no longer know of the n-th order of ours whether it is live.
    Doubt(usize),
    /// The venue answers what the position is and which orders are live.
    Reconcile,
}

#[derive(Clone, Debug)]
struct TrueOrder {
    side: Side,
    qty: u64,
    filled: u64,
    version: u32,
    is_live: bool,
}

#[derive(Clone, Debug)]
enum Message {
    Report(OrderReport),
    Fill(Fill),
    Position(i64),
}

struct World {
    stand: Stand,
    venue: BTreeMap<ClientId, TrueOrder>,
    net: i64,
    on_the_way: Vec<Message>,
    n_trades: u64,
}

impl World {
    fn new() -> Self {
        let size = Some(Decimal::new(i128::from(MAX), 2));
        let limits = on_market(MarketLimits { position_size_max: size, ..MarketLimits::default() });
        let stand = Stand::new(limits);
        Self { stand, venue: BTreeMap::new(), net: 0, on_the_way: Vec::new(), n_trades: 0 }
    }

    fn live(&self, nth: usize) -> Option<ClientId> {
        let live: Vec<_> = self.venue.iter().filter(|(_, order)| order.is_live).map(|(id, _)| *id).collect();
        (!live.is_empty()).then(|| live[nth % live.len()])
    }

    fn tell(&mut self, id: ClientId) {
        let order = &self.venue[&id];
        let status = match order {
            TrueOrder { is_live: true, .. } => ReportedStatus::Open,
            order if order.filled == order.qty => ReportedStatus::Filled,
            _ => ReportedStatus::Cancelled { reason: None },
        };
        self.on_the_way.push(Message::Report(OrderReport {
            client_id: Some(id),
            venue_id: VenueOrderId::from_number(id.0),
            market: MARKET,
            side: order.side,
            price: Some(Price(10_000)),
            qty: Qty(order.qty),
            version: order.version,
            filled: Qty(order.filled),
            status,
            at: Timestamp::ZERO,
        }));
    }

    fn step(&mut self, happens: Happens) {
        self.stand.wait(1);
        match happens {
            Happens::Place { side, qty, is_lost } => self.place(side, qty, is_lost),
            Happens::Fill(nth, qty) => self.fill(nth, qty),
            Happens::Cancel(nth) => {
                let Some(id) = self.live(nth) else { return };
                self.venue.get_mut(&id).expect("live").is_live = false;
                self.tell(id);
            }
            Happens::Modify { nth, qty, is_done } => self.modify(nth, qty, is_done),
            Happens::Deliver { nth, again } if !self.on_the_way.is_empty() => {
                let nth = nth % self.on_the_way.len();
                let message = if again { self.on_the_way[nth].clone() } else { self.on_the_way.remove(nth) };
                self.hear(message);
            }
            Happens::Lose(nth) if !self.on_the_way.is_empty() => {
                let nth = nth % self.on_the_way.len();
                self.on_the_way.remove(nth);
            }
            Happens::Doubt(nth) => {
                let ids: Vec<_> = self.venue.keys().copied().collect();
                if let Some(id) = ids.get(nth % ids.len().max(1)) {
                    let unsure = Update::Unsure(Unsure::Outcome(self.stand.now));
                    self.stand.orders.apply(*id, self.stand.now, unsure);
                }
            }
            Happens::Deliver { .. } | Happens::Lose(_) => {}
            Happens::Reconcile => self.reconcile(),
        }
    }

    fn place(&mut self, side: Side, qty: u64, is_lost: bool) {
        let Ok(id) = self.stand.place(limit(side, qty, 10_000)) else { return };
        if is_lost {
            return; // It stays in doubt: nothing here proves that it never arrived.
        }
        let order = TrueOrder { side, qty, filled: 0, version: 0, is_live: true };
        self.venue.insert(id, order);
        self.tell(id);
    }

    fn fill(&mut self, nth: usize, qty: u64) {
        let Some(id) = self.live(nth) else { return };
        let order = self.venue.get_mut(&id).expect("live");
        let qty = qty.min(order.qty - order.filled);
        order.filled += qty;
        order.is_live = order.filled < order.qty;
        let side = order.side;
        self.net += side.sign() * i64::try_from(qty).expect("small");
        self.n_trades += 1;
        let fill = Fill {
            trade_id: TradeId::from_number(self.n_trades),
            client_id: Some(id),
            venue_id: VenueOrderId::from_number(id.0),
            market: MARKET,
            side,
            price: Price(10_000),
            qty: Qty(qty),
            fee: Money::ZERO,
            fee_asset: "USDC".into(),
            liquidity: Liquidity::Maker,
            at: Timestamp::ZERO,
        };
        self.on_the_way.extend([Message::Fill(fill), Message::Position(self.net)]);
        self.tell(id);
    }

    fn modify(&mut self, nth: usize, qty: u64, is_done: bool) {
        let Some(id) = self.live(nth) else { return };
        let Some((filled, is_modifying)) = self.stand.orders.read(id, |tracker| {
            let record = tracker.record();
            (record.filled().0, record.is_modifying() || record.state().is_final())
        }) else {
            return;
        };
        if is_modifying || qty <= filled || self.stand.modify(id, qty, 10_000).is_err() {
            return;
        }
        let order = self.venue.get_mut(&id).expect("live");
        if is_done && order.filled < qty {
            order.qty = qty;
            order.version += 1;
            self.tell(id);
        } else {
            self.stand.orders.apply(id, self.stand.now, Update::ModifyFailed);
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Report(report) => drop(self.stand.orders.report(self.stand.now, &report)),
            Message::Fill(fill) => drop(self.stand.orders.fill(self.stand.now, &fill)),
            Message::Position(net) => self.stand.desk.position(MARKET, SignedQty(net)),
        }
    }

    /// The position is asked for, and answered after all that is known of orders.
    fn reconcile(&mut self) {
        let asked_at = self.stand.now;
        self.stand.wait(1);
        let row = mm_model::Position {
            market: MARKET,
            net: SignedQty(self.net),
            entry: None,
            unrealized: None,
            at: Timestamp::ZERO,
        };
        self.stand.desk.positions(&Snapshot { rows: vec![row], scope: None, complete: true }, asked_at);
    }

    /// What the venue could come to.
    fn check(&self) {
        for side in [Side::Buy, Side::Sell] {
            let open = self.venue.values().filter(|order| order.is_live && order.side == side);
            let open: u64 = open.map(|order| order.qty - order.filled).sum();
            let worst = self.net * side.sign() + i64::try_from(open).expect("small");
            assert!(worst <= MAX, "{side}: {worst} of {MAX}, {:?} with {:?}", self.net, self.venue);
        }
    }
}

fn happens() -> impl Strategy<Value = Happens> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    prop_oneof![
        6 => (side, 1..25_u64, any::<bool>())
            .prop_map(|(side, qty, lost)| Happens::Place { side, qty, is_lost: lost && qty < 5 }),
        6 => (any::<usize>(), 1..20_u64).prop_map(|(nth, qty)| Happens::Fill(nth, qty)),
        2 => any::<usize>().prop_map(Happens::Cancel),
        3 => (any::<usize>(), 1..45_u64, any::<bool>())
            .prop_map(|(nth, qty, is_done)| Happens::Modify { nth, qty, is_done }),
        9 => (any::<usize>(), any::<bool>()).prop_map(|(nth, again)| Happens::Deliver { nth, again }),
        1 => any::<usize>().prop_map(Happens::Lose),
        1 => any::<usize>().prop_map(Happens::Doubt),
        2 => Just(Happens::Reconcile),
    ]
}

proptest! {
    #[test]
    fn the_worst_case_at_the_venue_is_never_above_the_limit(steps in prop::collection::vec(happens(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.check();
        }
    }
}

/// The same with everything told in turn: the limit is not kept by denying all.
#[test]
fn a_gate_that_hears_all_lets_orders_pass_up_to_the_limit() {
    let mut world = World::new();
    for qty in [25, 15] {
        world.step(Happens::Place { side: Side::Buy, qty, is_lost: false });
    }
    world.step(Happens::Fill(0, 25));
    while !world.on_the_way.is_empty() {
        world.step(Happens::Deliver { nth: 0, again: false });
    }
    world.step(Happens::Place { side: Side::Sell, qty: 65, is_lost: false });
    assert_eq!((world.venue.len(), world.net), (3, 25));
    world.step(Happens::Place { side: Side::Buy, qty: 1, is_lost: false });
    assert_eq!(world.venue.len(), 3);
}
