//! The dead man's switch of the venues that have one, end to end under virtual time: a bot that stops breathing leaves orders
//! behind, and the venue itself takes them off when the switch's time is over, and not before.

use std::time::Duration;

use mm_core::{Connector, Venue, VirtualRuntime};
use mm_lab::connect::{ACCOUNT, Wiring};
use mm_model::{Exposure, NewOrder, OrderKind, Price, Side, Timestamp};
use mm_sim::{InProcess, SimConfig, config::VenueKind, control::CrowdAction};

/// A market, and the switch's time.
struct Case {
    venue: VenueKind,
    symbol: &'static str,
    time: Duration,
}

/// How many orders of ours are open at the venue.
fn n_open(world: &InProcess, venue: VenueKind) -> usize {
    world.control().state().venues[venue.as_str()][ACCOUNT].open_orders.len()
}

/// The smallest order, far below the market and `n` ticks.
fn resting(venue: &Venue, symbol: &str, n: i64) -> NewOrder {
    let market = venue.market(symbol).expect("listed");
    let bid = venue.top(market.id).expect("a book").bid.price.0;
    let price = Price(bid - bid / 50 - n);
    let qty = mm_strategy::smoke_test::minimum(&market, price).expect("an order");
    let kind = OrderKind::PostOnly { price };
    NewOrder { market: market.id, side: Side::Buy, qty, kind, exposure: Exposure::Any }
}

/// Rests two orders, breathes for longer than the switch waits, and dies.
fn check(case: &Case) {
    let runtime = VirtualRuntime::new(Timestamp::from_ms(1_800_000_000_000));
    let (clock, spawner) = (runtime.clock(), runtime.spawner());
    let sim = SimConfig {
        venues: vec![case.venue],
        crowd: Some(CrowdAction::Pause),
        lighter_scheduled_cancel_blocks: false,
        ..SimConfig::default()
    };
    let world = InProcess::start(sim, clock.clone(), &spawner).expect("a world");
    let mut wiring = Wiring::new(case.venue, vec![case.symbol.to_owned()]);
    wiring.venue.dead_man = Some(case.time);
    let Connector { venue, task } = wiring.connect_to(&world, &clock);
    runtime.block_on(async {
        let breath = spawner.spawn("connector", async move {
            task.await.expect("it runs until it is cut off");
        });
        clock.within(Duration::from_secs(60), venue.ready()).await.expect("ready");
        for n in 0..2 {
            venue.place(resting(&venue, case.symbol, n)).await.expect("taken");
        }
        clock.sleep(case.time * 6 / 5).await;
        assert_eq!(n_open(&world, case.venue), 2, "a bot that breathes keeps its orders");
        drop(breath);
        // It was last put off a third of the time ago at most.
        clock.sleep(case.time * 3 / 5).await;
        assert_eq!(n_open(&world, case.venue), 2, "nobody took them off but the switch");
        clock.sleep(case.time / 2).await;
        assert_eq!(n_open(&world, case.venue), 0, "{}: the venue took them off", case.venue);
    });
}

#[test]
fn grvt_takes_the_orders_of_a_dead_bot_off() {
    check(&Case { venue: VenueKind::Grvt, symbol: "BTC_USDT_Perp", time: Duration::from_secs(20) });
}

#[test]
fn lighter_takes_the_orders_of_a_dead_bot_off() {
    check(&Case { venue: VenueKind::Lighter, symbol: "ETH", time: Duration::from_mins(5) });
}

/// No source says whether Lighter takes orders while a scheduled cancel-all waits. If it does not, that is told, and no order
/// is thought to be out.
#[test]
fn lighter_may_take_no_orders_while_the_switch_is_armed() {
    let runtime = VirtualRuntime::new(Timestamp::from_ms(1_800_000_000_000));
    let (clock, spawner) = (runtime.clock(), runtime.spawner());
    let sim = SimConfig { venues: vec![VenueKind::Lighter], ..SimConfig::default() };
    let world = InProcess::start(sim, clock.clone(), &spawner).expect("a world");
    let mut wiring = Wiring::new(VenueKind::Lighter, vec!["ETH".to_owned()]);
    wiring.venue.dead_man = Some(Duration::from_mins(10));
    let Connector { venue, task } = wiring.connect_to(&world, &clock);
    runtime.block_on(async {
        let _breath = spawner.spawn("connector", async move {
            task.await.expect("it runs until it is cut off");
        });
        clock.within(Duration::from_secs(60), venue.ready()).await.expect("ready");
        let refused = venue.place(resting(&venue, "ETH", 0)).await.expect_err("refused").to_string();
        assert!(refused.contains("queued cancel all orders request"), "{refused}");
        assert_eq!((venue.open_orders().len(), n_open(&world, VenueKind::Lighter)), (0, 0));
    });
}
