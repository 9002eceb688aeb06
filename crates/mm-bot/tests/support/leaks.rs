//! Looks for secrets in whatever a program wrote, in every form that a careless line would give them.

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// The fewest bytes of a form that is looked for: shorter ones stand anywhere.
const FORM_LEN_MIN: usize = 10;
/// Forms are looked up by their first bytes.
const HEAD: usize = 4;

/// One form of a secret.
struct Form {
    secret: String,
    what: String,
    bytes: Vec<u8>,
}

/// All forms of all secrets.
#[derive(Default)]
pub(crate) struct Leaks {
    forms: BTreeMap<[u8; HEAD], Vec<Form>>,
}

impl Leaks {
    /// A secret that is written in base64.
    pub(crate) fn base64(&mut self, name: &str, secret: &str) {
        self.bytes(name, "decoded", &STANDARD.decode(secret).expect("base64"));
        self.text(name, secret.trim_end_matches('='));
    }

    /// A secret that is written in hex.
    pub(crate) fn hex(&mut self, name: &str, secret: &str) {
        let digits = secret.trim_start_matches("0x");
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex");
        let raw: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
        self.bytes(name, "decoded", &raw);
        self.text(name, digits);
    }

    /// A secret that is what it is written as.
    pub(crate) fn text(&mut self, name: &str, secret: &str) {
        self.bytes(name, "as written", secret.as_bytes());
    }

    /// What is looked for as it stands and in no other form.
    pub(crate) fn word(&mut self, name: &str, word: &str) {
        self.add(name, "as it stands", word.as_bytes().to_vec());
    }

    /// Whole, and the second half alone: the first is the mark of a simulated key, and halves are logged too.
    fn bytes(&mut self, name: &str, what: &str, raw: &[u8]) {
        for (part, raw) in [("", raw), (", second half", &raw[raw.len() / 2..])] {
            for (form, bytes) in forms(raw) {
                self.add(name, &format!("{what}{part}, {form}"), bytes);
            }
        }
    }

    fn add(&mut self, secret: &str, what: &str, bytes: Vec<u8>) {
        if bytes.len() < FORM_LEN_MIN && what != "as it stands" {
            return;
        }
        let head = *bytes.first_chunk().expect("longer than its head");
        self.forms.entry(head).or_default().push(Form {
            secret: secret.to_owned(),
            what: what.to_owned(),
            bytes,
        });
    }

    /// The first secret that stands in `written`, and in which form.
    pub(crate) fn find(&self, written: &[u8]) -> Option<String> {
        (0..written.len()).find_map(|at| {
            let rest = &written[at..];
            let forms = self.forms.get(rest.first_chunk::<HEAD>()?)?;
            let form = forms.iter().find(|form| rest.starts_with(&form.bytes))?;
            Some(format!("{}, {}, at byte {at}", form.secret, form.what))
        })
    }

    /// Every form, for the test of this test.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.forms.values().flatten().map(|form| (form.what.as_str(), form.bytes.as_slice()))
    }
}

/// The forms of some bytes.
fn forms(raw: &[u8]) -> Vec<(String, Vec<u8>)> {
    let reversed: Vec<u8> = raw.iter().rev().copied().collect();
    let decimals = raw.iter().map(u8::to_string).collect::<Vec<_>>();
    let mut forms: Vec<(String, Vec<u8>)> = vec![
        ("raw".into(), raw.to_vec()),
        ("hex".into(), hex(raw).into_bytes()),
        ("HEX".into(), hex(raw).to_uppercase().into_bytes()),
        ("reversed".into(), reversed.clone()),
        ("reversed hex".into(), hex(&reversed).into_bytes()),
        ("reversed HEX".into(), hex(&reversed).to_uppercase().into_bytes()),
        ("decimals".into(), decimals.join(", ").into_bytes()),
        ("decimals without spaces".into(), decimals.join(",").into_bytes()),
        (
            "hex with spaces".into(),
            raw.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ").into(),
        ),
        ("url-encoded".into(), encoded(raw, |out, byte| write!(out, "%{byte:02X}"))),
        ("url-encoded in lower case".into(), encoded(raw, |out, byte| write!(out, "%{byte:02x}"))),
        ("JSON-escaped".into(), encoded(raw, |out, byte| write!(out, "\\u{byte:04x}"))),
        ("escaped".into(), raw.escape_ascii().to_string().into_bytes()),
    ];
    // Within a longer text base64 depends on where the secret begins: three alignments.
    for ahead in 0..3usize {
        let shifted = [&vec![0; ahead], raw].concat();
        let cut = |text: String| {
            let begin = (ahead * 8).div_ceil(6);
            text.as_bytes()[begin..text.len() - 2].to_vec() // The end depends on what follows.
        };
        forms.push((format!("base64 at {ahead}"), cut(STANDARD_NO_PAD.encode(&shifted))));
        forms.push((format!("url-safe base64 at {ahead}"), cut(URL_SAFE_NO_PAD.encode(&shifted))));
    }
    forms
}

fn hex(raw: &[u8]) -> String {
    raw.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes all");
        out
    })
}

/// Letters and digits as they are, all else by `escape`.
fn encoded(raw: &[u8], escape: impl Fn(&mut String, u8) -> std::fmt::Result) -> Vec<u8> {
    let mut out = String::new();
    for byte in raw {
        match byte.is_ascii_alphanumeric() {
            true => out.push(char::from(*byte)),
            false => escape(&mut out, *byte).expect("a String takes all"),
        }
    }
    out.into_bytes()
}
