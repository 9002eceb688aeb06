//! A YAML text as a tree in which every key and value knows its place and scalars are still the text they were
//! written as. `1.10` stays `1.10`: what a number means is decided by the key it belongs to, never by a float.

use std::fmt;

use serde::{
    Deserialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Options, Spanned};

/// Where a key or a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The text: line and column from 1, in characters.
    Text {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// Nowhere: it was left out.
    #[default]
    Nowhere,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// A key of a mapping with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// A scalar as it was written, without its quotes.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the text.
    Map(Vec<Entry>),
}

/// A text that is no YAML, or not of a shape that a configuration has.
#[derive(Debug)]
pub(crate) struct TreeError {
    pub(crate) place: Place,
    pub(crate) message: String,
    /// What to do.
    pub(crate) remedy: &'static str,
}

impl Node {
    /// An empty mapping.
    pub(crate) fn empty() -> Self {
        Self { place: Place::Nowhere, value: Value::Map(Vec::new()) }
    }

    /// What this is, for a person.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a section",
        }
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Sets the value at a path of keys (compared without case), making sections on the way.
    pub(crate) fn set(&mut self, path: &[String], value: &str, place: &Place) {
        let Some((first, rest)) = path.split_first() else {
            *self = Self { place: place.clone(), value: Value::Scalar(value.to_owned()) };
            return;
        };
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Vec::new());
        }
        let Value::Map(entries) = &mut self.value else { unreachable!("it was just made one") };
        let at =
            entries.iter().position(|entry| entry.key.eq_ignore_ascii_case(first)).unwrap_or_else(|| {
                let node = Self { place: place.clone(), value: Value::Map(Vec::new()) };
                entries.push(Entry { key: first.clone(), place: place.clone(), node });
                entries.len() - 1
            });
        entries[at].place = place.clone();
        entries[at].node.set(rest, value, place);
    }
}

/// Reads a YAML text.
pub(crate) fn parse(text: &str) -> Result<Node, TreeError> {
    let mut options = Options::default();
    options.budget = Some(budget());
    // Merge keys have no use here and would hide where a value comes from.
    options.merge_keys = serde_saphyr::options::MergeKeyPolicy::Error;
    // `.nan` is a text like any other here: the key it belongs to refuses it.
    options.non_finite_float_policy = serde_saphyr::options::NonFiniteFloatPolicy::AsString;
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node::empty());
    }
    let raw: Spanned<Raw> =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| broken(&error))?;
    Ok(node(&Chars::new(text), raw))
}

/// The deepest nesting of a configuration (fault 73); ours nest four deep.
const DEPTH_MAX: usize = 16;
/// The most values, those that an alias repeats counted again: an alias bomb of a few lines would make billions.
const NODES_MAX: usize = 10_000;
/// The most aliases.
const ALIASES_MAX: usize = 100;

fn budget() -> serde_saphyr::Budget {
    let mut budget = serde_saphyr::Budget::default();
    budget.max_depth = DEPTH_MAX;
    budget.max_nodes = NODES_MAX;
    budget.max_events = 4 * NODES_MAX;
    budget.max_aliases = ALIASES_MAX;
    budget.max_anchors = ALIASES_MAX;
    budget
}

/// The value before the texts of its scalars are looked up.
enum Raw {
    Null,
    /// Quoted, or such that YAML takes it as text.
    Text(String),
    /// A plain scalar that YAML would make a number or a flag of: its text is taken from the source.
    Plain,
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a section")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

fn node(text: &Chars<'_>, raw: Spanned<Raw>) -> Node {
    let place = place(raw.referenced);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Scalar(text),
        Raw::Plain => Value::Scalar(source(text, raw.defined)),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(text, item)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    place: self::place(key.referenced),
                    key: key.value,
                    node: node(text, value),
                })
                .collect(),
        ),
    };
    Node { place, value }
}

/// A text whose characters are found by their number, as the reader counts them, without counting again for each value.
struct Chars<'a> {
    text: &'a str,
    /// Where each character begins, and where the last one ends.
    at: Vec<usize>,
}

impl<'a> Chars<'a> {
    fn new(text: &'a str) -> Self {
        let at = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { text, at }
    }
}

/// What stands in the text at a place.
fn source(text: &Chars<'_>, location: Location) -> String {
    let span = location.span();
    let (Ok(offset), Ok(len)) = (usize::try_from(span.offset()), usize::try_from(span.len())) else {
        return String::new();
    };
    let end = offset.saturating_add(len).min(text.at.len() - 1);
    let range = text.at.get(offset).copied().zip(text.at.get(end).copied());
    range.and_then(|(from, to)| text.text.get(from..to)).unwrap_or_default().trim().to_owned()
}

fn place(location: Location) -> Place {
    match (usize::try_from(location.line()), usize::try_from(location.column())) {
        (Ok(line), Ok(column)) if line > 0 => Place::Text { line, column },
        _ => Place::Nowhere,
    }
}

/// The reader's error in the words of somebody who edits a file; what it says of its own options is nobody's help.
fn broken(error: &serde_saphyr::Error) -> TreeError {
    let text = error.without_snippet().to_string();
    let line = text.lines().next().unwrap_or_default();
    // The place is told apart.
    let line = line.rsplit_once(" at line ").map_or(line, |(what, _)| what);
    let (message, remedy) = if let Some(rest) = line.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(',').next().unwrap_or_default();
        (format!("'{key}' is given twice in this section"), "keep one of them")
    } else if line.starts_with("YAML merge keys") {
        ("merge keys (<<) are not read".to_owned(), "write the keys out where they are meant")
    } else if line.starts_with("multiple YAML documents") {
        ("a second document begins here".to_owned(), "keep one, without the `---` between them")
    } else if line.starts_with("tabs disallowed") {
        ("a tab where spaces belong".to_owned(), "indent with spaces")
    } else {
        (line.to_owned(), "the file must be YAML: sections of `key: value` lines")
    };
    TreeError { place: error.location().map(place).unwrap_or_default(), message, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(node: &Node) -> String {
        match &node.value {
            Value::Null => "~".into(),
            Value::Scalar(text) => format!("'{text}'"),
            Value::List(items) => {
                format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Value::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| {
                        let at = match entry.place {
                            Place::Text { line, column } => format!("@{line}:{column}"),
                            _ => String::new(),
                        };
                        format!("{}{at} {}", entry.key, show(&entry.node))
                    })
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    fn check(text: &str, want: &str) {
        let got = parse(text).map_or_else(|e| format!("{:?} {}", e.place, e.message), |node| show(&node));
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn scalars_keep_the_text_they_were_written_as() {
        check("a: 1.10", "{a@1:1 '1.10'}");
        check("a: [1, 2.50, 007, 1e5, true, no]", "{a@1:1 ['1' '2.50' '007' '1e5' 'true' 'no']}");
        check("a: 123456789012345678901234567890.5", "{a@1:1 '123456789012345678901234567890.5'}");
        check("a: \"1500\"\nb: 'x y'", "{a@1:1 '1500', b@2:1 'x y'}");
        check("ü: 1.50 # comment\nb:\n  c: 2.0\n  d:", "{ü@1:1 '1.50', b@2:1 {c@3:3 '2.0', d@4:3 ~}}");
        check("a: 0x10\nb: -1\nc: +2\nd: 1_000", "{a@1:1 '0x10', b@2:1 '-1', c@3:1 '+2', d@4:1 '1_000'}");
    }

    #[test]
    fn an_empty_text_is_an_empty_section() {
        check("", "{}");
        check("# only words\n\n", "{}");
    }

    #[test]
    fn a_broken_text_says_where() {
        let line = |text: &str| match parse(text).expect_err("broken").place {
            Place::Text { line, .. } => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line("a: 1\nb: [1,\n"), 2);
        assert_eq!(line("a: 1\na: 2\n"), 2);
        assert_eq!(line("a: &x 1\nb:\n  <<: *x\n"), 3);
    }

    #[test]
    fn fault_73_nesting_is_read_up_to_its_cap() {
        let nested = |n: usize| format!("a: {}1{}", "[".repeat(n), "]".repeat(n));
        // The section is one level, and each list one.
        for (n, is_read) in
            [(DEPTH_MAX - 2, true), (DEPTH_MAX - 1, true), (DEPTH_MAX, false), (100_000, false)]
        {
            assert_eq!(parse(&nested(n)).is_ok(), is_read, "{n} deep");
        }
    }

    #[test]
    fn fault_73_values_are_read_up_to_their_cap() {
        let list = |n: usize| format!("a: [{}]", vec!["1"; n].join(","));
        // Beside the values there are the section, its key and the list.
        for (n, is_read) in [(NODES_MAX - 4, true), (NODES_MAX - 3, true), (NODES_MAX - 2, false)] {
            assert_eq!(parse(&list(n)).is_ok(), is_read, "{n} values");
        }
    }

    #[test]
    fn fault_73_an_alias_bomb_does_not_go_off() {
        let mut bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
        for n in 1..=9 {
            let last = vec![format!("*a{}", n - 1); 10].join(",");
            bomb.push_str(&format!("a{n}: &a{n} [{last}]\n"));
        }
        assert!(parse(&bomb).is_err());
    }

    #[test]
    fn a_path_of_keys_is_set_from_outside() {
        let mut tree = parse("general:\n  debug: false").expect("a tree");
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        tree.set(&path("general.DEBUG"), "true", &Place::Variable("X".into()));
        tree.set(&path("strategy.name"), "smoke_test", &Place::Variable("Y".into()));
        assert_eq!(show(&tree), "{general {debug 'true'}, strategy {name 'smoke_test'}}");
    }
}
