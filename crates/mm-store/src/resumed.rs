//! When a person last allowed trading again (`mm-bot resume`): what had closed a risk gate by then closes the next run's no more.
//! The gate's own record lies in the journals, which belong to whoever trades; this file belongs to the operator.

use std::{fs, io::Read as _, path::PathBuf};

use mm_model::Timestamp;

use crate::{StateDir, StoreError, durable};

/// The file's name.
const NAME: &str = "resumed";
const PREFIX: &str = "mm-bot resumed, version 1: ";
/// Longer than any that was ever written.
const LEN_MAX: u64 = 128;

/// The stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    path: PathBuf,
}

impl Resumed {
    /// The stamp of this state directory.
    #[must_use]
    pub fn of(dir: &StateDir) -> Self {
        Self { path: dir.path().join(NAME) }
    }

    /// Somebody allows trading again, on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written; the one before stands.
    pub fn stamp(&self, at: Timestamp) -> Result<(), StoreError> {
        durable::replace(&self.path, &format!("{PREFIX}{} ns\n", at.0))
            .map_err(StoreError::io("write", &self.path))
    }

    /// When that was; `None` when it never was, or cannot be told: then what is closed stays closed.
    #[must_use]
    pub fn read(&self) -> Option<Timestamp> {
        let mut text = String::new();
        fs::File::open(&self.path).ok()?.take(LEN_MAX).read_to_string(&mut text).ok()?;
        let number = text.strip_prefix(PREFIX)?.strip_suffix(" ns\n")?;
        number.parse().ok().map(Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_stamp_opens_nothing() {
        let root = tempfile::tempdir().expect("a directory");
        let resumed = Resumed::of(&StateDir::open(root.path()).expect("ours"));
        assert_eq!(resumed.read(), None);
        resumed.stamp(Timestamp(17)).expect("written");
        resumed.stamp(Timestamp(18)).expect("written");
        assert_eq!(resumed.read(), Some(Timestamp(18)));
        for broken in ["", "18", "mm-bot resumed, version 1: 18", "mm-bot resumed, version 1: x ns\n"] {
            fs::write(&resumed.path, broken).expect("written");
            assert_eq!(resumed.read(), None, "{broken}");
        }
    }
}
