//! The table of venues. A new one is a row here; its codec is a folder of mm-venues, its simulated world a row of
//! mm-sim.

mod backpack;
mod grvt;
mod lighter;

use std::collections::BTreeMap;

use mm_sim::Endpoints;
use mm_strategy::params::{Param, Values};
use mm_venues::{
    client::Protocol,
    spec::{Environment, VenueSpec},
};

use crate::keys::{KeyForm, Keys};

/// One venue: its name in the configuration, what it can be told, and how its connector is made.
pub(crate) struct VenueRow {
    /// Its name in the configuration.
    pub(crate) name: &'static str,
    /// One line for `list`.
    pub(crate) about: &'static str,
    /// Keys of its connectors beside those that every connector takes.
    pub(crate) params: &'static [Param],
    /// Its limits and addresses.
    pub(crate) spec: &'static VenueSpec,
    /// What its keys consist of.
    pub(crate) keys: KeyForm,
    /// The account that keys belong to: what may have one owner, and what client ids are unique in.
    pub(crate) account: fn(&Keys) -> String,
    /// Whether a simulator made these keys.
    pub(crate) is_simulated: fn(&Keys) -> bool,
    /// Where a simulated world has it, and the keys of one of its accounts there.
    pub(crate) simulated: fn(&Endpoints, account: &str) -> Option<Access>,
    /// Makes the client half of its codec.
    pub(crate) protocol: fn(Wiring<'_>) -> Result<Box<dyn Protocol>, String>,
}

/// Where a venue is and with which keys. Never printed.
pub(crate) struct Access {
    /// Its hosts, by what configurations call them.
    pub(crate) urls: BTreeMap<&'static str, String>,
    /// Which chain signatures are for, where a venue's signatures name one and the place says which.
    pub(crate) chain_id: Option<u32>,
    /// The keys.
    pub(crate) keys: Keys,
}

impl Access {
    /// The base URL of a host.
    pub(crate) fn url(&self, key: &str) -> &str {
        self.urls.get(key).expect("a venue's row names the hosts that it asks for; a test looks")
    }
}

/// What a codec is made from.
pub(crate) struct Wiring<'a> {
    /// Where, and with which keys.
    pub(crate) access: Access,
    /// Markets to follow.
    pub(crate) symbols: Vec<String>,
    /// The venue's own configuration.
    pub(crate) own: &'a Values,
}

impl VenueRow {
    /// The environment with real money.
    pub(crate) fn live(&self) -> &'static Environment {
        let live = self.spec.environments.iter().find(|environment| environment.real_money);
        live.expect("every venue that we trade on has one; a test looks")
    }
}

/// All venues.
pub(crate) static VENUES: &[VenueRow] = &[backpack::ROW, lighter::ROW, grvt::ROW];

#[cfg(test)]
mod tests {
    use mm_strategy::params::Preset;

    use super::*;

    #[test]
    fn every_venue_has_a_name_of_its_own_readable_defaults_and_a_live_environment() {
        for (n, row) in VENUES.iter().enumerate() {
            assert!(VENUES[..n].iter().all(|other| !other.name.starts_with(row.name)), "{}", row.name);
            assert_eq!(row.name, row.spec.name);
            let hosts = row.live().addresses.iter().map(|address| address.url);
            assert!(hosts.clone().any(|url| url.starts_with("https://")), "{}", row.name);
            assert!(hosts.clone().any(|url| url.starts_with("wss://")), "{}", row.name);
            assert!(hosts.clone().all(|url| url.starts_with("https://") || url.starts_with("wss://")));
            let common = crate::config::tables::CONNECTOR;
            for param in common.iter().chain(row.params) {
                if let Preset::Is(text) = param.default {
                    assert!(param.read(text).is_ok(), "{}.{}", row.name, param.name);
                }
            }
        }
    }
}
