//! The control surface of a running bot, as a program over loopback: who is let in (fault 83), what the commands say, and what
//! happens to a strategy that hangs (fault 67).

#![cfg(unix)]

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    time::Duration,
};

use serde_json::Value;
use support::{Served, eventually, mm_bot, resting, signal, state, text};
use tempfile::TempDir;

/// Host and port, and the token, as the bot left them for its owner.
fn address(dir: &TempDir) -> (String, String) {
    let found = fs::read_dir(dir.path()).expect("a folder").flatten().find(|entry| {
        entry.file_name().to_str().is_some_and(|name| name.starts_with("control-") && name.ends_with(".json"))
    });
    let path = found.expect("an address").path();
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let address: Value = serde_json::from_slice(&fs::read(path).expect("ours")).expect("JSON");
    let word = |key: &str| address[key].as_str().expect("a text").to_owned();
    (word("url").replace("http://", ""), word("token"))
}

/// The status and body of the answer to these bytes.
fn ask(host: &str, request: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(host).expect("it listens");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
    // A body that is refused before it is read cuts the connection: what was answered counts.
    let _ = socket.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    let answer = text(&answer);
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

#[test]
fn fault_83_strangers_are_kept_out() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let child = resting(&dir, &world, "wait", "");
    let (host, token) = address(&dir);
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let check = |what: &str, head: &str, body: &str, want: u16| {
        let len = body.len();
        let request =
            format!("{what} HTTP/1.1\r\n{head}Connection: close\r\nContent-Length: {len}\r\n\r\n{body}");
        let (status, answer) = ask(&host, &request);
        assert_eq!(status, want, "{what} {head}: {answer}");
        assert!(!answer.contains(&token), "{answer}");
    };
    let ours = format!("Host: {host}\r\n");
    let wrong = format!("{}0", &token[..token.len() - 1]).replace("00", "01");
    check("POST /kill", &ours, "", 401);
    check("POST /kill", &format!("{ours}{}", bearer(&wrong)), "", 401);
    check("POST /kill", &format!("{ours}{}", bearer("")), "", 401);
    check("POST /reduce", &ours, "", 401);
    check("POST /resume", &ours, "", 401);
    check("POST /cancel-all", &ours, "", 401);
    check("POST /kill", &format!("Host: rebound.example\r\n{}", bearer(&token)), "", 403);
    check("GET /status", "Host: rebound.example\r\n", "", 403);
    check("POST /kill", &format!("{ours}Origin: https://evil.example\r\n{}", bearer(&token)), "", 403);
    check("GET /status", &format!("{ours}Origin: null\r\n"), "", 403);
    check("GET /kill", &format!("{ours}{}", bearer(&token)), "", 405);
    check("GET /cancel-all?now=1", &format!("{ours}{}", bearer(&token)), "", 405);
    check("POST /kill", &format!("{ours}{}", bearer(&token)), &"x".repeat(1 << 20), 413);
    check("POST /kill", &format!("{ours}{}", bearer(&token)), r#"{"reson": "typo"}"#, 400);
    check("GET /nothing", &ours, "", 404);
    check("GET /status", &ours, "", 200);
    assert!(!dir.path().join("kill").exists(), "none of them killed it");
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    for said in [&output.stdout, &output.stderr] {
        assert!(!text(said).contains(&token), "the token is not logged");
    }
    let left = fs::read_dir(dir.path()).expect("a folder").flatten();
    let left: Vec<String> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with("control-") || name == "heartbeat"), "{left:?}");
}

#[test]
fn commands_say_what_is_and_may_be_said_twice() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let run = |args: &[&str]| {
        let output = mm_bot(dir.path(), args);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, _) = run(&["status"]);
    assert!(code == Some(0) && out.contains("no bot runs"), "{out}");
    assert_eq!(run(&["reduce"]).0, Some(3), "nobody is there to do it");
    let child = resting(&dir, &world, "wait", "");
    let bots = || serde_json::from_str::<Value>(&run(&["--json", "status"]).1).expect("JSON")["bots"].clone();
    let bot = bots()[0].clone();
    assert_eq!(bot["mode"], "ACTIVE", "{bot}");
    for venue in ["backpack", "lighter", "grvt"] {
        assert_eq!(bot["venues"][venue]["open_orders"].as_array().map(Vec::len), Some(3), "{bot}");
        assert!(bot["venues"][venue]["heard_ms_ago"].as_u64().is_some_and(|ms| ms < 60_000), "{bot}");
    }
    let (_, out, _) = run(&["status"]);
    assert!(out.contains("ACTIVE") && out.contains("kill_drill") && out.contains("3 open"), "{out}");
    for _ in 0..2 {
        let (code, out, error) = run(&["reduce", "--reason", "careful"]);
        assert!(code == Some(0) && out.contains("REDUCING") && out.contains("careful"), "{out}{error}");
    }
    assert_eq!(run(&["resume"]).0, Some(2), "to open it again is confirmed");
    let (code, out, error) = run(&["resume", "--yes"]);
    assert!(code == Some(0) && out.contains("is open"), "{out}{error}");
    assert_eq!(bots()[0]["mode"], "ACTIVE");
    let (code, out, _) = run(&["cancel-all"]);
    assert!(code == Some(0) && out.contains("\"cancelling\":9"), "{out}");
    eventually("no open order", || (support::n_open(&world) == 0).then_some(()));
    // The venues go away: what is known is shown with its age all the same.
    assert_eq!(world.terminate(), Some(0));
    eventually("a venue that is not ready", || {
        bots()[0]["venues"]["backpack"]["reason"].as_str().map(str::to_owned)
    });
    let (code, out, error) = run(&["kill"]);
    assert!(code == Some(0) && out.contains("no order of ours is open"), "{out}{error}");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(5));
}

#[test]
fn fault_67_a_strategy_that_hangs_has_its_orders_taken_off() {
    let (dir, venues) = (state(), state());
    let world = Served::start(&venues, 5);
    let child = resting(&dir, &world, "hang", "control: { hang_secs: 1 }\n");
    eventually("no open order", || (support::n_open(&world) == 0).then_some(()));
    let status = mm_bot(dir.path(), &["status"]);
    let out = text(&status.stdout);
    assert!(out.contains("HALTED") && out.contains("the strategy has not yielded for"), "{out}");
    // One signal is enough, though nobody there listens to it.
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr).matches("the risk gate closes").count(), 1, "told once");
    assert!(!dir.path().join("kill").exists(), "a stop is no kill");
}
