//! `cargo xtask kill9`: hundreds of rounds of the test that kills the real process (`crates/mm-bot/tests/kill9`), a batch at
//! a time. Each batch is a seed of its own and leaves a line in `target/kill9/SEED.jsonl`; what stands there already is not
//! run again.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Rounds when nothing is said.
const ROUNDS: u64 = 500;
/// Rounds of a batch: what is lost when it is broken off.
const BATCH: u64 = 50;
/// What the test prints before its totals.
const MARK: &str = "kill9: ";

/// Runs what is still to be run, and tells the totals of all.
///
/// # Errors
/// When a batch fails: its output says what was lost.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<()> {
    let (rounds, seed) = wanted(words)?;
    let folder = root.join("target/kill9");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{seed}.jsonl"));
    let mut done = finished(&path)?;
    let n_batches = rounds.div_ceil(BATCH);
    let test = built(root)?;
    for batch in 0..n_batches {
        if done.contains_key(&batch) {
            continue;
        }
        let mine = BATCH.min(rounds - batch * BATCH);
        println!("batch {} of {n_batches}: {mine} rounds", batch + 1);
        let totals = one(&test, mine, seed.wrapping_mul(1_000).wrapping_add(batch))
            .with_context(|| format!("batch {batch} of seed {seed}"))?;
        println!("  {totals}");
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{}", serde_json::json!({ "batch": batch, "totals": totals }))?;
        done.insert(batch, totals);
    }
    let sum = summed(done.range(..n_batches).map(|(_, totals)| totals));
    let text: Vec<_> = sum.iter().map(|(what, n)| format!("{n} {}", what.replace('_', " "))).collect();
    println!("kill9: nothing lost, nothing doubled\n  {}", text.join("\n  "));
    Ok(())
}

fn wanted(words: &[&str]) -> Result<(u64, u64)> {
    let (mut rounds, mut seed) = (ROUNDS, 1);
    for pair in words.chunks(2) {
        let &[key, value] = pair else { bail!("{}: a number is missing", pair[0]) };
        let number = value.parse().with_context(|| format!("{key} {value}"))?;
        match key {
            "--rounds" => rounds = number,
            "--seed" => seed = number,
            _ => bail!("unknown option {key}: there are --rounds N and --seed S"),
        }
    }
    Ok((rounds, seed))
}

/// Batches that were run before, and ended well.
fn finished(path: &PathBuf) -> Result<BTreeMap<u64, Value>> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let batch = |line: &str| -> Result<(u64, Value)> {
        let mut row: Value = serde_json::from_str(line)?;
        let number = row["batch"].as_u64().context("no number of a batch")?;
        Ok((number, row["totals"].take()))
    };
    text.lines().map(|line| batch(line).with_context(|| path.display().to_string())).collect()
}

/// Builds the test and says where it is: batches are of one build, whatever becomes of the tree meanwhile.
fn built(root: &Path) -> Result<PathBuf> {
    let output = Command::new(super::cargo())
        .args(["test", "--package", "mm-bot", "--test", "kill9", "--no-run", "--message-format", "json"])
        .current_dir(root)
        .output()
        .context("cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let mut messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let test = messages.find(|it| it["target"]["name"] == "kill9" && it["executable"].is_string());
    let test = test.context("cargo told no executable")?;
    Ok(test["executable"].as_str().unwrap_or_default().into())
}

fn one(test: &Path, rounds: u64, seed: u64) -> Result<Value> {
    let output = Command::new(test)
        .arg("--nocapture")
        .env("KILL9_ROUNDS", rounds.to_string())
        .env("KILL9_SEED", seed.to_string())
        .output()
        .with_context(|| test.display().to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let totals = said.lines().find_map(|line| line.split_once(MARK)).context("the test told no totals")?;
    Ok(serde_json::from_str(totals.1)?)
}

/// Counts are added; of the slowest the slowest is kept.
fn summed<'a>(all: impl Iterator<Item = &'a Value>) -> BTreeMap<String, u64> {
    let mut sum = BTreeMap::<String, u64>::new();
    for (what, n) in all.filter_map(Value::as_object).flatten() {
        let n = n.as_u64().unwrap_or(0);
        let so_far = sum.entry(what.clone()).or_default();
        *so_far = if what.starts_with("slowest") { n.max(*so_far) } else { *so_far + n };
    }
    sum
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn totals_are_added_and_the_slowest_is_kept() {
        let all =
            [json!({ "rounds": 3, "slowest_start_ms": 9 }), json!({ "rounds": 4, "slowest_start_ms": 7 })];
        let sum = summed(all.iter());
        assert_eq!((sum["rounds"], sum["slowest_start_ms"]), (7, 9));
    }

    #[test]
    fn the_command_line() {
        assert_eq!(wanted(&[]).expect("defaults"), (ROUNDS, 1));
        assert_eq!(wanted(&["--seed", "3", "--rounds", "10"]).expect("both"), (10, 3));
        assert!(wanted(&["--seed"]).is_err() && wanted(&["--speed", "1"]).is_err());
    }
}
