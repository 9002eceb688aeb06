//! Orders one at a time: cancels that overtake them, orders that come when they were given up, what is sent once more by
//! somebody else, and ids.

use std::time::Duration;

use mm_core::{Order, PlaceError};
use mm_model::{OrderState, Side};
use mm_session::Transport;
use mm_sim::{
    InProcess,
    faults::{Action, Place, Rule, Schedule},
};
use mm_venues::{
    grvt::{OrdersBy, SIGNATURE_LIFE_MAX, wire::Encoding},
    http::{Reply, Request},
};
use serde_json::Value;

use crate::{
    support::meets_or_rests,
    venue::Past,
    world::{ACCOUNT, Case, FIRST_ID, Stage, on_stage},
};

/// Longer than a reply is waited for, and shorter than an order may be on its way.
const TOO_LATE: Duration = Duration::from_millis(12_500);
const LONG: Duration = Duration::from_secs(120);

impl Stage<'_> {
    /// The next order arrives so much later.
    fn delay_next(&self, by: Duration) {
        let ms = by.as_millis().try_into().expect("a short time");
        let late = Rule::new(Place::Request, Action::Delay { ms }).ask("place").times(1);
        self.world.control().set_faults(Schedule::of([late])).expect("it can be");
    }

    /// Places an order that rests.
    async fn place(&self) -> Result<Order, PlaceError> {
        self.venue.place(meets_or_rests(self.market, (0, 0), "0.01")).await
    }

    async fn ends(&self, order: &mut Order) -> OrderState {
        let record = self.clock.within(LONG, order.wait_final()).await;
        record.unwrap_or_else(|| panic!("{:?}", order.history())).state()
    }

    /// The state and the reason of each order that is over, by the venue's list.
    async fn over(&self) -> Vec<(String, String)> {
        let rows = Past::new(self.world, ACCOUNT).ended_orders().await;
        rows.into_iter().map(|row| (row.status, row.reason)).collect()
    }
}

fn by_http() -> impl Iterator<Item = Case> {
    Encoding::ALL.into_iter().map(|encoding| Case::new(OrdersBy::Http, encoding))
}

fn doubtful(placed: Result<Order, PlaceError>) -> Order {
    match placed {
        Err(PlaceError::OutcomeUnknown { order, .. }) => order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fault_58c_a_cancel_that_overtakes_its_order_kills_it_at_birth() {
    for case in by_http() {
        on_stage(&case, async |stage| {
            stage.delay_next(TOO_LATE);
            let mut order = doubtful(stage.place().await);
            stage.venue.cancel(order.client_id()).await.expect("it is acknowledged");
            assert!(!order.snapshot().state().is_final(), "an acknowledgement is no end");
            assert_eq!(stage.ends(&mut order).await, OrderState::Cancelled);
            stage.settle().await;
            assert_eq!(stage.over().await, [("CANCELLED".to_owned(), "CLIENT_CANCEL".to_owned())]);
            let wire = stage.wire.lock().expect("one thread");
            assert!(wire.shown_open.is_empty(), "it never rested");
            assert_eq!((stage.live().len(), stage.venue.status().anomalies), (0, 0));
        });
    }
}

#[test]
fn fault_02_an_order_that_comes_when_its_reply_is_no_longer_waited_for_is_found() {
    for case in by_http() {
        on_stage(&case, async |stage| {
            stage.delay_next(TOO_LATE);
            let mut order = doubtful(stage.place().await);
            let shown = order.wait_for(|tracker| tracker.record().venue_id().is_some());
            let record = stage.clock.within(LONG, shown).await.expect("it is shown");
            assert_eq!(record.state(), OrderState::Open);
            assert_eq!(stage.live(), [order.client_id().0].into());
            stage.venue.cancel(order.client_id()).await.expect("it is acknowledged");
            assert_eq!(stage.ends(&mut order).await, OrderState::Cancelled);
        });
    }
}

#[test]
fn fault_02_an_order_that_comes_when_it_was_proven_absent_is_an_alarm_and_is_taken_off() {
    for case in by_http() {
        on_stage(&case, async |stage| {
            stage.delay_next(LONG);
            let mut order = doubtful(stage.place().await);
            assert_eq!(stage.ends(&mut order).await, OrderState::Failed);
            stage.clock.sleep(LONG).await;
            stage.settle().await;
            assert_eq!(stage.venue.status().anomalies, 1);
            assert_eq!(order.snapshot().state(), OrderState::Cancelled);
            assert_eq!((stage.live().len(), stage.venue.open_orders().len()), (0, 0));
        });
    }
}

#[test]
fn cancelling_all_reaches_what_the_venue_has_only_taken_note_of() {
    for case in Case::all() {
        on_stage(&case, async |stage| {
            // It would match, and waits for the speed bump.
            let near = |price| mm_model::OrderKind::Limit {
                price: stage.market.price(price).expect("a price"),
                time_in_force: mm_model::TimeInForce::Gtc,
            };
            let order = meets_or_rests(stage.market, (0, 0), "0.01");
            assert_eq!(order.side, Side::Buy);
            let order = mm_model::NewOrder { kind: near("2350"), ..order };
            let submission = stage.venue.submit(order).expect("ready");
            let mut order = submission.order().clone();
            stage.clock.sleep(Duration::from_millis(12)).await;
            stage.venue.cancel_all(stage.market.id).await.expect("it is acknowledged");
            assert_eq!(stage.ends(&mut order).await, OrderState::Cancelled);
            assert!(stage.live().is_empty());
        });
    }
}

#[test]
fn fault_56_every_order_has_a_nonce_of_its_own_and_a_signature_that_ends_in_time() {
    for case in Case::all() {
        on_stage(&case, async |stage| {
            for _ in 0..20 {
                stage.place().await.expect("it rests");
            }
            let now = stage.clock.now();
            let wire = stage.wire.lock().expect("one thread");
            wire.check();
            assert_eq!(wire.sent.len(), 20);
            for sent in wire.sent.values().flatten() {
                let end = mm_model::Timestamp(sent.expiration_ns);
                assert!(now < end && end <= now + SIGNATURE_LIFE_MAX, "{sent:?}");
            }
        });
    }
}

#[test]
fn fault_58b_an_id_of_the_web_interface_s_half_never_leaves() {
    for case in Case::all() {
        on_stage(&Case { first_id: 999, ..case }, async |stage| {
            let refused = stage.place().await.expect_err("it is not ours to use");
            assert!(matches!(&refused, PlaceError::NotSent(why) if why.contains("2^63")), "{refused:?}");
            stage.settle().await;
            assert!(stage.wire.lock().expect("one thread").sent.is_empty() && stage.over().await.is_empty());
        });
        on_stage(&case_at_the_end(), async |stage| {
            let order = stage.place().await.expect("the last id is ours");
            assert_eq!(stage.live(), [order.client_id().0].into());
        });
    }
}

fn case_at_the_end() -> Case {
    Case { first_id: u64::MAX - 1, ..Case::new(OrdersBy::Socket, Encoding::Lite) }
}

#[test]
fn fault_80_a_signed_order_that_somebody_sends_again_makes_no_second_one() {
    for case in by_http() {
        on_stage(&case, async |stage| {
            let mut order = stage.place().await.expect("it rests");
            let sent = stage.wire.lock().expect("one thread").last_request.clone().expect("by HTTP");
            let told = stage.told(&sent, case.encoding).await;
            assert_eq!((told, stage.live().len()), (200, 1), "while it rests");
            stage.venue.cancel(order.client_id()).await.expect("it is acknowledged");
            assert_eq!(stage.ends(&mut order).await, OrderState::Cancelled);
            assert_eq!(stage.told(&sent, case.encoding).await, 200);
            // What our id is nobody signs.
            let mut renamed = sent.clone();
            let text = String::from_utf8(sent.body.clone()).expect("text");
            let (ours, other) = (order.client_id().0.to_string(), (FIRST_ID + 77).to_string());
            renamed.body = text.replace(&ours, &other).into_bytes();
            assert_ne!(renamed.body, sent.body);
            stage.told(&renamed, case.encoding).await;
            stage.settle().await;
            assert_eq!((stage.live().len(), stage.over().await.len()), (0, 1), "there never was another");
            let out = Rule::new(Place::Request, Action::ExpireTokens).ask("place").times(1);
            stage.world.control().set_faults(Schedule::of([out])).expect("it can be");
            assert_eq!(stage.told(&sent, case.encoding).await, 401, "without a login");
            assert_eq!(stage.venue.status().anomalies, 0);
        });
    }
}

impl Stage<'_> {
    /// What the venue says to a request that was sent before.
    async fn told(&self, request: &Request, encoding: Encoding) -> u16 {
        let reply = send(self.world, request).await;
        let _: Value = encoding.read(&reply.body).expect("JSON");
        reply.status
    }
}

async fn send(world: &InProcess, request: &Request) -> Reply {
    let place = world.endpoints().venues.grvt.as_ref().expect("it stands");
    world.transport().call(&place.trades, request).await.expect("a reply")
}
