//! Plays: what we believe is held against what the venue lists.

use std::time::Duration;

use mm_model::{OrderState, Qty, Side, SignedQty};

use super::buy;
use crate::{
    LinkState, OnMismatch, Reconciliation, VenueConfig,
    risk::Mode,
    testing::{MARKET, World, config, ms},
};

/// Longer than it takes until a difference is alarmed: the next look, and the time to explain itself.
const LONG: Duration = Duration::from_secs(60);

fn reconciliation(world: &World) -> Reconciliation {
    world.venue.status().reconciliation
}

/// A position of 4 that was there before, and one of our own fills on top of it.
fn with_a_position(config: VenueConfig, play: impl AsyncFnOnce(&World)) {
    let world = World::with(config);
    world.fake.shift_position(4);
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.clock.sleep(ms(3_000)).await;
        world.fake.fill(order.client_id(), 3);
        world.clock.sleep(LONG).await;
        let now = reconciliation(world);
        assert!(now.agrees() && now.n_alarms == 0 && now.n_compared >= 3, "{now}");
        play(world).await;
    });
}

#[test]
fn what_was_there_before_and_our_own_fills_agree() {
    with_a_position(config("fake"), async |world| {
        assert_eq!(world.venue.filled(MARKET), SignedQty(3));
        assert_eq!(world.venue.positions()[0].net, SignedQty(7));
    });
}

#[test]
fn a_trade_by_hand_is_seen_as_one_and_explained() {
    with_a_position(config("fake"), async |world| {
        world.fake.trade_by_hand(Side::Sell, 5, true);
        world.clock.sleep(LONG).await;
        let now = reconciliation(world);
        assert!(now.agrees() && now.n_alarms == 0, "{now}");
        assert_eq!(world.venue.external_orders().len(), 1, "shown, not adopted");
        assert_eq!(world.venue.filled(MARKET), SignedQty(3));
    });
}

#[test]
fn fault_31_a_trade_that_the_stream_swallowed_is_asked_for_and_explained() {
    with_a_position(config("fake"), async |world| {
        world.fake.trade_by_hand(Side::Sell, 5, false);
        world.clock.sleep(LONG).await;
        let now = reconciliation(world);
        assert!(now.agrees(), "{now}");
        assert_eq!((now.n_explained, now.n_alarms), (1, 0));
    });
}

#[test]
fn a_position_that_nothing_explains_is_alarmed_once_and_ends_when_both_agree() {
    with_a_position(config("fake"), async |world| {
        world.fake.shift_position(-2);
        world.clock.sleep(ms(9_000)).await;
        assert_eq!(reconciliation(world).n_alarms, 0, "it may explain itself yet");
        world.clock.sleep(LONG * 3).await;
        let now = reconciliation(world);
        assert_eq!(now.n_alarms, 1, "{now}");
        assert_eq!(now.differences, ["SOL_USDC_PERP: 0.05 at the venue, 0.07 by all fills"]);
        assert!(world.venue.status().anomalies >= 1);
        world.fake.shift_position(2);
        world.clock.sleep(LONG).await;
        assert!(reconciliation(world).agrees());
    });
}

#[test]
fn a_mismatch_lets_only_reducing_orders_pass_where_that_is_wanted() {
    let config = VenueConfig { on_mismatch: OnMismatch::Reduce, ..config("fake") };
    with_a_position(config, async |world| {
        world.fake.shift_position(-2);
        world.clock.sleep(LONG * 2).await;
        assert_eq!(world.gate.mode(), Mode::Reducing);
        assert!(world.venue.place(buy()).await.is_err());
    });
}

#[test]
fn fault_34_a_list_that_fails_compares_nothing() {
    with_a_position(config("fake"), async |world| {
        let before = reconciliation(world);
        world.fake.reads_fail(true);
        world.clock.sleep(LONG * 5).await;
        assert_eq!(reconciliation(world), before, "neither flat nor gone");
        assert_eq!(world.venue.positions()[0].net, SignedQty(7));
        world.fake.reads_fail(false);
        world.clock.sleep(LONG).await;
        let now = reconciliation(world);
        assert!(now.agrees() && now.n_alarms == 0 && now.n_compared > before.n_compared, "{now}");
    });
}

#[test]
fn fault_31_after_a_reconnect_all_is_compared_again() {
    with_a_position(config("fake"), async |world| {
        let order = world.venue.open_orders()[0].client_id();
        let before = reconciliation(world).n_compared;
        world.fake.link(LinkState::Down { reason: "test".into() });
        world.clock.sleep(ms(100)).await;
        world.fake.fill_in_silence(order, 7);
        world.fake.link(LinkState::Up);
        world.clock.sleep(ms(5_000)).await;
        let now = reconciliation(world);
        assert!(now.agrees() && now.n_alarms == 0 && now.n_compared > before, "{now}");
        assert_eq!(world.venue.filled(MARKET), SignedQty(10));
    });
}

#[test]
fn fault_33_a_lost_order_is_watched_until_there_is_proof() {
    with_a_position(config("fake"), async |world| {
        let id = world.venue.open_orders()[0].client_id();
        let order = world.venue.order(id).expect("tracked");
        world.fake.end_in_silence(id);
        world.clock.sleep(LONG).await;
        let record = order.snapshot();
        assert_eq!((record.state(), record.filled()), (OrderState::Cancelled, Qty(3)));
        let now = reconciliation(world);
        assert!(now.agrees() && now.n_explained >= 1, "{now}");
    });
}
