//! Section `risk`: what every order is held to. Keys stand for all connectors, or below `connectors: NAME:` for one, or below
//! `markets: SYMBOL:` in there for one market of it; the nearest one counts. No limit can be switched off: it can only be set
//! where it does not bind.

use std::{collections::BTreeMap, time::Duration};

use mm_core::risk::{ConnectorLimits, Limits, LossLimits, MarketLimits, Mode, Repeats};
use mm_model::{Decimal, Money, Rate};
use mm_strategy::params::{Kind, Param, Preset, Values};

use super::{
    ConnectorConfig, NamedMarket, Source,
    problem::{ConfigError, Problems, suggestion},
    section::{Section, join},
    tables::key,
    tree::{Entry, Node},
};

const MODES: Kind = Kind::Word(&[("reduce", "reduce"), ("halt", "halt")]);
/// No time of a limit is longer than a day.
const DAY_MS: u64 = 86_400_000;

const fn amount(name: &'static str, default: &'static str, about: &'static str) -> Param {
    key(name, Kind::Positive, Preset::Is(default), about)
}

const fn count(name: &'static str, default: &'static str, about: &'static str) -> Param {
    key(name, Kind::Integer { min: 1, max: 100_000 }, Preset::Is(default), about)
}

/// Of the whole process.
pub(crate) static PROCESS: &[Param] = &[
    key(
        "quotes",
        Kind::List,
        Preset::Is("USD, USDC, USDT"),
        "quote assets that count as one dollar each, whatever they trade at; orders on other markets are denied",
    ),
    amount(
        "gross_notional_max",
        "25000",
        "dollars that all positions of all venues may be worth, open orders of the worse side filled",
    ),
    amount(
        "daily_loss_max",
        "500",
        "dollars that own fills may lose since midnight UTC: realised and at mid, fees included",
    ),
    amount(
        "drawdown_max",
        "1000",
        "dollars that own fills may lose since the best moment, restarts included",
    ),
    key("on_loss", MODES, Preset::Is("halt"), "what either loss leads to"),
];

/// Of a connector.
pub(crate) static CONNECTOR: &[Param] = &[
    count("open_orders_max", "50", "orders that are, or may be, live at a venue"),
    count(
        "messages_per_second_max",
        "20",
        "orders and modifications within a second; cancels are not counted",
    ),
    count(
        "messages_per_minute_max",
        "600",
        "orders and modifications within a minute; cancels are not counted",
    ),
    count(
        "rejects_max",
        "20",
        "orders refused by the venue in a row; post-only ones and limits of rate not counted",
    ),
    key("on_rejects", MODES, Preset::Is("reduce"), "what they lead to"),
    key(
        "clock_skew_max_ms",
        Kind::Integer { min: 1, max: 60_000 },
        Preset::Is("2000"),
        "milliseconds that our clock may be off the venue's",
    ),
    key("allowed_markets", Kind::List, Preset::Unset, "markets that orders may be placed in (default: all)"),
];

/// Of a market.
pub(crate) static MARKET: &[Param] = &[
    amount("collar_bps", "500", "basis points that a price may lie beyond the touch, or off the mark price"),
    key("order_size_max", Kind::Positive, Preset::Unset, "size of one order in the base asset"),
    amount("order_notional_max", "5000", "dollars that one order may be worth"),
    key(
        "position_size_max",
        Kind::Positive,
        Preset::Unset,
        "size of a position in the base asset, open orders of the worse side filled",
    ),
    amount("position_notional_max", "10000", "dollars that it may be worth"),
    key(
        "duplicate_ms",
        Kind::Integer { min: 0, max: 60_000 },
        Preset::Is("200"),
        "milliseconds between two orders of the same side, price and size; one that ended unfilled is not counted",
    ),
    key(
        "self_trade",
        Kind::Word(&[("deny", "deny"), ("allow", "allow")]),
        Preset::Is("deny"),
        "what becomes of an order that would match one of ours",
    ),
    count("repeats_max", "200", "orders executed within repeats_secs without anybody looking"),
    key(
        "repeats_secs",
        Kind::Seconds { min_ms: 1_000, max_ms: DAY_MS },
        Preset::Is("60"),
        "the time in which they are counted",
    ),
    key("on_repeats", MODES, Preset::Is("reduce"), "what they lead to"),
];

/// The keys of a section and of those around it, the nearest first.
struct Layers<'a>(&'a [&'a Values]);

impl Layers<'_> {
    fn find<T>(&self, read: impl Fn(&Values) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|values| read(values))
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.find(|values| values.integer(name)).and_then(|n| u32::try_from(n).ok())
    }

    fn decimal(&self, name: &str) -> Option<Decimal> {
        self.find(|values| values.decimal(name))
    }

    /// What does not fit was complained of where it was read.
    fn money(&self, name: &str) -> Option<Money> {
        self.decimal(name).and_then(|value| Money::from_decimal(value).ok())
    }

    fn millis(&self, name: &str) -> Option<Duration> {
        let ms = self.find(|values| values.integer(name)).and_then(|ms| u64::try_from(ms).ok());
        ms.filter(|ms| *ms > 0).map(Duration::from_millis)
    }

    fn mode(&self, name: &str) -> Mode {
        let is_reduce = self.find(|values| values.text(name).map(|word| word == "reduce"));
        if is_reduce == Some(true) { Mode::Reducing } else { Mode::Halted }
    }

    fn market(&self, is_allowed: bool) -> MarketLimits {
        MarketLimits {
            is_allowed,
            collar: self.decimal("collar_bps").and_then(|points| Rate::from_basis_points(points).ok()),
            order_size_max: self.decimal("order_size_max"),
            order_notional_max: self.money("order_notional_max"),
            position_size_max: self.decimal("position_size_max"),
            position_notional_max: self.money("position_notional_max"),
            duplicate_within: self.millis("duplicate_ms"),
            may_self_trade: self.find(|values| values.text("self_trade").map(|word| word == "allow"))
                == Some(true),
            checks_reduce_only: true,
            repeats: self.count("repeats_max").map(|executions| Repeats {
                executions,
                within: self
                    .find(|values| values.duration("repeats_secs"))
                    .unwrap_or(Duration::from_secs(60)),
                then: self.mode("on_repeats"),
            }),
        }
    }

    /// Without its markets.
    fn connector(&self) -> ConnectorLimits {
        let has_list = self.0.iter().any(|values| values.get("allowed_markets").is_some());
        ConnectorLimits {
            account: String::new(),
            open_orders_max: self.count("open_orders_max"),
            messages_per_second_max: self.count("messages_per_second_max"),
            messages_per_minute_max: self.count("messages_per_minute_max"),
            rejects_max: self.count("rejects_max"),
            then: self.mode("on_rejects"),
            clock_skew_max: self.millis("clock_skew_max_ms"),
            market: self.market(!has_list),
            markets: BTreeMap::new(),
            named: Vec::new(),
        }
    }

    fn allowed(&self) -> Vec<String> {
        let listed =
            |values: &Values| values.get("allowed_markets").map(|_| values.list("allowed_markets").to_vec());
        self.find(listed).unwrap_or_default()
    }
}

/// Reads the section for these connectors; `blocks` are the names of all connectors that the file describes.
pub(super) fn read(
    tree: &Node,
    connectors: &BTreeMap<String, ConnectorConfig>,
    problems: &mut Problems,
) -> Limits {
    let empty = Node::empty();
    let node = tree.entry("risk").map_or(&empty, |entry| &entry.node);
    let section = Reading { node, path: "risk".to_owned(), problems };
    let all = section.values(&[PROCESS, CONNECTOR, MARKET], Some("connectors"), true);
    check_names(node, tree, connectors, problems);
    let own_block = |name: &str| {
        let blocks = node.entry("connectors").map(|entry| entry.node.entries()).unwrap_or_default();
        blocks.iter().find(|entry| entry.key.eq_ignore_ascii_case(name))
    };
    let mut found = BTreeMap::new();
    for (name, connector) in connectors {
        let limits = match own_block(name) {
            Some(entry) => connector_limits(entry, &all, problems),
            None => of_connector(&Layers(&[&all])),
        };
        found.insert(name.clone(), ConnectorLimits { account: account_of(connector), ..limits });
    }
    let layers = Layers(&[&all]);
    Limits {
        quotes: all.list("quotes").to_vec(),
        gross_notional_max: layers.money("gross_notional_max"),
        losses: LossLimits {
            daily_max: layers.money("daily_loss_max"),
            drawdown_max: layers.money("drawdown_max"),
            then: layers.mode("on_loss"),
        },
        connectors: found,
        other: layers.connector(),
    }
}

/// The limits of single markets, by connector and symbol, each with what is said where the venue lists no such market: only
/// the venue knows.
pub(super) fn named_markets(
    tree: &Node,
    source: &Source,
    connectors: &BTreeMap<String, ConnectorConfig>,
) -> Vec<NamedMarket> {
    let blocks = tree.entry("risk").and_then(|risk| risk.node.entry("connectors"));
    let of_block = |block: &Entry| {
        let name = connectors.keys().find(|name| name.eq_ignore_ascii_case(&block.key))?.clone();
        let markets = block.node.entry("markets")?;
        let path = join(&join("risk.connectors", &block.key), "markets");
        let named = markets.node.entries().iter().map(|market| {
            let mut problems = Problems::default();
            problems.add(
                (&market.place, &join(&path, &market.key)),
                format!("'{name}' lists no market '{}': these limits would hold for none", market.key),
                "write the symbol as `mm-bot list` and the venue do, or take the block out",
            );
            let unlisted = ConfigError::new(&source.file, &source.text, problems).to_string();
            NamedMarket { connector: name.clone(), symbol: market.key.clone(), unlisted }
        });
        Some(named.collect::<Vec<_>>())
    };
    blocks
        .map(|blocks| blocks.node.entries())
        .unwrap_or_default()
        .iter()
        .filter_map(of_block)
        .flatten()
        .collect()
}

/// Connectors of the same account must not trade with each other.
fn account_of(connector: &ConnectorConfig) -> String {
    let key = if connector.is_live() { "keys_file" } else { "account" };
    let environment = connector.live.map_or("simulated", |live| live.name);
    format!("{} {environment} {}", connector.venue.name, connector.common.text(key).unwrap_or_default())
}

/// With the markets that it allows.
fn of_connector(layers: &Layers<'_>) -> ConnectorLimits {
    let mut limits = layers.connector();
    let allowed = layers.allowed();
    limits.markets = allowed.into_iter().map(|symbol| (symbol, layers.market(true))).collect();
    limits
}

fn connector_limits(entry: &Entry, all: &Values, problems: &mut Problems) -> ConnectorLimits {
    let path = join("risk.connectors", &entry.key);
    let section = Reading { node: &entry.node, path: path.clone(), problems };
    let own = section.values(&[CONNECTOR, MARKET], Some("markets"), false);
    let layers = Layers(&[&own, all]);
    let mut limits = of_connector(&layers);
    let empty = Node::empty();
    let markets = entry.node.entry("markets").map_or(&empty, |entry| &entry.node);
    Section { node: markets, path: &join(&path, "markets"), elsewhere: &[] }.check_is_section(problems);
    let allowed = layers.allowed();
    for market in markets.entries() {
        let path = join(&join(&path, "markets"), &market.key);
        let section = Reading { node: &market.node, path, problems };
        let nearest = section.values(&[MARKET], None, false);
        let is_allowed =
            allowed.is_empty() || allowed.iter().any(|name| name.eq_ignore_ascii_case(&market.key));
        limits.markets.retain(|name, _| !name.eq_ignore_ascii_case(&market.key));
        limits.markets.insert(market.key.clone(), Layers(&[&nearest, &own, all]).market(is_allowed));
        limits.named.push(market.key.clone());
    }
    limits
}

/// A limit for a connector that does not exist protects nobody.
fn check_names(
    node: &Node,
    tree: &Node,
    connectors: &BTreeMap<String, ConnectorConfig>,
    problems: &mut Problems,
) {
    let empty = Node::empty();
    let blocks = node.entry("connectors").map_or(&empty, |entry| &entry.node);
    Section { node: blocks, path: "risk.connectors", elsewhere: &[] }.check_is_section(problems);
    let described = tree.entry("connectors").map(|entry| entry.node.entries()).unwrap_or_default();
    let names =
        || connectors.keys().map(String::as_str).chain(described.iter().map(|entry| entry.key.as_str()));
    for entry in blocks.entries() {
        if !names().any(|name| name.eq_ignore_ascii_case(&entry.key)) {
            let path = join("risk.connectors", &entry.key);
            problems.add((&entry.place, &path), "no such connector", suggestion(&entry.key, names()));
        }
    }
}

/// One section of limits.
struct Reading<'a, 'p> {
    node: &'a Node,
    path: String,
    problems: &'p mut Problems,
}

impl Reading<'_, '_> {
    /// The values of several tables; `below` is the one key that is a section of its own.
    fn values(self, tables: &[&'static [Param]], below: Option<&str>, is_outermost: bool) -> Values {
        let names: Vec<&str> = tables.iter().flat_map(|table| table.iter().map(|param| param.name)).collect();
        let elsewhere: Vec<&str> = names.into_iter().chain(below).collect();
        let section = Section { node: self.node, path: &self.path, elsewhere: &elsewhere };
        section.read(&[], self.problems);
        let mut values = Values::default();
        for table in tables {
            values.take_missing(&section.read_known(table, self.problems));
            if is_outermost {
                section.fill(&mut values, table, self.problems);
            }
        }
        for param in tables.iter().flat_map(|table| table.iter()) {
            let too_long = |value: Decimal| match param.name {
                "collar_bps" => Rate::from_basis_points(value).err(),
                _ => Money::from_decimal(value).err(),
            };
            if let Some(error) = values.decimal(param.name).and_then(too_long) {
                let place = self.node.entry(param.name).map_or(&self.node.place, |entry| &entry.node.place);
                self.problems.add((place, &join(&self.path, param.name)), error.to_string(), param.about);
            }
        }
        values
    }
}

#[cfg(test)]
mod tests;
