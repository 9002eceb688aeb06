//! What strangers may do here: be refused, within bounds.

use std::net::SocketAddr;

use mm_net::local::HEAD_MAX;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::loopback::{listener, socket as socket_caps};

/// Every address that a simulator told of.
fn addresses(simulator: &Simulator) -> Vec<SocketAddr> {
    let endpoints = simulator.endpoints();
    let venues = endpoints.venues.standing();
    let urls = venues.iter().flat_map(|venue| venue.hosts.clone()).chain([endpoints.control.url.as_str()]);
    let host = |url: &str| url.split("://").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
    urls.map(|url| host(url).unwrap_or_else(|| panic!("{url} has no address"))).collect()
}

#[tokio::test]
async fn fault_83_it_listens_on_loopback_alone() {
    let simulator = simulator();
    let addresses = addresses(&simulator);
    assert!(addresses.len() > 3, "{addresses:?}");
    for address in addresses {
        assert!(address.ip().is_loopback(), "{address}");
        assert!(TcpStream::connect(address).await.is_ok());
        // Another address of this machine, which a listener on all of them would answer on. (Linux has a whole net of them.)
        if cfg!(target_os = "linux") {
            let other: SocketAddr = format!("127.0.0.2:{}", address.port()).parse().unwrap();
            assert!(TcpStream::connect(other).await.is_err(), "{other}");
        }
    }
}

/// A raw request to the control surface; its status line.
async fn raw(simulator: &Simulator, head: &str) -> String {
    let url = &simulator.endpoints().control.url;
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _cut = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

/// A page of somebody else's whose name was made to point here (DNS rebinding) sends its own name as Host, and as Origin.
#[tokio::test]
async fn fault_83_a_name_that_was_made_to_point_here_opens_nothing() {
    let simulator = simulator();
    let control = simulator.endpoints().control.clone();
    let host = control.url.strip_prefix("http://").unwrap();
    let port = host.rsplit(':').next().unwrap();
    let token = format!("authorization: Bearer {}", control.token);
    let good = format!("host: {host}");
    assert!(raw(&simulator, &format!("GET /state HTTP/1.1\r\n{good}")).await.contains("200"));
    assert!(raw(&simulator, &format!("GET /state HTTP/1.1\r\nhost: localhost:{port}")).await.contains("200"));
    for fields in [
        format!("host: evil.example:{port}"),
        format!("host: 127.0.0.1.evil.example:{port}"),
        format!("host: localhost.evil.example:{port}"),
        "host: 127.0.0.1".to_owned(),
        format!("host: 127.0.0.1:{port}.evil.example"),
        format!("{good}\r\nhost: evil.example"),
        format!("{good}\r\norigin: http://evil.example"),
        format!("{good}\r\norigin: https://{host}"),
        format!("{good}\r\norigin: null"),
        format!("{good}\r\norigin: http://{host}\r\norigin: http://evil.example"),
        String::new(),
    ] {
        for (what, fields) in
            [("GET /state", fields.clone()), ("POST /faults", format!("{fields}\r\n{token}"))]
        {
            let status = raw(&simulator, &format!("{what} HTTP/1.1\r\n{fields}")).await;
            assert!(status.contains(" 403 ") || status.contains(" 400 "), "{what} {fields}: {status}");
        }
    }
}

#[cfg(unix)]
#[test]
fn fault_83_the_file_with_the_token_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::temp_dir().join(format!("mm-sim-mode-{}.json", std::process::id()));
    simulator().endpoints().write(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn fault_72_a_body_is_read_up_to_its_cap() {
    let simulator = simulator();
    for (len, is_read) in
        [(listener::BODY_MAX - 1, true), (listener::BODY_MAX, true), (listener::BODY_MAX + 1, false)]
    {
        let mut http = Http::open(&rest(&simulator)).await;
        let request = Request { body: vec![b' '; len], method: Method::Post, ..get("/api/v1/order") };
        match http.send(&request).await {
            Ok(reply) => assert_eq!(reply.status != 413, is_read, "{len}: {}", reply.status),
            // The answer may be overtaken by the end of the connection that is still being written to.
            Err(error) => assert!(!is_read, "{len}: {error}"),
        }
    }
}

#[tokio::test]
async fn fault_72_a_head_is_read_up_to_its_cap() {
    let simulator = simulator();
    for (len, status) in [(HEAD_MAX / 2, Some(200)), (HEAD_MAX * 2, None)] {
        let mut http = Http::open(&rest(&simulator)).await;
        let mut request = get("/api/v1/ping");
        request.headers.push("x-long").push_str(&"x".repeat(len));
        let got = http.send(&request).await.ok().map(|reply| reply.status);
        assert!(got == status || (status.is_none() && got == Some(431)), "{len}: {got:?}");
    }
}

#[tokio::test]
async fn fault_72_74_a_frame_is_read_up_to_its_cap_and_nonsense_ends_nothing() {
    let simulator = simulator();
    let mut socket = socket(&simulator, &["depth.SOL_USDC_PERP"]).await;
    for nonsense in [
        Message::text("x".repeat(socket_caps::MESSAGE_MAX - 1)),
        Message::text("x".repeat(socket_caps::MESSAGE_MAX)),
        Message::text("[".repeat(100_000)),
        Message::text("{\"method\":\"SUBSCRIBE\",\"params\":[\"\\u0000\"]}"),
        Message::binary(vec![0xff; 100]),
    ] {
        socket.send(nonsense).await.unwrap();
        let still = async { while frame(&mut socket).await.unwrap()["stream"] != "depth.SOL_USDC_PERP" {} };
        Clock::system().within(PATIENCE, still).await.expect("it goes on");
    }
    let _cut_off = socket.send(Message::text("x".repeat(socket_caps::MESSAGE_MAX + 1))).await;
    while frame(&mut socket).await.is_some() {}
}
