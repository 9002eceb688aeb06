//! Backpack's row.

use std::collections::BTreeMap;

use mm_sim::is_simulated_key;
use mm_strategy::params::{Kind, Param, Preset};
use mm_venues::{backpack, client::Protocol};

use super::{Access, VenueRow, Wiring};
use crate::{
    config::tables::key,
    keys::{KeyForm, Keys},
};

pub(super) const ROW: VenueRow = VenueRow {
    name: "backpack",
    about: "Backpack Exchange: spot and perpetuals in USDC, Ed25519 keys",
    params: PARAMS,
    spec: &backpack::SPEC,
    keys: KeyForm {
        needed: &["api_key", "api_secret"],
        optional: &[],
        about: "base64, from the venue's page of keys",
    },
    account: |keys| keys.text("api_key").to_owned(),
    is_simulated: |keys| is_simulated_key(keys.text("api_secret")),
    simulated: |endpoints, account| {
        let venue = endpoints.venues.backpack.as_ref()?;
        let row = venue.account(account)?;
        Some(Access {
            urls: BTreeMap::from([("base_url", venue.rest.clone()), ("ws_url", venue.ws.clone())]),
            chain_id: None,
            keys: Keys::of([("api_key", row.api_key.clone()), ("api_secret", row.api_secret.clone())]),
        })
    },
    protocol,
};

static PARAMS: &[Param] = &[
    key(
        "window_ms",
        Kind::Integer { min: 1, max: 60_000 },
        Preset::Is("5000"),
        "how long a signed request stays valid",
    ),
    key("broker_id", Kind::Integer { min: 0, max: 65_535 }, Preset::Unset, "number sent as X-Broker-Id"),
];

fn protocol(wiring: Wiring<'_>) -> Result<Box<dyn Protocol>, String> {
    let Wiring { access, symbols, own } = wiring;
    let mut options = backpack::Options::new(access.url("base_url"), access.url("ws_url"), symbols)
        .with_keys(access.keys.text("api_key"), access.keys.text("api_secret"))
        .map_err(|error| error.to_string())?;
    if let Some(window) = own.integer("window_ms").and_then(|ms| u32::try_from(ms).ok()) {
        options.window_ms = window;
    }
    options.broker_id = own.integer("broker_id").and_then(|id| u16::try_from(id).ok());
    let client = backpack::Client::new(options).map_err(|error| error.to_string())?;
    Ok(Box::new(client))
}
