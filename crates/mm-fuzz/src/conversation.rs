//! What a client and its simulated venue say to each other when nobody means harm: recorded once a process, the same each
//! time. It gives the seeds, and brings a fresh client to where it trades.

use std::{future::poll_fn, sync::LazyLock, task::Poll, time::Duration};

use bytes::Bytes;
use mm_core::{Clock, VirtualRuntime};
use mm_model::{
    Ask, CancelTarget, ClientId, DeadMan, Event, Exposure, Leverage, Market, Mode, Money, NewOrder,
    OrderKind, OrderQuery, Placement, Price, Side, TimeInForce, Timestamp,
};
use mm_session::{Link as _, LinkMessage, Outgoing, Transport as _};
use mm_sim::{Endpoints, InProcess, InProcessTransport, SimConfig};
use mm_venues::{
    client::{CallRef, Greeting, Heard, LinkId, LinkSpec, Outbox, Protocol, Way},
    http::{Reply, Request},
};

use crate::{clients::Wire, plausible};

/// When the recorded world begins.
pub(crate) const START: Timestamp = Timestamp::from_ms(1_795_000_000_000);
/// Ids of clients' orders begin where every venue takes them from programs.
pub(crate) const ID_FIRST: u64 = 1 << 63;

/// Something that happened to the client, in order.
enum Step {
    Asked { at: Timestamp, ask: Ask, reply: Reply },
    Opened { at: Timestamp, link: LinkId },
    Heard { at: Timestamp, link: LinkId, frame: Bytes },
}

/// A recorded conversation.
pub(crate) struct Conversation {
    wire: Wire,
    pub(crate) endpoints: Endpoints,
    steps: Vec<Step>,
    /// How many of the steps bring a client to where it trades.
    n_greeting: usize,
    /// All that was asked by HTTP, with the number of the ask in [`Conversation::asks`] and the reply.
    pub(crate) calls: Vec<(usize, Request, Reply)>,
    /// What the client said on which socket.
    pub(crate) said: Vec<(LinkId, String)>,
    /// What it was asked.
    pub(crate) asks: Vec<Ask>,
    pub(crate) links: Vec<LinkSpec>,
    pub(crate) now: Timestamp,
}

/// The conversation with a venue.
pub(crate) fn conversation(wire: Wire) -> &'static Conversation {
    static ALL: [LazyLock<Conversation>; 4] = [
        LazyLock::new(|| Conversation::record(Wire::Backpack)),
        LazyLock::new(|| Conversation::record(Wire::Lighter)),
        LazyLock::new(|| Conversation::record(Wire::GrvtLite)),
        LazyLock::new(|| Conversation::record(Wire::GrvtFull)),
    ];
    &ALL[wire as usize]
}

/// A world with one venue, whose sockets and crowd are as quick as can be.
pub(crate) fn world(wire: Wire, runtime: &VirtualRuntime, config: SimConfig) -> InProcess {
    let config = SimConfig { venues: vec![wire.kind()], rate_limits: false, ..config };
    InProcess::start(config, runtime.clock(), &runtime.spawner()).expect("a world that can be made")
}

impl Conversation {
    fn record(wire: Wire) -> Self {
        let runtime = VirtualRuntime::new(START);
        let world = world(wire, &runtime, SimConfig::default());
        let endpoints = world.endpoints().clone();
        let client = wire.client(&endpoints);
        let links = client.links();
        let talk = Talk {
            client,
            clock: runtime.clock(),
            transport: world.transport(),
            sockets: Vec::new(),
            n_calls: 0,
            markets: Vec::new(),
            bid: None,
            out: Self {
                wire,
                endpoints,
                steps: Vec::new(),
                n_greeting: 0,
                calls: Vec::new(),
                said: Vec::new(),
                asks: Vec::new(),
                links,
                now: START,
            },
        };
        runtime.block_on(talk.all())
    }

    /// A client that has logged in, knows the markets, and has its sockets open.
    pub(crate) fn client(&self) -> Box<dyn Protocol> {
        let mut client = self.wire.client(&self.endpoints);
        let (mut outbox, mut heard) = (Outbox::default(), Heard::default());
        for (n, step) in (0..).zip(&self.steps[..self.n_greeting]) {
            match step {
                Step::Asked { at, ask, reply } => {
                    while client.own_ask(*at).is_some() {}
                    let _ = client.encode(*at, CallRef(n), ask, &mut outbox);
                    let _ = client.reply(*at, CallRef(n), ask, reply, &mut heard.events);
                }
                Step::Opened { at, link } => client.opened(*at, *link, &mut heard.send),
                Step::Heard { at, link, frame } => drop(client.frame(*at, *link, frame, &mut heard)),
            }
            heard.clear();
        }
        client
    }

    /// All frames that came, each with its socket.
    pub(crate) fn frames(&self) -> impl Iterator<Item = (LinkId, &Bytes)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Heard { link, frame, .. } => Some((*link, frame)),
            _ => None,
        })
    }
}

/// A conversation that is being recorded.
struct Talk {
    client: Box<dyn Protocol>,
    clock: Clock,
    transport: InProcessTransport,
    sockets: Vec<<InProcessTransport as mm_session::Transport>::Link>,
    n_calls: u64,
    markets: Vec<Market>,
    bid: Option<Price>,
    out: Conversation,
}

impl Talk {
    async fn all(mut self) -> Conversation {
        self.ask(Ask::Time).await; // Without it, nobody knows when a login ends.
        self.own_asks().await;
        self.ask(Ask::Markets).await;
        self.own_asks().await;
        for n in 0..self.out.links.len() {
            self.open(LinkId(n)).await;
        }
        self.listen(Duration::from_millis(1_500)).await;
        self.own_asks().await;
        self.out.n_greeting = self.out.steps.len();
        self.ask(Ask::Book(self.market().id)).await;
        for ask in asks(self.market(), self.bid.unwrap_or(Price(1_000))) {
            self.ask(ask).await;
            self.listen(Duration::from_millis(200)).await;
        }
        self.out.now = self.clock.now();
        self.out
    }

    fn market(&self) -> &Market {
        self.markets.first().expect("the venue lists something")
    }

    /// What the codec wants to know for itself.
    async fn own_asks(&mut self) {
        while let Some(ask) = self.client.own_ask(self.clock.now()) {
            self.ask(ask).await;
        }
    }

    async fn open(&mut self, link: LinkId) {
        let mut spec = self.out.links[link.0].clone();
        assert!(self.client.upgrade(self.clock.now(), link, &mut spec.headers), "it has logged in");
        let socket = self.transport.connect(&spec).await.expect("the socket opens");
        self.out.links[link.0] = spec.clone();
        self.sockets.push(socket);
        if spec.greeting == Greeting::Ours {
            self.opened(link);
        }
    }

    fn opened(&mut self, link: LinkId) {
        let at = self.clock.now();
        let mut frames = Vec::new();
        self.client.opened(at, link, &mut frames);
        self.out.steps.push(Step::Opened { at, link });
        frames.into_iter().for_each(|frame| self.say(link, frame.0));
    }

    fn say(&mut self, link: LinkId, text: String) {
        self.out.said.push((link, text.clone()));
        let frame = Outgoing::Frame(mm_venues::client::Frame(text));
        self.sockets[link.0].send(frame).expect("the socket is open");
    }

    async fn ask(&mut self, ask: Ask) {
        self.n_calls += 1;
        let (call, at) = (CallRef(1_000_000 + self.n_calls), self.clock.now());
        let mut outbox = Outbox::default();
        let n = self.out.asks.len();
        self.out.asks.push(ask.clone());
        match self.client.encode(at, call, &ask, &mut outbox) {
            Ok(Way::Http) => {
                let url = self.client.rest_url(&ask).to_owned();
                let reply = self.transport.call(&url, &outbox.request).await.expect("nothing is cut here");
                let mut events = Vec::new();
                let _ = self.client.reply(self.clock.now(), call, &ask, &reply, &mut events);
                self.learn(&events);
                self.out.calls.push((n, outbox.request, reply.clone()));
                self.out.steps.push(Step::Asked { at, ask, reply });
            }
            Ok(Way::Socket(link)) => outbox.frames.into_iter().for_each(|frame| self.say(link, frame.0)),
            Err(_) => {} // A venue that does not know such a thing.
        }
    }

    async fn listen(&mut self, for_: Duration) {
        let end = self.clock.now() + for_;
        loop {
            let sockets = &mut self.sockets;
            let next = poll_fn(|cx| {
                for (n, socket) in sockets.iter_mut().enumerate() {
                    if let Poll::Ready(message) = socket.poll_next(cx) {
                        return Poll::Ready((LinkId(n), message));
                    }
                }
                Poll::Pending
            });
            let left = end.since(self.clock.now());
            let Some((link, message)) = self.clock.within(left, next).await else { return };
            match message {
                LinkMessage::Frame(frame) => self.hear(link, frame),
                LinkMessage::Alive => {}
                LinkMessage::Closed(why) => panic!("a recorded socket closed: {why}"),
            }
            if self.out.steps.len() > 4_000 {
                return;
            }
        }
    }

    fn hear(&mut self, link: LinkId, frame: Bytes) {
        let at = self.clock.now();
        let mut heard = Heard::default();
        let _ = self.client.frame(at, link, &frame, &mut heard);
        self.learn(&heard.events);
        self.out.steps.push(Step::Heard { at, link, frame });
        std::mem::take(&mut heard.send).into_iter().for_each(|frame| self.say(link, frame.0));
        if heard.greeted {
            self.opened(link);
        }
    }

    fn learn(&mut self, events: &[Event]) {
        for event in events {
            plausible::check(event);
            match event {
                Event::Markets(rows) => self.markets.clone_from(rows),
                Event::BookSnapshot(book) => self.bid = book.bids.iter().map(|level| level.price).max(),
                _ => {}
            }
        }
    }
}

/// One of everything, on one market.
fn asks(market: &Market, bid: Price) -> Vec<Ask> {
    let place = |n: u64, kind| Placement {
        client_id: ClientId(ID_FIRST + n),
        order: NewOrder {
            market: market.id,
            side: Side::Buy,
            qty: mm_model::Qty(market.min_qty.0 * 10),
            kind,
            exposure: Exposure::Any,
        },
    };
    let away = Price(bid.0 - bid.0 / 20);
    let rests = |n| place(n, OrderKind::Limit { price: away, time_in_force: TimeInForce::Gtc });
    let id = market.id;
    let query =
        OrderQuery { market: id, client_id: ClientId(ID_FIRST + 1), venue_id: None, created_at: START };
    let cancel = |n| CancelTarget { market: id, client_id: Some(ClientId(ID_FIRST + n)), venue_id: None };
    vec![
        Ask::Time,
        Ask::Resync(id),
        Ask::Place(rests(1)),
        Ask::Place(place(2, OrderKind::Market)),
        Ask::Batch(vec![rests(3), rests(4)]),
        Ask::Order(query, Mode::Live),
        Ask::OpenOrders(None),
        Ask::OpenOrders(Some(id)),
        Ask::Modify(mm_model::Modification { target: cancel(1), price: away, qty: market.min_qty }),
        Ask::Cancel(cancel(1)),
        Ask::Order(query, Mode::History),
        Ask::CancelAll(id),
        Ask::FillsSince(START),
        Ask::Positions,
        Ask::Balances,
        Ask::Fees,
        Ask::Leverage(Leverage { market: Some(id), times: 3, mode: None }),
        Ask::Leverage(Leverage { market: None, times: 3, mode: None }),
        Ask::Margin(id, Money(1_000_000_000_000_000_000)),
        Ask::DeadMan(DeadMan::In(Duration::from_secs(600))),
        Ask::DeadMan(DeadMan::Off),
        Ask::Login,
        Ask::Nonce(mm_model::KeyIndex(4)),
    ]
}
