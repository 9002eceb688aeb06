//! Streams of an account: the same rows as over REST, from order to position; and transactions over the socket.

use std::time::Duration;

use mm_model::Side;
use serde_json::{Value, json};

use super::{ALICE, BOB, World, limit, market, options};
use crate::{
    lighter::{
        server::{Options, Switches},
        tx::{Body, CancelOrder, Order},
    },
    server::ConnId,
};

const FAMILIES: [&str; 7] = [
    "account_all_orders/101",
    "account_all_trades/101",
    "account_all_positions/101",
    "account_all_assets/101",
    "user_stats/101",
    "account_all/101",
    "account_tx/101",
];

/// A socket that listens to everything of Alice's.
fn listening(world: &mut World) -> ConnId {
    let conn = world.connect("");
    for channel in FAMILIES {
        let family = channel.split('/').next().expect("a name");
        let frame = world.subscribe_as(conn, channel, ALICE);
        assert_eq!(frame["type"], format!("subscribed/{family}"), "{frame}");
        assert_eq!(frame["channel"], channel.replace('/', ":"));
    }
    conn
}

/// The last frame of a family.
fn last(frames: &[Value], family: &str) -> Value {
    let kind = format!("update/{family}");
    let found = frames.iter().rfind(|frame| frame["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {frames:#?}")).clone()
}

fn rest(world: &mut World, target: &str, pointer: &str) -> Value {
    let body = world.get(target, Some(ALICE)).body;
    body.pointer(pointer).unwrap_or_else(|| panic!("{target}: {body}")).clone()
}

#[test]
fn streams_tell_what_rest_shows() {
    let mut world = World::new(options());
    let conn = listening(&mut world);
    world.rests(Side::Sell, 241_000, 400);
    world.frames(conn);
    let order = Order { client_order_index: 7, price: 241_000, ..limit() };
    assert_eq!(world.send(ALICE, order).word(), "200");
    world.advance(Duration::from_millis(100));
    let frames = world.frames(conn);

    let told = &last(&frames, "account_all_orders")["orders"]["0"][0];
    let active = rest(&mut world, "accountActiveOrders?account_index=101&market_id=0", "/orders/0");
    assert_eq!(told, &active);
    assert_eq!((&told["status"], &told["filled_base_amount"]), (&json!("open"), &json!("0.0400")));

    let told = &last(&frames, "account_all_trades")["trades"]["0"][0];
    let trades = "trades?sort_by=timestamp&limit=10&account_index=101";
    assert_eq!(told, &rest(&mut world, trades, "/trades/0"));
    assert_eq!((&told["bid_account_id"], &told["bid_client_id"]), (&json!(ALICE), &json!(7)));

    let account = rest(&mut world, "account?by=index&value=101", "/accounts/0");
    let told = &last(&frames, "account_all_positions")["positions"]["0"];
    assert_eq!(told, &account["positions"][0]);
    assert_eq!((&told["position"], &told["sign"]), (&json!("0.0400"), &json!(1)));
    let assets = last(&frames, "account_all_assets");
    for asset in account["assets"].as_array().expect("a list") {
        assert_eq!(&assets["assets"][asset["asset_id"].to_string()], asset);
    }
    let stats = &last(&frames, "user_stats")["stats"];
    for key in ["collateral", "available_balance"] {
        assert_eq!(stats[key], account[key], "{key}");
    }
    assert_eq!(stats["portfolio_value"], account["total_asset_value"]);

    let all = last(&frames, "account_all");
    assert_eq!(all["positions"]["0"]["position"], "0.0400");
    assert_eq!((&all["total_trades_count"], &all["account"]), (&json!(1), &json!(ALICE)));
    let tx = last(&frames, "account_tx");
    let hash = tx["txs"][0]["hash"].as_str().expect("a hash").to_owned();
    let asked = rest(&mut world, &format!("tx?by=hash&value={hash}"), "");
    for key in ["hash", "status", "event_info", "nonce", "sequence_index"] {
        assert_eq!(tx["txs"][0][key], asked[key], "{key}");
    }
}

#[test]
fn an_ended_order_and_a_closed_position_are_told_once() {
    let mut world = World::new(options());
    let conn = listening(&mut world);
    world.rests(Side::Buy, 239_000, 2_000);
    world.rests(Side::Sell, 241_000, 2_000);
    world.send(ALICE, Order { client_order_index: 9, ..limit() });
    world.advance(Duration::from_millis(10));
    world.frames(conn);
    world.send(ALICE, Body::from(CancelOrder { market: 0, index: 9 }));
    world.advance(Duration::from_secs(5));
    let frames = world.frames(conn);
    let ends: Vec<_> = frames.iter().filter(|frame| frame["type"] == "update/account_all_orders").collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(ends[0]["orders"]["0"][0]["status"], "canceled");
    let fresh = world.connect("");
    let open = world.subscribe_as(fresh, "account_all_orders/101", ALICE);
    assert_eq!(open["orders"], json!({}));

    world.send(ALICE, market(false, 100, 250_000));
    world.advance(Duration::from_millis(10));
    assert_eq!(last(&world.frames(conn), "account_all_positions")["positions"]["0"]["position"], "0.0100");
    world.send(ALICE, market(true, 100, 230_000));
    world.advance(Duration::from_millis(10));
    let closed = &last(&world.frames(conn), "account_all_positions")["positions"]["0"];
    assert_eq!(closed["position"], "0.0000");
    assert_eq!(world.subscribe(fresh, "account_all_positions/101")["positions"], json!({}));
}

#[test]
fn streams_of_one_market() {
    let mut world = World::new(options());
    let conn = world.connect("");
    let orders = world.subscribe_as(conn, "account_orders/1/101", ALICE);
    assert_eq!((&orders["orders"], &orders["account"]), (&json!({}), &json!(ALICE)));
    let other = world.subscribe_as(conn, "account_market/0/101", ALICE);
    assert_eq!((&other["channel"], &other["assets"]), (&json!("account_market/0/101"), &json!(null)));
    let spot = world.subscribe_as(conn, "account_market/2048/101", ALICE);
    let symbols: Vec<_> = spot["assets"].as_array().expect("a list").iter().map(|it| &it["symbol"]).collect();
    assert_eq!((symbols.len(), &spot["position"]), (2, &json!(null)));
    world.send(ALICE, limit());
    world.advance(Duration::from_millis(10));
    let frames = world.frames(conn);
    assert_eq!(frames.len(), 1, "the order is in market 0 alone: {frames:?}");
    assert_eq!(frames[0]["type"], "update/account_market");
    assert_eq!(frames[0]["orders"][0]["status"], "open");
    assert_eq!(frames[0]["trades"], json!([]));
}

#[test]
fn nobody_is_told_of_others() {
    let mut world = World::new(options());
    let conn = listening(&mut world);
    world.frames(conn);
    world.rests(Side::Buy, 239_000, 2_000);
    world.send(BOB, Order { price: 200_000, ..limit() });
    world.advance(Duration::from_millis(500));
    assert_eq!(world.frames(conn), Vec::<Value>::new());
}

#[test]
fn account_all_tells_what_changed_or_everything() {
    for whole in [false, true] {
        let switches = Switches { account_all_updates_are_whole: whole, ..Switches::default() };
        let mut world = World::new(Options { switches, ..options() });
        world.rests(Side::Sell, 241_000, 2_000);
        world.send(ALICE, market(false, 100, 250_000));
        world.advance(Duration::from_millis(10));
        let conn = world.connect("");
        let first = world.subscribe(conn, "account_all/101");
        assert_eq!(first["trades"]["0"].as_array().map(Vec::len), Some(1));
        world.send(ALICE, market(false, 100, 250_000));
        world.advance(Duration::from_millis(10));
        let update = last(&world.frames(conn), "account_all");
        assert_eq!(update["trades"]["0"].as_array().map(Vec::len), Some(if whole { 2 } else { 1 }));
        assert_eq!(update["positions"]["0"]["position"], "0.0200");
    }
}

#[test]
fn transactions_over_the_socket() {
    let mut world = World::new(options());
    let conn = world.connect("");
    world.frames(conn);
    let tx = world.tx(ALICE, 0, limit());
    let (kind, info) = world.signed(&tx);
    let frame =
        format!(r#"{{"type":"jsonapi/sendtx","data":{{"id":"a","tx_type":{kind},"tx_info":{info}}}}}"#);
    world.say(conn, &frame);
    let answer = world.frames(conn).pop().expect("an answer");
    assert_eq!(
        (&answer["type"], &answer["id"], &answer["code"]),
        (&json!("jsonapi/sendtx"), &json!("a"), &json!(200))
    );
    assert_eq!((&answer["data"]["tx_hash"], &answer["data"]["id"]), (&answer["tx_hash"], &json!("a")));
    assert_eq!(answer["tx_hash"].as_str().map(str::len), Some(80));

    // The same again: its nonce is used.
    world.say(conn, &frame);
    let refused = world.frames(conn).pop().expect("an answer");
    assert_eq!(
        (&refused["id"], &refused["code"], &refused["message"]),
        (&json!("a"), &json!(21104), &json!("invalid nonce"))
    );
    assert_eq!(refused["data"]["code"], 21104);

    let batch: Vec<_> = (1..4)
        .map(|nonce| {
            let tx = world.tx(ALICE, nonce, limit());
            world.signed(&tx)
        })
        .collect();
    let types = json!(batch.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()).to_string();
    let infos = json!(batch.iter().map(|(_, info)| info).collect::<Vec<_>>()).to_string();
    let frame =
        json!({ "type": "jsonapi/sendtxbatch", "data": { "id": 5, "tx_types": types, "tx_infos": infos } });
    world.say(conn, &frame.to_string());
    let answer = world.frames(conn).pop().expect("an answer");
    assert_eq!((&answer["code"], &answer["id"]), (&json!(200), &json!(5)));
    assert_eq!(answer["tx_hash"].as_array().map(Vec::len), Some(3));
    world.advance(Duration::from_secs(1));
    assert_eq!(world.exchange.open_orders(world.alice, None).len(), 4);

    let uneven =
        json!({ "type": "jsonapi/sendtxbatch", "data": { "id": 6, "tx_types": "[14]", "tx_infos": "[]" } });
    world.say(conn, &uneven.to_string());
    let refused = world.frames(conn).pop().expect("an answer");
    assert_eq!((&refused["code"], &refused["id"]), (&json!(21513), &json!(6)));
}

#[test]
fn a_bare_error_says_it_too() {
    let switches = Switches { socket_refusals_are_bare: true, ..Switches::default() };
    let mut world = World::new(Options { switches, ..options() });
    let conn = world.connect("");
    world.frames(conn);
    let tx = world.tx(ALICE, 8, limit());
    let (kind, info) = world.signed(&tx);
    world.say(
        conn,
        &json!({ "type": "jsonapi/sendtx", "data": { "id": 1, "tx_type": kind, "tx_info": info } })
            .to_string(),
    );
    assert_eq!(world.frames(conn), [json!({ "error": { "code": 21104, "message": "invalid nonce" } })]);
}
