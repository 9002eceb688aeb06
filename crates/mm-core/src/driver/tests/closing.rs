//! Plays: the gate closes while orders wait in our own queue.

use mm_model::{Ask, CallError, GroupKind, NewOrder, Side};

use super::buy;
use crate::{
    ModifyError, PlaceError, Submission,
    testing::{MARKET, World, limit, ms},
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
