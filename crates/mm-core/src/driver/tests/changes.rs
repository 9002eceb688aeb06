//! Plays of modifications, groups, and the dead man's switch.

use std::time::Duration;

use mm_model::{
    Ask, CallError, DeadMan, GroupKind, Leverage, Money, OrderState, Price, Qty, RefusalKind, Side,
};

use crate::{
    ModifyError, Order, PlaceError, VenueConfig,
    testing::{MARKET, OnModify, OnPlace, World, config, is_lookup, limit, ms},
};

fn buy() -> mm_model::NewOrder {
    limit(Side::Buy, 10, 100)
}

async fn modify(world: &World, order: &Order, qty: u64) -> Result<(), ModifyError> {
    world.venue.modify(order.client_id(), Price(99), Qty(qty)).await
}

/// `10 at 100, 10 exposed`: as the record has it.
fn seen(order: &Order) -> String {
    let record = order.snapshot();
    let way = if record.is_modifying() { ", modifying" } else { "" };
    let price = record.price().expect("a limit").0;
    format!("{} at {price}, {} exposed{way}", record.qty().0, record.exposed().0)
}

#[test]
fn a_modification_counts_with_both_sizes_until_it_is_shown() {
    World::new().play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        modify(world, &order, 15).await.expect("taken note of");
        assert_eq!(seen(&order), "10 at 100, 15 exposed, modifying");
        let error = modify(world, &order, 20).await.expect_err("one at a time");
        assert!(matches!(&error, ModifyError::Call(CallError::NotSent(_))), "{error}");
        world.clock.sleep(ms(50)).await;
        assert_eq!(seen(&order), "15 at 99, 15 exposed");
        world.fake.fill(order.client_id(), 12);
        world.clock.sleep(ms(1)).await;
        modify(world, &order, 13).await.expect("taken note of");
        world.clock.sleep(ms(5_000)).await;
        assert_eq!(seen(&order), "13 at 99, 1 exposed");
        world.fake.fill(order.client_id(), 1);
        world.clock.sleep(ms(1)).await;
        assert_eq!(order.snapshot().state(), OrderState::Filled);
        let story: Vec<_> = order.history().into_iter().map(|entry| entry.cause).collect();
        assert_eq!(story[..5], ["made", "sent", "open", "modify sent", "modified"]);
        assert_eq!((world.fake.count(is_lookup), world.venue.status().anomalies), (0, 0));
    });
}

#[test]
fn each_end_of_a_modification() {
    let cases = [
        (OnModify::NotSent, "10 at 100, 10 exposed", "10 at 100, 10 exposed"),
        (OnModify::Refuse(RefusalKind::Funds), "10 at 100, 10 exposed", "10 at 100, 10 exposed"),
        (
            OnModify::RefuseLater(RefusalKind::Funds),
            "10 at 100, 15 exposed, modifying",
            "10 at 100, 10 exposed",
        ),
        (OnModify::DoneInSilence, "10 at 100, 15 exposed, modifying", "15 at 99, 15 exposed"),
        (OnModify::Forget, "10 at 100, 15 exposed, modifying", "10 at 100, 15 exposed, modifying"),
    ];
    for (script, at_first, after_a_while) in cases {
        let world = World::new();
        world.fake.on_modify([script]);
        world.play(async |world| {
            let order = world.venue.place(buy()).await.expect("taken");
            let result = modify(world, &order, 15).await;
            let fails = matches!(script, OnModify::NotSent | OnModify::Refuse(_));
            assert_eq!(result.is_err(), fails, "{script:?}");
            assert_eq!(seen(&order), at_first, "{script:?}");
            world.clock.sleep(ms(1_500)).await;
            assert_eq!(seen(&order), after_a_while, "{script:?}");
            // What was forgotten is disproved when it could no longer arrive.
            world.clock.sleep(ms(15_000)).await;
            assert!(!order.snapshot().is_modifying(), "{script:?}");
            assert_eq!(world.venue.status().anomalies, 0, "{script:?}");
        });
    }
}

#[test]
fn what_cannot_be_modified_is_not_sent() {
    let world = World::new();
    world.fake.on_place([OnPlace::Accept, OnPlace::QueueInSilence]);
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        let submission = world.venue.submit(buy()).expect("queued");
        world.clock.sleep(ms(20)).await;
        modify(world, submission.order(), 11).await.expect_err("the venue has not shown it");
        world.fake.fill(order.client_id(), 4);
        world.clock.sleep(ms(1)).await;
        modify(world, &order, 4).await.expect_err("so much is filled");
        modify(world, &order, 1).await.expect_err("below the smallest");
        world.venue.modify(order.client_id(), Price(0), Qty(9)).await.expect_err("no price");
        world.venue.cancel(order.client_id()).await.expect("taken note of");
        world.clock.sleep(ms(50)).await;
        modify(world, &order, 9).await.expect_err("over");
        assert_eq!(world.fake.count(|ask| matches!(ask, Ask::Modify(_))), 0);
    });
}

#[test]
fn a_group_is_placed_whole_or_not_at_all() {
    let world = World::new();
    world.fake.on_place([OnPlace::Accept, OnPlace::Refuse(RefusalKind::InvalidOrder)]);
    world.play(async |world| {
        let kind = GroupKind::OneTriggersOther;
        let placed = world.venue.place_group(kind, vec![buy(), buy()]).await;
        assert!(matches!(placed.as_slice(), [Ok(_), Err(PlaceError::Rejected(_))]), "{placed:?}");
        let placed = world.venue.place_group(kind, vec![buy(), limit(Side::Buy, 1, 100)]).await;
        assert!(matches!(placed.as_slice(), [Err(PlaceError::NotSent(_)), Err(PlaceError::NotSent(_))]));
        let (placed, cancelled) = tokio::join!(world.venue.place_group(kind, vec![buy(), buy()]), async {
            let queued =
                world.venue.open_orders().into_iter().find(|record| record.state() == OrderState::New);
            world.venue.cancel(queued.expect("waits").client_id()).await
        });
        assert!(cancelled.is_ok());
        assert!(placed.iter().all(|one| matches!(one, Err(PlaceError::NotSent(_)))), "{placed:?}");
        assert_eq!(world.fake.count(|ask| matches!(ask, Ask::Group(_))), 1);
        assert_eq!(world.venue.open_orders().len(), 1, "nothing is left behind");
    });
}

#[test]
fn leverage_and_margin_are_asked_for() {
    World::new().play(async |world| {
        let leverage = Leverage { market: Some(MARKET), times: 3, mode: None };
        world.venue.set_leverage(leverage).await.expect("set");
        world.venue.move_margin(MARKET, Money(-5)).await.expect("moved");
        world.venue.arm_dead_man(DeadMan::In(ms(300_000))).await.expect("armed");
        assert_eq!(world.fake.count(|ask| *ask == Ask::Leverage(leverage)), 1);
        assert_eq!(world.fake.count(|ask| *ask == Ask::Margin(MARKET, Money(-5))), 1);
        assert_eq!(world.fake.count(|ask| *ask == Ask::DeadMan(DeadMan::In(ms(300_000)))), 1);
    });
}

const TIME: Duration = Duration::from_secs(300);

fn armed() -> World {
    World::with(VenueConfig { dead_man: Some(TIME), ..config("fake") })
}

fn n_armed(world: &World) -> usize {
    world.fake.count(|ask| *ask == Ask::DeadMan(DeadMan::In(TIME)))
}

fn n_off(world: &World) -> usize {
    world.fake.count(|ask| *ask == Ask::DeadMan(DeadMan::Off))
}

#[test]
fn the_dead_mans_switch_is_put_off_each_third_of_its_time_and_for_good_at_the_end() {
    let world = armed();
    world.play(async |world| {
        assert_eq!(n_armed(world), 1, "before the venue is ready");
        world.clock.sleep(Duration::from_secs(599)).await;
        assert_eq!(n_armed(world), 6);
        world.venue.stop_connector();
        world.clock.sleep(ms(100)).await;
        assert_eq!((n_armed(world), n_off(world)), (6, 1));
    });
}

#[test]
fn with_live_orders_it_stays_armed() {
    let world = armed();
    world.play(async |world| {
        let _order = world.venue.place(buy()).await.expect("taken");
        world.venue.stop_connector();
        world.clock.sleep(ms(100)).await;
        assert_eq!(n_off(world), 0);
    });
}

#[test]
fn while_it_cannot_be_put_off_nothing_new_is_placed() {
    let world = armed();
    world.play(async |world| {
        world.fake.dead_man_fails(true);
        world.clock.sleep(Duration::from_secs(150)).await;
        assert!(world.venue.status().ready, "it fails, and there is time");
        world.clock.sleep(Duration::from_secs(65)).await;
        assert!(!world.venue.status().ready, "two thirds of its time are gone");
        let reason = world.venue.status().reason.unwrap_or_default();
        assert!(reason.contains("DeadMan"), "{reason}");
        assert!(matches!(world.venue.place(buy()).await, Err(PlaceError::NotSent(_))));
        world.fake.dead_man_fails(false);
        world.clock.sleep(Duration::from_secs(11)).await;
        assert!(world.venue.status().ready);
    });
}
