//! Any list of commands: `World::check` after each of them holds.

use proptest::prelude::*;

use super::{reference::any_order, *};
use crate::{ExternalLevel, ExternalTrade};

#[derive(Clone, Debug)]
enum Op {
    Place(usize, PlaceOrder),
    Group(usize, Grouping, PlaceOrder, (Trigger, Trigger)),
    Modify(usize, prop::sample::Index, ModifyOrder),
    Cancel(usize, prop::sample::Index),
    CancelAll(usize),
    Index(MarketId, i64),
    Wait(u64),
    Funding(MarketId),
    Level(MarketId, Side, i64, u64),
    Trade(MarketId, Side, i64, u64),
}

fn market() -> impl Strategy<Value = MarketId> {
    (0_u32..3).prop_map(MarketId)
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn place() -> impl Strategy<Value = Op> {
    let size = prop_oneof![
        4 => (1_u64..300).prop_map(|qty| Amount::Base(Qty(qty))),
        1 => (1_i128..3_000_000).prop_map(|n| Amount::Quote(Money(n * 7_777_777_777_777))),
    ];
    let client_id = prop_oneof![2 => Just(None), 1 => (0_u64..9).prop_map(|id| Some(ClientId(id)))];
    (0_usize..4, any_order(), market(), size, any::<bool>(), client_id, terms()).prop_map(
        |(who, order, market, amount, reduce, client_id, mut terms)| {
            let reduce = reduce && market != SPOT;
            let exposure = if reduce { Exposure::ReduceOnly } else { Exposure::Any };
            let amount = if order.limit.is_some() && matches!(amount, Amount::Quote(_)) {
                order.amount
            } else {
                amount
            };
            if order.limit.is_some() {
                terms.worst_average = None;
            }
            let asleep = terms.trigger.is_some() && reduce && terms.expires_at.is_some();
            let amount = if asleep { Amount::All } else { amount };
            Op::Place(who, PlaceOrder { market, amount, exposure, client_id, terms, ..order })
        },
    )
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let kind = prop_oneof![Just(TriggerKind::StopLoss), Just(TriggerKind::TakeProfit)];
    (kind, 985_i64..1015).prop_map(|(kind, price)| Trigger { kind, price: Price(price) })
}

fn group() -> impl Strategy<Value = Op> {
    let grouping = prop_oneof![
        Just(Grouping::OneTriggersOther),
        Just(Grouping::OneCancelsOther),
        Just(Grouping::OneTriggersPair)
    ];
    (0_usize..4, grouping, any_order(), market(), (trigger(), trigger())).prop_map(
        |(who, grouping, order, market, legs)| Op::Group(who, grouping, PlaceOrder { market, ..order }, legs),
    )
}

fn terms() -> impl Strategy<Value = Terms> {
    let same = prop_oneof![3 => Just(SameTrader::Account), 1 => Just(SameTrader::Master)];
    (
        prop::option::weighted(0.2, 1_u64..100_000),
        prop::option::weighted(0.2, trigger()),
        prop::option::weighted(0.3, 985_i64..1015),
        same,
    )
        .prop_map(|(seconds, trigger, worst, same_trader)| Terms {
            expires_at: seconds.map(|seconds| Timestamp::from_ms(1_000_000) + Duration::from_secs(seconds)),
            trigger,
            worst_average: worst.map(Price),
            same_trader,
        })
}

fn modify() -> impl Strategy<Value = Op> {
    let price = prop::option::of(985_i64..1015);
    let change = (prop::option::of(0_u64..60), price.clone(), prop::option::weighted(0.2, 985_i64..1015));
    let if_crossing = prop_oneof![Just(IfCrossing::Refuse), Just(IfCrossing::Expire)];
    (0_usize..4, any::<prop::sample::Index>(), change, if_crossing).prop_map(
        |(who, n, (qty, price, trigger), if_crossing)| {
            let change = ModifyOrder {
                market: PERP,
                order: OrderRef::Client(ClientId(0)),
                qty: qty.map(Qty),
                price: price.map(Price),
                trigger: trigger.map(Price),
                if_crossing,
            };
            Op::Modify(who, n, change)
        },
    )
}

fn op(outside: bool) -> impl Strategy<Value = Op> {
    let outside = u32::from(outside) * 8;
    prop_oneof![
        24 => place(),
        8 => modify(),
        4 => group(),
        4 => (0_usize..4, any::<prop::sample::Index>()).prop_map(|(who, n)| Op::Cancel(who, n)),
        1 => (0_usize..4).prop_map(Op::CancelAll),
        2 => (market(), 900_i64..1100).prop_map(|(market, index)| Op::Index(market, index)),
        1 => (1_u64..40_000).prop_map(Op::Wait),
        1 => market().prop_map(Op::Funding),
        outside => (market(), side(), 985_i64..1015, 0_u64..60).prop_map(|(m, s, p, q)| Op::Level(m, s, p, q)),
        outside => (market(), side(), 985_i64..1015, 0_u64..60).prop_map(|(m, s, p, q)| Op::Trade(m, s, p, q)),
    ]
}

const NAMES: [&str; 4] = ["alice", "bob", "carol", "poor"];

fn run(ops: Vec<Op>) -> World {
    let mut world = World::rich();
    world.fund("poor", "USDC", "0.7");
    world.fund("poor", "ETH", "0.0000001");
    world.exchange.set_master(world.id("bob"), world.id("alice"));
    for op in ops {
        let now = world.now;
        match op {
            Op::Place(who, order) => {
                let before = world.net(NAMES[who], order.market);
                let placed = world.place(NAMES[who], order);
                let after = world.net(NAMES[who], order.market);
                if placed.is_ok() && order.exposure == Exposure::ReduceOnly && order.terms.trigger.is_none() {
                    assert!(
                        before.signum() * after.signum() >= 0 && after.abs() <= before.abs(),
                        "it reduced"
                    );
                }
            }
            Op::Group(who, grouping, parent, legs) => {
                let leg = |trigger| PlaceOrder {
                    exposure: if parent.market == SPOT { Exposure::Any } else { Exposure::ReduceOnly },
                    terms: Terms { trigger: Some(trigger), ..parent.terms },
                    ..PlaceOrder::market(parent.market, parent.side.opposite(), Amount::All)
                };
                let legs = [leg(legs.0), leg(legs.1)];
                let orders = match grouping {
                    Grouping::OneTriggersOther => vec![parent, legs[0]],
                    Grouping::OneCancelsOther => legs.to_vec(),
                    Grouping::OneTriggersPair => vec![parent, legs[0], legs[1]],
                };
                let _ = world.place_group(NAMES[who], grouping, &orders);
            }
            Op::Modify(who, n, change) => {
                let open = world.exchange.open_orders(world.id(NAMES[who]), None);
                if !open.is_empty() {
                    let view = open[n.index(open.len())];
                    let (market, order) = (view.order.market, OrderRef::Id(view.id));
                    let _ = world.modify(NAMES[who], ModifyOrder { market, order, ..change });
                }
            }
            Op::Cancel(who, n) => {
                let open = world.exchange.open_orders(world.id(NAMES[who]), None);
                if !open.is_empty() {
                    let view = open[n.index(open.len())];
                    let done = world.cancel(NAMES[who], view.order.market, OrderRef::Id(view.id));
                    assert_eq!(done.map(|view| view.status), Ok(Status::Cancelled));
                }
            }
            Op::CancelAll(who) => drop(world.exchange.cancel_all(now, world.id(NAMES[who]), None)),
            Op::Index(market, index) => world.exchange.set_index(now, market, Price(index)),
            Op::Wait(seconds) => {
                world.now = now + Duration::from_secs(seconds);
                world.exchange.advance(world.now);
            }
            Op::Funding(market) => world.exchange.settle_funding(now, market),
            Op::Level(market, side, price, qty) => {
                let level = ExternalLevel { side, price: Price(price), qty: Qty(qty) };
                world.exchange.set_external_level(now, market, level);
            }
            Op::Trade(market, taker, price, qty) => {
                let trade = ExternalTrade { price: Price(price), qty: Qty(qty), taker };
                world.exchange.external_trade(now, market, trade);
            }
        }
        world.check();
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn money_books_and_orders_balance(ops in prop::collection::vec(op(false), 1..80)) {
        run(ops);
    }

    #[test]
    fn with_an_outside_world_too(ops in prop::collection::vec(op(true), 1..80)) {
        run(ops);
    }

    #[test]
    fn the_same_commands_make_the_same_facts(ops in prop::collection::vec(op(true), 1..40)) {
        prop_assert_eq!(run(ops.clone()).facts, run(ops).facts);
    }
}
