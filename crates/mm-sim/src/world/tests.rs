//! The world under time that the test tells it: what clients get, what faults do to it, and that all of it happens
//! again. Requests are written and replies read by the venue's own client half.

mod outage;

use std::time::Duration;

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, Event as Heard, Exposure, Market, NewOrder, OrderKind, Placement,
    Price, Qty, Side, TimeInForce,
};
use mm_venues::{
    backpack::{Client, Options},
    client::{CallRef, Frame, LinkId, Outbox, Protocol as _},
    http::Method,
};

use super::*;
use crate::{
    config::{Latency, OWN_TIME_START},
    faults::{Lie, Rule},
};

const HERE: VenueIndex = VenueIndex(0);
const SYMBOL: &str = "SOL_USDC_PERP";

/// A client of a world, one request at a time.
struct Trader {
    world: World,
    client: Client,
    now: Timestamp,
    n_requests: u64,
    n_orders: u64,
}

/// What came of a request.
#[derive(Debug, PartialEq)]
enum Came {
    Heard(Vec<Heard>),
    Failed(CallError),
    Cut,
    Nothing,
}

impl Trader {
    fn new(config: SimConfig) -> Self {
        let world = World::new(&config, OWN_TIME_START).unwrap();
        let alice = &world.venues()[0].accounts[0];
        let options = Options::new("sim://backpack", "sim://backpack", vec![SYMBOL.to_owned()])
            .with_keys(&alice.key.api_key, &alice.key.secret)
            .unwrap();
        let client = Client::new(options).unwrap();
        let mut trader = Self { world, client, now: OWN_TIME_START, n_requests: 0, n_orders: 0 };
        assert!(matches!(trader.ask(&Ask::Markets), Came::Heard(_)));
        trader
    }

    fn with_faults(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut trader = Self::new(SimConfig::default());
        trader.world.set_faults(trader.now, Schedule::of(rules)).unwrap();
        trader
    }

    /// Asks and waits up to five seconds.
    fn ask(&mut self, ask: &Ask) -> Came {
        let id = self.send(ask);
        self.wait(id, ask, Duration::from_secs(5))
    }

    fn send(&mut self, ask: &Ask) -> RequestId {
        let mut outbox = Outbox::default();
        self.client.encode(self.now, CallRef(0), ask, &mut outbox).unwrap();
        self.n_requests += 1;
        let id = RequestId { venue: HERE, number: self.n_requests };
        self.world.request(self.now, id, outbox.request);
        id
    }

    fn wait(&mut self, wanted: RequestId, ask: &Ask, limit: Duration) -> Came {
        let end = self.now + limit;
        loop {
            for delivery in self.taken() {
                match delivery {
                    Delivery::Reply(id, reply) if id == wanted => {
                        let mut heard = Vec::new();
                        return match self.client.reply(self.now, CallRef(0), ask, &reply, &mut heard) {
                            Ok(_) => Came::Heard(heard),
                            Err(error) => Came::Failed(error),
                        };
                    }
                    Delivery::Cut(id) if id == wanted => return Came::Cut,
                    _ => {}
                }
            }
            let next = self.world.next_wake().unwrap_or(end);
            if next > end {
                return Came::Nothing;
            }
            self.now = self.now.max(next);
            self.world.advance(self.now);
        }
    }

    fn taken(&mut self) -> Vec<Delivery> {
        let mut due = Vec::new();
        self.world.take_deliveries(&mut due);
        due
    }

    fn market(&self) -> Market {
        self.world.venues()[0].exchange.markets().by_symbol(SYMBOL).unwrap().clone()
    }

    /// A bid far below the market.
    fn placement(&mut self) -> Ask {
        self.n_orders += 1;
        let order = NewOrder {
            market: self.market().id,
            side: Side::Buy,
            qty: Qty(10),
            kind: OrderKind::Limit { price: Price(10_000), time_in_force: TimeInForce::Gtc },
            exposure: Exposure::Any,
        };
        Ask::Place(Placement { client_id: ClientId(self.n_orders), order })
    }

    fn cancel(&self) -> Ask {
        let market = self.market().id;
        Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(self.n_orders)), venue_id: None })
    }

    fn n_open(&self) -> usize {
        let here = &self.world.venues()[0];
        here.exchange.open_orders(here.accounts[0].id, None).len()
    }

    /// Opens a socket and subscribes to everything that the client half wants.
    fn open(&mut self) -> ConnId {
        self.n_requests += 1;
        let conn = ConnId(self.n_requests);
        let upgrade = Request { path: "/".to_owned(), method: Method::Get, ..Request::default() };
        let opening = Opening { venue: HERE, conn, request: upgrade };
        assert!(matches!(self.world.open(self.now, opening), Admission::Open));
        let mut frames = Vec::new();
        self.client.opened(self.now, LinkId(0), &mut frames);
        for Frame(text) in frames {
            self.world.frame(self.now, conn, text);
        }
        conn
    }

    /// Everything that comes within a time, as text.
    fn hear(&mut self, length: Duration) -> Vec<String> {
        self.world.advance(self.now);
        let end = self.now + length;
        let mut heard = Vec::new();
        loop {
            let at = self.now;
            heard.extend(self.taken().into_iter().map(|it| match it {
                Delivery::Frame(conn, bytes) => {
                    format!("{at} {} {}", conn.0, std::str::from_utf8(&bytes).unwrap())
                }
                Delivery::Reply(id, reply) => {
                    format!("{at} reply {} {} {:?}", id.number, reply.status, reply.body)
                }
                other => format!("{at} {other:?}"),
            }));
            let Some(next) = self.world.next_wake().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.world.advance(self.now);
        }
        self.now = end;
        heard
    }
}

fn is_order(came: &Came) -> bool {
    matches!(came, Came::Heard(heard) if matches!(heard[..], [Heard::Order(_)]))
}

#[test]
fn an_order_lives_and_dies() {
    let mut trader = Trader::new(SimConfig::default());
    let place = trader.placement();
    let came = trader.ask(&place);
    assert!(is_order(&came), "{came:?}");
    assert_eq!(trader.n_open(), 1);
    let cancel = trader.cancel();
    trader.ask(&cancel);
    assert_eq!(trader.n_open(), 0);
}

#[test]
fn what_is_lost_on_the_way_to_the_venue_never_happened() {
    for (action, came_wanted) in [
        (Action::Drop, "Nothing"),
        (Action::Disconnect, "Cut"),
        (Action::Status { code: 503, body: "<html>".to_owned() }, "OutcomeUnknown"),
        (Action::RateLimit { retry_after_s: 2 }, "Refused"),
        (Action::Corrupt, "Refused"),
        (Action::Skew { ms: 400_000 }, "Refused"),
    ] {
        let mut trader =
            Trader::with_faults([Rule::new(Place::Request, action.clone()).ask("place").times(1)]);
        let place = trader.placement();
        let came = format!("{:?}", trader.ask(&place));
        assert!(came.contains(came_wanted), "{action:?}: {came}");
        assert_eq!(trader.n_open(), 0, "{action:?}");
        let again = trader.placement();
        assert!(is_order(&trader.ask(&again)), "{action:?}: only once");
    }
}

#[test]
fn what_is_lost_on_the_way_back_happened() {
    for (action, came_wanted) in [
        (Action::Drop, "Nothing"),
        (Action::Disconnect, "Cut"),
        (Action::Status { code: 502, body: "<html>".to_owned() }, "OutcomeUnknown"),
        (Action::Corrupt, "OutcomeUnknown"),
    ] {
        let mut trader = Trader::with_faults([Rule::new(Place::Reply, action.clone()).ask("place").times(1)]);
        let place = trader.placement();
        let came = format!("{:?}", trader.ask(&place));
        assert!(came.contains(came_wanted), "{action:?}: {came}");
        assert_eq!(trader.n_open(), 1, "{action:?}");
    }
}

#[test]
fn delays_pass() {
    for place in [Place::Request, Place::Reply] {
        let mut trader = Trader::with_faults([Rule::new(place, Action::Delay { ms: 250 }).ask("place")]);
        let ask = trader.placement();
        let id = trader.send(&ask);
        assert_eq!(trader.wait(id, &ask, Duration::from_millis(249)), Came::Nothing);
        assert_eq!(trader.n_open(), usize::from(place == Place::Reply));
        trader.now = OWN_TIME_START + Duration::from_millis(250);
        assert!(is_order(&trader.wait(id, &ask, Duration::ZERO)));
        assert_eq!(trader.n_open(), 1);
    }
}

#[test]
fn a_request_may_come_twice_and_another_may_overtake_it() {
    let mut trader = Trader::with_faults([Rule::new(Place::Request, Action::Duplicate).ask("place")]);
    let place = trader.placement();
    assert!(is_order(&trader.ask(&place)), "the first one is answered");
    assert_eq!(trader.n_open(), 1, "the venue refuses the second: the client id is in use");

    let mut trader = Trader::with_faults([Rule::new(Place::Request, Action::Reorder).ask("place")]);
    let place = trader.placement();
    let first = trader.send(&place);
    assert_eq!(trader.n_open(), 0, "it waits to be overtaken");
    let cancel = trader.cancel();
    let second = trader.send(&cancel);
    assert!(matches!(trader.wait(second, &cancel, Duration::ZERO), Came::Failed(CallError::Refused(_))));
    let _ = first;
    assert_eq!(trader.n_open(), 1, "the cancel came first and found nothing");
}

#[test]
fn an_ignored_cancel_is_acknowledged_and_leaves_the_order_open() {
    let mut trader = Trader::with_faults([
        Rule::new(Place::Request, Action::IgnoreCancel).ask("cancel"),
        Rule::new(Place::Request, Action::IgnoreCancel).ask("cancel_all"),
    ]);
    let place = trader.placement();
    trader.ask(&place);
    for ask in [trader.cancel(), Ask::CancelAll(trader.market().id)] {
        assert!(matches!(trader.ask(&ask), Came::Heard(_)));
        assert_eq!(trader.n_open(), 1);
    }
}

#[test]
fn replies_can_lie() {
    let lie = |positions: &str| Lie {
        positions: [(SYMBOL.to_owned(), positions.to_owned())].into(),
        open_orders: Some(Vec::new()),
    };
    let mut trader = Trader::with_faults([Rule::new(Place::Reply, Action::Lie(lie("-1.25")))]);
    let Came::Heard(heard) = trader.ask(&Ask::Positions) else { panic!() };
    let [Heard::Positions(snapshot)] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(snapshot.rows[0].net.0, -125);
    let place = trader.placement();
    assert!(is_order(&trader.ask(&place)), "replies about other things stay as they are");
    let Came::Heard(heard) = trader.ask(&Ask::OpenOrders(None)) else { panic!() };
    assert!(matches!(&heard[..], [Heard::OpenOrders(snapshot)] if snapshot.rows.is_empty()), "{heard:?}");

    trader
        .world
        .set_faults(trader.now, Schedule::of([Rule::new(Place::Reply, Action::Lie(lie("0")))]))
        .unwrap();
    let Came::Heard(heard) = trader.ask(&Ask::Positions) else { panic!() };
    assert!(matches!(&heard[..], [Heard::Positions(snapshot)] if snapshot.rows.is_empty()), "{heard:?}");
}

#[test]
fn a_stale_reply_is_the_one_before() {
    let mut trader = Trader::with_faults([Rule::new(Place::Reply, Action::Stale)
        .ask("open_orders")
        .from(Duration::from_secs(1))]);
    let count = |came: Came| match came {
        Came::Heard(heard) => match &heard[..] {
            [Heard::OpenOrders(snapshot)] => snapshot.rows.len(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(count(trader.ask(&Ask::OpenOrders(None))), 0);
    let place = trader.placement();
    trader.ask(&place);
    trader.now = trader.now + Duration::from_secs(2);
    assert_eq!(count(trader.ask(&Ask::OpenOrders(None))), 0, "as before the order");
    assert_eq!(count(trader.ask(&Ask::OpenOrders(None))), 1, "what was true the last time");
}

#[test]
fn frames_meet_faults_too() {
    let order_frames = |action: Option<Action>| {
        let rules = action
            .map(|action| Rule::new(Place::Frame, action).stream("account.orderUpdate").account("alice"));
        let mut trader = Trader::with_faults(rules);
        trader.open();
        let place = trader.placement();
        trader.send(&place);
        let cancel = trader.cancel();
        trader.send(&cancel);
        let heard = trader.hear(Duration::from_secs(1));
        let cut = heard.iter().any(|line| line.contains("CutSocket"));
        let words = ["orderAccepted", "orderCancelled"];
        let frames = heard.iter().filter_map(|line| words.into_iter().find(|word| line.contains(word)));
        (frames.map(|word| &word["order".len()..]).collect::<Vec<_>>(), cut)
    };
    assert_eq!(order_frames(None), (vec!["Accepted", "Cancelled"], false));
    assert_eq!(order_frames(Some(Action::Drop)), (vec![], false));
    assert_eq!(order_frames(Some(Action::Delay { ms: 100 })), (vec!["Accepted", "Cancelled"], false));
    assert_eq!(
        order_frames(Some(Action::Duplicate)),
        (vec!["Accepted", "Accepted", "Cancelled", "Cancelled"], false)
    );
    assert_eq!(order_frames(Some(Action::Stale)), (vec!["Accepted", "Accepted"], false));
    assert_eq!(order_frames(Some(Action::Disconnect)), (vec![], true));

    let corrupt = Rule::new(Place::Frame, Action::Corrupt).stream("account.orderUpdate");
    let mut trader = Trader::with_faults([corrupt]);
    trader.open();
    let place = trader.placement();
    trader.send(&place);
    let heard = trader.hear(Duration::from_secs(1));
    let whole =
        |line: &&String| serde_json::from_str::<serde_json::Value>(line.split_once(" 2 ").unwrap().1).is_ok();
    let frames = heard.iter().filter(|line| !line.contains("reply")).collect::<Vec<_>>();
    assert_eq!(frames.iter().filter(|line| !whole(line)).count(), 1, "{frames:?}");
}

#[test]
fn a_frame_that_is_reordered_comes_after_the_next() {
    let rule = Rule::new(Place::Frame, Action::Reorder).stream("account.orderUpdate").times(1);
    let mut trader = Trader::with_faults([rule]);
    trader.open();
    let place = trader.placement();
    trader.send(&place);
    let heard = trader.hear(Duration::from_secs(1));
    let at = heard.iter().position(|line| line.contains("orderAccepted")).unwrap();
    assert!(heard[..at].iter().any(|line| !line.contains("reply")), "another frame came before");
}

#[test]
fn connections_are_cut_refused_and_silenced() {
    let mut trader = Trader::with_faults([Rule::new(Place::Connection, Action::Disconnect)
        .from(Duration::from_millis(500))
        .times(1)]);
    let conn = trader.open();
    let heard = trader.hear(Duration::from_secs(1));
    let cut = heard.iter().position(|line| line.ends_with(&format!("CutSocket({conn:?})"))).unwrap();
    assert!(heard[..cut].iter().any(|line| line.contains("depth")) && cut == heard.len() - 1);
    trader.open();
    assert!(trader.hear(Duration::from_secs(1)).len() > 5, "only once");

    let mut trader = Trader::with_faults([Rule::new(Place::Connection, Action::Drop)]);
    trader.open();
    let heard = trader.hear(Duration::from_secs(1));
    assert!(matches!(&heard[..], [line] if line.contains("Silence")), "{heard:?}");

    let status = Action::Status { code: 503, body: String::new() };
    let mut trader = Trader::with_faults([Rule::new(Place::Connection, status)]);
    let opening = Opening { venue: HERE, conn: ConnId(1), request: Request::default() };
    let admission = trader.world.open(trader.now, opening);
    assert!(matches!(admission, Admission::Refused(Reply { status: 503, .. })));
}

#[test]
fn messages_travel_and_keep_their_order() {
    let latency = Latency { min: Duration::from_millis(5), max: Duration::from_millis(20) };
    let mut trader = Trader::new(SimConfig { latency, ..SimConfig::default() });
    let (sent, place) = (trader.now, trader.placement());
    assert!(is_order(&trader.ask(&place)));
    let took = trader.now.since(sent);
    assert!((latency.min * 2..=latency.max * 2).contains(&took), "{took:?}");
    trader.open();
    let depth = |line: &String| {
        let (_, after) = line.split_once("\"U\":")?;
        after.split(',').next()?.parse::<u64>().ok()
    };
    let ids: Vec<u64> = trader.hear(Duration::from_secs(5)).iter().filter_map(depth).collect();
    assert!(ids.len() > 20 && ids.is_sorted(), "{ids:?}");
}

#[test]
fn the_same_seed_gives_the_same_deliveries() {
    let story = |seed| {
        let latency = Latency { min: Duration::from_millis(1), max: Duration::from_millis(9) };
        let rules = [
            Rule::new(Place::Frame, Action::Drop).probability_ppm(100_000),
            Rule::new(Place::Frame, Action::Reorder).probability_ppm(100_000),
            Rule::new(Place::Reply, Action::Corrupt).probability_ppm(300_000),
        ];
        let mut trader = Trader::new(SimConfig { seed, latency, ..SimConfig::default() });
        trader.world.set_faults(trader.now, Schedule { seed, rules: rules.into() }).unwrap();
        trader.open();
        let mut heard = Vec::new();
        for _ in 0..10 {
            let place = trader.placement();
            trader.send(&place);
            heard.extend(trader.hear(Duration::from_secs(1)));
        }
        heard
    };
    let heard = story(3);
    assert!(heard.len() > 100, "{}", heard.len());
    assert_eq!(heard, story(3));
    assert_ne!(heard, story(4));
}

#[test]
fn configurations_that_make_no_sense_are_refused() {
    use crate::config::{TapeConfig, VenueKind};
    let tape = |symbol: &str| {
        vec![TapeConfig { path: "none.gz".into(), venue: VenueKind::Backpack, symbol: symbol.to_owned() }]
    };
    for (config, why) in [
        (SimConfig { venues: Vec::new(), ..SimConfig::default() }, "no venue"),
        (SimConfig { venues: vec![VenueKind::Backpack; 2], ..SimConfig::default() }, "listed twice"),
        (SimConfig { tapes: tape("NO_SUCH"), ..SimConfig::default() }, "no market 'NO_SUCH'"),
        (SimConfig { tapes: tape(SYMBOL), ..SimConfig::default() }, "tape none.gz: cannot read it"),
    ] {
        let error = World::new(&config, OWN_TIME_START).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
