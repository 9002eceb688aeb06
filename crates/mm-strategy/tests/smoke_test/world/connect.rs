//! The real connectors to the venues of a world in this process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{Clock, Connector, IdSource, VenueConfig};
use mm_crypto::{Signer, SimulatedKey, ecdsa};
use mm_model::ClientId;
use mm_session::SessionConfig;
use mm_sim::{InProcess, config::VenueKind};
use mm_venues::{
    backpack,
    client::Protocol,
    grvt,
    lighter::{self, tx::ChainId},
    spec::VenueSpec,
};

/// Client ids, counted from the thousandth that a venue takes.
struct Ids(AtomicU64);

impl Ids {
    fn of(spec: &VenueSpec) -> Self {
        Self(AtomicU64::new(spec.client_ids.start().saturating_add(999)))
    }
}

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A connector for alice that follows one market.
pub(super) fn connector((venue, symbol): (VenueKind, &str), world: &InProcess, clock: &Clock) -> Connector {
    let symbols = vec![symbol.to_owned()];
    let (protocol, spec) = match venue {
        VenueKind::Backpack => (backpack(world, &symbols), &backpack::SPEC),
        VenueKind::Lighter => (lighter(world, &symbols), &lighter::SPEC),
        VenueKind::Grvt => (grvt(world, &symbols), &grvt::SPEC),
    };
    let config = VenueConfig {
        name: venue.to_string(),
        symbols,
        stale_after: Duration::from_secs(5),
        submit_valid_for: spec.window.default,
        closed_orders_max: 1000,
        reconcile_every: Duration::from_secs(30),
        shown_within: VenueConfig::SHOWN_WITHIN,
        dead_man: None,
    };
    let session = SessionConfig {
        call_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(10),
        backoff_min: Duration::from_millis(100),
        backoff_max: Duration::from_secs(5),
        jitter_seed: 1,
        ..SessionConfig::default()
    };
    let (venue, driver) = mm_core::venue(config, clock.clone(), Arc::new(Ids::of(spec)));
    let run = mm_session::run(clock.clone(), driver, protocol, world.transport(), session);
    Connector { venue, task: Box::pin(async move { run.await.map_err(|error| error.to_string()) }) }
}

fn backpack(world: &InProcess, symbols: &[String]) -> Box<dyn Protocol> {
    let place = world.endpoints().venues.backpack.as_ref().expect("it stands");
    let account = place.account("alice").expect("she is there");
    let options = backpack::Options::new(&place.rest, &place.ws, symbols.to_vec())
        .with_keys(&account.api_key, &account.api_secret)
        .expect("keys");
    Box::new(backpack::Client::new(options).expect("a client"))
}

fn lighter(world: &InProcess, symbols: &[String]) -> Box<dyn Protocol> {
    let place = world.endpoints().venues.lighter.as_ref().expect("it stands");
    let account = place.account("alice").expect("she is there");
    let key = SimulatedKey::from_marked_hex(&account.api_key_private_key).expect("a simulated key");
    let mut options =
        lighter::Options::new(&place.rest, &place.ws, symbols.to_vec()).with_keys(lighter::Credentials {
            account: account.account_index,
            chain: ChainId(place.chain_id),
            keys: vec![(account.api_key_index, Signer::simulated(key))],
        });
    options.tier = lighter::Tier::Premium;
    Box::new(lighter::Client::new(options).expect("a client"))
}

fn grvt(world: &InProcess, symbols: &[String]) -> Box<dyn Protocol> {
    let place = world.endpoints().venues.grvt.as_ref().expect("it stands");
    let account = place.account("alice").expect("she is there");
    let key = ecdsa::SimulatedKey::from_marked_hex(&account.private_key).expect("a simulated key");
    let urls = grvt::Urls {
        edge: place.edge.clone(),
        trades: place.trades.clone(),
        market_data: place.market_data.clone(),
        ws_trades: place.ws_trades.clone(),
        ws_market_data: place.ws_market_data.clone(),
    };
    let sub_account = account.sub_account_id.parse().expect("a number");
    let signer = ecdsa::Signer::simulated(key);
    let keys = grvt::Credentials::new(
        &account.api_key,
        sub_account,
        signer,
        grvt::sign::ChainId(place.chain_id.into()),
    );
    Box::new(grvt::Client::new(grvt::Options::new(urls, symbols.to_vec()).with_keys(keys)).expect("a client"))
}
