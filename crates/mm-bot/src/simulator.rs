//! The simulated world that a command uses: an embedded one, or one that another process serves.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use mm_sim::{
    Endpoints, SimConfig, Simulator,
    config::{Latency, LighterTier, VenueKind},
    control::CrowdAction,
    faults::Schedule,
};
use mm_strategy::params::{Complaint, Values};

use crate::{cli, config::suggestion};

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
        let config = embedded(section).map_err(|wrong| match wrong.into_iter().next() {
            Some(wrong) => anyhow::anyhow!("simulator.{}: {}; {}", wrong.key, wrong.problem, wrong.remedy),
            None => anyhow::anyhow!("the section simulator cannot be read"),
        })?;
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

/// The simulator that section `simulator` describes. Looks at the files it names, so that `check` finds a wrong path.
///
/// # Errors
/// What is wrong, by key.
pub(crate) fn embedded(section: &Values) -> Result<SimConfig, Vec<Complaint>> {
    let mut wrong = Vec::new();
    let mut complain = |key, (problem, remedy): (String, String)| {
        wrong.push(Complaint { connector: None, key, problem, remedy });
    };
    let mut tapes = Vec::new();
    match (section.text("tape"), section.text("tape_market")) {
        (None, None) => {}
        (Some(path), Some(market)) => {
            if let Err(error) = std::fs::File::open(path) {
                let remedy = "name a gz file of recorded traffic, absolute or from the folder you start in";
                complain("tape", (format!("cannot read '{path}': {error}"), remedy.into()));
            }
            match tape(PathBuf::from(path), market) {
                Ok(tape) => tapes.push(tape),
                Err(why) => complain("tape_market", why),
            }
        }
        (Some(_), None) => {
            complain("tape", ("a tape without a market to play into".into(), "add tape_market".into()));
        }
        (None, Some(_)) => {
            complain("tape_market", ("a market without a tape".into(), "add tape, or remove this".into()));
        }
    }
    let faults = section.text("faults").map(|path| faults(Path::new(path))).transpose();
    let faults = faults.unwrap_or_else(|error| {
        let remedy = "write a JSON list of rules as POST /faults takes them";
        complain("faults", (format!("{error:#}"), remedy.into()));
        None
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(SimConfig {
        seed: section.integer("seed").and_then(|seed| u64::try_from(seed).ok()).unwrap_or(1),
        tapes,
        crowd: section.text("crowd").and_then(crowd),
        faults: faults.unwrap_or_default(),
        rate_limits: section.flag_if_set("rate_limits").unwrap_or(true),
        latency: latency(section.integer("latency_ms").and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)),
        lighter_tier: section.text("lighter_tier").and_then(LighterTier::parse).unwrap_or_default(),
        grvt_speed_bump: section.flag_if_set("grvt_speed_bump").unwrap_or(true),
        ..SimConfig::default()
    })
}

/// What a crowd is told by the word of the configuration; `trading` is nothing.
fn crowd(word: &str) -> Option<CrowdAction> {
    match word {
        "paused" => Some(CrowdAction::Pause),
        "never_fill" => Some(CrowdAction::NeverFill),
        "part_fill" => Some(CrowdAction::PartFill),
        _ => None,
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
    let tapes = args.tape.iter().zip(&args.tape_market).map(|(path, market)| {
        std::fs::File::open(path).with_context(|| format!("--tape {}: cannot read it", path.display()))?;
        tape(path.clone(), market)
            .map_err(|(problem, remedy)| anyhow::anyhow!("--tape-market {problem}; {remedy}"))
    });
    Ok(SimConfig {
        venues,
        seed: args.seed,
        port_base: args.port_base,
        endpoints_file: args.endpoints_file.clone(),
        tapes: tapes.collect::<anyhow::Result<_>>()?,
        crowd: crowd(args.crowd.as_str()),
        faults: args.faults.as_deref().map(faults).transpose()?.unwrap_or_default(),
        rate_limits: !args.no_rate_limits,
        latency: latency(args.latency_ms),
        lighter_tier: args.lighter_tier.into(),
        lighter_chain_id: args.lighter_chain_id,
        grvt_speed_bump: !args.grvt_no_speed_bump,
        keeps_orders: args.keep_orders,
        ..SimConfig::default()
    })
}

fn venue(name: &str) -> anyhow::Result<VenueKind> {
    VenueKind::parse(&name.to_ascii_lowercase()).with_context(|| {
        format!(
            "no simulated venue '{name}'; {}",
            suggestion(name, VenueKind::ALL.iter().map(|v| v.as_str()))
        )
    })
}

/// A tape for `VENUE:SYMBOL`, or what is wrong with that and what to do.
fn tape(path: PathBuf, market: &str) -> Result<mm_sim::TapeConfig, (String, String)> {
    let example = || "write VENUE:SYMBOL, such as backpack:BTC_USDC_PERP".to_owned();
    let (name, symbol) =
        market.split_once(':').ok_or_else(|| (format!("'{market}' is no market"), example()))?;
    let venue = VenueKind::parse(&name.to_ascii_lowercase()).ok_or_else(|| {
        let valid = suggestion(name, VenueKind::ALL.iter().map(|venue| venue.as_str()));
        (format!("no simulated venue '{name}'"), valid)
    })?;
    let symbols = venue.symbols();
    if !symbols.iter().any(|listed| listed == symbol) {
        let valid = suggestion(symbol, symbols.iter().map(String::as_str));
        return Err((format!("{venue} has no market '{symbol}'"), valid));
    }
    Ok(mm_sim::TapeConfig { path, venue, symbol: symbol.to_owned() })
}

/// A latency of `ms` at most, half of that at least.
fn latency(ms: u64) -> Latency {
    let max = std::time::Duration::from_millis(ms);
    Latency { min: max / 2, max }
}

fn faults(path: &Path) -> anyhow::Result<Schedule> {
    let text =
        std::fs::read(path).with_context(|| format!("cannot read the faults file '{}'", path.display()))?;
    Schedule::parse(&text).map_err(|why| anyhow::anyhow!("faults file '{}': {why}", path.display()))
}

fn read_endpoints(path: &Path) -> anyhow::Result<Endpoints> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("cannot read {}: start `mm-bot venue --endpoints-file` first", path.display())
    })?;
    serde_json::from_str(&text).with_context(|| format!("endpoints file {}", path.display()))
}
