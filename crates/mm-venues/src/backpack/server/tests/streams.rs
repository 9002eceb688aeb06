//! What the sockets are told: an order's life word for word, subscriptions, books that can be rebuilt.

use std::time::Duration;

use expect_test::{Expect, expect};
use mm_model::{BookDelta, BookFeed, BookSnapshot, FeedStep, Level, MarketId, Side, Timestamp};
use serde_json::Value;

use super::{ALICE, BOB, PERP, World};
use crate::{
    http::Method,
    server::{ConnId, Outbound, VenueServer},
};

/// What `conn` heard since the last time, one line each.
fn heard(world: &mut World, conn: ConnId) -> String {
    let frames = std::mem::take(&mut world.heard);
    frames.iter().filter(|(to, _)| *to == conn).map(|(_, frame)| format!("{frame}\n")).collect()
}

fn limit(side: &str, qty: &str, price: &str, more: &str) -> String {
    format!(
        r#"{{"symbol":"{PERP}","side":"{side}","orderType":"Limit","quantity":"{qty}","price":"{price}"{more}}}"#
    )
}

fn check(world: &mut World, conn: ConnId, expected: Expect) {
    expected.assert_eq(&heard(world, conn));
}

#[test]
fn the_life_of_an_order() {
    let mut world = World::new();
    let conn = world.connect(1);
    world.subscribe(ALICE, conn, &["account.orderUpdate"]);
    check(&mut world, conn, expect![[""]]);
    // Rests, is filled in part, is cancelled.
    world.order(ALICE, &limit("Bid", "1", "150.00", r#","clientId":5,"postOnly":true"#));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244094000,"O":"USER","Q":"150","S":"Bid","T":1788285244094000,"V":"RejectTaker","X":"New","Z":"0","c":5,"e":"orderAccepted","f":"GTC","i":"16777216","o":"LIMIT","p":"150.00","q":"1.00","r":false,"s":"SOL_USDC_PERP","t":null,"y":true,"z":"0"},"stream":"account.orderUpdate"}
    "#]],
    );
    world.pass(Duration::from_millis(10));
    world.order(BOB, &limit("Ask", "0.4", "150.00", r#","timeInForce":"IOC""#));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244104000,"L":"150.00","N":"USDC","O":"USER","Q":"150","S":"Bid","T":1788285244104000,"V":"RejectTaker","X":"PartiallyFilled","Z":"60","c":5,"e":"orderFill","f":"GTC","i":"16777216","l":"0.40","m":true,"n":"0.012","o":"LIMIT","p":"150.00","q":"1.00","r":false,"s":"SOL_USDC_PERP","t":1,"y":true,"z":"0.40"},"stream":"account.orderUpdate"}
    "#]],
    );
    world.call(ALICE, (Method::Delete, "/api/v1/order"), r#"{"symbol":"SOL_USDC_PERP","clientId":5}"#);
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244104000,"O":"USER","Q":"150","S":"Bid","T":1788285244104000,"V":"RejectTaker","X":"Cancelled","Z":"60","c":5,"e":"orderCancelled","f":"GTC","i":"16777216","o":"LIMIT","p":"150.00","q":"1.00","r":false,"s":"SOL_USDC_PERP","t":null,"y":true,"z":"0.40"},"stream":"account.orderUpdate"}
    "#]],
    );
}

#[test]
fn orders_that_end_by_themselves() {
    let mut world = World::new();
    let conn = world.connect(1);
    world.order(BOB, &limit("Ask", "1", "151.00", ""));
    world.subscribe(ALICE, conn, &["account.orderUpdate.SOL_USDC_PERP"]);
    let told = |world: &mut World| -> Vec<String> {
        let frames = std::mem::take(&mut world.heard);
        let word = |frame: &Value, key: &str| frame["data"][key].as_str().unwrap_or("-").to_owned();
        frames.iter().map(|(_, f)| ["e", "X", "R", "q", "z"].map(|key| word(f, key)).join(" ")).collect()
    };
    // An immediate-or-cancel order's rest.
    world.order(ALICE, &limit("Bid", "1.5", "151.00", r#","timeInForce":"IOC""#));
    assert_eq!(
        told(&mut world),
        [
            "orderAccepted New - 1.50 0",
            "orderFill PartiallyFilled - 1.50 1.00",
            "orderExpired Expired ImmediateOrCancel 1.50 1.00",
        ]
    );
    // Fill-or-kill with nobody there.
    world.order(ALICE, &limit("Bid", "1", "150.00", r#","timeInForce":"FOK""#));
    assert_eq!(told(&mut world), ["orderAccepted New - 1.00 0", "orderExpired Expired FillOrKill 1.00 0"]);
    // It would have met its own account.
    world.order(ALICE, &limit("Bid", "1", "150.00", ""));
    world.order(ALICE, &limit("Ask", "1", "150.00", ""));
    assert_eq!(
        told(&mut world),
        [
            "orderAccepted New - 1.00 0",
            "orderAccepted New - 1.00 0",
            "orderExpired Expired SelfTradePrevention 1.00 0",
        ]
    );
    // A resting reduce-only order is shrunk with its position.
    world.call(ALICE, (Method::Delete, "/api/v1/orders"), r#"{"symbol":"SOL_USDC_PERP"}"#);
    world.order(ALICE, &limit("Ask", "1", "152.00", r#","reduceOnly":true"#));
    world.order(BOB, &limit("Bid", "0.4", "150.00", ""));
    world.heard.clear();
    world.order(ALICE, &limit("Ask", "0.4", "150.00", ""));
    assert_eq!(
        told(&mut world),
        ["orderAccepted New - 0.40 0", "orderFill Filled - 0.40 0.40", "orderModified New - 0.60 0",]
    );
}

#[test]
fn positions_and_balances() {
    let mut world = World::new();
    let conn = world.connect(1);
    world.subscribe(ALICE, conn, &["account.positionUpdate", "account.balanceUpdate"]);
    world.order(BOB, &limit("Ask", "1", "150.00", ""));
    world.order(ALICE, &limit("Bid", "1", "150.00", ""));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"B":"150","E":1788285244094000,"M":"150.00","P":"0","Q":"1.00","T":1788285244094000,"b":"150","e":"positionOpened","f":"0.05","i":8589934593,"l":"0","m":"0.03","n":"150","p":"0","q":"1.00","s":"SOL_USDC_PERP"},"stream":"account.positionUpdate"}
        {"data":{"A":"999999.925","E":1788285244094000,"L":"0","S":"0","T":1788285244094000,"a":"USDC","e":"balanceUpdate"},"stream":"account.balanceUpdate"}
    "#]],
    );
    // A second listener is told what there is, without an event.
    let late = world.connect(2);
    world.subscribe(ALICE, late, &["account.positionUpdate.SOL_USDC_PERP"]);
    check(
        &mut world,
        late,
        expect![[r#"
        {"data":{"B":"150","E":1788285244094000,"M":"150.00","P":"0","Q":"1.00","T":1788285244094000,"b":"150","f":"0.05","i":8589934593,"l":"0","m":"0.03","n":"150","p":"0","q":"1.00","s":"SOL_USDC_PERP"},"stream":"account.positionUpdate.SOL_USDC_PERP"}
    "#]],
    );
    world.order(BOB, &limit("Bid", "1", "150.00", ""));
    world.order(ALICE, &limit("Ask", "1", "150.00", r#","reduceOnly":true"#));
    check(
        &mut world,
        late,
        expect![[r#"
        {"data":{"B":"0","E":1788285244094000,"M":"150.00","P":"0","Q":"0","T":1788285244094000,"b":"0","e":"positionClosed","f":"0.05","i":8589934593,"l":"0","m":"0.03","n":"0","p":"0","q":"0","s":"SOL_USDC_PERP"},"stream":"account.positionUpdate.SOL_USDC_PERP"}
    "#]],
    );
}

#[test]
fn public_streams() {
    let mut world = World::new();
    let conn = world.connect(1);
    let streams = ["depth", "bookTicker", "trade", "ticker", "markPrice", "openInterest", "kline.1s"];
    let names: Vec<_> = streams.iter().map(|stream| format!("\"{stream}.{PERP}\"")).collect();
    world.say(conn, &format!(r#"{{"method":"SUBSCRIBE","params":[{}],"id":1}}"#, names.join(",")));
    world.order(BOB, &limit("Ask", "1", "150.00", ""));
    world.order(BOB, &limit("Bid", "1", "149.00", ""));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244094000,"T":1788285244094000,"U":1,"a":[["150.00","1.00"]],"b":[],"e":"depth","s":"SOL_USDC_PERP","u":1},"stream":"depth.SOL_USDC_PERP"}
        {"data":{"A":"1.00","B":"0","E":1788285244094000,"T":1788285244094000,"a":"150.00","b":"0.00","e":"bookTicker","s":"SOL_USDC_PERP","u":1},"stream":"bookTicker.SOL_USDC_PERP"}
        {"data":{"E":1788285244094000,"T":1788285244094000,"U":2,"a":[],"b":[["149.00","1.00"]],"e":"depth","s":"SOL_USDC_PERP","u":2},"stream":"depth.SOL_USDC_PERP"}
        {"data":{"A":"1.00","B":"1.00","E":1788285244094000,"T":1788285244094000,"a":"150.00","b":"149.00","e":"bookTicker","s":"SOL_USDC_PERP","u":2},"stream":"bookTicker.SOL_USDC_PERP"}
    "#]],
    );
    world.order(ALICE, &limit("Bid", "1", "150.00", ""));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244094000,"T":1788285244094000,"a":"16777216","b":"50331650","e":"trade","m":false,"p":"150.00","q":"1.00","s":"SOL_USDC_PERP","t":1},"stream":"trade.SOL_USDC_PERP"}
        {"data":{"E":1788285244094000,"T":1788285244094000,"U":3,"a":[["150.00","0.00"]],"b":[],"e":"depth","s":"SOL_USDC_PERP","u":3},"stream":"depth.SOL_USDC_PERP"}
        {"data":{"A":"0","B":"1.00","E":1788285244094000,"T":1788285244094000,"a":"0.00","b":"149.00","e":"bookTicker","s":"SOL_USDC_PERP","u":3},"stream":"bookTicker.SOL_USDC_PERP"}
        {"data":{"E":1788285244094000,"T":"2026-09-01T17:54:05","X":false,"c":"150.00","e":"kline","h":"150.00","l":"150.00","n":1,"o":"150.00","s":"SOL_USDC_PERP","t":"2026-09-01T17:54:04","v":"1.00"},"stream":"kline.1s.SOL_USDC_PERP"}
    "#]],
    );
    world.pass(Duration::from_millis(1_000));
    check(
        &mut world,
        conn,
        expect![[r#"
        {"data":{"E":1788285244094000,"V":"150","c":"150.00","e":"ticker","h":"150.00","l":"150.00","n":1,"o":"150.00","s":"SOL_USDC_PERP","v":"1.00"},"stream":"ticker.SOL_USDC_PERP"}
        {"data":{"E":1788285244094000,"T":1788285244094000,"e":"markPrice","f":"0.0001","i":"150.00","n":1788307200000,"p":"150.00","s":"SOL_USDC_PERP"},"stream":"markPrice.SOL_USDC_PERP"}
        {"data":{"E":1788285244094000,"e":"openInterest","o":"1.00","s":"SOL_USDC_PERP"},"stream":"openInterest.SOL_USDC_PERP"}
        {"data":{"E":1788285245000000,"V":"150","c":"150.00","e":"ticker","h":"150.00","l":"150.00","n":1,"o":"150.00","s":"SOL_USDC_PERP","v":"1.00"},"stream":"ticker.SOL_USDC_PERP"}
        {"data":{"E":1788285245000000,"T":1788285245000000,"e":"markPrice","f":"0.0001","i":"150.00","n":1788307200000,"p":"150.00","s":"SOL_USDC_PERP"},"stream":"markPrice.SOL_USDC_PERP"}
        {"data":{"E":1788285245000000,"T":"2026-09-01T17:54:05","X":true,"c":"150.00","e":"kline","h":"150.00","l":"150.00","n":1,"o":"150.00","s":"SOL_USDC_PERP","t":"2026-09-01T17:54:04","v":"1.00"},"stream":"kline.1s.SOL_USDC_PERP"}
    "#]],
    );
}

#[test]
fn subscriptions() {
    let mut world = World::new();
    let conn = world.connect(1);
    // Signed by Bob's key under Alice's name, and not signed at all.
    world.subscribe(BOB, conn, &["account.orderUpdate"]);
    assert_eq!(heard(&mut world, conn), "", "success is silent");
    world.say(conn, r#"{"method":"SUBSCRIBE","params":["account.orderUpdate"],"id":7}"#);
    world.say(conn, r#"{"method":"SUBSCRIBE","params":["depth.NOPE"]}"#);
    world.say(conn, r#"{"method":"UNSUBSCRIBE","params":["nothing"]}"#);
    world.say(conn, "hello");
    check(
        &mut world,
        conn,
        expect![[r#"
        {"error":{"code":4003,"message":"Invalid signature"},"id":7}
        {"error":{"code":4006,"message":"Invalid stream"},"id":null}
        {"error":{"code":4006,"message":"Invalid stream"},"id":null}
        {"error":{"code":4000,"message":"Invalid message: expected value at line 1 column 1"},"id":null}
    "#]],
    );
    let ms = world.now.ms();
    for (api_key, ms, window) in [
        (world.keys[ALICE].api_key().to_owned(), ms, 5_000), // another's signature
        (world.keys[BOB].api_key().to_owned(), ms - 5_001, 5_000),
        (world.keys[BOB].api_key().to_owned(), ms, 60_001),
        (world.keys[BOB].api_key().to_owned(), ms + 600_001, 5_000),
    ] {
        let mut signature = String::new();
        world.keys[BOB]
            .sign(&format!("instruction=subscribe&timestamp={ms}&window={window}"), &mut signature);
        world.say(
            conn,
            &format!(
                r#"{{"method":"SUBSCRIBE","params":["account.orderUpdate"],"signature":["{api_key}","{signature}","{ms}","{window}"]}}"#
            ),
        );
    }
    check(
        &mut world,
        conn,
        expect![[r#"
        {"error":{"code":4003,"message":"Invalid signature"},"id":null}
        {"error":{"code":4003,"message":"Request has expired"},"id":null}
        {"error":{"code":4003,"message":"Invalid window: must be at most 60000"},"id":null}
        {"error":{"code":4003,"message":"Invalid timestamp: must be within 10 minutes of current time"},"id":null}
    "#]],
    );
    // A private stream is left without a signature; then nothing is told any more.
    world.say(conn, r#"{"method":"UNSUBSCRIBE","params":["account.orderUpdate"]}"#);
    world.order(BOB, &limit("Ask", "1", "150.00", ""));
    assert_eq!(heard(&mut world, conn), "");
}

#[test]
fn sockets_that_do_not_answer_pings_are_closed() {
    let mut world = World::new();
    let conn = world.connect(1);
    let mut out = Vec::new();
    world.now = world.now + Duration::from_secs(60);
    world.server.tick(world.now, &mut world.exchange, &mut out);
    assert_eq!(out, [Outbound::Ping(conn)]);
    world.now = world.now + Duration::from_secs(60);
    out.clear();
    world.server.tick(world.now, &mut world.exchange, &mut out);
    assert!(matches!(out[..], [Outbound::Close(closed, _)] if closed == conn), "{out:?}");
    assert_eq!(world.server.next_wake(), None, "nobody is left to wake up for");
}

/// The book as `BookFeed` rebuilds it from frames of one stream over a snapshot taken on the way.
#[test]
fn books_can_be_rebuilt_from_every_pace() {
    for stream in ["depth", "depth.200ms", "depth.600ms", "depth.1000ms"] {
        let mut world = World::new();
        let conn = world.connect(1);
        world.say(conn, &format!(r#"{{"method":"SUBSCRIBE","params":["{stream}.{PERP}"]}}"#));
        let mut feed = BookFeed::default();
        for n in 0..40u64 {
            let (price, qty) = (14_900 + n * 7 % 13, 1 + n % 5);
            let ask = limit(
                "Ask",
                &format!("{qty}"),
                &format!("{}.{:02}", (price + 60) / 100, (price + 60) % 100),
                "",
            );
            let bid = limit("Bid", &format!("{qty}"), &format!("{}.{:02}", price / 100, price % 100), "");
            world.order(BOB, if n % 3 == 0 { &ask } else { &bid });
            if n % 11 == 7 {
                let sweep =
                    format!(r#"{{"symbol":"{PERP}","side":"Ask","orderType":"Market","quantity":"4"}}"#);
                world.order(ALICE, &sweep);
            }
            world.pass(Duration::from_millis(130));
            if n == 5 {
                let (_, depth) = world.ask("/api/v1/depth", &format!("symbol={PERP}"));
                feed.snapshot(world.now, &snapshot(&world, &depth));
            }
            for (_, frame) in std::mem::take(&mut world.heard) {
                let step = feed.delta(world.now, &delta(&world, &frame["data"]));
                assert!(n <= 5 || step != FeedStep::NeedSnapshot, "{stream}: a gap at {frame}");
            }
        }
        world.pass(Duration::from_secs(2));
        for (_, frame) in std::mem::take(&mut world.heard) {
            feed.delta(world.now, &delta(&world, &frame["data"]));
        }
        let (_, depth) = world.ask("/api/v1/depth", &format!("symbol={PERP}"));
        let truth = snapshot(&world, &depth);
        let book = feed.book(world.now, Duration::from_secs(60)).expect("a book");
        let sorted = |mut levels: Vec<Level>| {
            levels.sort_by_key(|level| level.price);
            levels
        };
        assert_eq!(feed.seq(), Some(truth.seq), "{stream}");
        assert_eq!(sorted(book.levels(Side::Buy).collect()), truth.bids, "{stream}");
        assert_eq!(sorted(book.levels(Side::Sell).collect()), truth.asks, "{stream}");
    }
}

fn levels(world: &World, rows: &Value) -> Vec<Level> {
    let market = world.exchange.markets().by_symbol(PERP).expect("listed");
    let text = |row: &Value, n: usize| row[n].as_str().expect("text").to_owned();
    let row = |row: &Value| Level {
        price: market.price(&text(row, 0)).expect("on a tick"),
        qty: market.qty(&text(row, 1)).expect("whole lots"),
    };
    rows.as_array().expect("a list").iter().map(row).collect()
}

fn snapshot(world: &World, depth: &Value) -> BookSnapshot {
    BookSnapshot {
        market: MarketId(0),
        seq: depth["lastUpdateId"].as_str().and_then(|id| id.parse().ok()).expect("digits"),
        bids: levels(world, &depth["bids"]),
        asks: levels(world, &depth["asks"]),
        at: Timestamp::ZERO,
    }
}

fn delta(world: &World, data: &Value) -> BookDelta {
    BookDelta {
        market: MarketId(0),
        prev: data["U"].as_u64().expect("a number") - 1,
        seq: data["u"].as_u64().expect("a number"),
        bids: levels(world, &data["b"]).into(),
        asks: levels(world, &data["a"]).into(),
        at: Timestamp::ZERO,
    }
}
