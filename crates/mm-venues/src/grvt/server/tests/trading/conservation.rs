//! Whatever clients do, what the venue tells them is what the exchange has: orders, fills, positions and money.

use proptest::prelude::*;

use super::*;

/// One thing that somebody does.
#[derive(Clone, Debug)]
enum Act {
    Place { buys: bool, price: u32, size: u32, kind: u8 },
    Cancel { client: u64, ttl_ms: u64 },
    CancelAll,
    Again,
    Wait(u64),
}

fn act() -> impl Strategy<Value = (bool, Act)> {
    let place = (any::<bool>(), 598_000..602_000_u32, 2..60_u32, 0..6_u8)
        .prop_map(|(buys, price, size, kind)| Act::Place { buys, price, size, kind });
    let what = prop_oneof![
        8 => place,
        2 => (1..30_u64, 0..600_u64).prop_map(|(client, ttl_ms)| Act::Cancel { client, ttl_ms }),
        1 => Just(Act::CancelAll),
        1 => Just(Act::Again),
        2 => (1..200_u64).prop_map(Act::Wait),
    ];
    (any::<bool>(), what)
}

impl World {
    fn act(&mut self, n: u64, (alice, act): &(bool, Act), last: &mut Option<(Who, Value)>) {
        let who = if *alice { Alice } else { Bob };
        match *act {
            Act::Place { buys, price, size, kind } => {
                let (price, size) =
                    (Decimal::new(price.into(), 1).to_string(), Decimal::new(size.into(), 3).to_string());
                let draft = Draft { buys, price: Some(&price), size: &size, client: n, ..Draft::default() };
                let draft = match kind {
                    0 | 1 => draft,
                    2 => Draft { post_only: true, ..draft },
                    3 => Draft { time_in_force: TimeInForce::ImmediateOrCancel, ..draft },
                    4 => Draft { time_in_force: TimeInForce::FillOrKill, ..draft },
                    _ => Draft { price: None, ..draft },
                };
                let order = self.sign(who, &draft);
                assert_eq!(self.send(who, &order).status, 200);
                *last = Some((who, order));
            }
            Act::Cancel { client, ttl_ms } => {
                let body =
                    json!({ "client_order_id": client.to_string(), "time_to_live_ms": ttl_ms.to_string() });
                assert_eq!(self.ask(who, "v1/cancel_order", body).status, 200);
            }
            Act::CancelAll => drop(self.ask(who, "v1/cancel_all_orders", json!({}))),
            Act::Again => {
                if let Some((who, order)) = last.clone() {
                    assert_eq!(self.send(who, &order).status, 200, "a repetition is ignored");
                }
            }
            Act::Wait(ms) => self.wait_ms(ms),
        }
    }

    fn rows(&mut self, who: Who, name: &str) -> Vec<Value> {
        let answer = self.ask(who, name, json!({ "limit": 1000 }));
        answer.body["result"].as_array().expect("rows").clone()
    }

    /// Compares what is told to a client with what the exchange has.
    fn agrees(&mut self, who: Who, n_placed: usize) {
        let id = self.id(who);
        let market = self.exchange.markets().get(MarketId(0)).expect("listed").clone();
        let open = self.rows(who, "v1/open_orders");
        let ended = self.rows(who, "v1/order_history");
        assert_eq!(open.len() + ended.len(), n_placed, "every order is one, and stands somewhere");
        assert_eq!(open.len(), self.exchange.open_orders(id, None).len());
        assert_eq!(ended.len(), self.exchange.order_history(id).count());
        let fills = self.rows(who, "v1/fill_history");
        let traded = |rows: &[Value]| sum(rows, |row| &row["state"]["traded_size"][0]);
        let filled = sum(&fills, |row| &row["size"]);
        assert_eq!(traded(&open) + traded(&ended), filled);
        let signed: i128 =
            fills.iter().map(|row| lots(&row["size"]) * if row["is_buyer"] == true { 1 } else { -1 }).sum();
        let net = self.exchange.position(id, MarketId(0)).map_or(0, |position| position.net.0);
        assert_eq!(signed, net.into());
        let positions = self.rows(who, "v1/positions");
        let told = positions.first().map_or(0, |row| lots(&row["size"]));
        assert_eq!(told, net.into());
        // Money: what there was, what trades won, what they cost.
        let money = |text: &Value| decimal(text.as_str().expect("text")).at_scale(18).expect("places");
        let won: i128 = fills.iter().map(|row| money(&row["realized_pnl"]) - money(&row["fee"])).sum();
        let summary = self.ask(who, "v1/account_summary", json!({})).body["result"].clone();
        let balance = money(&summary["spot_balances"][0]["balance"]);
        let off = (balance - won - 1_000_000 * 10_i128.pow(18)).abs();
        // Each figure is cut after nine places.
        assert!(off <= 10_i128.pow(9) * (2 * fills.len() as i128 + 1), "{off}");
        let unrealized = positions.first().map_or(0, |row| money(&row["unrealized_pnl"]));
        assert!((money(&summary["total_equity"]) - balance - unrealized).abs() <= 3 * 10_i128.pow(9));
        for row in open.iter().chain(&ended) {
            let (state, size) = (&row["state"], lots(&row["legs"][0]["size"]));
            let (left, done) = (lots(&state["book_size"][0]), lots(&state["traded_size"][0]));
            match state["status"].as_str().expect("text") {
                "OPEN" => assert_eq!(left + done, size),
                "FILLED" => assert_eq!((left, done), (0, size)),
                "REJECTED" => assert_eq!((left, done), (0, 0)),
                _ => assert_eq!(left, 0),
            }
        }
        drop(market);
    }
}

fn lots(text: &Value) -> i128 {
    decimal(text.as_str().expect("text")).at_scale(3).expect("whole lots")
}

fn sum<'v>(rows: &'v [Value], size: impl Fn(&'v Value) -> &'v Value) -> i128 {
    rows.iter().map(|row| lots(size(row))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_told_is_what_is(acts in prop::collection::vec(act(), 1..40), bump_ms in prop_oneof![Just(0), Just(25_u64)]) {
        let mut world = World::new(Options { speed_bump: Duration::from_millis(bump_ms), ..options() });
        let mut last = None;
        for (n, act) in (1..).zip(&acts) {
            world.act(n, act, &mut last);
        }
        world.advance(Duration::from_secs(10));
        for who in [Alice, Bob] {
            let placed = acts.iter().filter(|(alice, act)| *alice == (who == Alice) && matches!(act, Act::Place { .. }));
            world.agrees(who, placed.count());
        }
    }
}
