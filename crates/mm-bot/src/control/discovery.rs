//! How a command finds the bots of a state directory: each leaves a file with its address and its token, which only the
//! owner can read. What is left of a bot that was killed leads nowhere, and is passed by.

use mm_store::{StateDir, read_secret_file};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const PREFIX: &str = "control-";
const SUFFIX: &str = ".json";

/// Where a bot's control surface is. Not shown: it holds the token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Address {
    /// Which process.
    pub(crate) pid: u32,
    /// As in `http://127.0.0.1:40001`.
    pub(crate) url: String,
    /// What opens it.
    pub(crate) token: String,
}

impl Drop for Address {
    fn drop(&mut self) {
        drop(Zeroizing::new(std::mem::take(&mut self.token)));
    }
}

/// The file of this process, removed when dropped.
#[derive(Debug)]
pub(super) struct Published {
    state: StateDir,
    name: String,
}

impl Published {
    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(state: &StateDir, address: &Address) -> anyhow::Result<Self> {
        let name = format!("{PREFIX}{}{SUFFIX}", address.pid);
        let text = Zeroizing::new(serde_json::to_string(address)?);
        state.write_private(&name, &text)?;
        Ok(Self { state: state.clone(), name })
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let Err(error) = self.state.remove(&self.name) {
            tracing::warn!(%error, "the address of the control surface stays behind");
        }
    }
}

/// All bots that left an address here. Files that cannot be trusted or read are no addresses.
///
/// # Errors
/// When the directory cannot be read.
pub(crate) fn addresses(state: &StateDir) -> anyhow::Result<Vec<Address>> {
    let files = state.files(PREFIX)?;
    let read = |name: &String| {
        let text = read_secret_file(&state.path().join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    Ok(files.iter().filter(|name| name.ends_with(SUFFIX)).filter_map(read).collect())
}
