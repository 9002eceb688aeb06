//! `cargo xtask fixtures`: no wire type without a witness from outside. Both halves of a venue's codec share their
//! wire types, so a wrong field name would pass a round trip; only a message that somebody else wrote can tell.
//!
//! A wire type names its witness in its doc (`fixtures/backpack/depth.json`), or is a part of one that does. A
//! witness is a JSON file with an `origin` that says who wrote the `message`. That the type really reads it is for
//! the tests of mm-venues to show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::tidy::{Problem, Tree, code_only, lines_with_word};

/// Checks every venue's wire types against its fixtures; prints what is wrong.
///
/// # Errors
/// When a type has no witness, a witness no origin, or the tree cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let (n_types, problems) = check(&tree);
    crate::report("fixtures", n_types, "wire types", &problems)
}

/// One type of a wire module.
struct WireType {
    path: String,
    line: usize,
    name: String,
    witnesses: BTreeSet<String>,
    /// The code of its definition.
    body: String,
}

fn check(tree: &Tree) -> (usize, Vec<Problem>) {
    let wire = |path: &str| {
        path.starts_with("crates/mm-venues/src/") && path.contains("/wire") && path.ends_with(".rs")
    };
    let types: Vec<_> =
        tree.files().filter(|(path, _)| wire(path)).flat_map(|(path, text)| types(path, text)).collect();
    let mut found = Vec::new();
    let mut say = |path: &str, line, what| found.push(Problem { path: path.to_owned(), line, what });

    for it in unwitnessed(&types) {
        let what = format!(
            "{} has no witness: name a message from outside in its doc, `fixtures/<venue>/….json`",
            it.name
        );
        say(&it.path, it.line, what);
    }
    let mut claimed = BTreeMap::new();
    for (it, witness) in types.iter().flat_map(|it| it.witnesses.iter().map(move |witness| (it, witness))) {
        claimed.insert(witness.as_str(), it);
    }
    for (witness, it) in claimed.iter().filter(|(witness, _)| !tree.has(witness)) {
        say(&it.path, it.line, format!("{}: {witness} does not exist", it.name));
    }
    for (path, text) in
        tree.files().filter(|(path, _)| path.starts_with("fixtures/") && path.ends_with(".json"))
    {
        match origin(text) {
            Err(what) => say(path, 0, what),
            Ok(Kind::Message) if !claimed.contains_key(path) => {
                say(path, 0, "no wire type names it".to_owned());
            }
            Ok(_) => {}
        }
    }
    (types.len(), found)
}

/// What a fixture file holds.
enum Kind {
    /// One message, the witness of a type.
    Message,
    /// Signing vectors or another table; read by tests of its own.
    Table,
}

fn origin(text: &str) -> Result<Kind, String> {
    let fixture: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let said = |key: &str| fixture[key].as_str().is_some_and(|text| !text.trim().is_empty());
    if fixture.get("message").is_none() {
        return if said("origin") || said("about") {
            Ok(Kind::Table)
        } else {
            Err("neither message nor origin".to_owned())
        };
    }
    if !said("origin") {
        return Err("no origin: who wrote this message, and when?".to_owned());
    }
    Ok(Kind::Message)
}

/// The types that neither name a witness nor are part of one that does.
fn unwitnessed(types: &[WireType]) -> Vec<&WireType> {
    let (mut known, mut rest): (Vec<_>, Vec<_>) = types.iter().partition(|it| !it.witnesses.is_empty());
    loop {
        let seen =
            |it: &&WireType| known.iter().any(|whole| !lines_with_word(&whole.body, &it.name).is_empty());
        let (parts, others): (Vec<_>, Vec<_>) = rest.iter().copied().partition(seen);
        if parts.is_empty() {
            return others;
        }
        (known, rest) = (parts, others);
    }
}

/// The public types in a wire file, with what their docs name and what they are made of.
fn types(path: &str, text: &str) -> Vec<WireType> {
    let code = code_only(text);
    let (text, code): (Vec<_>, Vec<_>) = (text.lines().collect(), code.lines().collect());
    let mut found = Vec::new();
    for (n, line) in code.iter().enumerate() {
        let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")) else {
            continue;
        };
        let name =
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
        let above = text[..n].iter().rev().take_while(|line| line.starts_with(['/', '#', ' ', ')']));
        let witnesses = above.filter(|line| line.starts_with("///")).flat_map(|line| named(line)).collect();
        // rustfmt closes an item at the start of a line.
        let n_lines =
            code[n..].iter().position(|line| line.starts_with('}') || line.ends_with(';')).unwrap_or(0);
        found.push(WireType {
            path: path.to_owned(),
            line: n + 1,
            name,
            witnesses,
            body: code[n..=n + n_lines].join("\n"),
        });
    }
    found
}

/// The fixtures that a line of documentation names.
fn named(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split(|c: char| c.is_whitespace() || "`,;()".contains(c))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.starts_with("fixtures/") && word.ends_with(".json"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: &str = "crates/mm-venues/src/venue/wire/book.rs";
    const DEPTH: &str = "\
/// A book. Origin: fixtures/venue/depth.json.
#[derive(Debug)]
pub struct Depth<'a> {
    pub levels: Vec<Level<'a>>,
}

/// A level.
pub struct Level<'a>(Text<'a>, Word);

/// A part of a part.
pub enum Word {
    A,
}
";
    const FIXTURE: &str = r#"{"origin": "docs page, read 2026-11", "message": {}}"#;

    fn finds(files: &[(&str, &str)], expected: &[&str]) {
        let mut tree = Tree::default();
        for (path, text) in [(WIRE, DEPTH), ("fixtures/venue/depth.json", FIXTURE)].iter().chain(files) {
            tree.add(path, text);
        }
        let found: Vec<_> = check(&tree).1.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parts_share_the_witness_of_the_whole() {
        finds(&[], &[]);
    }

    #[test]
    fn a_type_without_a_witness() {
        let alone = format!("{DEPTH}\npub struct Lonely;\n");
        let told = "Lonely has no witness: name a message from outside in its doc, `fixtures/<venue>/….json`";
        finds(&[(WIRE, &alone)], &[&format!("{WIRE}:15: {told}")]);
    }

    #[test]
    fn a_witness_that_is_not_there() {
        let wrong = DEPTH.replace("depth.json", "deep.json");
        let expected = [
            &format!("{WIRE}:3: Depth: fixtures/venue/deep.json does not exist"),
            "fixtures/venue/depth.json: no wire type names it",
        ];
        finds(&[(WIRE, &wrong)], &expected);
    }

    #[test]
    fn a_fixture_without_origin() {
        let path = "fixtures/venue/depth.json";
        finds(
            &[(path, r#"{"message": {}}"#)],
            &[&format!("{path}: no origin: who wrote this message, and when?")],
        );
        finds(&[(path, "{")], &[&format!("{path}: no JSON: EOF while parsing an object at line 1 column 1")]);
    }

    #[test]
    fn tables_say_what_they_are_about() {
        finds(&[("fixtures/venue/vectors.json", r#"{"about": "signing vectors", "vectors": []}"#)], &[]);
        finds(
            &[("fixtures/venue/x.json", r#"{"vectors": []}"#)],
            &["fixtures/venue/x.json: neither message nor origin"],
        );
    }
}
