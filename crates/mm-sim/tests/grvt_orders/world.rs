//! A simulated GRVT in this process under virtual time, the real connector, and many tasks that trade through it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

use mm_core::{Clock, Order, Venue, VenueConfig, VenueStatus, VirtualRuntime};
use mm_crypto::ecdsa::{SecretKey, Signer};
use mm_model::{End, Market, NewOrder, OrderKind, OrderState, Refusal, TimeInForce, Timestamp};
use mm_session::{Limits, SessionConfig};
use mm_sim::{
    InProcess, SimConfig,
    config::{Latency, VenueKind},
    control::{AccountState, CrowdAction},
    faults::Schedule,
};
use mm_venues::grvt::{Client, Credentials, Options, OrdersBy, SPEC, Urls, sign::ChainId, wire::Encoding};

use crate::{
    support::{Believed, Habits, Ids, Overheard, Tally, Trader, meets_or_rests},
    venue::{Past, Row},
    wire::Wire,
};

pub(crate) const SYMBOL: &str = "ETH_USDT_Perp";
pub(crate) const ACCOUNT: &str = "alice";
const START: Timestamp = Timestamp::from_ms(1_800_000_000_000);
/// Our ids begin here.
pub(crate) const FIRST_ID: u64 = (1 << 63) + 1_000;
/// How often lists are asked for, and how long after the last trouble everything is known.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);
const SETTLES_WITHIN: Duration = Duration::from_secs(15);
/// By then nothing of ours is on its way any more.
const QUIET_WITHIN: Duration = Duration::from_secs(120);

/// How everybody trades, and what goes wrong.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) orders_by: OrdersBy,
    pub(crate) encoding: Encoding,
    pub(crate) tasks: usize,
    /// Of each task.
    pub(crate) orders: usize,
    /// After each of them.
    pub(crate) pause: Duration,
    /// One message in so many holds several orders; 0: none.
    pub(crate) batch_every: usize,
    /// How often everything on the market is cancelled meanwhile.
    pub(crate) sweeps: usize,
    /// Whether the venue counts requests, and we with it.
    pub(crate) limits: bool,
    pub(crate) seed: u64,
    /// Of ours.
    pub(crate) first_id: u64,
    pub(crate) faults: Schedule,
}

impl Case {
    /// A few orders each of a dozen tasks, and nothing goes wrong.
    pub(crate) fn new(orders_by: OrdersBy, encoding: Encoding) -> Self {
        Self {
            orders_by,
            encoding,
            tasks: 12,
            orders: 3,
            pause: Duration::ZERO,
            batch_every: 0,
            sweeps: 0,
            limits: false,
            seed: 1,
            first_id: FIRST_ID,
            faults: Schedule::default(),
        }
    }

    /// Both ways, and both encodings.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let ways = [OrdersBy::Socket, OrdersBy::Http].into_iter();
        ways.flat_map(|way| Encoding::ALL.map(|encoding| Self::new(way, encoding)))
    }
}

/// A venue, a connector to it, and somebody who listens between them.
pub(crate) struct Stage<'a> {
    pub(crate) world: &'a InProcess,
    pub(crate) venue: &'a Venue,
    pub(crate) clock: &'a Clock,
    pub(crate) market: &'a Market,
    pub(crate) wire: &'a Mutex<Wire>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) wire: Wire,
    pub(crate) not_sent: usize,
    pub(crate) unknown: usize,
    pub(crate) rejected: Vec<Refusal>,
    pub(crate) took: Duration,
    pub(crate) status: VenueStatus,
    believed: Believed,
    pub(crate) rows: Vec<Row>,
    /// As the venue's own words on positions have it.
    position: String,
    truth: AccountState,
}

impl Ended {
    /// Nothing was lost, nothing doubled, nothing invented, nothing is left, and nobody was told what is not so.
    pub(crate) fn check(&self) {
        assert_eq!(self.status.anomalies, 0, "{:?}", self.status);
        self.believed.check_against(&self.truth);
        assert!(self.truth.open_orders.is_empty(), "{:?}", self.truth.open_orders);
        self.wire.check();
        self.check_each_against_the_venue();
        let net = self.truth.positions.get(SYMBOL).map_or("0", String::as_str);
        assert_eq!(self.position, net, "the position as the venue told it");
        assert!(self.status.ready, "{:?}", self.status);
        assert_eq!(self.status.in_flight, 0, "every call has ended");
        assert_eq!(self.status.unknown_orders, 0);
    }

    /// Every order ended as the venue says, under the venue's own id, and there is no other of its id.
    fn check_each_against_the_venue(&self) {
        let mut rows = BTreeMap::<u64, &Row>::new();
        for row in &self.rows {
            let before = rows.insert(row.client_id, row);
            assert_eq!(before, None, "client id {} is at the venue twice: {row:?}", row.client_id);
        }
        for (id, names) in &self.wire.told {
            assert_eq!(names.len(), 1, "the stream told of {id} under several ids: {names:?}");
        }
        for record in &self.believed.records {
            let id = record.client_id().0;
            let row = rows.remove(&id);
            let named = record.venue_id().map(|it| it.as_str().to_owned());
            let is_there = |row: &&Row| named.as_ref().is_none_or(|named| *named == row.order_id);
            assert!(row.is_none() || row.is_some_and(|row| is_there(&row)), "{record:?} {row:?}");
            assert!(row.is_some() || named.is_none(), "the venue does not know {record:?}");
            match (record.state(), row) {
                // Refused, or never arrived; or thrown out when it came to be matched.
                (OrderState::Failed, None) => {}
                (OrderState::Failed, Some(row)) => {
                    let is_thrown_out = row.status == "REJECTED" || row.reason == "FAIL_POST_ONLY";
                    assert!(is_thrown_out && row.filled == "0.0", "{record:?} {row:?}");
                }
                (OrderState::Cancelled, Some(row)) => {
                    assert_eq!(row.status, "CANCELLED", "{record:?} {row:?}");
                    let is_told = matches!(record.end(), Some(End::Cancelled(_)));
                    assert!(is_told, "an acknowledgement is no end: {record:?}");
                }
                (OrderState::Filled, Some(row)) => assert_eq!(row.status, "FILLED", "{record:?} {row:?}"),
                _ => panic!("{record:?} {row:?}"),
            }
        }
        assert!(rows.is_empty(), "orders that we do not know: {rows:?}");
    }
}

/// Orders of every kind: most rest, some meet the market, some are thrown out.
fn varied(market: &Market, task: usize, n: usize) -> NewOrder {
    let order = meets_or_rests(market, (task, n), "0.01");
    let price = |text| market.price(text).expect("a price of the market");
    let kind = match (task * 7 + n) % 12 {
        3 => OrderKind::Limit { price: price("2390"), time_in_force: TimeInForce::Ioc },
        5 => OrderKind::Market,
        // One of both sides would match.
        8 => OrderKind::PostOnly { price: price("2450") },
        _ => order.kind,
    };
    NewOrder { kind, ..order }
}

/// Everybody trades until everything is over.
pub(crate) fn run(case: &Case) -> Ended {
    on_stage(case, async |stage: Stage<'_>| {
        let started = stage.clock.now();
        // Their times count from here.
        stage.world.control().set_faults(case.faults.clone()).expect("faults that can be");
        let habits = Habits {
            tasks: case.tasks,
            orders: case.orders,
            pause: case.pause,
            order: varied,
            hasty_every: 4,
            batch_every: case.batch_every,
            insists_after: Some(Duration::from_secs(20)),
        };
        let tally = Mutex::new(Tally::default());
        let Stage { venue, clock, market, .. } = stage;
        let trader = Trader { venue, clock, market, habits: &habits, tally: &tally };
        futures_util::future::join(trader.all(), stage.sweep(case.sweeps)).await;
        let took = clock.now().since(started);
        stage.settle().await;
        let Tally { not_sent, unknown, rejected, records } = tally.into_inner().expect("one thread");
        assert!(!records.is_empty(), "somebody has traded");
        // All at one time: to ask the venue takes a while, in which the connector asks it too.
        let everything = venue.placed_since(START).iter().map(Order::snapshot).collect();
        let (status, believed) = (venue.status(), Believed::of(venue, market, everything));
        let (position, truth) = (stage.position(), stage.truth());
        let rows = Past::new(stage.world, ACCOUNT).ended_orders().await;
        Ended {
            not_sent,
            unknown,
            rejected,
            took,
            status,
            believed,
            position,
            rows,
            truth,
            wire: std::mem::replace(&mut stage.wire.lock().expect("one thread"), Wire::new(case.encoding)),
        }
    })
}

impl Stage<'_> {
    /// No more trouble, and time enough for all to be known.
    pub(crate) async fn settle(&self) {
        self.world.control().set_faults(Schedule::default()).expect("none can be");
        self.clock.sleep(SETTLES_WITHIN).await;
        self.clock.within(QUIET_WITHIN, self.venue.ready()).await.expect("it recovers");
        let until = self.clock.now() + QUIET_WITHIN;
        while 0 < self.venue.status().in_flight && self.clock.now() < until {
            self.clock.sleep(Duration::from_millis(10)).await;
        }
    }

    /// Cancels everything on the market, so often.
    async fn sweep(&self, times: usize) {
        for _ in 0..times {
            self.clock.sleep(Duration::from_millis(17)).await;
            // Each order's own end tells what came of it.
            drop(self.venue.cancel_all(self.market.id).await);
        }
    }

    fn position(&self) -> String {
        let told = self.venue.positions().into_iter().find(|position| position.market == self.market.id);
        told.map_or("0".to_owned(), |told| self.market.signed_decimal(told.net).normalized().to_string())
    }

    /// The simulator's own word.
    pub(crate) fn truth(&self) -> AccountState {
        self.world.control().state().venues["grvt"][ACCOUNT].clone()
    }

    /// Our ids of what is live at the venue.
    pub(crate) fn live(&self) -> BTreeSet<u64> {
        self.truth().open_orders.iter().filter_map(|order| order.client_id).collect()
    }
}

/// Sets the stage, and lets `play` play on it once the venue is ready.
pub(crate) fn on_stage<T>(case: &Case, play: impl AsyncFnOnce(Stage<'_>) -> T) -> T {
    let runtime = VirtualRuntime::new(START);
    let clock = runtime.clock();
    let sim = SimConfig {
        venues: vec![VenueKind::Grvt],
        seed: case.seed,
        crowd: Some(CrowdAction::Pause),
        rate_limits: case.limits,
        latency: Latency { min: Duration::from_millis(1), max: Duration::from_millis(4) },
        ..SimConfig::default()
    };
    let world = InProcess::start(sim, clock.clone(), &runtime.spawner()).expect("a world");
    let wire = Arc::new(Mutex::new(Wire::new(case.encoding)));
    let ids = Arc::new(Ids(AtomicU64::new(case.first_id)));
    let (venue, driver) = mm_core::venue(config(), clock.clone(), ids);
    let transport = Overheard { inner: world.transport(), wire: Arc::clone(&wire) };
    let protocol = Box::new(client(case, &world));
    let limits = if case.limits { Limits::Venues } else { Limits::Off };
    let session = SessionConfig { limits, ..SessionConfig::default() };
    let session = mm_session::run(clock.clone(), driver, protocol, transport, session);
    let _session = runtime.spawner().spawn("session", async move {
        session.await.expect("the session runs until the test is over");
    });
    runtime.block_on(async {
        let ready = clock.within(QUIET_WITHIN, venue.ready()).await;
        ready.unwrap_or_else(|| panic!("it does not get ready: {:?}", venue.status()));
        let market = venue.market(SYMBOL).expect("it is listed");
        play(Stage { world: &world, venue: &venue, clock: &clock, market: &market, wire: &wire }).await
    })
}

fn config() -> VenueConfig {
    VenueConfig {
        name: "grvt".into(),
        symbols: vec![SYMBOL.into()],
        stale_after: Duration::from_secs(3_600),
        submit_valid_for: SPEC.window.default,
        closed_orders_max: 10_000,
        reconcile_every: RECONCILE_EVERY,
        shown_within: VenueConfig::SHOWN_WITHIN,
        dead_man: None,
        recovery: mm_core::Recovery::default(),
        on_mismatch: mm_core::OnMismatch::default(),
    }
}

fn client(case: &Case, world: &InProcess) -> Client {
    let place = world.endpoints().venues.grvt.as_ref().expect("it stands");
    let account = place.account(ACCOUNT).expect("she is there");
    let urls = Urls {
        edge: place.edge.clone(),
        trades: place.trades.clone(),
        market_data: place.market_data.clone(),
        ws_trades: place.ws_trades.clone(),
        ws_market_data: place.ws_market_data.clone(),
    };
    let key = SecretKey::from_hex(&account.private_key).expect("a key");
    let sub_account = account.sub_account_id.parse().expect("a number");
    let credentials =
        Credentials::new(&account.api_key, sub_account, Signer::live(key), ChainId(place.chain_id.into()));
    let mut options = Options::new(urls, vec![SYMBOL.into()]).with_keys(credentials);
    options.orders_by = case.orders_by;
    options.encoding = case.encoding;
    Client::new(options).expect("a client")
}
