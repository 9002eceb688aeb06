//! How much may be asked, and how many orders may be open.

use super::*;

fn limited() -> World {
    World::new(Options { rate_limits: true, ..options() })
}

#[test]
fn a_hundred_units_a_second_and_calls_weigh_what_they_do() {
    for (name, passes) in
        [("v1/cancel_order", 20), ("v1/cancel_all_orders", 2), ("v1/positions", 5), ("v1/account_summary", 2)]
    {
        let mut world = limited();
        let body = json!({ "client_order_id": "1" });
        for n in 0..=passes {
            let word = if n < passes { "200" } else { "429 1006" };
            assert_eq!(world.ask(Alice, name, body.clone()).word(), word, "{name} {n}");
        }
        // Bob pays for himself, and a second fills the bucket.
        assert_eq!(world.ask(Bob, name, body.clone()).word(), "200");
        world.wait_ms(1_000);
        assert_eq!(world.ask(Alice, name, body).word(), "200");
    }
}

#[test]
fn orders_at_once_weigh_what_they_would_one_by_one() {
    let mut world = limited();
    let sign = |world: &mut World, n: u64| {
        let drafts = (0..n).map(|client| bid(client + 1, "0.01", "50000"));
        drafts.map(|draft| world.sign(Alice, &draft)).collect::<Vec<_>>()
    };
    let orders = sign(&mut world, 20);
    let body = json!({ "orders": orders, "client_order_ids": ["77"] });
    assert_eq!(world.ask(Alice, "v2/bulk_orders", body.clone()).word(), "429 1006", "the cancels weigh, too");
    assert_eq!(world.ask(Alice, "v2/bulk_orders", json!({ "orders": orders })).word(), "200");
    assert_eq!(world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "1" })).word(), "429 1006");
}

#[test]
fn so_many_open_orders_and_no_more() {
    let mut world = World::new(options());
    world.server.state.options.switches.open_orders_max = 2;
    world.place(Alice, bid(1, "0.01", "50000"));
    world.place(Alice, bid(2, "0.01", "50000"));
    assert_eq!(world.create(Alice, bid(3, "0.01", "50000")).word(), "429 2090");
    world.ask(Alice, "v1/cancel_order", json!({ "client_order_id": "1" }));
    world.place(Alice, bid(3, "0.01", "50000"));
}
