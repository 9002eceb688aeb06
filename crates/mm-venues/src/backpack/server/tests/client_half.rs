//! Both halves of the codec together: what the client half writes the server half takes, and what the server half
//! answers the client half understands, for everything that can be asked.

use std::time::Duration;

use bytes::Bytes;
use expect_test::expect;
use mm_model::{
    Ask, CallError, CancelTarget, ClientId, Event, Exposure, Leverage, MarketId, Mode, NewOrder, OrderKind,
    OrderQuery, Placement, Price, Qty, RefusalKind, ReportedStatus, Side, TimeInForce, Timestamp,
};

use super::{ALICE, BOB, PERP, World};
use crate::{
    backpack::{Client, Options},
    client::{CallRef, Heard, LinkId, Next, Outbox, Protocol},
    http::Method,
    server::{ConnId, VenueServer},
};

/// Alice's connector against the venue.
struct Pair {
    world: World,
    client: Client,
    conn: ConnId,
}

impl Pair {
    fn new() -> Self {
        let mut world = World::new();
        // The venue's world has Alice's key from this seed.
        let secret = base64_of([1; 32]);
        let options = Options::new("http://venue", "ws://venue", vec![PERP.to_owned()])
            .with_keys(world.keys[ALICE].api_key(), &secret)
            .expect("the keys belong together");
        let conn = world.connect(1);
        let mut pair = Self { client: Client::new(options).expect("good options"), world, conn };
        let markets = pair.ask(&Ask::Markets).expect("markets");
        let [Event::Markets(markets)] = markets.as_slice() else { panic!("{markets:?}") };
        let listed: Vec<_> = pair.world.exchange.markets().iter().cloned().collect();
        assert_eq!(*markets, listed, "the client reads exactly what is listed");
        pair
    }

    /// Asks and reads the answer, to the end.
    fn ask(&mut self, ask: &Ask) -> Result<Vec<Event>, CallError> {
        let (mut outbox, mut events) = (Outbox::default(), Vec::new());
        let mut next = Next::Ask(ask.clone());
        while let Next::Ask(ask) = next {
            self.client.encode(self.world.now, CallRef(0), &ask, &mut outbox)?;
            let reply = self.world.reply(&outbox.request);
            next = self.client.reply(self.world.now, CallRef(0), &ask, &reply, &mut events)?;
        }
        Ok(events)
    }

    fn connect(&mut self) {
        let mut frames = Vec::new();
        self.client.opened(self.world.now, LinkId(0), &mut frames);
        for frame in frames {
            self.world.say(self.conn, &frame.0);
        }
    }

    /// What the client understands of all that it heard.
    fn events(&mut self) -> Vec<Event> {
        self.heard().events
    }

    fn heard(&mut self) -> Heard {
        let mut heard = Heard::default();
        for (_, frame) in std::mem::take(&mut self.world.heard) {
            let frame = Bytes::from(frame.to_string());
            let read = self.client.frame(self.world.now, LinkId(0), &frame, &mut heard);
            read.unwrap_or_else(|error| panic!("{error}: {frame:?}"));
        }
        heard
    }

    fn bob(&mut self, side: &str, qty: &str, price: &str) {
        let body = format!(
            r#"{{"symbol":"{PERP}","side":"{side}","orderType":"Limit","quantity":"{qty}","price":"{price}"}}"#
        );
        assert_eq!(self.world.order(BOB, &body).0, 200);
    }
}

fn base64_of(seed: [u8; 32]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(seed)
}

const MARKET: MarketId = MarketId(0);

fn placement(id: u64, side: Side, kind: OrderKind) -> Placement {
    let order = NewOrder { market: MARKET, side, qty: Qty(100), kind, exposure: Exposure::Any };
    Placement { client_id: ClientId(id), order }
}

const fn post_only(price: i64) -> OrderKind {
    OrderKind::PostOnly { price: Price(price) }
}

#[test]
fn everything_that_can_be_asked() {
    let mut pair = Pair::new();
    pair.bob("Ask", "2", "151.00");
    pair.bob("Bid", "3", "149.00");
    let cancel = |id| CancelTarget { market: MARKET, client_id: Some(ClientId(id)), venue_id: None };
    let query = |id| OrderQuery {
        market: MARKET,
        client_id: ClientId(id),
        venue_id: None,
        created_at: Timestamp::ZERO,
    };
    let asks = [
        Ask::Time,
        Ask::Book(MARKET),
        Ask::Fees,
        Ask::Leverage(Leverage { market: None, times: 10, mode: None }),
        Ask::Balances,
        Ask::Place(placement(1, Side::Buy, post_only(14_800))),
        Ask::Place(placement(2, Side::Buy, OrderKind::Market)),
        Ask::Batch(vec![
            placement(3, Side::Buy, post_only(14_700)),
            placement(4, Side::Buy, post_only(15_100)), // would match
            placement(5, Side::Sell, post_only(15_200)),
        ]),
        Ask::OpenOrders(None),
        Ask::OpenOrders(Some(MARKET)),
        Ask::Order(query(1), Mode::Live),
        Ask::Order(query(2), Mode::Live), // over: found in the history
        Ask::Order(query(9), Mode::Live), // never was
        Ask::Cancel(cancel(1)),
        Ask::CancelAll(MARKET),
        Ask::Order(query(1), Mode::History),
        Ask::OpenOrders(None),
        Ask::FillsSince(Timestamp::ZERO),
        Ask::Positions,
    ];
    let mut lines = String::new();
    for ask in asks {
        let name = format!("{ask:?}");
        let name = name.split(['(', ' ']).next().unwrap_or("").to_owned();
        match pair.ask(&ask) {
            Ok(events) => lines.extend(events.iter().map(|event| format!("{name}: {}\n", told(event)))),
            Err(error) => lines.push_str(&format!("{name}: {error}\n")),
        }
    }
    expect![[r#"
        Time: ServerTime(Timestamp(1788285244094000000))
        Book: book 2 [Level { price: Price(14900), qty: Qty(300) }] [Level { price: Price(15100), qty: Qty(200) }]
        Fees: Fees(FeeRates { perpetual_maker: Rate(200000), perpetual_taker: Rate(500000), spot_maker: Rate(800000), spot_taker: Rate(1000000) })
        Balances: Balances(Snapshot { rows: [Balance { asset: "USDC", available: Money(1000000000000000000000000), locked: Money(0), at: Timestamp(0) }], scope: None, complete: true })
        Place: order Some(1) buy Qty(0)/Qty(100) Open
        Place: order Some(2) buy Qty(100)/Qty(100) Filled
        Batch: order Some(3) buy Qty(0)/Qty(100) Open
        Batch: refused 4: WouldMatch
        Batch: order Some(5) sell Qty(0)/Qty(100) Open
        OpenOrders: open [1, 3, 5] complete true
        OpenOrders: open [1, 3, 5] complete true
        Order: order Some(1) buy Qty(0)/Qty(100) Open
        Order: NoSuchOrder { client_id: ClientId(2), mode: Live, complete: true }
        Order: order Some(2) buy Qty(100)/Qty(100) Filled
        Order: NoSuchOrder { client_id: ClientId(9), mode: Live, complete: true }
        Order: NoSuchOrder { client_id: ClientId(9), mode: History, complete: true }
        Cancel: order Some(1) buy Qty(0)/Qty(100) Cancelled { reason: None }
        CancelAll: order Some(3) buy Qty(0)/Qty(100) Cancelled { reason: None }
        CancelAll: order Some(5) sell Qty(0)/Qty(100) Cancelled { reason: None }
        Order: order Some(1) buy Qty(0)/Qty(100) Cancelled { reason: None }
        OpenOrders: open [] complete true
        FillsSince: fills [(Some(ClientId(2)), Price(15100), Qty(100), Money(75500000000000000))] complete true
        Positions: Positions(Snapshot { rows: [Position { market: MarketId(0), net: SignedQty(100), entry: Some(Price(15100)), unrealized: Some(Money(-1000000000000000000)), at: Timestamp(0) }], scope: None, complete: true })
    "#]].assert_eq(&lines);
}

/// An event on one line: what a strategy would act on.
fn told(event: &Event) -> String {
    match event {
        Event::Order(order) => format!(
            "order {:?} {} {:?}/{:?} {:?}",
            order.client_id.map(|id| id.0),
            order.side,
            order.filled,
            order.qty,
            order.status
        ),
        Event::OpenOrders(rows) => {
            let ids: Vec<_> = rows.rows.iter().filter_map(|order| order.client_id).map(|id| id.0).collect();
            format!("open {ids:?} complete {}", rows.complete)
        }
        Event::Refused { client_id, refusal } => format!("refused {client_id}: {:?}", refusal.kind),
        Event::Fills(fills) => {
            let rows: Vec<_> =
                fills.rows.iter().map(|fill| (fill.client_id, fill.price, fill.qty, fill.fee)).collect();
            format!("fills {rows:?} complete {}", fills.complete)
        }
        Event::BookSnapshot(book) => format!("book {} {:?} {:?}", book.seq, book.bids, book.asks),
        other => format!("{other:?}"),
    }
}

#[test]
fn refusals_are_recognised() {
    let mut pair = Pair::new();
    pair.bob("Ask", "2", "151.00");
    let limit = |price| OrderKind::Limit { price: Price(price), time_in_force: TimeInForce::Gtc };
    let reduce = |mut it: Placement| {
        it.order.exposure = Exposure::ReduceOnly;
        it
    };
    let huge = |mut it: Placement| {
        it.order.qty = Qty(90_000_000);
        it
    };
    let cases = [
        (placement(1, Side::Buy, post_only(15_100)), RefusalKind::WouldMatch),
        (reduce(placement(2, Side::Buy, limit(14_900))), RefusalKind::NotReducing),
        (huge(placement(3, Side::Buy, limit(14_900))), RefusalKind::Funds),
        (placement(4, Side::Sell, OrderKind::Market), RefusalKind::NoLiquidity),
        (placement(5, Side::Buy, limit(100)), RefusalKind::InvalidOrder),
    ];
    for (placement, kind) in cases {
        refused(pair.ask(&Ask::Place(placement)), kind);
    }
    pair.ask(&Ask::Place(placement(6, Side::Buy, post_only(14_900)))).expect("rests");
    refused(
        pair.ask(&Ask::Place(placement(6, Side::Buy, post_only(14_900)))),
        RefusalKind::DuplicateClientId,
    );
    let nothing = CancelTarget { market: MARKET, client_id: Some(ClientId(9)), venue_id: None };
    refused(pair.ask(&Ask::Cancel(nothing)), RefusalKind::NotFound);
    // The venue's clock runs ahead of ours, and the other way round.
    let mut outbox = Outbox::default();
    for (ours, kind) in [(-6_000i64, RefusalKind::Clock), (601_000, RefusalKind::Clock)] {
        let now = Timestamp::from_ms(pair.world.now.ms().saturating_add_signed(ours));
        pair.client.encode(now, CallRef(0), &Ask::Balances, &mut outbox).expect("encoded");
        let reply = pair.world.reply(&outbox.request);
        refused(
            pair.client.reply(now, CallRef(0), &Ask::Balances, &reply, &mut Vec::new()).map(|_| Vec::new()),
            kind,
        );
    }
    outbox.request.headers.clear();
    pair.client.encode(pair.world.now, CallRef(0), &Ask::Balances, &mut outbox).expect("encoded");
    "/api/v1/orders".clone_into(&mut outbox.request.path); // signed for another purpose
    let reply = pair.world.reply(&outbox.request);
    let said = pair.client.reply(pair.world.now, CallRef(0), &Ask::Balances, &reply, &mut Vec::new());
    refused(said.map(|_| Vec::new()), RefusalKind::Authentication);
}

fn refused(said: Result<Vec<Event>, CallError>, kind: RefusalKind) {
    match said {
        Err(CallError::Refused(refusal)) => assert_eq!(refusal.kind, kind, "{refusal}"),
        other => panic!("{kind:?} was expected, not {other:?}"),
    }
}

#[test]
fn streams_are_understood() {
    let mut pair = Pair::new();
    pair.connect();
    assert_eq!(pair.events(), [], "subscribing is silent");
    pair.bob("Ask", "2", "151.00");
    pair.bob("Bid", "3", "149.00");
    pair.ask(&Ask::Place(placement(7, Side::Buy, OrderKind::Market))).expect("bought");
    let events = pair.events();
    let orders: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Order(order) => Some((order.client_id, order.filled, order.status.clone())),
            _ => None,
        })
        .collect();
    let id = Some(ClientId(7));
    assert_eq!(orders, [(id, Qty(0), ReportedStatus::Open), (id, Qty(100), ReportedStatus::Filled)]);
    let fills = events.iter().filter_map(|event| match event {
        Event::Fill(fill) => Some(fill.clone()),
        _ => None,
    });
    let fills: Vec<_> = fills.collect();
    // The same fill over REST, but for the time: the history has milliseconds only, and so has our clock here.
    let history = pair.ask(&Ask::FillsSince(Timestamp::ZERO)).expect("fills");
    assert!(matches!(&history[..], [Event::Fills(told)] if told.rows == fills), "{fills:?} {history:?}");
    let position = events.iter().find_map(|event| match event {
        Event::Position(position) => Some(position.net),
        _ => None,
    });
    assert_eq!(position.map(|net| net.0), Some(100));
    for kind in ["Ticker", "Trade", "BookDelta", "Balance"] {
        assert!(events.iter().any(|event| format!("{event:?}").starts_with(kind)), "no {kind} in {events:?}");
    }
    pair.world.pass(Duration::from_secs(1));
    assert!(pair.events().iter().any(|event| matches!(event, Event::Mark(_))));
    // An order that is stopped by its own account, told with the reason.
    pair.ask(&Ask::Place(placement(8, Side::Buy, post_only(15_000)))).expect("rests");
    let limit = OrderKind::Limit { price: Price(15_000), time_in_force: TimeInForce::Gtc };
    pair.ask(&Ask::Place(placement(9, Side::Sell, limit))).expect("accepted, then stopped");
    let cancelled = pair.events().into_iter().any(|event| {
        matches!(event, Event::Order(order) if order.client_id == Some(ClientId(9))
            && order.status == ReportedStatus::Cancelled { reason: Some("SelfTradePrevention".to_owned()) })
    });
    assert!(cancelled);
}

/// Subscriptions that were signed too long ago, or by a clock that is off, are made anew on another socket: they are no
/// feed that the venue does not have.
#[test]
fn subscriptions_that_come_too_late_are_made_anew() {
    let mut pair = Pair::new();
    pair.world.now = pair.world.now + Duration::from_secs(6);
    let mut frames = Vec::new();
    let stale = pair.world.now - Duration::from_secs(6);
    pair.client.opened(stale, LinkId(0), &mut frames);
    for frame in &frames {
        pair.world.say(pair.conn, &frame.0);
    }
    assert_eq!(pair.world.heard.len(), 3, "one for each private stream");
    let heard = pair.heard();
    assert_eq!((heard.events, heard.closing.as_deref()), (vec![], Some("4003: Request has expired")));
    pair.world.server.closed(pair.conn);
    let (status, _) = pair.world.call(ALICE, (Method::Get, "/api/v1/capital"), "");
    assert_eq!(status, 200);
}
