//! Section `control` of the configuration.

use std::{path::PathBuf, time::Duration};

use mm_core::risk::Mode;
use mm_strategy::params::{Kind, Param, Preset, Values};

use crate::config::tables::key;

/// Its keys.
pub(crate) static TABLE: &[Param] = &[
    key(
        "http",
        Kind::Word(&[("on", "on"), ("off", "off")]),
        Preset::Is("on"),
        "whether the control surface listens on loopback; signals and the file `kill` work without it",
    ),
    key(
        "port",
        Kind::Integer { min: 0, max: 65_535 },
        Preset::Is("0"),
        "its port; 0: a free one, told to `mm-bot status` by a file in the state directory",
    ),
    key(
        "hang_secs",
        Kind::Seconds { min_ms: 1000, max_ms: 3_600_000 },
        Preset::Is("10"),
        "how long the strategy may go without yielding before the risk gate closes",
    ),
    key(
        "on_hang",
        Kind::Word(&[("halt", "halt"), ("reduce", "reduce")]),
        Preset::Is("halt"),
        "how far it closes then: halt takes every order off, reduce lets nothing new pass but what reduces",
    ),
    key(
        "heartbeat_file",
        Kind::Text,
        Preset::Unset,
        "what `mm-bot watchdog` watches (default: heartbeat in the state directory)",
    ),
];

/// What it says.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the control surface listens; `None`: nowhere.
    pub(super) port: Option<u16>,
    pub(super) hang_after: Duration,
    pub(super) on_hang: Mode,
    pub(super) heartbeat: Option<PathBuf>,
}

impl Settings {
    /// From the section, its defaults filled in.
    pub(crate) fn of(values: &Values) -> Self {
        let port = values.integer("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(0);
        Self {
            port: (values.text("http") != Some("off")).then_some(port),
            hang_after: values.duration("hang_secs").unwrap_or(Duration::from_secs(10)),
            on_hang: if values.text("on_hang") == Some("reduce") { Mode::Reducing } else { Mode::Halted },
            heartbeat: values.text("heartbeat_file").map(PathBuf::from),
        }
    }
}
