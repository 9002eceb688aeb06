//! The directory that outlives the process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use crate::{StoreError, durable};

/// The directory that outlives the process: ours alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// Opens the directory, and makes it (mode 0700) when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, is not a directory, or others could write in it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        durable::create_private_dir(path).map_err(StoreError::io("create the state directory", path))?;
        // The full path, so that a later change of the working directory changes nothing.
        let path = fs::canonicalize(path).map_err(StoreError::io("open the state directory", path))?;
        check(&path)?;
        Ok(Self { path })
    }

    /// The platform's own place: `$XDG_STATE_HOME/mm-bot` or `~/.local/state/mm-bot` on Linux, the application data
    /// directory elsewhere.
    ///
    /// # Errors
    /// As [`StateDir::open`], and when the user has no home.
    pub fn open_default() -> Result<Self, StoreError> {
        let dirs = ProjectDirs::from("", "", "mm-bot").ok_or(StoreError::NoHome)?;
        Self::open(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()))
    }

    /// Writes a file that only its owner may read, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_private(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let path = self.path.join(name);
        durable::replace(&path, text).map_err(StoreError::io("write", &path))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.path.join(name);
        match durable::remove(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Names of the files that begin so, in order.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn files(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let entries = fs::read_dir(&self.path).map_err(StoreError::io("list", &self.path))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        Ok(names)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The counter of client ids lives here: whoever can write here can make us use an id twice.
#[cfg(unix)]
fn check(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::metadata(path).map_err(StoreError::io("look at the state directory", path))?;
    let bad = |problem: String, fix: String| StoreError::UnsafeDir { path: path.to_owned(), problem, fix };
    if !meta.is_dir() {
        return Err(bad("is not a directory".to_owned(), "name another one with --state-dir".to_owned()));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(bad("belongs to another user".to_owned(), "name your own with --state-dir".to_owned()));
    }
    if meta.mode() & 0o022 != 0 {
        let problem = format!("can be changed by others (mode {:04o})", meta.mode() & 0o7777);
        return Err(bad(problem, format!("run: chmod go-w {}", path.display())));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    Err(StoreError::UnsafeDir {
        path: path.to_owned(),
        problem: "is not a directory".to_owned(),
        fix: "name another one with --state-dir".to_owned(),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
    }

    #[test]
    fn is_made_for_the_owner_alone() {
        let root = tempfile::tempdir().expect("a directory");
        let path = root.path().join("deep/state");
        let state = StateDir::open(&path).expect("made");
        assert_eq!(mode(state.path()), 0o700);
        StateDir::open(&path).expect("opened again");
    }

    #[test]
    fn refuses_what_others_can_change() {
        let root = tempfile::tempdir().expect("a directory");
        for open in [0o770, 0o777, 0o702] {
            fs::set_permissions(root.path(), fs::Permissions::from_mode(open)).expect("ours");
            let error = StateDir::open(root.path()).expect_err("others can write").to_string();
            assert!(
                error.contains(&format!("mode {open:04o}")) && error.contains("run: chmod go-w"),
                "{error}"
            );
        }
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        StateDir::open(root.path()).expect("readable is no danger: it holds no secrets");
    }

    #[test]
    fn refuses_a_file() {
        let root = tempfile::tempdir().expect("a directory");
        let file = root.path().join("state");
        fs::write(&file, "").expect("written");
        StateDir::open(&file).expect_err("a file");
    }
}
