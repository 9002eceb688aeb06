//! The simulator without sockets: wire bytes between both sides, carried under the caller's clock.

use std::future::Future;

use mm_core::{Clock, Spawner};
use mm_session::{Connected, Transport, TransportError};
use mm_venues::{
    client::LinkSpec,
    http::{Reply, Request},
};

use crate::{Control, Endpoints, SimConfig, SimError};

/// A simulated world inside this process. Under a virtual clock the same seed gives the same run.
#[derive(Debug)]
pub struct InProcess {
    endpoints: Endpoints,
    control: Control,
}

impl InProcess {
    /// Builds the world and spawns the task that runs it. Venues stand at `sim://NAME`.
    ///
    /// # Errors
    /// See [`SimError`].
    pub fn start(_config: SimConfig, _clock: Clock, _spawner: &Spawner) -> Result<Self, SimError> {
        todo!()
    }

    /// Where everything stands: URLs that only [`InProcess::transport`] understands, and the accounts.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What carries a session's bytes here.
    #[must_use]
    pub fn transport(&self) -> InProcessTransport {
        todo!()
    }

    /// The control surface.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

/// Carries bytes to an [`InProcess`] world.
#[derive(Clone, Debug)]
pub struct InProcessTransport(());

impl Transport for InProcessTransport {
    type Link = Connected;

    fn call(
        &self,
        _base_url: &str,
        _request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        async { todo!() }
    }

    fn connect(
        &self,
        _link: &LinkSpec,
    ) -> impl Future<Output = Result<Connected, TransportError>> + Send + 'static {
        async { todo!() }
    }
}
