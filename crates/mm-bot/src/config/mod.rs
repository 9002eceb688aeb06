//! Configuration: a YAML file and the environment, read once at start, checked whole, and turned into values.
//!
//! The file is read as a tree of texts with their places ([`tree`]) and each section by its table of keys
//! ([`tables`], the venues' rows, the strategies' rows), so that everything that is wrong is reported at once with
//! its line, and no number passes through a float. serde's derived structs would stop at the first error and know
//! neither the environment's overrides nor what `list` prints.

mod environment;
mod legacy;
mod problem;
mod section;
mod strategy;
pub(crate) mod tables;
mod tree;

use std::{collections::BTreeMap, path::Path};

use mm_strategy::{
    StrategySpec,
    params::{Settings, Values},
};

pub(crate) use environment::PREFIX;
use problem::Problems;
pub(crate) use problem::{ConfigError, suggestion};
use section::{Section, join};
pub(crate) use tree::Place;
use tree::{Node, Value};

use crate::registry::{VENUES, VenueRow};

/// The file's sections.
const SECTIONS: [&str; 5] = ["general", "connectors", "connector", "simulator", "strategy"];

/// A whole configuration.
pub(crate) struct Config {
    /// The file's name as it was given.
    pub(crate) file: String,
    /// Section `general`.
    pub(crate) general: Values,
    /// Section `simulator`.
    pub(crate) simulator: Values,
    /// The connectors that the strategy names.
    pub(crate) connectors: BTreeMap<String, ConnectorConfig>,
    /// What to run.
    pub(crate) strategy: &'static StrategySpec,
    /// What it is told.
    pub(crate) settings: Settings,
    /// What is not wrong but worth knowing.
    pub(crate) notes: Vec<String>,
    /// Variables of the environment that were applied.
    pub(crate) overrides: Vec<String>,
}

/// One connector.
#[derive(Clone)]
pub(crate) struct ConnectorConfig {
    /// Which venue.
    pub(crate) venue: &'static VenueRow,
    /// What every connector takes.
    pub(crate) common: Values,
    /// What this venue takes.
    pub(crate) own: Values,
}

impl ConnectorConfig {
    /// Whether it trades with real money.
    pub(crate) fn is_live(&self) -> bool {
        self.common.text("environment") == Some("live")
    }
}

/// Where a configuration comes from.
pub(crate) struct Source {
    /// The file's name for messages.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Reads a file.
    pub(crate) fn file(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: path.display().to_string(), text: std::fs::read_to_string(path)? })
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
            problems.add(
                &error.place,
                "",
                error.message,
                "the file must be YAML: sections of `key: value` lines",
            );
            return None;
        }
    };
    let overrides = environment::apply(&mut tree, &SECTIONS, variables, problems);
    // A file that is no section, or has sections nobody reads, is reported here.
    Section { node: &tree, path: "", elsewhere: &SECTIONS }.read(&[], problems);
    let mut notes = Vec::new();
    let general = whole_section(&tree, "general", tables::GENERAL, problems);
    if general.text("log_config").is_some() {
        notes.push("general.log_config belongs to the original and is not used; see log_level".to_owned());
    }
    let simulator = whole_section(&tree, "simulator", tables::SIMULATOR, problems);
    let (strategy, settings) = strategy::read(&tree, wanted, general.text("symbol"), problems)?;
    let names: Vec<&str> = settings.connectors.keys().map(String::as_str).collect();
    let connectors = connectors(&tree, &names, problems, &mut notes);
    check_with_strategy(strategy, &settings, &tree, problems);
    Some(Config {
        file: source.file.clone(),
        general,
        simulator,
        connectors,
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
    let complaints = match (spec.build)(settings.clone(), std::sync::Arc::new(crate::output::Silent)) {
        Ok(_) => return,
        Err(complaints) => complaints,
    };
    for complaint in complaints {
        let (place, path) =
            strategy::place_of(tree, spec.name, complaint.connector.as_deref(), complaint.key);
        problems.add(&place, &path, complaint.problem, complaint.remedy);
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

/// The connectors of these names, from their own blocks or the legacy section.
fn connectors(
    tree: &Node,
    names: &[&str],
    problems: &mut Problems,
    notes: &mut Vec<String>,
) -> BTreeMap<String, ConnectorConfig> {
    let empty = Node::empty();
    let blocks = tree.entry("connectors").map_or(&empty, |entry| &entry.node);
    Section { node: blocks, path: "connectors", elsewhere: &[] }.check_is_section(problems);
    let own = |name: &str| blocks.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name));
    let without: Vec<&str> = names.iter().copied().filter(|name| own(name).is_none()).collect();
    for entry in blocks.entries() {
        if !names.iter().any(|name| entry.key.eq_ignore_ascii_case(name)) {
            notes.push(format!("connectors.{} is not used: the strategy does not name it", entry.key));
        }
    }
    let legacy = tree.entry("connector");
    let mut found = BTreeMap::new();
    for name in names {
        let (path, node) = match (own(name), legacy) {
            (Some(entry), _) => (join("connectors", &entry.key), entry.node.clone()),
            (None, Some(entry)) => ("connector".to_owned(), legacy::block(&entry.node, name, &without)),
            (None, None) => (join("connectors", name), Node::empty()),
        };
        if let Some(connector) = connector(name, &node, &path, tree, problems, notes) {
            found.insert((*name).to_owned(), connector);
        }
    }
    found
}

fn connector(
    name: &str,
    node: &Node,
    path: &str,
    tree: &Node,
    problems: &mut Problems,
    notes: &mut Vec<String>,
) -> Option<ConnectorConfig> {
    let said = node.entry("venue").or_else(|| node.entry("type"));
    let word = match said.map(|entry| &entry.node.value) {
        Some(Value::Scalar(word)) => word.as_str(),
        _ => name,
    };
    let lower = word.to_ascii_lowercase();
    let row = VENUES
        .iter()
        .find(|row| if said.is_some() { lower == row.name } else { lower.starts_with(row.name) });
    let Some(venue) = row else {
        let names = VENUES.iter().map(|row| row.name);
        let (place, what) = match said {
            Some(entry) => (entry.node.place.clone(), format!("no venue '{word}'")),
            None => {
                let place = strategy::connector_place(tree, name).unwrap_or_else(|| node.place.clone());
                (place, format!("no venue begins the name '{name}' and no `venue` is given"))
            }
        };
        problems.add(&place, path, what, suggestion(word, names));
        return None;
    };
    let own_names: Vec<&str> = venue.params.iter().map(|param| param.name).collect();
    let common_names: Vec<&str> = tables::CONNECTOR
        .iter()
        .flat_map(|param| std::iter::once(param.name).chain(param.aliases.iter().copied()))
        .collect();
    let section = Section { node, path, elsewhere: &own_names };
    let mut common = section.read(tables::CONNECTOR, problems);
    section.fill(&mut common, tables::CONNECTOR, problems);
    // The same section again for the venue's keys; unknown ones were reported just now.
    let section = Section { node, path, elsewhere: &common_names };
    let mut own = section.read_known(venue.params, problems);
    section.fill(&mut own, venue.params, problems);
    let connector = ConnectorConfig { venue, common, own };
    check_environment(&connector, node, path, problems, notes);
    Some(connector)
}

/// What belongs to one environment only.
fn check_environment(
    connector: &ConnectorConfig,
    node: &Node,
    path: &str,
    problems: &mut Problems,
    notes: &mut Vec<String>,
) {
    let place =
        |key: &str| node.entry(key).map_or_else(|| node.place.clone(), |entry| entry.node.place.clone());
    let live = connector.venue.live();
    let urls = [("base_url", live.rest_url), ("ws_url", live.ws_url)];
    for (key, live) in urls {
        match connector.common.text(key) {
            Some(url) if url.trim_end_matches('/') != live => problems.add(
                &place(key),
                &join(path, key),
                format!("'{url}' is not the venue's own address"),
                format!(
                    "the venue is at {live}; for a simulator that runs elsewhere set simulator.endpoints_file"
                ),
            ),
            Some(_) if !connector.is_live() => {
                notes.push(format!("{} is not used: the environment is simulated", join(path, key)));
            }
            _ => {}
        }
    }
    match (connector.is_live(), connector.common.text("keys_file")) {
        (true, None) => problems.add(
            &place("environment"),
            &join(path, "environment"),
            "live needs keys_file",
            "name a file with api_key and api_secret that only you can read (chmod 600)",
        ),
        (false, Some(_)) => {
            notes.push(format!("{} is not used: the environment is simulated", join(path, "keys_file")));
        }
        _ => {}
    }
    if connector.common.integer("rpm").is_some() {
        notes.push(format!("{} is not used: the venue's own allowance is kept", join(path, "rpm")));
    }
}

#[cfg(test)]
mod tests;
