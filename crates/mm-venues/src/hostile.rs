//! What the tests of every venue's wire types put where something else should be.

use std::ops::Range;

use proptest::{prelude::*, sample::select};

/// What to put in the place of a value: of another type, beyond every range, or nested where nothing is.
pub(crate) fn wrong_value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "null",
        "true",
        "-1",
        "0",
        "1.5",
        "1e400",
        "-1e-400",
        "18446744073709551616",
        "-9223372036854775809",
        "99999999999999999999999999999999999999999999",
        "\"\"",
        "\"x\"",
        "\"-0\"",
        "\"18446744073709551616\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"é\"",
        "[]",
        "{}",
        "[[]]",
        "{\"0\":{}}",
        "{\"0\":[null]}",
        "{\"s\":{}}",
        "{\"result\":[null]}",
        "[null]",
        "{\"\":1}",
    ])
}

/// Where the values of a JSON text begin and end, by a scan that knows strings and brackets.
pub(crate) fn values(text: &str) -> Vec<Range<usize>> {
    let starts = text.match_indices([':', '[', ',']).map(|(at, _)| at + 1);
    let end_of = |start: usize| {
        let mut values =
            serde_json::Deserializer::from_str(&text[start..]).into_iter::<serde::de::IgnoredAny>();
        values.next()?.ok().map(|_| start..start + values.byte_offset())
    };
    starts.filter_map(end_of).collect()
}
