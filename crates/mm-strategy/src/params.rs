//! What can be configured, as tables: each key with its type, default and meaning. The same rows check a
//! configuration file, make the values a strategy is built from, and are printed by `mm-bot list`.
//!
//! Values are parsed from text without a float in between. This knows no file format: the program hands over
//! text with a name.

use std::{collections::BTreeMap, fmt, time::Duration};

use mm_model::Decimal;

/// One configuration key.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Other names it is taken by.
    pub aliases: &'static [&'static str],
    /// What it may be.
    pub kind: Kind,
    /// What it is when left out.
    pub default: Preset,
    /// One line for a person.
    pub about: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text that is not empty.
    Text,
    /// One of these words; the first column is what is written, the second what it means to the program.
    Word(&'static [(&'static str, &'static str)]),
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds.
    Integer {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A plain decimal above zero, as text: no exponent, no float.
    Positive,
    /// Seconds as a plain decimal, within bounds (given in milliseconds).
    Seconds {
        /// Shortest.
        min_ms: u64,
        /// Longest.
        max_ms: u64,
    },
    /// A list of texts.
    List,
}

/// What a key is when left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// It must be given.
    Required,
    /// Nothing.
    Unset,
    /// This text, read like one from a file.
    Is(&'static str),
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, or the meaning of a word.
    Text(String),
    /// A flag.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal.
    Decimal(Decimal),
    /// A duration.
    Duration(Duration),
    /// Texts.
    List(Vec<String>),
}

/// Why a text is no such value. Lowercase, says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(pub String);

/// Keys that are each fine but do not fit together, or not this world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The connector's block, or `None` for the strategy's own section.
    pub connector: Option<String>,
    /// The key to point at.
    pub key: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// The values of one section: every key of its table that is given or has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<&'static str, Value>);

/// A strategy's section: its own values and a block for each connector.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its own.
    pub own: Values,
    /// By connector name.
    pub connectors: BTreeMap<String, Values>,
}

impl Param {
    /// Whether a key of this name is meant.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// Reads one text as a value of this key.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn read(&self, text: &str) -> Result<Value, ValueError> {
        self.kind.read(text)
    }
}

impl Kind {
    fn read(self, text: &str) -> Result<Value, ValueError> {
        let wrong = || ValueError(format!("must be {self}"));
        match self {
            Self::Text if text.trim().is_empty() => Err(wrong()),
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Word(words) => words
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text))
                .map(|(_, meaning)| Value::Text((*meaning).to_owned()))
                .ok_or_else(wrong),
            Self::Flag => match text {
                "true" => Ok(Value::Flag(true)),
                "false" => Ok(Value::Flag(false)),
                _ => Err(wrong()),
            },
            Self::Integer { min, max } => match whole(text) {
                Some(n) if (min..=max).contains(&n) => Ok(Value::Integer(n)),
                _ => Err(wrong()),
            },
            Self::Positive => match Decimal::parse(text) {
                Ok(n) if n.mantissa > 0 => Ok(Value::Decimal(n)),
                _ => Err(wrong()),
            },
            Self::Seconds { min_ms, max_ms } => match duration(text) {
                Some(d) if (Duration::from_millis(min_ms)..=Duration::from_millis(max_ms)).contains(&d) => {
                    Ok(Value::Duration(d))
                }
                _ => Err(wrong()),
            },
            Self::List => {
                let texts: Vec<String> =
                    text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
                if texts.is_empty() { Err(wrong()) } else { Ok(Value::List(texts)) }
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Word(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                write!(f, "one of {}", words.join(", "))
            }
            Self::Flag => f.write_str("true or false"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Positive => f.write_str("a plain decimal above zero, such as 0.25"),
            Self::Seconds { min_ms, max_ms } => {
                write!(f, "seconds from {} to {}", seconds(*min_ms), seconds(*max_ms))
            }
            Self::List => f.write_str("a list of names"),
        }
    }
}

/// Milliseconds as seconds with as few places as needed.
fn seconds(ms: u64) -> Decimal {
    Decimal::new(i128::from(ms), 3).normalized()
}

/// A plain whole number: digits and at most a minus; `1.0` counts too, as the original wrote many of its numbers.
fn whole(text: &str) -> Option<i64> {
    i64::try_from(Decimal::parse(text).ok()?.at_scale(0)?).ok()
}

/// Plain decimal seconds as a duration, to the nanosecond.
fn duration(text: &str) -> Option<Duration> {
    let ns = Decimal::parse(text).ok()?.at_scale(9)?;
    u64::try_from(ns).ok().map(Duration::from_nanos)
}

impl Values {
    /// Takes a value.
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.0.insert(name, value);
    }

    /// Fills in what the table says of keys that were left out; returns the names of those that must be given.
    pub fn fill(&mut self, table: &'static [Param]) -> Vec<&'static str> {
        let mut missing = Vec::new();
        for param in table {
            match param.default {
                _ if self.0.contains_key(param.name) => {}
                Preset::Required => missing.push(param.name),
                Preset::Unset => {}
                Preset::Is(text) => {
                    let value = param.read(text).expect("the table's defaults are read by a test");
                    self.0.insert(param.name, value);
                }
            }
        }
        missing
    }

    /// Takes what is missing here from `defaults`.
    pub fn take_missing(&mut self, defaults: &Self) {
        for (name, value) in &defaults.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
    }

    /// The value of a key, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Text of a key that may be left out.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A flag; false when left out.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Flag(true)))
    }

    /// A flag that may be left out.
    #[must_use]
    pub fn flag_if_set(&self, name: &str) -> Option<bool> {
        match self.0.get(name) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name) {
            Some(Value::Integer(n)) => Some(*n),
            _ => None,
        }
    }

    /// An exact decimal.
    #[must_use]
    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        match self.0.get(name) {
            Some(Value::Decimal(n)) => Some(*n),
            _ => None,
        }
    }

    /// A duration.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Duration> {
        match self.0.get(name) {
            Some(Value::Duration(d)) => Some(*d),
            _ => None,
        }
    }

    /// Texts; none when left out.
    #[must_use]
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Value::List(texts)) => texts,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, text: &str, want: Option<Value>) {
        assert_eq!(kind.read(text).ok(), want, "{kind} from '{text}'");
    }

    #[test]
    fn fault_65_values_are_read_without_floats_and_within_bounds() {
        let secs = Kind::Seconds { min_ms: 100, max_ms: 60_000 };
        check(secs, "2.5", Some(Value::Duration(Duration::from_millis(2500))));
        check(secs, "60.0", Some(Value::Duration(Duration::from_secs(60))));
        check(secs, "0.0999", None);
        check(secs, "1e1", None);
        check(secs, ".nan", None);
        check(secs, "-1", None);
        let ticks = Kind::Integer { min: -5, max: 5 };
        check(ticks, "-5", Some(Value::Integer(-5)));
        check(ticks, "1.0", Some(Value::Integer(1)));
        check(ticks, "1.5", None);
        check(ticks, "1_0", None);
        check(Kind::Positive, "0.10", Some(Value::Decimal(Decimal::new(10, 2))));
        check(Kind::Positive, "0", None);
        check(Kind::Positive, "+1", None);
        check(Kind::Flag, "true", Some(Value::Flag(true)));
        check(Kind::Flag, "yes", None);
        check(Kind::Word(&[("long", "buy"), ("buy", "buy")]), "LONG", Some(Value::Text("buy".into())));
        check(Kind::List, "a, b", Some(Value::List(vec!["a".into(), "b".into()])));
        check(Kind::Text, " ", None);
    }

    #[test]
    fn every_default_in_the_tables_is_a_value_of_its_kind() {
        for spec in crate::STRATEGIES {
            for param in spec.params.iter().chain(spec.connector_params) {
                if let Preset::Is(text) = param.default {
                    param.read(text).unwrap_or_else(|e| panic!("{}.{}: {e}", spec.name, param.name));
                }
            }
        }
    }
}
