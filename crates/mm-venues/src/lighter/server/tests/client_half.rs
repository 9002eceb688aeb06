//! Both halves of the codec together: what the client half writes the server half takes, and what the server half
//! answers the client half understands, by form and by socket.

mod trouble;

use std::time::Duration;

use bytes::Bytes;
use expect_test::expect;
use mm_crypto::{Signer, SimulatedKey};
use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DeadMan, Event, Exposure, Group, GroupKind, Leverage, MarketId,
    Mode, Modification, Money, NewOrder, OrderKind, OrderQuery, Placement, Price, Qty, Side, TimeInForce,
};

use super::{ALICE, KEY, World, options};
use crate::{
    client::{Answered, CallRef, Frame, Heard, LinkId, Next, Outbox, Protocol, Way},
    lighter::{Client, Credentials, Options, OrdersBy, server},
    server::ConnId,
};

const LINK: LinkId = LinkId(0);
const ETH: MarketId = MarketId(0);

/// Alice's connector against the venue.
struct Pair {
    world: World,
    client: Client,
    conn: Option<ConnId>,
    n_calls: u64,
    heard: Vec<Event>,
    is_greeted: bool,
    /// Frames that could not be read.
    n_unreadable: usize,
}

impl Pair {
    fn new(orders_by: OrdersBy, venue: server::Options) -> Self {
        let chain = venue.chain;
        let world = World::new(venue);
        let keys = vec![(KEY, Signer::simulated(SimulatedKey::derive(7, "alice")))];
        let symbols = vec!["ETH".to_owned(), "ETH/USDC".to_owned()];
        let mut options = Options::new("http://venue", "ws://venue/stream", symbols).with_keys(Credentials {
            account: ALICE,
            chain,
            keys,
        });
        options.orders_by = orders_by;
        let client = Client::new(options).expect("good options");
        let mut pair = Self {
            world,
            client,
            conn: None,
            n_calls: 0,
            heard: Vec::new(),
            is_greeted: false,
            n_unreadable: 0,
        };
        let markets = pair.ask(&Ask::Markets).expect("markets");
        let [Event::Markets(markets)] = &markets[..] else { panic!("{markets:?}") };
        assert_eq!(markets[0].id, ETH);
        pair
    }

    /// Opens the socket and lets everything be subscribed to.
    fn connected(orders_by: OrdersBy, venue: server::Options) -> Self {
        let mut pair = Self::new(orders_by, venue);
        let conn = pair.world.connect("");
        pair.conn = Some(conn);
        pair.hear();
        assert!(pair.is_greeted, "the venue speaks first");
        let mut frames = Vec::new();
        pair.client.opened(pair.world.now, LINK, &mut frames);
        pair.say(frames);
        pair.hear();
        pair.heard.clear();
        pair
    }

    fn say(&mut self, frames: Vec<Frame>) {
        let conn = self.conn.expect("a socket");
        for Frame(text) in frames {
            self.world.say(conn, &text);
        }
    }

    /// Lets the client read all that its socket was sent. Returns the answers to calls.
    fn hear(&mut self) -> Vec<Answered> {
        let Some(conn) = self.conn else { return Vec::new() };
        let mut answers = Vec::new();
        loop {
            let frames = self.world.frames(conn);
            if frames.is_empty() {
                return answers;
            }
            for frame in frames {
                let mut heard = Heard::default();
                let text = Bytes::from(frame.to_string());
                let read = self.client.frame(self.world.now, LINK, &text, &mut heard);
                self.n_unreadable += usize::from(read.is_err());
                self.is_greeted |= heard.greeted;
                self.heard.append(&mut heard.events);
                answers.append(&mut heard.answers);
                self.say(heard.send);
            }
        }
    }

    /// What is due by the clock, as the session does it.
    fn upkeep(&mut self) {
        let mut frames = Vec::new();
        self.client.tick(self.world.now, &mut frames);
        if self.conn.is_some() {
            self.say(frames.into_iter().map(|(_, frame)| frame).collect());
        }
        while let Some(own) = self.client.own_ask(self.world.now) {
            self.sending(&own).expect("the venue tells nonces");
        }
    }

    /// One question and its answer.
    fn sending(&mut self, ask: &Ask) -> Result<(Next, Vec<Event>), CallError> {
        self.n_calls += 1;
        let call = CallRef(self.n_calls);
        let mut outbox = Outbox::default();
        let mut events = Vec::new();
        match self.client.encode(self.world.now, call, ask, &mut outbox)? {
            Way::Http => {
                let reply = self.world.reply(&outbox.request);
                let next = self.client.reply(self.world.now, call, ask, &reply, &mut events)?;
                Ok((next, events))
            }
            Way::Socket(_) => {
                self.say(outbox.frames);
                let answer = self.hear().into_iter().find(|answer| answer.to == call);
                let Answered { result, events, .. } =
                    answer.unwrap_or_else(|| panic!("no answer to {ask:?}"));
                Ok((result?, events))
            }
        }
    }

    /// Asks to the end, as the session does.
    fn ask(&mut self, ask: &Ask) -> Result<Vec<Event>, CallError> {
        let (mut ask, mut events) = (ask.clone(), Vec::new());
        loop {
            self.upkeep();
            for _ in 0..20 {
                if self.client.may_encode(&ask) {
                    break;
                }
                self.world.advance(Duration::from_millis(350));
                self.upkeep();
            }
            let (next, more) = self.sending(&ask)?;
            events.extend(more);
            self.hear();
            match next {
                Next::Done => return Ok(events),
                Next::Ask(next) => ask = next,
                Next::Resend => {}
            }
        }
    }

    /// Asks, and tells on a line each what the answer and the streams said; balances and prices apart.
    fn story(&mut self, asks: &[Ask]) -> String {
        let mut lines = String::new();
        for ask in asks {
            let name = format!("{ask:?}");
            let name = name.split(['(', ' ']).next().unwrap_or("").to_owned();
            match self.ask(ask) {
                Ok(events) => lines.extend(events.iter().map(|event| format!("{name}: {}\n", told(event)))),
                Err(error) => lines.push_str(&format!("{name}: {error}\n")),
            }
            self.world.advance(Duration::from_millis(100));
            self.hear();
            let of_order =
                |event: &Event| matches!(event, Event::Order(_) | Event::Fill(_) | Event::Position(_));
            let heard: Vec<_> = self.heard.drain(..).filter(of_order).collect();
            lines.extend(heard.iter().map(|event| format!("  heard: {}\n", told(event))));
        }
        assert_eq!(self.n_unreadable, 0, "every frame is understood");
        lines
    }
}

/// An event on one line: what a strategy would act on.
fn told(event: &Event) -> String {
    match event {
        Event::Order(order) => format!(
            "order {:?} {} {}/{} v{} {:?}",
            order.client_id.map(|id| id.0),
            order.side,
            order.filled.0,
            order.qty.0,
            order.version,
            order.status
        ),
        Event::Fill(fill) => format!(
            "fill {:?} {} {} at {} for {} {:?}",
            fill.client_id.map(|id| id.0),
            fill.side,
            fill.qty.0,
            fill.price.0,
            fill.fee,
            fill.liquidity
        ),
        Event::Position(position) => format!("position {:?}", position.net),
        Event::OpenOrders(rows) => {
            let ids: Vec<_> = rows.rows.iter().filter_map(|order| order.client_id).map(|id| id.0).collect();
            format!("open {ids:?} complete {}", rows.complete)
        }
        Event::Refused { client_id, refusal } => format!("refused {client_id}: {refusal}"),
        Event::Fills(fills) => {
            let rows: Vec<_> =
                fills.rows.iter().map(|fill| (fill.client_id.map(|id| id.0), fill.qty.0)).collect();
            format!("fills {rows:?} complete {}", fills.complete)
        }
        Event::Positions(rows) => {
            let rows: Vec<_> = rows.rows.iter().map(|row| (row.market.0, row.net.0)).collect();
            format!("positions {rows:?}")
        }
        Event::BookSnapshot(book) => format!("book {} {:?} {:?}", book.seq, book.bids, book.asks),
        other => format!("{other:?}"),
    }
}

fn placement(id: u64, side: Side, kind: OrderKind) -> Placement {
    let order = NewOrder { market: ETH, side, qty: Qty(1_000), kind, exposure: Exposure::Any };
    Placement { client_id: ClientId(id), order }
}

const fn post_only(price: i64) -> OrderKind {
    OrderKind::PostOnly { price: Price(price) }
}

fn cancel(id: u64) -> CancelTarget {
    CancelTarget { market: ETH, client_id: Some(ClientId(id)), venue_id: None }
}

fn query(pair: &Pair, id: u64) -> OrderQuery {
    OrderQuery { market: ETH, client_id: ClientId(id), venue_id: None, created_at: pair.world.now }
}

/// The story of one account.
fn whole_story(orders_by: OrdersBy) -> String {
    let mut pair = Pair::connected(orders_by, options());
    pair.world.rests(Side::Sell, 240_100, 5_000);
    pair.world.rests(Side::Buy, 239_900, 5_000);
    pair.hear();
    let created = query(&pair, 0);
    let query = |id| OrderQuery { client_id: ClientId(id), ..created };
    let asks = [
        Ask::Time,
        Ask::Book(ETH),
        Ask::Resync(ETH),
        Ask::Fees,
        Ask::Positions,
        Ask::Place(placement(1, Side::Buy, post_only(239_000))),
        Ask::Place(placement(2, Side::Buy, OrderKind::Market)),
        Ask::Place(placement(3, Side::Buy, post_only(240_100))), // would match
        Ask::Batch(vec![
            placement(4, Side::Buy, post_only(238_000)),
            placement(5, Side::Sell, post_only(245_000)),
            placement(
                6,
                Side::Sell,
                OrderKind::Limit { price: Price(239_900), time_in_force: TimeInForce::Ioc },
            ),
        ]),
        Ask::Modify(Modification { target: cancel(1), price: Price(238_500), qty: Qty(2_000) }),
        Ask::OpenOrders(None),
        Ask::OpenOrders(Some(ETH)),
        Ask::Order(query(1), Mode::Live),
        Ask::Order(query(2), Mode::Live),
        Ask::Order(query(3), Mode::Live),
        Ask::Order(query(9), Mode::Live), // never was
        Ask::Cancel(cancel(1)),
        Ask::Cancel(cancel(9)),
        Ask::CancelAll(ETH),
        Ask::OpenOrders(None),
        Ask::FillsSince(created.created_at),
        Ask::Positions,
        Ask::Leverage(Leverage { market: Some(MarketId(1)), times: 10, mode: None }),
        Ask::DeadMan(DeadMan::In(Duration::from_secs(600))),
        Ask::DeadMan(DeadMan::Off),
    ];
    pair.story(&asks)
}

#[test]
fn everything_that_can_be_asked() {
    let by_form = whole_story(OrdersBy::Http);
    expect![[r#"
        Time: ServerTime(Timestamp(1800000000500000000))
        Book: book 0 [Level { price: Price(239900), qty: Qty(5000) }] [Level { price: Price(240100), qty: Qty(5000) }]
        Resync: book 2 [Level { price: Price(239900), qty: Qty(5000) }] [Level { price: Price(240100), qty: Qty(5000) }]
        Fees: Fees(FeeRates { perpetual_maker: Rate(40000), perpetual_taker: Rate(280000), spot_maker: Rate(40000), spot_taker: Rate(280000) })
        Positions: positions [(0, 0), (1, 0)]
        Place: Queued { client_id: ClientId(1) }
          heard: order Some(1) buy 0/1000 v0 Open
        Place: Queued { client_id: ClientId(2) }
          heard: order Some(2) buy 1000/1000 v0 Filled
          heard: fill Some(2) buy 1000 at 240100 for 0.067228 Taker
          heard: position SignedQty(1000)
        Place: Queued { client_id: ClientId(3) }
          heard: order Some(3) buy 0/1000 v0 Rejected { reason: "canceled-post-only" }
        Batch: Queued { client_id: ClientId(4) }
        Batch: Queued { client_id: ClientId(5) }
        Batch: Queued { client_id: ClientId(6) }
          heard: order Some(5) sell 0/1000 v0 Open
          heard: order Some(6) sell 1000/1000 v0 Filled
          heard: order Some(4) buy 0/1000 v0 Open
          heard: fill Some(6) sell 1000 at 239900 for 0.067172 Taker
          heard: position SignedQty(0)
          heard: order Some(1) buy 0/2000 v1 Open
        OpenOrders: open [5, 4, 1] complete true
        OpenOrders: open [5, 4, 1] complete true
        Order: order Some(1) buy 0/2000 v1 Open
        Order: order Some(2) buy 1000/1000 v0 Filled
        Order: order Some(3) buy 0/1000 v0 Rejected { reason: "canceled-post-only" }
        Order: NoSuchOrder { client_id: ClientId(9), mode: Live, complete: true }
        Order: NoSuchOrder { client_id: ClientId(9), mode: History, complete: true }
          heard: order Some(1) buy 0/2000 v1 Cancelled { reason: None }
          heard: order Some(5) sell 0/1000 v0 Cancelled { reason: None }
          heard: order Some(4) buy 0/1000 v0 Cancelled { reason: None }
        OpenOrders: open [] complete true
        FillsSince: fills [(Some(6), 1000), (Some(2), 1000)] complete true
        Positions: positions [(0, 0), (1, 0)]
          heard: position SignedQty(0)
    "#]].assert_eq(&by_form);
    assert_eq!(whole_story(OrdersBy::Socket), by_form, "the same by socket");
}

#[test]
fn groups_and_spot() {
    let mut pair = Pair::connected(OrdersBy::Socket, options());
    pair.world.rests(Side::Sell, 240_100, 5_000);
    let child = |id, kind| {
        let mut child = placement(id, Side::Sell, kind);
        child.order.exposure = Exposure::ReduceOnly;
        child
    };
    let limit = OrderKind::Limit { price: Price(240_100), time_in_force: TimeInForce::Gtc };
    let orders = vec![
        placement(1, Side::Buy, limit),
        child(2, OrderKind::StopLoss { trigger: Price(230_000), limit: None }),
        child(3, OrderKind::TakeProfit { trigger: Price(250_000), limit: None }),
    ];
    let spot = |id, price| {
        let mut placement = placement(id, Side::Buy, post_only(price));
        placement.order.market = MarketId(2);
        placement
    };
    let asks = [
        Ask::Group(Group { kind: GroupKind::OneTriggersPair, orders }),
        Ask::Batch(vec![spot(4, 230_000), spot(5, 231_000)]),
        Ask::OpenOrders(None),
        Ask::CancelAll(MarketId(2)),
        Ask::OpenOrders(None),
        Ask::CancelAll(ETH),
        Ask::OpenOrders(None),
        Ask::Margin(ETH, Money(10_i128.pow(18))),
        Ask::Balances,
    ];
    expect![[r#"
        Group: Queued { client_id: ClientId(1) }
        Group: Queued { client_id: ClientId(2) }
        Group: Queued { client_id: ClientId(3) }
          heard: order Some(2) sell 0/1000 v0 Open
          heard: order Some(3) sell 0/1000 v0 Open
          heard: order Some(1) buy 1000/1000 v0 Filled
          heard: fill Some(1) buy 1000 at 240100 for 0.067228 Taker
          heard: position SignedQty(1000)
        Batch: Queued { client_id: ClientId(4) }
        Batch: Queued { client_id: ClientId(5) }
          heard: order Some(5) buy 0/1000 v0 Open
          heard: order Some(4) buy 0/1000 v0 Open
        OpenOrders: open [2, 3, 5, 4] complete true
          heard: order Some(5) buy 0/1000 v0 Cancelled { reason: None }
          heard: order Some(4) buy 0/1000 v0 Cancelled { reason: None }
        OpenOrders: open [2, 3] complete true
          heard: order Some(2) sell 0/1000 v0 Cancelled { reason: None }
          heard: order Some(3) sell 0/1000 v0 Cancelled { reason: None }
        OpenOrders: open [] complete true
        Margin: refused: 21614: no position found
        Balances: Balances(Snapshot { rows: [Balance { asset: "ETH", available: Money(100000000000000000000), locked: Money(0), at: Timestamp(0) }, Balance { asset: "USDC", available: Money(999987832772000000000000), locked: Money(12100000000000000000), at: Timestamp(0) }], scope: None, complete: true })
    "#]].assert_eq(&pair.story(&asks));
}
