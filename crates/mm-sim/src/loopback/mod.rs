//! The simulator behind real sockets on loopback: one thread, one listener for each venue and one for control.

use crate::{Control, Endpoints, SimConfig, SimError};

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    endpoints: Endpoints,
    control: Control,
}

impl Simulator {
    /// Starts the thread and returns once every listener is up and the endpoints file, if any, is written.
    ///
    /// # Errors
    /// See [`SimError`].
    pub fn start(_config: SimConfig) -> Result<Self, SimError> {
        todo!()
    }

    /// Where everything stands.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The control surface without its HTTP.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Closes every socket and waits for the thread to end.
    pub fn stop(self) {}
}
