//! Plays: the driver between a strategy's handle and a venue that misbehaves.

mod changes;
mod closing;
mod queued;
mod reconcile;
mod state;

use std::time::Duration;

use mm_model::{Event, OrderState, Qty, RefusalKind, Side, SignedQty};

use crate::{
    CancelError, PlaceError,
    testing::{MARKET, OnCancel, OnPlace, World, is_lookup, limit, ms},
};

fn buy() -> mm_model::NewOrder {
    limit(Side::Buy, 10, 100)
}

#[test]
fn an_order_lives_from_place_to_cancel() {
    let world = World::new();
    world.play(async |world| {
        let mut order = world.venue.place(buy()).await.expect("taken");
        assert_eq!(order.snapshot().state(), OrderState::Open);
        world.fake.fill(order.client_id(), 4);
        world.clock.sleep(ms(1)).await;
        world.venue.cancel(order.client_id()).await.expect("taken note of");
        let record = world.clock.within(ms(1_000), order.wait_final()).await.expect("over");
        assert_eq!((record.state(), record.filled()), (OrderState::Cancelled, Qty(4)));
        let story: Vec<_> = order.history().into_iter().map(|entry| entry.cause).collect();
        assert_eq!(story, ["made", "sent", "open", "fill 1", "cancel sent", "cancelled"]);
        assert_eq!(world.venue.filled(MARKET), SignedQty(4));
        assert_eq!(world.venue.positions()[0].net, SignedQty(4));
        assert_eq!(world.venue.open_orders(), []);
    });
}

#[test]
fn a_batch_has_one_outcome_for_each() {
    let world = World::new();
    world.fake.on_place([OnPlace::Accept, OnPlace::Refuse(RefusalKind::Funds), OnPlace::LoseAck]);
    world.play(async |world| {
        let results = world.venue.place_batch(vec![buy(), buy(), buy(), limit(Side::Buy, 1, 100)]).await;
        assert!(matches!(
            results.as_slice(),
            [
                Ok(_),
                Err(PlaceError::Rejected(_)),
                Err(PlaceError::OutcomeUnknown { .. }),
                Err(PlaceError::NotSent(_))
            ]
        ));
        let Err(PlaceError::OutcomeUnknown { order, .. }) = &results[2] else { unreachable!("just matched") };
        world.clock.sleep(ms(100)).await;
        assert_eq!(order.snapshot().state(), OrderState::Open, "looked up");
    });
}

#[test]
fn fault_01_a_lost_ack_becomes_open_by_asking() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseAck]);
    world.play(async |world| {
        let Err(PlaceError::OutcomeUnknown { order, .. }) = world.venue.place(buy()).await else {
            panic!("unknown")
        };
        assert_eq!(order.snapshot().exposed(), Qty(10), "it counts as exposure");
        assert_eq!(world.venue.status().unknown_orders, 1);
        world.clock.sleep(ms(50)).await;
        let record = order.snapshot();
        assert_eq!((record.state(), record.is_unknown()), (OrderState::Open, false));
        assert!(record.venue_id().is_some());
    });
    assert_eq!(world.fake.placements().len(), 1);
}

#[test]
fn fault_02_absence_is_proven_only_after_the_request_is_no_longer_valid() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseRequest]);
    world.play(async |world| {
        let Err(PlaceError::OutcomeUnknown { order, .. }) = world.venue.place(buy()).await else {
            panic!("unknown")
        };
        world.clock.sleep(ms(5_000)).await;
        assert!(order.snapshot().is_unknown());
        world.clock.sleep(ms(15_000)).await;
        assert_eq!(order.snapshot().state(), OrderState::Failed);
    });
}

#[test]
fn fault_02_an_error_is_never_absence() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseRequest]);
    world.play(async |world| {
        world.fake.reads_fail(true);
        let Err(PlaceError::OutcomeUnknown { order, .. }) = world.venue.place(buy()).await else {
            panic!("unknown")
        };
        world.clock.sleep(Duration::from_secs(600)).await;
        assert!(order.snapshot().is_unknown());
        assert!(world.fake.count(is_lookup) < 80, "it backs off");
    });
}

#[test]
fn fault_04_an_order_that_was_thrown_out_is_over_though_it_has_an_id() {
    let world = World::new();
    world.fake.on_place([OnPlace::ThrowOut]);
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken in");
        assert_eq!(order.snapshot().state(), OrderState::Cancelled);
        assert!(order.snapshot().venue_id().is_some());
    });
}

#[test]
fn fault_08_a_client_id_in_use_is_looked_up_and_not_taken_as_a_no() {
    let world = World::new();
    world.fake.on_place([OnPlace::Refuse(RefusalKind::DuplicateClientId)]);
    world.play(async |world| {
        let result = world.venue.place(buy()).await;
        assert!(matches!(result, Err(PlaceError::OutcomeUnknown { .. })), "{result:?}");
        world.clock.sleep(ms(100)).await;
        assert!(world.fake.count(is_lookup) > 0);
    });
}

#[test]
fn fault_10_an_event_without_our_id_finds_the_order_or_is_external() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        let anonymous = |event| match event {
            Event::Fill(fill) => Event::Fill(mm_model::Fill { client_id: None, ..fill }),
            other => other,
        };
        let mut events = world.fake.fill_in_silence(order.client_id(), 4).into_iter().map(anonymous);
        let fill = events.next().expect("a fill");
        world.fake.tell(fill.clone());
        world.clock.sleep(ms(1)).await;
        assert_eq!(order.snapshot().filled(), Qty(4));
        assert_eq!(world.venue.external_orders(), []);

        let Event::Fill(fill) = fill else { unreachable!("built above") };
        let strange = mm_model::Fill { venue_id: mm_model::VenueOrderId::from_number(5), ..fill };
        world.fake.tell(Event::Fill(strange.clone()));
        world.fake.tell(Event::Fill(strange));
        world.clock.sleep(ms(1)).await;
        let external = world.venue.external_orders();
        assert_eq!((external.len(), external[0].fills.len()), (1, 1));
        assert_eq!(world.venue.filled(MARKET), SignedQty(4), "it is not ours");
        assert_eq!(world.venue.status().anomalies, 1);
    });
}

#[test]
fn fault_10_a_fill_that_comes_before_our_order_has_a_name_moves_over_to_it() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseAck]);
    world.play(async |world| {
        world.fake.reads_fail(true);
        let Err(PlaceError::OutcomeUnknown { order, .. }) = world.venue.place(buy()).await else {
            panic!("unknown")
        };
        for event in world.fake.fill_in_silence(order.client_id(), 3) {
            if let Event::Fill(fill) = event {
                world.fake.tell(Event::Fill(mm_model::Fill { client_id: None, ..fill }));
            }
        }
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.external_orders().len(), 1);
        world.fake.reads_fail(false);
        world.clock.sleep(ms(2_000)).await;
        assert_eq!((order.snapshot().filled(), order.fills().len()), (Qty(3), 1));
        assert_eq!(world.venue.external_orders(), []);
        assert_eq!(world.venue.filled(MARKET), SignedQty(3));
        assert_eq!(world.venue.status().anomalies, 0);
    });
}

#[test]
fn fault_13_a_fill_told_again_counts_once_also_after_the_order_is_forgotten() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        let events = world.fake.fill_in_silence(order.client_id(), 10);
        drop(order);
        let tell = async || {
            events.iter().for_each(|event| world.fake.tell(event.clone()));
            world.clock.sleep(ms(1)).await;
        };
        tell().await;
        tell().await;
        // Two hundred more orders push it out of memory but for its trace.
        for _ in 0..130 {
            let other = world.venue.place(buy()).await.expect("taken");
            world.venue.cancel(other.client_id()).await.expect("taken note of");
            world.clock.sleep(ms(50)).await;
        }
        tell().await;
        assert_eq!(world.venue.filled(MARKET), SignedQty(10));
        assert_eq!(world.venue.status().anomalies, 0);
    });
}

#[test]
fn fault_23_24_25_only_a_refused_cancel_is_no_longer_on_its_way() {
    let cases = [
        (OnCancel::TakeNote, true),
        (OnCancel::Lose, true),
        (OnCancel::Refuse(RefusalKind::RateLimited), false),
    ];
    for (script, pending) in cases {
        let world = World::new();
        world.fake.on_cancel([script]);
        world.play(async |world| {
            let order = world.venue.place(buy()).await.expect("taken");
            let result: Result<(), CancelError> = world.venue.cancel(order.client_id()).await;
            assert_eq!(result.is_ok(), script == OnCancel::TakeNote);
            let record = order.snapshot();
            assert_eq!(
                (record.state(), record.is_cancel_pending()),
                (OrderState::Open, pending),
                "{script:?}"
            );
            assert_eq!(record.exposed(), Qty(10));
        });
    }
}

/// A fill of more than was ordered, and a trade that is told twice with different numbers, of which the first stand.
#[test]
fn fault_14_21_what_cannot_be_is_alarmed_and_counted_as_it_was_told_first_and_closes_the_market() {
    for (first, then, filled) in [(13, 13, 13_i64), (3, 4, 3)] {
        let world = World::new();
        world.play(async |world| {
            let order = world.venue.place(buy()).await.expect("taken");
            let other = world.venue.place(buy()).await.expect("taken");
            let Event::Fill(fill) = world.fake.fill_in_silence(order.client_id(), 3).swap_remove(0) else {
                panic!("a fill")
            };
            for lots in [first, then] {
                world.fake.tell(Event::Fill(mm_model::Fill { qty: Qty(lots), ..fill.clone() }));
            }
            world.clock.sleep(ms(1)).await;
            assert_eq!(world.venue.status().anomalies, 1);
            assert_eq!(world.venue.filled(MARKET), SignedQty(filled), "the position has it");
            let refused = world.venue.place(buy()).await.expect_err("closed").to_string();
            assert!(refused.contains("MARKET_HALTED"), "{refused}");
            world.clock.sleep(ms(1_000)).await;
            assert_eq!(other.snapshot().state(), OrderState::Cancelled, "what is live there is taken off");
        });
    }
}

#[test]
fn fault_26_a_cancel_waits_for_the_placement_that_it_must_not_overtake() {
    let world = World::new();
    world.play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        let id = submission.order().client_id();
        world.clock.sleep(ms(1)).await; // Handed out, not answered.
        let (placed, cancelled) = tokio::join!(submission.outcome(), world.venue.cancel(id));
        assert!(cancelled.is_ok());
        let mut order = placed.expect("taken");
        assert!(world.clock.within(ms(100), order.wait_final()).await.is_some());
        assert_eq!(world.fake.live(), []);
    });
}

#[test]
fn fault_26_an_order_that_is_cancelled_in_our_own_queue_is_not_sent() {
    let world = World::new();
    world.play(async |world| {
        let submission = world.venue.submit(buy()).expect("queued");
        let id = submission.order().client_id();
        let (cancelled, placed) = tokio::join!(world.venue.cancel(id), submission.outcome());
        assert!(cancelled.is_ok());
        assert!(matches!(placed, Err(PlaceError::NotSent(_))), "{placed:?}");
        assert_eq!(world.fake.placements(), []);
    });
}

#[test]
fn cancelling_all_of_a_market_takes_placements_that_are_under_way_with_it() {
    let world = World::new();
    world.play(async |world| {
        let under_way = world.venue.submit(buy()).expect("queued");
        world.clock.sleep(ms(1)).await;
        let queued = world.venue.submit(buy()).expect("queued");
        let (all, first, second) =
            tokio::join!(world.venue.cancel_all(MARKET), under_way.outcome(), queued.outcome());
        assert!(all.is_ok() && first.is_ok());
        assert!(matches!(second, Err(PlaceError::NotSent(_))), "{second:?}");
        world.clock.sleep(ms(1_000)).await;
        assert_eq!(world.fake.live(), []);
        assert_eq!(world.fake.placements().len(), 1);
    });
}

#[test]
fn an_order_that_comes_back_from_the_dead_is_alarmed_and_taken_off() {
    let world = World::new();
    world.fake.on_place([OnPlace::RefuseButKeep]);
    world.play(async |world| {
        let refused = world.venue.place(buy()).await;
        assert!(matches!(refused, Err(PlaceError::Rejected(_))), "{refused:?}");
        let id = world.fake.live()[0];
        world.clock.sleep(Duration::from_secs(32)).await; // The next reconciliation finds it.
        assert_eq!(world.fake.live(), []);
        assert_eq!(world.venue.status().anomalies, 1);
        assert_eq!(world.venue.order(id).expect("kept").snapshot().state(), OrderState::Cancelled);
    });
}
