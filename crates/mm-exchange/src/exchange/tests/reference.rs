//! The exchange against a naive matcher that knows all flags: the same outcomes, the same trades.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
struct Row {
    arrival: usize,
    owner: usize,
    side: Side,
    price: i64,
    left: u64,
}

#[derive(Default)]
struct Naive {
    rows: Vec<Row>,
    trades: Vec<(usize, i64, u64)>,
}

impl Naive {
    /// Resting rows that the order would meet, first to be met first.
    fn crossing(&self, order: &PlaceOrder) -> Vec<Row> {
        let side = order.side;
        let mut rows: Vec<Row> = self.rows.iter().copied().filter(|row| row.side != side).collect();
        rows.retain(|row| order.limit.is_none_or(|limit| side.sign() * (limit.0 - row.price) >= 0));
        rows.sort_by_key(|row| (side.sign() * row.price, row.arrival));
        rows
    }

    fn place(&mut self, arrival: usize, owner: usize, order: &PlaceOrder) -> String {
        let Amount::Base(Qty(size)) = order.amount else { unreachable!("base amounts only") };
        let rows = self.crossing(order);
        if order.limit.is_none() && !self.rows.iter().any(|row| row.side != order.side) {
            return "NoLiquidity".to_owned();
        }
        if order.post_only && !rows.is_empty() {
            return "WouldMatch".to_owned();
        }
        let strict = order.self_trade != SelfTrade::RejectMaker;
        let reachable = rows.iter().take_while(|row| !strict || row.owner != owner);
        let offered: u64 = reachable.filter(|row| row.owner != owner).map(|row| row.left).sum();
        if order.time_in_force == TimeInForce::Fok && offered < size {
            return format!("0/{size} FillOrKill");
        }
        let mut left = size;
        for row in rows {
            if left == 0 {
                break;
            }
            if row.owner == owner {
                if order.self_trade != SelfTrade::RejectTaker {
                    self.rows.retain(|other| other.arrival != row.arrival);
                }
                if strict {
                    return format!("{}/{size} SelfTrade", size - left);
                }
                continue;
            }
            let qty = left.min(row.left);
            left -= qty;
            self.trades.push((row.arrival, row.price, qty));
            self.rows.iter_mut().find(|other| other.arrival == row.arrival).unwrap().left -= qty;
            self.rows.retain(|row| row.left > 0);
        }
        let status = match (left, order.limit, order.time_in_force) {
            (0, ..) => "Filled",
            (_, None, _) => "InsufficientLiquidity",
            (_, Some(price), TimeInForce::Gtc) => {
                self.rows.push(Row { arrival, owner, side: order.side, price: price.0, left });
                if left == size { "New" } else { "PartiallyFilled" }
            }
            _ => "ImmediateOrCancel",
        };
        format!("{}/{size} {status}", size - left)
    }
}

pub(super) fn any_order() -> impl Strategy<Value = PlaceOrder> {
    let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
    let price = prop_oneof![6 => (990_i64..1010).prop_map(|price| Some(Price(price))), 1 => Just(None)];
    let tif =
        prop_oneof![4 => Just(TimeInForce::Gtc), 1 => Just(TimeInForce::Ioc), 1 => Just(TimeInForce::Fok)];
    let stp =
        prop_oneof![Just(SelfTrade::RejectTaker), Just(SelfTrade::RejectMaker), Just(SelfTrade::RejectBoth)];
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
        orders in prop::collection::vec((0_usize..3, any_order(), any::<prop::sample::Index>()), 1..60),
    ) {
        let (mut world, mut naive) = (World::rich(), Naive::default());
        let mut ids = BTreeMap::new();
        for (arrival, (owner, order, pick)) in orders.into_iter().enumerate() {
            let placed = world.place(["alice", "bob", "carol"][owner], order);
            prop_assert_eq!(shown(&placed), naive.place(arrival, owner, &order));
            if let Ok(view) = placed {
                ids.insert(view.id, arrival);
            }
            // Now and then somebody cancels.
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
