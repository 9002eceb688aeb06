//! The official Rust client's story over WebSocket: a book that stays a book, and an own fill that is told alike
//! everywhere. A frame that the client's types do not understand fails the test; the client itself would only log it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bpx_api_client::BpxClient;
use bpx_api_client::types::fill::FillsHistoryParams;
use bpx_api_client::types::markets::{MarkPriceUpdate, OrderBookDepth, OrderBookDepthUpdate, TickerUpdate};
use bpx_api_client::types::order::{
    ExecuteOrderPayload, OrderStatus, OrderType, OrderUpdate, OrderUpdateType, Side, TimeInForce,
};
use bpx_api_client::types::trade::TradeUpdate;
use official_rust::{
    PERP, Placing, SOON, SPOT, World, best_ask, best_bid, dec, depth, limit_of, market_of, market_order,
    now_ms, refusal, soon,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What came on a stream: understood, or the frame that was not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Heard<T> {
    Understood(T),
    Not(Value),
}

/// One subscription through the client, on a socket and a task of its own.
struct Feed<T> {
    heard: mpsc::Receiver<Heard<T>>,
    _task: JoinSet<()>,
}

impl<T: DeserializeOwned + Send + 'static> Feed<T> {
    fn open(client: &BpxClient, streams: &'static [&'static str]) -> Self {
        let (tx, heard) = mpsc::channel(4096);
        let (client, mut task) = (client.clone(), JoinSet::new());
        task.spawn(
            async move { client.subscribe_multiple(streams, tx).await.expect("the socket ends in order") },
        );
        Self { heard, _task: task }
    }

    async fn next(&mut self) -> T {
        let heard = tokio::time::timeout(SOON, self.heard.recv()).await.expect("a frame within five seconds");
        match heard.expect("the socket stays open") {
            Heard::Understood(it) => it,
            Heard::Not(frame) => panic!("the client does not understand {frame}"),
        }
    }

    async fn find(&mut self, wanted: impl Fn(&T) -> bool) -> T {
        let search = async {
            loop {
                let it = self.next().await;
                if wanted(&it) {
                    return it;
                }
            }
        };
        tokio::time::timeout(SOON * 2, search).await.expect("the wanted frame within ten seconds")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_from_snapshot_and_deltas_equals_the_venues() {
    let world = World::start(301).await;
    let client = world.visitor();
    let mut deltas = Feed::<OrderBookDepthUpdate>::open(&client, &["depth.SOL_USDC_PERP"]);
    let mut waiting = vec![deltas.next().await, deltas.next().await];
    let snapshot = depth(&client, PERP).await;
    let mut book = Book::from(snapshot);
    while waiting.last().is_none_or(|delta| delta.last_update_id <= book.id + 20) {
        waiting.push(deltas.next().await);
    }
    let mut n_applied = 0;
    for delta in &waiting {
        n_applied += usize::from(book.apply(delta));
    }
    assert!(10 <= n_applied, "only {n_applied} deltas came after the snapshot");

    world.crowd(PERP, "pause").await;
    let theirs = soon("the book comes to rest", || async {
        let (one, two) = (depth(&client, PERP).await, depth(&client, PERP).await);
        (one.last_update_id == two.last_update_id).then_some(two)
    });
    let theirs = Book::from(theirs.await);
    while book.id < theirs.id {
        book.apply(&deltas.next().await);
    }
    assert_eq!(book, theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn market_streams_move_and_agree() {
    let world = World::start(302).await;
    let client = world.visitor();
    let mut tops = Feed::<TickerUpdate>::open(&client, &["bookTicker.SOL_USDC_PERP"]);
    let mut prints = Feed::<TradeUpdate>::open(&client, &["trade.SOL_USDC_PERP", "trade.SOL_USDC"]);
    let mut marks = Feed::<MarkPriceUpdate>::open(&client, &["markPrice.SOL_USDC_PERP"]);
    let mut slow = Feed::<OrderBookDepthUpdate>::open(&client, &["depth.200ms.SOL_USDC_PERP"]);

    let (mut last, mut n_seen) = (tops.next().await, 0);
    while n_seen < 5 {
        let top = tops.next().await;
        assert_eq!((top.event_type.as_str(), top.symbol.as_str()), ("bookTicker", PERP));
        assert!(
            top.bid_price < top.ask_price && Decimal::ZERO < top.bid_quantity.min(top.ask_quantity),
            "{top:?}"
        );
        assert!(last.update_id < top.update_id, "update ids grow");
        let (old, new) = (&last, &top);
        let same = |of: fn(&TickerUpdate) -> Decimal| of(old) == of(new);
        assert!(
            !(same(|it| it.bid_price)
                && same(|it| it.bid_quantity)
                && same(|it| it.ask_price)
                && same(|it| it.ask_quantity)),
            "sent only when the top changes: {top:?}"
        );
        assert!((top.event_time / 1_000 - now_ms()).abs() < 5_000, "microseconds: {}", top.event_time);
        (last, n_seen) = (top, n_seen + 1);
    }
    let print = prints.find(|print| print.symbol == PERP).await;
    let rest = soon("the print over REST", || async {
        let them = client.get_recent_trades(PERP, Some(1000)).await.expect("trades parse");
        them.into_iter().find(|trade| u64::try_from(trade.id) == Ok(print.trade_id))
    });
    let rest = rest.await;
    assert_eq!(
        (rest.price, rest.quantity, rest.is_buyer_maker),
        (print.price, print.quantity, print.buyer_is_maker)
    );
    assert_ne!(print.buyer_order_id, print.seller_order_id);
    prints.find(|print| print.symbol == SPOT).await;

    let mark = marks.next().await;
    assert_eq!((mark.event_type.as_str(), mark.symbol.as_str()), ("markPrice", PERP));
    assert!(
        now_ms() < mark.funding_timestamp as i64,
        "milliseconds on the wire, whatever the client's comment says"
    );
    let (one, two) = (slow.next().await, slow.next().await);
    assert_eq!(two.first_update_id, one.last_update_id + 1, "aggregated deltas join without a gap");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_fill_is_told_alike_everywhere() {
    let world = World::start(303).await;
    let (alice, bob) = (world.client("alice"), world.client("bob"));
    let price = world.room_inside(PERP, dec("0.01")).await;
    let streams = &["account.orderUpdate", "account.positionUpdate", "trade.SOL_USDC_PERP"];
    let mut hers = Feed::<Value>::open(&alice, streams);
    let mut his = Feed::<OrderUpdate>::open(&bob, &["account.orderUpdate.SOL_USDC_PERP"]);
    subscribed(&alice, &mut hers, |told| told["i"].as_str().filter(|_| told["e"] == "orderCancelled")).await;
    subscribed(&bob, &mut his, cancelled_id).await;

    let offer =
        Placing { price, quantity: dec("0.30"), client_id: Some(77), ..Placing::limit(PERP, Side::Ask) };
    let offer = limit_of(bob.execute_order(offer.post_only()).await.expect("bob offers"));
    let buy = ExecuteOrderPayload { client_id: Some(78), ..market_order(PERP, Side::Bid, dec("0.30")) };
    let bought = market_of(alice.execute_order(buy).await.expect("alice buys"));
    let (mut orders, mut print, mut opened) = (Vec::new(), None, None);
    while orders.len() < 2 || print.is_none() || opened.is_none() {
        let frame = hers.next().await;
        match frame["e"].as_str() {
            Some("trade") => print = Some(TradeUpdate::deserialize(&frame).expect("a trade")),
            Some("positionOpened") => opened = Some(frame),
            _ => orders.extend(order_in(&frame)),
        }
    }
    let [accepted, filled] = orders.try_into().expect("accepted, then filled, and nothing else");
    let (print, opened) = (print.expect("waited for"), opened.expect("waited for"));

    let OrderUpdate { event_type: OrderUpdateType::OrderAccepted, .. } = accepted else {
        panic!("{accepted:?}")
    };
    assert_eq!((&accepted.order_id, accepted.client_order_id), (&bought.id, Some(78)));
    assert_eq!((accepted.order_status, accepted.order_type), (OrderStatus::New, OrderType::Market));
    assert_eq!(accepted.executed_quantity, Decimal::ZERO);
    let OrderUpdate { event_type: OrderUpdateType::OrderFill, .. } = filled else { panic!("{filled:?}") };
    assert_eq!(
        (&filled.order_id, filled.order_status, filled.was_maker),
        (&bought.id, OrderStatus::Filled, Some(false))
    );
    assert_eq!((filled.fill_price, filled.fill_quantity), (Some(price), Some(dec("0.30"))));
    assert_eq!(
        (filled.executed_quantity, filled.executed_quantity_in_quote),
        (dec("0.30"), price * dec("0.30"))
    );
    assert_eq!(
        (filled.fee, filled.fee_symbol.as_deref()),
        (Some(price * dec("0.30") * dec("0.0005")), Some("USDC"))
    );
    assert!(
        accepted.timestamp <= filled.timestamp && filled.timestamp <= filled.event_time,
        "microseconds, in order"
    );
    let made = his.find(|told| matches!(told.event_type, OrderUpdateType::OrderFill)).await;
    assert_eq!((&made.order_id, made.client_order_id, made.was_maker), (&offer.id, Some(77), Some(true)));
    assert_eq!((made.trade_id, made.time_in_force), (filled.trade_id, TimeInForce::GTC));

    let trade_id = filled.trade_id.expect("a fill has a trade id");
    assert_eq!((print.trade_id, print.price, print.quantity), (trade_id, price, dec("0.30")));
    assert_eq!(
        (print.buyer_order_id, print.seller_order_id, print.buyer_is_maker),
        (bought.id.clone(), offer.id, false)
    );
    let rest = FillsHistoryParams::default().with_order_id(&bought.id);
    let rest = alice.get_historical_fills(rest).await.expect("fills parse");
    let [rest] = rest.as_slice() else { panic!("one fill was expected: {rest:?}") };
    assert_eq!(
        (rest.trade_id.map(u64::try_from), rest.price, rest.quantity),
        (Some(Ok(trade_id)), price, dec("0.30"))
    );
    assert_eq!((rest.client_id.as_deref(), Some(rest.fee)), (Some("78"), filled.fee));

    assert_eq!(
        (text(&opened, "s"), dec(text(&opened, "q")), dec(text(&opened, "B"))),
        (PERP, dec("0.30"), price)
    );
    let held = alice.get_open_future_positions().await.expect("positions parse");
    let [held] = held.as_slice() else { panic!("one position was expected: {held:?}") };
    assert_eq!((dec(&held.net_quantity), dec(&held.entry_price)), (dec("0.30"), price));
    assert_eq!(
        opened["i"].as_u64().map(|id| id.to_string()).as_ref(),
        Some(&held.position_id),
        "a number on the stream"
    );

    // Who subscribes while a position is open is told of it first, as a state: without an event.
    let mut late = Feed::<Value>::open(&alice, &["account.positionUpdate.SOL_USDC_PERP"]);
    let state = late.next().await;
    assert_eq!((state.get("e"), text(&state, "s"), dec(text(&state, "q"))), (None, PERP, dec("0.30")));

    let exit = ExecuteOrderPayload { reduce_only: Some(true), ..market_order(PERP, Side::Ask, dec("0.30")) };
    market_of(alice.execute_order(exit).await.expect("alice leaves"));
    let closed = hers.find(|told| told["e"] == "positionClosed").await;
    assert_eq!(dec(text(&closed, "q")), Decimal::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_rest_and_end_are_told() {
    let world = World::start(304).await;
    let alice = world.client("alice");
    let mut orders = Feed::<OrderUpdate>::open(&alice, &["account.orderUpdate.SOL_USDC_PERP"]);
    subscribed(&alice, &mut orders, cancelled_id).await;
    let book = depth(&alice, PERP).await;
    let price = best_bid(&book).0 - dec("1.00");
    let order =
        Placing { price, quantity: dec("0.40"), client_id: Some(5), ..Placing::limit(PERP, Side::Bid) };
    let placed = limit_of(alice.execute_order(order.post_only()).await.expect("accepted"));
    alice.cancel_order(PERP, None, Some(5)).await.expect("cancelled");
    let (first, second) = (
        orders.find(|told| told.order_id == placed.id).await,
        orders.find(|told| told.order_id == placed.id).await,
    );
    assert!(matches!(first.event_type, OrderUpdateType::OrderAccepted), "{first:?}");
    assert_eq!((first.price, first.quantity, first.order_type), (Some(price), dec("0.40"), OrderType::Limit));
    assert!(matches!(second.event_type, OrderUpdateType::OrderCancelled), "{second:?}");
    assert_eq!((second.order_status, second.executed_quantity), (OrderStatus::Cancelled, Decimal::ZERO));
    assert_eq!((second.trade_id, second.client_order_id), (None, Some(5)));

    // A refused order is told to nobody: the next thing heard is the next accepted order.
    let through = Placing { price: best_ask(&book).0 + dec("0.50"), ..Placing::limit(PERP, Side::Bid) };
    refusal(alice.execute_order(through.post_only()).await);
    let again = Placing { price, client_id: Some(6), ..Placing::limit(PERP, Side::Bid) };
    alice.execute_order(again.post_only()).await.expect("accepted");
    assert_eq!(orders.next().await.client_order_id, Some(6));
}

/// Success is silent on this venue, so a subscription is known to stand when the end of an order is heard of.
/// Nothing of that order comes after.
async fn subscribed<T>(client: &BpxClient, feed: &mut Feed<T>, cancelled: impl Fn(&T) -> Option<&str>)
where
    T: DeserializeOwned + Send + 'static,
{
    let price = best_bid(&depth(client, PERP).await).0 - dec("2.00");
    for _ in 0..50 {
        let order = Placing { price, client_id: Some(1), ..Placing::limit(PERP, Side::Bid) };
        let order = limit_of(client.execute_order(order.post_only()).await.expect("accepted"));
        client.cancel_order(PERP, Some(&order.id), None).await.expect("cancelled");
        let hear = async { while cancelled(&feed.next().await) != Some(&order.id) {} };
        if tokio::time::timeout(SOON / 50, hear).await.is_ok() {
            return;
        }
    }
    panic!("the subscription to account.orderUpdate never came to life");
}

fn cancelled_id(told: &OrderUpdate) -> Option<&str> {
    (told.order_status == OrderStatus::Cancelled).then_some(&told.order_id)
}

/// The order update in a frame of several streams, if it is one; it must then be understood.
fn order_in(frame: &Value) -> Option<OrderUpdate> {
    let is_order = frame["e"].as_str().is_some_and(|event| event.starts_with("order"));
    is_order.then(|| OrderUpdate::deserialize(frame).unwrap_or_else(|error| panic!("{error} in {frame}")))
}

/// A book kept by the venue's rule: absolute sizes, zero removes, each update begins where the last one ended.
#[derive(PartialEq, Eq)]
struct Book {
    id: i64,
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

impl From<OrderBookDepth> for Book {
    fn from(snapshot: OrderBookDepth) -> Self {
        let (bids, asks) = (snapshot.bids.into_iter().collect(), snapshot.asks.into_iter().collect());
        Self { id: snapshot.last_update_id, bids, asks }
    }
}

impl Book {
    /// Applies what is newer than the book; false for what is older.
    fn apply(&mut self, delta: &OrderBookDepthUpdate) -> bool {
        if delta.last_update_id <= self.id {
            return false;
        }
        assert!(
            delta.first_update_id <= self.id + 1,
            "a gap before {}: we are at {}",
            delta.first_update_id,
            self.id
        );
        for (side, levels) in [(&mut self.bids, &delta.bids), (&mut self.asks, &delta.asks)] {
            for (price, size) in levels {
                if size.is_zero() {
                    side.remove(price);
                } else {
                    side.insert(*price, *size);
                }
            }
        }
        self.id = delta.last_update_id;
        true
    }
}

impl Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = |levels: &BTreeMap<Decimal, Decimal>| {
            levels.iter().map(|(price, size)| format!("{price}x{size}")).collect::<Vec<_>>().join(" ")
        };
        write!(f, "at {}\nbids {}\nasks {}", self.id, side(&self.bids), side(&self.asks))
    }
}

fn text<'a>(frame: &'a Value, key: &str) -> &'a str {
    frame[key].as_str().unwrap_or_else(|| panic!("{key} is text: {frame}"))
}
