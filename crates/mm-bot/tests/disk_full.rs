//! Fault 62 with a disk that the operating system itself refuses to write to: the program's own limit of a file's size is
//! lowered while it trades (`RLIMIT_FSIZE`; its signal ignored, a write beyond it fails with `EFBIG`). Linux alone can do that
//! to a process that runs. Real loopback, real time, a few seconds.

#![cfg(target_os = "linux")]

mod support;

use std::{
    collections::BTreeSet,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use support::{Served, command, eventually, file, mm_bot, n_open, state, text};
use tempfile::TempDir;

/// Orders that the venue shall have admitted before the disk is full.
const ENOUGH: usize = 10;
/// Bytes of a file that may be written from then on: about what the journal holds by then.
const ROOM: u32 = 4096;

fn config(dir: &TempDir, world: &Served) -> String {
    let text = format!(
        "general: {{ stop_timeout_secs: 10 }}\nsimulator: {{ endpoints_file: '{}' }}\n\
         connectors: {{ backpack: {{ stale_after_secs: 600 }} }}\nstrategy:\n  load_test:\n    seed: 3\n    \
         actions_per_sec: 20\n    connectors:\n      backpack: {{ symbols: [SOL_USDC_PERP] }}\n",
        world.path.display()
    );
    file(dir, "load.yaml", &text)
}

/// Client ids of all orders of alice's that the venue ever admitted.
fn admitted(world: &Served) -> BTreeSet<String> {
    let (status, all) = world.control("GET /admitted", "");
    assert_eq!(status, 200, "{all}");
    let rows = all["backpack"]["alice"].as_array().expect("a list");
    rows.iter().map(|row| row["client_id"].as_u64().expect("ours all have one").to_string()).collect()
}

/// Client ids of all orders that the journal intended.
fn intended(dir: &TempDir) -> BTreeSet<String> {
    let output = mm_bot(dir.path(), &["journal", "export", "--format", "jsonl"]);
    assert_readable(&output);
    let rows: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let made = rows.iter().filter(|row| row["event"] == "made");
    made.map(|row| row["order"].as_str().expect("a text").to_owned()).collect()
}

/// Whole, or whole up to the record in whose middle the system stopped writing.
fn assert_readable(output: &Output) {
    let told = text(&output.stdout) + &text(&output.stderr);
    match output.status.code() {
        Some(0) => {}
        Some(1) => assert!(told.contains("torn tail") && !told.contains("damaged"), "{told}"),
        other => panic!("{other:?}: {told}"),
    }
}

#[test]
fn fault_62_a_disk_that_is_full_stops_new_orders_and_ends_with_6() {
    let dir = state();
    let world = Served::start_with(&dir, 62, &["--keep-orders"]);
    let config = config(&dir, &world);
    let program = command(dir.path());
    // What the shell ignores, the program ignores too.
    let mut shell = Command::new("sh");
    program.get_envs().for_each(|(name, _)| _ = shell.env_remove(name));
    let mut child = shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program.get_program())
        .args(program.get_args())
        .args(["--log-file", "/dev/null", "run", "--config", &config])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    eventually("orders at the venue", || (ENOUGH <= admitted(&world).len()).then_some(()));
    let full = Command::new("prlimit")
        .args([format!("--pid={}", child.id()), format!("--fsize={ROOM}:{ROOM}")])
        .status()
        .expect("prlimit of util-linux");
    assert!(full.success(), "the limit is lowered");
    eventually("the end of the program", || child.try_wait().expect("ours"));
    let output = child.wait_with_output().expect("it has ended");
    let told = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("the journal cannot be written") && told.contains("File too large"), "{told}");
    assert_eq!(n_open(&world), 0, "cancels go without a journal: {told}");
    let (admitted, intended) = (admitted(&world), intended(&dir));
    let unwritten: Vec<_> = admitted.difference(&intended).collect();
    assert!(unwritten.is_empty(), "sent without an intent on disk: {unwritten:?}");
    assert_readable(&mm_bot(dir.path(), &["journal", "verify"]));
    // With room again it starts from what was written, cut where it is torn, and closes what is left.
    let again = file(
        &dir,
        "smoke.yaml",
        &format!(
            "simulator: {{ endpoints_file: '{}' }}\nconnectors: {{ backpack: {{ recovery: flatten, stale_after_secs: 600 }} }}\n\
             strategy:\n  smoke_test:\n    tracking_interval_secs: 0.5\n    connectors: {{ backpack: {{ symbol: SOL_USDC_PERP }} }}\n",
            world.path.display()
        ),
    );
    let output = mm_bot(dir.path(), &["smoke-test", "--config", &again]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}
