//! What the rest of the house must know of a venue without knowing the venue: its environments and its
//! limits. One `const` in each venue's folder. The keys of its configuration are the program's to name.

use std::time::Duration;

use crate::client::Allowance;

/// A venue.
#[derive(Clone, Debug)]
pub struct VenueSpec {
    /// Its name in configurations and on the command line.
    pub name: &'static str,
    /// Where it can be reached with real money or test money. The simulator is not among them: it tells its
    /// addresses itself.
    pub environments: &'static [Environment],
    /// The client order ids it takes, both ends included.
    pub client_ids: std::ops::RangeInclusive<u64>,
    /// The most orders in one batch.
    pub batch_max: usize,
    /// How long a signed request stays valid.
    pub window: Window,
    /// Its allowance of requests.
    pub allowance: Allowance,
}

/// One place where a venue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name in configurations.
    pub name: &'static str,
    /// Its hosts.
    pub addresses: &'static [Address],
    /// Which chain signatures are for, where a venue's signatures name one.
    pub chain_id: Option<u32>,
    /// Whether orders there cost real money: such an environment needs the user's explicit word.
    pub real_money: bool,
}

/// One of a venue's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// What configurations call it.
    pub key: &'static str,
    /// Base URL, without a trailing slash.
    pub url: &'static str,
}

impl Address {
    /// A host.
    #[must_use]
    pub const fn new(key: &'static str, url: &'static str) -> Self {
        Self { key, url }
    }
}

/// How long a signed request stays valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When nothing is configured.
    pub default: Duration,
    /// The longest that the venue takes.
    pub max: Duration,
}

#[cfg(test)]
mod tests {
    use crate::{backpack, grvt, lighter};

    /// Whoever reads the way between reads and changes orders: every host of every environment is reached over TLS alone.
    #[test]
    fn fault_78_every_host_of_every_environment_is_behind_tls() {
        for spec in [&backpack::SPEC, &lighter::SPEC, &grvt::SPEC] {
            assert!(spec.environments.iter().any(|environment| environment.real_money), "{}", spec.name);
            for environment in spec.environments {
                assert!(!environment.addresses.is_empty(), "{} {}", spec.name, environment.name);
                for address in environment.addresses {
                    let rest = address.url.strip_prefix("https://").or(address.url.strip_prefix("wss://"));
                    let host = rest.unwrap_or_else(|| panic!("{}: {} is plain", spec.name, address.url));
                    assert!(host.contains('.') && !host.contains(['@', '?', ' ']), "{}", address.url);
                }
            }
        }
    }
}
