//! Plays: the gate closes while orders wait in our own queue.

use mm_model::{Ask, BookError, CallError, Decimal, Exposure, GroupKind, NewOrder, OrderKind, Rate, Side};

use super::buy;
use crate::{
    ModifyError, PlaceError, Submission,
    risk::{ConnectorLimits, Gate, Limits, MarketLimits, code},
    testing::{MARKET, World, config, limit, ms},
};

const fn sell(qty: u64) -> NewOrder {
    limit(Side::Sell, qty, 102)
}

/// Ten lots long, by an order that is over.
async fn long(world: &World) {
    let mut order = world.venue.place(buy()).await.expect("taken");
    world.fake.fill(order.client_id(), 10);
    world.clock.within(ms(1_000), order.wait_final()).await.expect("filled");
}

fn unsent<T: std::fmt::Debug>(placed: Result<T, PlaceError>) -> String {
    match placed {
        Err(PlaceError::NotSent(why)) => why.split(':').next().unwrap_or_default().to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn outcome(submission: Submission) -> Result<(), PlaceError> {
    submission.outcome().await.map(drop)
}

#[test]
fn what_could_add_is_called_back_and_what_reduces_goes_on() {
    World::new().play(async |world| {
        long(world).await;
        let submit = |order| world.venue.submit(order).expect("the gate is open");
        let (adds, turns, reduces) = (submit(buy()), submit(sell(11)), submit(sell(10)));
        world.gate.reduce("a test");
        assert_eq!(unsent(outcome(adds).await), "REDUCING");
        assert_eq!(unsent(outcome(turns).await), "REDUCING");
        outcome(reduces).await.expect("it only reduces");
        let sent: Vec<NewOrder> = world.fake.placements().iter().map(|placement| placement.order).collect();
        assert_eq!(sent, [buy(), sell(10)]);
        assert_eq!(world.venue.open_orders().len(), 1);
    });
}

#[test]
fn of_a_batch_those_go_on_that_reduce_and_of_a_group_none() {
    World::new().play(async |world| {
        long(world).await;
        let batch = world.venue.place_batch(vec![buy(), sell(4)]);
        let group = world.venue.place_group(GroupKind::OneCancelsOther, vec![buy(), sell(4)]);
        let closing = async {
            // After both were asked for, before the driver has its turn.
            world.gate.reduce("a test");
        };
        let (batch, group, ()) = tokio::join!(biased; batch, group, closing);
        assert_eq!(unsent(batch[0].clone()), "REDUCING");
        assert!(batch[1].is_ok(), "{batch:?}");
        assert!(group.iter().all(Result::is_err), "{group:?}");
        assert_eq!(world.fake.live().len(), 1, "the one of the batch");
    });
}

#[test]
fn a_modification_that_waits_is_held_to_the_same() {
    World::new().play(async |world| {
        let mut order = world.venue.place(buy()).await.expect("taken");
        let id = order.client_id();
        let grows = world.venue.modify(id, buy().kind.price().expect("a limit"), mm_model::Qty(20));
        let (grown, ()) = tokio::join!(biased; grows, async { world.gate.reduce("a test") });
        let Err(ModifyError::Call(CallError::NotSent(why))) = grown else { panic!("{grown:?}") };
        assert!(why.starts_with("REDUCING"), "{why}");
        assert_eq!(world.fake.count(|ask| matches!(ask, Ask::Modify(_))), 0);
        let price = buy().kind.price().expect("a limit");
        world.venue.modify(id, price, mm_model::Qty(5)).await.expect("it shrinks");
        world.venue.cancel(id).await.expect("cancels pass");
        world.clock.within(ms(1_000), order.wait_final()).await.expect("over");
    });
}

#[test]
fn what_is_halted_is_called_back_whatever_it_would_do() {
    World::new().play(async |world| {
        long(world).await;
        let reduces = world.venue.submit(sell(10)).expect("the gate is open");
        world.gate.halt("a test");
        assert_eq!(unsent(outcome(reduces).await), "HALTED");
        assert_eq!((world.fake.placements().len(), world.venue.positions()[0].market), (1, MARKET));
    });
}

/// On a venue that tells changes alone, the last one may be long ago.
#[test]
fn in_a_quiet_market_what_reduces_waits_for_a_word_that_nothing_changed() {
    let collar = Rate::from_basis_points(Decimal::new(500, 0)).expect("a rate");
    let market = MarketLimits { collar: Some(collar), ..MarketLimits::default() };
    let limits =
        Limits { other: ConnectorLimits { market, ..ConnectorLimits::default() }, ..Limits::default() };
    World::new().killed_under(config("fake"), Gate::with(limits)).play(async |world| {
        long(world).await;
        world.fake.mute(true);
        world.clock.sleep(ms(6_000)).await;
        let close = |qty| NewOrder { kind: OrderKind::Market, exposure: Exposure::ReduceOnly, ..sell(qty) };
        assert!(matches!(world.venue.top(MARKET), Err(BookError::Stale { .. })), "what the play is about");
        let opens = world.venue.place(NewOrder { exposure: Exposure::Any, ..close(10) }).await;
        assert!(
            matches!(&opens, Err(PlaceError::Denied(denial)) if denial.code == code::NO_PRICE),
            "{opens:?}"
        );
        let mut order = world.venue.place(close(10)).await.expect("the book was confirmed");
        world.venue.top(MARKET).expect("for everybody");
        world.fake.fill(order.client_id(), 10);
        world.clock.within(ms(1_000), order.wait_final()).await.expect("over");
        // Nobody answers: the book stays too old.
        world.clock.sleep(ms(6_000)).await;
        world.fake.reads_fail(true);
        let blind = world.venue.place(close(1)).await;
        assert!(blind.is_err(), "{blind:?}");
    });
}
