//! No secret leaves the program: every command at the most talkative level, and whatever it writes anywhere (streams, logs,
//! journals, reports, messages of its end) searched for every secret that it was given, in every form.

#![cfg(unix)]

#[path = "support/leaks.rs"]
mod leaks;
mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use leaks::Leaks;
use serde_json::Value;
use support::{Served, command, file, signal, spawn, state};
use tempfile::TempDir;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Runs the program with all that makes programs talk.
fn talk(state: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(state);
    command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace").args(args);
    command.envs(variables.iter().copied()).output().expect("the program runs")
}

/// What was written, and where.
#[derive(Default)]
struct Written(Vec<(String, Vec<u8>)>);

impl Written {
    fn keep(&mut self, what: &str, output: Output) {
        self.0.push((format!("stdout of {what}"), output.stdout));
        self.0.push((format!("stderr of {what}"), output.stderr));
    }

    /// Every file of a folder but those that are there to hold secrets.
    fn keep_files(&mut self, folder: &Path, but: &[PathBuf]) {
        for path in files(folder).into_iter().filter(|path| !but.contains(path)) {
            self.0.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }

    fn assert_silent(&self, leaks: &Leaks) {
        for (what, bytes) in &self.0 {
            assert_eq!(leaks.find(bytes), None, "{what}");
        }
        // The test of the test: a leak would have been found, wherever it stands in the longest of them.
        let (_, longest) = self.0.iter().max_by_key(|(_, bytes)| bytes.len()).expect("something was written");
        for (form, secret) in leaks.all() {
            let planted = [longest, secret, b"\n"].concat();
            let found = leaks.find(&planted[longest.len().saturating_sub(1_000)..]);
            assert!(found.is_some(), "{form} is not found");
        }
    }
}

/// Every secret of a world.
fn secrets(world: &Served) -> Leaks {
    let accounts =
        |venue: &str| world.endpoints["venues"][venue]["accounts"].as_array().expect("accounts").clone();
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut leaks = Leaks::default();
    for account in accounts("backpack") {
        leaks.base64("Backpack's secret", &word(&account["api_secret"]));
    }
    for account in accounts("lighter") {
        leaks.hex("Lighter's key", &word(&account["api_key_private_key"]));
        // The head of a token that opens the account: whoever has one may read it.
        leaks
            .word("Lighter's token", &format!(":{}:{}:", account["account_index"], account["api_key_index"]));
    }
    for account in accounts("grvt") {
        leaks.base64("GRVT's API key", &word(&account["api_key"]));
        leaks.hex("GRVT's key", &word(&account["private_key"]));
    }
    // The name of the cookie that opens GRVT's account, with whatever follows it.
    leaks.word("GRVT's cookie", "gravity=");
    leaks.text("the control token", &word(&world.endpoints["control"]["token"]));
    leaks
}

/// A run against the simulator, whose keys are read from its endpoints file.
#[test]
fn fault_75_no_secret_is_written_anywhere() {
    let dir = state();
    let world = Served::start_with(&dir, 11, &["--log-level", "trace"]);
    let leaks = secrets(&world);
    let own = dir.path().join("own");
    let config = |keys: &str| {
        format!(
            "simulator: {{ endpoints_file: '{}' }}\nconnectors:\n  backpack: {{ call_timeout_secs: 1 }}\n  \
             lighter: {{ call_timeout_secs: 1 }}\n  grvt: {{ call_timeout_secs: 1 }}\nstrategy:\n  smoke_test:\n    tracking_interval_secs: 0.5\n    \
             connectors:\n      backpack: {{ symbol: SOL_USDC_PERP{keys} }}\n      lighter: {{ symbol: ETH{keys} }}\n      \
             grvt: {{ symbol: BTC_USDT_Perp{keys} }}\n",
            world.path.display()
        )
    };
    let good = file(&dir, "good.yaml", &config(""));
    let far = file(&dir, "far.yaml", &config(", price_offset_ticks: 500, tracking_timeout_secs: 60"));
    let bad = file(&dir, "bad.yaml", &config(", wibble: 1"));
    let mut written = Written::default();
    for format in ["text", "json"] {
        let log = ["--log-level", "trace", "--log-format", format];
        for args in [
            &["smoke-test", "--config", &good][..],
            &["--json", "smoke-test", "--config", &good],
            &["run", "--config", &good],
            &["check", &good],
            &["check", &bad],
            &["list"],
        ] {
            written.keep(&args.join(" "), talk(&own, &[&log, args].concat(), &[]));
        }
    }
    // Stopped in the middle, and with venues that answer with rubbish.
    world.tell(
        "/faults",
        r#"[{"where": "reply", "do": "corrupt", "probability": 0.3, "from_ns": 500000000},
            {"where": "frame", "do": "corrupt", "probability": 0.1, "from_ns": 500000000}]"#,
    );
    let child = spawn(&own, &["--log-level", "trace", "smoke-test", "--config", &far]);
    std::thread::sleep(Duration::from_millis(1500));
    signal(&child, "INT");
    written.keep("stopped in the middle", child.wait_with_output().expect("it ends"));
    // Venues that refuse every login and signature, with words of their own.
    world.tell(
        "/faults",
        r#"[{"where": "reply", "do": "status", "code": 401, "body": "<html>who are you?</html>"}]"#,
    );
    written.keep("refused", talk(&own, &["--log-level", "trace", "smoke-test", "--config", &good], &[]));
    let path = world.path.clone();
    assert_eq!(world.terminate(), Some(0));
    written.keep_files(dir.path(), &[path]);
    // A smoke test's console says warnings only unless it is told otherwise.
    let is_heard = |(what, bytes): &(String, Vec<u8>)| {
        what == &format!("stderr of smoke-test --config {good}")
            && bytes.windows(4).any(|word| word == b"INFO")
    };
    assert!(written.0.iter().any(is_heard), "the level was not heard");
    written.assert_silent(&leaks);
}

const PASSPHRASE: &str = "canary correct horse battery staple";

/// Writes a file that only its owner can read.
fn private(dir: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(file(dir, name, content));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("ours");
    path
}

/// 32 bytes in base64 that no simulator makes, and 40 in hex.
const SECRET: &str = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ=";
const HEX: &str = "5ca1ab1e0ddba11c0ffee0ddf00dcafe5ca1ab1e0ddba11c0ffee0ddf00dcafe0102030405060708";

/// Key files of live accounts, good and bad.
struct KeyFiles {
    good: PathBuf,
    open: PathBuf,
    link: PathBuf,
    extra: PathBuf,
    owners: PathBuf,
    lighter: PathBuf,
    passphrase: PathBuf,
    wrong: PathBuf,
    /// Where the good one is encrypted to.
    sealed: PathBuf,
}

impl KeyFiles {
    fn write(dir: &TempDir) -> Self {
        let text = format!("api_key: {SECRET}\napi_secret: {SECRET}\n");
        let good = private(dir, "good.keys", &text);
        let open = private(dir, "open.keys", &text);
        fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("ours");
        let link = dir.path().join("link.keys");
        std::os::unix::fs::symlink(&good, &link).expect("linked");
        let lighter = format!("account_index: x{HEX}\napi_key_index: 4\napi_key_private_key: {HEX}zz\n");
        Self {
            extra: private(dir, "extra.keys", &format!("{text}wibble: {SECRET}\n")),
            owners: private(dir, "owners.keys", &format!("{text}eth_private_key: 0x{HEX}\n")),
            lighter: private(dir, "lighter.keys", &lighter),
            passphrase: private(dir, "passphrase", &format!("{PASSPHRASE}\n")),
            wrong: private(dir, "wrong-passphrase", "another one, as long\n"),
            sealed: dir.path().join("good.keys.sealed"),
            good,
            open,
            link,
        }
    }

    /// Those that are there to hold secrets. (What is encrypted is not: it may lie about.)
    fn holders(&self) -> Vec<PathBuf> {
        let Self { good, open, link, extra, owners, lighter, passphrase, .. } = self;
        [good, open, link, extra, owners, lighter, passphrase].map(Clone::clone).to_vec()
    }
}

fn name(path: &Path) -> String {
    path.to_str().expect("a plain path").to_owned()
}

/// Runs the program with its passphrase in a file; it must end with this code and say this.
fn expect(
    written: &mut Written,
    own: &Path,
    (args, passphrase): (&[&str], &Path),
    (code, said): (i32, &str),
) {
    let variables = [("MM_BOT_PASSPHRASE_FILE", passphrase.to_str().expect("a plain path"))];
    let output = talk(own, &[&["--log-level", "trace"], args].concat(), &variables);
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
    assert!(told.contains(said), "{args:?}: {told}");
    written.keep(&args.join(" "), output);
}

/// Nothing connects anywhere: `--live` is never given.
#[test]
fn fault_75_76_77_key_files_are_checked_and_never_shown() {
    let dir = state();
    let own = dir.path().join("own");
    let mut leaks = Leaks::default();
    leaks.base64("Backpack's secret", SECRET);
    leaks.hex("Lighter's key", HEX);
    leaks.text("the passphrase", PASSPHRASE);
    let files = KeyFiles::write(&dir);
    let mut written = Written::default();
    check_and_encrypt(&mut written, &own, &files);
    assert_eq!(fs::metadata(&files.sealed).expect("written").permissions().mode() & 0o777, 0o600);
    trade_for_real(&mut written, &dir, &files);
    written.keep_files(dir.path(), &files.holders());
    assert!(written.0.iter().any(|(what, _)| what == &name(&files.sealed)));
    written.assert_silent(&leaks);
}

fn check_and_encrypt(written: &mut Written, own: &Path, files: &KeyFiles) {
    let KeyFiles { good, open, link, extra, passphrase, wrong, sealed, .. } = files;
    for (what, file, passphrase, end) in [
        ("check", good, passphrase, (0, "in the clear; keys of backpack")),
        ("check", open, passphrase, (2, "run: chmod 600")),
        ("check", link, passphrase, (2, "symbolic link")),
        ("check", extra, passphrase, (2, "no venue's keys")),
        ("encrypt", open, passphrase, (2, "run: chmod 600")),
        ("encrypt", good, open, (2, "run: chmod 600")),
        ("encrypt", good, passphrase, (0, "is encrypted in")),
        ("encrypt", good, passphrase, (2, "cannot write")),
        ("encrypt", sealed, passphrase, (2, "encrypted already")),
        ("check", sealed, passphrase, (0, "the passphrase opens it; keys of backpack")),
        ("check", sealed, wrong, (2, "the passphrase is wrong, or the file was changed")),
    ] {
        expect(written, own, (&["keys", what, &name(file)], passphrase), end);
    }
}

/// The same files, named by a configuration that trades for real.
fn trade_for_real(written: &mut Written, dir: &TempDir, files: &KeyFiles) {
    let KeyFiles { good, open, link, extra, owners, lighter, passphrase, wrong, sealed } = files;
    let own = dir.path().join("own");
    for (venue, symbol, path, passphrase, end) in [
        ("backpack", "SOL_USDC_PERP", good, passphrase, (0, "valid")),
        ("backpack", "SOL_USDC_PERP", sealed, passphrase, (0, "valid")),
        ("backpack", "SOL_USDC_PERP", sealed, wrong, (2, "the passphrase is wrong")),
        ("backpack", "SOL_USDC_PERP", open, passphrase, (2, "chmod 600")),
        ("backpack", "SOL_USDC_PERP", link, passphrase, (2, "symbolic link")),
        ("backpack", "SOL_USDC_PERP", extra, passphrase, (2, "write two lines")),
        ("backpack", "SOL_USDC_PERP", owners, passphrase, (2, "can withdraw")),
        ("lighter", "ETH", lighter, passphrase, (0, "valid")),
    ] {
        let text = format!(
            "connectors:\n  {venue}: {{ environment: live, keys_file: '{}' }}\nstrategy:\n  smoke_test:\n    connectors:\n      \
             {venue}: {{ symbol: {symbol}, size: 0.1 }}\n",
            path.display()
        );
        let config = file(dir, "live.yaml", &text);
        expect(written, &own, (&["check", &config], passphrase), end);
        expect(written, &own, (&["run", "--config", &config], passphrase), (2, "--live"));
        expect(written, &own, (&["smoke-test", "--config", &config], passphrase), (2, "--live"));
    }
}
