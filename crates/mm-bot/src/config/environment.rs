//! Overrides from the environment: `MM_BOT__SECTION__KEY=value` stands for `section.key: value`, two underscores
//! between the parts, case does not matter: `MM_BOT__STRATEGY__SMOKE_TEST__CONNECTORS__BACKPACK__SYMBOL=ETH_USDC_PERP`.
//! An override is read and checked exactly like the file's own value, and shown by `check`.

use super::{
    problem::{Problems, suggestion},
    tree::{Node, Place},
};

/// What every such variable begins with.
pub(crate) const PREFIX: &str = "MM_BOT__";

/// Puts the overrides among `variables` into the tree; returns their names, sorted.
pub(crate) fn apply(
    tree: &mut Node,
    sections: &[&str],
    variables: impl Iterator<Item = (String, String)>,
    problems: &mut Problems,
) -> Vec<String> {
    let mut found: Vec<(String, String)> =
        variables.filter(|(name, _)| name.to_ascii_uppercase().starts_with(PREFIX)).collect();
    found.sort();
    for (name, value) in &found {
        let path: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
        let place = Place::Variable(name.clone());
        let known = path.first().is_some_and(|first| sections.contains(&first.as_str()));
        if known && path.len() > 1 && path.iter().all(|part| !part.is_empty()) {
            tree.set(&path, value, &place);
        } else {
            let first = path.first().map_or("", String::as_str);
            let remedy = suggestion(first, sections.iter().copied());
            problems.add(
                (&place, ""),
                "stands for no section and key",
                format!("write {PREFIX}SECTION__KEY; {remedy}"),
            );
        }
    }
    found.into_iter().map(|(name, _)| name).collect()
}
