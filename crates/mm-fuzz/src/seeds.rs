//! The messages from outside under `fixtures/`, as they stand there.

use std::{fs, path::PathBuf};

use serde_json::value::RawValue;

fn folder(venue: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(venue)
}

/// The `message` of every fixture of a venue, in the order of their names.
pub(crate) fn messages(venue: &str) -> Vec<Vec<u8>> {
    let folder = folder(venue);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    let message = |path: &PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        let fields: std::collections::BTreeMap<&str, &RawValue> = serde_json::from_str(&text).ok()?;
        fields.get("message").map(|message| message.get().as_bytes().to_vec())
    };
    paths.iter().filter(|path| path.extension().is_some_and(|it| it == "json")).filter_map(message).collect()
}

/// A whole file of the fixtures.
pub(crate) fn file(venue: &str, name: &str) -> Vec<u8> {
    let path = folder(venue).join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Inputs that broke a promise once: `fuzz/regressions/TARGET/`, one file each. They are tried for ever.
pub(crate) fn regressions(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions").join(target);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}
