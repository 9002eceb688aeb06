//! Plays with a venue that only takes note of what it gets.

use std::time::Duration;

use mm_model::{Ask, OrderState, Qty, RefusalKind, Side};

use crate::{
    PlaceError, Venue,
    testing::{OnCancel, OnPlace, World, is_lookup, limit, ms},
};

fn buy() -> mm_model::NewOrder {
    limit(Side::Buy, 10, 100)
}

fn world(script: impl IntoIterator<Item = OnPlace>) -> World {
    let world = World::new();
    world.fake.on_place(script);
    world
}

fn unknown_and_alarmed(venue: &Venue) -> (usize, u64) {
    (venue.status().unknown_orders, venue.status().anomalies)
}

#[test]
fn an_order_is_placed_when_the_venue_shows_it() {
    world([OnPlace::Queue(300)]).play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        let order = submission.order().clone();
        world.clock.sleep(ms(100)).await;
        assert_eq!((order.snapshot().state(), order.snapshot().exposed()), (OrderState::Submitting, Qty(10)));
        assert_eq!(unknown_and_alarmed(&world.venue), (0, 0));
        let asked_at = world.clock.now();
        let order = submission.outcome().await.expect("shown");
        assert_eq!(order.snapshot().state(), OrderState::Open);
        assert_eq!(world.clock.now().since(asked_at), ms(200));
        world.clock.sleep(ms(5_000)).await;
        assert_eq!(world.fake.count(is_lookup), 0, "what the stream tells is not asked for");
    });
}

#[test]
fn after_a_second_of_silence_it_is_looked_up() {
    world([OnPlace::QueueInSilence]).play(async |world| {
        let placed_at = world.clock.now();
        let order = world.venue.place(buy()).await.expect("found");
        assert_eq!(order.snapshot().state(), OrderState::Open);
        assert!(world.clock.now().since(placed_at) < ms(1_050));
        assert_eq!((world.fake.count(is_lookup), unknown_and_alarmed(&world.venue)), (1, (0, 0)));
    });
}

#[test]
fn what_never_arrives_is_unknown_until_it_no_longer_could() {
    world([OnPlace::QueueAndForget]).play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        let order = submission.order().clone();
        world.clock.sleep(ms(5_000)).await;
        assert!(order.snapshot().is_unknown() && order.snapshot().exposed() == Qty(10));
        let never = submission.outcome().await;
        assert!(matches!(never, Err(PlaceError::OutcomeUnknown { .. })), "{never:?}");
        world.clock.sleep(ms(15_000)).await;
        assert_eq!(order.snapshot().state(), OrderState::Failed);
        assert_eq!(unknown_and_alarmed(&world.venue), (0, 0));
    });
}

#[test]
fn the_first_word_is_waited_for_so_long_and_no_longer() {
    world([OnPlace::QueueInSilence]).play(async |world| {
        world.fake.reads_fail(true);
        let placed_at = world.clock.now();
        let Err(PlaceError::OutcomeUnknown { order, reason }) = world.venue.place(buy()).await else {
            panic!("nobody can tell")
        };
        assert_eq!(reason, "the venue took note, and has not shown the order within 10000 ms");
        assert_eq!(world.clock.now().since(placed_at), ms(10_010));
        world.clock.sleep(Duration::from_secs(60)).await;
        assert!(order.snapshot().is_unknown(), "an error is never absence");
        world.fake.reads_fail(false);
        world.clock.sleep(Duration::from_secs(12)).await;
        assert_eq!(order.snapshot().state(), OrderState::Open);
    });
}

#[test]
fn what_is_thrown_out_later_was_rejected() {
    let script = [OnPlace::QueueAndRefuse(RefusalKind::Funds), OnPlace::QueueAndThrowOut];
    world(script).play(async |world| {
        for (kind, message) in [(RefusalKind::Funds, "no"), (RefusalKind::Other, "too-much-slippage")] {
            let Err(PlaceError::Rejected(refusal)) = world.venue.place(buy()).await else {
                panic!("rejected")
            };
            assert_eq!(refusal.kind, kind);
            assert!(refusal.message.contains(message), "{refusal}");
        }
        assert_eq!(world.venue.open_orders(), []);
        assert_eq!(unknown_and_alarmed(&world.venue), (0, 0));
    });
}

#[test]
fn what_is_cancelled_before_it_is_shown_and_never_arrives_alarms_nobody() {
    world([OnPlace::QueueAndForget]).play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        world.clock.sleep(ms(20)).await;
        let order = submission.order().clone();
        world.venue.abandon(order.client_id());
        world.clock.sleep(ms(5_000)).await;
        assert!(order.snapshot().is_unknown());
        world.clock.sleep(ms(15_000)).await;
        assert_eq!(order.snapshot().state(), OrderState::Failed);
        assert_eq!(unknown_and_alarmed(&world.venue), (0, 0));
    });
}

#[test]
fn of_a_batch_each_waits_for_its_own_word_and_all_together_no_longer_than_one() {
    let script = [
        OnPlace::QueueAndForget,
        OnPlace::Queue(50),
        OnPlace::QueueAndRefuse(RefusalKind::Funds),
        OnPlace::QueueAndForget,
    ];
    world(script).play(async |world| {
        let placed_at = world.clock.now();
        let placed = world.venue.place_batch(vec![buy(); 4]).await;
        let unknown = |one: &Result<_, _>| matches!(one, Err(PlaceError::OutcomeUnknown { .. }));
        assert!(unknown(&placed[0]) && placed[1].is_ok() && unknown(&placed[3]), "{placed:?}");
        assert!(matches!(placed[2], Err(PlaceError::Rejected(_))), "{placed:?}");
        assert!(world.clock.now().since(placed_at) <= ms(10_010));
    });
}

#[test]
fn a_cancel_of_a_queued_order_goes_out_and_is_looked_up_in_silence() {
    let world = world([OnPlace::QueueInSilence]);
    world.fake.on_cancel([OnCancel::DoneInSilence]);
    world.play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        let mut order = submission.order().clone();
        world.clock.sleep(ms(15)).await;
        let asked = world.clock.now();
        let _lost = world.venue.cancel(order.client_id()).await;
        assert_eq!(world.clock.now().since(asked), ms(10), "it was not held back");
        assert_eq!(world.fake.live(), []);
        let over = world.clock.within(ms(1_100), order.wait_final()).await;
        assert_eq!(over.expect("looked up").state(), OrderState::Cancelled);
    });
}

#[test]
fn cancelling_everything_cancels_what_is_queued_and_not_shown_yet_too() {
    world([OnPlace::QueueAndForget]).play(async |world| {
        let order = world.venue.submit(buy()).expect("queued").order().clone();
        world.clock.sleep(ms(50)).await;
        let is_cancel =
            |ask: &Ask| matches!(ask, Ask::Cancel(target) if target.client_id == Some(order.client_id()));
        world.venue.cancel_all(buy().market).await.expect("noted");
        assert_eq!(world.fake.count(is_cancel), 0, "it may show by itself that it is over");
        world.clock.sleep(ms(200)).await;
        assert_eq!(world.fake.count(is_cancel), 1);
    });
}
