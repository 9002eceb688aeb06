//! The command line's end of a bot's control surface.

use std::time::Duration;

use anyhow::{Context as _, bail};
use mm_core::Clock;
use mm_net::{Net, NetConfig};
use mm_session::Transport as _;
use mm_store::StateDir;
use mm_venues::http::{Method, Request};
use serde_json::Value;

use super::discovery::{self, Address};

/// A running bot.
pub(crate) struct Bot {
    address: Address,
    clock: Clock,
    net: Net,
}

/// The bots that left an address in this state directory, dead ones too: asking tells.
///
/// # Errors
/// When the directory cannot be read.
pub(crate) fn bots(state: &StateDir) -> anyhow::Result<Vec<Bot>> {
    let clock = Clock::system();
    let net = Net::new(clock.clone(), NetConfig::default())?;
    let bot = |address| Bot { address, clock: clock.clone(), net: net.clone() };
    Ok(discovery::addresses(state)?.into_iter().map(bot).collect())
}

impl Bot {
    /// Its process.
    pub(crate) const fn pid(&self) -> u32 {
        self.address.pid
    }

    /// Asks it; `Ok(None)` when nobody is there any more.
    ///
    /// # Errors
    /// Its no, or that no answer came within `patience`.
    #[expect(clippy::too_many_arguments, reason = "a request, and how long it may take")]
    pub(crate) fn ask(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        patience: Duration,
    ) -> anyhow::Result<Option<Value>> {
        let mut request = Request::default();
        request.reset(method, path);
        if method != Method::Get {
            request.headers.push("Authorization").push_str(&format!("Bearer {}", self.address.token));
            request.headers.push("Content-Type").push_str("application/json");
            if !body.is_null() {
                request.body.extend_from_slice(body.to_string().as_bytes());
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        let call = self.net.call(&self.address.url, &request);
        let reply = runtime.block_on(self.clock.within(patience, call));
        let reply = match reply {
            None => bail!("process {} did not answer within {patience:?}", self.pid()),
            Some(Err(mm_session::TransportError::NotSent(_))) => return Ok(None),
            Some(Err(error)) => bail!("process {}: {error}", self.pid()),
            Some(Ok(reply)) => reply,
        };
        let told: Value = serde_json::from_slice(&reply.body).context("the answer is no JSON")?;
        if reply.status != 200 {
            bail!("process {} says: {}", self.pid(), told["error"].as_str().unwrap_or("no"));
        }
        Ok(Some(told))
    }
}
