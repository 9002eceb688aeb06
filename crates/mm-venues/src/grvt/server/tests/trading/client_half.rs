//! Both halves of the codec together: what the client half writes the server half takes, and what the server half answers
//! and streams the client half understands, by either way and in either encoding.

use bytes::Bytes;
use expect_test::expect;
use mm_model::{
    Ask, CallError, CancelTarget, ClientId, Event, Exposure, Mode, NewOrder, OrderKind, OrderQuery,
    Placement, Qty, Side, TimeInForce as Rests,
};

use super::*;
use crate::{
    client::{Answered, CallRef, Frame, Heard, LinkId, Next, Outbox, Protocol, Way},
    grvt::{Client, Credentials, Options as ClientOptions, OrdersBy, Urls, wire::Encoding},
    server::ConnId,
};

/// The client's sockets: of public data, and of the account.
const LINKS: [LinkId; 2] = [LinkId(0), LinkId(1)];
/// The least id that clients take.
const FIRST: u64 = 1 << 63;

/// Alice's connector against the venue.
struct Pair {
    world: World,
    client: Client,
    conns: Vec<ConnId>,
    n_calls: u64,
    heard: Vec<Event>,
}

impl Pair {
    fn new(encoding: Encoding, orders_by: OrdersBy) -> Self {
        let world = World::new(Options { speed_bump: Duration::from_millis(25), ..options() });
        let url = |scheme: &str| format!("{scheme}://venue");
        let urls = Urls {
            edge: url("http"),
            trades: url("http"),
            market_data: url("http"),
            ws_trades: url("ws"),
            ws_market_data: url("ws"),
        };
        let signer = Signer::simulated(Alice.session_key());
        let keys = Credentials::new(Alice.api_key(), Alice.sub_account(), signer, world.chain);
        let options = ClientOptions { encoding, orders_by, ..ClientOptions::new(urls, vec![BTC.to_owned()]) };
        let client = Client::new(options.with_keys(keys)).expect("good options");
        let mut pair = Self { world, client, conns: Vec::new(), n_calls: 0, heard: Vec::new() };
        pair.ask(&Ask::Time).expect("the time");
        let markets = pair.ask(&Ask::Markets).expect("markets");
        let [Event::Markets(markets)] = &markets[..] else { panic!("{markets:?}") };
        assert_eq!(markets.len(), 2);
        for link in LINKS {
            pair.connect(link, encoding);
        }
        pair.hear();
        pair.heard.clear();
        pair
    }

    fn connect(&mut self, link: LinkId, encoding: Encoding) {
        let now = self.world.now;
        let mut request = Request::default();
        request.reset(Method::Get, encoding.socket_path());
        assert!(self.client.upgrade(now, link, &mut request.headers), "logged in");
        let conn = ConnId(100 + self.conns.len() as u64);
        let Venue { server, said, .. } = &mut self.world.venue;
        server.opened(now, conn, &request, said);
        self.conns.push(conn);
        let mut frames = Vec::new();
        self.client.opened(now, link, &mut frames);
        self.say(conn, frames);
    }

    fn say(&mut self, conn: ConnId, frames: Vec<Frame>) {
        for Frame(text) in frames {
            self.world.say(conn, &text);
        }
    }

    /// Lets the client read all that its sockets were sent. Returns the answers to calls.
    fn hear(&mut self) -> Vec<Answered> {
        let mut answers = Vec::new();
        for (conn, link) in self.conns.clone().into_iter().zip(LINKS) {
            for text in self.world.texts(conn) {
                let mut heard = Heard::default();
                let read = self.client.frame(self.world.now, link, &Bytes::from(text.clone()), &mut heard);
                assert_eq!(read, Ok(()), "{text}");
                self.heard.append(&mut heard.events);
                answers.append(&mut heard.answers);
                self.say(conn, heard.send);
            }
        }
        answers
    }

    /// One question and its answer.
    fn sending(&mut self, call: CallRef, ask: &Ask) -> Result<(Next, Vec<Event>), CallError> {
        let (mut outbox, mut events) = (Outbox::default(), Vec::new());
        match self.client.encode(self.world.now, call, ask, &mut outbox)? {
            Way::Http => {
                let reply = self.world.reply(&outbox.request);
                let next = self.client.reply(self.world.now, call, ask, &reply, &mut events)?;
                Ok((next, events))
            }
            Way::Socket(link) => {
                let conn = self.conns[usize::from(link == LINKS[1])];
                self.say(conn, outbox.frames);
                let answer = self.hear().into_iter().find(|answer| answer.to == call);
                let Answered { result, events, .. } =
                    answer.unwrap_or_else(|| panic!("no answer to {ask:?}"));
                Ok((result?, events))
            }
        }
    }

    fn call(&mut self) -> CallRef {
        self.n_calls += 1;
        CallRef(self.n_calls)
    }

    /// Asks to the end, as the session does: what is to be sent again is the same call.
    fn ask(&mut self, ask: &Ask) -> Result<Vec<Event>, CallError> {
        let (mut ask, mut events) = (ask.clone(), Vec::new());
        let mut call = self.call();
        loop {
            while let Some(own) = self.client.own_ask(self.world.now) {
                let login = self.call();
                self.sending(login, &own)?;
            }
            let (next, more) = self.sending(call, &ask)?;
            events.extend(more);
            match next {
                Next::Done => return Ok(events),
                Next::Ask(next) => (call, ask) = (self.call(), next),
                Next::Resend => {}
            }
        }
    }

    /// Asks, and tells on a line each what the answer and then the streams said of orders, fills and positions.
    fn story(&mut self, asks: &[Ask]) -> String {
        let mut lines = String::new();
        for ask in asks {
            let name = format!("{ask:?}");
            let name = name.split(['(', ' ']).next().unwrap_or_default();
            match self.ask(ask) {
                Ok(events) => {
                    lines.extend(events.iter().filter_map(told).map(|it| format!("{name}: {it}\n")));
                }
                Err(error) => lines += &format!("{name}: {error}\n"),
            }
            self.world.wait_ms(100);
            self.hear();
            lines
                .extend(self.heard.drain(..).filter_map(|it| told(&it)).map(|it| format!("  heard: {it}\n")));
        }
        lines
    }
}

/// An event on one line: what a strategy would act on.
fn told(event: &Event) -> Option<String> {
    let id = |id: Option<ClientId>| id.map_or(0, |id| id.0.wrapping_sub(FIRST));
    Some(match event {
        Event::Order(order) => format!(
            "order {} {} {}/{} {:?}",
            id(order.client_id),
            order.side,
            order.filled.0,
            order.qty.0,
            order.status
        ),
        Event::Fill(fill) => {
            let (qty, price) = (fill.qty.0, fill.price.0);
            format!(
                "fill {} {} {qty} at {price} for {} {:?}",
                id(fill.client_id),
                fill.side,
                fill.fee,
                fill.liquidity
            )
        }
        Event::Position(position) => format!("position {}", position.net.0),
        Event::OpenOrders(rows) => {
            let ids: Vec<_> = rows.rows.iter().map(|order| id(order.client_id)).collect();
            format!("open {ids:?} complete {}", rows.complete)
        }
        Event::Fills(fills) => {
            let rows: Vec<_> = fills.rows.iter().map(|fill| (id(fill.client_id), fill.qty.0)).collect();
            format!("fills {rows:?} complete {}", fills.complete)
        }
        Event::Positions(rows) => {
            let rows: Vec<_> = rows.rows.iter().map(|row| (row.market.0, row.net.0)).collect();
            format!("positions {rows:?}")
        }
        Event::Queued { client_id } => format!("queued {}", client_id.0 - FIRST),
        Event::Refused { client_id, refusal } => format!("refused {}: {refusal}", client_id.0 - FIRST),
        _ => return None,
    })
}

fn whole_story(encoding: Encoding, orders_by: OrdersBy) -> String {
    let mut pair = Pair::new(encoding, orders_by);
    pair.world.place(Bob, maker(ask(1, "0.02", "60100")));
    pair.world.place(Bob, maker(bid(2, "0.02", "59900")));
    pair.hear();
    let market = MarketId(0);
    let place = |id, side, kind| {
        let order = NewOrder { market, side, qty: Qty(10), kind, exposure: Exposure::Any };
        Ask::Place(Placement { client_id: ClientId(FIRST + id), order })
    };
    let limit = |price, time_in_force| OrderKind::Limit { price: Price(price), time_in_force };
    let cancel =
        |id| Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(FIRST + id)), venue_id: None });
    let created_at = pair.world.now;
    let query = |id| {
        Ask::Order(
            OrderQuery { market, client_id: ClientId(FIRST + id), venue_id: None, created_at },
            Mode::Live,
        )
    };
    pair.story(&[
        place(1, Side::Buy, OrderKind::PostOnly { price: Price(590_000) }),
        place(2, Side::Buy, OrderKind::PostOnly { price: Price(601_000) }),
        place(3, Side::Buy, limit(601_000, Rests::Gtc)),
        place(4, Side::Buy, OrderKind::Market),
        place(5, Side::Buy, limit(601_000, Rests::Ioc)),
        place(1, Side::Buy, limit(580_000, Rests::Gtc)),
        Ask::OpenOrders(None),
        query(1),
        cancel(1),
        query(1),
        query(99),
        cancel(6),
        place(6, Side::Sell, limit(610_000, Rests::Gtc)),
        place(7, Side::Sell, limit(599_000, Rests::Fok)),
        Ask::Positions,
        Ask::CancelAll(market),
    ])
}

#[test]
fn one_story_by_either_way_in_either_encoding() {
    let told = whole_story(Encoding::Full, OrdersBy::Http);
    for (encoding, way) in [
        (Encoding::Lite, OrdersBy::Http),
        (Encoding::Full, OrdersBy::Socket),
        (Encoding::Lite, OrdersBy::Socket),
    ] {
        assert_eq!(whole_story(encoding, way), told, "{encoding:?} {way:?}");
    }
    expect![[r#"
        Place: queued 1
          heard: order 1 buy 0/10 Open
          heard: order 1 buy 0/10 Open
        Place: queued 2
          heard: order 2 buy 0/10 Rejected { reason: "FAIL_POST_ONLY" }
          heard: order 2 buy 0/10 Rejected { reason: "FAIL_POST_ONLY" }
        Place: queued 3
          heard: order 3 buy 0/10 Open
          heard: order 3 buy 0/10 Open
          heard: order 3 buy 10/10 Filled
          heard: order 3 buy 10/10 Filled
          heard: fill 3 buy 10 at 601000 for 0.27045 Taker
          heard: position 10
        Place: queued 4
          heard: order 4 buy 0/10 Open
          heard: order 4 buy 0/10 Open
          heard: order 4 buy 10/10 Filled
          heard: order 4 buy 10/10 Filled
          heard: fill 4 buy 10 at 601000 for 0.27045 Taker
          heard: position 20
        Place: queued 5
          heard: order 5 buy 0/10 Open
          heard: order 5 buy 0/10 Open
          heard: order 5 buy 0/10 Cancelled { reason: Some("IOC_CANCEL") }
          heard: order 5 buy 0/10 Cancelled { reason: Some("IOC_CANCEL") }
        Place: refused: 2012: client order id is that of an active order
        OpenOrders: open [1] complete true
        Order: order 1 buy 0/10 Open
          heard: order 1 buy 0/10 Cancelled { reason: None }
          heard: order 1 buy 0/10 Cancelled { reason: None }
        Order: order 1 buy 0/10 Cancelled { reason: None }
        Place: queued 6
          heard: order 6 sell 0/10 Cancelled { reason: None }
          heard: order 6 sell 0/10 Cancelled { reason: None }
        Place: queued 7
          heard: order 7 sell 0/10 Open
          heard: order 7 sell 0/10 Open
          heard: order 7 sell 10/10 Filled
          heard: order 7 sell 10/10 Filled
          heard: fill 7 sell 10 at 599000 for 0.26955 Taker
          heard: position 10
        Positions: positions [(0, 10)]
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_login_that_ends_is_renewed_and_the_call_made_again() {
    let mut pair = Pair::new(Encoding::Lite, OrdersBy::Http);
    pair.ask(&Ask::Positions).expect("logged in");
    assert!(pair.world.trouble(None, Mischief::ExpireTokens));
    let order = NewOrder {
        market: MarketId(0),
        side: Side::Buy,
        qty: Qty(10),
        kind: OrderKind::PostOnly { price: Price(590_000) },
        exposure: Exposure::Any,
    };
    let placed = pair.ask(&Ask::Place(Placement { client_id: ClientId(FIRST), order }));
    assert!(placed.is_ok(), "{placed:?}");
    assert_eq!(pair.world.exchange.open_orders(pair.world.id(Alice), None).len(), 1, "once");
}
