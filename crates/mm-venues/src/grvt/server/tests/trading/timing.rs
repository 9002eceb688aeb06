//! What the clock does: the speed bump, dead man's switches, the end of an order's life.

use super::*;

fn bumped() -> World {
    World::new(Options { speed_bump: Duration::from_millis(25), ..options() })
}

#[test]
fn orders_that_may_take_wait_and_makers_do_not() {
    let mut world = bumped();
    world.place(Bob, maker(ask(1, "0.05", "60000")));
    assert_eq!(world.stands(Bob, 1), "OPEN 0.0/0.05");
    world.place(Alice, bid(1, "0.01", "60000"));
    world.place(Alice, Draft { price: None, ..bid(2, "0.01", "0") });
    world.place(
        Alice,
        Draft { time_in_force: TimeInForce::RetailPriceImprovement, ..bid(3, "0.01", "50000") },
    );
    world.wait_ms(24);
    assert_eq!(world.stands(Alice, 1), "PENDING 0.0/0.01");
    assert_eq!(world.stands(Alice, 3), "OPEN 0.0/0.01");
    assert!(
        world.ask(Alice, "v1/open_orders", json!({})).body["result"].as_array().expect("rows").len() == 1
    );
    world.wait_ms(1);
    assert_eq!(world.stands(Alice, 1), "FILLED 0.01/0.01");
    assert_eq!(world.stands(Alice, 2), "FILLED 0.01/0.01");
}

#[test]
fn a_maker_escapes_while_a_taker_waits() {
    let mut world = bumped();
    world.place(Bob, maker(ask(1, "0.05", "60000")));
    world.place(Alice, Draft { time_in_force: TimeInForce::ImmediateOrCancel, ..bid(1, "0.01", "60000") });
    world.wait_ms(20);
    world.ask(Bob, "v1/cancel_order", json!({ "client_order_id": "1" }));
    world.wait_ms(5);
    assert_eq!(world.stands(Alice, 1), "CANCELLED IOC_CANCEL 0.0/0.01");
}

#[test]
fn what_was_true_at_first_may_be_so_no_longer() {
    let mut world = bumped();
    world.place(Bob, maker(ask(1, "0.1", "60000")));
    world.place(Bob, maker(bid(2, "0.1", "59000")));
    world.place(Alice, bid(1, "0.05", "60000"));
    world.wait_ms(25);
    // Two that would each close the position.
    world.place(Alice, Draft { reduce_only: true, ..ask(2, "0.05", "59000") });
    world.place(Alice, Draft { reduce_only: true, ..ask(3, "0.05", "59000") });
    world.wait_ms(25);
    assert_eq!(world.stands(Alice, 2), "FILLED 0.05/0.05");
    assert_eq!(world.stands(Alice, 3), "REJECTED FAIL_REDUCE_ONLY 0.0/0.05");
    // Two that the account could carry one of.
    for client in [4, 5] {
        world.place(Alice, bid(client, "200", "59500"));
    }
    world.wait_ms(25);
    assert_eq!(world.stands(Alice, 4), "OPEN 0.0/200.0");
    assert_eq!(world.stands(Alice, 5), "REJECTED BELOW_MARGIN 0.0/200.0");
}

#[test]
fn a_client_that_says_nothing_loses_its_orders() {
    let mut world = World::new(options());
    let countdown = |world: &mut World, ms: Value| {
        assert_eq!(world.ask(Alice, "v1/cancel_on_disconnect", json!({ "countdown_time": ms })).status, 200);
    };
    world.place(Alice, bid(1, "0.01", "50000"));
    world.place(Bob, bid(1, "0.01", "50000"));
    countdown(&mut world, json!("2000"));
    world.wait_ms(1_999);
    countdown(&mut world, json!(2_000));
    world.wait_ms(1_999);
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.01");
    countdown(&mut world, json!("1000"));
    world.wait_ms(10_000);
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.01", "a second or less turns it off");
    countdown(&mut world, json!("1001"));
    world.wait_ms(1_001);
    assert_eq!(world.stands(Alice, 1), "CANCELLED CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED 0.0/0.01");
    assert_eq!(world.stands(Bob, 1), "OPEN 0.0/0.01");
    // It strikes once.
    world.place(Alice, bid(2, "0.01", "50000"));
    world.wait_ms(10_000);
    assert_eq!(world.stands(Alice, 2), "OPEN 0.0/0.01");
}

#[test]
fn an_order_lives_as_long_as_its_signature() {
    let mut world = bumped();
    let short = |client, ms| Draft { lives: Duration::from_millis(ms), ..bid(client, "0.01", "50000") };
    world.place(Alice, short(1, 1_000));
    world.place(Alice, short(2, 10));
    world.wait_ms(25);
    assert_eq!(world.stands(Alice, 2), "REJECTED EXPIRED 0.0/0.01", "it ended while it waited");
    world.wait_ms(974);
    assert_eq!(world.stands(Alice, 1), "OPEN 0.0/0.01");
    world.wait_ms(1);
    assert_eq!(world.stands(Alice, 1), "CANCELLED EXPIRED 0.0/0.01");
}
