//! One bot process: its configuration, what it says, its end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::support::{command, now};

/// Venues with the markets that are loaded there.
pub(crate) const VENUES: [(&str, &[&str]); 3] = [
    ("backpack", &["SOL_USDC_PERP"]),
    ("lighter", &["ETH", "BTC"]),
    ("grvt", &["BTC_USDT_Perp", "ETH_USDT_Perp"]),
];

/// How long a start may take. An order that was lost on its way must first be proven absent.
const READY_WITHIN: Duration = Duration::from_secs(90);
const STEP: Duration = Duration::from_millis(5);

/// What is done about what was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Resume,
    Flatten,
}

impl Policy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Flatten => "flatten",
        }
    }
}

/// What a bot does once it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Trades.
    Load { seed: u64 },
    /// Nothing.
    LookOn,
}

/// Where a bot lives.
pub(crate) struct Place<'a> {
    pub(crate) state: &'a Path,
    pub(crate) endpoints: &'a Path,
}

/// A bot that runs.
pub(crate) struct Bot {
    child: Child,
    log: PathBuf,
}

impl Bot {
    pub(crate) fn start(place: &Place<'_>, name: &str, policy: Policy, then: Then) -> Self {
        let config = place.state.join(format!("{name}.yaml"));
        fs::write(&config, configuration(place.endpoints, policy, then)).expect("a file");
        let log = place.state.join(format!("{name}.log"));
        let out = fs::File::create(&log).expect("a file");
        let child = command(place.state)
            .args(["--log-format", "json", "--log-level", "info,mm_strategy=debug"])
            .args(["run", "--config"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(out)
            .spawn();
        Self { child: child.expect("the program runs"), log }
    }

    /// Waits until all connectors are ready; what the bot believes it holds, by venue. `Err`: it ended before.
    pub(crate) fn ready(&mut self) -> Result<Vec<(String, Value)>, String> {
        let until = now() + READY_WITHIN;
        loop {
            let ended = self.child.try_wait().expect("it is ours");
            let said: Vec<_> = lines(&self.log).iter().filter_map(holds).collect();
            if said.len() == VENUES.len() {
                return Ok(said);
            }
            if let Some(status) = ended {
                return Err(format!("it ended ({status}):\n{}", tail(&self.log)));
            }
            if until < now() {
                return Err(format!("it was not ready in {READY_WITHIN:?}:\n{}", tail(&self.log)));
            }
            std::thread::sleep(STEP);
        }
    }

    /// SIGKILL: no code of ours runs after it. Returns the tracking limit orders that it told of.
    pub(crate) fn kill(mut self) -> Vec<Intent> {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
        let mut intents: Vec<Intent> = Vec::new();
        for intent in lines(&self.log).iter().filter_map(intent) {
            // Each line tells all its orders so far.
            intents.retain(|before| before.orders.first() != intent.orders.first());
            intents.push(intent);
        }
        intents
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A tracking limit order, as the load told of it.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) venue: String,
    pub(crate) target: String,
    pub(crate) orders: Vec<u64>,
}

/// The windows are short, so that what never arrived is soon proven absent.
fn configuration(endpoints: &Path, policy: Policy, then: Then) -> String {
    let (seed, begin_after) = match then {
        Then::Load { seed } => (seed, 0),
        Then::LookOn => (0, 24 * 3_600),
    };
    let (endpoints, policy) = (endpoints.display(), policy.as_str());
    let connectors = VENUES.map(|(venue, _)| {
        // Lighter tells its time in whole seconds, which a quarter of the window must bear, and a lookup there costs much
        // of what may be asked in a minute.
        let own = if venue == "lighter" { "window_ms: 4000, tier: plus" } else { "window_ms: 2000" };
        // A crowd that stands still changes no book: old is not stale then, and what is left can be closed.
        format!("  {venue}: {{ {own}, stale_after_secs: 600, recovery: {policy} }}\n")
    });
    let connectors = connectors.concat();
    let loads =
        VENUES.map(|(venue, symbols)| format!("      {venue}: {{ symbols: [{}] }}\n", symbols.join(", ")));
    format!(
        "general: {{ start_timeout_secs: 60 }}\n\
         simulator: {{ endpoints_file: '{endpoints}' }}\n\
         connectors:\n{connectors}\
         strategy:\n  load_test:\n    seed: {seed}\n    begin_after_secs: {begin_after}\n    keep_orders: true\n    \
         actions_per_sec: 10\n    connectors:\n{}",
        loads.concat()
    )
}

/// Lines that are whole: a kill may have torn the last one.
fn lines(log: &Path) -> Vec<Value> {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn holds(line: &Value) -> Option<(String, Value)> {
    let fields = line.get("fields").filter(|fields| fields["message"] == "ready")?;
    let holds = serde_json::from_str(fields["holds"].as_str()?).ok()?;
    Some((fields["venue"].as_str()?.to_owned(), holds))
}

fn intent(line: &Value) -> Option<Intent> {
    let fields = line.get("fields").filter(|fields| fields["message"] == "intent")?;
    let numbers = fields["orders"].as_str()?;
    let orders = numbers
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().expect("digits"))
        .collect();
    let text = |key: &str| fields[key].as_str().map(str::to_owned);
    Some(Intent { venue: text("venue")?, target: text("target")?, orders })
}

/// The end of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
