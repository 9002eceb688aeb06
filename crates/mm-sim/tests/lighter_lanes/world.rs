//! A simulated Lighter in this process under virtual time, the real connector, and 64 tasks that trade through it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use mm_core::{Clock, IdSource, Order, PlaceError, Venue, VenueConfig, VenueStatus, VirtualRuntime};
use mm_crypto::{Signer, SimulatedKey};
use mm_model::{
    ClientId, Exposure, Market, NewOrder, OrderKind, OrderRecord, OrderState, Side, TimeInForce, Timestamp,
};
use mm_session::{Limits, SessionConfig};
use mm_sim::{
    InProcess, SimConfig,
    config::{Latency, VenueKind},
    control::{AccountState, CrowdAction},
    faults::Schedule,
};
use mm_venues::lighter::{Client, Credentials, Options, OrdersBy, SPEC, tx::ChainId};

use crate::{
    TASKS,
    venue::ended_orders,
    wire::{Overheard, Wire},
};

const SEED: u64 = 1;
const SYMBOL: &str = "ETH";
/// One order in so many meets the market: the others rest until they are cancelled.
const FILLED_EVERY: usize = 10;
/// Long enough for whatever must be proven: a transaction lives 30 s.
const PATIENCE: Duration = Duration::from_secs(300);

/// How everybody trades, and what goes wrong.
pub(crate) struct Case {
    pub(crate) orders_by: OrdersBy,
    /// Keys.
    pub(crate) lanes: u8,
    /// Of each task.
    pub(crate) orders: usize,
    /// After each of them.
    pub(crate) pause: Duration,
    pub(crate) faults: Schedule,
}

/// What came of it.
pub(crate) struct Ended {
    pub(crate) wire: Wire,
    pub(crate) status: VenueStatus,
    /// Placements of which nothing left this machine, and those of which nobody knew at first.
    pub(crate) not_sent: usize,
    pub(crate) unknown: usize,
    pub(crate) took: Duration,
    market: Market,
    n_orders: usize,
    /// All that we know of our orders, but for those that were not sent.
    records: Vec<OrderRecord>,
    open_orders: usize,
    /// What our own orders filled, as we know it.
    filled: String,
    /// The truth.
    truth: AccountState,
}

impl Ended {
    /// Nothing was lost, nothing doubled, nothing is left.
    pub(crate) fn check(&self) {
        assert_eq!(self.records.len(), self.n_orders, "every order is accounted for");
        // Over by the venue's word, or by its proof that it never got the order.
        let is_proven = |record: &OrderRecord| record.is_settled() && !record.is_unknown();
        let unproven: Vec<_> = self.records.iter().filter(|record| !is_proven(record)).collect();
        assert!(unproven.is_empty(), "{unproven:?}");
        assert_eq!((self.open_orders, self.truth.open_orders.as_slice()), (0, &[][..]));
        assert_eq!(self.status.anomalies, 0, "{:?}", self.status);

        let doubled: Vec<_> = self.wire.told.iter().filter(|(_, indices)| indices.len() != 1).collect();
        assert!(doubled.is_empty(), "{doubled:?}");
        let known = |record: &&OrderRecord| record.state() != OrderState::Failed;
        let ours: BTreeSet<u64> =
            self.records.iter().filter(known).map(|record| record.client_id().0).collect();
        let theirs: BTreeSet<u64> = self.wire.told.keys().copied().collect();
        assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), [] as [&u64; 0]);

        let net = self.truth.positions.get(SYMBOL).map_or("0", String::as_str);
        assert_eq!(net, self.filled, "the position is what was filled");
        let mut fills = BTreeMap::<u64, u64>::new();
        for fill in &self.truth.fills {
            let size = self.market.qty(&fill.size).expect("a size of the market");
            *fills.entry(fill.client_id.expect("all are ours")).or_default() += size.0;
        }
        assert!(!fills.is_empty(), "some are filled");
        for record in &self.records {
            let id = record.client_id().0;
            assert_eq!(record.filled().0, fills.get(&id).copied().unwrap_or(0), "fills of {id}");
        }
    }
}

struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

#[derive(Default)]
struct Tally {
    not_sent: usize,
    unknown: usize,
    records: Vec<OrderRecord>,
}

/// Everybody trades until everything is proven.
pub(crate) fn run(case: &Case) -> Ended {
    let runtime = VirtualRuntime::new(Timestamp::from_ms(1_800_000_000_000));
    let clock = runtime.clock();
    let sim = SimConfig {
        venues: vec![VenueKind::Lighter],
        seed: SEED,
        crowd: Some(CrowdAction::Pause),
        rate_limits: false,
        latency: Latency { min: Duration::from_millis(1), max: Duration::from_millis(4) },
        ..SimConfig::default()
    };
    let world = InProcess::start(sim, clock.clone(), &runtime.spawner()).expect("a world");
    let wire = Arc::new(Mutex::new(Wire::default()));
    let (venue, driver) = mm_core::venue(config(), clock.clone(), Arc::new(Ids(AtomicU64::new(1_000))));
    let transport = Overheard { inner: world.transport(), wire: Arc::clone(&wire) };
    let protocol = Box::new(client(case, &world));
    let limits = SessionConfig { limits: Limits::Off, ..SessionConfig::default() };
    let session = mm_session::run(clock.clone(), driver, protocol, transport, limits);
    let _session = runtime.spawner().spawn("session", async move {
        session.await.expect("the session runs until the test is over");
    });
    let tally = Mutex::new(Tally::default());
    let started = clock.now();
    runtime.block_on(async {
        venue.ready().await;
        // Their times count from here.
        world.control().set_faults(case.faults.clone()).expect("faults that can be");
        let market = venue.market(SYMBOL).expect("it is listed");
        let trader = Trader { venue: &venue, clock: &clock, market: &market, tally: &tally };
        join_all((0..TASKS).map(|task| trader.trade(task, case))).await;
        let took = clock.now().since(started);
        let market = Market::clone(&market);
        let account = world.endpoints().venues.lighter.as_ref().and_then(|place| place.account("alice"));
        let rows = ended_orders(&world, account.expect("she is there"), clock.now()).await;
        let mut wire = std::mem::take(&mut *wire.lock().expect("one thread"));
        rows.iter().for_each(|row| wire.note_order(row));
        let Tally { not_sent, unknown, records } = tally.into_inner().expect("one thread");
        Ended {
            wire,
            status: venue.status(),
            not_sent,
            unknown,
            took,
            n_orders: TASKS * case.orders,
            records,
            open_orders: venue.open_orders().len(),
            filled: market.signed_decimal(venue.filled(market.id)).normalized().to_string(),
            truth: world.control().state().venues["lighter"]["alice"].clone(),
            market,
        }
    })
}

fn config() -> VenueConfig {
    VenueConfig {
        name: "lighter".into(),
        symbols: vec![SYMBOL.into()],
        stale_after: Duration::from_secs(3_600),
        submit_valid_for: SPEC.window.default,
        closed_orders_max: 1_000,
        reconcile_every: Duration::from_secs(30),
        shown_within: VenueConfig::SHOWN_WITHIN,
        dead_man: None,
    }
}

fn client(case: &Case, world: &InProcess) -> Client {
    let place = world.endpoints().venues.lighter.as_ref().expect("it stands");
    let account = place.account("alice").expect("she is there");
    // All keys of an account are made from the seed; the endpoints file names the first.
    let key = |index: u8| {
        let key = SimulatedKey::derive(SEED, &format!("lighter/alice/{index}"));
        (index, Signer::simulated(key))
    };
    let first = account.api_key_index;
    let mut options = Options::new(&place.rest, &place.ws, vec![SYMBOL.into()]).with_keys(Credentials {
        account: account.account_index,
        chain: ChainId(place.chain_id),
        keys: (first..first + case.lanes).map(key).collect(),
    });
    options.orders_by = case.orders_by;
    Client::new(options).expect("a client")
}

/// One of those who trade.
struct Trader<'a> {
    venue: &'a Venue,
    clock: &'a Clock,
    market: &'a Market,
    tally: &'a Mutex<Tally>,
}

impl Trader<'_> {
    /// Places so many orders one after another, each of which is cancelled and over before the next.
    async fn trade(&self, task: usize, case: &Case) {
        let mut placed = 0;
        while placed < case.orders {
            let order = match self.venue.place(self.order(task, placed)).await {
                Ok(order) => order,
                Err(PlaceError::OutcomeUnknown { order, .. }) => {
                    self.tally.lock().expect("one thread").unknown += 1;
                    order
                }
                Err(PlaceError::NotSent(_)) => {
                    self.tally.lock().expect("one thread").not_sent += 1;
                    self.venue.ready().await;
                    self.clock.sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(PlaceError::Rejected(why)) => panic!("nothing is to be refused: {why}"),
            };
            placed += 1;
            self.end(order).await;
            self.clock.sleep(case.pause).await;
        }
    }

    fn order(&self, task: usize, n: usize) -> NewOrder {
        let side = if task.is_multiple_of(2) { Side::Buy } else { Side::Sell };
        let meets = (task + n) % FILLED_EVERY == FILLED_EVERY - 1;
        // The crowd quotes around 2400.
        let price = match (side, meets) {
            (Side::Buy, false) | (Side::Sell, true) => "2350",
            (Side::Sell, false) | (Side::Buy, true) => "2450",
        };
        let price = self.market.price(price).expect("a price of the market");
        NewOrder {
            market: self.market.id,
            side,
            qty: self.market.qty("0.005").expect("a size of the market"),
            kind: if meets {
                OrderKind::Limit { price, time_in_force: TimeInForce::Gtc }
            } else {
                OrderKind::PostOnly { price }
            },
            exposure: Exposure::Any,
        }
    }

    async fn end(&self, mut order: Order) {
        let id = order.client_id();
        if self.venue.cancel(id).await.is_err() {
            self.venue.abandon(id);
        }
        let ended = self.clock.within(PATIENCE, order.wait_final()).await;
        let record = ended.unwrap_or_else(|| panic!("order {id} is not over: {:?}", order.history()));
        self.tally.lock().expect("one thread").records.push(record);
    }
}
