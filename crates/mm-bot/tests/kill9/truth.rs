//! Both sides, compared: what the engines know of our account, and what the bot says that it has.

use std::collections::{BTreeMap, BTreeSet};

use mm_model::Decimal;
use serde_json::Value;

use crate::{
    bot::{Intent, Policy, VENUES},
    support::Served,
};

/// Whose account it is.
const ACCOUNT: &str = "alice";

/// The truth at one moment.
pub(crate) struct Truth {
    state: Value,
    admitted: Value,
}

impl Truth {
    pub(crate) fn of(world: &Served) -> Self {
        let ask = |what: &str| {
            let (status, answer) = world.control(what, "");
            assert_eq!(status, 200, "{what}: {answer}");
            answer
        };
        Self { state: ask("GET /state")["venues"].take(), admitted: ask("GET /admitted") }
    }

    /// Orders that were ever admitted.
    pub(crate) fn n_admitted(&self) -> u64 {
        VENUES.iter().map(|(venue, _)| self.rows(venue).len() as u64).sum()
    }

    /// Orders that are open.
    pub(crate) fn n_open(&self) -> u64 {
        let open = |venue: &str| self.state[venue][ACCOUNT]["open_orders"].as_array().map_or(0, Vec::len);
        VENUES.iter().map(|(venue, _)| open(venue) as u64).sum()
    }

    /// Whether nothing moves any more: what is on its way to a venue is carried out after its bot is gone.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        VENUES.iter().all(|(venue, _)| {
            let (this, that) = (&self.state[venue][ACCOUNT], &other.state[venue][ACCOUNT]);
            this["open_orders"] == that["open_orders"] && this["positions"] == that["positions"]
        }) && self.admitted == other.admitted
    }

    /// What is wrong, in words; nothing when all is well.
    pub(crate) fn problems(&self, policy: Policy, said: &[(String, Value)]) -> Vec<String> {
        let mut problems = self.doubled();
        for (venue, holds) in said {
            let account = &self.state[venue][ACCOUNT];
            let mut compare = |what: &str, truth: BTreeSet<String>, believed: BTreeSet<String>| {
                if truth != believed {
                    problems.push(format!("{venue}: {what}: the venue has {truth:?}, the bot {believed:?}"));
                }
            };
            compare("open orders", open_orders(account), believed_orders(holds));
            compare("positions", amounts(&account["positions"]), amounts(&holds["positions"]));
            // The account was flat before the first run, and nobody else trades on it.
            compare("fills of all runs", amounts(&account["positions"]), amounts(&holds["filled"]));
            if policy == Policy::Flatten {
                compare("open orders after flatten", open_orders(account), BTreeSet::new());
                compare("positions after flatten", amounts(&account["positions"]), BTreeSet::new());
            }
        }
        problems
    }

    /// Client ids that were admitted more than once, and orders that lack one.
    fn doubled(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (venue, _) in VENUES {
            let mut seen = BTreeSet::new();
            for row in self.rows(venue) {
                match row["client_id"].as_u64() {
                    Some(id) if seen.insert(id) => {}
                    _ => problems.push(format!("{venue}: admitted twice, or nobody's: {row}")),
                }
            }
        }
        problems
    }

    /// Intents whose orders were filled for more than their target, or are filled and live for more.
    pub(crate) fn overdone(&self, intents: &[Intent]) -> Vec<String> {
        let mut problems = Vec::new();
        for intent in intents {
            let mut most = Decimal::new(0, 0);
            let ours = |row: &&Value| row["client_id"].as_u64().is_some_and(|id| intent.orders.contains(&id));
            for row in self.rows(&intent.venue).iter().filter(ours) {
                let counts = if row["live"] == true { &row["size"] } else { &row["filled"] };
                most = plus(most, number(counts));
            }
            let target = Decimal::parse(&intent.target).expect("a decimal");
            if at_one_scale(target, most).is_none_or(|(target, most)| target < most) {
                problems.push(format!("{}: {most} of {intent:?}", intent.venue));
            }
        }
        problems
    }

    fn rows(&self, venue: &str) -> &[Value] {
        self.admitted[venue][ACCOUNT].as_array().map_or(&[], Vec::as_slice)
    }
}

fn number(value: &Value) -> Decimal {
    Decimal::parse(value.as_str().expect("a decimal as text")).expect("a decimal")
}

fn at_one_scale(a: Decimal, b: Decimal) -> Option<(i128, i128)> {
    let scale = a.scale.max(b.scale);
    Some((a.at_scale(scale)?, b.at_scale(scale)?))
}

fn plus(a: Decimal, b: Decimal) -> Decimal {
    let (x, y) = at_one_scale(a, b).expect("sizes are small");
    Decimal::new(x + y, a.scale.max(b.scale))
}

fn minus(a: Decimal, b: Decimal) -> Decimal {
    plus(a, Decimal::new(-b.mantissa, b.scale))
}

/// The engine's orders, in the form of [`believed_orders`].
fn open_orders(account: &Value) -> BTreeSet<String> {
    let rows = account["open_orders"].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter()
        .map(|row| {
            let left = minus(number(&row["size"]), number(&row["filled"])).normalized();
            let id = row["client_id"].as_u64().map_or_else(|| "nobody's".to_owned(), |id| id.to_string());
            let text = |key: &str| row[key].as_str().unwrap_or("?").to_owned();
            format!(
                "{id} {} {left} of {} at {}",
                text("side"),
                text("market"),
                number(&row["price"]).normalized()
            )
        })
        .collect()
}

fn believed_orders(holds: &Value) -> BTreeSet<String> {
    let rows = holds["orders"].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("?").to_owned();
            let id = &row["client_id"];
            format!("{id} {} {} of {} at {}", text("side"), text("left"), text("market"), text("price"))
        })
        .collect()
}

/// Signed sizes by market; flat ones are in neither.
fn amounts(map: &Value) -> BTreeSet<String> {
    let rows = map.as_object().into_iter().flatten();
    let mut sums = BTreeMap::new();
    for (market, size) in rows {
        sums.insert(market.clone(), number(size).normalized());
    }
    sums.into_iter().map(|(market, size)| format!("{size} of {market}")).collect()
}
