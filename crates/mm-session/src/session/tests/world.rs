//! A tiny venue, its sockets and a driver, all of which do as they are told and write down what happens.
//!
//! An ask of market 3 travels as `/place/3`; the script says what the venue does with each path.

use std::{
    collections::BTreeMap,
    future::{Future, pending},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use mm_core::{Call, CallId, Clock, LinkState, Spawner, Task, VirtualRuntime};
use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DecodeError, Event, Exposure, MarketId, NewOrder, OrderKind,
    Placement, Qty, Refusal, RefusalKind, Side as OrderSide, Timestamp,
};
use mm_venues::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::{Method, Reply, Request},
};
use tokio::sync::mpsc;

use super::super::{Session, SessionConfig, side::Side};
use crate::{Connected, LinkMessage, Outgoing, Transport, TransportError};

const START: Timestamp = Timestamp(1_700_000_000_000_000_000);

/// What the venue does with a request.
#[derive(Clone, Debug)]
pub(super) enum Does {
    /// Answers after so many milliseconds.
    Answers(u64, u16, &'static str),
    /// Never answers.
    IsSilent,
    /// Cannot be reached.
    IsGone,
    /// Cuts the connection after the request came.
    Cuts,
}

/// What becomes of an attempt to open a socket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Door {
    /// Refused.
    Shut,
    /// Opens, and answers pings.
    Opens,
    /// Opens, and is dead.
    Dead,
    /// Never answers.
    Hangs,
}

/// How a world is.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) capacity: u32,
    pub(super) links: &'static [&'static str],
    /// By path, in turn; the last one stays. A path that is not listed is answered after 10 ms.
    pub(super) venue: BTreeMap<&'static str, Vec<Does>>,
    /// By socket, in turn; the last one stays. A socket that is not listed opens.
    pub(super) doors: BTreeMap<&'static str, Vec<Door>>,
    pub(super) offset_ns: i64,
}

impl Default for Script {
    fn default() -> Self {
        let (venue, doors) = (BTreeMap::new(), BTreeMap::new());
        Self { capacity: 100, links: &["public"], venue, doors, offset_ns: 0 }
    }
}

/// What everybody writes down, and what the story reads and steers.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Clock,
    spawner: Spawner,
    script: Arc<Script>,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    log: String,
    counts: BTreeMap<String, usize>,
    /// Asked and not completed.
    open: Vec<CallId>,
    calls: Option<mpsc::Sender<Call>>,
    n_calls: u64,
    peers: BTreeMap<&'static str, mpsc::Sender<LinkMessage>>,
    tasks: Vec<Task>,
    readiness: Result<bool, String>,
}

/// Plays a story against a session; returns what happened, by milliseconds since the start.
pub(super) fn play<F: Future<Output = ()>>(script: Script, story: impl FnOnce(World) -> F) -> String {
    let runtime = VirtualRuntime::new(START);
    let (calls, asked) = mpsc::channel(1024);
    let shared = Shared {
        log: String::new(),
        counts: BTreeMap::new(),
        open: Vec::new(),
        calls: Some(calls),
        n_calls: 0,
        peers: BTreeMap::new(),
        tasks: Vec::new(),
        readiness: Ok(false),
    };
    let world = World {
        clock: runtime.clock(),
        spawner: runtime.spawner(),
        script: Arc::new(script),
        shared: Arc::new(Mutex::new(shared)),
    };
    let side = Driven { world: world.clone(), asked };
    let config =
        SessionConfig { jitter_seed: 7, backoff_min: Duration::from_millis(100), ..SessionConfig::default() };
    let protocol = Box::new(Tiny { world: world.clone() });
    let session = Session::new(world.clock.clone(), side, protocol, Wire { world: world.clone() }, config);
    let ended = world.clone();
    let task = runtime.spawner().spawn("session", async move {
        let result = match session {
            Ok(session) => session.run().await,
            Err(error) => Err(error),
        };
        ended.note(&format!("session ended: {result:?}"));
    });
    runtime.block_on(async {
        story(world.clone()).await;
        world.stop();
        task.await;
    });
    let mut shared = world.shared.lock().expect("nobody panicked");
    assert!(shared.open.is_empty(), "never completed: {:?}", shared.open);
    shared.tasks.clear();
    std::mem::take(&mut shared.log)
}

impl World {
    pub(super) fn note(&self, what: &str) {
        let ms = self.clock.now().since(START).as_millis();
        self.with(|shared| shared.log.push_str(&format!("{ms:<5} {what}\n")));
    }

    /// Lets time pass.
    pub(super) async fn after(&self, ms: u64) {
        self.clock.sleep(Duration::from_millis(ms)).await;
    }

    /// Asks for markets and time, without which no socket opens, and forgets what was written down so far.
    pub(super) async fn begin(&self) {
        self.ask(Ask::Time);
        self.ask(Ask::Markets);
        self.after(20).await;
        self.with(|shared| shared.log.clear());
    }

    pub(super) fn ask(&self, ask: Ask) {
        self.with(|shared| {
            shared.n_calls += 1;
            let id = CallId(shared.n_calls);
            shared.open.push(id);
            shared.calls.as_ref().expect("not stopped").try_send(Call { id, ask }).expect("room");
        });
    }

    /// The driver says stop.
    pub(super) fn stop(&self) {
        self.with(|shared| shared.calls = None);
    }

    /// What the driver thinks from now on.
    pub(super) fn set_readiness(&self, readiness: Result<bool, &str>) {
        self.with(|shared| shared.readiness = readiness.map_err(str::to_owned));
    }

    /// Something comes on a socket.
    pub(super) fn hear(&self, link: &'static str, message: LinkMessage) {
        self.with(|shared| shared.peers[link].try_send(message).expect("the socket is open"));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().expect("nobody panicked"))
    }

    fn nth(&self, what: &str) -> usize {
        self.with(|shared| {
            let n = shared.counts.entry(what.to_owned()).or_default();
            *n += 1;
            *n - 1
        })
    }
}

pub(super) fn place(market: u32) -> Ask {
    Ask::Place(placement(market))
}

pub(super) fn batch(markets: &[u32]) -> Ask {
    Ask::Batch(markets.iter().map(|market| placement(*market)).collect())
}

fn placement(market: u32) -> Placement {
    let order = NewOrder {
        market: MarketId(market),
        side: OrderSide::Buy,
        qty: Qty(1),
        kind: OrderKind::Market,
        exposure: Exposure::Any,
    };
    Placement { client_id: ClientId(u64::from(market)), order }
}

pub(super) fn cancel(market: u32) -> Ask {
    Ask::Cancel(CancelTarget { market: MarketId(market), client_id: None, venue_id: None })
}

struct Driven {
    world: World,
    asked: mpsc::Receiver<Call>,
}

impl Side for Driven {
    fn next(&mut self) -> impl Future<Output = Option<Call>> + Send {
        self.asked.recv()
    }
    fn complete(&mut self, _now: Timestamp, call: CallId, result: Result<Vec<Event>, CallError>) {
        let at = self.world.with(|shared| {
            let at = shared.open.iter().position(|open| *open == call);
            at.map(|at| shared.open.remove(at))
        });
        assert_eq!(at, Some(call), "completed twice, or never asked");
        match result {
            Ok(events) => self.world.note(&format!("call {}: {} events", call.0, events.len())),
            Err(error) => self.world.note(&format!("call {}: {error}", call.0)),
        }
    }
    fn apply(&mut self, _now: Timestamp, event: Event) {
        self.world.note(&format!("event {event:?}"));
    }
    fn link(&mut self, _now: Timestamp, state: LinkState) {
        self.world.note(&format!("{state:?}"));
    }
    fn undecodable(&mut self, _now: Timestamp, error: &DecodeError) {
        self.world.note(&error.to_string());
    }
    fn heard(&mut self, _now: Timestamp) {}
    fn clock_offset_ns(&self) -> i64 {
        self.world.script.offset_ns
    }
    fn readiness(&self) -> Result<bool, String> {
        self.world.with(|shared| shared.readiness.clone())
    }
}

struct Tiny {
    world: World,
}

impl Protocol for Tiny {
    fn rest_url(&self) -> &'static str {
        "https://tiny"
    }
    fn links(&self) -> Vec<LinkSpec> {
        self.world.script.links.iter().map(|name| LinkSpec::new("wss://tiny", name)).collect()
    }
    fn allowances(&self) -> Vec<Allowance> {
        vec![Allowance { capacity: self.world.script.capacity, per: Duration::from_secs(60) }]
    }
    fn weight(&self, ask: &Ask) -> Weight {
        Weight::new(match ask {
            Ask::Batch(all) => u32::try_from(all.len()).expect("small"),
            Ask::Leverage(leverage) => leverage.times,
            _ => 1,
        })
    }
    fn encode(&mut self, now: Timestamp, _: CallRef, ask: &Ask, out: &mut Outbox) -> Result<Way, CallError> {
        let path = match ask {
            Ask::Time => "/time".to_owned(),
            Ask::Markets => "/markets".to_owned(),
            Ask::Place(placement) => format!("/place/{}", placement.order.market.0),
            Ask::Batch(all) => format!("/batch/{}", all.len()),
            Ask::Cancel(target) => format!("/cancel/{}", target.market.0),
            Ask::CancelAll(market) => format!("/cancel-all/{}", market.0),
            Ask::Book(market) => format!("/book/{}", market.0),
            Ask::Fees => "/fees".to_owned(),
            Ask::Leverage(_) => "/leverage".to_owned(),
            other => return Err(CallError::NotSent(format!("{other:?} is not spoken here"))),
        };
        out.request.reset(Method::Get, &path);
        out.request.headers.push("at").push_str(&now.ms().to_string());
        Ok(Way::Http)
    }
    fn reply(
        &mut self,
        now: Timestamp,
        _: CallRef,
        _: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        let kind = match reply.status {
            200 => {
                out.push(Event::ServerTime(now));
                let next =
                    std::str::from_utf8(&reply.body).ok().and_then(|text| text.strip_prefix("see book "));
                return Ok(next.map_or(Next::Done, |market| {
                    Next::Ask(Ask::Book(MarketId(market.parse().expect("a number"))))
                }));
            }
            401 => RefusalKind::Authentication,
            429 => RefusalKind::RateLimited,
            500.. => return Err(CallError::OutcomeUnknown(format!("status {}", reply.status))),
            _ => RefusalKind::Other,
        };
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let retry_after = text.parse().ok().map(Duration::from_secs);
        Err(CallError::Refused(Refusal { kind, code: reply.status.to_string(), message: text, retry_after }))
    }
    fn opened(&mut self, _now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        out.push(Frame(format!("subscribe {}", self.world.script.links[link.0])));
    }
    fn frame(
        &mut self,
        now: Timestamp,
        _: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if frame.starts_with(b"bad") {
            return Err(DecodeError { what: "frame", why: "it is bad".to_owned() });
        }
        out.events.push(Event::ServerTime(now));
        Ok(())
    }
}

struct Wire {
    world: World,
}

impl Transport for Wire {
    type Link = Connected;

    fn call(
        &self,
        _base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let world = self.world.clone();
        let path = request.path.clone();
        let at = request.headers.get("at").expect("encoded").parse::<u64>().expect("a number");
        async move {
            let skew = i128::from(at) - i128::from(world.clock.now().ms());
            let skew = if skew == 0 { String::new() } else { format!(" ({skew:+} ms)") };
            world.note(&format!("-> {path}{skew}"));
            let turns = world.script.venue.get(path.as_str()).cloned().unwrap_or_default();
            let turn = world.nth(&path).min(turns.len().saturating_sub(1));
            match turns.get(turn).unwrap_or(&Does::Answers(10, 200, "")) {
                Does::Answers(ms, status, body) => {
                    world.after(*ms).await;
                    Ok(Reply {
                        status: *status,
                        body: Bytes::from_static(body.as_bytes()),
                        ..Reply::default()
                    })
                }
                Does::IsSilent => pending().await,
                Does::IsGone => Err(TransportError::NotSent("no route".to_owned())),
                Does::Cuts => Err(TransportError::NoReply("cut".to_owned())),
            }
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Connected, TransportError>> + Send + 'static {
        let world = self.world.clone();
        let name = link.name;
        async move {
            let turns = world.script.doors.get(name).cloned().unwrap_or_default();
            let turn = world.nth(name).min(turns.len().saturating_sub(1));
            let answers = match turns.get(turn).unwrap_or(&Door::Opens) {
                Door::Shut => {
                    world.note(&format!("{name} refused"));
                    return Err(TransportError::NotSent("refused".to_owned()));
                }
                Door::Hangs => pending().await,
                Door::Opens => true,
                Door::Dead => false,
            };
            world.note(&format!("{name} opens"));
            Ok(open(&world, name, answers))
        }
    }
}

/// The other end of a socket: notes frames, answers pings after a millisecond.
fn open(world: &World, name: &'static str, answers: bool) -> Connected {
    let (to_venue, mut heard) = mpsc::channel(16);
    let (say, from_venue) = mpsc::channel(64);
    let (at, saying) = (world.clone(), say.clone());
    let task = world.spawner.spawn(name, async move {
        while let Some(outgoing) = heard.recv().await {
            match outgoing {
                Outgoing::Frame(Frame(text)) => at.note(&format!("{name} <- {text}")),
                Outgoing::Ping if answers => {
                    at.after(1).await;
                    let _gone = saying.try_send(LinkMessage::Alive);
                }
                Outgoing::Ping => {}
            }
        }
        at.note(&format!("{name} closed by us"));
    });
    world.with(|shared| {
        shared.tasks.push(task);
        shared.peers.insert(name, say);
    });
    Connected { outgoing: to_venue, incoming: from_venue }
}
