//! The sign of life that a bot leaves for its watchdog: a small file, replaced whole each time. It says that something
//! changed, nothing else: whoever watches measures the time by a clock of its own.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
};

use crate::{StoreError, durable};

const PREFIX: &str = "mm-bot heartbeat, version 1: ";
/// Longer than any that was ever written.
const LEN_MAX: u64 = 512;

/// A sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Which process.
    pub pid: u32,
    /// Counted from one, since the process started.
    pub sequence: u64,
    /// When, by the bot's clock, in milliseconds since 1970: for a person.
    pub at_ms: u64,
}

impl Heartbeat {
    /// Leaves it at `path`, for the owner alone. Not synced: after a power cut there is no bot either.
    ///
    /// # Errors
    /// When it cannot be written; the one before stands.
    pub fn write(&self, path: &Path) -> Result<(), StoreError> {
        let Self { pid, sequence, at_ms } = self;
        let text = format!("{PREFIX}process {pid} beat {sequence} at {at_ms} ms\n");
        let beside = path.with_extension("new");
        let write = || {
            let mut file = durable::private().write(true).create(true).truncate(true).open(&beside)?;
            file.write_all(text.as_bytes())?;
            fs::rename(&beside, path)
        };
        write().map_err(StoreError::io("write the heartbeat", path))
    }

    /// The latest; `None` when there is none (none yet, or the bot ended orderly).
    ///
    /// # Errors
    /// When it cannot be read, or is no heartbeat.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let mut text = String::new();
        let read = fs::File::open(path).and_then(|file| file.take(LEN_MAX).read_to_string(&mut text));
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read the heartbeat", path)(error)),
        }
        let parsed = parsed(&text).ok_or_else(|| io::Error::other("it is no heartbeat of a bot"));
        parsed.map(Some).map_err(StoreError::io("read the heartbeat", path))
    }

    /// Takes it away: the bot ended orderly, and nobody has to step in.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("remove the heartbeat", path)(error))
            }
            _ => Ok(()),
        }
    }
}

fn parsed(text: &str) -> Option<Heartbeat> {
    let mut words = text.strip_prefix(PREFIX)?.trim_end().split(' ');
    let mut number = |name: &str| {
        words.next().filter(|word| *word == name)?;
        words.next()?.parse::<u64>().ok()
    };
    let (pid, sequence, at_ms) = (number("process")?, number("beat")?, number("at")?);
    Some(Heartbeat { pid: pid.try_into().ok()?, sequence, at_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_none_is_told_apart() {
        let root = tempfile::tempdir().expect("a directory");
        let path = root.path().join("heartbeat");
        assert_eq!(Heartbeat::read(&path).expect("none yet"), None);
        let beat = Heartbeat { pid: 17, sequence: 3, at_ms: 1_700_000_000_000 };
        beat.write(&path).expect("written");
        assert_eq!(Heartbeat::read(&path).expect("there"), Some(beat));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for broken in [
            "",
            "hello",
            "mm-bot heartbeat, version 1: process x beat 3 at 4 ms",
            "mm-bot heartbeat, version 2: ",
        ] {
            fs::write(&path, broken).expect("written");
            Heartbeat::read(&path).expect_err("no heartbeat");
        }
        Heartbeat::remove(&path).expect("removed");
        Heartbeat::remove(&path).expect("and gone");
        assert_eq!(Heartbeat::read(&path).expect("none"), None);
    }
}
