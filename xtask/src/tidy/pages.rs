//! Rules about what is not Rust: the pages that must exist, paths and variables in them that must be real, and no
//! shell script but one.

use std::collections::BTreeSet;

use super::{Problem, Tree};

/// What a newcomer, a lawyer and an operator look for.
const PAGES: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "BENCHMARKS.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];
/// The commands that README.md promises.
const COMMANDS: [&str; 2] = ["cargo run --release -- smoke-test", "cargo xtask test"];
/// The one script: it must run before anything of ours is built.
const SCRIPT: &str = ".ci/run";
/// A word in backticks that begins like this is a path of ours.
const PATHS: [&str; 7] = ["crates/", "conf/", "fixtures/", "xtask/", "tests-official/", ".ci/", ".cargo/"];
const VARIABLE: &str = "MM_BOT_";
/// Overrides of the configuration, one variable for each key.
const FAMILY: &str = "MM_BOT__";

/// What is wrong with the pages of `tree`.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say =
        |path: &str, line: usize, what: String| found.push(Problem { path: path.to_owned(), line, what });
    for page in PAGES {
        if tree.text(page).is_none_or(|text| text.trim().is_empty()) {
            say(page, 0, "missing or empty".to_owned());
        }
    }
    let readme = tree.text("README.md").unwrap_or_default();
    for command in COMMANDS.iter().filter(|command| !readme.contains(**command)) {
        say("README.md", 0, format!("does not tell `{command}`"));
    }
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".md")) {
        for (line, target) in paths_named((path, text)) {
            if !tree.has(&target) {
                say(path, line, format!("{target} does not exist"));
            }
        }
    }
    let told = variables(readme);
    for (path, text) in tree.files().filter(|(path, _)| path.starts_with("crates/") && path.ends_with(".rs"))
    {
        for variable in variables(text).difference(&told) {
            say(path, 0, format!("{variable} is not explained in README.md"));
        }
    }
    for (path, text) in tree.files().filter(|(path, _)| *path != SCRIPT) {
        let first = text.lines().next().unwrap_or("");
        if path.ends_with(".sh") || (first.starts_with("#!") && first.ends_with("sh")) {
            say(path, 1, format!("a shell script: only {SCRIPT} is one, the rest is xtask's"));
        }
    }
    found
}

/// The files and folders of ours that a page names: targets of relative links, which begin at the page's folder, and paths
/// in backticks, which begin at the tree's.
fn paths_named((page, text): (&str, &str)) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let linked =
            line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let linked = linked.filter(|target| !target.contains(':') && !target.starts_with('#'));
        let quoted = line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| PATHS.iter().any(|start| word.starts_with(start)));
        let plain = |word: &&str| !word.contains(['*', '<', '{', ' ', '…']);
        found.extend(linked.filter(plain).map(|word| (n + 1, target(page, word))));
        found.extend(quoted.filter(plain).map(|word| (n + 1, bare(word))));
    }
    found
}

/// The path from the tree's root that a link on `page` leads to.
pub(super) fn target(page: &str, link: &str) -> String {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    from(folder, &bare(link))
}

/// A path without its anchor and its last `/`.
fn bare(word: &str) -> String {
    word.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned()
}

/// A relative path that begins at `folder`, as one that begins at the tree's.
fn from(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." if !parts.is_empty() => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The environment variables of ours in a text. `MM_BOT__SECTION__KEY` and its like are one family, whatever the key.
fn variables(text: &str) -> BTreeSet<&str> {
    text.match_indices(VARIABLE)
        .map(|(at, _)| {
            let end = text[at..].find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
            let name = &text[at..end.map_or(text.len(), |end| at + end)];
            if name.starts_with(FAMILY) { FAMILY } else { name }
        })
        .filter(|name| *name != VARIABLE)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(changes: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for page in PAGES {
            tree.add(page, "something");
        }
        tree.add("README.md", "cargo run --release -- smoke-test, cargo xtask test, `MM_BOT_CONFIG`");
        tree.add(".ci/run", "#!/usr/bin/env bash");
        tree.add("crates/mm-core/src/lib.rs", "");
        for (path, text) in changes {
            tree.add(path, text);
        }
        tree
    }

    fn finds(changes: &[(&str, &str)], expected: &[&str]) {
        let found: Vec<_> = check(&tree(changes)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pages_exist_and_tell_the_commands() {
        finds(&[], &[]);
        finds(&[("SECURITY.md", " \n")], &["SECURITY.md: missing or empty"]);
        finds(
            &[("README.md", "cargo xtask test")],
            &["README.md: does not tell `cargo run --release -- smoke-test`"],
        );
    }

    #[test]
    fn paths_are_real() {
        let page = "see [core](crates/mm-core/src/lib.rs#L1), [web](https://x.y), `crates/mm-core/`, `crates/*`\n`conf/a.yaml`";
        finds(&[("CHANGELOG.md", page)], &["CHANGELOG.md:2: conf/a.yaml does not exist"]);
        let guide = "[core](../crates/mm-core/src/lib.rs#L1), [other](other.md), `crates/mm-core/`";
        finds(&[("docs/guide.md", guide)], &["docs/guide.md:1: docs/other.md does not exist"]);
        finds(&[("CHANGELOG.md", "[a](b.md)")], &["CHANGELOG.md:1: b.md does not exist"]);
    }

    #[test]
    fn variables_are_explained() {
        let code = "env(\"MM_BOT_CONFIG\"); env(\"MM_BOT_SECRET_X\"); starts_with(\"MM_BOT_\")";
        let path = "crates/mm-bot/src/main.rs";
        finds(&[(path, code)], &["crates/mm-bot/src/main.rs: MM_BOT_SECRET_X is not explained in README.md"]);
        let code = "env(\"MM_BOT__STRATEGY__NAME\")";
        finds(&[(path, code)], &["crates/mm-bot/src/main.rs: MM_BOT__ is not explained in README.md"]);
    }

    #[test]
    fn one_script() {
        let told = "a shell script: only .ci/run is one, the rest is xtask's";
        finds(&[("xtask/a.sh", "")], &[&format!("xtask/a.sh:1: {told}")]);
        finds(&[("run", "#!/bin/bash")], &[&format!("run:1: {told}")]);
        finds(&[("a.py", "#!/usr/bin/env python3")], &[]);
    }
}
