//! `cargo xtask mutants`: shows that the simulation would see the mistakes that it is there to see. One mistake at a time
//! is made in a copy of the tree (`target/mutants`; never in the work tree), the program is built from it, and the short
//! run must fail within its seeds. Before the first one the run must pass as the tree is.

mod table;
mod tree;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use self::{
    table::{MUTATIONS, Mutation},
    tree::Tree,
};

/// Seeds of a run when nothing is said.
const SEEDS: (u64, u64) = (1, 300);
/// Seeds that are run before it is looked at whether one of them failed.
const AT_ONCE: u64 = 10;

/// What the command line says.
struct Wanted {
    seeds: (u64, u64),
    /// These mutations alone, or all.
    names: Vec<String>,
}

/// What became of a mutation.
enum End {
    Caught { seed: u64, by: String },
    Survived,
}

/// Runs the mutations.
///
/// # Errors
/// When one survives, when the tree fails without any, or when a mutation's text is not where it should be.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let wanted = wanted(words)?;
    let place = root.join("target/mutants");
    let tree = Tree::of(root, &place.join("tree"))?;
    // All texts are looked for before anything is built.
    for mutation in MUTATIONS {
        for edit in mutation.edits {
            let text = fs::read_to_string(root.join(edit.file)).with_context(|| edit.file.to_owned())?;
            tree::replaced(&text, edit).with_context(|| format!("mutation {}", mutation.name))?;
        }
    }
    let bench = Bench { tree, build: place.join("build"), seeds: wanted.seeds };
    let without = bench.short_run(&[]).context("without a mutation")?;
    if let End::Caught { seed, by } = without {
        bail!("the tree fails as it is, by seed {seed}: {by}");
    }
    let mut survived = Vec::new();
    println!("{:<38}{:>8}  {:>7}  by which check", "mutation", "seed", "time");
    for mutation in MUTATIONS.iter().filter(|one| wanted.takes(one)) {
        let begun = now();
        let end = bench.judge(mutation).with_context(|| format!("mutation {}", mutation.name))?;
        let time = seconds(begun.elapsed());
        match end {
            End::Caught { seed, by } => println!("{:<38}{seed:>8}  {time:>7}  {by}", mutation.name),
            End::Survived => {
                println!("{:<38}{:>8}  {time:>7}  {}", mutation.name, "SURVIVED", mutation.about);
                survived.push(mutation.name);
            }
        }
    }
    ensure!(survived.is_empty(), "mutants: {} survived: {}", survived.len(), survived.join(", "));
    println!("mutants: every one was caught");
    Ok(())
}

fn wanted(words: &[&str]) -> Result<Wanted> {
    let mut wanted = Wanted { seeds: SEEDS, names: Vec::new() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--seeds" {
            let range = words.next().and_then(|range| range.split_once(".."));
            let (first, last) = range.context("--seeds A..B, both ends included")?;
            wanted.seeds = (first.parse().context("--seeds")?, last.parse().context("--seeds")?);
            ensure!(wanted.seeds.0 <= wanted.seeds.1, "--seeds {first}..{last} holds none");
        } else if MUTATIONS.iter().any(|mutation| mutation.name == *word) {
            wanted.names.push((*word).to_owned());
        } else {
            let names: Vec<_> = MUTATIONS.iter().map(|mutation| mutation.name).collect();
            bail!("no mutation '{word}': there are {}", names.join(", "));
        }
    }
    Ok(wanted)
}

impl Wanted {
    fn takes(&self, mutation: &Mutation) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| name == mutation.name)
    }
}

/// Where mutations are built and run.
struct Bench {
    tree: Tree,
    build: PathBuf,
    seeds: (u64, u64),
}

impl Bench {
    /// Spoils the copy, runs it, and mends it again.
    fn judge(&self, mutation: &Mutation) -> Result<End> {
        self.tree.spoil(mutation.edits)?;
        let end = self.short_run(mutation.with);
        self.tree.mend(mutation.edits)?;
        end
    }

    /// Builds the copy as it is and simulates its seeds until one fails.
    fn short_run(&self, with: &[&str]) -> Result<End> {
        self.build()?;
        let program = self.build.join("release/mm-bot");
        let (first, last) = self.seeds;
        let mut from = first;
        while from <= last {
            let to = last.min(from + AT_ONCE - 1);
            let output = Command::new(&program)
                .args(["simulate", "--no-color", "--seeds", &format!("{from}..{to}")])
                .args(with)
                .current_dir(&self.build)
                .output()
                .with_context(|| program.display().to_string())?;
            let said = String::from_utf8_lossy(&output.stdout);
            match (output.status.code(), failure(&said)) {
                (Some(0), _) => {}
                (_, Some((seed, by))) => return Ok(End::Caught { seed, by }),
                // A mutation may bring down the whole program: that is noticed, too.
                (None, None) => return Ok(End::Caught { seed: from, by: format!("{}", output.status) }),
                (Some(code), None) => {
                    bail!("exit code {code}: {said}{}", String::from_utf8_lossy(&output.stderr))
                }
            }
            from = to + 1;
        }
        Ok(End::Survived)
    }

    /// Built as it is delivered, since hundreds of seeds take ten times as long otherwise; what a mutation does not touch is
    /// not compiled again.
    fn build(&self) -> Result<()> {
        let output = Command::new(super::cargo())
            .args(["build", "--quiet", "--release", "--package", "mm-bot", "--target-dir"])
            .arg(&self.build)
            .current_dir(self.tree.path())
            .env("CARGO_INCREMENTAL", "1")
            .output()
            .context("cargo")?;
        ensure!(output.status.success(), "it does not build:\n{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// The first seed that failed, and the check that said so, from what `mm-bot simulate` prints: `FAILED seed N, commit …` and
/// below it a line for each violation, `TIME CODE: text`.
fn failure(said: &str) -> Option<(u64, String)> {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("FAILED seed "));
    let number = lines.next()?.strip_prefix("FAILED seed ")?;
    let seed = number.split(',').next()?.parse().ok()?;
    let by = lines.next().map(str::trim).unwrap_or("no reason given");
    let (_time, by) = by.split_once(' ').unwrap_or(("", by));
    Some((seed, by.chars().take(110).collect()))
}

#[expect(clippy::disallowed_methods, reason = "how long a build takes on the wall")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_exactly_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
        for mutation in MUTATIONS {
            for edit in mutation.edits {
                let text = fs::read_to_string(root.join(edit.file)).expect(edit.file);
                tree::replaced(&text, edit).unwrap_or_else(|error| panic!("{}: {error:#}", mutation.name));
            }
        }
    }

    #[test]
    fn a_failure_is_read_from_what_is_printed() {
        let said = "FAILED seed 17, commit abc+\n  2027-01-15 08:00:01.5 doubled: order 5 twice\n  again: mm-bot simulate\n";
        assert_eq!(failure(said).map(|(seed, _)| seed), Some(17));
        assert_eq!(failure("300 passed, 0 failed\n"), None);
    }
}
