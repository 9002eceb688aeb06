//! No secret leaves the program: every command at the most talkative level, whatever it writes anywhere searched for
//! the account's secret and the control token in the forms that a careless line would give them.

#![cfg(unix)]

mod support;

use std::{fmt::Write as _, fs, path::Path};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use support::{Served, file, mm_bot, signal, spawn, state};

/// The forms of a secret that is written in base64.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    forms_of(&STANDARD.decode(secret).expect("base64"), secret)
}

/// The forms of a secret that is written in hex.
fn hex_forms(secret: &str) -> Vec<Vec<u8>> {
    let digits = secret.trim_start_matches("0x");
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex");
    let raw: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    forms_of(&raw, digits)
}

fn forms_of(raw: &[u8], secret: &str) -> Vec<Vec<u8>> {
    let hex = raw.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes all");
        hex
    });
    let decimals = raw.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let texts = [
        secret.trim_end_matches('=').to_owned(),
        STANDARD.encode(raw).trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(raw),
        hex.to_uppercase(),
        hex,
        decimals,
        // The second half alone: the first is the mark of a simulated key.
        secret[secret.len() / 2 + 2..secret.len() - 4].to_owned(),
    ];
    texts.into_iter().map(String::into_bytes).chain([raw.to_vec()]).collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Every secret of a world, in all of its forms.
fn secrets(world: &Served) -> Vec<Vec<u8>> {
    let accounts =
        |venue: &str| world.endpoints["venues"][venue]["accounts"].as_array().expect("accounts").clone();
    let word = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let mut secrets: Vec<Vec<u8>> =
        accounts("backpack").iter().flat_map(|account| forms(&word(&account["api_secret"]))).collect();
    secrets.extend(
        accounts("lighter").iter().flat_map(|account| hex_forms(&word(&account["api_key_private_key"]))),
    );
    // The head of a token that opens Lighter's account: whoever has one may read it.
    secrets.extend(
        accounts("lighter").iter().map(|account| {
            format!(":{}:{}:", account["account_index"], account["api_key_index"]).into_bytes()
        }),
    );
    for account in accounts("grvt") {
        secrets.extend(forms(&word(&account["api_key"])));
        secrets.extend(hex_forms(&word(&account["private_key"])));
    }
    // The name of the cookie that opens GRVT's account, with whatever follows it.
    secrets.push(b"gravity=".to_vec());
    secrets.push(word(&world.endpoints["control"]["token"]).into_bytes());
    secrets
}

#[test]
fn no_secret_is_written_anywhere() {
    let dir = state();
    let world = Served::start_with(&dir, 11, &["--log-level", "trace"]);
    let secrets = secrets(&world);
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
    let mut written: Vec<(String, Vec<u8>)> = Vec::new();
    let mut keep = |what: &str, output: std::process::Output| {
        written.push((format!("stdout of {what}"), output.stdout));
        written.push((format!("stderr of {what}"), output.stderr));
    };
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
            keep(&args.join(" "), mm_bot(&own, &[&log, args].concat()));
        }
    }
    // Stopped in the middle, and with a venue that answers with rubbish.
    world.tell(
        "/faults",
        r#"[{"where": "reply", "do": "corrupt", "probability": 0.3, "from_ns": 500000000}]"#,
    );
    let child = spawn(&own, &["--log-level", "trace", "smoke-test", "--config", &far]);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    signal(&child, "INT");
    keep("stopped in the middle", child.wait_with_output().expect("it ends"));
    let path = world.path.clone();
    assert_eq!(world.terminate(), Some(0));
    for file in files(dir.path()).into_iter().filter(|file| *file != path) {
        written.push((file.display().to_string(), fs::read(&file).expect("a file")));
    }
    // A smoke test's console says warnings only unless it is told otherwise.
    let is_heard = |(what, bytes): &(String, Vec<u8>)| {
        what == &format!("stderr of smoke-test --config {good}")
            && bytes.windows(4).any(|word| word == b"INFO")
    };
    assert!(written.iter().any(is_heard), "the level was not heard");
    for (what, bytes) in &written {
        for (n, secret) in secrets.iter().enumerate() {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_slice());
            assert!(!found, "{what} holds a secret in form {n}");
        }
    }
}
