//! What the truth tells of a client that trades by the wire, and that looking at it changes nothing.

use std::time::Duration;

use mm_core::{Clock, VirtualRuntime};
use mm_model::{ClientId, Level, Price, Qty, Side, SignedQty, Timestamp};
use mm_session::Transport as _;
use mm_venues::http::{Method, Request};

use super::*;
use crate::{InProcess, SimConfig, config::OWN_TIME_START, control::CounterOrder};

const SOL: &str = "SOL_USDC_PERP";

fn alice<T>(truth: &Truth, look: impl FnOnce(&AccountTruth<'_>) -> T) -> T {
    truth.account(VenueKind::Backpack, "alice", look)
}

fn in_a_world<T>(act: impl AsyncFnOnce(&InProcess, &Clock) -> T) -> T {
    let runtime = VirtualRuntime::new(OWN_TIME_START);
    let clock = runtime.clock();
    let world = InProcess::start(SimConfig::default(), clock.clone(), &runtime.spawner()).unwrap();
    runtime.block_on(act(&world, &clock))
}

fn order(world: &InProcess, account: &str, [side, price, size]: [&str; 3]) {
    let order = CounterOrder {
        venue: VenueKind::Backpack,
        account: account.into(),
        market: SOL.into(),
        side: side.into(),
        price: price.into(),
        size: size.into(),
    };
    world.control().order(&order).unwrap();
}

#[test]
fn orders_and_executions_are_remembered_whatever_became_of_them() {
    in_a_world(async |world, _| {
        let truth = world.truth();
        order(world, "alice", ["buy", "151.00", "2.5"]);
        order(world, "alice", ["buy", "100.00", "1"]);
        alice(&truth, |alice| {
            let [taken, rests] = alice.orders() else { panic!("{:?}", alice.orders()) };
            assert_eq!((taken.asked, taken.side, taken.price), (Qty(250), Side::Buy, Some(Price(15_100))));
            assert_eq!((taken.fate, taken.filled, taken.live()), (Fate::Filled, Qty(250), Qty::ZERO));
            assert_eq!((rests.fate, rests.live(), rests.at_most()), (Fate::Live, Qty(100), Qty(100)));
            assert_eq!(alice.open_orders().collect::<Vec<_>>(), [rests]);
            let filled: u64 = alice.executions().iter().map(|execution| execution.qty.0).sum();
            assert_eq!((filled, alice.net(SOL)), (250, SignedQty(250)));
            assert_eq!(alice.positions(), [(SOL.into(), SignedQty(250))]);
            assert!(alice.executions().iter().all(|execution| execution.order == taken.number));
            assert_eq!(alice.changes().last(), Some(&1));
        });
        truth.account(VenueKind::Backpack, "bob", |bob| assert!(bob.orders().is_empty()));
    });
}

#[test]
fn what_arrives_is_counted_even_when_the_venue_refuses_it() {
    in_a_world(async |world, clock| {
        let place = world.endpoints().venues.backpack.as_ref().unwrap();
        let mut request = Request::default();
        request.reset(Method::Post, "/api/v1/order");
        request.headers.push("x-api-key").push_str(&place.account("alice").unwrap().api_key);
        let body = r#"{"clientId":7,"orderType":"Limit","price":"1","quantity":"1","side":"Bid","symbol":"SOL_USDC_PERP"}"#;
        request.body.extend_from_slice(body.as_bytes());
        for _ in 0..2 {
            let reply = world.transport().call(&place.rest, &request).await.unwrap();
            assert_ne!(reply.status, 200, "it is not signed");
        }
        alice(&world.truth(), |alice| {
            assert!(alice.orders().is_empty());
            let ids: Vec<ClientId> = alice.arrivals().iter().map(|arrival| arrival.client_id).collect();
            assert_eq!(ids, [ClientId(7), ClientId(7)]);
            assert_eq!(alice.arrivals()[0].terms, alice.arrivals()[1].terms);
            assert_eq!(alice.arrivals()[0].at, clock.now());
        });
    });
}

#[test]
fn the_history_of_the_top_follows_the_engine() {
    in_a_world(async |world, clock| {
        let truth = world.truth();
        let look =
            || truth.venue(VenueKind::Backpack, |venue| (venue.top(SOL), venue.tops(SOL).unwrap().now()));
        let mut seen = Vec::new();
        for _ in 0..200 {
            clock.sleep(Duration::from_millis(50)).await;
            let (engine, history) = look();
            assert_eq!(engine, history);
            seen.push((truth.time(), engine));
        }
        truth.venue(VenueKind::Backpack, |venue| {
            let tops = venue.tops(SOL).unwrap();
            for (at, top) in seen {
                assert!(tops.between(at, at).any(|(_, was)| was == top), "{at}");
                let bid = top.bid.unwrap().price;
                assert!(tops.was_best(Side::Buy, bid, (at, at)));
                assert!(!tops.was_best(Side::Sell, bid, (at, at)));
            }
        });
    });
}

const fn at(secs: u64) -> Timestamp {
    Timestamp::from_ms(secs * 1000)
}

const fn level(price: i64, qty: u64) -> Level {
    Level { price: Price(price), qty: Qty(qty) }
}

#[test]
fn a_top_holds_until_the_next_and_is_forgotten_in_time() {
    let mut tops = TopHistory::new(at(0), &[level(10, 1)], &[level(12, 1)]);
    tops.set(at(100), Side::Buy, level(11, 3));
    tops.set(at(100), Side::Buy, level(9, 3));
    let was =
        |tops: &TopHistory, price, from, until| tops.was_best(Side::Buy, Price(price), (at(from), at(until)));
    assert!(was(&tops, 10, 50, 60) && was(&tops, 10, 99, 99) && !was(&tops, 11, 50, 99));
    assert!(was(&tops, 11, 100, 100) && was(&tops, 11, 500, 600) && !was(&tops, 10, 101, 600));
    assert!(!was(&tops, 9, 0, 600), "never the best");
    tops.set(at(200), Side::Buy, level(11, 0));
    assert!(was(&tops, 10, 0, 99), "180 s are kept, and what held before");
    tops.set(at(290), Side::Sell, level(12, 0));
    assert!(!was(&tops, 10, 0, 99) && was(&tops, 11, 150, 150));
    assert_eq!(tops.now(), TrueTop { bid: Some(level(10, 1)), ask: None });
}

#[test]
fn a_level_stands_since_its_last_change() {
    let mut tops = TopHistory::new(at(0), &[level(10, 1)], &[level(12, 1)]);
    assert_eq!(tops.standing(Side::Buy, Price(10), at(1)), Some(Qty(1)), "from the start");
    assert_eq!(tops.standing(Side::Buy, Price(9), at(1)), Some(Qty(0)), "never there");
    tops.set(at(100), Side::Buy, level(9, 3));
    assert_eq!(tops.standing(Side::Buy, Price(9), at(100)), None, "it came then");
    assert_eq!(tops.standing(Side::Buy, Price(9), at(101)), Some(Qty(3)));
    tops.set(at(200), Side::Buy, level(9, 0));
    assert_eq!(tops.standing(Side::Buy, Price(9), at(150)), None, "it went later");
    assert_eq!(tops.standing(Side::Buy, Price(9), at(201)), Some(Qty(0)));
    tops.set(at(300), Side::Buy, level(8, 2));
    assert_eq!(tops.levels(Side::Buy).collect::<Vec<_>>(), [level(10, 1), level(8, 2)]);
}
