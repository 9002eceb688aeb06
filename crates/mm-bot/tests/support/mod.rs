//! What the program's tests share: the program itself, and a world that another process of it serves.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for anything that another process does.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program with a state directory of its own and an environment without overrides.
pub(crate) fn command(state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mm-bot"));
    command.args(["--state-dir", state.to_str().expect("a plain path")]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MM_BOT")) {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub(crate) fn mm_bot(state: &Path, args: &[&str]) -> Output {
    command(state).args(args).output().expect("the program runs")
}

/// Starts the program, its output kept.
pub(crate) fn spawn(state: &Path, args: &[&str]) -> Child {
    let child = command(state).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    child.expect("the program runs")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn state() -> TempDir {
    tempfile::Builder::new().prefix("mm-bot-test").tempdir().expect("a directory")
}

/// Writes a file into the state directory and returns its path.
pub(crate) fn file(state: &TempDir, name: &str, content: &str) -> String {
    let path = state.path().join(name);
    fs::write(&path, content).expect("a file");
    path.to_str().expect("a plain path").to_owned()
}

/// Waits until `found` finds something.
pub(crate) fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    const STEP: Duration = Duration::from_millis(20);
    for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
        if let Some(it) = found() {
            return it;
        }
        std::thread::sleep(STEP);
    }
    panic!("{what}: not within {PATIENCE:?}");
}

/// Now, for figures that decide nothing.
pub(crate) fn now() -> mm_model::Timestamp {
    static CLOCK: std::sync::LazyLock<mm_core::Clock> = std::sync::LazyLock::new(mm_core::Clock::system);
    CLOCK.now()
}

/// Shows a figure to whoever runs the tests with --nocapture.
pub(crate) fn show(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Sends a signal by its name to a child of ours.
pub(crate) fn signal(child: &Child, name: &str) {
    let told = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(told.expect("kill runs").success());
}

/// A world served by `mm-bot venue`.
pub(crate) struct Served {
    child: Child,
    pub(crate) endpoints: Value,
    pub(crate) path: PathBuf,
}

impl Served {
    pub(crate) fn start(dir: &TempDir, seed: u64) -> Self {
        Self::start_with(dir, seed, &[])
    }

    /// With further arguments of the command.
    pub(crate) fn start_with(dir: &TempDir, seed: u64, more: &[&str]) -> Self {
        let path = dir.path().join(format!("endpoints-{seed}.json"));
        let out = fs::File::create(dir.path().join("venue.log")).expect("a file");
        let child = Command::new(env!("CARGO_BIN_EXE_mm-bot"))
            .args(["venue", "--seed", &seed.to_string(), "--endpoints-file"])
            .arg(&path)
            .args(more)
            .stdout(out.try_clone().expect("the same file"))
            .stderr(out)
            .spawn()
            .expect("the program runs");
        // From here on dropping it ends the child.
        let mut served = Self { child, endpoints: Value::Null, path };
        // The file is written whole or not at all.
        let bytes = eventually("the endpoints file", || fs::read(&served.path).ok());
        served.endpoints = serde_json::from_slice(&bytes).expect("a whole file");
        served
    }

    /// Asks it to end and returns its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        signal(&self.child, "TERM");
        self.child.wait().expect("it ends").code()
    }

    /// One request to the control surface: `GET /state`, or `POST` with the token. Returns status and body.
    pub(crate) fn control(&self, what: &str, body: &str) -> (u16, Value) {
        let control = &self.endpoints["control"];
        let host = control["url"].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address");
        let token = control["token"].as_str().expect("a token");
        let mut socket = TcpStream::connect(host).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time");
        write!(
            socket,
            "{what} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it takes requests");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).expect("JSON"))
    }

    /// The truth about an account of Backpack's.
    pub(crate) fn account(&self, name: &str) -> Value {
        self.account_at("backpack", name)
    }

    /// The truth about an account of that venue's.
    pub(crate) fn account_at(&self, venue: &str, name: &str) -> Value {
        let (status, state) = self.control("GET /state", "");
        assert_eq!(status, 200, "{state}");
        state["venues"][venue][name].clone()
    }

    /// Tells the control surface to do something.
    pub(crate) fn tell(&self, path: &str, body: &str) -> Value {
        let (status, answer) = self.control(&format!("POST {path}"), body);
        assert_eq!(status, 200, "{body}: {answer}");
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Orders of a drill, on all venues together.
pub(crate) const DRILL_ORDERS: usize = 9;

/// The configuration of `kill_drill` on all venues of a served world, with further lines.
pub(crate) fn drill(dir: &TempDir, world: &Served, then: &str, more: &str) -> String {
    let text = format!(
        "{more}general: {{ stop_timeout_secs: 10 }}\nsimulator: {{ endpoints_file: '{}' }}\n\
         connectors: {{ backpack: {{}}, lighter: {{}}, grvt: {{}} }}\n\
         strategy:\n  kill_drill:\n    then: {then}\n    orders: 3\n    connectors:\n      \
         backpack: {{ symbol: SOL_USDC_PERP }}\n      lighter: {{ symbol: ETH }}\n      \
         grvt: {{ symbol: BTC_USDT_Perp }}\n",
        world.path.display()
    );
    file(dir, "drill.yaml", &text)
}

/// The venues' truth: how many orders of alice are open.
pub(crate) fn n_open(world: &Served) -> usize {
    let (_, state) = world.control("GET /state", "");
    let open = |venue: &&str| state["venues"][*venue]["alice"]["open_orders"].as_array().map_or(0, Vec::len);
    ["backpack", "lighter", "grvt"].iter().map(open).sum()
}

/// A bot of the drill whose orders rest on all venues.
pub(crate) fn resting(dir: &TempDir, world: &Served, then: &str, more: &str) -> Child {
    let config = drill(dir, world, then, more);
    let child = spawn(dir.path(), &["run", "--config", &config]);
    eventually("all orders of the drill", || (n_open(world) == DRILL_ORDERS).then_some(()));
    child
}

/// The whole answer to a request without a body.
pub(crate) fn post(host: &str, path: &str, token: &str) -> String {
    let mut socket = TcpStream::connect(host).expect("it listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time");
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .expect("it takes requests");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}
