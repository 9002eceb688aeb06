//! What a simulator is made from, and why one could not be made.

use std::{fmt, path::PathBuf, time::Duration};

use mm_model::Timestamp;

use crate::{control::CrowdAction, faults::Schedule, venues::row};

/// The funded accounts of every venue.
pub const ACCOUNTS: [&str; 2] = ["alice", "bob"];

/// The venues that can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    /// Backpack.
    Backpack,
    /// Lighter.
    Lighter,
    /// GRVT.
    Grvt,
}

impl VenueKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Backpack, Self::Lighter, Self::Grvt];

    /// The word in configuration, endpoints file and control surface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backpack => "backpack",
            Self::Lighter => "lighter",
            Self::Grvt => "grvt",
        }
    }

    /// The symbols that it lists.
    #[must_use]
    pub fn symbols(self) -> Vec<String> {
        (row(self).listings)(&SimConfig::default())
            .into_iter()
            .map(|listing| listing.market.symbol.to_string())
            .collect()
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for VenueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What kind of account everybody has at Lighter: it decides fees, delays and how often one may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LighterTier {
    /// Free of fees, slow, 60 requests a minute.
    Standard,
    /// Pays fees, fast.
    #[default]
    Premium,
    /// As premium, with more requests.
    Plus,
}

impl LighterTier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Premium, Self::Plus];

    /// The word in configurations and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Premium => "premium",
            Self::Plus => "plus",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == word)
    }
}

/// Lighter's chain id of mainnet, which its SDK takes for hosts that it does not know.
pub const LIGHTER_CHAIN_ID: u32 = 304;

/// A recorded tape played into one market, where the crowd is then off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeConfig {
    /// The gz file.
    pub path: PathBuf,
    /// Into which venue.
    pub venue: VenueKind,
    /// Into which of its markets.
    pub symbol: String,
}

/// How long messages travel. Each one draws evenly from `min..=max`, but none overtakes another of its socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Shortest.
    pub min: Duration,
    /// Longest.
    pub max: Duration,
}

/// What a simulator's time follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeSource {
    /// The clock: of the machine on loopback, the caller's in process.
    #[default]
    Real,
    /// Its own: it stands until the control surface moves it on. Loopback only.
    Own,
}

/// Where a world's own time begins: an arbitrary moment that looks like one, 2026-01-01 00:00 UTC.
pub(crate) const OWN_TIME_START: Timestamp = Timestamp(1_767_225_600_000_000_000);

/// What a simulator is made from.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Which venues stand.
    pub venues: Vec<VenueKind>,
    /// Decides every random choice: keys, crowd, latency.
    pub seed: u64,
    /// Loopback only: the control surface takes this port and the venues the next ones; `None` takes free ports.
    pub port_base: Option<u16>,
    /// Loopback only: where the endpoints file is written once every listener is up.
    pub endpoints_file: Option<PathBuf>,
    /// Recorded tapes.
    pub tapes: Vec<TapeConfig>,
    /// What every crowd is told at the start; `None`: it trades.
    pub crowd: Option<CrowdAction>,
    /// Faults from the start; can be replaced while running.
    pub faults: Schedule,
    /// Whether requests beyond the venues' limits are refused as the venues refuse them.
    pub rate_limits: bool,
    /// One-way travel time, each way.
    pub latency: Latency,
    /// Lighter: what kind of account everybody has.
    pub lighter_tier: LighterTier,
    /// Lighter: which chain transactions are signed for. SDK generations differ: 304 by the newer, 300 by the older
    /// for hosts that they do not know.
    pub lighter_chain_id: u32,
    /// GRVT: whether orders that may take wait a moment before they are matched.
    pub grvt_speed_bump: bool,
    /// Whether Lighter refuses new orders (21712) while a scheduled cancel-all, its dead man's switch, waits. No source says;
    /// the simulator takes the harsher side unless told otherwise.
    pub lighter_scheduled_cancel_blocks: bool,
    /// Loopback only: whether every order that an engine admits is remembered and told by `GET /admitted`. It grows with
    /// what clients do: for runs that have an end.
    pub keeps_orders: bool,
    /// What its time follows.
    pub time: TimeSource,
}

impl Default for SimConfig {
    /// Every venue, seed 1, free ports, a crowd, no tape, no faults, no latency, rate limits on.
    fn default() -> Self {
        Self {
            venues: VenueKind::ALL.to_vec(),
            seed: 1,
            port_base: None,
            endpoints_file: None,
            tapes: Vec::new(),
            crowd: None,
            faults: Schedule::default(),
            rate_limits: true,
            latency: Latency::default(),
            lighter_tier: LighterTier::default(),
            lighter_chain_id: LIGHTER_CHAIN_ID,
            grvt_speed_bump: true,
            lighter_scheduled_cancel_blocks: true,
            keeps_orders: false,
            time: TimeSource::default(),
        }
    }
}

/// Why a simulator could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The configuration cannot be what is meant.
    #[error("simulator configuration: {0}")]
    Config(String),
    /// A port could not be had.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; choose another --port-base or none")]
    Listen {
        /// Which; 0: any.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// The endpoints file could not be written.
    #[error("cannot write the endpoints file {path}: {source}")]
    EndpointsFile {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A tape could not be read.
    #[error("tape {path}: {reason}")]
    Tape {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The simulator's thread or runtime could not be started.
    #[error("cannot start the simulator's thread: {0}")]
    Thread(std::io::Error),
}
