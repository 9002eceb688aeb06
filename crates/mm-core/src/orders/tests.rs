//! The table of orders: found by either id, late messages counted, memory bounded, waiters woken.

use mm_model::{Anomaly, OrderState, Qty, ReportedStatus, Side, TradeId, Unsure, VenueOrderId};
use mm_model::{ClientId, Fill, Liquidity, Money, OrderReport, Price, Timestamp};

use super::*;
use crate::{
    VirtualRuntime,
    testing::{MARKET, limit, ms},
};

const NOW: Timestamp = Timestamp::from_ms(1_000);

fn report(client: Option<u64>, venue: u64, filled: u64, status: ReportedStatus) -> OrderReport {
    OrderReport {
        version: 0,
        client_id: client.map(ClientId),
        venue_id: VenueOrderId::from_number(venue),
        market: MARKET,
        side: Side::Buy,
        price: Some(Price(100)),
        qty: Qty(10),
        filled: Qty(filled),
        status,
        at: NOW,
    }
}

fn fill(client: Option<u64>, venue: u64, trade: u64, qty: u64) -> Fill {
    Fill {
        trade_id: TradeId::from_number(trade),
        client_id: client.map(ClientId),
        venue_id: VenueOrderId::from_number(venue),
        market: MARKET,
        side: Side::Buy,
        price: Price(100),
        qty: Qty(qty),
        fee: Money(1),
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: NOW,
    }
}

fn cancelled() -> ReportedStatus {
    ReportedStatus::Cancelled { reason: None }
}

fn track(orders: &Orders, id: u64) -> Order {
    let order = orders.track(ClientId(id), limit(Side::Buy, 10, 100), NOW).expect("a new id");
    orders.apply(ClientId(id), NOW, Update::Sent);
    order
}

/// Tracks, ends and drops so many orders from `first` on.
fn churn(orders: &Orders, first: u64, n: u64) {
    for id in first..first + n {
        let order = track(orders, id);
        orders.fill(NOW, &fill(Some(id), 1_000_000 + id, id, 4));
        orders.report(NOW, &report(Some(id), 1_000_000 + id, 4, cancelled()));
        drop(order);
    }
}

#[test]
fn fault_09_an_id_is_never_used_twice() {
    let orders = Orders::new(1_000);
    drop(track(&orders, 1));
    assert!(orders.track(ClientId(1), limit(Side::Buy, 10, 100), NOW).is_none());
    orders.report(NOW, &report(Some(1), 7, 0, cancelled()));
    churn(&orders, 2, 500);
    assert!(orders.order(ClientId(1)).is_none(), "it is over, and nobody holds it");
    assert!(
        orders.track(ClientId(1), limit(Side::Buy, 10, 100), NOW).is_none(),
        "and still it is remembered"
    );
}

#[test]
fn fault_15_a_late_fill_of_a_forgotten_order_is_found_and_counted_once() {
    let orders = Orders::new(1_000);
    churn(&orders, 1, 500);
    for told_by in [Some(3), None] {
        let heard = orders.fill(NOW, &fill(told_by, 1_000_003, 3, 4));
        assert_eq!(
            (heard.whose, heard.joined.newly_filled),
            (Whose::Closed(ClientId(3)), Qty::ZERO),
            "an old one"
        );
    }
    let late = fill(None, 1_000_003, 9_999, 2);
    let heard = orders.fill(NOW, &late);
    assert_eq!(heard.joined.newly_filled, Qty(2));
    assert_eq!(heard.joined.anomaly, Some(Anomaly::LateFill(late.trade_id)));
    assert_eq!(orders.fill(NOW, &late).joined.newly_filled, Qty::ZERO, "once");
    let over = orders.fill(NOW, &fill(None, 1_000_003, 10_000, 20));
    assert!(matches!(over.joined.anomaly, Some(Anomaly::Overfill { .. })));
}

#[test]
fn an_order_that_had_never_arrived_comes_back_to_life() {
    let orders = Orders::new(1_000);
    drop(track(&orders, 1));
    orders.apply(ClientId(1), NOW, Update::Unsure(Unsure::NeverArrived(NOW)));
    churn(&orders, 2, 500);
    assert!(orders.order(ClientId(1)).is_none());
    let heard = orders.report(NOW, &report(Some(1), 77, 0, ReportedStatus::Open));
    assert_eq!(
        (heard.whose, heard.joined.anomaly),
        (Whose::Tracked(ClientId(1)), Some(Anomaly::Resurrected))
    );
    assert_eq!(orders.open().len(), 1);
    let by_venue_id = orders.fill(NOW, &fill(None, 77, 70_000, 10));
    assert_eq!(by_venue_id.whose, Whose::Tracked(ClientId(1)));
    assert_eq!(orders.open(), []);
}

#[test]
fn an_order_that_comes_back_by_a_part_of_it_is_not_taken_for_filled() {
    let orders = Orders::new(1_000);
    drop(track(&orders, 1));
    orders.apply(ClientId(1), NOW, Update::Unsure(Unsure::NeverArrived(NOW)));
    churn(&orders, 2, 500);
    let heard = orders.fill(NOW, &fill(Some(1), 77, 70_000, 3));
    assert_eq!((heard.joined.newly_filled, heard.joined.anomaly), (Qty(3), Some(Anomaly::Resurrected)));
    let open = orders.open();
    assert_eq!((open[0].state(), open[0].exposed()), (OrderState::PartiallyFilled, Qty(7)));
}

#[test]
fn fault_70_what_is_kept_of_finished_orders_is_bounded() {
    let orders = Orders::new(100);
    churn(&orders, 1, 5_000);
    let mut tracked = 0;
    orders.read_all(|_| tracked += 1);
    assert!(tracked <= 200, "{tracked}");
    assert!(matches!(
        orders.report(NOW, &report(Some(1), 1_000_001, 4, cancelled())).whose,
        Whose::External { .. }
    ));
    assert!(matches!(
        orders.report(NOW, &report(Some(4_850), 1_004_850, 4, cancelled())).whose,
        Whose::Closed(_)
    ));
    for n in 0..5_000 {
        orders.fill(NOW, &fill(None, 9_000_000 + n, 9_000_000 + n, 1));
    }
    assert!(orders.external().len() <= 512);
}

#[test]
fn fault_71_no_update_is_missed_between_two_looks() {
    let runtime = VirtualRuntime::new(NOW);
    let (clock, orders) = (runtime.clock(), Orders::new(100));
    let mut order = track(&orders, 1);
    runtime.block_on(async {
        orders.report(NOW, &report(Some(1), 7, 0, ReportedStatus::Open));
        orders.fill(NOW, &fill(Some(1), 7, 1, 3));
        assert_eq!(order.next_update().await.filled(), Qty(3), "several may be seen as one");
        assert!(clock.within(ms(1), order.next_update()).await.is_none(), "nothing new");
        let (a, b) = (order.clone(), order.clone());
        let waiters = [a, b].map(|mut handle| {
            runtime.spawner().spawn("waiter", async move {
                assert_eq!(handle.wait_final().await.state(), OrderState::Filled);
            })
        });
        clock.sleep(ms(1)).await;
        orders.report(NOW, &report(Some(1), 7, 10, ReportedStatus::Filled));
        clock.sleep(ms(1)).await;
        assert!(!order.snapshot().is_settled(), "FILLED needs its fills");
        orders.fill(NOW, &fill(Some(1), 7, 2, 7));
        for waiter in waiters {
            assert_eq!(waiter.await, crate::TaskEnd::Done);
        }
    });
}

#[test]
fn history_keeps_the_first_change_and_the_latest() {
    let orders = Orders::new(100);
    let order = orders.track(ClientId(1), limit(Side::Buy, 1_000, 100), NOW).expect("a new id");
    for trade in 1..=200 {
        orders.fill(NOW, &fill(Some(1), 7, trade, 1));
    }
    let history = order.history();
    assert_eq!(history.len(), 64);
    assert_eq!(history[0].cause, "made");
    let filled: Vec<u64> = history[1..].iter().map(|entry| entry.filled.0).collect();
    assert_eq!(filled, (138..=200).collect::<Vec<_>>());
    assert_eq!(history[63].cause, "fill 200");
}

#[test]
fn a_message_that_names_our_order_and_another_market_is_not_joined() {
    let orders = Orders::new(100);
    let order = track(&orders, 1);
    let heard = orders.report(NOW, &OrderReport { side: Side::Sell, ..report(Some(1), 7, 9, cancelled()) });
    assert_eq!(heard.joined.anomaly, Some(Anomaly::OtherOrder));
    assert_eq!(order.snapshot().state(), OrderState::Submitting);
}
