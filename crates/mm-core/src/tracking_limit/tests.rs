//! Plays: a tracking limit in front of a venue that misbehaves.

use mm_model::{Ask, OrderState, RefusalKind};

use super::*;
use crate::{
    LinkState,
    testing::{OnCancel, OnPlace, World, ms, tracking},
};

type Result = std::result::Result<Tracked, TrackingLimitError>;

impl World {
    /// Runs a tracking limit to its end, and beside it whatever `meanwhile` does.
    async fn track(&self, params: TrackingLimit, meanwhile: impl AsyncFnOnce(&Self)) -> Result {
        let placed = place_tracking_limit_order(&self.clock, &self.venue, params);
        tokio::join!(placed, meanwhile(self)).0
    }

    /// Waits, and fills what is live then.
    async fn fill_after(&self, wait_ms: u64, lots: u64) {
        self.clock.sleep(ms(wait_ms)).await;
        for id in self.fake.live() {
            self.fake.fill(id, lots);
        }
    }

    fn posted(&self) -> Vec<(i64, u64)> {
        let placements = self.fake.placements();
        placements.iter().map(|it| (it.order.kind.price().expect("a limit").0, it.order.qty.0)).collect()
    }
}

fn check(world: &World, result: &Result, filled: u64, posted: &[(i64, u64)]) {
    let told = match result {
        Ok(tracked) => tracked.filled,
        Err(error) => error.filled(),
    };
    assert_eq!((told, world.fake.filled()), (Qty(filled), Qty(filled)), "{result:?}");
    assert_eq!(world.posted(), posted, "{result:?}");
    assert!(world.fake.committed_max() <= Qty(10), "at most the target was ever live or filled");
    assert_eq!(world.fake.live(), [], "nothing is left behind");
}

#[test]
fn it_posts_at_the_touch_and_keeps_its_place_while_the_price_stands() {
    let world = World::new();
    let result = world
        .play(async |world| world.track(tracking(), async |world| world.fill_after(5_500, 10).await).await);
    assert!(result.is_ok());
    check(&world, &result, 10, &[(100, 10)]);
}

#[test]
fn it_follows_the_market() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(TrackingLimit { price_offset_ticks: 2, ..tracking() }, async |world| {
                world.clock.sleep(ms(1_500)).await;
                world.fake.set_book(105, 107);
                world.clock.sleep(ms(1_000)).await;
                world.fake.set_book(90, 92);
                world.fill_after(1_500, 10).await;
            })
            .await
    });
    assert!(result.is_ok());
    check(&world, &result, 10, &[(98, 10), (103, 10), (88, 10)]);
}

#[test]
fn an_offset_into_the_spread_does_not_chase_itself() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(TrackingLimit { price_offset_ticks: -1, ..tracking() }, async |world| {
                world.clock.sleep(ms(500)).await;
                world.fake.set_level(Side::Buy, 101, 10); // Our own order as the book shows it.
                world.fill_after(5_000, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(101, 10)]);
}

#[test]
fn it_never_posts_beyond_the_worst_price() {
    let world = World::new();
    let params = TrackingLimit { worst_price: Some(Price(100)), ..tracking() };
    let result = world.play(async |world| {
        world.fake.set_book(101, 103);
        world.clock.sleep(ms(1)).await;
        world
            .track(params, async |world| {
                world.clock.sleep(ms(3_000)).await;
                assert_eq!(world.fake.placements(), [], "it waits");
                world.fake.set_book(99, 101);
                world.clock.sleep(ms(1_000)).await;
                world.fake.set_book(105, 107); // Keeps what rests: it is not beyond.
                world.fill_after(3_000, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(99, 10)]);
}

#[test]
fn at_the_timeout_it_takes_off_the_rest_and_says_what_was_filled() {
    let world = World::new();
    let params = TrackingLimit { timeout: ms(5_000), ..tracking() };
    let result =
        world.play(async |world| world.track(params, async |world| world.fill_after(500, 3).await).await);
    assert!(
        matches!(&result, Err(TrackingLimitError::Timeout { orders, .. }) if orders.len() == 1),
        "{result:?}"
    );
    check(&world, &result, 3, &[(100, 10)]);
}

#[test]
fn fault_01_a_lost_ack_is_looked_up_and_never_sent_again() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseAck]);
    let result = world
        .play(async |world| world.track(tracking(), async |world| world.fill_after(3_000, 10).await).await);
    check(&world, &result, 10, &[(100, 10)]);
    assert_eq!(world.venue.status().unknown_orders, 0);
}

#[test]
fn fault_02_an_order_that_never_arrived_is_posted_again_only_once_that_is_proven() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseRequest]);
    let start = world.clock.now();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(5_000)).await;
                assert_eq!(world.posted(), [(100, 10)], "it may still arrive");
                world.clock.sleep(ms(10_000)).await;
                world.fill_after(0, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10), (100, 10)]);
    let made = world.venue.placed_since(start);
    assert_eq!(made[0].snapshot().state(), OrderState::Failed);
    let again_after = made[1].snapshot().created_at().since(made[0].snapshot().created_at());
    assert!(again_after > ms(7_000), "{again_after:?}: the request was valid for 5 s, and clocks differ");
}

#[test]
fn fault_05_a_fill_before_the_ack_is_not_undone_by_it() {
    let world = World::new();
    world.fake.on_place([OnPlace::FillBeforeAck(10)]);
    let result = world.play(async |world| world.track(tracking(), async |_| ()).await);
    check(&world, &result, 10, &[(100, 10)]);
    assert_eq!(world.fake.count(Ask::is_cancel), 0);
}

#[test]
fn fault_06_an_answer_that_tells_nothing_does_not_send_again() {
    let world = World::new();
    world.fake.on_place([OnPlace::EmptyAnswer]);
    let result = world
        .play(async |world| world.track(tracking(), async |world| world.fill_after(3_000, 10).await).await);
    check(&world, &result, 10, &[(100, 10)]);
}

#[test]
fn fault_15_a_fill_that_races_the_cancel_is_subtracted() {
    let world = World::new();
    world.fake.on_cancel([OnCancel::FillFirst(4)]);
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(500)).await;
                world.fake.set_book(101, 103);
                world.fill_after(2_000, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10), (101, 6)]);
}

#[test]
fn fault_16_after_a_partial_fill_only_the_rest_is_posted() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.fill_after(300, 3).await;
                world.fake.set_book(101, 103);
                world.fill_after(1_200, 2).await;
                world.fake.set_book(102, 104);
                world.fill_after(1_200, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10), (101, 7), (102, 5)]);
}

#[test]
fn fault_17_partly_filled_is_not_filled() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.fill_after(300, 3).await;
                world.clock.sleep(ms(1)).await;
                let open = world.venue.open_orders();
                assert_eq!((open[0].state(), open[0].exposed()), (OrderState::PartiallyFilled, Qty(7)));
                world.fill_after(3_000, 7).await;
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10)]);
}

#[test]
fn fault_19_a_stale_cumulative_does_not_lower_what_was_filled() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(300)).await;
                let id = world.fake.live()[0];
                let early = world.fake.fill_in_silence(id, 1);
                let late = world.fake.fill_in_silence(id, 9);
                late.into_iter().chain(early).for_each(|event| world.fake.tell(event));
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10)]);
    assert_eq!(world.venue.filled(crate::testing::MARKET).0, 10);
    assert_eq!(world.venue.status().anomalies, 0);
}

#[test]
fn fault_22_a_lost_fill_is_asked_for() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(300)).await;
                let events = world.fake.fill_in_silence(world.fake.live()[0], 10);
                world.fake.tell(events[1].clone()); // The order's state alone.
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10)]);
    assert_eq!(result.expect("filled").orders[0].fills().len(), 1);
}

/// The market moves, and the cancel goes wrong in some way: never a second order before the end of the first is proven.
fn cancel_goes_wrong(script: &[OnCancel], filled_by_second: &[(i64, u64)]) {
    let world = World::new();
    world.fake.on_cancel(script.iter().copied());
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(500)).await;
                world.fake.set_book(101, 103);
                world.clock.sleep(ms(20_000)).await;
                world.fill_after(0, 10).await;
            })
            .await
    });
    check(&world, &result, 10, filled_by_second);
}

#[test]
fn fault_23_a_cancel_that_times_out_is_sent_again_and_nothing_posted_before_the_end() {
    cancel_goes_wrong(&[OnCancel::Lose, OnCancel::Lose], &[(100, 10), (101, 10)]);
    cancel_goes_wrong(&[OnCancel::DoneInSilence], &[(100, 10), (101, 10)]);
}

#[test]
fn fault_24_a_cancel_refused_because_the_order_is_filled_ends_in_filled() {
    cancel_goes_wrong(&[OnCancel::FilledMeanwhile], &[(100, 10)]);
}

#[test]
fn fault_25_a_cancel_that_was_taken_note_of_is_no_end() {
    cancel_goes_wrong(&[OnCancel::TakeNote, OnCancel::TakeNote], &[(100, 10), (101, 10)]);
}

#[test]
fn fault_24_a_cancel_refused_for_another_reason_leaves_the_order_live() {
    cancel_goes_wrong(&[OnCancel::Refuse(RefusalKind::RateLimited)], &[(100, 10), (101, 10)]);
}

#[test]
fn fault_23_an_order_whose_end_cannot_be_proven_is_stuck_and_goes_to_the_reaper() {
    let world = World::new();
    world.fake.on_cancel([OnCancel::Lose; 7]);
    let result = world.play(async |world| {
        let result = world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(500)).await;
                world.fake.set_book(101, 103);
            })
            .await;
        assert_eq!(world.fake.live().len(), 1);
        world.clock.sleep(ms(10_000)).await;
        result
    });
    assert!(matches!(result, Err(TrackingLimitError::Stuck { .. })), "{result:?}");
    check(&world, &result, 0, &[(100, 10)]);
}

#[test]
fn fault_26_an_order_without_a_venue_id_is_cancelled_alone_by_our_id() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseAck]);
    world.play(async |world| {
        world.fake.reads_fail(true); // Its venue id cannot be learned.
        let params = TrackingLimit { timeout: ms(2_000), ..tracking() };
        let result = world.track(params, async |_| ()).await;
        assert!(matches!(result, Err(TrackingLimitError::Timeout { .. })), "{result:?}");
    });
    assert_eq!(world.fake.live(), []);
    assert_eq!(world.fake.count(|ask| matches!(ask, Ask::CancelAll(_))), 0);
}

#[test]
fn fault_29_a_task_that_is_aborted_leaves_nothing_behind() {
    for (after_ms, script) in
        [(5, OnPlace::Accept), (15, OnPlace::Accept), (1_500, OnPlace::Accept), (15, OnPlace::LoseAck)]
    {
        let world = World::new();
        world.fake.on_place([script]);
        world.fake.on_cancel([OnCancel::Lose, OnCancel::TakeNote]);
        world.play(async |world| {
            let placed = place_tracking_limit_order(&world.clock, &world.venue, tracking());
            assert!(world.clock.within(ms(after_ms), placed).await.is_none());
            assert_eq!(world.posted(), [(100, 10)]);
            world.clock.sleep(ms(8_000)).await;
        });
        assert_eq!(world.fake.live(), [], "aborted after {after_ms} ms");
        assert_eq!(world.venue.open_orders(), []);
    }
}

#[test]
fn fault_37_a_crossed_book_is_no_book() {
    let world = World::new();
    let params = TrackingLimit { timeout: ms(5_000), ..tracking() };
    let result = world.play(async |world| {
        world.fake.set_book(102, 102);
        world.clock.sleep(ms(1)).await;
        world.track(params, async |_| ()).await
    });
    assert!(matches!(result, Err(TrackingLimitError::NoBook { .. })), "{result:?}");
    check(&world, &result, 0, &[]);
}

#[test]
fn fault_38_without_a_book_nothing_is_posted_until_one_comes() {
    let world = World::new();
    let result = world.play(async |world| {
        world.fake.reads_fail(true);
        world.fake.link(LinkState::Down { reason: "test".into() });
        world.clock.sleep(ms(10)).await;
        world
            .track(tracking(), async |world| {
                world.clock.sleep(ms(3_000)).await;
                assert_eq!(world.posted(), []);
                world.fake.reads_fail(false);
                world.fake.link(LinkState::Up);
                world.fill_after(3_000, 10).await;
            })
            .await
    });
    check(&world, &result, 10, &[(100, 10)]);
}

#[test]
fn fault_39_a_stale_book_takes_the_order_off() {
    let world = World::new();
    let params = TrackingLimit { timeout: ms(20_000), interval: ms(30_000), ..tracking() };
    let result = world.play(async |world| {
        world
            .track(params, async |world| {
                world.clock.sleep(ms(500)).await;
                world.fake.mute(true);
                world.clock.sleep(ms(7_000)).await;
                assert_eq!(world.fake.live(), []);
            })
            .await
    });
    assert!(matches!(result, Err(TrackingLimitError::NoBook { .. })), "{result:?}");
    check(&world, &result, 0, &[(100, 10)]);
}

#[test]
fn fault_66_a_rest_below_the_smallest_order_is_done_and_never_rounded_up() {
    let world = World::new();
    let result = world.play(async |world| {
        world
            .track(tracking(), async |world| {
                world.fill_after(300, 8).await;
                world.fake.on_cancel([OnCancel::FillFirst(1)]);
                world.fake.set_book(101, 103);
            })
            .await
    });
    assert!(result.is_ok());
    check(&world, &result, 9, &[(100, 10)]);
    let too_small = world
        .play(async |world| world.track(TrackingLimit { qty: Qty(1), ..tracking() }, async |_| ()).await);
    assert!(matches!(too_small, Err(TrackingLimitError::Rejected { .. })), "{too_small:?}");
}

#[test]
fn a_post_only_order_that_would_match_backs_off_and_quotes_again() {
    let world = World::new();
    let refuse = OnPlace::Refuse(RefusalKind::WouldMatch);
    world.fake.on_place([refuse, refuse, OnPlace::ThrowOut, refuse, refuse, refuse]);
    let start = world.clock.now();
    let params = TrackingLimit { post_only: true, ..tracking() };
    let result =
        world.play(async |world| world.track(params, async |world| world.fill_after(6_000, 10).await).await);
    check(&world, &result, 10, &[(100, 10); 7]);
    let made: Vec<_> =
        world.venue.placed_since(start).iter().map(|order| order.snapshot().created_at()).collect();
    let pauses: Vec<_> = made.windows(2).map(|pair| pair[1].since(pair[0]).as_millis() / 50 * 50).collect();
    assert_eq!(pauses, [100, 200, 400, 800, 1_000, 1_000]);
}

#[test]
fn the_same_refusal_three_times_is_the_last_word() {
    let world = World::new();
    world.fake.on_place([OnPlace::Refuse(RefusalKind::Funds); 5]);
    let result = world.play(async |world| world.track(tracking(), async |_| ()).await);
    let Err(TrackingLimitError::Rejected { refusal, .. }) = &result else { panic!("{result:?}") };
    assert_eq!(refusal.kind, RefusalKind::Funds);
    check(&world, &result, 0, &[(100, 10); 3]);
}

#[test]
fn what_did_not_leave_is_posted_again() {
    let world = World::new();
    world.fake.on_place([OnPlace::NotSent, OnPlace::NotSent]);
    let result = world
        .play(async |world| world.track(tracking(), async |world| world.fill_after(2_000, 10).await).await);
    check(&world, &result, 10, &[(100, 10); 3]);
}
