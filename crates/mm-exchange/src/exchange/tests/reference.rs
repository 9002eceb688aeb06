//! The exchange against a naive matcher that knows all flags: the same outcomes, the same trades.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Which order.
    arrival: usize,
    /// Its place among all: the lower is met first.
    turn: usize,
    owner: usize,
    order: PlaceOrder,
    size: u64,
    left: u64,
}

impl Row {
    fn price(&self) -> i64 {
        self.order.limit.expect("only limits rest").0
    }

    fn shown(&self, status: &str) -> String {
        format!("{}/{} {status}", self.size - self.left, self.size)
    }
}

#[derive(Default)]
struct Naive {
    rows: Vec<Row>,
    turns: usize,
    trades: Vec<(usize, i64, u64)>,
}

impl Naive {
    /// Resting rows that the order would meet, first to be met first.
    fn crossing(&self, order: &PlaceOrder) -> Vec<Row> {
        let side = order.side;
        let mut rows: Vec<Row> = self.rows.iter().copied().filter(|row| row.order.side != side).collect();
        rows.retain(|row| order.limit.is_none_or(|limit| side.sign() * (limit.0 - row.price()) >= 0));
        rows.sort_by_key(|row| (side.sign() * row.price(), row.turn));
        rows
    }

    fn place(&mut self, arrival: usize, owner: usize, order: &PlaceOrder) -> String {
        let Amount::Base(Qty(size)) = order.amount else { unreachable!("base amounts only") };
        if order.limit.is_none() && !self.rows.iter().any(|row| row.order.side != order.side) {
            return "NoLiquidity".to_owned();
        }
        if order.post_only && !self.crossing(order).is_empty() {
            return "WouldMatch".to_owned();
        }
        self.enter(Row { arrival, turn: 0, owner, order: *order, size, left: size })
    }

    /// Changes a resting order: smaller in its place, anything else by a new arrival.
    fn modify(&mut self, arrival: usize, price: i64, size: u64) -> String {
        let at = self.rows.iter().position(|row| row.arrival == arrival).unwrap();
        let (old, mut new) = (self.rows[at], self.rows[at]);
        new.order.limit = Some(Price(price));
        new.size = size;
        new.left = size.saturating_sub(old.size - old.left);
        if new.left == 0 {
            self.rows.remove(at);
            return old.shown("Cancelled");
        }
        if price == old.price() && size <= old.size {
            self.rows[at] = new;
            return new.shown(if new.left == new.size { "New" } else { "PartiallyFilled" });
        }
        if new.order.post_only && !self.crossing(&new.order).is_empty() {
            return "WouldMatch".to_owned();
        }
        self.rows.remove(at);
        self.enter(new)
    }

    fn enter(&mut self, mut new: Row) -> String {
        let order = new.order;
        let rows = self.crossing(&order);
        let strict = order.self_trade != SelfTrade::RejectMaker;
        let reachable = rows.iter().take_while(|row| !strict || row.owner != new.owner);
        let offered: u64 = reachable.filter(|row| row.owner != new.owner).map(|row| row.left).sum();
        if order.time_in_force == TimeInForce::Fok && offered < new.left {
            return new.shown("FillOrKill");
        }
        for row in rows {
            if new.left == 0 {
                break;
            }
            let qty = new.left.min(row.left);
            let taken = self.rows.iter_mut().find(|other| other.arrival == row.arrival).unwrap();
            if row.owner == new.owner {
                match order.self_trade {
                    SelfTrade::RejectTaker => {}
                    SelfTrade::RejectMaker | SelfTrade::RejectBoth => taken.left = 0,
                    SelfTrade::Reduce => {
                        taken.left -= qty;
                        taken.size -= qty;
                    }
                }
                self.rows.retain(|row| row.left > 0);
                match order.self_trade {
                    SelfTrade::RejectMaker => {}
                    SelfTrade::Reduce if qty < new.left => {
                        new.left -= qty;
                        new.size -= qty;
                    }
                    _ => return new.shown("SelfTrade"),
                }
                continue;
            }
            new.left -= qty;
            taken.left -= qty;
            self.trades.push((row.arrival, row.price(), qty));
            self.rows.retain(|row| row.left > 0);
        }
        let status = match (new.left, order.limit, order.time_in_force) {
            (0, ..) => "Filled",
            (_, None, _) => "InsufficientLiquidity",
            (_, Some(_), TimeInForce::Gtc) => {
                self.turns += 1;
                self.rows.push(Row { turn: self.turns, ..new });
                if new.left == new.size { "New" } else { "PartiallyFilled" }
            }
            _ => "ImmediateOrCancel",
        };
        new.shown(status)
    }
}

pub(super) fn any_order() -> impl Strategy<Value = PlaceOrder> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let price = prop_oneof![6 => (990_i64..1010).prop_map(|price| Some(Price(price))), 1 => Just(None)];
    let tif =
        prop_oneof![4 => Just(TimeInForce::Gtc), 1 => Just(TimeInForce::Ioc), 1 => Just(TimeInForce::Fok)];
    let stp = prop_oneof![
        Just(SelfTrade::RejectTaker),
        Just(SelfTrade::RejectMaker),
        Just(SelfTrade::RejectBoth),
        Just(SelfTrade::Reduce)
    ];
    (side, price, 1_u64..30, tif, any::<bool>(), stp).prop_map(|(side, price, qty, tif, post, self_trade)| {
        let rests = price.is_some() && tif == TimeInForce::Gtc;
        let order = limit(PERP, side, 1, qty);
        PlaceOrder { limit: price, time_in_force: tif, post_only: post && rests, self_trade, ..order }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn same_outcomes_and_trades(
        orders in prop::collection::vec(
            (0_usize..3, any_order(), any::<prop::sample::Index>(), (990_i64..1010, 0_u64..30)),
            1..60,
        ),
    ) {
        let (mut world, mut naive) = (World::rich(), Naive::default());
        let mut ids = BTreeMap::new();
        for (arrival, (owner, order, pick, change)) in orders.into_iter().enumerate() {
            let placed = world.place(["alice", "bob", "carol"][owner], order);
            prop_assert_eq!(shown(&placed), naive.place(arrival, owner, &order));
            if let Ok(view) = placed {
                ids.insert(view.id, arrival);
            }
            // Now and then somebody changes an order, or cancels one.
            if arrival % 3 == 2 && !naive.rows.is_empty() {
                let row = naive.rows[pick.index(naive.rows.len())];
                let price = if change.0 % 2 == 0 { row.price() } else { change.0 };
                let id = *ids.iter().find(|(_, n)| **n == row.arrival).unwrap().0;
                let change = ModifyOrder {
                    market: PERP,
                    order: OrderRef::Id(id),
                    qty: Some(Qty(change.1)),
                    price: Some(Price(price)),
                    trigger: None,
                    if_crossing: IfCrossing::Refuse,
                };
                let done = world.modify(["alice", "bob", "carol"][row.owner], change);
                prop_assert_eq!(shown(&done), naive.modify(row.arrival, price, change.qty.unwrap().0));
            }
            if arrival % 4 == 3 && !naive.rows.is_empty() {
                let row = naive.rows.swap_remove(pick.index(naive.rows.len()));
                let id = *ids.iter().find(|(_, n)| **n == row.arrival).unwrap().0;
                let done = world.cancel(["alice", "bob", "carol"][row.owner], PERP, OrderRef::Id(id));
                prop_assert_eq!(done.map(|view| view.qty.0 - view.filled.0), Ok(row.left));
            }
        }
        let trades: Vec<_> = world.exchange.trades(PERP).map(|t| (ids[&t.maker_order], t.price.0, t.qty.0)).collect();
        prop_assert_eq!(trades, naive.trades);
    }
}
