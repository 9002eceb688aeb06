//! `cargo xtask tidy`: the house rules that a machine can see and that no lint of the compiler does. Each rule is a
//! pure function over text, so that it has tests which can fail; this file reads the tree and prints.

mod arrows;
mod pages;
mod proofs;
mod rust;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

pub(crate) use source::{code_only, lines_with_word};

/// Folders that are made, not written.
const NOT_OURS: [&str; 4] = ["target", ".git", "__pycache__", "node_modules"];

/// One broken rule, at a line (0: the file as a whole).
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// The text files of the repository by their path from its root, with `/`.
#[derive(Debug, Default)]
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Reads what is under `root`, without what is made there.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// Adds a file, or replaces its text.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.0.insert(path.to_owned(), text.to_owned());
    }

    /// All files in the order of their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether a file or folder of that path exists.
    pub(crate) fn has(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        self.0.contains_key(path)
            || self.0.range(inside.clone()..).next().is_some_and(|(it, _)| it.starts_with(&inside))
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if NOT_OURS.contains(&name.as_str()) || name.starts_with(".venv") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.read_folder(&entry.path(), &path)?;
            } else {
                // What is no text (a compressed tape) is there, but has no lines to judge.
                self.add(&path, &String::from_utf8(std::fs::read(entry.path())?).unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// Checks the repository at `root`; prints what is wrong.
///
/// # Errors
/// When a rule is broken, or the tree cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let metadata = Command::new(crate::cargo())
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .context("cargo metadata did not run")?;
    ensure!(metadata.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&metadata.stderr));
    let packages = arrows::packages(&String::from_utf8(metadata.stdout)?)?;

    let mut problems = arrows::check(tree.text("ARCHITECTURE.md").unwrap_or_default(), &packages);
    problems.extend(pages::check(&tree));
    problems.extend(proofs::check(&tree));
    problems.extend(
        tree.files()
            .filter(|(path, _)| path.ends_with(".rs"))
            .flat_map(|(path, text)| rust::check(path, text)),
    );
    crate::report("tidy", tree.files().count(), "files", &problems)
}
