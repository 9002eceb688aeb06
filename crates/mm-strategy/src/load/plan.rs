//! What the load can be told.

use std::{collections::BTreeMap, time::Duration};

use crate::params::{Complaint, Kind, Param, Preset, Settings};

/// The load's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Decides every action.
    pub seed: u64,
    /// How long it looks on before it begins.
    pub begin_after: Duration,
    /// Whether its orders stay on the books when it ends, and are taken up when it starts.
    pub keep_orders: bool,
    /// How long it goes on; `None`: until it is stopped.
    pub run_for: Option<Duration>,
    /// By connector name.
    pub connectors: BTreeMap<String, VenueLoad>,
}

/// What is done on one connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueLoad {
    /// Markets, by the venue's own names.
    pub symbols: Vec<String>,
    /// So many hands work in each market at the same time, each doing one thing after another.
    pub hands: u64,
    /// Mean number of actions that one hand begins in a second.
    pub actions_per_sec: u64,
    /// Sizes are one to so many times the smallest order that the market takes.
    pub size_multiple: u64,
    /// The largest position that all live orders together could lead to, either way, in smallest orders of the market.
    pub position_multiple: u64,
    /// Hands open no more when so many orders of ours are, or may be, live in a market.
    pub open_orders: u64,
}

const fn count(name: &'static str, max: i64, default: &'static str, about: &'static str) -> Param {
    Param { name, aliases: &[], kind: Kind::Integer { min: 1, max }, default: Preset::Is(default), about }
}

/// Keys of the strategy's own section.
pub const PARAMS: &[Param] = &[
    Param {
        name: "seed",
        aliases: &[],
        kind: Kind::Integer { min: 0, max: i64::MAX },
        default: Preset::Is("1"),
        about: "decides every action",
    },
    Param {
        name: "begin_after_secs",
        aliases: &[],
        kind: Kind::Seconds { min_ms: 0, max_ms: 24 * 3_600_000 },
        default: Preset::Is("0"),
        about: "how long it looks on before it begins",
    },
    Param {
        name: "keep_orders",
        aliases: &[],
        kind: Kind::Flag,
        default: Preset::Is("false"),
        about: "whether its orders stay on the books when it ends, and are taken up when it starts",
    },
    Param {
        name: "run_for_secs",
        aliases: &[],
        kind: Kind::Seconds { min_ms: 100, max_ms: 7 * 24 * 3_600_000 },
        default: Preset::Unset,
        about: "when to end by itself (default: when stopped)",
    },
];

/// Keys of each connector's block.
pub const CONNECTOR_PARAMS: &[Param] = &[
    Param {
        name: "symbols",
        aliases: &[],
        kind: Kind::List,
        default: Preset::Required,
        about: "markets to load, by the venue's own names",
    },
    count("hands", 64, "3", "so many work in each market at the same time, one action after another"),
    count("actions_per_sec", 1_000, "4", "mean number of actions that a hand begins in a second"),
    count("size_multiple", 100, "3", "sizes are one to so many times the smallest order of the market"),
    count(
        "position_multiple",
        10_000,
        "20",
        "the largest position that all live orders could lead to, in smallest orders of the market",
    ),
    count("open_orders", 1_000, "8", "no more are opened when so many are live in a market"),
];

impl Config {
    /// From settings whose keys were read by [`PARAMS`] and [`CONNECTOR_PARAMS`].
    ///
    /// # Errors
    /// Keys that do not fit together.
    pub fn from_settings(settings: &Settings) -> Result<Self, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut connectors = BTreeMap::new();
        for (name, values) in &settings.connectors {
            let count = |key| {
                let count = values.integer(key).and_then(|n| u64::try_from(n).ok());
                count.expect("the table gives each count a default and a bound")
            };
            let load = VenueLoad {
                symbols: values.list("symbols").to_vec(),
                hands: count("hands"),
                actions_per_sec: count("actions_per_sec"),
                size_multiple: count("size_multiple"),
                position_multiple: count("position_multiple"),
                open_orders: count("open_orders"),
            };
            if load.position_multiple < load.size_multiple {
                complaints.push(Complaint {
                    connector: Some(name.clone()),
                    key: "position_multiple",
                    problem: "below size_multiple: the largest orders could never be sent".into(),
                    remedy: "raise it, or lower size_multiple".into(),
                });
            }
            connectors.insert(name.clone(), load);
        }
        if connectors.is_empty() {
            complaints.push(Complaint {
                connector: None,
                key: "connectors",
                problem: "no connector to load".into(),
                remedy: "add a block under connectors, such as backpack: { symbols: [SOL_USDC_PERP] }".into(),
            });
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let seed = settings.own.integer("seed").and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
        Ok(Self {
            seed,
            begin_after: settings.own.duration("begin_after_secs").unwrap_or_default(),
            keep_orders: settings.own.flag("keep_orders"),
            run_for: settings.own.duration("run_for_secs"),
            connectors,
        })
    }
}
