//! Compiles the commit in that the program is built from, so that every report of a simulation bears it: `unknown` where
//! there is no repository, with a `+` behind it where the tree differs from it.

use std::{path::Path, process::Command};

fn main() {
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).filter(|commit| !commit.is_empty());
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|list| !list.is_empty());
    let commit = commit.unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=MM_BUILD_COMMIT={commit}{}", if changed { "+" } else { "" });
    // Git writes these when a commit is made or something is staged. Without them cargo would look at every file.
    for path in
        ["../../.git/logs/HEAD", "../../.git/index"].into_iter().filter(|path| Path::new(path).exists())
    {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

fn git(words: &[&str]) -> Option<String> {
    let output = Command::new("git").args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
