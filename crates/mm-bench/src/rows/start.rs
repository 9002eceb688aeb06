//! From nothing to ready: the program as a child process, by the wall clock, 11 times.

use mm_sim::{SimConfig, Simulator};

use super::Size;
use crate::{
    bot::Bot,
    harness::{Goal, Report, Row, in_turn, quoted, wall_ns},
    stub::{Seen, Stub},
    wires::SYMBOL,
};

/// What importing the Python original and its peer takes (measured once), in milliseconds.
const ORIGINAL_MS: f64 = 282.0;
const NAUTILUS_MS: f64 = 1_386.0;

/// Goal 19.
pub fn rows(size: Size) -> Report {
    if size == Size::Smoke {
        return Report::skipped("the binary beside a test may be an old one");
    }
    match measure() {
        Ok(report) => report,
        Err(why) => Report::skipped(why),
    }
}

fn measure() -> Result<Report, String> {
    let stub = Stub::start().map_err(|error| error.to_string())?;
    // A simulator's endpoints with the stub's address: the program takes marked keys only.
    let mut endpoints =
        Simulator::start(SimConfig::default()).map_err(|error| error.to_string())?.endpoints().clone();
    let here = endpoints.venues.backpack.as_mut().ok_or("the simulator has no Backpack")?;
    (here.rest, here.ws) = (stub.rest(), stub.ws());
    let bot = Bot::new(&endpoints, &[["backpack", SYMBOL]])?;
    let config = bot.config().display().to_string();
    let [[version], [check], [order]] = in_turn(
        11,
        [&mut || ended(&bot, &["--version"]), &mut || ended(&bot, &["check", &config]), &mut || {
            first_order(&bot, &stub, &config)
        }],
    );
    let row = |what: &str, ours, name: &str, reference, goal| Row {
        number: "19",
        what: what.to_owned(),
        unit: "ms",
        ours,
        reference: Some((name.to_owned(), reference)),
        goal,
    };
    let original = quoted(ORIGINAL_MS);
    let to_order = "process start to first order at the stub venue";
    Ok(Report::from(vec![
        row("`--version`, start to end", version, "original's import, quoted", original, Goal::Shown),
        row(
            "`check`: configuration read, start to end",
            check,
            "original's import, quoted",
            original,
            Goal::FasterBy(20.0),
        ),
        row(to_order, order, "original's import, quoted", original, Goal::FasterBy(20.0)),
        row(to_order, order, "nautilus import, quoted", quoted(NAUTILUS_MS), Goal::FasterBy(90.0)),
        row(to_order, order, "`--version`", version, Goal::AtMost(15.0)),
    ]))
}

fn ended(bot: &Bot, args: &[&str]) -> [f64; 1] {
    let start = wall_ns();
    let well = bot.spawn(args).and_then(|mut running| running.wait()).expect("the program can be started");
    let ms = ms_since(start);
    assert!(well, "mm-bot {args:?} failed");
    [ms]
}

/// Ready is not to be seen from outside; the first order is, and comes after it.
fn first_order(bot: &Bot, stub: &Stub, config: &str) -> [f64; 1] {
    let start = wall_ns();
    let running = bot.spawn(&["run", "--config", config]).expect("the program can be started");
    loop {
        match stub.next().expect("the program places an order") {
            Seen::Order(at, _) => {
                drop(running);
                // What it still said before it was gone must not be taken for the next one's.
                while stub.is_waiting() {}
                return [at.saturating_sub(start) as f64 / 1e6];
            }
            Seen::Subscribed => {}
        }
    }
}

fn ms_since(start: u64) -> f64 {
    (wall_ns() - start) as f64 / 1e6
}
