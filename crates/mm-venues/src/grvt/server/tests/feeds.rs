//! Every stream speaks, numbered as it should be; what it says is the same in both encodings and on both kinds of
//! sockets, and reads as the wire type that it is.

use std::{fmt::Debug, time::Duration};

use mm_model::Side;
use serde::Deserialize;

use super::{ALICE, BTC, World, options, subscription};
use crate::grvt::wire::{
    Encoding,
    account::Position,
    history::Fill,
    market_data::{Book, Candle, MiniTicker, Ticker, Trade},
    order::Order,
    rpc::{Request, SubscribeParams, method},
    stream::{Feed, OrderStateFeed},
};

/// What a stream said on one socket: its numbers and its feeds.
type Said<T> = Vec<(u64, u64, T)>;

fn read<T: Deserialize<'static>>(encoding: Encoding, texts: Vec<String>) -> Said<T> {
    let feeds = texts.into_iter().map(|text| -> Feed<'static, T> {
        let text: &'static str = String::leak(text);
        encoding.read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
    });
    feeds.map(|it| (it.sequence_number.0, it.prev_sequence_number.0, it.feed)).collect()
}

/// Subscribes on all four kinds of sockets, lets things happen, and returns what was said, which is the same on each.
fn said<T: Deserialize<'static> + PartialEq + Debug>(stream: &str, selector: &str) -> Said<T> {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Buy, 599_990), 500);
    world.rests(BTC, (Side::Sell, 600_010), 500);
    world.takes("crowd-two", BTC, (Side::Buy, 3));
    let full = world.connect_as("/ws/full", ALICE);
    let lite = world.connect_as("/ws/lite", ALICE);
    let legacy = [true, false].map(|is_full| (world.connect_as("/ws", ALICE), is_full));
    world.say(full, &subscription("subscribe", stream, selector));
    let params = SubscribeParams {
        stream: stream.into(),
        selectors: vec![selector.into()],
        use_global_sequence_number: None,
    };
    world.say(lite, &Encoding::Lite.write(&Request::new(method::SUBSCRIBE, params, 7)));
    for (conn, is_full) in legacy {
        world.say(
            conn,
            &format!(
                r#"{{"request_id":7,"stream":"{stream}","feed":["{selector}"],"method":"subscribe","is_full":{is_full}}}"#
            ),
        );
    }
    happen(&mut world);
    let [(legacy_full, _), (legacy_lite, _)] = legacy;
    let sockets = [
        (full, Encoding::Full),
        (lite, Encoding::Lite),
        (legacy_full, Encoding::Full),
        (legacy_lite, Encoding::Lite),
    ];
    let [first, others @ ..] = sockets.map(|(conn, encoding)| {
        let mut texts = world.texts(conn);
        assert!(!texts.remove(0).contains("error"), "subscribed");
        read::<T>(encoding, texts)
    });
    others.iter().for_each(|other| assert_eq!(*other, first));
    first
}

fn happen(world: &mut World) {
    world.takes("alice", BTC, (Side::Buy, 2));
    world.advance(Duration::from_secs(2));
    world.takes("alice", BTC, (Side::Sell, 5));
    world.rests(BTC, (Side::Buy, 599_995), 70);
    world.advance(Duration::from_secs(70));
}

/// How many snapshots there were, and how many frames after them, whose numbers follow one another.
fn counts<T>(said: &Said<T>) -> (usize, usize) {
    let n_snapshots = said.iter().take_while(|(number, ..)| *number == 0).count();
    let changes = &said[n_snapshots..];
    assert!(said[..n_snapshots].iter().all(|(_, before, _)| *before == 0));
    assert!(changes.iter().all(|(number, before, _)| *number == before + 1));
    assert!(changes.windows(2).all(|pair| pair[1].1 == pair[0].0));
    (n_snapshots, changes.len())
}

#[test]
fn trades_come_one_by_one() {
    let said = said::<Trade<'_>>("v1.trade", "BTC_USDT_Perp@50");
    assert_eq!(counts(&said), (1, 2));
    let sizes: Vec<_> = said.iter().map(|(.., trade)| trade.size.as_str()).collect();
    assert_eq!(sizes, ["0.003", "0.002", "0.005"]);
    assert_eq!(said[1].2.price.as_str(), "60001.0");
    assert!(said[1].2.is_taker_buyer && !said[2].2.is_taker_buyer);
}

#[test]
fn books_are_changes_after_the_whole() {
    let said = said::<Book<'_>>("v1.book.d", "BTC_USDT_Perp@100");
    let (n_snapshots, n_changes) = counts(&said);
    assert_eq!((n_snapshots, n_changes), (1, 2));
    assert!(1_000_000 < said[1].0);
    let asks: Vec<_> = said[1].2.asks.iter().map(|level| level.size.as_str()).collect();
    assert_eq!((asks, said[1].2.bids.len()), (vec!["0.495"], 0), "only what changed");
    assert_eq!(counts(&self::said::<Book<'_>>("v1.book.s", "BTC_USDT_Perp@1000-50")).1, 0);
}

#[test]
fn tickers_say_what_changed() {
    for rate in ["0", "50", "1000"] {
        let said = said::<MiniTicker<'_>>("v1.mini.d", &format!("BTC_USDT_Perp@{rate}"));
        let (n_snapshots, n_changes) = counts(&said);
        assert_eq!(n_snapshots, 1);
        assert!((2..8).contains(&n_changes), "{n_changes}");
        let (whole, change) = (&said[0].2, &said[1].2);
        assert_eq!(whole.best_bid_price.as_deref(), Some("59999.0"));
        assert!(change.event_time.is_some() && change.instrument.is_some());
        assert_eq!((change.best_ask_size.as_deref(), &change.best_bid_size), (Some("0.495"), &None));
        let last = said.iter().rev().find_map(|(.., mini)| mini.last_size.clone());
        assert_eq!(last.as_deref(), Some("0.005"));
    }
    let said = said::<Ticker<'_>>("v1.ticker.d", "BTC_USDT_Perp@500");
    assert_eq!(counts(&said).0, 1);
    let bought = |n: usize| said[n].2.buy_volume_24h_b.as_deref();
    assert_eq!((bought(0), bought(1)), (Some("0.003"), Some("0.005")));
    assert_eq!(said[0].2.funding_rate.as_deref().map(|rate| rate.is_empty()), Some(false));
}

#[test]
fn whole_tickers_come_all_the_time() {
    let minis = said::<MiniTicker<'_>>("v1.mini.s", "BTC_USDT_Perp@5000");
    let tickers = said::<Ticker<'_>>("v1.ticker.s", "BTC_USDT_Perp@5000");
    assert_eq!((counts(&minis).1, counts(&tickers).1), (0, 0), "none is numbered");
    assert!((14..=17).contains(&minis.len()) && minis.len() == tickers.len());
    assert!(tickers.iter().all(|(.., ticker)| ticker.open_interest.is_some()));
}

#[test]
fn candles_are_told_as_they_change_and_when_they_end() {
    for kind in ["TRADE", "MARK", "INDEX", "MID"] {
        let said = said::<Candle<'_>>("v1.candle", &format!("BTC_USDT_Perp@CI_1_M-{kind}"));
        assert_eq!(counts(&said).1, 0, "none is numbered");
        assert!((2..8).contains(&said.len()), "{kind}: {}", said.len());
        let times: Vec<_> = said.iter().map(|(.., candle)| candle.open_time).collect();
        assert!(times.is_sorted() && times.first() < times.last());
        assert!(said.iter().all(|(.., candle)| candle.close_time.0 == candle.open_time.0 + 60_000_000_000));
    }
}

#[test]
fn an_accounts_doings_are_told() {
    let selector = ALICE.to_string();
    let orders = said::<Order<'_>>("v1.order", &selector);
    let states = said::<OrderStateFeed<'_>>("v1.state", &selector);
    let fills = said::<Fill<'_>>("v1.fill", &selector);
    let positions = said::<Position<'_>>("v1.position", &format!("{selector}-BTC_USDT_Perp"));
    assert_eq!(
        (counts(&orders).0, counts(&states).0, counts(&fills), counts(&positions)),
        (0, 0, (0, 2), (0, 2))
    );
    assert_eq!((orders[0].0, fills[0].0), (1, 1), "numbers begin at one");
    let state = |(.., order): &(u64, u64, Order<'static>)| order.state.clone();
    let told: Vec<_> = states.iter().map(|(.., feed)| feed.order_state.clone()).collect();
    assert_eq!(orders.iter().map(state).collect::<Vec<_>>(), told);
    let sizes: Vec<_> = positions.iter().map(|(.., position)| position.size.as_str()).collect();
    assert_eq!(sizes, ["0.002", "-0.003"]);
    // Whoever sees a trade finds the fill by the same id, price and size.
    let trades = said::<Trade<'_>>("v1.trade", "BTC_USDT_Perp@50");
    for (fill, trade) in fills.iter().zip(&trades[1..]) {
        let (fill, trade) = (&fill.2, &trade.2);
        assert_eq!((&fill.trade_id, &fill.price, &fill.size), (&trade.trade_id, &trade.price, &trade.size));
        assert_eq!((&fill.mark_price, fill.event_time), (&trade.mark_price, trade.event_time));
    }
}
