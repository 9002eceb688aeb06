//! Orders from the transaction to the row.

use mm_model::Side;

use super::*;
use crate::lighter::tx::{CancelAll, CancelAllOrders, CancelOrder, ModifyOrder, TimeInForce};

impl World {
    /// The orders of an account in short: status, filled, what is left, price.
    pub(in super::super) fn orders(&mut self, account: i64) -> Vec<String> {
        let mut all = Vec::new();
        for target in ["accountActiveOrders?", "accountInactiveOrders?limit=100&"] {
            let answer = self.get(&format!("{target}account_index={account}"), Some(account));
            assert_eq!(answer.status, 200, "{answer:?}");
            all.extend(answer.body["orders"].as_array().expect("a list").iter().map(short));
        }
        all
    }
}

fn short(order: &Value) -> String {
    let text = |key: &str| order[key].as_str().unwrap_or_default().to_owned();
    let client = &order["client_order_index"];
    format!(
        "{client} {} {} {}/{} at {}",
        text("type"),
        text("status"),
        text("filled_base_amount"),
        text("initial_base_amount"),
        text("price")
    )
}

fn order(client: i64) -> Order {
    Order { client_order_index: client, ..limit() }
}

#[test]
fn a_limit_rests_is_modified_and_cancelled_by_either_id() {
    let mut world = World::new(options());
    assert_eq!(world.send(ALICE, order(7)).word(), "200");
    assert_eq!(world.orders(ALICE), ["7 limit open 0.0000/0.1000 at 2390.00"]);
    let modify = ModifyOrder { market: 0, index: 7, base_amount: 2_000, price: 238_000, trigger_price: 0 };
    let answer = world.send(ALICE, modify);
    assert_eq!(world.outcome(&answer), (2, String::new()));
    assert_eq!(world.orders(ALICE), ["7 limit open 0.0000/0.2000 at 2380.00"]);
    world.send(ALICE, order(8));
    let rows = world.get("accountActiveOrders?account_index=101", Some(ALICE)).body;
    // Bids count down: the later order has the lower id.
    let index = rows["orders"][0]["order_index"].as_i64().expect("an id");
    for index in [7, index] {
        let answer = world.send(ALICE, CancelOrder { market: 0, index });
        assert_eq!(world.outcome(&answer), (2, String::new()));
    }
    assert_eq!(
        world.orders(ALICE),
        ["8 limit canceled 0.0000/0.1000 at 2390.00", "7 limit canceled 0.0000/0.2000 at 2380.00"]
    );
    let again = world.send(ALICE, CancelOrder { market: 0, index: 7 });
    assert_eq!(again.word(), "200");
    assert_eq!(world.outcome(&again), (0, "given order is not an active limit order".into()));
}

#[test]
fn orders_end_with_the_venues_words() {
    let check = |order: Order, row: &str, outcome: (i64, &str)| {
        let mut world = World::new(options());
        world.rests(Side::Sell, 240_000, 500);
        world.rests(Side::Sell, 250_000, 500);
        let answer = world.send(ALICE, Order { client_order_index: 1, ..order });
        assert_eq!(answer.word(), "200", "{order:?}");
        let (status, error) = world.outcome(&answer);
        assert_eq!((status, error.as_str()), outcome, "{order:?}");
        let expected: Vec<String> = (!row.is_empty()).then(|| format!("1 {row}")).into_iter().collect();
        assert_eq!(world.orders(ALICE), expected, "{order:?}");
    };
    let ioc =
        |price| Order { time_in_force: TimeInForce::ImmediateOrCancel, order_expiry: 0, price, ..limit() };
    let done = (2, "");
    check(market(false, 500, 241_000), "market filled 0.0500/0.0500 at 2410.00", done);
    check(market(false, 1_000, 260_000), "market filled 0.1000/0.1000 at 2600.00", done);
    check(market(false, 1_000, 241_000), "market canceled-too-much-slippage 0.0555/0.1000 at 2410.00", done);
    check(
        market(false, 2_000, 260_000),
        "market canceled-not-enough-liquidity 0.1000/0.2000 at 2600.00",
        done,
    );
    let nothing = (0, "order is inactive");
    check(market(true, 500, 1), "market canceled-not-enough-liquidity 0.0000/0.0500 at 0.01", nothing);
    check(ioc(240_000), "limit canceled 0.0500/0.1000 at 2400.00", done);
    let post_only = Order { time_in_force: TimeInForce::PostOnly, price: 240_000, ..limit() };
    check(post_only, "limit canceled-post-only 0.0000/0.1000 at 2400.00", (0, "invalid price"));
    let reduce = Order { reduce_only: true, ..limit() };
    check(reduce, "", (0, "reduce only increases position"));
    let large = Order { base_amount: 100_000_000, ..limit() };
    let margin = (0, "not enough margin to create the order");
    check(large, "limit canceled-margin-not-allowed 0.0000/10000.0000 at 2390.00", margin);
}

#[test]
fn all_orders_are_cancelled_now_in_one_market_or_at_a_time() {
    let mut world = World::new(options());
    let now = CancelAllOrders { when: CancelAll::Immediate, time: 0 };
    let btc = Order { market: 1, price: 590_000, ..limit() };
    for order in [limit(), btc, limit()] {
        assert_eq!(world.send(ALICE, order).word(), "200");
    }
    let only = Attributes { cancel_all_market: Some(0), ..Attributes::default() };
    world.send_with(ALICE, now, only);
    let live = |world: &mut World| world.exchange.open_orders(world.alice, None).len();
    assert_eq!(live(&mut world), 1);
    world.send(ALICE, now);
    assert_eq!(live(&mut world), 0);
    // The dead man's switch.
    world.send(ALICE, limit());
    let at = |minutes: i64| CancelAllOrders {
        when: CancelAll::Scheduled,
        time: i64::try_from(START_MS).expect("fits") + minutes * 60_000,
    };
    assert_eq!(world.send(ALICE, at(4)).word(), "400 21714 invalid cancel all time");
    assert_eq!(world.send(ALICE, at(6)).word(), "200");
    let refused = "400 21712 account has a queued cancel all orders request";
    assert_eq!(world.send(ALICE, limit()).word(), refused);
    assert_eq!(world.send(ALICE, at(10)).word(), "200");
    world.advance(Duration::from_secs(6 * 60));
    assert_eq!(live(&mut world), 1);
    world.advance(Duration::from_secs(4 * 60));
    assert_eq!(live(&mut world), 0);
    let account = world.get("account?by=index&value=101", None).body;
    assert_eq!(account["accounts"][0]["cancel_all_time"], 0);
}
