//! `keys`: encrypts key files, and says whether one can be used. It never writes a key in the clear: there is no command
//! that decrypts.

use std::{fs, io::Write as _, path::Path};

use anyhow::Context as _;
use mm_store::{is_sealed, read_secret_file, seal, unseal};
use serde_json::json;

use crate::{
    cli::{Global, Keys, KeysCommand},
    exit::{Exit, Fatal},
    keys::contents,
    output::{
        say,
        style::{GOOD, paint},
    },
    passphrase::{self, Ask},
    registry::VENUES,
};

/// `keys encrypt` and `keys check`.
pub(super) fn keys(global: &Global, args: &Keys) -> Result<Exit, Fatal> {
    let told = match &args.command {
        KeysCommand::Encrypt { file, out } => {
            let out = out.clone().unwrap_or_else(|| {
                let mut name = file.clone().into_os_string();
                name.push(".sealed");
                name.into()
            });
            encrypt(file, &out).map(|()| Told {
                text: format!(
                    "{} is encrypted in {}: name that as keys_file, and destroy the one in the clear",
                    file.display(),
                    out.display()
                ),
                json: json!({ "encrypted": out.display().to_string() }),
            })
        }
        KeysCommand::Check { file } => check(file),
    };
    let told = told.map_err(Fatal::usage)?;
    if global.json {
        say(&told.json.to_string());
    } else {
        say(&format!("{} {}", paint(GOOD, "✓"), told.text));
    }
    Ok(Exit::Ok)
}

struct Told {
    text: String,
    json: serde_json::Value,
}

/// Writes `file`, encrypted, to `out`, which may not be there yet.
fn encrypt(file: &Path, out: &Path) -> anyhow::Result<()> {
    let text = read_secret_file(file)?;
    if is_sealed(&text) {
        anyhow::bail!("key file {} is encrypted already", file.display());
    }
    fits(&text).with_context(|| format!("key file {}", file.display()))?;
    let passphrase = passphrase::ask(file, Ask::Twice)?;
    let sealed = seal(&text, &passphrase)?;
    // What cannot be opened again must not take the place of what can.
    anyhow::ensure!(
        *unseal(&sealed, &passphrase)? == *text,
        "what was encrypted does not open: nothing was written"
    );
    write_new(out, &sealed).with_context(|| format!("cannot write {}", out.display()))
}

#[cfg(unix)]
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_new(_path: &Path, _text: &str) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Looks whether a key file can be used, as the bot would read it.
fn check(file: &Path) -> anyhow::Result<Told> {
    let is_encrypted = is_sealed(&read_secret_file(file)?);
    let text = contents(file)?;
    let venues = fits(&text).with_context(|| format!("key file {}", file.display()))?;
    let how = if is_encrypted { "encrypted, and the passphrase opens it" } else { "in the clear" };
    Ok(Told {
        text: format!("{}: nobody else can read it; {how}; keys of {}", file.display(), venues.join(" or ")),
        json: json!({ "file": file.display().to_string(), "encrypted": is_encrypted, "venues": venues }),
    })
}

/// The venues whose keys a text has the form of.
fn fits(text: &str) -> anyhow::Result<Vec<&'static str>> {
    let venues: Vec<_> =
        VENUES.iter().filter(|row| row.keys.parse(text).is_some()).map(|row| row.name).collect();
    if venues.is_empty() {
        let forms: Vec<_> = VENUES.iter().map(|row| format!("{} ({})", row.name, row.keys.names())).collect();
        anyhow::bail!("these are no venue's keys: a key file has lines for {}", forms.join(", "));
    }
    Ok(venues)
}
