//! Sockets: greeting, beats, subscriptions and their errors, limits, tokens, the end.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ALICE, BOB, World, options};
use crate::{
    lighter::server::{Options, SocketLimits, Switches},
    server::{ConnId, Mischief, Outbound, PerMinute, VenueServer},
};

fn limited(sockets: SocketLimits) -> World {
    World::new(Options { rate_limits: true, sockets, ..options() })
}

fn code(frame: &Value) -> &Value {
    &frame["error"]["code"]
}

/// What a client says, and the one frame that it is answered with.
#[track_caller]
fn check(world: &mut World, conn: ConnId, said: &str, answer: Value) {
    world.say(conn, said);
    assert_eq!(world.frames(conn), [answer], "{said}");
}

#[test]
fn a_greeting_and_beats() {
    let mut world = World::new(options());
    let conn = world.connect("");
    let greeting = &world.frames(conn)[0];
    assert_eq!(greeting["type"], "connected");
    assert!(greeting["session_id"].is_string());
    check(&mut world, conn, r#"{"type":"ping"}"#, json!({ "type": "pong" }));
    world.advance(Duration::from_secs(60));
    assert_eq!(world.frames(conn), [json!({ "type": "ping" })]);
    world.say(conn, r#"{"type":"pong"}"#);
    world.advance(Duration::from_secs(119));
    assert!(!world.is_closed(conn));
    world.advance(Duration::from_secs(1));
    assert!(world.is_closed(conn), "two minutes of silence");
    world.say(conn, r#"{"type":"ping"}"#);
    assert_eq!(world.frames(conn).last(), Some(&json!({ "type": "ping" })), "no answer to a closed socket");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let mut world = World::new(options());
    let conn = world.connect("");
    world.frames(conn);
    let refused = |code: u32, message: &str| json!({ "error": { "code": code, "message": message } });
    for (said, code, message) in [
        ("nonsense", 30000, "Invalid Json"),
        ("{\"type\":\"subscribe\"", 30000, "Invalid Json"),
        (r#"{"type":"dance"}"#, 30001, "Invalid Type: dance"),
        (r#"{"type":"subscribe"}"#, 30005, "Invalid Channel: "),
        (r#"{"type":"subscribe","channel":"order_book/77"}"#, 30005, "Invalid Channel: order_book/77"),
        (r#"{"type":"subscribe","channel":"order_book/+0"}"#, 30005, "Invalid Channel: order_book/+0"),
        (
            r#"{"type":"subscribe","channel":"market_stats/2048"}"#,
            30005,
            "Invalid Channel: market_stats/2048",
        ),
        (r#"{"type":"subscribe","channel":"candle/0/7m"}"#, 30005, "Invalid Channel: candle/0/7m"),
        (r#"{"type":"subscribe","channel":"user_stats/999"}"#, 30005, "Invalid Channel: user_stats/999"),
        (r#"{"type":"unsubscribe","channel":"ticker/0"}"#, 30002, "Not Subscribed to : ticker:0"),
    ] {
        check(&mut world, conn, said, refused(code, message));
    }
    world.subscribe(conn, "ticker/1");
    let again = r#"{"type":"subscribe","channel":"ticker/1"}"#;
    check(&mut world, conn, again, refused(30003, "Already Subscribed to : ticker:1"));
    let over = r#"{"type":"unsubscribe","channel":"ticker/1"}"#;
    check(&mut world, conn, over, json!({ "type": "unsubscribed", "channel": "ticker:1" }));
    assert_eq!(world.subscribe(conn, "ticker/1")["type"], "subscribed/ticker", "a snapshot again");
}

#[test]
fn orders_of_a_market_are_acknowledged_by_the_market_alone() {
    let mut world = World::new(options());
    let conn = world.connect("");
    assert_eq!(world.subscribe_as(conn, "account_orders/0/101", ALICE)["channel"], "account_orders:0");
    world.say(conn, r#"{"type":"unsubscribe","channel":"account_orders/0/101"}"#);
    let acks = world.frames(conn);
    assert_eq!(acks, [json!({ "type": "unsubscribed", "channel": "account_orders:0" })]);
    let switches = Switches {
        account_orders_name_the_account: true,
        account_market_with_slashes: false,
        ..Switches::default()
    };
    let mut world = World::new(Options { switches, ..options() });
    let conn = world.connect("");
    assert_eq!(world.subscribe_as(conn, "account_orders/0/101", ALICE)["channel"], "account_orders:0:101");
    assert_eq!(world.subscribe_as(conn, "account_market/0/101", ALICE)["channel"], "account_market:0:101");
}

#[test]
fn tokens_open_what_is_private() {
    let mut world = World::new(options());
    let conn = world.connect("");
    world.frames(conn);
    let private = [
        "account_all_orders/101",
        "account_orders/0/101",
        "account_market/0/101",
        "account_all_assets/101",
        "account_tx/101",
        "account_spot_avg_entry_prices/101",
        "pool_data/101",
        "pool_info/101",
        "notification/101",
    ];
    for channel in private {
        assert_eq!(code(&world.subscribe(conn, channel)), 20001, "{channel} without a token");
        assert_eq!(code(&world.subscribe_as(conn, channel, BOB)), 20001, "{channel} with another's");
        let family = channel.split('/').next().expect("a name");
        let frame = world.subscribe_as(conn, channel, ALICE);
        assert_eq!(frame["type"], format!("subscribed/{family}"), "{frame}");
    }
    assert_eq!(code(&world.subscribe(conn, "rfq")), 20001);
    assert_eq!(world.subscribe_as(conn, "rfq", BOB)["type"], "subscribed/rfq");
    let open = ["account_all/101", "user_stats/101", "account_all_trades/101", "account_all_positions/101"];
    for channel in open {
        assert_eq!(code(&world.subscribe_with(conn, channel, Some("1:2:3:4"))), 20001, "{channel}");
        assert_eq!(world.subscribe(conn, channel)["channel"], channel.replace('/', ":"));
    }
}

#[test]
fn the_end_of_a_token_ends_what_it_opened() {
    for cuts in [true, false] {
        let switches = Switches { token_end_cuts_subscriptions: cuts, ..Switches::default() };
        let mut world = World::new(Options { switches, ..options() });
        let conn = world.connect("");
        let token = world.token(ALICE, 30);
        world.subscribe_with(conn, "account_all_orders/101", Some(&token));
        world.subscribe(conn, "order_book/0");
        world.advance(Duration::from_secs(29));
        assert!(world.frames(conn).is_empty());
        world.advance(Duration::from_secs(1));
        let ended = json!({ "type": "unsubscribed", "channel": "account_all_orders:101" });
        let expected = if cuts { vec![ended] } else { vec![] };
        assert_eq!(world.frames(conn), expected);
        let again = world.subscribe_as(conn, "account_all_orders/101", ALICE);
        assert_eq!(code(&again) == 30003, !cuts, "{again}");
    }
}

#[test]
fn tokens_that_the_venue_takes_back_end_what_they_opened() {
    let mut world = World::new(options());
    let conn = world.connect("");
    world.subscribe_as(conn, "account_all_orders/101", ALICE);
    world.subscribe_as(conn, "account_all_orders/102", BOB);
    assert!(world.server.mischief(world.now, Some("101"), Mischief::ExpireTokens));
    world.advance(Duration::from_secs(1));
    assert_eq!(world.frames(conn), [json!({ "type": "unsubscribed", "channel": "account_all_orders:101" })]);
}

#[test]
fn limits_of_sockets() {
    let mut world = limited(SocketLimits { connections: 2, ..SocketLimits::default() });
    let [first, _, third] = [(); 3].map(|()| world.connect(""));
    assert_eq!(code(&world.frames(third)[0]), 23003);
    assert!(world.is_closed(third) && !world.is_closed(first));
    world.close(first);
    let fourth = world.connect("");
    assert!(!world.is_closed(fourth), "there is room again");

    let mut world = limited(SocketLimits { new_connections: PerMinute(2), ..SocketLimits::default() });
    let conns = [(); 3].map(|()| world.connect(""));
    assert_eq!(conns.map(|conn| world.is_closed(conn)), [false, false, true]);

    let mut world = limited(SocketLimits { subscriptions: 2, accounts: 1, ..SocketLimits::default() });
    let conn = world.connect("");
    world.frames(conn);
    assert_eq!(world.subscribe(conn, "user_stats/101")["type"], "subscribed/user_stats");
    assert_eq!(code(&world.subscribe(conn, "user_stats/102")), 23002);
    assert_eq!(world.subscribe(conn, "account_all/101")["type"], "subscribed/account_all");
    assert_eq!(code(&world.subscribe(conn, "height")), 23001);
    let other = world.connect("");
    world.frames(other);
    assert_eq!(world.subscribe(other, "user_stats/102")["type"], "subscribed/user_stats");
}

#[test]
fn messages_are_counted() {
    let mut world = limited(SocketLimits { messages: PerMinute(3), ..SocketLimits::default() });
    let conn = world.connect("");
    world.frames(conn);
    for _ in 0..3 {
        check(&mut world, conn, r#"{"type":"ping"}"#, json!({ "type": "pong" }));
    }
    world.say(conn, r#"{"type":"subscribe","channel":"height"}"#);
    assert_eq!(code(&world.frames(conn)[0]), 30009);
    world.advance(Duration::from_secs(20));
    assert_eq!(world.subscribe(conn, "height")["type"], "subscribed/height", "it was not carried out before");
    let transaction = r#"{"type":"jsonapi/sendtx","data":{"id":1,"tx_type":14,"tx_info":{}}}"#;
    world.say(conn, transaction);
    let answer = &world.frames(conn)[0];
    assert_eq!((&answer["type"], &answer["code"]), (&json!("jsonapi/sendtx"), &json!(21501)), "{answer}");
}

#[test]
fn readonly_sockets_send_nothing() {
    let mut world = World::new(options());
    let conn = world.connect("readonly=true");
    world.frames(conn);
    world.say(conn, r#"{"type":"jsonapi/sendtx","data":{"tx_type":14,"tx_info":{}}}"#);
    assert_eq!(code(&world.frames(conn)[0]), 30006);
    assert_eq!(
        world.subscribe_as(conn, "account_all_orders/101", ALICE)["type"],
        "subscribed/account_all_orders"
    );
}

#[test]
fn a_restart_is_announced() {
    let mut world = World::new(options());
    let conn = world.connect("");
    world.frames(conn);
    let mut out = Vec::new();
    world.server.announce_shutdown(world.now, Duration::from_secs(5), &mut out);
    let notice = json!({ "type": "shutdown", "close_in_ms": 5_000 });
    let Outbound::Frame(to, frame) = &out[0] else { panic!("a frame") };
    assert_eq!((*to, serde_json::from_slice::<Value>(frame).expect("JSON")), (conn, notice));
    world.advance(Duration::from_millis(4_999));
    assert!(!world.is_closed(conn));
    world.advance(Duration::from_millis(1));
    assert!(world.is_closed(conn));
}

#[test]
fn nothing_said_makes_it_panic() {
    let mut world = World::new(options());
    let conn = world.connect("");
    let depth = "[".repeat(10_000);
    for said in ["", "null", "[]", "{}", "\"x\"", "1e999", &depth, "{\"type\":null}", "{\"type\":{}}"] {
        world.say(conn, said);
    }
    for data in ["null", "1", "{}", r#"{"tx_type":300,"tx_info":{}}"#, r#"{"tx_type":14,"tx_info":"{"}"#] {
        for kind in ["sendtx", "sendtxbatch"] {
            world.say(conn, &format!(r#"{{"type":"jsonapi/{kind}","data":{data}}}"#));
        }
    }
    let frames = world.frames(conn);
    assert_eq!(frames[0]["type"], "connected");
    assert!(frames[1..].iter().all(|frame| frame.get("error").is_some() || frame["code"] != 200));
}
