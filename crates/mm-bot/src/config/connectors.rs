//! The connectors that the strategy names: from blocks of their own under `connectors`, or from the original's legacy
//! section.

use std::collections::BTreeMap;

use mm_sim::config::ACCOUNTS;
use mm_strategy::params::Values;
use mm_venues::spec::{Address, Environment};

use super::{
    ConnectorConfig, legacy,
    problem::{Problems, nearest, suggestion},
    section::{Section, join},
    strategy, tables,
    tree::{Node, Value},
};
use crate::registry::{VENUES, VenueRow};

/// Reads connectors out of the whole file.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a Node,
    /// Whether the simulated world is made by this process: then its accounts are known.
    pub(super) is_embedded: bool,
    pub(super) problems: &'a mut Problems,
    pub(super) notes: &'a mut Vec<String>,
}

/// One connector's block, wherever it was found.
struct Block<'a> {
    name: &'a str,
    node: Node,
    path: String,
}

impl Reader<'_> {
    /// The connectors of these names.
    pub(super) fn read(mut self, names: &[&str]) -> BTreeMap<String, ConnectorConfig> {
        let empty = Node::empty();
        let tree = self.tree;
        let blocks = tree.entry("connectors").map_or(&empty, |entry| &entry.node);
        Section { node: blocks, path: "connectors", elsewhere: &[] }.check_is_section(self.problems);
        let own = |name: &str| blocks.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name));
        let without: Vec<&str> = names.iter().copied().filter(|name| own(name).is_none()).collect();
        for entry in blocks.entries() {
            if names.iter().any(|name| entry.key.eq_ignore_ascii_case(name)) {
                continue;
            }
            // A block that nobody reads while a connector of nearly this name has none: it would be run with
            // defaults that nobody chose.
            if let Some(meant) = nearest(&entry.key, without.iter().copied()) {
                let what = "the strategy names no such connector";
                let remedy = format!("did you mean '{meant}', which has no block?");
                self.problems.add((&entry.place, &join("connectors", &entry.key)), what, remedy);
            } else {
                self.notes
                    .push(format!("connectors.{} is not used: the strategy does not name it", entry.key));
            }
        }
        let mut found = BTreeMap::new();
        for name in names {
            let (path, node) = match (own(name), tree.entry("connector")) {
                (Some(entry), _) => (join("connectors", &entry.key), entry.node.clone()),
                (None, Some(entry)) => ("connector".to_owned(), legacy::block(&entry.node, name, &without)),
                (None, None) => (join("connectors", name), Node::empty()),
            };
            if let Some(connector) = self.connector(&Block { name, node, path }) {
                found.insert((*name).to_owned(), connector);
            }
        }
        found
    }

    fn connector(&mut self, block: &Block<'_>) -> Option<ConnectorConfig> {
        let venue = self.venue(block)?;
        let names_of = |param: &mm_strategy::params::Param| [&[param.name], param.aliases].concat();
        let own_names: Vec<&str> = venue.params.iter().flat_map(names_of).collect();
        let section = Section { node: &block.node, path: &block.path, elsewhere: &own_names };
        let mut common = section.read(tables::CONNECTOR, self.problems);
        section.fill(&mut common, tables::CONNECTOR, self.problems);
        // The same section again for the venue's keys; unknown ones were reported just now.
        let mut own = section.read_known(venue.params, self.problems);
        section.fill(&mut own, venue.params, self.problems);
        let live = self.environment(venue, &common, block);
        let connector = ConnectorConfig { venue, live, common, own };
        self.check_environment(&connector, block);
        Some(connector)
    }

    /// The venue that `venue` says, or else the one that the block's name begins with.
    fn venue(&mut self, block: &Block<'_>) -> Option<&'static VenueRow> {
        let said = block.node.entry("venue").or_else(|| block.node.entry("type"));
        let word = match said.map(|entry| &entry.node.value) {
            Some(Value::Scalar(word)) => word.as_str(),
            _ => block.name,
        };
        let lower = word.to_ascii_lowercase();
        let fits =
            |row: &&VenueRow| if said.is_some() { lower == row.name } else { lower.starts_with(row.name) };
        let row = VENUES.iter().find(fits);
        if row.is_none() {
            let (place, what) = match said {
                Some(entry) => (entry.node.place.clone(), format!("no venue '{word}'")),
                None => {
                    let place = strategy::connector_place(self.tree, block.name);
                    let what = format!("no venue begins the name '{word}' and no `venue` is given");
                    (place.unwrap_or_else(|| block.node.place.clone()), what)
                }
            };
            let remedy = suggestion(word, VENUES.iter().map(|row| row.name));
            self.problems.add((&place, &block.path), what, remedy);
        }
        row
    }

    /// The real venue's environment that is meant; `None`: the simulated one.
    fn environment(
        &mut self,
        venue: &'static VenueRow,
        common: &Values,
        block: &Block<'_>,
    ) -> Option<&'static Environment> {
        let word = common.text("environment").unwrap_or(tables::SIMULATED).to_ascii_lowercase();
        let own = venue.spec.environments;
        match word.as_str() {
            tables::SIMULATED => None,
            tables::LIVE => Some(venue.live()),
            word => {
                let found = own.iter().find(|environment| environment.name == word);
                if found.is_none() {
                    let entry = block.node.entry("environment");
                    let place = entry.map_or(&block.node.place, |entry| &entry.node.place);
                    let valid =
                        [tables::SIMULATED, tables::LIVE].into_iter().chain(own.iter().map(|e| e.name));
                    let what = format!("{} has no environment '{word}'", venue.name);
                    self.problems.add(
                        (place, &join(&block.path, "environment")),
                        what,
                        suggestion(word, valid),
                    );
                }
                found
            }
        }
    }

    /// What belongs to one environment only.
    fn check_environment(&mut self, connector: &ConnectorConfig, block: &Block<'_>) {
        let Block { node, path, .. } = block;
        let place =
            |key: &str| node.entry(key).map_or_else(|| node.place.clone(), |entry| entry.node.place.clone());
        let not_used = |key: &str, why: &str| format!("{} is not used: {why}", join(path, key));
        let environment = connector.live.unwrap_or_else(|| connector.venue.live());
        for &Address { key, url: live } in environment.addresses {
            match connector.common.text(key).or_else(|| connector.own.text(key)) {
                Some(url) if url.trim_end_matches('/') != live => self.problems.add(
                    (&place(key), &join(path, key)),
                    format!("'{url}' is not the venue's own address"),
                    format!(
                        "the venue is at {live}; for a simulator that runs elsewhere set simulator.endpoints_file"
                    ),
                ),
                Some(_) if !connector.is_live() => {
                    self.notes.push(not_used(key, "the environment is simulated"));
                }
                _ => {}
            }
        }
        match (connector.is_live(), connector.common.text("keys_file")) {
            (true, None) => self.problems.add(
                (&place("environment"), &join(path, "environment")),
                format!("{} needs keys_file", environment.name),
                format!(
                    "name a file with {} that only you can read (chmod 600)",
                    connector.venue.keys.names()
                ),
            ),
            (false, Some(_)) => self.notes.push(not_used("keys_file", "the environment is simulated")),
            _ => {}
        }
        let account = connector.common.text("account").unwrap_or_default();
        if !connector.is_live() && self.is_embedded && !ACCOUNTS.contains(&account) {
            let what = format!("the simulated {} has no account '{account}'", connector.venue.name);
            let remedy = suggestion(account, ACCOUNTS.into_iter());
            self.problems.add((&place("account"), &join(path, "account")), what, remedy);
        }
        if connector.common.integer("rpm").is_some() {
            self.notes.push(not_used("rpm", "the venue's own allowance is kept"));
        }
    }
}
