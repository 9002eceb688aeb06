//! Who may depend on whom, as ARCHITECTURE.md says it: its `arrows` block lists each crate of ours with the crates
//! it uses, its `homes` block lists the few crates that may use a library. The page is the rule, Cargo's own metadata
//! the fact, and they must be equal in both directions, so that the page cannot grow old.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Problem;

const PAGE: &str = "ARCHITECTURE.md";
/// Nothing may depend on the program.
const TOP: &str = "mm-bot";

/// One package of the workspace and the names it depends on.
#[derive(Debug)]
pub(crate) struct Package {
    name: String,
    uses: BTreeSet<String>,
    /// Only for its tests; free but for [`TOP`].
    tests_use: BTreeSet<String>,
}

/// The packages in the output of `cargo metadata --no-deps`.
pub(crate) fn packages(metadata: &str) -> Result<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata).context("cargo metadata is no JSON")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned).context("cargo metadata without a name");
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        let (mut uses, mut tests_use) = (BTreeSet::new(), BTreeSet::new());
        for dependency in list(&package["dependencies"]) {
            let is_test = dependency["kind"] == "dev";
            if is_test { &mut tests_use } else { &mut uses }.insert(text(&dependency["name"])?);
        }
        found.push(Package { name: text(&package["name"])?, uses, tests_use });
    }
    Ok(found)
}

/// Where the page and the manifests disagree.
pub(crate) fn check(page: &str, packages: &[Package]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |what: String| found.push(Problem { path: PAGE.to_owned(), line: 0, what });
    let (arrows, homes) = (block(page, "arrows"), block(page, "homes"));
    for package in packages {
        let name = package.name.as_str();
        let ours = |it: &&str| it.starts_with("mm-");
        let used: BTreeSet<&str> = package.uses.iter().map(String::as_str).filter(ours).collect();
        let allowed = arrows.get(name).cloned().unwrap_or_default();
        if !arrows.contains_key(name) && (name.starts_with("mm-") || !used.is_empty()) {
            say(format!("{name} has no line in the `arrows` block"));
        }
        for extra in used.difference(&allowed) {
            say(format!("{name} → {extra} is no arrow: change the shape on the page first, or do without"));
        }
        for unused in allowed.difference(&used) {
            say(format!("{name} → {unused} is drawn, but not in Cargo.toml"));
        }
        if package.tests_use.contains(TOP) {
            say(format!("the tests of {name} use {TOP}: nothing may"));
        }
        for library in &package.uses {
            if homes.get(library.as_str()).is_some_and(|homes| !homes.contains(name)) {
                say(format!("{name} uses {library}, whose homes are other crates"));
            }
        }
    }
    let known: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let named = arrows.keys().chain(homes.values().flatten());
    for gone in named.filter(|name| !known.contains(*name)).collect::<BTreeSet<_>>() {
        say(format!("{gone} is on the page, but no crate"));
    }
    for library in homes.keys().filter(|library| !packages.iter().any(|it| it.uses.contains(**library))) {
        say(format!("{library} has homes, but nobody uses it"));
    }
    found
}

/// The lines `name: word word` of the page's fenced block of that name.
fn block<'a>(page: &'a str, name: &str) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let opens = format!("```{name}");
    page.lines()
        .skip_while(|line| *line != opens)
        .skip(1)
        .take_while(|line| *line != "```")
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name.trim(), words.split_whitespace().collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Map\n```arrows\nmm-model:\nmm-core: mm-model\nmm-bot: mm-core\n```\nsome\n```homes\nhyper: mm-bot\n```\n";

    fn package(name: &str, uses: &[&str], tests_use: &[&str]) -> Package {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Package { name: name.to_owned(), uses: set(uses), tests_use: set(tests_use) }
    }

    fn check_with(changed: Package) -> Vec<String> {
        let mut packages = vec![
            package("mm-model", &["thiserror"], &[]),
            package("mm-core", &["mm-model"], &["mm-sim"]),
            package("mm-bot", &["mm-core", "hyper"], &[]),
            package("xtask", &["anyhow"], &[]),
        ];
        packages.retain(|it| it.name != changed.name);
        packages.push(changed);
        check(PAGE, &packages).into_iter().map(|it| it.what).collect()
    }

    #[test]
    fn page_and_manifests_are_equal() {
        assert_eq!(check_with(package("xtask", &[], &[])), [""; 0]);
        let cases = [
            (
                package("mm-model", &["mm-core"], &[]),
                "mm-model → mm-core is no arrow: change the shape on the page first, or do without",
            ),
            (package("mm-core", &[], &[]), "mm-core → mm-model is drawn, but not in Cargo.toml"),
            (
                package("mm-core", &["mm-model", "hyper"], &[]),
                "mm-core uses hyper, whose homes are other crates",
            ),
            (package("mm-core", &["mm-model"], &["mm-bot"]), "the tests of mm-core use mm-bot: nothing may"),
            (package("mm-new", &[], &[]), "mm-new has no line in the `arrows` block"),
            (package("mm-bot", &["mm-core"], &[]), "hyper has homes, but nobody uses it"),
        ];
        for (changed, expected) in cases {
            assert_eq!(check_with(changed), [expected]);
        }
    }

    #[test]
    fn a_crate_that_is_gone_is_noticed() {
        let packages = [package("mm-model", &[], &[]), package("mm-core", &["mm-model"], &[])];
        let found: Vec<_> = check(PAGE, &packages).into_iter().map(|it| it.what).collect();
        assert_eq!(found, ["mm-bot is on the page, but no crate", "hyper has homes, but nobody uses it"]);
    }

    #[test]
    fn metadata_is_read() {
        let metadata = r#"{"packages":[{"name":"mm-a","dependencies":[
            {"name":"mm-b","kind":null},{"name":"mm-c","kind":"dev"},{"name":"cc","kind":"build"}]}]}"#;
        let packages = packages(metadata).expect("good metadata");
        let [found] = packages.as_slice() else { panic!("{packages:?}") };
        assert_eq!(found.uses.iter().collect::<Vec<_>>(), ["cc", "mm-b"]);
        assert_eq!(found.tests_use.iter().collect::<Vec<_>>(), ["mm-c"]);
    }
}
