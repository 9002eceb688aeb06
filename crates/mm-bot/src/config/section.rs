//! Reads one section of the tree by its table of keys, and notes everything that is wrong with it.

use mm_strategy::params::{Kind, Param, Values};

use super::{
    problem::{Problems, suggestion},
    tree::{Entry, Node, Place, Value},
};

/// A section with the sections it is in.
#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    /// The section.
    pub(crate) node: &'a Node,
    /// Its name with those around it; empty for the whole file.
    pub(crate) path: &'a str,
    /// Keys that somebody else reads.
    pub(crate) elsewhere: &'a [&'a str],
}

impl Section<'_> {
    /// The values given for keys of `table`; a key that is neither there nor read elsewhere is wrong. Defaults are
    /// not filled in.
    pub(crate) fn read(self, table: &'static [Param], problems: &mut Problems) -> Values {
        if !self.check_is_section(problems) {
            return Values::default();
        }
        for entry in self.node.entries() {
            let known =
                self.elsewhere.contains(&entry.key.as_str()) || table.iter().any(|p| p.is_called(&entry.key));
            if !known {
                let valid = table.iter().map(|p| p.name).chain(self.elsewhere.iter().copied());
                let path = join(self.path, &entry.key);
                problems.add((&entry.place, &path), "unknown key", suggestion(&entry.key, valid));
            }
        }
        self.read_known(table, problems)
    }

    /// The values given for keys of `table`, whatever else the section holds.
    pub(crate) fn read_known(self, table: &'static [Param], problems: &mut Problems) -> Values {
        let mut values = Values::default();
        for entry in self.node.entries() {
            let Some(param) = table.iter().find(|param| param.is_called(&entry.key)) else { continue };
            let path = join(self.path, &entry.key);
            if values.get(param.name).is_some() {
                let what = format!("'{}' is given twice, under two of its names", param.name);
                problems.add((&entry.place, &path), what, "keep one of them");
                continue;
            }
            if let Some(text) = text_of(entry, param, &path, problems) {
                match param.read(&text) {
                    Ok(value) => values.set(param.name, value),
                    Err(error) => {
                        let shown: String = text.chars().take(60).collect();
                        let what = format!("'{shown}' {error}");
                        problems.add((&entry.node.place, &path), what, param.about);
                    }
                }
            }
        }
        values
    }

    /// Fills in defaults and notes what must be given and is not.
    pub(crate) fn fill(self, values: &mut Values, table: &'static [Param], problems: &mut Problems) {
        for name in values.fill(table) {
            let is_wrong = |param: &&Param| {
                param.name == name && self.node.entries().iter().any(|e| param.is_called(&e.key))
            };
            if table.iter().any(|param| is_wrong(&param)) {
                continue; // It is given, and what is wrong with it was said.
            }
            let about = table.iter().find(|p| p.name == name).map_or("", |p| p.about);
            let what = format!("'{name}' must be given");
            problems.add((&self.node.place, self.path), what, about);
        }
    }

    /// Whether it is a section at all (nothing counts as an empty one).
    pub(crate) fn check_is_section(self, problems: &mut Problems) -> bool {
        match self.node.value {
            Value::Map(_) | Value::Null => true,
            _ => {
                let what = format!("must be a section of keys, is {}", self.node.kind());
                problems.add((&self.node.place, self.path), what, "write `key: value` lines below it");
                false
            }
        }
    }
}

/// The value's text; `None` when it is left empty or is no single value.
fn text_of(entry: &Entry, param: &Param, path: &str, problems: &mut Problems) -> Option<String> {
    let wrong = |problems: &mut Problems, place: &Place| {
        problems.add((place, path), format!("must be {}, is {}", param.kind, entry.node.kind()), param.about);
    };
    match (&entry.node.value, param.kind) {
        (Value::Null, _) => None,
        (Value::Scalar(text), _) => Some(text.clone()),
        (Value::List(items), Kind::List) => {
            let mut texts = Vec::new();
            for item in items {
                match &item.value {
                    Value::Scalar(text) => texts.push(text.clone()),
                    _ => wrong(problems, &item.place),
                }
            }
            Some(texts.join(","))
        }
        (Value::List(_) | Value::Map(_), _) => {
            wrong(problems, &entry.node.place);
            None
        }
    }
}

/// `a` and `b` as `a.b`.
pub(crate) fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}
