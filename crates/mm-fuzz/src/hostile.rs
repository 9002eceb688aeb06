//! What somebody would send who means harm: words to put in the place of others, and whole inputs.

/// What may stand where a value of a JSON text stood.
pub(crate) const VALUES: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "-0",
    "1.5",
    "1e5",
    "1e400",
    "-1e-400",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "999999999999999999999999999999999999",
    "0.000000000000000001",
    "0.0000000000000000000000000001",
    "\"\"",
    "\"0\"",
    "\"-1\"",
    "\"1e5\"",
    "\"1_000\"",
    "\"+1\"",
    "\" 1\"",
    "\".\"",
    "\"1.\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"18446744073709551615\"",
    "\"9223372036854775808\"",
    "\"999999999999999999999999999999999999\"",
    "\"99999999999999999.999999999999999999\"",
    "\"0.000000000000000000000000000001\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\u001b[2J\\n\"",
    "\"\u{202e}\u{10ffff}\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[\"\",\"\"]",
    "[[\"1\",\"-1\"]]",
    "{\"\":{}}",
];

/// What may stand anywhere.
pub(crate) const WORDS: &[&str] = &[
    "\0",
    "\n",
    "\r\n\r\n",
    "\u{1b}[31m",
    "\u{feff}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "-",
    ".",
    "e9",
    "00",
    "%",
    "%00",
    "%zz",
    "&",
    "=",
    "@",
    "/",
    "?",
    "#",
    "\t",
    "\u{85}",
    "99999999999999999999",
    "null",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
    "&a [*a,*a,*a]",
    "<<: *a",
    "--- ",
];

/// A megabyte, and a little.
const LONG: usize = (1 << 20) + 17;

/// Whole inputs that no seed leads to.
pub(crate) fn inputs() -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = [
        "",
        " ",
        "\0",
        "\n",
        "{",
        "[",
        "\"",
        "{}",
        "[]",
        "null",
        "0",
        "-",
        "\"\\u",
        "\u{feff}{}",
        r#"{"a":1,"a":2}"#,
        r#"{"symbol":"A","symbol":"B","e":"depth","e":"trade"}"#,
        "<html><body>502 Bad Gateway</body></html>",
        "HTTP/1.1 200 OK\r\n\r\n{}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    inputs.extend([vec![0xff, 0xfe, 0xfd], vec![0xc0, 0x80], vec![0xed, 0xa0, 0x80], vec![0x80; 64]]);
    for n in [127, 128, 129, 100_000] {
        inputs.push(format!("{}{}", "[".repeat(n), "]".repeat(n)).into_bytes());
        inputs.push(format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n)).into_bytes());
        inputs.push("[".repeat(n).into_bytes());
    }
    for unit in ["9", "0", ".", "\"", "\\\"", " ", "\0", "a", "[],", "\u{1f4a5}"] {
        inputs.push(unit.repeat(LONG / unit.len()).into_bytes());
    }
    for (begin, unit, end) in [
        ("\"", "x", "\""),
        ("{\"", "x", "\":1}"),
        ("{\"a\":", "9", "}"),
        ("{\"a\":1.", "9", "}"),
        ("{\"a\":1e", "9", "}"),
        ("[", "0,", "0]"),
        ("[", "[\"1\",\"1\"],", "[\"1\",\"1\"]]"),
        ("{", "\"a\":1,", "\"a\":1}"),
    ] {
        inputs.push(format!("{begin}{}{end}", unit.repeat(LONG / unit.len())).into_bytes());
    }
    inputs
}
