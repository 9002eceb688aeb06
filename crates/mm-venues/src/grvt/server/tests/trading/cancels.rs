//! Cancels: those that find their order, those that overtook it, and those that wait in vain.

use super::*;
use crate::grvt::server::records::News;

impl World {
    fn cancel(&mut self, who: Who, client: u64, ttl_ms: u64) {
        let body = json!({ "client_order_id": client.to_string(), "time_to_live_ms": ttl_ms.to_string() });
        let answer = self.ask(who, "v1/cancel_order", body);
        assert_eq!(answer.body, json!({ "result": { "ack": true } }));
    }
}

/// A server without its streams: what they would have told of cancels.
fn told(world: &mut World) -> Vec<(u64, String)> {
    let news = world.server.state.records.take_news();
    let cancel = |news| match news {
        News::Cancel(it) => Some((it.client, it.status.as_str().to_owned())),
        _ => None,
    };
    news.into_iter().filter_map(cancel).collect()
}

#[test]
fn by_either_id() {
    let mut world = World::new(options());
    world.place(Alice, bid(1, "0.01", "50000"));
    world.place(Alice, bid(2, "0.01", "50000"));
    world.cancel(Alice, 1, 0);
    let id =
        world.ask(Alice, "v1/order", json!({ "client_order_id": "2" })).body["result"]["order_id"].clone();
    // Nobody else's.
    assert_eq!(world.ask(Bob, "v1/cancel_order", json!({ "order_id": id })).status, 200);
    assert_eq!(world.stands(Alice, 2), "OPEN 0.0/0.01");
    assert_eq!(world.ask(Alice, "v1/cancel_order", json!({ "order_id": id })).status, 200);
    for client in [1, 2] {
        assert_eq!(world.stands(Alice, client), "CANCELLED CLIENT_CANCEL 0.0/0.01");
    }
    let unknown = json!({ "order_id": "0x01010105030000000000000000000042" });
    assert_eq!(world.ask(Alice, "v1/cancel_order", unknown.clone()).word(), "200");
    world.server.state.options.switches.unknown_cancel_is_acknowledged = false;
    assert_eq!(world.ask(Alice, "v1/cancel_order", unknown).word(), "404 1004");
}

/// A cancel, a while, its order.
fn overtaken(ttl_ms: u64, after_ms: u64, expected: &str) {
    let mut world = World::new(options());
    world.cancel(Alice, 1, ttl_ms);
    world.wait_ms(after_ms);
    world.place(Alice, bid(1, "0.01", "50000"));
    assert_eq!(world.stands(Alice, 1), expected, "{ttl_ms} {after_ms}");
    let n_live = usize::from(expected.starts_with("OPEN"));
    assert_eq!(world.exchange.open_orders(world.id(Alice), None).len(), n_live);
}

#[test]
fn one_that_overtook_its_order_kills_it_at_birth() {
    let (dead, alive) = ("CANCELLED CLIENT_CANCEL 0.0/0.01", "OPEN 0.0/0.01");
    overtaken(5_000, 0, dead);
    overtaken(5_000, 4_999, dead);
    overtaken(5_000, 5_000, alive);
    overtaken(0, 99, dead); // a tenth of a second when nothing is said
    overtaken(0, 100, alive);
    overtaken(30, 99, dead); // less than a tenth is nothing
    overtaken(670, 599, dead); // cut to tenths
    overtaken(670, 600, alive);
}

#[test]
fn it_kills_one_order_only_and_not_another_s() {
    let mut world = World::new(options());
    world.cancel(Alice, 1, 5_000);
    world.place(Bob, bid(1, "0.01", "50000"));
    assert_eq!(world.stands(Bob, 1), "OPEN 0.0/0.01");
    world.place(Alice, maker(bid(1, "0.01", "50000")));
    assert_eq!(world.stands(Alice, 1), "CANCELLED CLIENT_CANCEL 0.0/0.01");
    world.place(Alice, bid(1, "0.02", "50000"));
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.02");
}

#[test]
fn one_that_waits_for_the_speed_bump_is_killed_by_it() {
    let mut world = World::new(Options { speed_bump: Duration::from_millis(25), ..options() });
    world.place(Alice, bid(1, "0.01", "50000"));
    world.cancel(Alice, 1, 100);
    assert_eq!(world.stands(Alice, 1), "PENDING 0.0/0.01");
    world.wait_ms(25);
    assert_eq!(world.stands(Alice, 1), "CANCELLED CLIENT_CANCEL 0.0/0.01");
    // The cancel found its order: it waits for no other.
    world.place(Alice, maker(bid(1, "0.02", "50000")));
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.02");
}

#[test]
fn what_waits_in_vain_is_told() {
    let mut world = World::new(options());
    let cancel = |world: &mut World, ttl: &str| {
        // Past `World::ask`, which tells the streams.
        let login = world.login(Alice);
        let body = json!({ "sub_account_id": Alice.sub_account().to_string(), "client_order_id": "7",
                           "time_to_live_ms": ttl });
        let request = request(Some(&login), "/full/v1/cancel_order", &body);
        let Venue { server, now, exchange, .. } = &mut world.venue;
        assert_eq!(server.request(*now, exchange, &request).status, 200);
    };
    cancel(&mut world, "200");
    assert_eq!(told(&mut world), []);
    cancel(&mut world, "5000");
    assert_eq!(world.server.state.next_wake(), Some(world.now), "there is something to tell at once");
    assert_eq!(told(&mut world), [(7, "DROPPED_DUPLICATE".to_owned())]);
    // The first one counts.
    assert_eq!(world.server.state.next_wake(), Some(world.now + Duration::from_millis(200)));
    world.now = world.now + Duration::from_millis(200);
    let Venue { server, now, exchange, .. } = &mut world.venue;
    server.state.run(*now, exchange);
    assert_eq!(told(&mut world), [(7, "EXPIRED".to_owned())]);
    assert_eq!(world.server.state.next_wake(), None);
}

#[test]
fn all_at_once_or_some() {
    let mut world = World::new(options());
    let eth = Draft { instrument: ETH, ..bid(3, "1", "2000") };
    for draft in [bid(1, "0.01", "50000"), bid(2, "0.01", "50000"), eth] {
        world.place(Alice, draft);
    }
    world.place(Bob, bid(1, "0.01", "50000"));
    let all = |world: &mut World, filter: Value| {
        assert_eq!(world.ask(Alice, "v1/cancel_all_orders", filter).status, 200);
        world.exchange.open_orders(world.id(Alice), None).len()
    };
    assert_eq!(all(&mut world, json!({ "kind": ["FUTURE"] })), 3);
    assert_eq!(all(&mut world, json!({ "base": ["SOL"], "kind": [] })), 3);
    assert_eq!(
        all(&mut world, json!({ "base": ["SOL", "BTC"], "quote": ["USDT"], "kind": ["PERPETUAL"] })),
        1
    );
    assert_eq!(world.stands(Alice, 1), "CANCELLED CLIENT_BULK_CANCEL 0.0/0.01");
    assert_eq!(all(&mut world, json!({})), 0);
    assert_eq!(world.exchange.open_orders(world.id(Bob), None).len(), 1);
}

#[test]
fn trouble_on_demand() {
    let mut world = World::new(options());
    let alice = Alice.sub_account().to_string();
    let trouble = |world: &mut World, what| {
        assert!(world.trouble(Some(&alice), what));
    };
    trouble(&mut world, Mischief::DropAccepted);
    world.place(Bob, bid(1, "0.01", "50000"));
    let order = world.sign(Alice, &bid(1, "0.01", "50000"));
    assert_eq!(world.send(Alice, &order).status, 200);
    assert_eq!(world.stands(Alice, 1), "404 1004");
    // It was forgotten whole: the same order is a new one.
    assert_eq!(world.send(Alice, &order).status, 200);
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.01");
    trouble(&mut world, Mischief::DropAccepted);
    world.cancel(Alice, 1, 0);
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.01");
    trouble(&mut world, Mischief::RejectAccepted);
    world.place(Alice, bid(2, "0.01", "50000"));
    assert_eq!(world.stands(Alice, 2), "REJECTED BELOW_MARGIN 0.0/0.01");
    assert_eq!(world.stands(Bob, 1), "OPEN 0.0/0.01");
}
