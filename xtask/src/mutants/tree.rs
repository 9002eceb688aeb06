//! A copy of the work tree that may be spoilt. Files that are as they should be are not written again, so that cargo
//! builds only what a mutation changed.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::table::Edit;

/// The copy.
pub(super) struct Tree {
    root: PathBuf,
    copy: PathBuf,
}

impl Tree {
    /// Copies all that git knows and does not ignore, as it lies there; what is no longer there goes.
    pub(super) fn of(root: &Path, copy: &Path) -> Result<Self> {
        let files = files(root)?;
        for file in &files {
            bring(&root.join(file), &copy.join(file)).with_context(|| file.display().to_string())?;
        }
        let tree = Self { root: root.to_owned(), copy: copy.to_owned() };
        tree.sweep(&tree.copy, &files)?;
        Ok(tree)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.copy
    }

    /// Applies the edits to the copy.
    ///
    /// # Errors
    /// When a text is not there exactly once: the table must follow the code.
    pub(super) fn spoil(&self, edits: &[Edit]) -> Result<()> {
        for edit in edits {
            let path = self.copy.join(edit.file);
            let text = fs::read_to_string(&path).with_context(|| edit.file.to_owned())?;
            fs::write(path, replaced(&text, edit)?)?;
        }
        Ok(())
    }

    /// Makes the files of the edits good again.
    pub(super) fn mend(&self, edits: &[Edit]) -> Result<()> {
        for edit in edits {
            bring(&self.root.join(edit.file), &self.copy.join(edit.file))?;
        }
        Ok(())
    }

    fn sweep(&self, folder: &Path, files: &BTreeSet<PathBuf>) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(&self.copy).context("a path below the copy")?;
            if path.is_dir() {
                self.sweep(&path, files)?;
            } else if !files.contains(name) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

/// The text with the one place replaced.
pub(super) fn replaced(text: &str, edit: &Edit) -> Result<String> {
    let n = text.matches(edit.from).count();
    ensure!(
        n == 1,
        "{}: the text to replace is there {n} times: bring xtask/src/mutants/table.rs up to date\n{}",
        edit.file,
        edit.from
    );
    Ok(text.replacen(edit.from, edit.to, 1))
}

fn files(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(words).current_dir(root).output().context("git")?;
    ensure!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).context("names in UTF-8")?;
    let files = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    Ok(files.filter(|file| root.join(file).is_file()).collect())
}

/// Writes `to` as `from` is, unless it is already.
fn bring(from: &Path, to: &Path) -> io::Result<()> {
    let wanted = fs::read(from)?;
    if fs::read(to).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, wanted)
}
