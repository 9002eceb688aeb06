//! The program itself as a child process: where its binary is, a configuration for it, and what the kernel says of
//! it.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use mm_sim::Endpoints;

/// A folder of our own and the configuration in it; both go when this is dropped.
#[derive(Debug)]
pub struct Bot {
    binary: PathBuf,
    folder: PathBuf,
}

impl Bot {
    /// Finds the binary, and writes a configuration that trades in the world of `endpoints` on `markets`, each a
    /// venue and a symbol: the smoke test, whose orders rest far from the touch for an hour.
    ///
    /// # Errors
    /// Says what to do: the binary must have been built with the same profile.
    pub fn new(endpoints: &Endpoints, markets: &[[&str; 2]]) -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let profile = own.ancestors().nth(2).ok_or("this program lies in no target folder")?;
        let binary = profile.join(format!("mm-bot{}", std::env::consts::EXE_SUFFIX));
        if !binary.is_file() {
            return Err(format!(
                "{} is not there: build it first (cargo build --release -p mm-bot)",
                binary.display()
            ));
        }
        let folder = std::env::temp_dir().join(format!("mm-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let bot = Self { binary, folder };
        endpoints.write(&bot.endpoints_file()).map_err(|error| error.to_string())?;
        let mut text =
            format!("simulator:\n  endpoints_file: {}\n{STRATEGY}", bot.endpoints_file().display());
        for [venue, symbol] in markets {
            text += &format!("      {venue}: {{ symbol: {symbol} }}\n");
        }
        std::fs::write(bot.config(), text).map_err(|error| error.to_string())?;
        Ok(bot)
    }

    /// Runs it with these arguments; it says nothing.
    ///
    /// # Errors
    /// The system's.
    pub fn spawn(&self, args: &[&str]) -> std::io::Result<Running> {
        let child = Command::new(&self.binary)
            .args(["--state-dir", &self.folder.join("state").display().to_string()])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Running(child))
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join("bench.yaml")
    }

    fn endpoints_file(&self) -> PathBuf {
        self.folder.join("endpoints.json")
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // What is left in the folder for temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A child process, which is killed when this is dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Waits for it to end; whether it ended well.
    ///
    /// # Errors
    /// The system's.
    pub fn wait(&mut self) -> std::io::Result<bool> {
        Ok(self.0.wait()?.success())
    }

    /// Memory that it has in RAM now, and the most that it ever had, in bytes; `None` where the kernel does not say.
    #[must_use]
    pub fn memory(&self) -> Option<(u64, u64)> {
        memory(&self.0.id().to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `VmRSS` and `VmHWM` of a process (`self`: this one), in bytes; `None` where there is no `/proc`.
#[must_use]
pub fn memory(process: &str) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let row = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
    };
    Some((row("VmRSS:")?, row("VmHWM:")?))
}

const STRATEGY: &str = "\
strategy:
  name: smoke_test
  smoke_test:
    side: buy
    price_offset_ticks: 500
    tracking_interval_secs: 3000
    tracking_timeout_secs: 3000
    connectors:
";
