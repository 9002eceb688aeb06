//! Rules about the tests that pages name as proof: a promise whose test was renamed or taken away is none. What a test asserts
//! no machine reads; that it is there, and where the page says, is checked here.

use std::collections::{BTreeMap, BTreeSet};

use super::{Problem, Tree, code_only, pages};

/// The table of faults, one row for each number.
const FAULTS: &str = "docs/faults.md";
/// In README.md the promises stand below this line, up to the next heading.
const PROMISES: &str = "## Promises";
/// A test's name begins so when it keeps what is said of a numbered fault, or of several: `fault_13_14_what_is_so`.
const NUMBERED: &str = "fault_";

/// The names of tests, each with the files where one is called that.
type Tests<'a> = BTreeMap<String, BTreeSet<&'a str>>;

/// What is wrong with the tests that the pages of `tree` name, and with the rows of the table of faults.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut tests = Tests::new();
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".rs")) {
        for name in tests_of(text) {
            tests.entry(name).or_default().insert(path);
        }
    }
    let mut found = Vec::new();
    for (page, text) in tree.files().filter(|(path, _)| path.ends_with(".md")) {
        let mut is_promise = false;
        for (n, line) in text.lines().enumerate() {
            if line.starts_with('#') {
                is_promise = page == "README.md" && line == PROMISES;
            }
            let is_proof = is_promise || (page == FAULTS && line.starts_with('|'));
            for named in named(page, line).filter(|named| is_proof || named.word.starts_with(NUMBERED)) {
                found.extend(named.missing(&tests).map(|what| Problem {
                    path: page.to_owned(),
                    line: n + 1,
                    what,
                }));
            }
        }
    }
    let rows = rows(tree.text(FAULTS).unwrap_or_default());
    for (name, paths) in &tests {
        for number in numbers(name).filter(|number| !rows.contains(*number)) {
            let path = paths.first().copied().unwrap_or_default().to_owned();
            found.push(Problem { path, line: 0, what: format!("{name}: {FAULTS} has no row {number}") });
        }
    }
    found
}

/// A test as a page names it: `` `word` ``, or ``[`word`](target)`` with the file that holds it.
struct Named<'a> {
    word: &'a str,
    target: Option<String>,
}

impl Named<'_> {
    /// What is wrong with it, if anything. A name that ends in `…` stands for all that begin like it.
    fn missing(&self, tests: &Tests<'_>) -> Option<String> {
        let word = self.word;
        if let Some(start) = word.strip_suffix('…') {
            let is_there =
                tests.range(start.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(start));
            return (!is_there).then(|| format!("no test begins with `{start}`"));
        }
        let Some(paths) = tests.get(word) else {
            return Some(format!("there is no test `{word}`: name the one that keeps this"));
        };
        let target = self.target.as_deref().filter(|target| !paths.contains(target))?;
        let paths: Vec<_> = paths.iter().copied().collect();
        Some(format!("`{word}` is not in {target}, but in {}", paths.join(" and ")))
    }
}

/// The words in backticks of a line that can be names of tests: small letters, digits and at least one `_`.
fn named<'a>(page: &'a str, line: &'a str) -> impl Iterator<Item = Named<'a>> {
    let parts: Vec<_> = line.split('`').collect();
    (1..parts.len().saturating_sub(1)).step_by(2).filter_map(move |at| {
        let word = parts[at];
        let plain = word.strip_suffix('…').unwrap_or(word);
        let is_name = plain.contains('_')
            && plain.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let linked = parts[at - 1].ends_with('[').then(|| parts[at + 1].strip_prefix("](")).flatten();
        let target =
            linked.and_then(|rest| rest.split_once(')')).map(|(target, _)| pages::target(page, target));
        is_name.then_some(Named { word, target })
    })
}

/// The names of the tests in a Rust file: functions with an attribute that ends in `test`.
fn tests_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in code_only(text).lines() {
        let line = line.trim_start();
        is_test |= line.starts_with("#[") && (line.contains("test]") || line.contains("::test("));
        let Some((before, after)) = line.split_once("fn ") else { continue };
        if std::mem::take(&mut is_test) && (before.is_empty() || before == "async ") {
            found.push(after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

/// The first cells of the rows of the table of faults.
fn rows(text: &str) -> BTreeSet<&str> {
    let cells = text.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    cells.map(str::trim).collect()
}

/// The numbers in a test's name, as the table writes them: `01` is 1, `58b` stays.
fn numbers(name: &str) -> impl Iterator<Item = &str> {
    let words = name.strip_prefix(NUMBERED).unwrap_or_default().split('_');
    words
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(|word| word.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "#[test]\nfn fault_07_b_holds() {}\n#[tokio::test(start_paused = true)]\nasync fn it_waits() {}\n\
        fn no_test() {}\n// #[test]\nfn nor_this_one() {}\n";

    fn finds(page: &str, text: &str, expected: &[&str]) {
        let mut tree = Tree::default();
        tree.add(FAULTS, "| 7 | it | |\n");
        tree.add("crates/a/tests/b.rs", CODE);
        tree.add("crates/a/src/c.rs", "#[test]\nfn it_is_so() {}");
        tree.add(page, text);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn promises_name_tests_that_are_there() {
        finds("README.md", "## Promises\n1. `fault_07_b_holds`, `it_waits`, `MM_BOT_X`, `mm-bot run`\n", &[]);
        for word in ["it_sleeps", "no_test", "nor_this_one"] {
            let told = format!("README.md:2: there is no test `{word}`: name the one that keeps this");
            finds("README.md", &format!("## Promises\nkept by `{word}`\n## Keys\n`api_key`\n"), &[&told]);
        }
        finds("README.md", "## Keys\n`no_test`\n", &[]);
        let told = "SECURITY.md:1: there is no test `fault_07_c`: name the one that keeps this";
        finds("SECURITY.md", "`fault_07_…` and `fault_07_c`, `no_test`", &[told]);
        finds("SECURITY.md", "`fault_08_…`", &["SECURITY.md:1: no test begins with `fault_08_`"]);
    }

    #[test]
    fn they_are_where_the_page_says() {
        finds(FAULTS, "| 7 | it | [`it_is_so`](../crates/a/src/c.rs) |", &[]);
        let told = "docs/faults.md:1: `it_is_so` is not in crates/a/tests/b.rs, but in crates/a/src/c.rs";
        finds(FAULTS, "| 7 | it | [`it_is_so`](../crates/a/tests/b.rs) |", &[told]);
    }

    #[test]
    fn every_number_has_its_row() {
        let told = "crates/a/tests/b.rs: fault_07_b_holds: docs/faults.md has no row 7";
        finds(FAULTS, "| 8 | that | |", &[told]);
        assert_eq!(numbers("fault_01_58b_a_2_b").collect::<Vec<_>>(), ["1", "58b"]);
    }
}
