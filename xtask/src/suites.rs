//! `cargo xtask test`: our own tests, then the venues' own clients against `mm-bot venue`, then one line that says
//! how it went. A suite that does not build, or in which no test ran, has failed.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

/// Where the Python clients are made ready, each in a folder of its own: the virtual environment is made there and
/// thrown away when its list changes.
const PYTHON: &str = "tests-official/python";
const RUST: &str = "tests-official/rust/Cargo.toml";
/// The seeds of the test command's simulation.
const SEEDS: &str = "1..300";
/// Where the JavaScript clients are, each in a folder of its own with a lock file.
const NODE: &str = "tests-official/node";

/// How one suite went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Which of a child's two outputs carries its results.
enum Results {
    Stdout(fn(&str) -> Tally),
    Stderr(fn(&str) -> Tally),
}

/// Runs the suites in `only`, or all when it is empty.
///
/// # Errors
/// When a test failed, or a suite's name is unknown.
pub(crate) fn run(root: &Path, only: &[&str]) -> Result<()> {
    type Suite = (&'static str, &'static str, fn(&Path) -> Result<Tally>);
    let suites: [Suite; 9] = [
        ("workspace", "our own tests", workspace),
        ("simulation", "300 seeds of the whole bot with faults and kills", simulation),
        ("rust", "Backpack's official Rust client against mm-bot venue", official_rust),
        ("backpack", "bpx-py against mm-bot venue", |root| official_python(root, "backpack")),
        ("lighter", "lighter-sdk 1.1.8 against mm-bot venue", |root| official_python(root, "lighter")),
        ("lighter-0.1", "lighter-sdk 0.1.4 against mm-bot venue", |root| {
            official_python(root, "lighter_0_1")
        }),
        ("grvt", "grvt-pysdk against mm-bot venue", |root| official_python(root, "grvt")),
        ("grvt-ccxt", "ccxt's GRVT against mm-bot venue", |root| official_python(root, "grvt_ccxt")),
        ("grvt-lite", "GRVT's own JavaScript client against mm-bot venue", |root| {
            official_node(root, "grvt")
        }),
    ];
    if let Some(unknown) = only.iter().find(|name| !suites.iter().any(|(suite, ..)| suite == *name)) {
        bail!("no suite {unknown}: there are {}", suites.map(|(name, ..)| name).join(", "));
    }
    let mut rows = Vec::new();
    for (name, what, suite) in suites.into_iter().filter(|(name, ..)| only.is_empty() || only.contains(name))
    {
        println!("\n=== {name}: {what}");
        let begun = now();
        let tally = suite(root).unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally { failed: 1, ..Tally::default() }
        });
        rows.push((name, tally, begun.elapsed().as_secs()));
    }

    let mut total = Tally::default();
    println!("\n{:<12}{:>8}{:>8}{:>9}{:>9}", "suite", "passed", "failed", "ignored", "seconds");
    for (name, tally, took_s) in rows {
        println!("{name:<12}{:>8}{:>8}{:>9}{took_s:>9}", tally.passed, tally.failed, tally.ignored);
        total.add(tally);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    ensure!(total.failed == 0, "{} failed", total.failed);
    Ok(())
}

fn workspace(root: &Path) -> Result<Tally> {
    let mut tests = Command::new(crate::cargo());
    tests.args(["test", "--workspace", "--no-fail-fast"]).current_dir(root);
    counted(&mut tests, &Results::Stdout(libtest))
}

/// Virtual time passes fast only in an optimised build.
fn simulation(root: &Path) -> Result<Tally> {
    succeed(
        Command::new(crate::cargo()).args(["build", "--release", "--package", "mm-bot"]).current_dir(root),
    )?;
    let program = built(&format!("../release/mm-bot{}", std::env::consts::EXE_SUFFIX))?;
    let mut seeds = Command::new(program);
    seeds.args(["simulate", "--seeds", SEEDS]).current_dir(root);
    counted(&mut seeds, &Results::Stdout(campaign))
}

fn official_rust(root: &Path) -> Result<Tally> {
    let program = mm_bot(root)?;
    let mut tests = Command::new(crate::cargo());
    tests.args(["test", "--locked", "--no-fail-fast", "--manifest-path", RUST]).current_dir(root);
    counted(tests.env("MM_BOT_PROGRAM", program), &Results::Stdout(libtest))
}

fn official_python(root: &Path, client: &str) -> Result<Tally> {
    let program = mm_bot(root)?;
    let shared = root.join(PYTHON);
    let folder = shared.join(client);
    let mut tests = Command::new(venv(&folder)?);
    tests.args(["-B", "-m", "unittest", "-v"]).current_dir(folder).env("PYTHONPATH", shared);
    counted(tests.env("MM_BOT_PROGRAM", program), &Results::Stderr(unittest))
}

fn official_node(root: &Path, client: &str) -> Result<Tally> {
    let program = mm_bot(root)?;
    let folder = root.join(NODE).join(client);
    node_modules(&folder)?;
    let mut tests = Command::new("node");
    tests.args(["--test", "--test-force-exit", "--test-reporter=tap"]).current_dir(folder);
    counted(tests.env("MM_BOT_PROGRAM", program), &Results::Stdout(tap))
}

/// Builds the program that the official clients talk to, and says where it is.
fn mm_bot(root: &Path) -> Result<PathBuf> {
    succeed(Command::new(crate::cargo()).args(["build", "--package", "mm-bot"]).current_dir(root))?;
    built(&format!("mm-bot{}", std::env::consts::EXE_SUFFIX))
}

/// Something that was built. xtask itself lies in the folder of debug builds, wherever the target directory is.
fn built(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe().context("where am I")?;
    let program = here.with_file_name(name);
    ensure!(program.exists(), "{} was not built", program.display());
    Ok(program)
}

/// The Python of a virtual environment that has exactly what `requirements.txt` lists.
fn venv(folder: &Path) -> Result<PathBuf> {
    let (venv, wanted) = (folder.join(".venv"), folder.join("requirements.txt"));
    let (python, stamp) = (venv.join("bin/python"), venv.join("requirements.txt"));
    let wanted_text = std::fs::read(&wanted).with_context(|| wanted.display().to_string())?;
    if std::fs::read(&stamp).ok() == Some(wanted_text) {
        return Ok(python);
    }
    println!("making {}", venv.display());
    let system = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    succeed(Command::new(system).args(["-m", "venv", "--clear"]).arg(&venv))?;
    let quiet =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"];
    succeed(Command::new(&python).args(quiet).arg(&wanted))?;
    std::fs::copy(&wanted, &stamp).with_context(|| stamp.display().to_string())?;
    Ok(python)
}

/// Makes `node_modules` have exactly what the lock file lists.
fn node_modules(folder: &Path) -> Result<()> {
    let (modules, lock) = (folder.join("node_modules"), folder.join("package-lock.json"));
    let (stamp, wanted) = (modules.join("package-lock.json"), std::fs::read(&lock)?);
    if std::fs::read(&stamp).ok() == Some(wanted) {
        return Ok(());
    }
    println!("making {}", modules.display());
    succeed(Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(folder))?;
    std::fs::copy(&lock, &stamp).with_context(|| stamp.display().to_string())?;
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("{command:?} did not start"))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

/// Runs `command`, shows what it prints, and counts the results in it.
fn counted(command: &mut Command, results: &Results) -> Result<Tally> {
    command.stdin(Stdio::null());
    match results {
        Results::Stdout(_) => command.stdout(Stdio::piped()),
        Results::Stderr(_) => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().with_context(|| format!("{command:?} did not start"))?;
    let (output, read): (Box<dyn Read>, _) = match results {
        Results::Stdout(read) => (Box::new(child.stdout.take().context("piped above")?), read),
        Results::Stderr(read) => (Box::new(child.stderr.take().context("piped above")?), read),
    };
    let mut tally = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.add(read(&line));
    }
    Ok(judge(tally, child.wait()?.success()))
}

/// A suite that ended badly without saying which test failed has one failure more; so has one that ran nothing.
fn judge(mut tally: Tally, ended_well: bool) -> Tally {
    if tally.failed == 0 && (!ended_well || tally.passed == 0) {
        tally.failed = 1;
    }
    tally
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once a test program.
fn libtest(line: &str) -> Tally {
    let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
        return Tally::default();
    };
    let count = |name: &str| {
        let part = counts.split(';').find_map(|part| part.trim().strip_suffix(name));
        part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    Tally { passed: count("passed"), failed: count("failed"), ignored: count("ignored") }
}

/// `test_x (file.Class.test_x) ... ok`, once a test; a test that prints before it ends has its verdict on a line of
/// its own.
fn unittest(line: &str) -> Tally {
    let verdict = line.rsplit_once(" ... ").map_or(line, |(_, verdict)| verdict);
    match verdict.split(' ').next() {
        Some("ok") => Tally { passed: 1, ..Tally::default() },
        Some("FAIL" | "ERROR" | "unexpected") => Tally { failed: 1, ..Tally::default() },
        Some("skipped" | "expected") if verdict != line => Tally { ignored: 1, ..Tally::default() },
        _ => Tally::default(),
    }
}

/// `300 passed, 0 failed`, once, at the end of a simulation.
fn campaign(line: &str) -> Tally {
    let counts = line.split_once(" passed, ").zip(line.strip_suffix(" failed"));
    let Some(((passed, _), rest)) = counts else { return Tally::default() };
    let failed = rest.rsplit_once(' ').map_or("", |(_, failed)| failed);
    match (passed.parse(), failed.parse()) {
        (Ok(passed), Ok(failed)) => Tally { passed, failed, ignored: 0 },
        _ => Tally::default(),
    }
}

/// `# pass 6`, `# fail 0`, `# cancelled 0`, …: once, at the end of what Node's tests print.
fn tap(line: &str) -> Tally {
    let count = |name: &str| line.strip_prefix(name).and_then(|number| number.parse().ok()).unwrap_or(0);
    Tally {
        passed: count("# pass "),
        failed: count("# fail ") + count("# cancelled "),
        ignored: count("# skipped ") + count("# todo "),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a suite took is told to a person; nothing depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u32, failed: u32, ignored: u32) -> Tally {
        Tally { passed, failed, ignored }
    }

    #[test]
    fn libtest_lines() {
        let check = |line: &str, expected| assert_eq!(libtest(line), expected, "{line}");
        check(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            tally(12, 0, 1),
        );
        check("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured", tally(2, 3, 0));
        check("test tests::says_test_result ... ok", Tally::default());
        check("running 3 tests", Tally::default());
    }

    #[test]
    fn unittest_lines() {
        let check = |line: &str, expected| assert_eq!(unittest(line), expected, "{line}");
        check("test_a (test_x.A.test_a) ... ok", tally(1, 0, 0));
        check("ok", tally(1, 0, 0));
        check("test_a (test_x.A.test_a) ... FAIL", tally(0, 1, 0));
        check("test_a (test_x.A.test_a) ... ERROR", tally(0, 1, 0));
        check("test_a (test_x.A.test_a) ... skipped 'no tape'", tally(0, 0, 1));
        check("FAIL: test_a (test_x.A.test_a)", Tally::default());
        check("Ran 8 tests in 2.1s", Tally::default());
        check("OK", Tally::default());
    }

    #[test]
    fn tap_lines() {
        let check = |line: &str, expected| assert_eq!(tap(line), expected, "{line}");
        check("# pass 6", tally(6, 0, 0));
        check("# fail 2", tally(0, 2, 0));
        check("# cancelled 1", tally(0, 1, 0));
        check("# skipped 3", tally(0, 0, 3));
        check("ok 1 - what everybody may ask", Tally::default());
        check("# Subtest: # pass 6", Tally::default());
        check("# tests 6", Tally::default());
    }

    #[test]
    fn campaign_lines() {
        let check = |line: &str, expected| assert_eq!(campaign(line), expected, "{line}");
        check("298 passed, 2 failed", tally(298, 2, 0));
        check("20 of 300 seeds, 2 failed", Tally::default());
        check("all passed, none failed", Tally::default());
    }

    #[test]
    fn silence_is_failure() {
        assert_eq!(judge(tally(3, 0, 1), true), tally(3, 0, 1));
        assert_eq!(judge(tally(3, 0, 0), false), tally(3, 1, 0), "it crashed after three");
        assert_eq!(judge(tally(3, 2, 0), false), tally(3, 2, 0));
        assert_eq!(judge(tally(0, 0, 4), true), tally(0, 1, 4), "nothing ran");
    }
}
