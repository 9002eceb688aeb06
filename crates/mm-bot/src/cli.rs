//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::simulate::Seeds;

/// Market-making bot with its own simulated venues.
///
/// Exit codes: 0 all went well · 1 the strategy or a check failed · 2 usage or configuration · 3 a connector or the
/// simulator could not start · 4 stopped, but something may be left open · 5 the kill switch was
/// pulled · 7 the watchdog had to step in · 130 interrupted twice.
#[derive(Debug, Parser)]
#[command(name = "mm-bot", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Folder that outlives the process: client ids, locks, logs (default: the platform's own).
    #[arg(long, global = true, env = "MM_BOT_STATE_DIR", value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Levels by module, such as `debug` or `warn,mm_session=trace`.
    #[arg(long, global = true, env = "MM_BOT_LOG", value_name = "LEVELS")]
    pub(crate) log_level: Option<String>,
    /// The log file; a new one each day, the day added to its name.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
    /// How the log is written.
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// Prints the result as JSON on standard output; everything else goes to standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No colours, also on a terminal (NO_COLOR does the same).
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a strategy.
    Run(Run),
    /// Lists strategies and connectors with their parameters and defaults.
    List,
    /// Validates a configuration without connecting.
    Check {
        /// The configuration.
        file: PathBuf,
    },
    /// Takes each connector through a round trip with everything checked.
    SmokeTest(SmokeTest),
    /// Serves the simulated venues for any client, until SIGINT or SIGTERM.
    Venue(Venue),
    /// Pulls the kill switch: every bot of the state directory takes its orders off and ends, and none starts again until
    /// `resume`. SIGUSR1, a file named `kill` in the state directory and POST /kill do the same.
    Kill(Kill),
    /// Allows trading again after a kill, and opens the risk gate of running bots.
    Resume(Resume),
    /// Shows the bots of the state directory: mode, venues, open orders, positions, each with its age.
    Status {
        /// As for `kill`.
        #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Lets nothing new pass in running bots but what reduces a position.
    Reduce(Kill),
    /// Cancels every order that the running bots have open now.
    CancelAll {
        /// As for `kill`.
        #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Watches a bot's heartbeat from a process of its own, and cancels every order of its accounts when that stops. Never
    /// trades.
    Watchdog(Watchdog),
    /// Shows, verifies and exports the journals. It only reads: a bot may be running.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Encrypts key files by a passphrase, and checks them.
    Keys(Keys),
    /// Runs the whole bot and its venues in this process under virtual time, with faults and kills from a seed, and checks
    /// that nothing is lost. The same seed gives the same run.
    Simulate(Simulate),
}

/// `journal`.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// What happened, one line an event.
    Show {
        #[command(flatten)]
        filter: JournalFilter,
        /// Only the orders that are not settled, as they stand at the end.
        #[arg(long)]
        open: bool,
    },
    /// Checks every record. Exit code 1 when something is missing or damaged.
    Verify {
        /// Journal files, or folders of them (default: every account of the state directory).
        paths: Vec<PathBuf>,
    },
    /// What happened, for programs: amounts are texts, exact.
    Export {
        #[command(flatten)]
        filter: JournalFilter,
        /// How it is written.
        #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
        format: ExportFormat,
    },
}

/// What of a journal is wanted.
#[derive(Args, Debug)]
pub(crate) struct JournalFilter {
    /// Journal files, or folders of them (default: every account of the state directory).
    pub(crate) paths: Vec<PathBuf>,
    /// Only this order, by our id.
    #[arg(long, value_name = "ID")]
    pub(crate) order: Option<u64>,
    /// Only what was written from then on, such as 2026-11-23T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
}

/// How events are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a line of titles.
    Csv,
}

/// `run`.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The configuration.
    #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Runs this strategy instead of the one that the file names.
    #[arg(long, value_name = "NAME")]
    pub(crate) strategy: Option<String>,
    /// Allows connectors of environment `live` to trade with real money.
    #[arg(long)]
    pub(crate) live: bool,
}

/// `keys`.
#[derive(Args, Debug)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

/// What to do with a key file. The passphrase is asked for on the terminal, or read from where MM_BOT_PASSPHRASE_FILE or
/// MM_BOT_PASSPHRASE_FD points.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Writes FILE encrypted beside it, for keys_file to name. The one in the clear stays: destroy it yourself.
    Encrypt {
        /// The key file.
        file: PathBuf,
        /// Where to (default: FILE.sealed).
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Says whether the bot could use FILE: its owner and mode, its passphrase, its lines. Shows nothing of what it holds.
    Check {
        /// The key file, encrypted or not.
        file: PathBuf,
    },
}

/// `kill`.
#[derive(Args, Debug)]
pub(crate) struct Kill {
    /// Why, for whoever wants to trade again.
    #[arg(long, value_name = "TEXT", default_value = "no reason was given")]
    pub(crate) reason: String,
    /// Takes the state directory from this configuration (general.state_dir) unless --state-dir names one.
    #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `watchdog`.
#[derive(Args, Debug)]
pub(crate) struct Watchdog {
    /// The bot's configuration, with a section `watchdog`.
    #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The bot's heartbeat: `heartbeat` in its state directory, unless control.heartbeat_file says otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) heartbeat: PathBuf,
    /// Allows it to cancel orders of real accounts.
    #[arg(long)]
    pub(crate) live: bool,
}

/// `resume`.
#[derive(Args, Debug)]
pub(crate) struct Resume {
    /// Does not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    /// As for `kill`.
    #[arg(long, env = "MM_BOT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `smoke-test`.
#[derive(Args, Debug)]
pub(crate) struct SmokeTest {
    /// The configuration (default: a built-in one against the simulator).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Tests these connectors of the configuration only.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) venues: Vec<String>,
    /// Seed of the simulated world (the configuration's simulator.seed).
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
    /// Allows connectors of environment `live` to trade with real money.
    #[arg(long)]
    pub(crate) live: bool,
}

/// `venue`.
#[derive(Args, Debug)]
pub(crate) struct Venue {
    /// Which venues stand (default: all).
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) venues: Vec<String>,
    /// Decides every random choice: keys, crowd, latency.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Written once every listener is up: where the venues are, and the accounts.
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoints_file: Option<PathBuf>,
    /// The control surface takes this port and the venues the next ones (default: free ports).
    #[arg(long, value_name = "PORT")]
    pub(crate) port_base: Option<u16>,
    /// Recorded traffic to play into a market; several may be given, each with its --tape-market.
    #[arg(long, value_name = "FILE")]
    pub(crate) tape: Vec<PathBuf>,
    /// Which market a tape plays into.
    #[arg(long, value_name = "VENUE:SYMBOL")]
    pub(crate) tape_market: Vec<String>,
    /// What the crowd does: trades, stands still, or trades but never fills a resting order of a client.
    #[arg(long, value_enum, default_value_t = Crowd::Trading)]
    pub(crate) crowd: Crowd,
    /// JSON file of faults from the start, as POST /faults takes them.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Keeps no rate limits.
    #[arg(long)]
    pub(crate) no_rate_limits: bool,
    /// One-way travel time, each way, drawn evenly between half and all of it.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub(crate) latency_ms: u64,
    /// What kind of account everybody has at Lighter: fees, delays and limits go with it.
    #[arg(long, value_enum, default_value_t = LighterTier::Premium)]
    pub(crate) lighter_tier: LighterTier,
    /// The chain that Lighter's transactions are signed for: SDKs of 0.1 take 300 for hosts that they do not know.
    #[arg(long, default_value_t = mm_sim::config::LIGHTER_CHAIN_ID, value_name = "ID")]
    pub(crate) lighter_chain_id: u32,
    /// GRVT matches an order that may take at once, instead of 25 ms later as the venue does.
    #[arg(long)]
    pub(crate) grvt_no_speed_bump: bool,
    /// Remembers every order that was ever admitted and tells them by GET /admitted: for tests, since it grows.
    #[arg(long)]
    pub(crate) keep_orders: bool,
}

/// `simulate`.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// The seed (default: 1).
    #[arg(long, conflicts_with = "seeds", value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Seeds one after another, both ends included.
    #[arg(long, value_name = "A..B")]
    pub(crate) seeds: Option<Seeds>,
    /// How long the bot trades while there are faults, in virtual time; a minute without them follows.
    #[arg(long, default_value_t = 1.0, value_name = "M")]
    pub(crate) minutes: f64,
    /// How much goes wrong; a name that there is not lists them.
    #[arg(long, default_value = "default", value_name = "PROFILE")]
    pub(crate) faults: String,
    /// Which venues stand (default: the seed says so).
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) venues: Vec<String>,
    /// What trades.
    #[arg(long, default_value = mm_lab::Load::DEFAULT.as_str(), value_name = "NAME")]
    pub(crate) strategy: String,
    /// Writes the event log of the seed to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Runs so many seeds at a time (default: as many as there are cores).
    #[arg(long, value_name = "J")]
    pub(crate) jobs: Option<usize>,
    /// Writes every finished seed to this file, and leaves out those that it holds.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
}

/// Lighter's account tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LighterTier {
    /// No fees, delays of 200 and 300 ms, 60 requests a minute.
    Standard,
    /// Fees, hardly any delays.
    Premium,
    /// As premium, with more requests.
    Plus,
}

impl From<LighterTier> for mm_sim::config::LighterTier {
    fn from(tier: LighterTier) -> Self {
        match tier {
            LighterTier::Standard => Self::Standard,
            LighterTier::Premium => Self::Premium,
            LighterTier::Plus => Self::Plus,
        }
    }
}

/// What the crowd of a simulated market does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Crowd {
    /// It quotes and trades.
    Trading,
    /// It stands still: its orders stay, nothing new comes.
    Paused,
    /// It trades, but never with a client's resting order.
    NeverFill,
    /// It trades, and fills clients' resting orders in parts.
    PartFill,
}

impl Crowd {
    /// The word of the configuration.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Trading => "trading",
            Self::Paused => "paused",
            Self::NeverFill => "never_fill",
            Self::PartFill => "part_fill",
        }
    }
}
