//! The book as a subscriber has it: always the exchange's, and a lost frame is noticed.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::{CancelOrder, OrderRef, PlaceOrder};
use mm_model::{MarketId, Price, Qty, Side};
use proptest::prelude::*;
use serde_json::Value;

use super::{World, options};
use crate::server::ConnId;

const ETH: MarketId = MarketId(0);

/// A book kept from frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    nonce: u64,
    sides: [BTreeMap<Price, Qty>; 2],
}

/// Why a frame does not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap;

impl Kept {
    fn join(&mut self, world: &World, frame: &Value) -> Result<(), Gap> {
        let book = &frame["order_book"];
        let number = |name: &str| book[name].as_u64().expect("a number");
        if frame["type"] == "subscribed/order_book" {
            assert_eq!(number("begin_nonce"), 0);
            *self = Self::default();
        } else if number("begin_nonce") != self.nonce {
            return Err(Gap);
        }
        self.nonce = number("nonce");
        let market = world.exchange.markets().get(ETH).expect("listed");
        for (name, side) in ["asks", "bids"].iter().zip(&mut self.sides) {
            for level in book[name].as_array().expect("a list") {
                let text = |name: &str| level[name].as_str().expect("text");
                let (price, qty) = (market.price(text("price")), market.qty(text("size")));
                let (price, qty) = (price.expect("on a tick"), qty.expect("whole lots"));
                if qty.is_zero() {
                    side.remove(&price)
                } else {
                    side.insert(price, qty)
                };
            }
        }
        Ok(())
    }

    fn of_exchange(world: &World) -> Self {
        let view = world.exchange.book(ETH, usize::MAX);
        let side = |levels: &[mm_model::Level]| levels.iter().map(|level| (level.price, level.qty)).collect();
        Self { nonce: view.seq, sides: [side(&view.asks), side(&view.bids)] }
    }
}

/// Something that moves the book.
#[derive(Clone, Copy, Debug)]
enum Act {
    Place(bool, i64, u64),
    Cancel(usize),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (any::<bool>(), -20..20_i64, 1..3_000_u64).prop_map(|(buy, at, lots)| Act::Place(buy, at, lots)),
        2 => any::<usize>().prop_map(Act::Cancel),
        2 => (0..120_u64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..80)
}

fn act(world: &mut World, act: Act) {
    match act {
        Act::Place(buy, at, lots) => {
            let side = if buy { Side::Buy } else { Side::Sell };
            let account = if lots % 2 == 0 { world.alice } else { world.bob };
            let order = PlaceOrder::limit(ETH, side, Price(240_000 + at), Qty(lots + 100));
            // Orders may be refused, for instance those that would meet their own account.
            let _ = world.exchange.place(world.now, account, order);
        }
        Act::Cancel(n) => {
            let mut open = world.exchange.open_orders(world.alice, Some(ETH));
            open.extend(world.exchange.open_orders(world.bob, Some(ETH)));
            if let Some(view) = open.get(n % open.len().max(1)) {
                let cancel = CancelOrder { market: ETH, order: OrderRef::Id(view.id) };
                world.exchange.cancel(world.now, view.account, cancel).expect("it rests");
            }
        }
        Act::Wait(ms) => world.advance(Duration::from_millis(ms)),
    }
    world.tell();
}

fn books(world: &mut World, conn: ConnId) -> Vec<Value> {
    let mut frames = world.frames(conn);
    frames.retain(|frame| frame["order_book"].is_object());
    frames
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whoever joins whenever has the exchange's book in the end; and whoever misses a frame notices at the next.
    #[test]
    fn a_subscriber_has_the_exchanges_book(before in acts(), after in acts(), lost in any::<prop::sample::Index>()) {
        let mut world = World::new(options());
        let [early, late] = [(); 2].map(|()| world.connect(""));
        world.say(early, r#"{"type":"subscribe","channel":"order_book/0"}"#);
        before.into_iter().for_each(|it| act(&mut world, it));
        world.say(late, r#"{"type":"subscribe","channel":"order_book/0"}"#);
        after.into_iter().for_each(|it| act(&mut world, it));
        world.advance(Duration::from_millis(50));
        let expected = Kept::of_exchange(&world);
        for conn in [early, late] {
            let frames = books(&mut world, conn);
            let mut kept = Kept::default();
            for frame in &frames {
                prop_assert_eq!(kept.join(&world, frame), Ok(()));
            }
            prop_assert_eq!(&kept, &expected);
            if 2 < frames.len() {
                // Neither the snapshot nor the last: nothing comes after that could tell.
                let lost = 1 + lost.index(frames.len() - 2);
                let mut kept = Kept::default();
                let joined = |n: usize, kept: &mut Kept| kept.join(&world, &frames[n]);
                prop_assert!((0..lost).all(|n| joined(n, &mut kept).is_ok()));
                prop_assert_eq!(joined(lost + 1, &mut kept), Err(Gap));
            }
        }
    }
}

#[test]
fn changes_are_told_at_most_every_50_ms() {
    let mut world = World::new(options());
    let conn = world.connect("");
    let snapshot = world.subscribe(conn, "order_book/0");
    assert_eq!(
        (snapshot["order_book"]["nonce"].as_u64(), snapshot["offset"].as_i64(), snapshot["channel"].as_str()),
        (Some(0), Some(1), Some("order_book:0")),
        "an empty book"
    );
    for _ in 0..10 {
        world.rests(Side::Buy, 239_000, 1_000);
        world.advance(Duration::from_millis(10));
    }
    let frames = books(&mut world, conn);
    assert!((2..=3).contains(&frames.len()), "{frames:?}");
    let first = &frames[0]["order_book"];
    assert_eq!(first["begin_nonce"], 0);
    assert_eq!(first["bids"][0]["price"], "2390.00");
    let last = frames.last().expect("some");
    assert!(frames[0]["offset"].as_i64() < last["offset"].as_i64());
    world.advance(Duration::from_secs(1));
    books(&mut world, conn);
    world.advance(Duration::from_secs(1));
    assert!(books(&mut world, conn).is_empty(), "nothing changed");
}

#[test]
fn the_ticker_is_the_top() {
    let mut world = World::new(options());
    let conn = world.connect("");
    let empty = world.subscribe(conn, "ticker/0");
    assert_eq!((&empty["ticker"]["a"]["price"], &empty["ticker"]["b"]["size"]), (&"".into(), &"".into()));
    assert_eq!(empty["ticker"]["s"], "ETH");
    world.rests(Side::Buy, 239_000, 1_000);
    world.rests(Side::Sell, 241_000, 50);
    world.rests(Side::Sell, 242_000, 50);
    let frames = world.frames(conn);
    assert_eq!(frames.len(), 2, "the third order is not the top");
    let top = &frames[1]["ticker"];
    assert_eq!((&top["a"]["price"], &top["a"]["size"]), (&"2410.00".into(), &"0.0050".into()));
    assert_eq!((&top["b"]["price"], &top["b"]["size"]), (&"2390.00".into(), &"0.1000".into()));
    assert_eq!(frames[1]["nonce"].as_u64(), Some(world.exchange.seq(ETH) - 1));
}
