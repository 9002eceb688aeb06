//! Where the log goes: the console (standard error) and a file that changes its name each day. No secret reaches a
//! log: types that hold one print nothing of it.

mod plain;

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use anyhow::Context;
use tracing::{Metadata, Subscriber, level_filters::LevelFilter};
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt::MakeWriter,
    layer::{Filter, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use self::plain::{Lines, Plain};
use crate::cli::{Global, LogFormat};

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
    /// As the options of every command say, for one that has no configuration of its own for them.
    pub(crate) fn of_command(global: &Global, console: &'static str) -> Self {
        Self {
            console,
            levels: global.log_level.clone(),
            debug: false,
            format: global.log_format.unwrap_or(LogFormat::Text),
            file: global.log_file.clone(),
            color: !global.no_color,
        }
    }

    /// Starts logging; what it returns must live as long as the program, or the file's last lines are lost.
    ///
    /// # Errors
    /// When the levels are no levels or the file cannot be written.
    pub(crate) fn start(self) -> anyhow::Result<Option<WorkerGuard>> {
        let levels = |default: &'static str| match &self.levels {
            Some(levels) => levels.as_str(),
            None if self.debug => DEBUG,
            None => default,
        };
        // A terminal that went away is no reason to panic: a line that cannot be written is lost in silence.
        let color = self.color && std::io::stderr().is_terminal();
        let console = lines(self.format, std::io::stderr, color, filter(levels(self.console))?);
        let (file, guard) = match &self.file {
            None => (None, None),
            Some(path) => {
                let (writer, guard) = tracing_appender::non_blocking(appender(path)?);
                let layer = lines(self.format, writer, false, filter(levels("info"))?);
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

/// A layer that writes whole lines, each fit to be read whatever was logged.
fn lines<S, W>(
    format: LogFormat,
    to: W,
    color: bool,
    filter: impl Filter<S> + Send + Sync + 'static,
) -> Boxed<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().log_internal_errors(false).with_ansi(color);
    match format {
        LogFormat::Text => {
            layer.with_writer(Lines { to, json: false }).fmt_fields(Plain).with_filter(filter).boxed()
        }
        LogFormat::Json => layer.with_writer(Lines { to, json: true }).json().with_filter(filter).boxed(),
    }
}

type Boxed<S> = Box<dyn Layer<S> + Send + Sync>;

/// What levels look like.
pub(crate) const LEVELS: &str = "write error, warn, info, debug, trace or off, or MODULE=LEVEL for a module of ours such \
                                 as mm_session=debug, with commas between several";

/// What is logged at `levels`.
fn filter<S>(levels: &str) -> anyhow::Result<impl Filter<S> + use<S>> {
    let wanted = read(levels).map_err(|why| anyhow::anyhow!("log level {why}: {LEVELS}"))?;
    Ok(wanted.and(filter_fn(keeps_secrets).with_max_level_hint(LevelFilter::TRACE)))
}

/// Checks levels before anything starts.
///
/// # Errors
/// Says what is no level.
pub(crate) fn check(levels: &str) -> Result<(), String> {
    read(levels).map(drop)
}

/// A lone word that is no level would be taken for a module, and hush all the others.
fn read(levels: &str) -> Result<EnvFilter, String> {
    for part in levels.split(',').map(str::trim) {
        if !part.contains('=') && part.parse::<LevelFilter>().is_err() {
            return Err(format!("'{part}' is no level"));
        }
    }
    EnvFilter::try_new(levels).map_err(|error| format!("'{levels}' cannot be read ({error})"))
}

/// Other people's crates do not know what is secret: below `info` some log whole frames, signed ones too (fault 75). Whatever
/// levels are asked for, they are not heard there.
fn keeps_secrets(event: &Metadata<'_>) -> bool {
    event.target().starts_with("mm_") || *event.level() <= LevelFilter::INFO
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

#[cfg(test)]
mod tests {
    use std::{io::Write, sync::Mutex};

    use super::*;

    /// What is written, to be read again.
    #[derive(Clone, Default)]
    struct Written(std::sync::Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("ours").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn fault_75_other_crates_are_not_heard_below_info_whatever_levels_are_asked_for() {
        for levels in ["trace", "tungstenite::protocol=trace", "info,hyper=trace,tungstenite=trace"] {
            let written = Written::default();
            let to = written.clone();
            let layer = tracing_subscriber::fmt::layer().with_writer(move || to.clone());
            let log = tracing_subscriber::registry().with(layer.with_filter(filter(levels).expect("levels")));
            tracing::subscriber::with_default(log, || {
                tracing::trace!(target: "tungstenite::protocol", "canary");
                tracing::debug!(target: "hyper::proto::h1", "canary");
                tracing::error!(target: "tungstenite::protocol", "heard");
            });
            let text = String::from_utf8(written.0.lock().expect("ours").clone()).expect("text");
            assert!(text.contains("heard") && !text.contains("canary"), "{levels}: {text}");
        }
    }

    /// What `log` writes in a format.
    fn written(format: LogFormat, log: impl FnOnce()) -> String {
        let written = Written::default();
        let to = written.clone();
        let layer = lines(format, move || to.clone(), false, filter("trace").expect("levels"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        String::from_utf8(written.0.lock().expect("ours").clone()).expect("text")
    }

    #[test]
    fn fault_82_a_venues_words_stay_within_their_line() {
        let evil = "SOL\n2026-11-23T00:00:00Z ERROR mm_bot: killed\r\u{1b}[2J\u{9b}31m\u{202e}";
        for format in [LogFormat::Text, LogFormat::Json] {
            let text = written(format, || {
                let span = tracing::info_span!(target: "mm_test", "order", market = evil, id = %evil);
                let _in = span.enter();
                tracing::warn!(target: "mm_test", symbol = evil, shown = %evil, debug = ?evil, "{evil}");
            });
            assert_eq!(text.lines().count(), 1, "{text}");
            let harm = text.trim_end().chars().find(|c| c.is_control() || *c == '\u{202e}');
            assert_eq!(harm, None, "{}", text.escape_debug());
            assert!(
                text.contains("SOL\\n2026") && text.contains("symbol"),
                "it is escaped, not left out: {text}"
            );
        }
    }

    #[test]
    fn fault_82_a_megabyte_does_not_reach_the_log() {
        let long = "x".repeat(1 << 20);
        let line = |format| {
            written(format, || tracing::warn!(target: "mm_test", symbol = %long, id = long.as_str(), "short"))
        };
        let text = line(LogFormat::Text);
        assert!(
            text.contains("short") && text.contains("symbol=xxx") && text.contains("id="),
            "both are begun"
        );
        assert!(text.len() < 3 * plain::VALUE_MAX && text.lines().count() == 1, "{}", text.len());
        let json: serde_json::Value =
            serde_json::from_str(&line(LogFormat::Json)).expect("a whole line of JSON");
        assert!(
            json.to_string().len() < plain::LINE_MAX && json["fields"]["bytes"].as_u64() > Some(1 << 20),
            "{json}"
        );
    }
}
