//! The simulated world that a command uses: an embedded one, or one that another process serves.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use mm_sim::{
    Endpoints, SimConfig, Simulator,
    config::{Latency, VenueKind},
    faults::Schedule,
};
use mm_strategy::params::Values;

use crate::cli;

/// A simulated world.
pub(crate) enum World {
    /// In this process, on a thread of its own. Dropping it ends it.
    Embedded(Simulator),
    /// Another process's.
    Elsewhere(Endpoints),
}

impl World {
    /// As the configuration's section `simulator` says.
    ///
    /// # Errors
    /// When a file it names cannot be read, or the simulator cannot start.
    pub(crate) fn start(section: &Values) -> anyhow::Result<Self> {
        if let Some(path) = section.text("endpoints_file") {
            return Ok(Self::Elsewhere(read_endpoints(Path::new(path))?));
        }
        let tapes = match (section.text("tape"), section.text("tape_market")) {
            (Some(path), Some(market)) => vec![tape(PathBuf::from(path), market)?],
            (None, None) => Vec::new(),
            _ => bail!("simulator.tape and simulator.tape_market belong together: give both or none"),
        };
        let config = SimConfig {
            seed: section.integer("seed").and_then(|seed| u64::try_from(seed).ok()).unwrap_or(1),
            tapes,
            faults: faults(section.text("faults").map(Path::new))?,
            rate_limits: section.flag_if_set("rate_limits").unwrap_or(true),
            latency: latency(
                section.integer("latency_ms").and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0),
            ),
            ..SimConfig::default()
        };
        Ok(Self::Embedded(Simulator::start(config)?))
    }

    /// Where its venues are.
    pub(crate) fn endpoints(&self) -> &Endpoints {
        match self {
            Self::Embedded(simulator) => simulator.endpoints(),
            Self::Elsewhere(endpoints) => endpoints,
        }
    }

    /// Whether other processes use it too.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Elsewhere(_))
    }
}

/// What `mm-bot venue` serves.
///
/// # Errors
/// When an option names no venue, no market or a file that cannot be read.
pub(crate) fn served(args: &cli::Venue) -> anyhow::Result<SimConfig> {
    let venues = if args.venues.is_empty() {
        VenueKind::ALL.to_vec()
    } else {
        args.venues.iter().map(|name| venue(name)).collect::<anyhow::Result<_>>()?
    };
    if args.tape.len() != args.tape_market.len() {
        bail!("{} --tape but {} --tape-market: give one of each", args.tape.len(), args.tape_market.len());
    }
    let tapes = args.tape.iter().zip(&args.tape_market);
    Ok(SimConfig {
        venues,
        seed: args.seed,
        port_base: args.port_base,
        endpoints_file: args.endpoints_file.clone(),
        tapes: tapes.map(|(path, market)| tape(path.clone(), market)).collect::<anyhow::Result<_>>()?,
        faults: faults(args.faults.as_deref())?,
        rate_limits: !args.no_rate_limits,
        latency: latency(args.latency_ms),
        ..SimConfig::default()
    })
}

fn venue(name: &str) -> anyhow::Result<VenueKind> {
    VenueKind::parse(&name.to_ascii_lowercase()).with_context(|| {
        format!(
            "no simulated venue '{name}'; {}",
            crate::config::suggestion(name, VenueKind::ALL.iter().map(|v| v.as_str()))
        )
    })
}

fn tape(path: PathBuf, market: &str) -> anyhow::Result<mm_sim::TapeConfig> {
    let (name, symbol) = market.split_once(':').with_context(|| {
        format!("tape market '{market}': write VENUE:SYMBOL, such as backpack:BTC_USDC_PERP")
    })?;
    Ok(mm_sim::TapeConfig { path, venue: venue(name)?, symbol: symbol.to_owned() })
}

/// A latency of `ms` at most, half of that at least.
fn latency(ms: u64) -> Latency {
    let max = std::time::Duration::from_millis(ms);
    Latency { min: max / 2, max }
}

fn faults(path: Option<&Path>) -> anyhow::Result<Schedule> {
    let Some(path) = path else { return Ok(Schedule::default()) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the faults file {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("faults file {}", path.display()))
}

fn read_endpoints(path: &Path) -> anyhow::Result<Endpoints> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("cannot read {}: start `mm-bot venue --endpoints-file` first", path.display())
    })?;
    serde_json::from_str(&text).with_context(|| format!("endpoints file {}", path.display()))
}
