//! The real connectors to the venues of a world in this process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mm_core::{Clock, Connector, IdSource, VenueConfig};
use mm_crypto::{Signer, SimulatedKey};
use mm_model::ClientId;
use mm_session::SessionConfig;
use mm_sim::{InProcess, config::VenueKind};
use mm_venues::{
    backpack,
    client::Protocol,
    lighter::{Client, Credentials, Options, SPEC, Tier, tx::ChainId},
};

struct Ids(AtomicU64);

impl IdSource for Ids {
    fn next(&self) -> Result<ClientId, String> {
        Ok(ClientId(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A connector for alice that follows one market.
pub(super) fn connector((venue, symbol): (VenueKind, &str), world: &InProcess, clock: &Clock) -> Connector {
    let symbols = vec![symbol.to_owned()];
    let (protocol, submit_valid_for) = match venue {
        VenueKind::Backpack => (backpack(world, &symbols), Duration::from_secs(5)),
        VenueKind::Lighter => (lighter(world, &symbols), SPEC.window.default),
        VenueKind::Grvt => panic!("its connector is not there yet"),
    };
    let config = VenueConfig {
        name: venue.to_string(),
        symbols,
        stale_after: Duration::from_secs(5),
        submit_valid_for,
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
    let (venue, driver) = mm_core::venue(config, clock.clone(), Arc::new(Ids(AtomicU64::new(1000))));
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
    let mut options = Options::new(&place.rest, &place.ws, symbols.to_vec()).with_keys(Credentials {
        account: account.account_index,
        chain: ChainId(place.chain_id),
        keys: vec![(account.api_key_index, Signer::simulated(key))],
    });
    options.tier = Tier::Premium;
    Box::new(Client::new(options).expect("a client"))
}
