//! Key files: lines that name what the venue wants, in a file that only its owner can read.

use std::{collections::BTreeMap, path::Path};

use zeroize::Zeroizing;

use crate::passphrase;

/// What a venue's keys consist of.
#[derive(Debug)]
pub(crate) struct KeyForm {
    /// Names of the lines that must be there, the secret last.
    pub(crate) needed: &'static [&'static str],
    /// Names of the lines that may be there.
    pub(crate) optional: &'static [&'static str],
    /// What to write and where to get it, for a person.
    pub(crate) about: &'static str,
}

/// Keys as text, by the names of their lines. Wiped when dropped, never shown.
#[derive(Clone, Default)]
pub(crate) struct Keys(BTreeMap<String, Zeroizing<String>>);

impl Keys {
    /// From pairs of name and value.
    pub(crate) fn of<const N: usize>(pairs: [(&str, String); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), Zeroizing::new(value))).collect())
    }

    /// The value of a line; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.as_str())
    }
}

impl KeyForm {
    /// Reads a key file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it, never what it holds.
    pub(crate) fn read(&self, path: &Path) -> anyhow::Result<Keys> {
        let text = contents(path)?;
        if let Some(name) = owners_line(&text) {
            // Fault 77: what moves money away is never needed.
            anyhow::bail!(
                "key file {}: the line '{name}' is the account owner's own key, which can withdraw: take it out, and keep it \
                 off this machine",
                path.display()
            );
        }
        self.parse(&text).ok_or_else(|| anyhow::anyhow!("key file {}: {}", path.display(), self.advice()))
    }

    /// What a key file is to be.
    fn advice(&self) -> String {
        let count = match self.needed.len() {
            1 => "one line".to_owned(),
            2 => "two lines".to_owned(),
            3 => "three lines".to_owned(),
            n => format!("{n} lines"),
        };
        let lines = joined(self.needed.iter().map(|name| format!("`{name}: …`")).collect());
        format!("write {count}, {lines} ({})", self.about)
    }

    /// Names of all lines that must be there, as in "api_key and api_secret".
    pub(crate) fn names(&self) -> String {
        joined(self.needed.iter().map(|name| (*name).to_owned()).collect())
    }

    /// The keys in a text of this form.
    pub(crate) fn parse(&self, text: &str) -> Option<Keys> {
        let mut keys = Keys::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            // Base64 ends in `=`: only the first separator counts.
            let (name, value) = line.split_once([':', '='])?;
            let value = value.trim().trim_matches('"');
            let name = named(name);
            let is_known = self.needed.iter().chain(self.optional).any(|known| *known == name);
            if value.is_empty()
                || !is_known
                || keys.0.insert(name, Zeroizing::new(value.to_owned())).is_some()
            {
                return None;
            }
        }
        self.needed.iter().all(|name| keys.0.contains_key(*name)).then_some(keys)
    }
}

/// What a key file holds, decrypted where it is encrypted.
///
/// # Errors
/// Names the file and what is wrong with it, or with the passphrase.
pub(crate) fn contents(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = mm_store::read_secret_file(path)?;
    if !mm_store::is_sealed(&text) {
        return Ok(text);
    }
    let passphrase = passphrase::ask(path, passphrase::Ask::Once)?;
    mm_store::unseal(&text, &passphrase)
        .map_err(|error| anyhow::anyhow!("key file {}: {error}", path.display()))
}

/// Words in the names of lines that the venues' tools give to keys of the account's owner.
const OWNERS_WORDS: [&str; 6] =
    ["eth_private", "l1_private", "mnemonic", "seed_phrase", "wallet", "withdraw"];

/// The name of a line that should be nowhere near a bot.
fn owners_line(text: &str) -> Option<String> {
    let names = text.lines().filter_map(|line| line.split_once([':', '='])).map(|(name, _)| named(name));
    names.into_iter().find(|name| OWNERS_WORDS.iter().any(|word| name.contains(word)))
}

/// The name of a line as it is compared.
fn named(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// As in "a, b and c".
fn joined(words: Vec<String>) -> String {
    match words.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: KeyForm =
        KeyForm { needed: &["api_key", "api_secret"], optional: &["note"], about: "base64" };

    fn check(text: &str, want: Option<(&str, &str)>) {
        let keys = PAIR.parse(text);
        let got = keys.as_ref().map(|keys| (keys.text("api_key"), keys.text("api_secret")));
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn lines_with_names() {
        check("api_key: YWJj=\napi_secret: ZGVm==\n", Some(("YWJj=", "ZGVm==")));
        check("# mine\nAPI KEY = \"a\"\n\napi-secret=b=", Some(("a", "b=")));
        check("api_key: a\napi_secret: b\nnote: c", Some(("a", "b")));
        check("api_key: a", None);
        check("api_key: a\napi_key: b\napi_secret: c", None);
        check("api_key: a\napi_secret: b\nother: c", None);
        check("a\nb", None);
        check("api_key: a\napi_secret:", None);
    }

    #[test]
    fn fault_77_a_key_of_the_accounts_owner_is_refused_by_name() {
        for line in ["eth_private_key: 0xcanary", "L1 Private Key = 0xcanary", "mnemonic: canary canary"] {
            let dir = tempfile::tempdir().expect("a directory");
            let path = dir.path().join("keys");
            std::fs::write(&path, format!("api_key: a\napi_secret: b\n{line}\n")).expect("written");
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .expect("ours");
            let error = PAIR.read(&path).map(drop).expect_err(line).to_string();
            assert!(error.contains("can withdraw") && !error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn advice_names_every_line() {
        assert_eq!(PAIR.advice(), "write two lines, `api_key: …` and `api_secret: …` (base64)");
        let three = KeyForm { needed: &["a", "b", "c"], optional: &[], about: "x" };
        assert_eq!(three.advice(), "write three lines, `a: …`, `b: …` and `c: …` (x)");
        assert_eq!(three.names(), "a, b and c");
        let one = KeyForm { needed: &["a"], optional: &[], about: "x" };
        assert_eq!(one.advice(), "write one line, `a: …` (x)");
    }
}
