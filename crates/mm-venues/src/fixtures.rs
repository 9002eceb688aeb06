//! The messages from outside under `fixtures/`, for the tests of every venue.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

fn path(venue: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(venue).join(name)
}

/// The whole of a file.
pub(crate) fn file(venue: &str, name: &str) -> String {
    fs::read_to_string(path(venue, name)).unwrap_or_else(|error| panic!("fixture {venue}/{name}: {error}"))
}

/// The message as it would come over the wire: without insignificant space, all else as it is.
pub(crate) fn message(venue: &str, name: &str) -> String {
    #[derive(Deserialize)]
    struct Fixture<'a> {
        #[serde(borrow)]
        message: &'a RawValue,
    }
    let text = file(venue, &format!("{name}.json"));
    let fixture: Fixture<'_> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{venue}/{name}: {error}"));
    compact(fixture.message.get())
}

/// Every message of a venue with its name, in order.
pub(crate) fn messages(venue: &str) -> Vec<(String, String)> {
    let folder = path(venue, "");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut messages: Vec<_> = files
        .filter_map(|file| file.unwrap().file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .filter(|name| {
            let fixture: serde_json::Value =
                serde_json::from_str(&file(venue, &format!("{name}.json"))).unwrap();
            fixture.get("message").is_some()
        })
        .map(|name| (name.clone(), message(venue, &name)))
        .collect();
    messages.sort();
    messages
}

fn compact(json: &str) -> String {
    let (mut in_text, mut escaped) = (false, false);
    let keep = |c: &char| {
        let kept = in_text || !c.is_ascii_whitespace();
        if *c == '"' && !escaped {
            in_text = !in_text;
        }
        escaped = *c == '\\' && !escaped;
        kept
    };
    json.chars().filter(keep).collect()
}
