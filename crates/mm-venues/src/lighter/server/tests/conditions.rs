//! Orders that wait: for a price, for another order, for the end of their time; and the margin of a market.

use std::array;

use mm_model::Price;

use super::*;
use crate::lighter::tx::{CreateGroupedOrders, Grouping, MarginMode, UpdateLeverage};

/// The orders of an account in short: client's id, status, what it waits for, filled, and the ids it hangs together with.
fn rows(world: &mut World) -> Vec<String> {
    let mut all = Vec::new();
    for target in ["accountActiveOrders?", "accountInactiveOrders?limit=100&"] {
        let answer = world.get(&format!("{target}account_index={ALICE}"), Some(ALICE));
        all.extend(answer.body["orders"].as_array().expect("a list").clone());
    }
    let mut rows: Vec<_> = all.iter().map(short).collect();
    rows.sort();
    rows
}

fn short(order: &Value) -> String {
    let text = |key: &str| order[key].as_str().unwrap_or_default().to_owned();
    let has = |key: &str| if order[key] == "0" { "-" } else { "+" };
    format!(
        "{} {} {} {}/{} {}",
        order["client_order_index"],
        text("status"),
        text("trigger_status"),
        text("filled_base_amount"),
        text("initial_base_amount"),
        ["parent_order_id", "to_trigger_order_id_0", "to_trigger_order_id_1", "to_cancel_order_id_0"]
            .map(has)
            .concat()
    )
}

impl World {
    /// Alice holds so many lots of ETH, bought at 2,400.
    fn holding(lots: u64) -> Self {
        let mut world = Self::new(options());
        world.rests(Side::Sell, 240_000, lots);
        let amount = i64::try_from(lots).expect("fits");
        assert_eq!(world.send(ALICE, market(false, amount, 240_000)).word(), "200");
        world
    }

    /// The mark goes there: index and book.
    fn mark(&mut self, price: i64) {
        let market = MarketId(0);
        for order in self.exchange.open_orders(self.bob, None) {
            let which = mm_exchange::CancelOrder { market, order: mm_exchange::OrderRef::Id(order.id) };
            self.exchange.cancel(self.now, self.bob, which).expect("live");
        }
        self.rests(Side::Buy, price - 10, 5_000);
        self.rests(Side::Sell, price + 10, 5_000);
        self.exchange.set_index(self.now, market, Price(price));
        self.exchange.advance(self.now);
        self.tell();
    }
}

fn stop_loss(trigger: u32) -> Order {
    Order {
        client_order_index: 2,
        order_type: OrderType::StopLoss,
        time_in_force: TimeInForce::ImmediateOrCancel,
        trigger_price: trigger,
        price: trigger - 1_000,
        is_ask: true,
        reduce_only: true,
        ..limit()
    }
}

fn take_profit(trigger: u32) -> Order {
    Order {
        client_order_index: 3,
        order_type: OrderType::TakeProfitLimit,
        time_in_force: TimeInForce::GoodTillTime,
        trigger_price: trigger,
        price: trigger - 100,
        ..stop_loss(trigger)
    }
}

#[test]
fn a_stop_loss_sleeps_until_the_mark_has_fallen() {
    let mut world = World::holding(1_000);
    let answer = world.send(ALICE, stop_loss(230_000));
    assert_eq!(answer.word(), "200");
    assert_eq!(rows(&mut world)[1..], ["2 pending mark-price 0.0000/0.1000 ----"]);
    world.mark(230_500);
    assert_eq!(rows(&mut world)[1..], ["2 pending mark-price 0.0000/0.1000 ----"]);
    world.mark(229_900);
    assert_eq!(rows(&mut world)[1..], ["2 filled ready 0.1000/0.1000 ----"]);
    assert_eq!(world.exchange.position(world.alice, MarketId(0)), None);
}

#[test]
fn one_order_of_a_pair_ends_the_other() {
    let mut world = World::holding(1_000);
    let orders = [stop_loss(230_000), take_profit(250_000)].into_iter().collect();
    let pair = CreateGroupedOrders { grouping: Grouping::OneCancelsTheOther, orders };
    let answer = world.send(ALICE, pair);
    assert_eq!(world.outcome(&answer), (2, String::new()));
    assert_eq!(
        rows(&mut world)[1..],
        ["2 pending mark-price 0.0000/0.1000 ---+", "3 pending mark-price 0.0000/0.1000 ---+"]
    );
    world.mark(250_100);
    assert_eq!(
        rows(&mut world)[1..],
        ["2 canceled-oco mark-price 0.0000/0.1000 ---+", "3 filled ready 0.1000/0.1000 ---+"]
    );
}

#[test]
fn a_parents_fill_arms_its_children() {
    let mut world = World::new(options());
    let child = |order: Order| Order { base_amount: 0, ..order };
    let parent = Order { client_order_index: 1, ..limit() };
    let orders = [parent, child(stop_loss(230_000)), child(take_profit(250_000))].into_iter().collect();
    let grouping = Grouping::OneTriggersAOneCancelsTheOther;
    let answer = world.send(ALICE, CreateGroupedOrders { grouping, orders });
    assert_eq!(world.outcome(&answer), (2, String::new()));
    assert_eq!(
        rows(&mut world),
        [
            "1 open na 0.0000/0.1000 -++-",
            "2 pending parent-order 0.0000/0.0000 +--+",
            "3 pending parent-order 0.0000/0.0000 +--+"
        ]
    );
    world.rests(Side::Sell, 239_000, 1_000);
    assert_eq!(
        rows(&mut world),
        [
            "1 filled na 0.1000/0.1000 -++-",
            "2 pending mark-price 0.0000/0.1000 +--+",
            "3 pending mark-price 0.0000/0.1000 +--+"
        ]
    );
    world.mark(229_900);
    assert_eq!(
        rows(&mut world)[1..],
        ["2 filled ready 0.1000/0.1000 +--+", "3 canceled-oco mark-price 0.0000/0.1000 +--+"]
    );
}

#[test]
fn children_end_with_a_parent_that_was_not_filled() {
    let mut world = World::new(options());
    let parent = Order { client_order_index: 1, ..limit() };
    let orders = [parent, Order { base_amount: 0, ..stop_loss(230_000) }].into_iter().collect();
    world.send(ALICE, CreateGroupedOrders { grouping: Grouping::OneTriggersTheOther, orders });
    world.send(ALICE, crate::lighter::tx::CancelOrder { market: 0, index: 1 });
    let expected = ["1 canceled na 0.0000/0.1000 -+--", "2 canceled-child parent-order 0.0000/0.0000 +---"];
    assert_eq!(rows(&mut world), expected);
}

#[test]
fn an_order_ends_with_its_time() {
    let mut world = World::new(options());
    let start = i64::try_from(START_MS).expect("fits");
    let until =
        |minutes: i64| Order { order_expiry: start + minutes * 60_000, client_order_index: 1, ..limit() };
    for minutes in [0, 4, 30 * 24 * 60 + 1] {
        assert_eq!(world.send(ALICE, until(minutes)).body["code"], 21_711, "{minutes}");
    }
    assert_eq!(world.send(ALICE, until(5)).word(), "200");
    world.advance(Duration::from_secs(299));
    assert_eq!(rows(&mut world), ["1 open na 0.0000/0.1000 ----"]);
    world.advance(Duration::from_secs(1));
    assert_eq!(rows(&mut world), ["1 canceled-expired na 0.0000/0.1000 ----"]);
}

#[test]
fn leverage_is_a_markets_own() {
    let mut world = World::holding(1_000);
    let set =
        |fraction, margin_mode| UpdateLeverage { market: 0, initial_margin_fraction: fraction, margin_mode };
    let cross = |fraction| set(fraction, MarginMode::Cross);
    assert_eq!(world.send(ALICE, cross(499)).word(), "400 21113 invalid initial margin fraction");
    let isolated = world.send(ALICE, set(1_000, MarginMode::Isolated)).word();
    assert_eq!(isolated, "400 21613 invalid margin mode: isolated margin is not simulated");
    assert_eq!(world.send(ALICE, cross(1_000)).word(), "200");
    let account = world.get("account?by=index&value=101", None).body;
    let positions = account["accounts"][0]["positions"].as_array().expect("a list").clone();
    let fractions: [_; 2] = array::from_fn(|n| positions[n]["initial_margin_fraction"].clone());
    assert_eq!(fractions, ["10.00", "5.00"]);
    assert_eq!(account["accounts"][0]["cross_initial_margin_requirement"], "24.000000");
}
