//! What the smoke test is told: a plan for each connector, with every wait bounded.

use std::{collections::BTreeMap, time::Duration};

use mm_model::{Decimal, Side};

use crate::params::{Complaint, Kind, Param, Preset, Settings, Values};

/// The whole test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What to do on each connector, by its configured name.
    pub connectors: BTreeMap<String, VenuePlan>,
    /// Connectors are tested at the same time; each starts this much after the one before.
    pub pause_between_tests: Duration,
}

/// What to do on one connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenuePlan {
    /// Which market, by the venue's name.
    pub symbol: String,
    /// Side of the entry: buy goes long and sells again.
    pub side: Side,
    /// Size in the base asset; `None`: the market's minimum times `size_multiple`.
    pub size: Option<Decimal>,
    /// How many times the minimum.
    pub size_multiple: u64,
    /// How long an entry order rests before its price is looked at again.
    pub tracking_interval: Duration,
    /// When to give the entry up.
    pub tracking_timeout: Duration,
    /// How long the market exit may take to its settled end.
    pub market_timeout: Duration,
    /// How long REST and stream may take to agree.
    pub settle_timeout: Duration,
    /// Ticks away from the touch.
    pub price_offset_ticks: i64,
    /// How long a cancelled order may take to its end.
    pub cancel_wait: Duration,
    /// Whether the entry is refused rather than take.
    pub post_only: bool,
}

const SIDES: Kind = Kind::Word(&[("buy", "buy"), ("sell", "sell")]);
const DIRECTIONS: Kind = Kind::Word(&[("long", "buy"), ("short", "sell"), ("buy", "buy"), ("sell", "sell")]);
/// No wait is longer than an hour: a smoke test that takes longer is no smoke test.
const HOUR_MS: u64 = 3_600_000;

const fn secs(name: &'static str, default: &'static str, min_ms: u64, about: &'static str) -> Param {
    Param {
        name,
        aliases: &[],
        kind: Kind::Seconds { min_ms, max_ms: HOUR_MS },
        default: Preset::Is(default),
        about,
    }
}

/// Keys of the strategy's own section.
pub const PARAMS: &[Param] = &[secs(
    "pause_between_tests_secs",
    "0",
    0,
    "connectors are tested at the same time; each starts this much after the one before",
)];

/// Keys of each connector's block.
pub const CONNECTOR_PARAMS: &[Param] = &[
    Param {
        name: "symbol",
        aliases: &[],
        kind: Kind::Text,
        default: Preset::Required,
        about: "market to test on, by the venue's own name (default: general.symbol)",
    },
    Param {
        name: "side",
        aliases: &[],
        kind: SIDES,
        default: Preset::Unset,
        about: "side of the entry, buy when nothing is said; say it as side, direction or is_ask",
    },
    Param {
        name: "direction",
        aliases: &[],
        kind: DIRECTIONS,
        default: Preset::Unset,
        about: "the same as side: long buys first, short sells first",
    },
    Param {
        name: "is_ask",
        aliases: &[],
        kind: Kind::Flag,
        default: Preset::Unset,
        about: "the same as side: true sells first",
    },
    Param {
        name: "size",
        aliases: &["quantity", "order_quantity"],
        kind: Kind::Positive,
        default: Preset::Unset,
        about: "size in the base asset, rounded down to whole lots; refused below the market's minimum",
    },
    Param {
        name: "size_multiple",
        aliases: &["min_multiplier"],
        kind: Kind::Integer { min: 1, max: 1000 },
        default: Preset::Is("1"),
        about: "without size: this many times the smallest order that the market takes (twice that on spot)",
    },
    secs(
        "tracking_interval_secs",
        "10",
        50,
        "how long an entry order rests before its price is looked at again",
    ),
    secs("tracking_timeout_secs", "120", 100, "when to give the entry up"),
    secs("market_timeout_secs", "30", 100, "how long the market exit may take to its settled end"),
    secs("settle_timeout_secs", "5", 100, "how long REST and stream may take to agree"),
    Param {
        name: "price_offset_ticks",
        aliases: &[],
        kind: Kind::Integer { min: -1000, max: 1000 },
        default: Preset::Is("0"),
        about: "ticks away from the touch; negative crosses into the market",
    },
    secs("cancel_wait_secs", "2", 50, "how long a cancelled order may take to its end before the test stops"),
    Param {
        name: "post_only",
        aliases: &["tracking_post_only"],
        kind: Kind::Flag,
        default: Preset::Is("false"),
        about: "whether the entry is refused rather than take",
    },
];

impl Config {
    /// From settings whose keys were read by [`PARAMS`] and [`CONNECTOR_PARAMS`].
    ///
    /// # Errors
    /// Keys that do not fit together, all of them.
    pub fn from_settings(settings: &Settings) -> Result<Self, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut connectors = BTreeMap::new();
        for (name, values) in &settings.connectors {
            match plan(name, values) {
                Ok(plan) => _ = connectors.insert(name.clone(), plan),
                Err(complaint) => complaints.push(complaint),
            }
        }
        if connectors.is_empty() && complaints.is_empty() {
            complaints.push(Complaint {
                connector: None,
                key: "connectors",
                problem: "no connector to test".into(),
                remedy: "add a block under connectors, such as backpack: { symbol: SOL_USDC_PERP }".into(),
            });
        }
        if complaints.is_empty() {
            let pause_between_tests = settings.own.duration("pause_between_tests_secs").unwrap_or_default();
            Ok(Self { connectors, pause_between_tests })
        } else {
            Err(complaints)
        }
    }
}

fn plan(connector: &str, values: &Values) -> Result<VenuePlan, Complaint> {
    let wait = |name| values.duration(name).expect("the table gives each wait a default");
    let plan = VenuePlan {
        symbol: values.text("symbol").unwrap_or_default().to_owned(),
        side: side(connector, values)?,
        size: values.decimal("size"),
        size_multiple: values.integer("size_multiple").and_then(|n| u64::try_from(n).ok()).unwrap_or(1),
        tracking_interval: wait("tracking_interval_secs"),
        tracking_timeout: wait("tracking_timeout_secs"),
        market_timeout: wait("market_timeout_secs"),
        settle_timeout: wait("settle_timeout_secs"),
        price_offset_ticks: values.integer("price_offset_ticks").unwrap_or(0),
        cancel_wait: wait("cancel_wait_secs"),
        post_only: values.flag("post_only"),
    };
    let complain = |key, problem: &str, remedy: &str| {
        Err(Complaint {
            connector: Some(connector.to_owned()),
            key,
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        })
    };
    if plan.tracking_timeout < plan.tracking_interval {
        return complain(
            "tracking_timeout_secs",
            "shorter than tracking_interval_secs: no order would be re-posted even once",
            "make the timeout several intervals long",
        );
    }
    if plan.post_only && plan.price_offset_ticks < 0 {
        return complain(
            "price_offset_ticks",
            "a negative offset crosses into the market, which post_only refuses",
            "use zero or more, or set post_only: false",
        );
    }
    Ok(plan)
}

/// The side, said in up to three ways that must agree.
fn side(connector: &str, values: &Values) -> Result<Side, Complaint> {
    let mut said: Option<(&'static str, Side)> = None;
    let from_word = |name| values.text(name).map(|word| if word == "sell" { Side::Sell } else { Side::Buy });
    let ways = [
        ("side", from_word("side")),
        ("direction", from_word("direction")),
        ("is_ask", values.flag_if_set("is_ask").map(|ask| if ask { Side::Sell } else { Side::Buy })),
    ];
    for (key, side) in ways.into_iter().filter_map(|(key, side)| side.map(|side| (key, side))) {
        match said {
            Some((other, known)) if known != side => {
                return Err(Complaint {
                    connector: Some(connector.to_owned()),
                    key,
                    problem: format!("says {side} while {other} says {known}"),
                    remedy: "keep one of the two".into(),
                });
            }
            _ => said = Some((key, side)),
        }
    }
    Ok(said.map_or(Side::Buy, |(_, side)| side))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Value;

    fn settings(given: &[(&'static str, &str)]) -> Settings {
        let mut values = Values::default();
        for (name, text) in given {
            let param = CONNECTOR_PARAMS.iter().find(|p| p.is_called(name)).expect("a key of the table");
            values.set(param.name, param.read(text).expect("a value of its kind"));
        }
        values.set("symbol", Value::Text("SOL_USDC_PERP".into()));
        values.fill(CONNECTOR_PARAMS);
        let mut own = Values::default();
        own.fill(PARAMS);
        Settings { own, connectors: [("backpack".to_owned(), values)].into() }
    }

    fn check(given: &[(&'static str, &str)], want: Result<Side, &str>) {
        let got = Config::from_settings(&settings(given));
        match want {
            Ok(side) => assert_eq!(got.expect("a plan").connectors["backpack"].side, side),
            Err(key) => assert_eq!(got.expect_err("complaints")[0].key, key),
        }
    }

    #[test]
    fn the_side_is_said_in_three_ways_that_must_agree() {
        check(&[], Ok(Side::Buy));
        check(&[("direction", "short")], Ok(Side::Sell));
        check(&[("is_ask", "true"), ("side", "sell")], Ok(Side::Sell));
        check(&[("is_ask", "false"), ("side", "sell")], Err("is_ask"));
    }

    #[test]
    fn plans_that_cannot_work_are_refused() {
        check(&[("tracking_timeout_secs", "5")], Err("tracking_timeout_secs"));
        check(&[("post_only", "true"), ("price_offset_ticks", "-1")], Err("price_offset_ticks"));
        assert_eq!(Config::from_settings(&Settings::default()).expect_err("empty")[0].key, "connectors");
    }

    #[test]
    fn defaults_are_the_originals() {
        let config = Config::from_settings(&settings(&[])).expect("a plan");
        let plan = &config.connectors["backpack"];
        assert_eq!(plan.tracking_interval, Duration::from_secs(10));
        assert_eq!(plan.tracking_timeout, Duration::from_secs(120));
        assert_eq!(plan.cancel_wait, Duration::from_secs(2));
    }
}
