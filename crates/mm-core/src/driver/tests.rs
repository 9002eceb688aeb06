//! Plays: the driver between a strategy's handle and a venue that misbehaves.

use std::time::Duration;

use mm_model::{
    Ask, BookError, Event, OrderState, Price, Qty, RefusalKind, ReportedStatus, Side, SignedQty, Symbol,
};

use crate::{
    CancelError, LinkState, PlaceError, VenueError,
    testing::{LATENCY, MARKET, OnCancel, OnPlace, SYMBOL, World, is_lookup, limit, ms},
};

fn buy() -> mm_model::NewOrder {
    limit(Side::Buy, 10, 100)
}

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
        Ask::Book(MARKET),
    ] {
        assert!(world.fake.count(|asked| *asked == ask) >= 1, "{ask:?}");
    }
    assert_eq!(world.venue.market(SYMBOL).expect("listed").id, MARKET);
    assert!(matches!(world.venue.market("NO_SUCH"), Err(VenueError::NoSuchMarket(_))));
    assert_eq!(world.venue.top(MARKET).expect("a book").bid.price, Price(100));
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
            bids: vec![],
            asks: vec![],
            at: world.clock.now(),
        };
        world.fake.tell(Event::BookDelta(gap));
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.top(MARKET), Err(BookError::Syncing));
        assert_eq!(world.fake.count(|ask| matches!(ask, Ask::Book(_))), 2);
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
fn fault_48_the_clock_offset_takes_half_the_round_trip_off() {
    let world = World::new();
    world.play(async |world| assert_eq!(world.venue.status().clock_offset_ns, 0));
    world.runtime.block_on(world.clock.sleep(Duration::from_secs(125)));
    assert_eq!(world.fake.count(|ask| *ask == Ask::Time), 3, "at the start, then each minute");
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
fn listeners_hear_what_is_new_and_a_slow_one_is_told() {
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
        let over = mm_model::Fill { qty: Qty(u64::MAX), ..fill.clone() };
        world.fake.tell(Event::Fill(over));
        let report = mm_model::OrderReport {
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
        let markets = vec![mm_model::Market { id: mm_model::MarketId(9), ..crate::testing::market() }];
        world.fake.tell(Event::Markets(markets));
        world.clock.sleep(ms(1)).await;
        assert_eq!(world.venue.status().anomalies, 3);
        assert_eq!(world.venue.filled(MARKET), SignedQty(i64::MAX));
        let _: Symbol = SYMBOL.into();
    });
}
