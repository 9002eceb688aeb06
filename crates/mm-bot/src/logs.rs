//! Where the log goes: the console (standard error) and a file that changes its name each day. No secret reaches a
//! log: types that hold one print nothing of it.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use anyhow::Context;
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::cli::LogFormat;

/// How many days of log are kept.
const FILES_MAX: usize = 14;

/// What the log is to be.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    /// Levels of the console when nothing else is said.
    pub(crate) console: &'static str,
    /// Levels by module of both, when given.
    pub(crate) levels: Option<String>,
    /// Everything our own crates say.
    pub(crate) debug: bool,
    /// How both are written.
    pub(crate) format: LogFormat,
    /// The file, without the day; `None`: no file.
    pub(crate) file: Option<PathBuf>,
    /// Whether colours are wanted at all.
    pub(crate) color: bool,
}

/// Levels of `debug`: our own crates in full, others' warnings.
const DEBUG: &str = "info,mm_bot=debug,mm_core=debug,mm_net=debug,mm_session=debug,mm_sim=debug,mm_store=debug,\
                     mm_strategy=debug,mm_venues=debug";

impl Logs {
    /// Starts logging; what it returns must live as long as the program, or the file's last lines are lost.
    ///
    /// # Errors
    /// When the levels are no levels or the file cannot be written.
    pub(crate) fn start(self) -> anyhow::Result<Option<WorkerGuard>> {
        let levels = |default: &str| -> anyhow::Result<EnvFilter> {
            let levels = match &self.levels {
                Some(levels) => levels,
                None if self.debug => DEBUG,
                None => default,
            };
            EnvFilter::try_new(levels).with_context(|| {
                format!("log level '{levels}': write a level such as info, or MODULE=LEVEL,…")
            })
        };
        let console = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(self.color && std::io::stderr().is_terminal());
        let console = match self.format {
            LogFormat::Text => console.with_filter(levels(self.console)?).boxed(),
            LogFormat::Json => console.json().with_filter(levels(self.console)?).boxed(),
        };
        let (file, guard) = match &self.file {
            None => (None, None),
            Some(path) => {
                let (writer, guard) = tracing_appender::non_blocking(appender(path)?);
                let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
                let layer = match self.format {
                    LogFormat::Text => layer.with_filter(levels("info")?).boxed(),
                    LogFormat::Json => layer.json().with_filter(levels("info")?).boxed(),
                };
                (Some(layer), Some(guard))
            }
        };
        tracing_subscriber::registry()
            .with(console)
            .with(file)
            .try_init()
            .context("the log was started twice")?;
        Ok(guard)
    }
}

/// `logs/mm-bot.log` becomes `logs/mm-bot.2026-11-23.log`.
fn appender(path: &Path) -> anyhow::Result<RollingFileAppender> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stem = path.file_stem().map_or_else(|| "mm-bot".into(), |stem| stem.to_string_lossy().into_owned());
    let extension = path.extension().map_or_else(|| "log".into(), |ext| ext.to_string_lossy().into_owned());
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the log folder {}", folder.display()))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(stem)
        .filename_suffix(extension)
        .max_log_files(FILES_MAX)
        .build(folder)
        .with_context(|| {
            format!("cannot write logs in {}: choose another place with --log-file", folder.display())
        })
}
