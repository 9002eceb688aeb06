//! The latch of the kill switch: a file in the state directory. While it is there nothing is traded from this directory.
//!
//! Whoever can make the file can stop us, an empty one will do: `touch kill`. What cannot be read or understood counts as
//! set. Who set it first stands; only [`KillLatch::clear`] takes it away.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{StateDir, StoreError, durable};

/// The file's name.
const NAME: &str = "kill";
const FIRST_LINE: &str = "mm-bot kill switch, version 1";
/// The longest text that is read or kept of each line.
const TEXT_MAX: usize = 500;
/// The longest file that is read.
const LEN_MAX: u64 = 8 << 10;

/// Who stopped us, when and why. Texts of one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tripped {
    /// By what way, and who.
    pub by: String,
    /// When, for a person.
    pub at: String,
    /// Why.
    pub why: String,
}

/// The latch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KillLatch {
    path: PathBuf,
}

impl KillLatch {
    /// The latch of this state directory.
    #[must_use]
    pub fn of(dir: &StateDir) -> Self {
        Self { path: dir.path().join(NAME) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is set. When that cannot be told, it is.
    #[must_use]
    pub fn is_set(&self) -> bool {
        // Not followed: a link that leads nowhere was put there by somebody, too.
        !matches!(fs::symlink_metadata(&self.path), Err(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Who set it; `None` while it is not set.
    #[must_use]
    pub fn read(&self) -> Option<Tripped> {
        self.is_set().then(|| self.text().as_deref().and_then(parsed).unwrap_or_else(|| self.by_hand()))
    }

    /// Sets it, on disk when this returns. Returns whether it was not set before: the first stands.
    ///
    /// # Errors
    /// When it cannot be written; it may be set all the same.
    pub fn trip(&self, tripped: &Tripped) -> Result<bool, StoreError> {
        if self.is_set() {
            return Ok(false);
        }
        let Tripped { by, at, why } = tripped;
        let text =
            format!("{FIRST_LINE}\nby: {}\nat: {}\nwhy: {}\n", one_line(by), one_line(at), one_line(why));
        durable::replace(&self.path, &text).map_err(StoreError::io("write", &self.path))?;
        Ok(true)
    }

    /// Takes it away: the operator's act alone. Returns whether it was set.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn clear(&self) -> Result<bool, StoreError> {
        match durable::remove(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::io("remove", &self.path)(error)),
        }
    }

    fn text(&self) -> Option<String> {
        // A pipe or a device must not be waited for.
        if !fs::symlink_metadata(&self.path).ok()?.is_file() {
            return None;
        }
        let mut text = String::new();
        fs::File::open(&self.path).ok()?.take(LEN_MAX).read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn by_hand(&self) -> Tripped {
        Tripped {
            by: format!("whoever made the file {}", self.path.display()),
            at: "an unknown time".to_owned(),
            why: self
                .text()
                .map(|text| one_line(&text))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(unsaid),
        }
    }
}

impl std::fmt::Display for Tripped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { by, at, why } = self;
        write!(f, "by {by} at {at}: {why}")
    }
}

fn parsed(text: &str) -> Option<Tripped> {
    let mut lines = text.lines();
    let mut field = |name: &str| {
        let line = lines.next()?.strip_prefix(name)?;
        Some(one_line(line)).filter(|value| !value.is_empty())
    };
    field(FIRST_LINE).is_none().then_some(())?;
    let (by, at) = (field("by: ")?, field("at: ")?);
    Some(Tripped { by, at, why: field("why: ").unwrap_or_else(unsaid) })
}

fn unsaid() -> String {
    "no reason was given".to_owned()
}

/// A text that fits in one line of a file, a log and a terminal, whoever wrote it (fault 82).
fn one_line(text: &str) -> String {
    let printable = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(TEXT_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latch() -> (tempfile::TempDir, KillLatch) {
        let root = tempfile::tempdir().expect("a directory");
        let latch = KillLatch::of(&StateDir::open(root.path()).expect("ours"));
        (root, latch)
    }

    fn tripped(why: &str) -> Tripped {
        Tripped { by: "signal SIGUSR1".into(), at: "11:40".into(), why: why.into() }
    }

    #[test]
    fn stays_until_it_is_cleared_and_the_first_stands() {
        let (_root, latch) = latch();
        assert_eq!((latch.is_set(), latch.read()), (false, None));
        assert!(!latch.clear().expect("nothing to remove"));
        assert!(latch.trip(&tripped("loss")).expect("written"));
        assert!(!latch.trip(&tripped("later")).expect("set already"));
        assert_eq!((latch.is_set(), latch.read()), (true, Some(tripped("loss"))));
        assert!(latch.clear().expect("removed"));
        assert!(!latch.is_set());
    }

    #[test]
    fn whatever_is_there_counts() {
        let check = |content: &[u8], why: &str| {
            let (_root, latch) = latch();
            fs::write(latch.path(), content).expect("written");
            let read = latch.read().expect("set");
            assert!(latch.is_set() && read.by.starts_with("whoever made the file"), "{read}");
            assert_eq!(read.why, why);
        };
        check(b"", "no reason was given");
        check(b"stop it\x1b[31m\nnow", "stop it [31m now");
        check(&[0xff, 0xfe], "no reason was given");
        check(&[b'x'; 20_000], &"x".repeat(TEXT_MAX));
        check(FIRST_LINE.as_bytes(), FIRST_LINE);
    }

    #[cfg(unix)]
    #[test]
    fn so_does_what_is_no_file() {
        let (_root, latch) = latch();
        std::os::unix::fs::symlink("/nowhere/at/all", latch.path()).expect("linked");
        assert!(latch.is_set() && latch.read().is_some());
        latch.clear().expect("the link goes");
        fs::create_dir(latch.path()).expect("made");
        assert!(latch.is_set() && latch.read().is_some());
    }

    #[test]
    fn a_text_of_many_lines_adds_no_line() {
        let (_root, latch) = latch();
        latch.trip(&tripped("a\nby: somebody else\nat: never")).expect("written");
        assert_eq!(latch.read(), Some(tripped("a by: somebody else at: never")));
    }
}
