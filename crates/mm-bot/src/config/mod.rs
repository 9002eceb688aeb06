//! Configuration: a YAML file and the environment, read once at start, checked whole, and turned into values.
//!
//! The file is read as a tree of texts with their places ([`tree`]) and each section by its table of keys
//! ([`tables`], the venues' rows, the strategies' rows), so that everything that is wrong is reported at once with
//! its line, and no number passes through a float. serde's derived structs would stop at the first error and know
//! neither the environment's overrides nor what `list` prints.

mod connectors;
mod environment;
mod legacy;
mod problem;
pub(crate) mod risk;
mod section;
mod strategy;
pub(crate) mod tables;
mod tree;
pub(crate) mod watchdog;

use std::{collections::BTreeMap, io::Read as _, path::Path};

use mm_core::risk::Limits;
use mm_strategy::{
    StrategySpec,
    params::{Settings, Values},
};
use mm_venues::spec::Environment;

pub(crate) use environment::PREFIX;
use problem::Problems;
pub(crate) use problem::{ConfigError, suggestion};
use section::Section;
use tree::Node;
pub(crate) use tree::Place;
pub(crate) use watchdog::WatchdogConfig;

use crate::{logs, registry::VenueRow, simulator};

/// The file's sections.
const SECTIONS: [&str; 8] =
    ["general", "connectors", "connector", "simulator", "strategy", "risk", "control", "watchdog"];

/// A whole configuration.
pub(crate) struct Config {
    /// The file's name as it was given.
    pub(crate) file: String,
    /// Section `general`.
    pub(crate) general: Values,
    /// Section `control`.
    pub(crate) control: Values,
    /// Section `simulator`.
    pub(crate) simulator: Values,
    /// The connectors that the strategy names.
    pub(crate) connectors: BTreeMap<String, ConnectorConfig>,
    /// What every order is held to.
    pub(crate) limits: Limits,
    /// Markets with limits of their own.
    pub(crate) named_markets: Vec<NamedMarket>,
    /// Section `watchdog`, if there is one.
    pub(crate) watchdog: Option<WatchdogConfig>,
    /// What to run.
    pub(crate) strategy: &'static StrategySpec,
    /// What it is told.
    pub(crate) settings: Settings,
    /// What is not wrong but worth knowing.
    pub(crate) notes: Vec<String>,
    /// Variables of the environment that were applied.
    pub(crate) overrides: Vec<String>,
}

/// A market with limits of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedMarket {
    pub(crate) connector: String,
    /// In whatever case.
    pub(crate) symbol: String,
    /// What is wrong, and where, if the venue does not list it.
    pub(crate) unlisted: String,
}

/// One connector.
#[derive(Clone)]
pub(crate) struct ConnectorConfig {
    /// Which venue.
    pub(crate) venue: &'static VenueRow,
    /// Where the real venue is that it connects to; `None`: to the simulated one.
    pub(crate) live: Option<&'static Environment>,
    /// What every connector takes.
    pub(crate) common: Values,
    /// What this venue takes.
    pub(crate) own: Values,
}

impl ConnectorConfig {
    /// Whether it connects to the real venue, its test network included.
    pub(crate) const fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// The same account by other keys.
    pub(crate) fn with_keys_file(&self, path: Option<&str>) -> Self {
        let mut other = self.clone();
        if let Some(path) = path {
            other.common.set("keys_file", mm_strategy::params::Value::Text(path.to_owned()));
        }
        other
    }
}

/// Where a configuration comes from.
pub(crate) struct Source {
    /// The file's name for messages.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
}

/// The longest configuration (fault 72). The longest of ours is under 4 KiB.
const TEXT_LEN_MAX: u64 = 1 << 20;

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no text, or is too long to be a configuration.
    pub(crate) fn file(path: &Path) -> std::io::Result<Self> {
        let mut text = String::new();
        let len = std::fs::File::open(path)?.take(TEXT_LEN_MAX + 1).read_to_string(&mut text)?;
        if TEXT_LEN_MAX < len as u64 {
            return Err(std::io::Error::other(format!("it is longer than {TEXT_LEN_MAX} bytes")));
        }
        Ok(Self { file: path.display().to_string(), text })
    }
}

/// Reads and checks a configuration. `wanted` is the strategy named on the command line.
pub(crate) fn load(
    source: &Source,
    wanted: Option<&str>,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut problems = Problems::default();
    let found = read(source, wanted, variables, &mut problems);
    match found {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(ConfigError::new(&source.file, &source.text, problems)),
    }
}

fn read(
    source: &Source,
    wanted: Option<&str>,
    variables: impl Iterator<Item = (String, String)>,
    problems: &mut Problems,
) -> Option<Config> {
    let mut tree = match tree::parse(&source.text) {
        Ok(tree) => tree,
        Err(error) => {
            problems.add((&error.place, ""), error.message, error.remedy);
            return None;
        }
    };
    let overrides = environment::apply(&mut tree, &SECTIONS, variables, problems);
    // A file that is no section, or has sections nobody reads, is reported here.
    let whole = Section { node: &tree, path: "", elsewhere: &SECTIONS };
    if !whole.check_is_section(problems) {
        return None;
    }
    whole.read(&[], problems);
    let mut notes = Vec::new();
    let general = whole_section(&tree, "general", tables::GENERAL, problems);
    if general.text("log_config").is_some() {
        notes.push("general.log_config belongs to the original and is not used; see log_level".to_owned());
    }
    if let (Some(levels), Some(entry)) =
        (general.text("log_level"), tree.entry("general").and_then(|entry| entry.node.entry("log_level")))
        && let Err(why) = logs::check(levels)
    {
        problems.add((&entry.node.place, "general.log_level"), why, logs::LEVELS);
    }
    let control = whole_section(&tree, "control", crate::control::TABLE, problems);
    let simulator = whole_section(&tree, "simulator", tables::SIMULATOR, problems);
    let (strategy, settings) = strategy::read(&tree, wanted, general.text("symbol"), problems)?;
    let names: Vec<&str> = settings.connectors.keys().map(String::as_str).collect();
    let is_embedded = simulator.text("endpoints_file").is_none();
    let connectors =
        connectors::Reader { tree: &tree, is_embedded, problems, notes: &mut notes }.read(&names);
    if is_embedded && connectors.values().any(|connector| !connector.is_live()) {
        check_simulator(&simulator, &tree, problems);
    }
    let limits = risk::read(&tree, &connectors, problems);
    let named_markets = risk::named_markets(&tree, source, &connectors);
    let watchdog = watchdog::read(&tree, &names, problems);
    check_with_strategy(strategy, &settings, &tree, problems);
    if strategy.simulated_only && connectors.values().any(ConnectorConfig::is_live) {
        let what = format!("'{}' runs on simulated venues only", strategy.name);
        problems.add((&Place::Nowhere, "strategy"), what, "set environment: simulated for its connectors");
    }
    Some(Config {
        file: source.file.clone(),
        general,
        control,
        simulator,
        connectors,
        limits,
        named_markets,
        watchdog,
        strategy,
        settings,
        notes,
        overrides,
    })
}

/// Lets the strategy itself look at its settings, and points at the keys it complains of.
fn check_with_strategy(spec: &StrategySpec, settings: &Settings, tree: &Node, problems: &mut Problems) {
    if !problems.is_empty() {
        return; // Its keys must be right one by one before they can be judged together.
    }
    let Err(complaints) = (spec.build)(settings.clone(), std::sync::Arc::new(crate::output::Silent)) else {
        return;
    };
    for complaint in complaints {
        let (place, path) =
            strategy::place_of(tree, spec.name, complaint.connector.as_deref(), complaint.key);
        problems.add((&place, &path), complaint.problem, complaint.remedy);
    }
}

/// What the simulator could not be made from, where it is needed. Another process's endpoints file may not be written
/// yet: whether it can be read is found out at the start.
fn check_simulator(section: &Values, tree: &Node, problems: &mut Problems) {
    let empty = Node::empty();
    let node = tree.entry("simulator").map_or(&empty, |entry| &entry.node);
    for complaint in simulator::embedded(section).err().unwrap_or_default() {
        let place = node.entry(complaint.key).map_or(&node.place, |entry| &entry.node.place);
        let path = section::join("simulator", complaint.key);
        problems.add((place, &path), complaint.problem, complaint.remedy);
    }
}

fn whole_section(
    tree: &Node,
    name: &str,
    table: &'static [mm_strategy::params::Param],
    problems: &mut Problems,
) -> Values {
    let empty = Node::empty();
    let node = tree.entry(name).map_or(&empty, |entry| &entry.node);
    let section = Section { node, path: name, elsewhere: &[] };
    let mut values = section.read(table, problems);
    section.fill(&mut values, table, problems);
    values
}

#[cfg(test)]
mod tests;
