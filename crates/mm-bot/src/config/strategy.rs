//! The `strategy` section in the original's shapes:
//!
//! ```yaml
//! strategy: { name: smoke_test, smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }
//! strategy: { name: smoke_test, connectors: { backpack: { symbol: SOL_USDC_PERP } } }
//! strategy: { smoke_test: { connectors: { backpack: { symbol: SOL_USDC_PERP } } } }
//! ```
//!
//! A key of the connector blocks that stands beside `connectors` is the default of all of them.

use mm_strategy::{
    STRATEGIES, StrategySpec,
    params::{Param, Settings, Value as Setting, Values},
};

use super::{
    problem::{Problems, suggestion},
    section::{Section, join},
    tree::{Entry, Node, Place, Value},
};

/// Reads the section. `None` when it cannot be told which strategy is meant.
pub(super) fn read(
    tree: &Node,
    wanted: Option<&str>,
    general_symbol: Option<&str>,
    problems: &mut Problems,
) -> Option<(&'static StrategySpec, Settings)> {
    let empty = Node::empty();
    let section = tree.entry("strategy").map_or(&empty, |entry| &entry.node);
    if !(Section { node: section, path: "strategy", elsewhere: &[] }).check_is_section(problems) {
        return None;
    }
    let spec = which(section, wanted, problems)?;
    let (node, path) = own_section(section, spec.name);
    if path != "strategy" {
        check_beside(section, problems);
    }
    Some((spec, Reader { spec, general_symbol, problems }.settings(node, &path)))
}

/// Which strategy: the command line's, `name`, or the only section there is.
fn which(section: &Node, wanted: Option<&str>, problems: &mut Problems) -> Option<&'static StrategySpec> {
    let names = || STRATEGIES.iter().map(|row| row.name);
    let (word, place, path) = match (wanted, section.entry("name")) {
        (Some(word), _) => (word.to_owned(), Place::Nowhere, "--strategy".to_owned()),
        (None, Some(Entry { node: Node { value: Value::Scalar(word), place }, .. })) => {
            (word.clone(), place.clone(), "strategy.name".to_owned())
        }
        (None, Some(entry)) => {
            let what = format!("must be a strategy's name, is {}", entry.node.kind());
            problems.add((&entry.node.place, "strategy.name"), what, suggestion("", names()));
            return None;
        }
        (None, None) => match section.entries() {
            [only] => (only.key.clone(), only.place.clone(), join("strategy", &only.key)),
            _ => {
                let remedy = format!("write `name:` below `strategy:`; {}", suggestion("", names()));
                problems.add((&section.place, "strategy"), "says no strategy", remedy);
                return None;
            }
        },
    };
    let word = word.to_ascii_lowercase();
    let found = mm_strategy::strategy(&word);
    if found.is_none() {
        problems.add((&place, &path), format!("no strategy '{word}'"), suggestion(&word, names()));
    }
    found
}

/// The strategy's own keys: below its name, or beside `name`.
fn own_section<'a>(section: &'a Node, name: &str) -> (&'a Node, String) {
    match section.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name)) {
        Some(entry) => (&entry.node, join("strategy", &entry.key)),
        None => (section, "strategy".to_owned()),
    }
}

/// Beside a strategy's own section only `name` and other strategies' sections may stand.
fn check_beside(section: &Node, problems: &mut Problems) {
    let known = || std::iter::once("name").chain(STRATEGIES.iter().map(|row| row.name));
    for entry in section.entries() {
        if !known().any(|name| entry.key.eq_ignore_ascii_case(name)) {
            let path = join("strategy", &entry.key);
            problems.add((&entry.place, &path), "unknown key", suggestion(&entry.key, known()));
        }
    }
}

/// Reads the keys of one strategy.
struct Reader<'a> {
    spec: &'static StrategySpec,
    /// Market of the blocks that name none.
    general_symbol: Option<&'a str>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn settings(mut self, node: &Node, path: &str) -> Settings {
        let spec = self.spec;
        // Keys of the blocks are taken here as well, as defaults of all blocks.
        let names_of = |param: &Param| [&[param.name], param.aliases].concat();
        let mut elsewhere: Vec<&str> = spec.connector_params.iter().flat_map(names_of).collect();
        elsewhere.extend(["connectors", "name"]);
        let section = Section { node, path, elsewhere: &elsewhere };
        let mut own = section.read(spec.params, self.problems);
        section.fill(&mut own, spec.params, self.problems);
        let defaults = section.read_known(spec.connector_params, self.problems);
        let empty = Node::empty();
        let blocks = node.entry("connectors").map_or(&empty, |entry| &entry.node);
        let blocks_path = join(path, "connectors");
        let mut settings = Settings { own, ..Settings::default() };
        if (Section { node: blocks, path: &blocks_path, elsewhere: &[] }).check_is_section(self.problems) {
            for entry in blocks.entries() {
                let path = join(&blocks_path, &entry.key);
                settings
                    .connectors
                    .insert(entry.key.to_ascii_lowercase(), self.block(entry, &path, &defaults));
            }
        }
        settings
    }

    fn block(&mut self, entry: &Entry, path: &str, defaults: &Values) -> Values {
        let params = self.spec.connector_params;
        // A block that is left empty stands where its key stands.
        let node = match entry.node.place {
            Place::Nowhere => Node { place: entry.place.clone(), value: entry.node.value.clone() },
            _ => entry.node.clone(),
        };
        let section = Section { node: &node, path, elsewhere: &[] };
        let mut values = section.read(params, self.problems);
        values.take_missing(defaults);
        if let (None, Some(symbol)) = (values.get("symbol"), self.general_symbol)
            && params.iter().any(|param| param.name == "symbol")
        {
            values.set("symbol", Setting::Text(symbol.to_owned()));
        }
        section.fill(&mut values, params, self.problems);
        values
    }
}

/// Where a strategy's key stands in the file, and its path; the nearest section when it was left out.
pub(super) fn place_of(tree: &Node, name: &str, connector: Option<&str>, key: &str) -> (Place, String) {
    let empty = Node::empty();
    let section = tree.entry("strategy").map_or(&empty, |entry| &entry.node);
    let (node, mut path) = own_section(section, name);
    let mut at = node;
    if let Some(connector) = connector {
        path = join(&join(&path, "connectors"), connector);
        let blocks = node.entry("connectors").map(|entry| &entry.node);
        let block = blocks.and_then(|n| n.entries().iter().find(|e| e.key.eq_ignore_ascii_case(connector)));
        at = block.map_or(at, |entry| &entry.node);
    }
    let place = at.entry(key).or_else(|| node.entry(key)).map_or(&at.place, |entry| &entry.node.place);
    (place.clone(), join(&path, key))
}

/// Where a strategy names this connector.
pub(super) fn connector_place(tree: &Node, connector: &str) -> Option<Place> {
    let section = &tree.entry("strategy")?.node;
    let nodes = std::iter::once(section).chain(section.entries().iter().map(|entry| &entry.node));
    nodes
        .filter_map(|node| node.entry("connectors"))
        .flat_map(|entry| entry.node.entries())
        .find(|entry| entry.key.eq_ignore_ascii_case(connector))
        .map(|entry| entry.place.clone())
}
