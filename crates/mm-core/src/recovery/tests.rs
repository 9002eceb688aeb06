//! Plays: a process is killed and starts again at the same venue, on what its journal holds.

use std::time::Duration;

use mm_model::{Ask, Decimal, Money, OrderState, Price, Qty, Side, SignedQty};

use super::{Recovered, Recovery, carry_out};
use crate::{
    PlaceError, VenueConfig,
    risk::{ConnectorLimits, Gate, Limits, MarketLimits, Mode, code},
    testing::{MARKET, OnCancel, OnModify, OnPlace, SYMBOL, World, config, is_lookup, limit, ms},
};

fn with(recovery: Recovery) -> VenueConfig {
    VenueConfig { recovery, ..config("fake") }
}

fn buy() -> mm_model::NewOrder {
    limit(Side::Buy, 10, 100)
}

const MINUTE: Duration = Duration::from_secs(60);

/// Starts as the core does.
fn recover(world: &World, keeps_orders: bool) -> Result<Recovered, String> {
    world.runtime.block_on(async {
        let story = async {
            world.venue.proven().await;
            let recovered = carry_out(&world.clock, &world.venue, keeps_orders).await?;
            world.venue.ready().await;
            Ok(recovered)
        };
        let why = || format!("not within a minute: {:?}", world.venue.status().reason);
        world.clock.within(MINUTE, story).await.unwrap_or_else(|| Err(why()))
    })
}

fn recovered(unsettled: usize, adopted: usize, cancelled: usize) -> Recovered {
    Recovered { unsettled, adopted, cancelled, notes: Vec::new() }
}

#[test]
fn fault_60_an_order_whose_ack_was_lost_is_found_and_taken_up() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseAck]);
    let id = world.play(async |world| {
        let Err(PlaceError::OutcomeUnknown { order, .. }) = world.venue.place(buy()).await else {
            panic!("unknown")
        };
        order.client_id()
    });
    let world = world.killed(with(Recovery::Resume));
    assert_eq!(recover(&world, true), Ok(recovered(1, 1, 0)));
    let order = world.venue.order(id).expect("anybody can take it up");
    assert_eq!(order.snapshot().state(), OrderState::Open);
    assert!(order.snapshot().venue_id().is_some());
    assert_eq!(world.venue.open_orders().len(), 1);
    assert_eq!(world.fake.placements().len(), 1, "nothing is sent again");
    world.runtime.block_on(async {
        world.venue.cancel(id).await.expect("taken note of");
        world.clock.within(MINUTE, order.clone().wait_final()).await.expect("over");
    });
    assert_eq!(world.fake.live(), []);
}

#[test]
fn fault_60_an_intent_that_never_left_is_proven_absent_and_not_before_it_could_have_arrived() {
    let world = World::new();
    let id = world.play(async |world| {
        let submitted = world.venue.submit(buy()).expect("written down");
        submitted.order().client_id() // Killed before the driver has looked at it.
    });
    let world = world.killed(with(Recovery::Resume));
    let start = world.clock.now();
    assert_eq!(recover(&world, false), Ok(recovered(1, 0, 0)));
    let took = world.clock.now().since(start);
    assert!(
        Duration::from_secs(7) < took && took < Duration::from_secs(8),
        "valid for 5 s, and a margin: {took:?}"
    );
    assert!(world.fake.count(is_lookup) <= 4, "it does not ask again before an answer can prove something");
    assert_eq!(world.venue.order(id).expect("kept").snapshot().state(), OrderState::Failed);
    assert_eq!(world.fake.placements(), []);
}

/// Found by `cargo xtask kill9`: the bot was ready, and took an order for as large as a modification would have made it that
/// never arrived.
#[test]
fn fault_60_an_order_that_may_still_be_modified_has_no_size_before_that_is_over() {
    for (script, qty) in [(OnModify::Forget, Qty(10)), (OnModify::DoneInSilence, Qty(25))] {
        let world = World::new();
        world.fake.on_modify([script]);
        let id = world.play(async |world| {
            let id = world.venue.place(buy()).await.expect("taken").client_id();
            world.venue.modify(id, Price(99), Qty(25)).await.expect("taken note of");
            id
        });
        let world = world.killed(with(Recovery::Resume));
        assert_eq!(recover(&world, true), Ok(recovered(1, 1, 0)), "{script:?}");
        let record = world.venue.order(id).expect("kept").snapshot();
        assert!(!record.is_modifying(), "{script:?}");
        assert_eq!((record.qty(), record.exposed()), (qty, qty), "{script:?}");
    }
}

#[test]
fn fault_60_nothing_is_placed_while_what_was_left_is_in_doubt() {
    let world = World::new();
    world.fake.on_place([OnPlace::LoseRequest]);
    world.play(async |world| world.venue.place(buy()).await.expect_err("unknown"));
    let world = world.killed(with(Recovery::Resume));
    world.runtime.block_on(async {
        world.clock.sleep(ms(3_000)).await;
        let Err(PlaceError::NotSent(why)) = world.venue.place(buy()).await else { panic!("not ready") };
        assert!(why.contains("asking about 1 order of an earlier run, first 1"), "{why}");
    });
    recover(&world, false).expect("proven in the end");
    assert_eq!(
        world.runtime.block_on(world.venue.place(buy())).map(|_| ()).map_err(|e| e.to_string()),
        Ok(())
    );
}

#[test]
fn fault_60_what_was_filled_while_we_were_away_is_counted_once() {
    let world = World::new();
    let (part, whole) = world.play(async |world| {
        let part = world.venue.place(buy()).await.expect("taken").client_id();
        let whole = world.venue.place(buy()).await.expect("taken").client_id();
        world.fake.fill(part, 3);
        world.clock.sleep(ms(1)).await;
        (part, whole)
    });
    world.fake.fill_in_silence(part, 2);
    world.fake.fill_in_silence(whole, 10);
    let told = world.notebook.n_told(part);
    let world = world.killed(with(Recovery::Resume));
    world.runtime.block_on(world.clock.sleep(Duration::from_secs(3_600)));
    assert_eq!(recover(&world, true), Ok(recovered(2, 1, 0)));
    assert_eq!(world.venue.filled(MARKET), SignedQty(15));
    let by_gate: Vec<_> = world.gate.exposures().iter().map(|exposure| exposure.position).collect();
    assert_eq!(by_gate, [SignedQty(15)], "the risk gate counts nothing twice");
    let record = |id| world.venue.order(id).expect("kept").snapshot();
    assert_eq!((record(part).filled(), record(part).state()), (Qty(5), OrderState::PartiallyFilled));
    assert_eq!(record(whole).state(), OrderState::Filled);
    assert_eq!(world.venue.external_orders(), []);
    assert_eq!(world.notebook.n_told(part), told + 2, "one fill and one report are news, the rest is known");
    assert_eq!(world.venue.status().anomalies, 0);
    let world = world.killed(with(Recovery::Resume));
    recover(&world, true).expect("starts a third time");
    assert_eq!(world.venue.filled(MARKET), SignedQty(15));
}

#[test]
fn fills_of_orders_that_had_settled_are_nobody_elses() {
    let world = World::new();
    world.play(async |world| {
        let open = world.venue.place(buy()).await.expect("taken");
        let settled = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(settled.client_id(), 10);
        world.clock.sleep(ms(1)).await;
        assert_eq!(open.snapshot().state(), OrderState::Open);
    });
    let world = world.killed(with(Recovery::Resume));
    world.runtime.block_on(world.clock.sleep(ms(5)));
    assert_eq!(recover(&world, true), Ok(recovered(1, 1, 0)));
    assert_eq!(world.venue.filled(MARKET), SignedQty(10));
    assert_eq!((world.venue.external_orders(), world.venue.status().anomalies), (vec![], 0));
}

#[test]
fn fault_33_34_a_start_waits_for_lists_that_fail() {
    let world = World::new();
    world.play(async |world| world.venue.place(buy()).await.expect("taken"));
    world.fake.reads_fail(true);
    let world = world.killed(with(Recovery::Resume));
    assert!(recover(&world, false).is_err());
    assert_eq!(world.fake.live().len(), 1, "an error is neither empty nor flat");
    world.fake.reads_fail(false);
    assert_eq!(recover(&world, false), Ok(recovered(1, 0, 1)));
}

#[test]
fn resume_takes_off_what_no_strategy_keeps() {
    let world = World::new();
    world.play(async |world| {
        for _ in 0..3 {
            world.venue.place(buy()).await.expect("taken");
        }
    });
    let world = world.killed(with(Recovery::Resume));
    world.fake.on_cancel([OnCancel::Lose, OnCancel::FillFirst(4)]);
    assert_eq!(recover(&world, false), Ok(recovered(3, 0, 3)));
    assert_eq!((world.fake.live(), world.venue.filled(MARKET)), (vec![], SignedQty(4)));
}

#[test]
fn flatten_closes_what_our_own_fills_opened() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 6);
        world.clock.sleep(ms(1)).await;
    });
    let world = world.killed(with(Recovery::Flatten));
    world.fake.on_place([OnPlace::Refuse(mm_model::RefusalKind::Unavailable), OnPlace::FillBeforeAck(6)]);
    let found = recover(&world, true).expect("flat");
    assert_eq!((found.cancelled, found.notes), (1, vec!["closed 0.06 in SOL_USDC_PERP".to_owned()]));
    assert_eq!((world.fake.live(), world.venue.filled(MARKET)), (vec![], SignedQty::ZERO));
    assert_eq!(world.venue.positions(), []);
    let last = world.fake.placements().pop().expect("the way out").order;
    assert_eq!((last.side, last.exposure), (Side::Sell, mm_model::Exposure::ReduceOnly));
}

#[test]
fn flatten_closes_in_as_many_orders_as_the_gate_wants() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 10);
        world.clock.sleep(ms(1)).await;
    });
    let market = MarketLimits { order_size_max: Some(Decimal::new(3, 2)), ..MarketLimits::default() };
    let other = ConnectorLimits { market, ..ConnectorLimits::default() };
    let gate = Gate::with(Limits { other, ..Limits::default() });
    let world = world.killed_under(with(Recovery::Flatten), gate);
    world.fake.on_place([OnPlace::FillBeforeAck(2); 5]);
    let found = recover(&world, true).expect("flat");
    assert_eq!(found.notes, ["closed 0.10 in SOL_USDC_PERP"]);
    assert_eq!((world.venue.filled(MARKET), world.fake.placements().len()), (SignedQty::ZERO, 6));
}

#[test]
fn flatten_leaves_what_is_too_small_and_says_so() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 1);
        world.clock.sleep(ms(1)).await;
    });
    let world = world.killed(with(Recovery::Flatten));
    let found = recover(&world, false).expect("starts");
    assert_eq!(found.notes, ["left 0.01 in SOL_USDC_PERP: below the smallest size, 0.02"]);
    assert_eq!(world.fake.placements().len(), 1);
}

#[test]
fn hold_touches_nothing_and_names_what_is_left() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 4);
        world.clock.sleep(ms(1)).await;
    });
    let world = world.killed(with(Recovery::Hold));
    let why = recover(&world, true).expect_err("something is left");
    assert!(
        why.starts_with(
            "earlier runs left order 1 (buy 0.06 of SOL_USDC_PERP still open); a position of 0.04 in \
             SOL_USDC_PERP"
        ),
        "{why}"
    );
    assert!(!world.venue.status().ready);
    let touched = world.fake.count(|ask| matches!(ask, Ask::Cancel(_) | Ask::CancelAll(_)));
    assert_eq!((touched, world.fake.placements().len()), (0, 1));
    let world = world.killed(with(Recovery::Flatten));
    world.fake.on_place([OnPlace::FillBeforeAck(4)]);
    recover(&world, true).expect("flat");
    let world = world.killed(with(Recovery::Hold));
    assert_eq!(recover(&world, true), Ok(recovered(0, 0, 0)), "nothing is left");
}

#[test]
fn fault_62_without_a_journal_nothing_is_placed_and_cancels_go() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.notebook.fill_up();
        assert!(matches!(world.venue.place(buy()).await, Err(PlaceError::NotSent(_))));
        world.venue.cancel(order.client_id()).await.expect("taken note of");
        world.clock.within(ms(1_000), order.clone().wait_final()).await.expect("over");
    });
    assert_eq!((world.fake.placements().len(), world.fake.live()), (1, vec![]));
}

/// An order's life with a partial fill and a cancel, under each misbehaviour, killed at each moment.
#[test]
fn fault_60_killed_at_any_moment_it_ends_with_nothing_live_and_every_fill_counted() {
    let troubles = [
        OnPlace::Accept,
        OnPlace::LoseAck,
        OnPlace::LoseRequest,
        OnPlace::FillBeforeAck(2),
        OnPlace::Queue(15),
    ];
    let cancels = [OnCancel::Accept, OnCancel::Lose, OnCancel::DoneInSilence, OnCancel::FillFirst(3)];
    for killed_at in (0..70).step_by(3) {
        for (place, cancel) in troubles.iter().flat_map(|place| cancels.map(|cancel| (*place, cancel))) {
            let world = World::new();
            world.play(async |world| {
                world.fake.on_place([place]);
                world.fake.on_cancel([cancel]);
                let life = async {
                    let id = match world.venue.place(buy()).await {
                        Ok(order) | Err(PlaceError::OutcomeUnknown { order, .. }) => order.client_id(),
                        Err(why) => panic!("{why}"),
                    };
                    world.fake.fill(id, 1);
                    world.clock.sleep(ms(5)).await;
                    let _ = world.venue.cancel(id).await;
                };
                world.clock.within(ms(killed_at), life).await;
            });
            let case = format!("{place:?}, {cancel:?}, killed at {killed_at} ms");
            let world = world.killed(with(Recovery::Resume));
            recover(&world, false).unwrap_or_else(|why| panic!("{case}: {why}"));
            assert_eq!(world.fake.live(), [], "{case}");
            assert_eq!(world.venue.filled(MARKET).abs(), world.fake.filled(), "{case}");
            assert!(world.fake.placements().len() <= 1, "{case}");
            let anomalies = world.venue.status().anomalies;
            assert_eq!(anomalies, 0, "{case}");
        }
    }
}

#[test]
fn what_was_lost_and_what_closed_the_gate_outlives_the_process() {
    let gate = || Gate::with(Limits { quotes: vec!["USDC".into()], ..Limits::default() });
    let world = World::new().killed_under(with(Recovery::Resume), gate());
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 10);
        world.clock.within(MINUTE, order.clone().wait_final()).await.expect("filled");
        world.gate.halt("a test");
        world.clock.sleep(ms(10)).await;
    });
    let lost = world.gate.profit();
    assert_ne!(lost, Money::ZERO);
    let world = world.killed_under(with(Recovery::Resume), gate());
    assert_eq!((world.gate.mode(), world.gate.reason()), (Mode::Halted, "a test".to_owned()));
    assert_eq!(world.gate.profit(), lost, "before anything was asked of the venue");
    recover(&world, false).expect("nothing was left");
    world.runtime.block_on(async {
        let Err(PlaceError::Denied(denial)) = world.venue.place(buy()).await else { panic!("halted") };
        assert_eq!(denial.code, code::HALTED);
        world.gate.resume();
        world.clock.sleep(ms(10)).await;
    });
    let world = world.killed_under(with(Recovery::Resume), gate());
    assert_eq!((world.gate.mode(), world.gate.profit()), (Mode::Active, lost));
}

#[test]
fn limits_of_a_market_that_the_venue_does_not_list_keep_it_from_trading() {
    for (named, is_listed) in [(SYMBOL.to_lowercase(), true), ("SOL-PERP".to_owned(), false)] {
        let one = ConnectorLimits { named: vec![named], ..ConnectorLimits::default() };
        let limits = Limits { connectors: [("fake".to_owned(), one)].into(), ..Limits::default() };
        let world = World::new().killed_under(with(Recovery::Resume), Gate::with(limits));
        world.runtime.block_on(async {
            let ready = world.clock.within(MINUTE, world.venue.ready()).await;
            assert_eq!(ready.is_some(), is_listed, "{:?}", world.venue.status().reason);
        });
        let obstacle = "the venue lists no market 'SOL-PERP'";
        assert_eq!(world.venue.status().reason.is_some_and(|why| why.contains(obstacle)), !is_listed);
    }
}
