//! The original's `connector` section: the settings of all connectors in one place, told apart by prefixes.
//!
//! - One connector: the whole section is its own, with or without the prefix (`keys_file` or `backpack_keys_file`,
//!   the latter for `backpack1` too).
//! - Several: `NAME_key` belongs to connector NAME; keys without any prefix belong to the first one that the
//!   strategy names. Short prefixes: `bp_` backpack, `lg_` lighter.
//! - A connector with a block of its own under `connectors` takes nothing from here.

use super::tree::{Entry, Node, Value};

/// Short prefixes of the original.
const SHORT: [(&str, &str); 2] = [("backpack", "bp_"), ("lighter", "lg_")];

/// The settings of `name` among the legacy section's keys. `all` are the connectors without a block of their own.
pub(crate) fn block(section: &Node, name: &str, all: &[&str]) -> Node {
    let is_first = all.first() == Some(&name);
    let entries = section
        .entries()
        .iter()
        .filter_map(|entry| {
            let owner = all.iter().find_map(|owner| {
                let alone = (all.len() == 1).then(|| owner.trim_end_matches(|c: char| c.is_ascii_digit()));
                let key = stripped(&entry.key, owner).or_else(|| stripped(&entry.key, alone?))?;
                Some((*owner, key))
            });
            match owner {
                Some((owner, key)) if owner == name => Some(Entry { key: key.to_owned(), ..entry.clone() }),
                Some(_) => None,
                None => is_first.then(|| entry.clone()),
            }
        })
        .collect();
    Node { place: section.place.clone(), value: Value::Map(entries) }
}

fn stripped<'a>(key: &'a str, owner: &str) -> Option<&'a str> {
    let long = key.strip_prefix(owner).and_then(|rest| rest.strip_prefix('_'));
    let short = SHORT
        .iter()
        .filter(|(venue, _)| owner.starts_with(venue))
        .find_map(|(_, short)| key.strip_prefix(short));
    long.or(short)
}

#[cfg(test)]
mod tests {
    use super::{super::tree, *};

    fn check(text: &str, name: &str, all: &[&str], want: &[&str]) {
        let tree = tree::parse(text).expect("a tree");
        let got = block(&tree, name, all);
        let keys: Vec<&str> = got.entries().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, want, "{name} of {all:?}");
    }

    #[test]
    fn keys_go_to_the_connector_they_are_prefixed_for() {
        check("keys_file: a\nbackpack_window_ms: 5", "backpack", &["backpack"], &["keys_file", "window_ms"]);
        check("backpack_window_ms: 5", "backpack1", &["backpack1"], &["window_ms"]);
        let two = "keys_file: a\nbp_window_ms: 5\nlighter_account: 1";
        check(two, "backpack", &["backpack", "lighter"], &["keys_file", "window_ms"]);
        check(two, "lighter", &["backpack", "lighter"], &["account"]);
    }
}
