//! A world for a session: a script, a story, and a driver that writes down what happens.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use mm_core::{Call, CallId, Clock, LinkState, Spawner, Task, VirtualRuntime};
use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DecodeError, Event, Exposure, MarketId, NewOrder, OrderKind,
    Placement, Qty, Side as OrderSide, Timestamp,
};
use mm_venues::client::CallRef;
use tokio::sync::mpsc;

use super::{
    super::{Session, SessionConfig, side::Side},
    codec::{Keys, Tiny},
    venue::Wire,
};
use crate::LinkMessage;

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
    /// Orders and cancels travel by the first socket.
    pub(super) by_socket: bool,
    pub(super) keys: Keys,
    /// The codec logs in, and opens the private socket no sooner.
    pub(super) logs_in: bool,
    /// On all sockets the venue speaks first.
    pub(super) greets: bool,
    /// The codec says something on the first socket this often.
    pub(super) tick_ms: Option<u64>,
    /// The codec has so much to prepare.
    pub(super) n_to_prepare: usize,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            capacity: 100,
            links: &["public"],
            venue: BTreeMap::new(),
            doors: BTreeMap::new(),
            offset_ns: 0,
            by_socket: false,
            keys: Keys::Free,
            logs_in: false,
            greets: false,
            tick_ms: None,
            n_to_prepare: 0,
        }
    }
}

/// What everybody writes down, and what the story reads and steers.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) spawner: Spawner,
    pub(super) script: Arc<Script>,
    shared: Arc<Mutex<Shared>>,
}

pub(super) struct Shared {
    log: String,
    counts: BTreeMap<String, usize>,
    /// Asked and not completed.
    open: Vec<CallId>,
    /// Encoded, and the codec has not heard how it ended.
    pub(super) encoded: BTreeSet<CallRef>,
    calls: Option<mpsc::Sender<Call>>,
    n_calls: u64,
    pub(super) peers: BTreeMap<&'static str, mpsc::Sender<LinkMessage>>,
    pub(super) tasks: Vec<Task>,
    readiness: Result<bool, String>,
    halted: bool,
}

/// Plays a story against a session; returns what happened, by milliseconds since the start.
pub(super) fn play<F: Future<Output = ()>>(script: Script, story: impl FnOnce(World) -> F) -> String {
    let runtime = VirtualRuntime::new(START);
    let (calls, asked) = mpsc::channel(1024);
    let shared = Shared {
        log: String::new(),
        counts: BTreeMap::new(),
        open: Vec::new(),
        encoded: BTreeSet::new(),
        calls: Some(calls),
        n_calls: 0,
        peers: BTreeMap::new(),
        tasks: Vec::new(),
        readiness: Ok(false),
        halted: false,
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
    let protocol = Box::new(Tiny::new(world.clone()));
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
    assert!(shared.encoded.is_empty(), "the codec never heard the end of {:?}", shared.encoded);
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
    pub(super) fn halt(&self) {
        self.with(|shared| shared.halted = true);
    }

    pub(super) fn set_readiness(&self, readiness: Result<bool, &str>) {
        self.with(|shared| shared.readiness = readiness.map_err(str::to_owned));
    }

    /// Something comes on a socket.
    pub(super) fn hear(&self, link: &'static str, message: LinkMessage) {
        self.with(|shared| shared.peers[link].try_send(message).expect("the socket is open"));
    }

    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().expect("nobody panicked"))
    }

    pub(super) fn nth(&self, what: &str) -> usize {
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
    fn resent(&mut self) {}
    fn clock_offset_ns(&self) -> i64 {
        self.world.script.offset_ns
    }
    fn readiness(&self) -> Result<bool, String> {
        self.world.with(|shared| shared.readiness.clone())
    }
    fn holds_back(&self, ask: &Ask) -> Option<&'static str> {
        let halted = self.world.with(|shared| shared.halted);
        (halted && !ask.placements().is_empty()).then_some("HALTED")
    }
}
