//! The keys of the sections that belong to the program itself: `general`, `simulator`, and what every connector
//! takes. A strategy's keys are in its own crate, a venue's further keys in its row of the registry.

use mm_strategy::params::{Kind, Param, Preset};

const HOUR_MS: u64 = 3_600_000;

/// The environment that is in this process, or served by another of ours.
pub(crate) const SIMULATED: &str = "simulated";
/// The venue's own, with real money.
pub(crate) const LIVE: &str = "live";

/// A key without other names.
pub(crate) const fn key(name: &'static str, kind: Kind, default: Preset, about: &'static str) -> Param {
    Param { name, aliases: &[], kind, default, about }
}

const fn secs(name: &'static str, default: &'static str, min_ms: u64, about: &'static str) -> Param {
    key(name, Kind::Seconds { min_ms, max_ms: HOUR_MS }, Preset::Is(default), about)
}

/// When a journal is flushed.
const SYNC: Kind = Kind::Word(&[("each", "each"), ("batch", "batch"), ("off", "off")]);

/// Section `general`.
pub(crate) static GENERAL: &[Param] = &[
    secs("tick_size", "1", 1, "seconds between the core's ticks"),
    key(
        "debug",
        Kind::Flag,
        Preset::Is("false"),
        "logs everything our own crates have to say, on the console too",
    ),
    key("symbol", Kind::Text, Preset::Unset, "market of every connector block that names none"),
    key("log_level", Kind::Text, Preset::Unset, "levels by module, such as info or warn,mm_session=debug"),
    key("log_file", Kind::Text, Preset::Unset, "the log file; a new one each day, the day added to its name"),
    key(
        "log_dir",
        Kind::Text,
        Preset::Unset,
        "folder of the log file (default: logs in the state directory)",
    ),
    key(
        "log_format",
        Kind::Word(&[("text", "text"), ("json", "json")]),
        Preset::Is("text"),
        "how the log is written",
    ),
    key("log_config", Kind::Text, Preset::Unset, "of the original; has no meaning here, see log_level"),
    key(
        "state_dir",
        Kind::Text,
        Preset::Unset,
        "folder that outlives the process (default: the platform's own)",
    ),
    key(
        "journal_sync",
        SYNC,
        Preset::Is("batch"),
        "when what is written in the journals is flushed: each, before a request \
         leaves; batch, within 10 ms, which a power cut may lose; off, when the system likes (kill -9 loses nothing in any)",
    ),
    secs("start_timeout_secs", "30", 100, "how long the connectors may take to become ready"),
    secs("stop_timeout_secs", "15", 100, "how long an orderly stop may take"),
];

/// Section `simulator`: the embedded one, or another process's.
pub(crate) static SIMULATOR: &[Param] = &[
    key(
        "seed",
        Kind::Integer { min: 0, max: i64::MAX },
        Preset::Is("1"),
        "decides every random choice of the simulated world",
    ),
    key(
        "endpoints_file",
        Kind::Text,
        Preset::Unset,
        "uses the world that `mm-bot venue` describes in this file instead of an embedded one",
    ),
    key("tape", Kind::Text, Preset::Unset, "recorded traffic to play into a market"),
    key("tape_market", Kind::Text, Preset::Unset, "which market the tape plays into, as VENUE:SYMBOL"),
    key(
        "crowd",
        Kind::Word(&[
            ("trading", "trading"),
            ("paused", "paused"),
            ("never_fill", "never_fill"),
            ("part_fill", "part_fill"),
        ]),
        Preset::Is("trading"),
        "what the crowd does: trades, stands still, trades but never fills a resting order of ours, or fills it in parts",
    ),
    key(
        "faults",
        Kind::Text,
        Preset::Unset,
        "JSON file of faults from the start, as POST /faults takes them",
    ),
    key("rate_limits", Kind::Flag, Preset::Is("true"), "whether the venues' limits are kept"),
    key(
        "latency_ms",
        Kind::Integer { min: 0, max: 60_000 },
        Preset::Is("0"),
        "one-way travel time, each way, drawn evenly between half and all of it",
    ),
    key(
        "lighter_tier",
        Kind::Word(&[("standard", "standard"), ("premium", "premium"), ("plus", "plus")]),
        Preset::Is("premium"),
        "what kind of account everybody has at Lighter: fees, delays and limits",
    ),
    key(
        "grvt_speed_bump",
        Kind::Flag,
        Preset::Is("true"),
        "whether GRVT holds an order that may take back for 25 ms, as the venue does",
    ),
];

/// What every connector's block takes.
pub(crate) static CONNECTOR: &[Param] = &[
    Param {
        name: "venue",
        aliases: &["type"],
        kind: Kind::Text,
        default: Preset::Unset,
        about: "which venue (default: the one that the block's name begins with)",
    },
    key(
        "environment",
        Kind::Text,
        Preset::Is(SIMULATED),
        "simulated; live with real money, or another of the venue's own, such as testnet (need --live and a key file)",
    ),
    key("account", Kind::Text, Preset::Is("alice"), "account of the simulated venue"),
    key("keys_file", Kind::Text, Preset::Unset, "file with the venue's keys that only its owner can read"),
    key("base_url", Kind::Text, Preset::Unset, "REST interface; only the venue's own is taken"),
    key("ws_url", Kind::Text, Preset::Unset, "WebSocket; only the venue's own is taken"),
    key("symbols", Kind::List, Preset::Unset, "markets to follow beside those that the strategy needs"),
    key(
        "rpm",
        Kind::Integer { min: 1, max: 1_000_000 },
        Preset::Unset,
        "of the original; the venue's own allowance is kept",
    ),
    key(
        "recovery",
        Kind::Word(&[("resume", "resume"), ("flatten", "flatten"), ("hold", "hold")]),
        Preset::Is("resume"),
        "what becomes of orders and positions that earlier runs left: resume goes on with them (orders that the strategy \
         would not keep are cancelled, positions stay), flatten takes both back, hold starts only where nothing is left",
    ),
    key("journal_sync", SYNC, Preset::Unset, "as in general, for this connector alone"),
    key(
        "on_mismatch",
        Kind::Word(&[("alarm", "alarm"), ("reduce", "reduce")]),
        Preset::Is("alarm"),
        "what is done about a position that is not what all fills come to: it is told, or lets only reducing orders pass",
    ),
    secs("stale_after_secs", "5", 100, "a book not heard of for longer is no book"),
    secs("call_timeout_secs", "5", 100, "how long to wait for a reply"),
    secs("idle_timeout_secs", "10", 1000, "how long a socket may be silent before it is opened anew"),
];
