//! Section `watchdog`: what `mm-bot watchdog` does. The bot itself does not read it.

use std::{collections::BTreeMap, time::Duration};

use mm_strategy::params::{Kind, Param, Preset};

use super::{
    problem::{Problems, suggestion},
    section::{Section, join},
    tables::key,
    tree::Node,
};

/// Its keys.
pub(crate) static TABLE: &[Param] = &[
    key(
        "timeout_secs",
        Kind::Seconds { min_ms: 2000, max_ms: 3_600_000 },
        Preset::Is("15"),
        "how long the heartbeat may stay the same; the bot's beats once a second",
    ),
    key(
        "then",
        Kind::Word(&[("exit", "exit"), ("watch", "watch")]),
        Preset::Is("exit"),
        "what follows when it had to step in: it exits with code 7, or watches for the next bot",
    ),
];

/// Keys of each block under its `connectors`.
pub(crate) static CONNECTOR_TABLE: &[Param] = &[key(
    "keys_file",
    Kind::Text,
    Preset::Unset,
    "a key of the watchdog's own for the account; live needs it, and may not use the bot's",
)];

/// What it says.
pub(crate) struct WatchdogConfig {
    /// How long a heartbeat may stay the same.
    pub(crate) timeout: Duration,
    /// Whether it watches on after it had to step in.
    pub(crate) goes_on: bool,
    /// The connectors to answer for, with the watchdog's own key files; none: all.
    pub(crate) keys_files: BTreeMap<String, Option<String>>,
}

/// Reads the section; `None` when there is none.
pub(super) fn read(tree: &Node, connectors: &[&str], problems: &mut Problems) -> Option<WatchdogConfig> {
    let node = &tree.entry("watchdog")?.node;
    let section = Section { node, path: "watchdog", elsewhere: &["connectors"] };
    let mut values = section.read(TABLE, problems);
    section.fill(&mut values, TABLE, problems);
    let mut keys_files = BTreeMap::new();
    let blocks = node.entry("connectors").map_or(&[][..], |entry| entry.node.entries());
    for block in blocks {
        let (name, path) = (block.key.to_ascii_lowercase(), join("watchdog.connectors", &block.key));
        if !connectors.contains(&name.as_str()) {
            let what = format!("the strategy has no connector '{name}'");
            problems.add((&block.place, &path), what, suggestion(&name, connectors.iter().copied()));
        }
        let keys = Section { node: &block.node, path: &path, elsewhere: &[] }.read(CONNECTOR_TABLE, problems);
        keys_files.insert(name, keys.text("keys_file").map(str::to_owned));
    }
    Some(WatchdogConfig {
        timeout: values.duration("timeout_secs").unwrap_or(Duration::from_secs(15)),
        goes_on: values.text("then") == Some("watch"),
        keys_files,
    })
}
