//! Subscriptions: their answers, what replaces what, and what is refused, in both kinds of frames.

use serde_json::{Value, json};

use super::{ALICE, BOB, BTC, World, options, subscription};
use mm_model::Side;

#[test]
fn an_answer_says_where_numbers_begin() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/full");
    let frames = world.subscribe(conn, "v1.book.d", "BTC_USDT_Perp@50");
    let seq = 1_000_000 + world.exchange.seq(BTC);
    assert_eq!(
        frames[0],
        json!({
            "jsonrpc": "2.0", "id": 7, "method": "subscribe",
            "result": {
                "stream": "v1.book.d", "subs": ["BTC_USDT_Perp@50"], "unsubs": [], "num_snapshots": [1],
                "first_sequence_number": [(seq + 1).to_string()], "latest_sequence_number": [seq.to_string()],
            },
        })
    );
    assert_eq!(frames[1]["sequence_number"], "0");
    let silent = r#"{"jsonrpc":"2.0","method":"list_streams","params":{}}"#;
    world.say(conn, silent);
    let listed = world.frames(conn).remove(0);
    assert_eq!(listed.get("id"), None, "left out as it was left out");
    assert_eq!(
        listed["result"]["stream_reference"],
        json!([{ "stream": "v1.book.d", "selectors": ["BTC_USDT_Perp@50"] }])
    );
}

#[test]
fn lite_frames_have_short_names() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/lite");
    world.say(conn, r#"{"j":"2.0","m":"subscribe","p":{"s":"v1.mini.s","s1":["BTC_USDT_Perp@500"]},"i":1}"#);
    let frames = world.frames(conn);
    let (answer, frame) = (&frames[0], &frames[1]);
    assert_eq!((&answer["i"], &answer["r"]["s1"]), (&json!(1), &json!(["BTC_USDT_Perp@500"])));
    assert_eq!((&frame["s"], &frame["s1"]), (&json!("v1.mini.s"), &json!("BTC_USDT_Perp@500")));
    assert_eq!((&frame["sn"], &frame["f"]["i"]), (&json!("0"), &json!("BTC_USDT_Perp")));
}

#[test]
fn another_secondary_part_replaces_and_a_repetition_changes_nothing() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/full");
    let result = |frames: Vec<Value>| frames[0]["result"].clone();
    world.subscribe(conn, "v1.book.d", "BTC_USDT_Perp@50");
    let other = result(world.subscribe(conn, "v1.book.d", "BTC_USDT_Perp@100"));
    assert_eq!(
        (&other["subs"], &other["unsubs"]),
        (&json!(["BTC_USDT_Perp@100"]), &json!(["BTC_USDT_Perp@50"]))
    );
    let again = result(world.subscribe(conn, "v1.book.d", "BTC_USDT_Perp@100"));
    assert_eq!((&again["subs"], &again["unsubs"]), (&json!(["BTC_USDT_Perp@100"]), &json!([])));
    let elsewhere = result(world.subscribe(conn, "v1.book.d", "ETH_USDT_Perp@100"));
    assert_eq!(elsewhere["unsubs"], json!([]));
    world.rests(BTC, (Side::Buy, 590_000), 5);
    world.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.frames(conn).len(), 1, "once, at the new rate");
    world.say(conn, &subscription("unsubscribe", "v1.book.d", "BTC_USDT_Perp@100"));
    let ended = world.frames(conn).remove(0);
    assert_eq!(ended["result"], json!({ "stream": "v1.book.d", "unsubs": ["BTC_USDT_Perp@100"] }));
    assert_eq!(ended["method"], "unsubscribe");
    world.say(conn, r#"{"jsonrpc":"2.0","method":"unsubscribe_all","params":{},"id":8}"#);
    let ended = world.frames(conn).remove(0);
    assert_eq!(ended["result"]["stream_reference"][0]["selectors"], json!(["ETH_USDT_Perp@100"]));
    world.rests(BTC, (Side::Buy, 590_001), 5);
    world.advance(std::time::Duration::from_secs(1));
    assert!(world.frames(conn).is_empty());
}

#[test]
fn the_older_socket_answers_in_its_own_frames() {
    let mut world = World::new(options());
    let conn = world.connect("/ws");
    world.say(conn, r#"{"request_id":3,"stream":"v1.trade","feed":["BTC_USDT_Perp@50"],"method":"subscribe","is_full":true}"#);
    let answer = world.frames(conn).remove(0);
    let seq = 1_000_000 + world.exchange.seq(BTC);
    assert_eq!(
        answer,
        json!({
            "request_id": 3, "stream": "v1.trade", "subs": ["BTC_USDT_Perp@50"], "unsubs": [], "num_snapshots": [0],
            "first_sequence_number": [(seq + 1).to_string()], "latest_sequence_number": [seq.to_string()],
        })
    );
    world.say(conn, r#"{"stream":"v1.trade","feed":["BTC_USDT_Perp@50"],"method":"unsubscribe"}"#);
    let short = json!({"s": "v1.trade", "s1": [], "u": ["BTC_USDT_Perp@50"], "ns": [], "fs": [], "ls": []});
    assert_eq!(world.frames(conn).remove(0), short, "short names where full ones are not asked for");
    world.say(
        conn,
        r#"{"request_id":4,"stream":"v1.nothing","feed":["x"],"method":"subscribe","is_full":true}"#,
    );
    assert_eq!(
        world.frames(conn).remove(0),
        json!({ "code": 3001, "message": "Stream handler not found", "status": 400 })
    );
}

fn check(stream: &str, selector: &str, code: u32) {
    let mut world = World::new(options());
    let full = world.connect_as("/ws/full", ALICE);
    let refused = world.subscribe(full, stream, selector).remove(0);
    assert_eq!((&refused["error"]["code"], &refused["id"]), (&json!(code), &json!(7)), "{stream} {selector}");
    assert_eq!(refused.get("result"), None);
    let legacy = world.connect_as("/ws", ALICE);
    let text = format!(
        r#"{{"request_id":7,"stream":"{stream}","feed":["{selector}"],"method":"subscribe","is_full":true}}"#
    );
    world.say(legacy, &text);
    assert_eq!(world.frames(legacy).remove(0)["code"], json!(code), "{stream} {selector}");
}

#[test]
fn what_cannot_be_subscribed_is_refused_by_its_code() {
    check("v1.book.d", "BTC_USDT_Perp", 1101);
    check("v1.book.d", "BTC_USDT_Perp@50@50", 1101);
    check("v1.book.d", "BTC-USDT@50", 1102);
    check("v1.book.d", "BTC_USDT_Perp@50-10", 1103);
    check("v1.book.d", "DOGE_USDT_Perp@50", 3000);
    check("v1.nothing", "BTC_USDT_Perp@50", 3001);
    check("v1.trade", "BTC_USDT_Perp@51", 3013);
    check("v1.book.d", "BTC_USDT_Perp@51", 3030);
    check("v1.ticker.s", "BTC_USDT_Perp@100", 3030);
    check("v1.book.s", "BTC_USDT_Perp@500-11", 3031);
    check("v1.candle", "BTC_USDT_Perp@CI_7_M-TRADE", 3040);
    check("v1.candle", "BTC_USDT_Perp@CI_1_M-LAST", 3041);
    check("v1.order", "x", 3020);
    check("v1.order", &BOB.to_string(), 2003);
    check("v1.order", &format!("{ALICE}-DOGE_USDT_Perp"), 3000);
    check("v1.cancel", &BOB.to_string(), 2003);
    check("v1.transfer", "0x0000000000000000000000000000000000000009", 1001);
}

#[test]
fn one_bad_selector_refuses_them_all() {
    let mut world = World::new(options());
    let conn = world.connect("/ws/full");
    let text = subscription("subscribe", "v1.mini.s", r#"BTC_USDT_Perp@500","BTC_USDT_Perp@1"#);
    world.say(conn, &text);
    assert_eq!(world.frames(conn).remove(0)["error"]["code"], 3030);
    world.say(conn, r#"{"jsonrpc":"2.0","method":"list_streams","params":{},"id":1}"#);
    assert_eq!(world.frames(conn).remove(0)["result"], json!({ "stream_reference": [] }));
}
