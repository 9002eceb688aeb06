//! Plays about what is known: readiness, reconnects, lists, books, listeners.

use std::time::Duration;

use mm_model::{
    Ask, BookError, Event, Fill, Market, Mode, OrderState, Price, Qty, ReportedStatus, Side, SignedQty,
    Timestamp, TradingState,
};

use super::buy;
use crate::{
    LinkState, PlaceError, VenueConfig, VenueError,
    testing::{LATENCY, MARKET, OnPlace, SYMBOL, World, config, ms},
};

fn down() -> LinkState {
    LinkState::Down { reason: "test".into() }
}

#[test]
fn it_is_ready_only_when_all_that_it_stands_on_is_known() {
    let world = World::new();
    world.fake.reads_fail(true);
    world.runtime.block_on(async {
        world.clock.sleep(ms(2_000)).await;
        assert!(!world.venue.status().ready);
        assert!(matches!(world.venue.place(buy()).await, Err(PlaceError::NotSent(_))));
        world.fake.reads_fail(false);
        world.venue.ready().await;
    });
    let status = world.venue.status();
    assert_eq!((status.ready, status.reason), (true, None));
    assert_eq!(status.round_trip, Some(LATENCY));
    for ask in [
        Ask::Time,
        Ask::Markets,
        Ask::Fees,
        Ask::OpenOrders(None),
        Ask::Positions,
        Ask::Balances,
        Ask::Resync(MARKET),
    ] {
        assert!(world.fake.count(|asked| *asked == ask) >= 1, "{ask:?}");
    }
    assert_eq!(world.venue.market(SYMBOL).expect("listed").id, MARKET);
    assert!(matches!(world.venue.market("NO_SUCH"), Err(VenueError::NoSuchMarket(_))));
    assert_eq!(world.venue.top(MARKET).expect("a book").bid.price, Price(100));
}

#[test]
fn fault_31_what_happened_while_the_sockets_were_down_is_learned_before_it_is_ready() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        let other = world.venue.place(buy()).await.expect("taken");
        world.fake.link(down());
        world.clock.sleep(ms(10)).await;
        assert_eq!(world.venue.top(MARKET), Err(BookError::Syncing));
        assert!(matches!(world.venue.place(buy()).await, Err(PlaceError::NotSent(_))));
        world.fake.fill_in_silence(order.client_id(), 10);
        world.fake.end_in_silence(other.client_id());
        world.fake.link(LinkState::Up);
        world.clock.sleep(ms(1)).await;
        assert!(!world.venue.status().ready);
        world.venue.ready().await;
        assert_eq!(order.snapshot().filled(), Qty(10));
        assert_eq!(world.venue.positions()[0].net, SignedQty(10));
        world.clock.sleep(ms(1_000)).await;
        assert_eq!(order.snapshot().state(), OrderState::Filled);
        assert_eq!(other.snapshot().state(), OrderState::Cancelled);
        assert_eq!(world.venue.status().reconnects, 1);
    });
}

#[test]
fn fault_31_a_fill_that_comes_first_after_a_reconnect_hides_none_that_was_missed() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 1);
        world.clock.sleep(ms(10)).await;
        world.fake.link(down());
        world.fake.fill_in_silence(order.client_id(), 3);
        world.clock.sleep(Duration::from_secs(120)).await;
        world.fake.link(LinkState::Up);
        world.fake.fill(order.client_id(), 2);
        world.clock.sleep(ms(1)).await;
        world.venue.ready().await;
        assert_eq!(order.fills().iter().map(|fill| fill.qty.0).sum::<u64>(), 6, "trade by trade");
    });
}

#[test]
fn fault_32_33_a_stream_position_stands_above_a_list_that_was_asked_for_before_it() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.link(down());
        world.fake.link(LinkState::Up);
        world.clock.sleep(ms(1)).await; // The lists are under way, and say flat.
        world.fake.fill(order.client_id(), 5);
        world.venue.ready().await;
        assert_eq!(world.venue.positions()[0].net, SignedQty(5));
        let asked = world.venue.fetch_positions().await.expect("answered");
        assert_eq!(asked.rows[0].net, SignedQty(5));
    });
}

#[test]
fn fault_34_a_list_that_fails_is_not_empty() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.fill(order.client_id(), 5);
        world.clock.sleep(ms(1)).await;
        world.fake.reads_fail(true);
        world.clock.sleep(Duration::from_secs(120)).await;
        assert!(world.venue.fetch_positions().await.is_err());
        assert!(world.venue.fetch_open_orders(None).await.is_err());
        assert_eq!(world.venue.positions()[0].net, SignedQty(5));
        assert_eq!(world.venue.open_orders().len(), 1);
    });
}

#[test]
fn fault_36_a_gap_voids_the_book_until_a_snapshot_comes() {
    let world = World::new();
    world.play(async |world| {
        let gap = mm_model::BookDelta {
            market: MARKET,
            prev: 1_000,
            seq: 1_001,
            bids: mm_model::DeltaLevels::new(),
            asks: mm_model::DeltaLevels::new(),
            at: world.clock.now(),
        };
        world.fake.tell(Event::BookDelta(gap));
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.top(MARKET), Err(BookError::Syncing));
        assert_eq!(world.fake.count(|ask| matches!(ask, Ask::Resync(_))), 2);
    });
}

#[test]
fn fault_39_a_change_that_was_held_up_makes_the_book_no_younger_than_it_is() {
    let world = World::new();
    world.play(async |world| {
        let late = mm_model::BookDelta {
            market: MARKET,
            prev: 0,
            seq: 10_000,
            bids: mm_model::DeltaLevels::new(),
            asks: mm_model::DeltaLevels::new(),
            at: world.clock.now() - Duration::from_secs(6),
        };
        world.fake.tell(Event::BookDelta(late));
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.top(MARKET), Err(BookError::Stale { age_ms: 6_001 }));
    });
}

/// Found by the simulation: at Lighter, where a proof takes half a minute, four such orders used up the venue's allowance, and
/// the proof itself had to wait.
#[test]
fn an_order_that_is_not_there_is_asked_about_a_few_times_and_then_when_it_is_proof() {
    let world = World::with(VenueConfig { submit_valid_for: Duration::from_secs(60), ..config("fake") });
    world.fake.on_place([OnPlace::LoseRequest]);
    world.play(async |world| {
        let Err(PlaceError::OutcomeUnknown { mut order, .. }) = world.venue.place(buy()).await else {
            panic!("nobody knows")
        };
        world.clock.sleep(Duration::from_secs(50)).await;
        let n_asked = world.fake.count(|ask| matches!(ask, Ask::Order(_, Mode::Live)));
        assert!((2..=5).contains(&n_asked), "{n_asked}");
        let over = world.clock.within(Duration::from_secs(40), order.wait_final()).await;
        assert_eq!(over.expect("proven").state(), OrderState::Failed);
    });
}

/// The codecs' own tests show that a word which they do not know makes a frame unreadable, and no order open.
#[test]
fn fault_11_a_frame_that_cannot_be_read_is_no_state_and_has_the_orders_asked_for() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        world.fake.end_in_silence(order.client_id());
        let before = world.fake.count(|ask| matches!(ask, Ask::OpenOrders(_)));
        world.fake.garble();
        world.clock.sleep(ms(1)).await;
        assert_eq!((world.venue.status().undecodable, order.snapshot().state()), (1, OrderState::Open));
        world.clock.sleep(ms(2_000)).await;
        assert!(world.fake.count(|ask| matches!(ask, Ask::OpenOrders(_))) > before);
        assert_eq!(order.snapshot().state(), OrderState::Cancelled);
    });
}

#[test]
fn reconciliation_finds_an_order_that_ended_in_silence() {
    let world = World::new();
    world.play(async |world| {
        let mut order = world.venue.place(buy()).await.expect("taken");
        world.fake.end_in_silence(order.client_id());
        let over = world.clock.within(Duration::from_secs(35), order.wait_final()).await;
        assert_eq!(over.expect("found").state(), OrderState::Cancelled);
    });
}

#[test]
fn fault_44_what_the_venue_says_of_a_market_later_holds_for_the_next_order() {
    let world = World::new();
    world.play(async |world| {
        let plain = crate::testing::market();
        for (now, why) in [
            (Market { trading: TradingState::Closed, ..plain.clone() }, "takes no orders now: Closed"),
            (
                Market { trading: TradingState::CancelOnly, ..plain.clone() },
                "takes no orders now: CancelOnly",
            ),
            (Market { min_qty: Qty(11), ..plain.clone() }, "size 0.10 is below the smallest"),
        ] {
            let order = world.venue.place(buy()).await.expect("taken before");
            world.fake.tell(Event::Markets(vec![now]));
            world.clock.sleep(ms(1)).await;
            let told = world.venue.place(buy()).await.expect_err(why).to_string();
            assert!(told.contains(why), "{told}");
            world.venue.cancel(order.client_id()).await.expect("a cancel goes");
            world.fake.tell(Event::Markets(vec![plain.clone()]));
            world.clock.sleep(ms(300)).await;
        }
        assert_eq!(world.fake.placements().len(), 3, "what was refused was not sent");
    });
}

#[test]
fn fault_48_the_clock_offset_takes_half_the_round_trip_off() {
    let world = World::new();
    world.play(async |world| assert_eq!(world.venue.status().clock_offset_ns, 0));
    world.runtime.block_on(world.clock.sleep(Duration::from_secs(125)));
    assert_eq!(world.fake.count(|ask| *ask == Ask::Time), 3, "at the start, then each minute");
}

#[test]
fn fault_48_a_clock_that_is_off_by_more_than_a_quarter_of_the_window_does_not_trade() {
    let world = World::new();
    world.play(async |world| {
        world.fake.skew(ms(1_250));
        world.clock.sleep(Duration::from_secs(65)).await;
        assert!(world.venue.status().ready, "bearable");
        assert_eq!(world.venue.status().clock_offset_ns, 1_250_000_000);
        world.fake.skew(ms(1_251));
        world.clock.sleep(Duration::from_secs(65)).await;
        let Err(PlaceError::NotSent(why)) = world.venue.place(buy()).await else {
            panic!("not fit to trade")
        };
        assert!(why.contains("our clock is 1251 ms behind the venue's, and 1250 ms are bearable"), "{why}");
        world.fake.skew(ms(10));
        world.clock.sleep(Duration::from_secs(6)).await;
        assert!(world.venue.place(buy()).await.is_ok(), "it was looked at again soon");
    });
}

#[test]
fn fault_48_a_time_that_took_too_long_to_tell_is_no_time() {
    let world = World::new();
    world.fake.slow_time(Duration::from_secs(3));
    world.runtime.block_on(async {
        world.clock.sleep(Duration::from_secs(8)).await;
        assert_eq!(world.venue.status().reason.as_deref(), Some("catching up: Time"));
        world.fake.slow_time(ms(1));
        world.clock.within(Duration::from_secs(10), world.venue.ready()).await.expect("ready");
    });
}

#[test]
fn a_fill_from_the_future_does_not_hide_those_that_follow() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        for event in world.fake.fill_in_silence(order.client_id(), 2) {
            let Event::Fill(fill) = event else { continue };
            world.fake.tell(Event::Fill(Fill { at: Timestamp(u64::MAX), ..fill }));
        }
        world.fake.link(down());
        world.clock.sleep(ms(1)).await;
        world.fake.fill_in_silence(order.client_id(), 3);
        world.fake.link(LinkState::Up);
        world.venue.ready().await;
        assert_eq!(order.fills().len(), 2);
    });
}

#[test]
fn a_refused_subscription_makes_it_unfit_to_trade() {
    let world = World::new();
    world.play(async |world| {
        world.fake.tell(Event::FeedRefused { reason: "4003 Invalid signature".into() });
        world.clock.sleep(ms(1)).await;
        let status = world.venue.status();
        assert!(!status.ready && status.reason.is_some_and(|reason| reason.contains("4003")));
    });
}

#[test]
fn fault_41_listeners_hear_what_is_new_and_a_slow_one_is_told() {
    let world = World::new();
    world.play(async |world| {
        let (mut quick, mut slow) = (world.venue.listen(), world.venue.listen());
        let order = world.venue.place(buy()).await.expect("taken");
        let fill = world.fake.fill_in_silence(order.client_id(), 2).swap_remove(0);
        world.fake.tell(fill.clone());
        world.fake.tell(fill);
        world.clock.sleep(ms(1)).await;
        let mut heard = Vec::new();
        while let Some(Ok(Some(event))) = world.clock.within(ms(1), quick.next()).await {
            heard.push(event);
        }
        let facts = heard.iter().filter(|event| matches!(event, Event::Order(_) | Event::Fill(_))).count();
        assert_eq!(facts, 2, "the ack, and the fill once: {heard:?}");
        for n in 0..3_000u64 {
            world.fake.tell(Event::Trade(mm_model::PublicTrade {
                market: MARKET,
                trade_id: mm_model::TradeId::from_number(n),
                price: Price(100),
                qty: Qty(1),
                taker: Side::Buy,
                at: world.clock.now(),
            }));
        }
        world.clock.sleep(ms(1)).await;
        assert!(slow.next().await.is_err());
        assert!(slow.next().await.is_err());
    });
}

#[test]
fn when_the_connector_stops_everybody_is_told() {
    let world = World::new();
    world.play(async |world| {
        let mut listener = world.venue.listen();
        world.venue.stop_connector();
        world.clock.sleep(ms(10)).await;
        while let Ok(Some(_)) = listener.next().await {}
        assert!(matches!(world.venue.place(buy()).await, Err(PlaceError::NotSent(_))));
        assert!(matches!(
            world.venue.fetch_positions().await,
            Err(VenueError::Call(_) | VenueError::Stopped)
        ));
        assert!(world.venue.status().reason.is_some_and(|reason| reason.contains("stopped")));
    });
}

#[test]
fn a_venue_that_talks_nonsense_is_alarmed_and_never_a_panic() {
    let world = World::new();
    world.play(async |world| {
        let order = world.venue.place(buy()).await.expect("taken");
        let Event::Fill(fill) = world.fake.fill_in_silence(order.client_id(), 10).swap_remove(0) else {
            panic!("a fill")
        };
        let over = Fill { qty: Qty(u64::MAX), ..fill.clone() };
        world.fake.tell(Event::Fill(over));
        let report = mm_model::OrderReport {
            version: 0,
            client_id: Some(order.client_id()),
            venue_id: fill.venue_id,
            market: mm_model::MarketId(77),
            side: Side::Sell,
            price: None,
            qty: Qty(u64::MAX),
            filled: Qty(u64::MAX),
            status: ReportedStatus::Filled,
            at: world.clock.now(),
        };
        world.fake.tell(Event::Order(report));
        let markets = vec![Market { id: mm_model::MarketId(9), ..crate::testing::market() }];
        world.fake.tell(Event::Markets(markets));
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.status().anomalies, 3);
        assert_eq!(world.venue.filled(MARKET), SignedQty(i64::MAX));
    });
}
