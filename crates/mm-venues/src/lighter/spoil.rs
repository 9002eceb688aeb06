//! Texts spoilt at random, for the tests of readers.

use proptest::prelude::*;

/// What may stand where something else stood.
const HOSTILE: [&str; 12] = [
    "-9223372036854775808",
    "18446744073709551616",
    "1e400",
    "-0",
    "0.5",
    "\"\"",
    "null",
    "[]",
    "{}",
    "[[[[[[[[",
    "\"\\u0000\"",
    "\u{10ffff}",
];

/// A piece of text put in the place of some bytes.
#[derive(Clone, Debug)]
pub(crate) struct Splice {
    at: prop::sample::Index,
    len: usize,
    text: String,
}

/// One of them.
pub(crate) fn splice() -> impl Strategy<Value = Splice> {
    let text = prop_oneof![
        prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        "[-0-9{}\\[\\]\",:a-zA-Z+/=\\\\]{0,6}",
        any::<i64>().prop_map(|n| n.to_string()),
    ];
    (any::<prop::sample::Index>(), 0..8usize, text).prop_map(|(at, len, text)| Splice { at, len, text })
}

/// The text after the splices, whole characters only (the vectors are ASCII).
pub(crate) fn spliced(text: &str, splices: &[Splice]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for splice in splices {
        let start = splice.at.index(text.len() + 1);
        let end = (start + splice.len).min(text.len());
        text.splice(start..end, splice.text.chars());
    }
    text.into_iter().collect()
}
