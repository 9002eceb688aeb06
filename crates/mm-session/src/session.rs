//! The session loop.
use crate::Transport;
use mm_core::{Clock, Driver};
use mm_venues::client::Protocol;
use std::time::Duration;

/// Bounds of a session.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// How long to wait for a reply.
    pub call_timeout: Duration,
    /// How long a socket may be silent.
    pub idle_timeout: Duration,
    /// First back-off after a lost socket.
    pub backoff_min: Duration,
    /// Longest back-off.
    pub backoff_max: Duration,
    /// Seed of the jitter.
    pub jitter_seed: u64,
}

/// Why a session ended other than by being told to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SessionError(pub String);

/// Runs one connector until its driver says stop.
pub async fn run(
    _clock: Clock,
    _driver: Driver,
    _protocol: Box<dyn Protocol>,
    _transport: impl Transport,
    _config: SessionConfig,
) -> Result<(), SessionError> {
    todo!()
}
