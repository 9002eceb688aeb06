//! Where the passphrase of encrypted key files comes from: a file that only its owner can read, a file descriptor that a
//! service manager hands over, or the terminal, without echo. Never the command line: others see it there.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use mm_store::read_secret_file;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Names a file with the passphrase in its first line: mode 0600, ours, no link.
pub(crate) const FILE: &str = "MM_BOT_PASSPHRASE_FILE";
/// Names an open file descriptor (a pipe) that the passphrase is read from.
const DESCRIPTOR: &str = "MM_BOT_PASSPHRASE_FD";
const TERMINAL: &str = "/dev/tty";
/// No passphrase is longer.
const LEN_MAX: u64 = 4096;
/// Ctrl-C as the terminal sends it.
const CTRL_C: u8 = 3;

/// How often it must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// To open something.
    Once,
    /// To encrypt something: a slip would cost the key. On a terminal alone; a file says the same twice.
    Twice,
}

/// Asks for the passphrase of `path`.
///
/// # Errors
/// When there is nowhere to ask, or what was given is none.
pub(crate) fn ask(path: &Path, ask: Ask) -> anyhow::Result<Zeroizing<String>> {
    if let Some(file) = std::env::var_os(FILE) {
        return first_line(&read_secret_file(Path::new(&file))?).with_context(|| format!("{FILE} names"));
    }
    if let Some(number) = std::env::var_os(DESCRIPTOR) {
        let number: u32 = number
            .to_str()
            .and_then(|text| text.parse().ok())
            .with_context(|| format!("{DESCRIPTOR} is the number of an open file descriptor"))?;
        let file = File::open(format!("/dev/fd/{number}"))
            .with_context(|| format!("{DESCRIPTOR}: file descriptor {number} cannot be read"))?;
        return first_line(&read(file)?);
    }
    let mut terminal = Terminal::open().with_context(|| {
        format!("key file {} is encrypted, and there is no terminal to ask for its passphrase: set {FILE} to a file with \
                 it (chmod 600), or {DESCRIPTOR}", path.display())
    })?;
    let first = terminal.line(&format!("passphrase of {}: ", path.display()))?;
    if ask == Ask::Twice && *terminal.line("the same again: ")? != *first {
        bail!("the two differ: nothing was written");
    }
    Ok(first)
}

fn first_line(text: &str) -> anyhow::Result<Zeroizing<String>> {
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("no passphrase: the first line is empty");
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn read(file: File) -> anyhow::Result<Zeroizing<String>> {
    // Never grows, so that no copy is left behind by a reallocation.
    let mut text = Zeroizing::new(String::with_capacity(LEN_MAX as usize + 1));
    file.take(LEN_MAX).read_to_string(&mut text).context("no passphrase")?;
    Ok(text)
}

/// The terminal that the program was started from, silent while this lives.
struct Terminal {
    file: BufReader<File>,
    before: Termios,
}

impl Terminal {
    fn open() -> anyhow::Result<Self> {
        let file = File::options().read(true).write(true).open(TERMINAL)?;
        let before = tcgetattr(&file)?;
        let mut silent = before.clone();
        // Without signals, and with Ctrl-C as the end of a line: or it would end us and leave the terminal silent.
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        tcsetattr(&file, OptionalActions::Flush, &silent)?;
        Ok(Self { file: BufReader::new(file), before })
    }

    fn line(&mut self, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
        let file = self.file.get_mut();
        file.write_all(prompt.as_bytes())?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN_MAX as usize + 1));
        loop {
            let [byte] = next(&mut self.file)?;
            match byte {
                b'\n' => break,
                CTRL_C => bail!("interrupted"),
                _ if bytes.len() as u64 == LEN_MAX => bail!("no passphrase is that long"),
                byte => bytes.push(byte),
            }
        }
        self.file.get_mut().write_all(b"\n")?;
        let text = std::str::from_utf8(&bytes).context("the passphrase is not UTF-8")?;
        first_line(text)
    }
}

fn next(file: &mut BufReader<File>) -> anyhow::Result<[u8; 1]> {
    let byte = file.fill_buf()?.first().copied();
    file.consume(1);
    byte.map(|byte| [byte]).context("the terminal went away")
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // What was typed ahead is thrown away with it; a terminal that went away needs nothing.
        let _ = tcsetattr(self.file.get_ref(), OptionalActions::Flush, &self.before);
    }
}
