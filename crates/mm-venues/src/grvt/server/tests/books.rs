//! The book as a subscriber has it: in both encodings always what REST says, whoever joins whenever, and a lost frame is
//! noticed.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::{CancelOrder, OrderRef, PlaceOrder};
use mm_model::{Price, Qty, Side};
use proptest::prelude::*;

use super::{BTC, World, options};
use crate::{
    grvt::wire::{
        Encoding,
        market_data::{Book, BookRequest, Level},
        reply::Reply,
        rpc::{Request, SubscribeParams, method},
        stream::Feed,
    },
    server::ConnId,
};

/// A book kept from frames: size and number of orders by price, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    number: u64,
    sides: [BTreeMap<Price, (String, u32)>; 2],
}

/// Why a frame does not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap;

impl Kept {
    fn join(&mut self, world: &World, frame: &Feed<'_, Book<'_>>) -> Result<(), Gap> {
        match (frame.sequence_number.0, frame.prev_sequence_number.0) {
            (0, before) => {
                assert_eq!(before, 0);
                *self = Self::default();
            }
            (number, before) if before == self.number || self.number == 0 => {
                assert_eq!(number, before + 1);
                self.number = number;
            }
            _ => return Err(Gap),
        }
        let market = world.exchange.markets().get(BTC).expect("listed");
        for (levels, side) in [&frame.feed.bids, &frame.feed.asks].into_iter().zip(&mut self.sides) {
            for Level { price, size, num_orders } in levels {
                let price = market.price(price).expect("on a tick");
                if market.qty(size).expect("whole lots").is_zero() {
                    assert_eq!(*num_orders, 0);
                    side.remove(&price);
                } else {
                    side.insert(price, (size.to_string(), *num_orders));
                }
            }
        }
        Ok(())
    }

    /// As REST has it.
    fn of_rest(world: &mut World, encoding: Encoding) -> Self {
        let request = BookRequest { instrument: "BTC_USDT_Perp".into(), depth: 500 };
        let path = format!("/{}/v1/book", encoding.segment());
        let body = world.post(&path, &encoding.write(&request)).body.to_string();
        let reply: Reply<Book<'_>> = encoding.read(body.as_bytes()).expect("a book");
        let market = world.exchange.markets().get(BTC).expect("listed");
        let side = |levels: &[Level<'_>]| {
            let row = |it: &Level<'_>| {
                (market.price(&it.price).expect("a price"), (it.size.to_string(), it.num_orders))
            };
            levels.iter().map(row).collect()
        };
        Self { number: 0, sides: [side(&reply.result.bids), side(&reply.result.asks)] }
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
        2 => (0..160_u64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..60)
}

fn act(world: &mut World, act: Act) {
    let accounts = ["alice", "crowd"].map(|name| world.account(name));
    match act {
        Act::Place(buy, at, lots) => {
            let side = if buy { Side::Buy } else { Side::Sell };
            let account = accounts[usize::from(lots % 2 == 0)];
            let order = PlaceOrder::limit(BTC, side, Price(600_000 + at), Qty(lots));
            // Orders may be refused, for instance those that would meet their own account.
            let _ = world.exchange.place(world.now, account, order);
        }
        Act::Cancel(n) => {
            let open: Vec<_> =
                accounts.iter().flat_map(|id| world.exchange.open_orders(*id, Some(BTC))).collect();
            if let Some(view) = open.get(n % open.len().max(1)) {
                let cancel = CancelOrder { market: BTC, order: OrderRef::Id(view.id) };
                world.exchange.cancel(world.now, view.account, cancel).expect("it rests");
            }
        }
        Act::Wait(ms) => world.advance(Duration::from_millis(ms)),
    }
    world.tell();
}

fn subscribe(world: &mut World, (encoding, conn): (Encoding, ConnId), selector: &str) {
    let params = SubscribeParams {
        stream: "v1.book.d".into(),
        selectors: vec![selector.into()],
        use_global_sequence_number: None,
    };
    world.say(conn, &encoding.write(&Request::new(method::SUBSCRIBE, params, 1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whoever joins whenever has REST's book in the end; and whoever misses a frame notices at the next.
    #[test]
    fn a_subscriber_has_the_book_of_rest(
        before in acts(),
        after in acts(),
        rate in prop::sample::select(vec![50, 250, 1_000]),
        lost in any::<prop::sample::Index>(),
    ) {
        let mut world = World::new(options());
        let selector = format!("BTC_USDT_Perp@{rate}");
        let conns = [Encoding::Full, Encoding::Lite, Encoding::Full, Encoding::Lite]
            .map(|encoding| (encoding, world.connect(encoding.socket_path())));
        let (early, late) = conns.split_at(2);
        early.iter().for_each(|one| subscribe(&mut world, *one, &selector));
        before.into_iter().for_each(|it| act(&mut world, it));
        late.iter().for_each(|one| subscribe(&mut world, *one, &selector));
        after.into_iter().for_each(|it| act(&mut world, it));
        world.advance(Duration::from_secs(1));
        for (encoding, conn) in conns {
            let texts = world.texts(conn);
            let (answer, texts) = texts.split_first().expect("an answer");
            prop_assert!(answer.contains("1000"), "numbers that begin high: {}", answer);
            let read = |text: &String| -> Feed<'static, Book<'static>> {
                let text: &'static str = String::leak(text.clone());
                encoding.read(text.as_bytes()).expect("a frame of the book")
            };
            let frames: Vec<_> = texts.iter().map(read).collect();
            let mut kept = Kept::default();
            for frame in &frames {
                prop_assert_eq!(&*frame.selector, selector.as_str());
                prop_assert_eq!(kept.join(&world, frame), Ok(()));
            }
            let rest = Kept::of_rest(&mut world, encoding);
            prop_assert_eq!(&kept.sides, &rest.sides);
            if 3 < frames.len() {
                // Neither the snapshot and the first change, nor the last: nothing comes after that could tell.
                let lost = 2 + lost.index(frames.len() - 3);
                let mut kept = Kept::default();
                for frame in &frames[..lost] {
                    prop_assert_eq!(kept.join(&world, frame), Ok(()));
                }
                prop_assert_eq!(kept.join(&world, &frames[lost + 1]), Err(Gap));
            }
        }
    }
}

#[test]
fn changes_are_told_at_the_rate_that_was_asked_for() {
    let mut world = World::new(options());
    let [fast, slow] = [50, 500].map(|rate| {
        let conn = world.connect("/ws/full");
        let frames = world.subscribe(conn, "v1.book.d", &format!("BTC_USDT_Perp@{rate}"));
        assert_eq!(frames.len(), 2, "an answer and an empty book");
        conn
    });
    for n in 0..10 {
        world.rests(BTC, (Side::Buy, 590_000 + n), 1_000);
        world.advance(Duration::from_millis(50));
    }
    world.advance(Duration::from_millis(500));
    let n_frames = [fast, slow].map(|conn| world.frames(conn).len());
    assert!((9..=11).contains(&n_frames[0]) && (1..=2).contains(&n_frames[1]), "{n_frames:?}");
    world.advance(Duration::from_secs(5));
    assert!(world.frames(fast).is_empty(), "nothing changed");
}

#[test]
fn the_top_of_the_book_is_whole_every_time() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/full");
    (0..20).for_each(|n| world.rests(BTC, (Side::Sell, 600_000 + n), 2));
    world.rests(BTC, (Side::Sell, 600_000), 3);
    world.subscribe(conn, "v1.book.s", "BTC_USDT_Perp@500-10-1");
    world.advance(Duration::from_secs(2));
    let frames = world.frames(conn);
    assert!((3..=5).contains(&frames.len()), "{}", frames.len());
    for frame in frames {
        assert_eq!(frame["selector"], "BTC_USDT_Perp@500-10-1");
        assert_eq!((&frame["sequence_number"], &frame["prev_sequence_number"]), (&"0".into(), &"0".into()));
        let asks = frame["feed"]["asks"].as_array().expect("a list");
        assert_eq!(asks.len(), 10);
        assert_eq!(asks[0], serde_json::json!({ "price": "60000.0", "size": "0.005", "num_orders": 2 }));
    }
}
