//! Where a simulator stands and which accounts it has: what the endpoints file says.
//!
//! The file's shape is a contract with programs in other languages, so these types are written out as they appear
//! there and nothing else is.

use std::{fs, io, io::Write as _, path::Path};

use serde::{Deserialize, Serialize};

use crate::config::SimError;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Always 1.
    pub version: u32,
    /// The venues that stand.
    pub venues: VenueEndpoints,
    /// The control surface.
    pub control: ControlEndpoint,
}

/// One entry for each venue that stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VenueEndpoints {
    /// Backpack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backpack: Option<Backpack>,
    /// Lighter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lighter: Option<Lighter>,
    /// GRVT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grvt: Option<Grvt>,
}

/// What a person wants to know of a venue that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its hosts, each once.
    pub hosts: Vec<&'a str>,
    /// Names of its accounts.
    pub accounts: Vec<&'a str>,
}

impl VenueEndpoints {
    /// Every venue that stands.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing<'_>> {
        let backpack = self.backpack.as_ref().map(|venue| Standing {
            name: "backpack",
            hosts: vec![&venue.rest, &venue.ws],
            accounts: venue.accounts.iter().map(|account| account.name.as_str()).collect(),
        });
        let lighter = self.lighter.as_ref().map(|venue| Standing {
            name: "lighter",
            hosts: vec![&venue.rest, &venue.ws],
            accounts: venue.accounts.iter().map(|account| account.name.as_str()).collect(),
        });
        let grvt = self.grvt.as_ref().map(|venue| {
            let Grvt { edge, trades, market_data, ws_trades, ws_market_data, .. } = venue;
            let mut hosts: Vec<&str> = vec![edge, trades, market_data, ws_trades, ws_market_data];
            hosts.dedup();
            let accounts = venue.accounts.iter().map(|account| account.name.as_str()).collect();
            Standing { name: "grvt", hosts, accounts }
        });
        [backpack, lighter, grvt].into_iter().flatten().collect()
    }
}

/// Where Backpack stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backpack {
    /// Base URL of the REST interface.
    pub rest: String,
    /// URL of the WebSocket.
    pub ws: String,
    /// Funded accounts; the first two are `alice` and `bob`.
    pub accounts: Vec<AccountRow>,
}

impl Backpack {
    /// The account of this name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&AccountRow> {
        self.accounts.iter().find(|account| account.name == name)
    }
}

/// An account of the simulated Backpack.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRow {
    /// `alice`, `bob`.
    pub name: String,
    /// Base64 of the Ed25519 verifying key.
    pub api_key: String,
    /// Base64 of the 32-byte seed. Worth nothing outside the simulator, and marked so
    /// ([`is_simulated_key`](crate::is_simulated_key)).
    pub api_secret: String,
}

impl std::fmt::Debug for AccountRow {
    /// Without the secret: even a worthless one must not teach anyone to look for secrets in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow")
            .field("name", &self.name)
            .field("api_key", &self.api_key)
            .finish_non_exhaustive()
    }
}

/// Where Lighter stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lighter {
    /// Base URL of the REST interface.
    pub rest: String,
    /// URL of the WebSocket.
    pub ws: String,
    /// Which chain transactions are signed for.
    pub chain_id: u32,
    /// Funded accounts; the first two are `alice` and `bob`.
    pub accounts: Vec<LighterAccount>,
}

impl Lighter {
    /// The account of this name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&LighterAccount> {
        self.accounts.iter().find(|account| account.name == name)
    }
}

/// An account of the simulated Lighter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LighterAccount {
    /// `alice`, `bob`.
    pub name: String,
    /// The account's number.
    pub account_index: i64,
    /// The number of its key.
    pub api_key_index: u8,
    /// The key's secret in hex with 0x. Worth nothing outside the simulator, and marked so.
    pub api_key_private_key: String,
    /// The key's public half in hex without 0x.
    pub api_key_public_key: String,
    /// The Ethereum address that the account belongs to.
    pub l1_address: String,
}

impl std::fmt::Debug for LighterAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LighterAccount")
            .field("name", &self.name)
            .field("account_index", &self.account_index)
            .field("api_key_index", &self.api_key_index)
            .field("api_key_public_key", &self.api_key_public_key)
            .finish_non_exhaustive()
    }
}

/// Where GRVT stands: one listener behind all of its hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grvt {
    /// Where one logs in.
    pub edge: String,
    /// Trading, by REST.
    pub trades: String,
    /// Market data, by REST.
    pub market_data: String,
    /// Trading, by socket.
    pub ws_trades: String,
    /// Market data, by socket.
    pub ws_market_data: String,
    /// Which chain orders are signed for.
    pub chain_id: u32,
    /// Funded accounts; the first two are `alice` and `bob`.
    pub accounts: Vec<GrvtAccount>,
}

impl Grvt {
    /// The account of this name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&GrvtAccount> {
        self.accounts.iter().find(|account| account.name == name)
    }
}

/// An account of the simulated GRVT.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrvtAccount {
    /// `alice`, `bob`.
    pub name: String,
    /// What it logs in with.
    pub api_key: String,
    /// What it signs orders and wallet logins with, in hex with 0x. Worth nothing outside the simulator, and marked so.
    pub private_key: String,
    /// The address of that key.
    pub main_account_id: String,
    /// The trading account, a decimal number.
    pub sub_account_id: String,
}

impl std::fmt::Debug for GrvtAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrvtAccount")
            .field("name", &self.name)
            .field("main_account_id", &self.main_account_id)
            .field("sub_account_id", &self.sub_account_id)
            .finish_non_exhaustive()
    }
}

/// The simulator's own HTTP surface.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlEndpoint {
    /// Base URL.
    pub url: String,
    /// Bearer token for whatever changes state.
    pub token: String,
}

impl std::fmt::Debug for ControlEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlEndpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Endpoints {
    /// Writes the file so that a reader sees all of it or none: a temporary file beside it, then a rename. Only its owner
    /// may read it: it holds keys, worthless as they are, and the token.
    ///
    /// # Errors
    /// [`SimError::EndpointsFile`].
    pub fn write(&self, path: &Path) -> Result<(), SimError> {
        let failed = |source| SimError::EndpointsFile { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|e| failed(io::Error::other(e)))?;
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(format!(".{}.tmp", std::process::id()));
        let write = || -> io::Result<()> {
            let mut file = create(Path::new(&temporary))?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&temporary, path)
        };
        write().map_err(|source| {
            // The error that matters is the first; a leftover temporary file is only untidy.
            let _ = fs::remove_file(&temporary);
            failed(source)
        })
    }
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<fs::File> {
    fs::File::create(path)
}
