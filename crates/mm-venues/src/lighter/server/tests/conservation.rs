//! Whatever clients do, what the venue tells them is what the exchange has: orders, trades, positions and money.

use proptest::prelude::*;

use super::*;
use crate::lighter::tx::{CancelAll, CancelAllOrders, CancelOrder, ModifyOrder};

/// One thing that somebody does.
#[derive(Clone, Debug)]
struct Act {
    who: bool,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Place { is_ask: bool, price: u32, amount: i64, kind: u8, reduce_only: bool },
    Cancel(i64),
    Modify { id: i64, price: u32, amount: i64 },
    CancelAll,
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let price = 239_800..240_200_u32;
    let place = (any::<bool>(), price.clone(), 50..500_i64, 0..4_u8, any::<bool>()).prop_map(
        |(is_ask, price, amount, kind, reduce_only)| What::Place {
            is_ask,
            price,
            amount,
            kind,
            reduce_only: reduce_only && kind == 3,
        },
    );
    let what = prop_oneof![
        6 => place,
        2 => (1..20_i64).prop_map(What::Cancel),
        2 => (1..20_i64, price, 50..500_i64).prop_map(|(id, price, amount)| What::Modify { id, price, amount }),
        1 => Just(What::CancelAll),
        1 => (1..500_u64).prop_map(What::Wait),
    ];
    (any::<bool>(), what).prop_map(|(who, what)| Act { who, what })
}

fn order(client: i64, (is_ask, price, amount): (bool, u32, i64), kind: u8) -> Order {
    let order = Order { client_order_index: client, is_ask, price, base_amount: amount, ..limit() };
    match kind {
        0 => order,
        1 => Order { time_in_force: TimeInForce::PostOnly, ..order },
        2 => Order { time_in_force: TimeInForce::ImmediateOrCancel, order_expiry: 0, ..order },
        _ => Order { client_order_index: client, ..market(is_ask, amount, price) },
    }
}

impl World {
    fn act(&mut self, n: i64, act: &Act) {
        let who = if act.who { ALICE } else { BOB };
        match act.what {
            What::Place { is_ask, price, amount, kind, reduce_only } => {
                let order = Order { reduce_only, ..order(n, (is_ask, price, amount), kind) };
                self.send(who, order);
            }
            What::Cancel(id) => drop(self.send(who, CancelOrder { market: 0, index: id })),
            What::Modify { id, price, amount } => {
                let it = ModifyOrder { market: 0, index: id, base_amount: amount, price, trigger_price: 0 };
                self.send(who, it);
            }
            What::CancelAll => {
                self.send(who, CancelAllOrders { when: CancelAll::Immediate, time: 0 });
            }
            What::Wait(ms) => self.advance(Duration::from_millis(ms)),
        }
    }

    fn list(&mut self, target: &str, who: i64, key: &str) -> Vec<Value> {
        let answer = self.get(&format!("{target}account_index={who}"), Some(who));
        answer.body[key].as_array().expect("a list").clone()
    }

    /// Compares what is told to a client with what the exchange has.
    fn agrees(&mut self, who: i64) {
        let id = if who == ALICE { self.alice } else { self.bob };
        let market = self.exchange.markets().get(MarketId(0)).expect("listed").clone();
        let told = self.list("accountActiveOrders?", who, "orders");
        let mut told: Vec<_> = told.iter().map(|row| parts(row, "initial_base_amount")).collect();
        let open = self.exchange.open_orders(id, None);
        let mut has: Vec<_> = open
            .iter()
            .map(|view| {
                let client = view.order.client_id.map_or(0, |id| id.0);
                let size = |qty| market.qty_decimal(qty).to_string();
                (client, size(view.qty), size(view.filled))
            })
            .collect();
        told.sort();
        has.sort();
        assert_eq!(told, has, "open orders of {who}");
        let ended = self.list("accountInactiveOrders?limit=100&", who, "orders");
        assert_eq!(ended.len(), self.exchange.order_history(id).count(), "ended orders of {who}");
        let trades = self.list("trades?sort_by=trade_id&sort_dir=asc&limit=100&", who, "trades");
        let told: Vec<_> = trades.iter().map(|row| parts(row, "size")).map(|it| it.1).collect();
        let fills: Vec<_> =
            self.exchange.executions(id).map(|fill| market.qty_decimal(fill.qty).to_string()).collect();
        assert_eq!(told, fills, "trades of {who}");
        let account = self.get(&format!("account?by=index&value={who}"), None).body["accounts"][0].clone();
        let position = &account["positions"][0];
        let net = self.exchange.position(id, MarketId(0)).map_or(0, |position| position.net.0);
        assert_eq!(position["position"], market.qty_decimal(Qty(net.unsigned_abs())).to_string());
        assert_eq!(position["sign"], if net < 0 { -1 } else { 1 });
        let cash = self.exchange.balance(id, "USDC").available.0 / 1_000_000_000_000;
        assert_eq!(account["collateral"], Decimal::new(cash, 6).to_string());
        // Every order is one: told as live, or as ended, and filled as much as its trades say.
        let all: Decimal =
            sum(ended.iter().chain(&self.list("accountActiveOrders?", who, "orders")), "filled_base_amount");
        assert_eq!(all, sum(trades.iter(), "size"), "fills of {who}");
    }
}

fn parts(row: &Value, size: &str) -> (u64, String, String) {
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (row["client_order_index"].as_u64().unwrap_or(0), text(size), text("filled_base_amount"))
}

fn sum<'v>(rows: impl Iterator<Item = &'v Value>, key: &str) -> Decimal {
    let lots = rows.map(|row| decimal(row[key].as_str().expect("text")).at_scale(4).expect("whole lots"));
    Decimal::new(lots.sum(), 4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_is_told_is_what_is(acts in prop::collection::vec(act(), 1..30), delays in any::<bool>()) {
        let mut world = World::new(Options { delays, ..options() });
        for (n, act) in (1..).zip(&acts) {
            world.act(n, act);
        }
        world.advance(Duration::from_secs(1));
        for who in [ALICE, BOB] {
            world.agrees(who);
        }
    }
}
