//! Streams and calls of an account: whose they are, who is told, and what a login has to do with it.

use std::time::Duration;

use mm_model::Side;
use serde_json::json;

use super::{ALICE, ALICE_TWO, BOB, BTC, ETH, World, options, subscription};

const PRIVATE: [&str; 5] = ["v1.order", "v1.state", "v1.position", "v1.fill", "v1.cancel"];

#[test]
fn nobody_hears_of_anothers_account() {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Sell, 600_010), 500);
    let [alice, bob] = [ALICE, BOB].map(|number| {
        let conn = world.connect_as("/ws/full", number);
        for stream in PRIVATE {
            let answer = world.subscribe(conn, stream, &number.to_string()).remove(0);
            assert_eq!(answer["result"]["first_sequence_number"], json!(["1"]), "{answer}");
        }
        conn
    });
    world.takes("alice", BTC, (Side::Buy, 3));
    world.advance(Duration::from_secs(1));
    assert!(world.frames(bob).is_empty());
    let frames = world.frames(alice);
    let streams: Vec<_> = frames.iter().map(|frame| frame["stream"].as_str().expect("a stream")).collect();
    for stream in &PRIVATE[..4] {
        assert!(streams.contains(stream), "{stream}: {streams:?}");
    }
    for frame in frames {
        assert_eq!(frame["selector"], ALICE.to_string(), "as it was subscribed");
    }
}

#[test]
fn a_stream_of_one_market_tells_of_no_other() {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Sell, 600_010), 500);
    world.rests(ETH, (Side::Sell, 240_010), 500);
    let conn = world.connect_as("/ws/full", ALICE);
    for selector in [format!("{ALICE}-ETH_USDT_Perp"), format!("{ALICE}-PERPETUAL-BTC-USDT")] {
        world.subscribe(conn, "v1.fill", &selector);
    }
    world.takes("alice", BTC, (Side::Buy, 3));
    let frames = world.frames(conn);
    assert_eq!((frames.len(), &frames[0]["selector"]), (1, &json!(format!("{ALICE}-PERPETUAL-BTC-USDT"))));
    world.takes("alice", ETH, (Side::Buy, 3));
    let frames = world.frames(conn);
    assert_eq!((frames.len(), &frames[0]["feed"]["instrument"]), (1, &json!("ETH_USDT_Perp")));
}

#[test]
fn open_positions_are_told_first() {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Sell, 600_010), 500);
    world.takes("alice", BTC, (Side::Buy, 3));
    let conn = world.connect_as("/ws/full", ALICE);
    let frames = world.subscribe(conn, "v1.position", &ALICE.to_string());
    assert_eq!(frames[0]["result"]["num_snapshots"], json!([1]));
    assert_eq!((&frames[1]["sequence_number"], &frames[1]["feed"]["size"]), (&json!("0"), &json!("0.003")));
    assert_eq!(frames[1]["feed"]["entry_price"], "60001.0");
    world.takes("alice", BTC, (Side::Buy, 1));
    let frames = world.frames(conn);
    assert_eq!((&frames[0]["sequence_number"], &frames[0]["feed"]["size"]), (&json!("1"), &json!("0.004")));
}

#[test]
fn without_a_login_there_are_public_streams_only() {
    let mut world = World::new(options());
    for path in ["/ws/full", "/ws/lite", "/ws"] {
        let conn = world.connect(path);
        let text = match path {
            "/ws/full" => subscription("subscribe", "v1.order", &ALICE.to_string()),
            "/ws/lite" => format!(r#"{{"m":"subscribe","p":{{"s":"v1.order","s1":["{ALICE}"]}}}}"#),
            _ => format!(r#"{{"stream":"v1.order","feed":["{ALICE}"],"method":"subscribe"}}"#),
        };
        world.say(conn, &text);
        assert!(world.texts(conn).remove(0).contains("1000"), "{path}");
    }
}

#[test]
fn a_session_opens_its_own_trading_account_and_may_be_named_in_the_url() {
    let mut world = World::new(options());
    let conn = world.connect_as("/ws/full", ALICE);
    let other = world.subscribe(conn, "v1.order", &ALICE_TWO.to_string()).remove(0);
    assert_eq!(other["error"]["code"], 2003, "the same owner's, but not of this key");
    let address = "0x0101010101010101010101010101010101010101";
    for (stream, selector) in [
        ("v1.transfer", format!("{address}-{ALICE}")),
        ("v1.deposit", address.to_owned()),
        ("v1.withdrawal", address.to_owned()),
    ] {
        let answer = world.subscribe(conn, stream, &selector).remove(0);
        assert_eq!(answer["result"]["subs"], json!([selector]), "{answer}");
    }
}

#[test]
fn the_end_of_a_login_does_not_cut_a_socket_but_ends_its_calls() {
    for calls_go_on in [false, true] {
        let mut options = options();
        options.switches.calls_outlive_logins = calls_go_on;
        let mut world = World::new(options);
        world.rests(BTC, (Side::Sell, 600_010), 500);
        let conn = world.connect_as("/ws/full", ALICE);
        world.subscribe(conn, "v1.fill", &ALICE.to_string());
        for _ in 0..180 {
            world.advance(Duration::from_secs(30));
            world.pongs(conn);
        }
        world.takes("alice", BTC, (Side::Buy, 3));
        assert_eq!(world.frames(conn).len(), 1);
        let params = json!({ "sub_account_id": ALICE.to_string() });
        let call = json!({ "jsonrpc": "2.0", "method": "v1/open_orders", "params": params, "id": 2 });
        world.say(conn, &call.to_string());
        let answer = world.frames(conn).remove(0);
        let want = if calls_go_on { json!(null) } else { json!(1000) };
        assert_eq!(answer["error"]["code"], want, "{answer}");
    }
}

#[test]
fn a_silent_socket_is_pinged_and_then_closed() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/full");
    world.advance(Duration::from_secs(61));
    assert!(world.was_pinged(conn) && !world.was_closed(conn));
    world.pongs(conn);
    world.advance(Duration::from_secs(119));
    assert!(!world.was_closed(conn));
    world.advance(Duration::from_secs(2));
    assert!(world.was_closed(conn));
    let lost = world.connect("/ws/other");
    assert!(world.was_closed(lost), "no such path");
}

#[test]
fn calls_come_by_socket_too() {
    let mut world = World::new(options());
    world.rests(BTC, (Side::Sell, 600_010), 500);
    let conn = world.connect("/ws/full");
    world.say(
        conn,
        r#"{"jsonrpc":"2.0","method":"v1/book","params":{"instrument":"BTC_USDT_Perp","depth":10},"id":2}"#,
    );
    let answer = world.frames(conn).remove(0);
    assert_eq!(answer["result"]["result"]["asks"][0]["price"], "60001.0", "the whole body, result in result");
    assert_eq!((&answer["id"], &answer["method"]), (&json!(2), &json!("v1/book")));
    let check = |world: &mut World, conn, method: &str, code: u32| {
        world.say(conn, &format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{}},"id":2}}"#));
        let answer = world.frames(conn).remove(0);
        assert_eq!(answer["error"]["code"], json!(code), "{answer}");
    };
    check(&mut world, conn, "v1/open_orders", 1000);
    check(&mut world, conn, "v1/nothing", 1004);
    check(&mut world, conn, "v1/book", 1003);
    let alice = world.connect_as("/ws/full", ALICE);
    let text = |number: u64| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"v1/open_orders","params":{{"sub_account_id":"{number}"}},"id":2}}"#
        )
    };
    world.say(alice, &text(ALICE));
    assert_eq!(world.frames(alice).remove(0)["result"], json!({ "result": [] }));
    world.say(alice, &text(BOB));
    assert_eq!(world.frames(alice).remove(0)["error"]["code"], 2003);
    let lite = world.connect("/ws/lite");
    world.say(lite, r#"{"j":"2.0","m":"v1/mini","p":{"i":"BTC_USDT_Perp"},"i":3}"#);
    assert_eq!(world.frames(lite).remove(0)["r"]["r"]["ba"], "60001.0");
}
