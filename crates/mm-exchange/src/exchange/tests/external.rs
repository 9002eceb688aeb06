//! The outside world through the exchange: the book is whole, liquidity is used once, money balances.

use super::*;
use crate::{ExternalLevel, ExternalTrade};

impl World {
    fn level(&mut self, side: Side, price: i64, qty: u64) {
        let level = ExternalLevel { side, price: Price(price), qty: Qty(qty) };
        self.exchange.set_external_level(self.now, PERP, level);
        self.check();
    }

    fn traded(&mut self, taker: Side, price: i64, qty: u64) {
        let trade = ExternalTrade { price: Price(price), qty: Qty(qty), taker };
        self.exchange.external_trade(self.now, PERP, trade);
        self.check();
    }
}

fn with_levels() -> World {
    let mut world = World::rich();
    world.level(Side::Buy, 999, 10);
    world.level(Side::Buy, 998, 20);
    world.level(Side::Sell, 1001, 10);
    world.level(Side::Sell, 1002, 20);
    world
}

#[test]
fn a_taker_uses_external_liquidity_once() {
    let mut world = with_levels();
    assert_eq!(shown(&world.place("alice", limit(PERP, Side::Buy, 1002, 15))), "15/15 Filled");
    let asks = world.exchange.book(PERP, 9).asks;
    assert_eq!(asks, [Level { price: Price(1002), qty: Qty(15) }]);
    assert_eq!(shown(&world.place("bob", limit(PERP, Side::Buy, 1001, 5))), "0/5 New");
    // The next word on the level brings it back, and meets the bid that has come meanwhile.
    world.level(Side::Sell, 1001, 8);
    assert_eq!(world.net("bob", PERP), 5);
    assert_eq!(world.exchange.best(PERP, Side::Sell), Some(Level { price: Price(1001), qty: Qty(3) }));
    assert_eq!(world.exchange.position(AccountId::OUTSIDE, PERP).map(|p| p.net.0), Some(-20));
}

#[test]
fn orders_are_counted_by_level() {
    let mut world = with_levels();
    let at = |world: &World, price| world.exchange.orders_at(PERP, Side::Buy, Price(price));
    world.place("alice", limit(PERP, Side::Buy, 999, 5)).unwrap();
    world.place("bob", limit(PERP, Side::Buy, 999, 5)).unwrap();
    world.place("bob", limit(PERP, Side::Buy, 997, 5)).unwrap();
    assert_eq!([999, 998, 997, 996].map(|price| at(&world, price)), [3, 1, 1, 0]);
    world.level(Side::Buy, 999, 0);
    assert_eq!(at(&world, 999), 2, "the outside world has gone");
    assert_eq!(world.exchange.orders_at(MarketId(77), Side::Buy, Price(999)), 0);
}

#[test]
fn a_resting_order_waits_for_its_turn() {
    let mut world = with_levels();
    world.place("alice", limit(PERP, Side::Buy, 999, 5)).unwrap();
    assert_eq!(world.exchange.best(PERP, Side::Buy), Some(Level { price: Price(999), qty: Qty(15) }));
    world.traded(Side::Sell, 999, 8);
    assert_eq!(world.net("alice", PERP), 0);
    world.traded(Side::Sell, 999, 4);
    assert_eq!(world.net("alice", PERP), 2);
    assert_eq!(world.exchange.trades(PERP).map(|trade| trade.qty.0).collect::<Vec<_>>(), [8, 2, 2]);
    world.level(Side::Buy, 999, 6);
    world.traded(Side::Sell, 998, 1);
    assert_eq!(world.net("alice", PERP), 3, "a trade below the bid fills it");
}

#[test]
fn accounts_trade_with_each_other_among_external_levels() {
    let mut world = with_levels();
    world.place("alice", limit(PERP, Side::Sell, 1001, 5)).unwrap();
    assert_eq!(shown(&world.place("bob", limit(PERP, Side::Buy, 1001, 12))), "12/12 Filled");
    assert_eq!(world.net("alice", PERP), -2, "ten stood before alice");
    world.place("alice", limit(PERP, Side::Sell, 1000, 4)).unwrap();
    assert_eq!(shown(&world.place("bob", limit(PERP, Side::Buy, 1001, 4))), "4/4 Filled");
    assert_eq!(world.net("alice", PERP), -6, "alice's price was better");
    assert_eq!(shown(&world.place("bob", limit(PERP, Side::Buy, 1003, 30))), "23/30 PartiallyFilled");
    assert_eq!(world.net("alice", PERP), -9);
}

#[test]
fn fill_or_kill_and_previews_count_external_levels() {
    let mut world = with_levels();
    let fok = |qty| PlaceOrder { time_in_force: TimeInForce::Fok, ..limit(PERP, Side::Sell, 998, qty) };
    assert_eq!(shown(&world.place("alice", fok(31))), "0/31 FillOrKill");
    assert_eq!(shown(&world.place("alice", fok(30))), "30/30 Filled");
    assert_eq!(
        shown(&world.place("alice", at_market(PERP, Side::Sell, Amount::Base(Qty(1))))),
        "NoLiquidity"
    );
}

#[test]
fn clearing_leaves_the_orders_of_accounts() {
    let mut world = with_levels();
    world.place("alice", limit(PERP, Side::Buy, 999, 5)).unwrap();
    world.exchange.clear_external(world.now, PERP);
    world.check();
    let book = world.exchange.book(PERP, 9);
    assert_eq!((book.bids.len(), book.asks.len(), book.bids[0].qty), (1, 0, Qty(5)));
}

#[test]
fn reduce_only_orders_shrink_when_the_outside_fills_one() {
    let mut world = with_levels();
    world.place("alice", limit(PERP, Side::Buy, 1001, 5)).unwrap();
    for price in [1010, 1011] {
        let order = PlaceOrder { exposure: Exposure::ReduceOnly, ..limit(PERP, Side::Sell, price, 5) };
        world.place("alice", order).unwrap();
    }
    world.traded(Side::Buy, 1010, 3);
    let left = world.exchange.open_orders(world.id("alice"), None);
    assert_eq!(left.iter().map(|view| view.qty.0 - view.filled.0).collect::<Vec<_>>(), [2, 2]);
    world.level(Side::Buy, 1010, 4);
    assert_eq!(
        (world.net("alice", PERP), world.exchange.open_orders(world.id("alice"), None)),
        (0, Vec::new())
    );
}
