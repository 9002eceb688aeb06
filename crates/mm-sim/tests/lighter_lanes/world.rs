//! A simulated Lighter in this process under virtual time, the real connector, and 64 tasks that trade through it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

use mm_core::{VenueConfig, VenueStatus, VirtualRuntime};
use mm_crypto::{Signer, SimulatedKey};
use mm_model::{OrderState, Timestamp};
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
    support::{Believed, Habits, Ids, Overheard, Tally, Trader, meets_or_rests},
    venue::ended_orders,
    wire::Wire,
};

const SEED: u64 = 1;
const SYMBOL: &str = "ETH";

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
    n_orders: usize,
    believed: Believed,
    truth: AccountState,
}

impl Ended {
    /// Nothing was lost, nothing doubled, nothing is left.
    pub(crate) fn check(&self) {
        assert_eq!(self.believed.records.len(), self.n_orders, "every order is accounted for");
        self.believed.check_against(&self.truth);
        assert!(self.truth.open_orders.is_empty(), "{:?}", self.truth.open_orders);
        assert!(!self.truth.fills.is_empty(), "some are filled");
        assert_eq!(self.status.anomalies, 0, "{:?}", self.status);

        let doubled: Vec<_> = self.wire.told.iter().filter(|(_, indices)| indices.len() != 1).collect();
        assert!(doubled.is_empty(), "{doubled:?}");
        let known = self.believed.records.iter().filter(|record| record.state() != OrderState::Failed);
        let ours: BTreeSet<u64> = known.map(|record| record.client_id().0).collect();
        let theirs: BTreeSet<u64> = self.wire.told.keys().copied().collect();
        assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), [] as [&u64; 0]);
    }
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
        let habits = Habits {
            tasks: TASKS,
            orders: case.orders,
            pause: case.pause,
            order: |market, task, n| meets_or_rests(market, (task, n), "0.005"),
            hasty_every: 0,
            batch_every: 0,
            insists_after: None,
        };
        Trader { venue: &venue, clock: &clock, market: &market, habits: &habits, tally: &tally }.all().await;
        let took = clock.now().since(started);
        let account = world.endpoints().venues.lighter.as_ref().and_then(|place| place.account("alice"));
        let rows = ended_orders(&world, account.expect("she is there"), clock.now()).await;
        let mut wire = std::mem::take(&mut *wire.lock().expect("one thread"));
        rows.iter().for_each(|row| wire.note_order(row));
        let Tally { not_sent, unknown, rejected, records } = tally.into_inner().expect("one thread");
        assert_eq!(rejected, [], "nothing is to be refused");
        Ended {
            wire,
            status: venue.status(),
            not_sent,
            unknown,
            took,
            n_orders: TASKS * case.orders,
            believed: Believed::of(&venue, &market, records),
            truth: world.control().state().venues["lighter"]["alice"].clone(),
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
        recovery: mm_core::Recovery::default(),
        on_mismatch: mm_core::OnMismatch::default(),
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
