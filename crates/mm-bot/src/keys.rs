//! Key files: two lines that name `api_key` and `api_secret`, in a file that only its owner can read.

use std::path::Path;

use zeroize::Zeroizing;

/// A key pair as text.
pub(crate) struct Keys {
    /// Public half.
    pub(crate) api_key: String,
    /// Secret half.
    pub(crate) api_secret: Zeroizing<String>,
}

/// Reads a key file.
///
/// # Errors
/// Names the file and what is wrong with it, never what it holds.
pub(crate) fn read(path: &Path) -> anyhow::Result<Keys> {
    let text = mm_store::read_secret_file(path)?;
    parse(&text).ok_or_else(|| {
        anyhow::anyhow!(
            "key file {}: write two lines, `api_key: …` and `api_secret: …` (base64, from the venue's page of keys)",
            path.display()
        )
    })
}

fn parse(text: &str) -> Option<Keys> {
    let (mut api_key, mut api_secret) = (None, None);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // Base64 ends in `=`: only the first separator counts.
        let (name, value) = line.split_once([':', '='])?;
        let value = value.trim().trim_matches('"');
        let slot = match name.trim().to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "api_key" => &mut api_key,
            "api_secret" => &mut api_secret,
            _ => return None,
        };
        if value.is_empty() || slot.replace(Zeroizing::new(value.to_owned())).is_some() {
            return None;
        }
    }
    Some(Keys { api_key: api_key?.to_string(), api_secret: api_secret? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Option<(&str, &str)>) {
        let keys = parse(text);
        let got = keys.as_ref().map(|keys| (keys.api_key.as_str(), keys.api_secret.as_str()));
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn two_lines_with_names() {
        check("api_key: YWJj=\napi_secret: ZGVm==\n", Some(("YWJj=", "ZGVm==")));
        check("# mine\nAPI KEY = \"a\"\n\napi-secret=b=", Some(("a", "b=")));
        check("api_key: a", None);
        check("api_key: a\napi_key: b\napi_secret: c", None);
        check("a\nb", None);
        check("api_key: a\napi_secret:", None);
    }
}
