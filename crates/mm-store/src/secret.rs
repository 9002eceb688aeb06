//! Key files. Read only when nobody else could have read or written them.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// A key file is a line or two; anything longer is not one.
const LEN_MAX: u64 = 64 * 1024;

/// Why a key file was not read. The texts name the fix and never the content.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Not to be opened.
    #[error("cannot read key file {path}: {source}", path = path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It leads elsewhere.
    #[error("key file {path} is a symbolic link: name the file itself", path = path.display())]
    Symlink {
        /// Where.
        path: PathBuf,
    },
    /// A directory, a pipe, a device.
    #[error("key file {path} is not a regular file", path = path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
    },
    /// Somebody else's.
    #[error("key file {path} belongs to user {owner}, not to you: run: chown $USER {path}", path = path.display())]
    NotOurs {
        /// Where.
        path: PathBuf,
        /// Whose, by number.
        owner: u32,
    },
    /// Others may read or write it.
    #[error(
        "key file {path} is open to others (mode {mode:04o}): run: chmod 600 {path}, and replace the key if others could \
         read it", path = path.display()
    )]
    Open {
        /// Where.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Too long to be a key, or not text.
    #[error("key file {path} is not a short text", path = path.display())]
    NotText {
        /// Where.
        path: PathBuf,
    },
}

/// Reads a key file: a regular file, ours, mode 0600 or less (fault 76). What is checked is the open file, so that
/// nobody can exchange it between the look and the reading. The text is wiped from memory when dropped.
///
/// # Errors
/// Names what is wrong with the file and how to mend it.
pub fn read_secret_file(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let file = open(path)?;
    let at = || path.to_owned();
    let io_error = |source| SecretError::Io { path: at(), source };
    let meta = file.metadata().map_err(io_error)?;
    if !meta.is_file() {
        return Err(SecretError::NotAFile { path: at() });
    }
    check_owner(path, &meta)?;
    if meta.len() > LEN_MAX {
        return Err(SecretError::NotText { path: at() });
    }
    // Never grows, so that no copy of the secret is left behind by a reallocation.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LEN_MAX as usize + 1));
    file.take(LEN_MAX + 1).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() as u64 > LEN_MAX {
        return Err(SecretError::NotText { path: at() });
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(SecretError::NotText { path: at() })
        }
    }
}

#[cfg(unix)]
fn open(path: &Path) -> Result<File, SecretError> {
    use rustix::{fs::OFlags, io::Errno};
    use std::os::unix::fs::OpenOptionsExt;
    // NONBLOCK: opening a pipe must not wait for a writer.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|source| {
        if source.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
            return SecretError::Symlink { path: path.to_owned() };
        }
        SecretError::Io { path: path.to_owned(), source }
    })
}

#[cfg(unix)]
fn check_owner(path: &Path, meta: &std::fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::MetadataExt;
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(SecretError::NotOurs { path: path.to_owned(), owner: meta.uid() });
    }
    let mode = meta.mode() & 0o7777;
    if mode & 0o177 != 0 {
        return Err(SecretError::Open { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn open(path: &Path) -> Result<File, SecretError> {
    let source =
        io::Error::new(io::ErrorKind::Unsupported, "who may read a file can only be checked on Unix");
    Err(SecretError::Io { path: path.to_owned(), source })
}

#[cfg(not(unix))]
fn check_owner(_path: &Path, _meta: &std::fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    const SECRET: &str = "api secret: canary-4711";

    fn file(dir: &Path, mode: u32) -> PathBuf {
        let path = dir.join(format!("key-{mode:o}"));
        fs::write(&path, SECRET).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        path
    }

    #[test]
    fn fault_76_only_what_nobody_else_can_read() {
        let dir = tempfile::tempdir().expect("a directory");
        for mode in [0o600, 0o400] {
            assert_eq!(*read_secret_file(&file(dir.path(), mode)).expect("ours alone"), SECRET);
        }
        for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o700, 0o777] {
            let error = read_secret_file(&file(dir.path(), mode)).expect_err("open to others").to_string();
            assert!(
                error.contains(&format!("mode {mode:04o}")) && error.contains("run: chmod 600"),
                "{error}"
            );
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn fault_76_only_a_regular_file_and_no_link() {
        let dir = tempfile::tempdir().expect("a directory");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(file(dir.path(), 0o600), &link).expect("linked");
        assert!(matches!(read_secret_file(&link), Err(SecretError::Symlink { .. })));
        assert!(matches!(read_secret_file(dir.path()), Err(SecretError::NotAFile { .. })));
        let pipe = dir.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
        assert!(matches!(read_secret_file(&pipe), Err(SecretError::NotAFile { .. })), "and without waiting");
        assert!(matches!(read_secret_file(&dir.path().join("none")), Err(SecretError::Io { .. })));
    }

    #[test]
    fn only_a_short_text() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = file(dir.path(), 0o600);
        fs::write(&path, vec![b'a'; LEN_MAX as usize + 1]).expect("written");
        assert!(matches!(read_secret_file(&path), Err(SecretError::NotText { .. })));
        fs::write(&path, [0xff, 0xfe]).expect("written");
        assert!(matches!(read_secret_file(&path), Err(SecretError::NotText { .. })));
    }

    /// Only root can make a file of somebody else's.
    #[test]
    fn fault_76_only_our_own() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let dir = tempfile::tempdir().expect("a directory");
        let path = file(dir.path(), 0o600);
        std::os::unix::fs::chown(&path, Some(4711), None).expect("root may");
        assert!(matches!(read_secret_file(&path), Err(SecretError::NotOurs { owner: 4711, .. })));
    }
}
