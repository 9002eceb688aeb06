//! The real connectors to the venues of a world in this process, each on the simulated account that the world made for it.
//! Tests of other crates use them too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{Backing, Clock, Connector, IdSource, VenueConfig};
use mm_crypto::{Signer, SimulatedKey, ecdsa};
use mm_model::ClientId;
use mm_session::{SessionConfig, Transport};
use mm_sim::{Endpoints, InProcess, config::VenueKind};
use mm_venues::{
    backpack,
    client::Protocol,
    grvt,
    lighter::{self, tx::ChainId},
    spec::VenueSpec,
};

/// Whose account a connector trades on.
pub const ACCOUNT: &str = "alice";

/// One connector.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// To which venue.
    pub kind: VenueKind,
    /// What it follows.
    pub symbols: Vec<String>,
    /// How the handle behaves.
    pub venue: VenueConfig,
    /// Bounds of the session.
    pub session: SessionConfig,
}

impl Wiring {
    /// A connector under the venue's own name, quick to give up and to try again.
    #[must_use]
    pub fn new(kind: VenueKind, symbols: Vec<String>) -> Self {
        let venue = VenueConfig {
            name: kind.to_string(),
            symbols: symbols.clone(),
            stale_after: Duration::from_secs(5),
            submit_valid_for: spec(kind).window.default,
            closed_orders_max: 1000,
            reconcile_every: Duration::from_secs(30),
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man: None,
            recovery: mm_core::Recovery::default(),
            on_mismatch: mm_core::OnMismatch::default(),
        };
        let session = SessionConfig {
            call_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(10),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_secs(5),
            jitter_seed: 1,
            ..SessionConfig::default()
        };
        Self { kind, symbols, venue, session }
    }

    /// Makes the connector: by the bot's `clock`, over `transport`, standing on `backing`.
    ///
    /// # Panics
    /// When the venue does not stand in that world.
    #[must_use]
    pub fn connect<T: Transport>(
        self,
        endpoints: &Endpoints,
        (clock, transport): (&Clock, T),
        backing: impl Into<Backing>,
    ) -> Connector {
        let protocol = protocol(self.kind, endpoints, &self.symbols);
        let (venue, driver) = mm_core::venue(self.venue, clock.clone(), backing);
        let run = mm_session::run(clock.clone(), driver, protocol, transport, self.session);
        Connector { venue, task: Box::pin(async move { run.await.map_err(|error| error.to_string()) }) }
    }

    /// The same straight to a world, with client ids that begin anew.
    #[must_use]
    pub fn connect_to(self, world: &InProcess, clock: &Clock) -> Connector {
        let ids = Arc::new(CountedIds::new(self.kind));
        self.connect(world.endpoints(), (clock, world.transport()), ids)
    }
}

/// Client ids, counted from the thousandth that a venue takes. They live as long as this does.
#[derive(Debug)]
pub struct CountedIds(AtomicU64);

impl CountedIds {
    /// Of a venue.
    #[must_use]
    pub fn new(kind: VenueKind) -> Self {
        Self(AtomicU64::new(spec(kind).client_ids.start().saturating_add(999)))
    }
}

impl CountedIds {
    /// Leaves out so many, as a process does that reserved them and died.
    pub(crate) fn skip(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }
}

impl IdSource for CountedIds {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// What the house must know of a venue.
#[must_use]
pub const fn spec(kind: VenueKind) -> &'static VenueSpec {
    match kind {
        VenueKind::Backpack => &backpack::SPEC,
        VenueKind::Lighter => &lighter::SPEC,
        VenueKind::Grvt => &grvt::SPEC,
    }
}

fn protocol(kind: VenueKind, endpoints: &Endpoints, symbols: &[String]) -> Box<dyn Protocol> {
    match kind {
        VenueKind::Backpack => backpack(endpoints, symbols),
        VenueKind::Lighter => lighter(endpoints, symbols),
        VenueKind::Grvt => grvt(endpoints, symbols),
    }
}

const STANDS: &str = "the venue stands in this world";
const OURS: &str = "the world made this account and its keys";

fn backpack(endpoints: &Endpoints, symbols: &[String]) -> Box<dyn Protocol> {
    let place = endpoints.venues.backpack.as_ref().expect(STANDS);
    let account = place.account(ACCOUNT).expect(OURS);
    let options = backpack::Options::new(&place.rest, &place.ws, symbols.to_vec())
        .with_keys(&account.api_key, &account.api_secret)
        .expect(OURS);
    Box::new(backpack::Client::new(options).expect(OURS))
}

fn lighter(endpoints: &Endpoints, symbols: &[String]) -> Box<dyn Protocol> {
    let place = endpoints.venues.lighter.as_ref().expect(STANDS);
    let account = place.account(ACCOUNT).expect(OURS);
    let key = SimulatedKey::from_marked_hex(&account.api_key_private_key).expect(OURS);
    let mut options =
        lighter::Options::new(&place.rest, &place.ws, symbols.to_vec()).with_keys(lighter::Credentials {
            account: account.account_index,
            chain: ChainId(place.chain_id),
            keys: vec![(account.api_key_index, Signer::simulated(key))],
        });
    options.tier = lighter::Tier::Premium;
    Box::new(lighter::Client::new(options).expect(OURS))
}

fn grvt(endpoints: &Endpoints, symbols: &[String]) -> Box<dyn Protocol> {
    let place = endpoints.venues.grvt.as_ref().expect(STANDS);
    let account = place.account(ACCOUNT).expect(OURS);
    let key = ecdsa::SimulatedKey::from_marked_hex(&account.private_key).expect(OURS);
    let urls = grvt::Urls {
        edge: place.edge.clone(),
        trades: place.trades.clone(),
        market_data: place.market_data.clone(),
        ws_trades: place.ws_trades.clone(),
        ws_market_data: place.ws_market_data.clone(),
    };
    let sub_account = account.sub_account_id.parse().expect(OURS);
    let signer = ecdsa::Signer::simulated(key);
    let chain = grvt::sign::ChainId(place.chain_id.into());
    let keys = grvt::Credentials::new(&account.api_key, sub_account, signer, chain);
    Box::new(grvt::Client::new(grvt::Options::new(urls, symbols.to_vec()).with_keys(keys)).expect(OURS))
}
