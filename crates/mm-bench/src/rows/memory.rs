//! Memory: what an order that is over costs, that it stays bounded, and what the program has in RAM. Runs first,
//! so that what other rows freed does not hide what this one takes.

use std::time::Duration;

use mm_sim::{SimConfig, Simulator};

use super::Size;
use crate::{
    bot::{Bot, memory},
    harness::{Goal, Report, Row, quoted},
    lives::Lives,
};

/// The Python original keeps this much of each finished order, and never frees it (measured once).
const ORIGINAL_BYTES: f64 = 1_781.0;

/// Goal 18.
pub fn rows(size: Size) -> Report {
    let mut report = kept(size);
    if size == Size::Smoke {
        return report; // The binary beside a test may be an old one.
    }
    match idle() {
        Ok(more) => report.rows.extend(more),
        Err(why) => report.notes.push(format!("memory of the idle program: skipped: {why}")),
    }
    report
}

/// Orders that are over, in a table that remembers `kept` of them.
fn kept(size: Size) -> Report {
    let (kept, more) = (size.ops(300_000), size.ops(4_000_000));
    let Some((before, _)) = memory("self") else {
        return Report::skipped("this system has no /proc");
    };
    let resident = || memory("self").map_or(before, |(now, _)| now).saturating_sub(before);
    let mut lives = Lives::new(kept as usize);
    lives.run(kept);
    let first = resident();
    // The tables of hashes double once more while they are being filled over and over.
    lives.run(19 * kept);
    let full = resident();
    lives.run(more);
    let after = resident();
    let row = |what: String, unit, value: f64, reference, goal| Row {
        number: "18",
        what,
        unit,
        ours: quoted(value),
        reference,
        goal,
    };
    let each = |bytes: u64| bytes as f64 / kept as f64;
    let original = || Some(("original, quoted".to_owned(), quoted(ORIGINAL_BYTES)));
    Report::from(vec![
        row(
            format!("kept of each of the first {kept} orders that are over"),
            "bytes",
            each(first),
            original(),
            Goal::AtMost(150.0),
        ),
        row(
            "the same once the limit was passed twenty times".to_owned(),
            "bytes",
            each(full),
            original(),
            Goal::AtMost(150.0),
        ),
        row(
            format!("growth over {more} more orders"),
            "MiB",
            mib(after.saturating_sub(full)),
            None,
            Goal::AtMost(1.0),
        ),
    ])
}

/// The program on one venue, on the other, on both.
fn idle() -> Result<Vec<Row>, String> {
    let (backpack, lighter) = (["backpack", "SOL_USDC_PERP"], ["lighter", "ETH"]);
    let mut rows = connected("mm-bot in RAM, connected and idle", &[backpack], Goal::AtMost(15.0))?;
    rows.extend(connected("Lighter: mm-bot in RAM, connected and idle", &[lighter], Goal::AtMost(15.0))?);
    rows.extend(connected(
        "both venues: mm-bot in RAM, connected and idle",
        &[backpack, lighter],
        Goal::Shown,
    )?);
    Ok(rows)
}

/// The program, connected to a simulator in this process, its orders at rest.
fn connected(what: &str, markets: &[[&str; 2]], goal: Goal) -> Result<Vec<Row>, String> {
    let simulator = Simulator::start(SimConfig::default()).map_err(|error| error.to_string())?;
    let bot = Bot::new(simulator.endpoints(), markets)?;
    let config = bot.config().display().to_string();
    let running = bot.spawn(&["run", "--config", &config]).map_err(|error| error.to_string())?;
    std::thread::sleep(Duration::from_secs(3));
    let (now, most) = running.memory().ok_or("the program has ended, or this system has no /proc")?;
    let row = |what: &str, bytes, goal| Row {
        number: "18",
        what: what.to_owned(),
        unit: "MiB",
        ours: quoted(mib(bytes)),
        reference: Some(("original, quoted".to_owned(), quoted(38.0))),
        goal,
    };
    Ok(vec![row(what, now, goal), row("the most it had", most, Goal::Shown)])
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
