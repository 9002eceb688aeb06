//! Many orders at once.

use super::*;

impl World {
    fn bulk(&mut self, who: Who, drafts: &[Draft<'_>], mut body: Value) -> Answer {
        let orders: Vec<_> = drafts.iter().map(|draft| self.sign(who, draft)).collect();
        body["orders"] = json!(orders);
        self.ask(who, "v2/bulk_orders", body)
    }
}

#[test]
fn orders_cancels_and_both() {
    let mut world = World::new(options());
    let drafts = [maker(bid(1, "0.01", "50000")), bid(2, "0.02", "50000"), ask(3, "0.03", "70000")];
    let answer = world.bulk(Alice, &drafts, json!({ "order_i_ds": [], "client_order_i_ds": [] }));
    let rows = answer.body["orders"].as_array().expect("rows").clone();
    assert_eq!(
        rows.iter().map(stands).collect::<Vec<_>>(),
        ["PENDING 0.0/0.01", "PENDING 0.0/0.02", "PENDING 0.0/0.03"]
    );
    assert_eq!(answer.body["cancel_acks"], json!([]));
    for (client, expected) in [(1, "OPEN 0.0/0.01"), (2, "OPEN 0.0/0.02"), (3, "OPEN 0.0/0.03")] {
        assert_eq!(world.stands(Alice, client), expected);
    }
    // A replacement may have the client's id of what it replaces; either spelling of the lists is read.
    let answer =
        world.bulk(Alice, &[bid(1, "0.05", "50000")], json!({ "client_order_ids": ["1", "2", "77"] }));
    assert_eq!(answer.word(), "200", "{answer:?}");
    assert_eq!(answer.body["cancel_acks"], json!([{"ack": true}, {"ack": true}, {"ack": true}]));
    assert_eq!(world.stands(Alice, 2), "CANCELLED CLIENT_REPLACE 0.0/0.02");
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.05");
    let id =
        world.ask(Alice, "v1/order", json!({ "client_order_id": "3" })).body["result"]["order_id"].clone();
    assert_eq!(world.bulk(Alice, &[], json!({ "order_i_ds": [id] })).word(), "200");
    assert_eq!(world.stands(Alice, 3), "CANCELLED CLIENT_BULK_CANCEL 0.0/0.03");
    // The cancel of an order that nobody knows waits for it, as a single one does.
    world.place(Alice, bid(77, "0.01", "50000"));
    assert_eq!(world.stands(Alice, 77), "CANCELLED CLIENT_CANCEL 0.0/0.01");
}

/// A request that is refused as a whole.
fn refused(drafts: &[Draft<'_>], body: Value, word: &str) {
    let mut world = World::new(options());
    world.place(Alice, bid(9, "0.01", "50000"));
    assert_eq!(world.bulk(Alice, drafts, body.clone()).word(), word, "{drafts:?} {body}");
    assert_eq!(world.stands(Alice, 9), "OPEN 0.0/0.01");
    assert_eq!(world.exchange.open_orders(world.id(Alice), None).len(), 1);
}

#[test]
fn one_that_is_refused_refuses_all() {
    let good = bid(1, "0.01", "50000");
    refused(&[], json!({}), "400 1003");
    refused(&[good], json!({ "order_ids": ["0x01"], "client_order_ids": ["9"] }), "400 2233");
    refused(&[good, Draft { instrument: ETH, ..bid(2, "1", "2000") }], json!({}), "400 2234");
    refused(&(1..=101).map(|n| bid(n, "0.01", "50000")).collect::<Vec<_>>(), json!({}), "400 2235");
    refused(&[], json!({ "client_order_ids": vec!["9"; 101] }), "400 2235");
    refused(&[good, bid(2, "0.0105", "50000")], json!({ "client_order_ids": ["9"] }), "400 2065");
    refused(&[good, good], json!({}), "400 2012");
    refused(&[bid(9, "0.01", "50000")], json!({}), "400 2012");
    refused(&[good], json!({ "client_order_ids": ["nine"] }), "400 1003");
    refused(&[good], json!({ "client_order_ids": ["9"], "time_to_live_ms": "6000" }), "400 2301");
}
