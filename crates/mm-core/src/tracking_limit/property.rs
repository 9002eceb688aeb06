//! The promise that matters most, under random trouble: whatever the venue and the network do, what is live and what is filled
//! together are never more than the target; and when it is over, nothing is left behind.

use mm_model::RefusalKind;
use proptest::prelude::*;

use super::*;
use crate::{
    LinkState,
    testing::{OnCancel, OnPlace, World, ms, tracking},
};

/// Something that happens meanwhile.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Fill(u64),
    FillInSilence(u64),
    EndInSilence,
    Book(i64),
    Reconnect(u64),
    ReadsFail(bool),
}

fn on_place() -> impl Strategy<Value = OnPlace> {
    prop_oneof![
        4 => Just(OnPlace::Accept),
        1 => Just(OnPlace::LoseAck),
        1 => Just(OnPlace::LoseRequest),
        1 => Just(OnPlace::NotSent),
        1 => Just(OnPlace::ThrowOut),
        1 => Just(OnPlace::EmptyAnswer),
        1 => (1..=10u64).prop_map(OnPlace::FillBeforeAck),
        1 => Just(OnPlace::Refuse(RefusalKind::WouldMatch)),
        1 => Just(OnPlace::Refuse(RefusalKind::RateLimited)),
        1 => Just(OnPlace::Refuse(RefusalKind::DuplicateClientId)),
        2 => (0..3_000u64).prop_map(OnPlace::Queue),
        1 => Just(OnPlace::QueueInSilence),
        1 => Just(OnPlace::QueueAndForget),
        1 => Just(OnPlace::QueueAndRefuse(RefusalKind::Funds)),
        1 => Just(OnPlace::QueueAndThrowOut),
    ]
}

fn on_cancel() -> impl Strategy<Value = OnCancel> {
    prop_oneof![
        3 => Just(OnCancel::Accept),
        1 => Just(OnCancel::TakeNote),
        1 => Just(OnCancel::Lose),
        1 => Just(OnCancel::DoneInSilence),
        1 => (1..=5u64).prop_map(OnCancel::FillFirst),
        1 => Just(OnCancel::FilledMeanwhile),
        1 => Just(OnCancel::Refuse(RefusalKind::Other)),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (1..=4u64).prop_map(Happens::Fill),
        1 => (1..=4u64).prop_map(Happens::FillInSilence),
        1 => Just(Happens::EndInSilence),
        3 => (95..=105i64).prop_map(Happens::Book),
        1 => (0..3_000u64).prop_map(Happens::Reconnect),
        1 => any::<bool>().prop_map(Happens::ReadsFail),
    ]
}

async fn let_happen(world: &World, what: Happens) {
    let live = world.fake.live();
    match what {
        Happens::Fill(lots) => live.iter().for_each(|id| world.fake.fill(*id, lots)),
        Happens::FillInSilence(lots) => {
            live.iter().for_each(|id| drop(world.fake.fill_in_silence(*id, lots)));
        }
        Happens::EndInSilence => live.iter().for_each(|id| world.fake.end_in_silence(*id)),
        Happens::Book(bid) => world.fake.set_book(bid, bid + 2),
        Happens::ReadsFail(fail) => world.fake.reads_fail(fail),
        Happens::Reconnect(after) => {
            world.fake.link(LinkState::Down { reason: "test".into() });
            world.clock.sleep(ms(after)).await;
            world.fake.link(LinkState::Up);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn never_more_than_the_target_and_nothing_left_behind(
        places in prop::collection::vec(on_place(), 0..8),
        cancels in prop::collection::vec(on_cancel(), 0..8),
        story in prop::collection::vec((0..2_500u64, happens()), 0..12),
        abort_after_ms in prop::option::of(0..20_000u64),
        post_only in any::<bool>(),
    ) {
        let world = World::new();
        world.fake.on_place(places);
        world.fake.on_cancel(cancels);
        let params = TrackingLimit { timeout: ms(20_000), post_only, ..tracking() };
        let result = world.play(async |world| {
            let meanwhile = async {
                for (wait, what) in story {
                    world.clock.sleep(ms(wait)).await;
                    let_happen(world, what).await;
                }
            };
            let tracked = async {
                let placed = place_tracking_limit_order(&world.clock, &world.venue, params);
                match abort_after_ms {
                    Some(after) => world.clock.within(ms(after), placed).await,
                    None => Some(placed.await),
                }
            };
            let (result, ()) = tokio::join!(tracked, meanwhile);
            // The liveness phase: the faults are over, and everything must come to rest.
            world.fake.reads_fail(false);
            world.clock.sleep(ms(60_000)).await;
            result
        });
        prop_assert!(world.fake.committed_max() <= Qty(10), "{:?} live or filled", world.fake.committed_max());
        prop_assert_eq!(world.fake.live(), []);
        prop_assert_eq!(world.venue.open_orders(), []);
        prop_assert_eq!(world.venue.status().anomalies, 0);
        prop_assert_eq!(Qty(world.venue.filled(crate::testing::MARKET).0.unsigned_abs()), world.fake.filled());
        if let Some(result) = result {
            let orders = result.as_ref().map_or_else(TrackingLimitError::orders, |tracked| tracked.orders.as_slice());
            let known = orders.iter().fold(Qty::ZERO, |sum, order| sum.plus(order.snapshot().filled()));
            prop_assert_eq!(known, world.fake.filled());
        }
    }
}
